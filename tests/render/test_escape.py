"""Customer text is inert for every eye that it reaches, and what is hidden becomes visible."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from vernctl.diff.model import (
    AddedRow,
    Cause,
    ChangeGroup,
    CheckResult,
    ColumnOrigin,
    Diff,
    InvalidGroup,
    Provenance,
    Recoding,
    SheetDiff,
    SheetOrigin,
    UnfedTable,
    UnusedColumn,
    Validity,
)
from vernctl.render import csv as changes
from vernctl.render import html, markdown, text
from vernctl.render.escape import (
    bare_or_quoted,
    cell_width,
    markdown_code,
    markdown_safe,
    shorten,
    text_safe,
)
from vernctl.render.text import review
from vernctl.snapshot.model import InputFile, Inputs, RecordedQuestion, Snapshot
from vernctl.workflow.outcome import (
    AskedOption,
    ErrorOutcome,
    InputSummary,
    QuestionOutcome,
    SpecOutcome,
    Step,
    Verification,
)

HOSTILE = [
    "\x1b[2J\x1b[31mred\x1b]0;title\x07",
    "\x9b31m C1 \x90q\x9c",
    "NUL \x00 DEL \x7f BEL \x07 BS \x08",
    "line\nbreak\r\nand\rreturn\x0b\x0c\u2028\u2029\x85",
    "tab\there",
    "abc\u202edcba\u202c \u2066x\u2069 \u200f\u200e\u061c",
    "zero\u200bwidth\u200cjoin\u200der\ufeff\u00ad\u2060",
    "\u3164\u115f\u2800 blank letters",
    "tags \U000e0041\U000e0042 private \ue000 surrogate \ud800",
    "@octocat @org/team #1 !2 ~bug %v1 &3 GH-1",
    "`code` ```fence``` `` ` ``",
    "</details></summary></code></td></table><script>alert(1)</script>",
    "<img src=x onerror=alert(1)> <!-- comment",
    "![img](https://evil.test/x.png) [link](https://evil.test)",
    "https://evil.test www.evil.test mailto:a@b.test a@b.test ftp://x.test",
    "a | b \\| c || d",
    "# heading", "> quote", "- item", "1. item", "+ item", "---", "===", "    code", "/close",
    "|---|---|",
    "**bold** _it_ ~~gone~~ $math$ :smile: [^1] {+ins+} [[_TOC_]]",
    "e" + "\u0301" * 400,
    "שלום → עולם",
    "مرحبا 123",
    "日本語のテキスト" * 100,
    "x" * 1_000_000,
    "`" * 5000,
    "=HYPERLINK(\"https://evil.test\")", "+1+cmd|' /C calc'!A0", "@SUM(1)",
    "👩‍👩‍👧 family 🇩🇪 flag ☠️",
    "\\",
    "",
    " ",
]  # fmt: skip

_FORBIDDEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060\u2066\u2067\ufeff]"
)
_PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
_OURS = re.compile(r"</?details>|</?summary>")


def hostile_outcome(value: str) -> SpecOutcome:
    """An outcome in which every free text is ``value``."""
    sheet = SheetDiff(
        slug=value,
        name=value,
        key=(value,),
        key_source="found",
        columns=(value, "x"),
        columns_before=("y",),
        rows=3,
        added=(AddedRow(key=(value,), new_row=0, cells=(value, value)),),
        groups=(
            ChangeGroup(column=value, kind="mapped", count=2, old=value, new=value),
            ChangeGroup(column=value, kind="edited", count=2, examples=((value, value),)),
        ),
        validity=(Validity(key=(value,), column=value, message=value, now_invalid=True),),
        invalid_groups=(InvalidGroup(column=value, message=value, count=1),),
        causes=(Cause(kind="message", ref=value),),
    )
    question = QuestionOutcome(
        question=value, status="unanswered", context=value, why=value, stanza=f'"{value}": x',
        options=(AskedOption(id="1", label=value),),
    )  # fmt: skip
    return SpecOutcome(
        name=value,
        path=f"specs/{value}.yaml",
        status="changed",
        title=value,
        source=value,
        endpoint=value,
        inputs=(InputSummary(name=value, size=1, sha256="a" * 64),),
        steps=(Step(kind="generate", reason=value, detail=value),),
        questions=(
            question,
            question.model_copy(update={"status": "answered", "answer": value, "rule": value}),
        ),
        diff=Diff(base_digest=None, digest="d" * 64, sheets=(sheet,), dropped_sheets=(value,)),
        checks=(CheckResult(name=value, sheet=value, limit=value, actual=value, ok=False),),
        verification=Verification(sample_rows=1, present=0, problems=(value,)),
        report={"inserted": 3},
        outputs=(value,),
        facts=(value,),
        warnings=(value,),
        receipt=value,
        resume_at=value,
        error=ErrorOutcome(kind="api", message=value, place=value, reasons=(value,), remote=value),
    )


def hostile_first(value: str) -> SpecOutcome:
    """The same for a first import with provenance."""
    origin = ColumnOrigin(
        column=value, filled=1, distinct=1, file=value, sources=(value, value), how=value,
        recodings=(Recoding(old=(value,), new=value, count=1),),
    )  # fmt: skip
    provenance = Provenance(
        sheets=(SheetOrigin(slug=value, name=value, rows=1, columns=(origin,)),),
        unused=(UnusedColumn.model_validate({"file": value, "column": value, "filled": "0.5"}),),
        unfed=(UnfedTable(file=value, table=value, rows=3),),
    )
    return hostile_outcome(value).model_copy(
        update={"first_import": True, "provenance": provenance}
    )


def _review(value: str) -> str:
    inputs = Inputs(
        endpoint="embedded",
        external_id=value,
        files=(InputFile(name=value, size=1, sha256="a" * 64),),
        refinements=(value,),
    )
    asked = RecordedQuestion(question=value, answer=value, rule=value)
    snapshot = Snapshot(inputs=inputs, sheets=(), review={}, questions=(asked,), digest="d" * 64)
    outcome = hostile_first(value)
    assert outcome.diff is not None
    return markdown.review_markdown(snapshot, outcome.diff, outcome.provenance, outcome.checks)


EYES: dict[str, Callable[[str], str]] = {
    "text": lambda value: text.render_outcomes([hostile_outcome(value)]),
    "text, first import": lambda value: text.render_outcomes([hostile_first(value)]),
    "text, several": lambda value: text.render_outcomes([hostile_outcome(value)] * 2),
    "text, error": lambda value: text.render_error(
        ErrorOutcome(kind="spec", message=value, place=value, reasons=(value,), next=value)
    ),
    "markdown": lambda value: markdown.render_outcomes([hostile_outcome(value)]),
    "markdown, first import": lambda value: markdown.render_outcomes([hostile_first(value)]),
    "markdown, several": lambda value: markdown.render_outcomes([hostile_first(value)] * 2),
    "REVIEW.md": _review,
    "review": lambda value: "".join(_on_terminal(hostile_first(value))),
    "html": lambda value: html.render_outcomes([hostile_outcome(value)]),
    "html, first import": lambda value: html.render_outcomes([hostile_first(value)] * 2),
}
MARKDOWN = [eye for eye in EYES if eye.startswith(("markdown", "REVIEW"))]
HTML = [eye for eye in EYES if eye.startswith("html")]


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
@pytest.mark.parametrize("eye", EYES)
def test_nothing_hostile_survives_in_any_output_made_for_eyes(eye: str, value: str) -> None:
    output = EYES[eye](value)
    assert not _FORBIDDEN.search(output)
    assert output.count("\u2068") == output.count("\u2069")
    assert len(output) < (800_000 if eye in HTML else 150_000)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
@pytest.mark.parametrize("eye", MARKDOWN)
def test_markdown_holds_no_link_image_or_html_but_our_own(eye: str, value: str) -> None:
    structure = {_shape(token.type, token.content) for token in _tokens(EYES[eye](value))}
    assert not structure & {"link_open", "image", "foreign html", "s_open", "em of theirs"}


@pytest.mark.parametrize("eye", HTML)
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
def test_a_page_has_the_same_tags_and_nothing_but_ascii_whatever_it_shows(
    eye: str, value: str
) -> None:
    output = EYES[eye](value)
    assert _tags(output) == _tags(EYES[eye]("harmless"))
    for block in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', output, re.S):
        assert block.isascii()
        assert not set("<>&") & set(block)


@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
def test_changes_as_csv_hold_every_hostile_value_exactly(value: str) -> None:
    exact = value.encode("utf-8", "surrogatepass").decode("utf-8", "surrogatepass")
    assert exact in {cell for line in _records(hostile_outcome(value)) for cell in line}


@pytest.mark.parametrize("eye", ["markdown", "REVIEW.md"])
@pytest.mark.parametrize("value", HOSTILE, ids=lambda value: ascii(value[:16]))
def test_a_hostile_value_makes_the_same_blocks_as_a_harmless_one(eye: str, value: str) -> None:
    if len(value) > 100 or not value.strip():
        return  # a cut value, or an empty one, may leave a part out
    assert _blocks(EYES[eye](value)) == _blocks(EYES[eye]("harmless"))


def _on_terminal(outcome: SpecOutcome) -> Iterator[str]:
    yield review.overview(outcome)
    yield from (piece() for piece in review.pieces(outcome))


def _tags(page: str) -> list[str]:
    found: list[str] = []
    parser = HTMLParser()
    parser.handle_starttag = lambda tag, attrs: found.append(f"{tag} {attrs}")  # type: ignore[method-assign]
    parser.feed(page)
    return found


def _records(outcome: SpecOutcome) -> list[list[str]]:
    whole = csv.field_size_limit(2**30)
    try:
        return list(csv.reader(io.StringIO(changes.render_outcomes([outcome]), newline="")))
    finally:
        csv.field_size_limit(whole)


def _tokens(output: str) -> list[Token]:
    found: list[Token] = []
    for token in _PARSER.parse(output):
        found += [token, *(token.children or [])]
    return found


def _blocks(output: str) -> list[str]:
    return [token.type for token in _PARSER.parse(output)]


def _shape(kind: str, content: str) -> str:
    if kind in ("html_block", "html_inline"):
        return "foreign html" if "<" in _OURS.sub("", content) else "our html"
    return kind


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("a\nb", "a⏎b"),
        ("a\r\nb", "a⏎b"),
        ("\x1b[31m", "␛[31m"),
        ("\x00\x7f", "␀␡"),
        ("\u202e", "\\u202e"),
        ("\u200b\u00a0", "\\u200b\\u00a0"),
        ("\u0301x", "\\u0301x"),
        ("Zoë 日本", "Zoë 日本"),
    ],
)
def test_what_is_hidden_becomes_visible(value: str, shown: str) -> None:
    assert text_safe(value) == shown


def test_right_to_left_text_is_isolated_from_what_stands_beside_it() -> None:
    assert text_safe("שלום") == "\u2068שלום\u2069"


def test_edges_that_cannot_be_seen_are_quoted() -> None:
    assert [bare_or_quoted(v) for v in ("x", "", " x", "a  b")] == ["x", '""', '" x"', '"a  b"']


def test_a_cut_through_wide_characters_stays_within_its_cells() -> None:
    assert shorten("日本語テキスト", 6) == "日本…"
    assert cell_width(shorten("日本語テキスト", 6)) == 5


@given(st.text(max_size=200), st.integers(1, 60))
def test_safe_text_is_one_line_of_at_most_its_limit(value: str, limit: int) -> None:
    safe = text_safe(value, limit)
    assert cell_width(safe) <= limit
    assert not _FORBIDDEN.search(safe)
    assert all(unicodedata.category(char) not in ("Cc", "Cs") for char in safe)


@given(st.text(alphabet=st.sampled_from("ab |`\\*_<>&@#[]()!~$:/.-1\n"), max_size=30))
def test_any_text_in_a_table_cell_stays_in_its_cell(value: str) -> None:
    for cell in (markdown_safe(value), markdown_code(value)):
        tokens = [
            token.type for token in _PARSER.parse(f"| a | b |\n|---|---|\n| {cell} | end |\n")
        ]
        assert tokens.count("td_open") == 2
        assert tokens.count("tr_open") == 2


@given(st.text(alphabet=st.sampled_from("ab `\\*_<>&@#[]()"), min_size=1, max_size=30))
def test_a_code_span_says_exactly_what_the_cell_says(value: str) -> None:
    children = _PARSER.parseInline(f"x {markdown_code(value)} y")[0].children or []
    codes = [child.content for child in children if child.type == "code_inline"]
    assert codes == [value]
