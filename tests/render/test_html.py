"""The page is one inert file: it shows everything, loads nothing and runs nothing but its own."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from syrupy.assertion import SnapshotAssertion

from vernctl.diff.model import CellChange, Diff, RowChange, SheetDiff
from vernctl.render.html import inert_json, policy, render_outcomes, render_sheet_diff
from vernctl.render.html.lines import MOST_CHARACTERS, Lines, clip_pair
from vernctl.workflow.outcome import SpecOutcome


class Parts(HTMLParser):
    """The tags of a page, and what stands in its scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, tuple[str, ...]]] = []
        self.blocks: dict[str, str] = {}
        self.content: dict[str, str | None] = {}
        self._inside: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, tuple(sorted(name for name, _ in attrs))))
        given = dict(attrs)
        if given.get("http-equiv"):
            self.content[given["http-equiv"] or ""] = given["content"]
        self._inside = (given.get("id") or tag) if tag in ("script", "style") else None

    def handle_endtag(self, tag: str) -> None:
        self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.blocks[self._inside] = self.blocks.get(self._inside, "") + data


def summary(page: str) -> Any:
    return json.loads(Parts(page).blocks["summary"])


def a_cell(old: str, new: str) -> SheetDiff:
    cell = CellChange(column="Note", old=old, new=new, kind="edited")
    row = RowChange(key=("k",), old_row=0, new_row=0, cells=(cell,))
    columns = ("Key", "Note")
    return SheetDiff(
        slug="s", name="S", key=("Key",), columns=columns, columns_before=columns, rows=1,
        rows_before=1, changed=(row,),
    )  # fmt: skip


@pytest.mark.parametrize(
    "name", ["needs_approval", "first_import", "blocked", "not_as_approved", "check_failed"]
)
def test_the_page_holds_what_there_is_to_say(
    name: str, outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    assert summary(render_outcomes([outcomes[name]])) == snapshot


def test_the_lines_of_a_sheet_are_all_its_changes(
    outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    block = json.loads(Parts(render_outcomes([outcomes["needs_approval"]])).blocks["lines-1"])
    assert len(block["lines"]) == 355
    assert [*block["lines"][:6], *block["lines"][-2:]] == snapshot


def test_what_needs_somebody_comes_first(outcomes: dict[str, SpecOutcome]) -> None:
    page = render_outcomes([outcomes["unchanged"], outcomes["failed"], outcomes["needs_approval"]])
    assert [spec["name"] for spec in summary(page)["specs"]] == ["globex", "acme", "initech"]


def test_the_policy_allows_our_script_and_style_and_nothing_else(
    outcomes: dict[str, SpecOutcome],
) -> None:
    parts = Parts(render_outcomes([outcomes["applied"]]))
    given = parts.content["Content-Security-Policy"]
    assert given == policy()
    for name in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256(parts.blocks[name].encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in given
    assert "default-src 'none'" in given
    assert "connect-src 'none'" in given


def test_the_page_names_no_address_but_that_of_the_svg_vocabulary(
    outcomes: dict[str, SpecOutcome],
) -> None:
    page = render_outcomes([outcomes["needs_approval"]])
    assert set(re.findall(r"(?:https?:|url\(|@import|//)[^\s\"']+", page)) == {
        "http://www.w3.org/2000/svg"
    }


def test_the_script_never_makes_markup_of_text(outcomes: dict[str, SpecOutcome]) -> None:
    script = Parts(render_outcomes([outcomes["applied"]])).blocks["script"]
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function"
    assert re.findall(forbidden, script) == []


@given(st.text(max_size=100))
def test_any_cell_arrives_exactly_as_it_is(value: str) -> None:
    parts = Parts(render_sheet_diff(a_cell(value, value + "x")))
    [line] = json.loads(parts.blocks["lines-0"])["lines"]
    assert line[4:] == [value, value + "x"]


@given(st.text(alphabet=st.sampled_from("<>&/!-script\u2028\u2029\u202e\x00\ud800é"), max_size=40))
def test_inert_json_is_ascii_without_anything_that_html_reads(value: str) -> None:
    text = inert_json({"value": value})
    assert text.isascii()
    assert not set("<>&\u2028\u2029") & set(text)
    assert json.loads(text) == {"value": value}


def test_of_long_cells_the_part_with_the_difference_is_kept() -> None:
    same = "x" * 500_000
    old, new = clip_pair(f"{same}old{same}", f"{same}new{same}")
    assert len(old) < MOST_CHARACTERS + 60
    assert "xold" in old
    assert "xnew" in new
    assert "characters left out" in new


def test_a_page_stays_bounded_and_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vernctl.render.html.lines.MOST_LINES", 3)
    sheet = a_cell("a", "b")
    wide = sheet.model_copy(update={"changed": sheet.changed * 5})
    assert Lines().add(wide) == ("lines-0", 3, 2)


def test_a_page_without_a_review_can_send_nothing(outcomes: dict[str, SpecOutcome]) -> None:
    assert summary(render_outcomes([outcomes["needs_approval"]]))["review"] is None


def test_the_same_outcome_is_the_same_page(outcomes: dict[str, SpecOutcome]) -> None:
    chosen = list(outcomes.values())
    assert render_outcomes(chosen) == render_outcomes(chosen)


def test_two_equal_files_are_a_page_too() -> None:
    page = render_sheet_diff(SheetDiff(slug="s", name="s.csv", columns=("a",), rows=1))
    assert summary(page)["specs"][0]["title"] == "s.csv"


def test_a_diff_without_sheets_is_a_page(outcomes: dict[str, SpecOutcome]) -> None:
    bare = outcomes["unchanged"].model_copy(update={"diff": Diff(base_digest=None, digest="d")})
    assert summary(render_outcomes([bare]))["specs"][0]["sheets"] == []
