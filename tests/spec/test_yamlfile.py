"""Whatever a file holds, it is a spec or it is refused with a place that exists."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from vernctl.errors import SpecError
from vernctl.spec import yamlfile
from vernctl.spec.load import load_spec

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

AT = "specs/acme.yaml"

WHOLE = """\
version: 1
migration: {name: Acme Corp, external_id: acme-001}
refine:
  - Trim whitespace from every phone number.
answers:
  "* values aren't one of the allowed options": Map them all to 'Open'
  "How should we name the owner*":
    - {say: Use the account manager, during: plan}
"""


def test_an_anchor_stands_for_its_value_wherever_it_is_used(workshop: Workshop) -> None:
    spec = workshop.load("review: {key: {a: &k [&e Email]}, ignore: {b: *k, c: [*e]}}\n")
    assert spec.review.ignore == {"b": ("Email",), "c": ("Email",)}


def test_aliases_that_would_expand_without_end_are_refused(workshop: Workshop) -> None:
    laughs = "\n".join(
        f"l{n}: &l{n} [{', '.join([f'*l{n - 1}' if n else 'ha'] * 10)}]" for n in range(10)
    )
    (problem,) = workshop.problems(f"{laughs}\n")
    assert "holds more than 100000 values" in problem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", f"{AT}   the file is empty"),
        (b"# nothing\n", f"{AT}   the file is empty"),
        (b"a: \xff", f"{AT}:1:4   is not UTF-8 text; save it as UTF-8"),
        ("version: 1".encode("utf-16"), f"{AT}:1:1   is not UTF-8 text; save it as UTF-8"),
        (b"a: b: c\n", f"{AT}:1:5   is not YAML: mapping values are not allowed in this context"),
        (b"a: [\n", f"{AT}:2:1   is not YAML: did not find expected node content"),
        (b"a: \x01", f"{AT}:1:4   holds a character that YAML does not allow (a control "),
        (b"- a\n", f"{AT}:1:1   a spec is a map (key: value)"),
        (b"--- {}\n--- {}\n", f"{AT}:2:1   holds a second document; one file is one document"),
        (b"a: *b\n", f"{AT}:1:4   there is no anchor &b above"),
        (b"a: &b [*b]\n", f"{AT}:1:8   *b stands inside its own anchor"),
        (b"[" * 900, f"{AT}:1:41   is nested more than 40 deep"),
        (b"a" * (yamlfile.MAX_BYTES + 1), f"{AT}   is larger than 1024 KiB"),
        (b"? [a]\n: b\n", f"{AT}:1:3   a key must be text, not a list or a map"),
        (b"a: !ruby/object {}\n", f"{AT}:1:4   tagged !ruby/object, which is not part of"),
        (b"<<: {a: b}\n", f"{AT}:1:1   merge keys are not part of the format; use `extends`"),
        (b'a: "\\UFFFFFFFF"\n', f"{AT}:1:7   is not YAML: found invalid Unicode character"),
    ],
)
@pytest.mark.parametrize("libyaml", [True, False])
def test_a_file_that_is_no_spec_at_all_is_a_problem_with_a_place(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, data: bytes, said: str, libyaml: bool
) -> None:
    if not libyaml:
        monkeypatch.setattr(yamlfile, "_parser", lambda: yamlfile._PureParser)
    path = workshop.write(AT, data)
    problems = workshop.refused(lambda: load_spec(path, workshop.project))
    where = said if libyaml else said.partition("   ")[0].partition(":")[0]
    assert any(problem.startswith(where) for problem in problems)


@pytest.mark.parametrize("libyaml", [True, False])
def test_a_file_that_is_nested_without_end_is_said_to_be(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, libyaml: bool
) -> None:
    if not libyaml:
        monkeypatch.setattr(yamlfile, "_parser", lambda: yamlfile._PureParser)
    path = workshop.write(AT, b"[" * 100_000)
    (problem,) = workshop.refused(lambda: load_spec(path, workshop.project))
    assert problem.endswith("is nested more than 40 deep")


def test_a_yaml_library_without_libyaml_reads_the_same_spec(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded = workshop.load(head=WHOLE)
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)
    again = workshop.load(head=WHOLE)
    assert again == loaded
    assert [rule.place for rule in again.answers] == [rule.place for rule in loaded.answers]


def test_a_byte_order_mark_is_no_problem(workshop: Workshop) -> None:
    path = workshop.write(AT, b"\xef\xbb\xbf" + WHOLE.encode())
    assert load_spec(path, workshop.project).migration.name == "Acme Corp"


#: What YAML counts as the end of a line.
BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
PIECES = st.sampled_from(
    [
        *"[]{}:,-#&*!|>'\"%@`?\n \t\\",
        *("version: 1\n", "migration: ", "answers:\n  ", "refine:\n", "  - ", "checks: ", "5%"),
        *("files: ", "a", "*", "**/x", "/", "/(/", "yes", "0042", "1e999", "0b1", "&x ", "*x"),
        *("<<: ", "extends: ", "acme.yaml", "null", "${env:", "${env:HOME}", "\x00", "\ud800"),
        *("!!str ", "!!python/name:os.system ", "---\n", "...\n", "é", "\U0001f600", "\x85"),
        *("review: {key: {", "overrides: [{", "digest: 1234567", "expires: 2024-99-99", "}", "]"),
    ]
)


@settings(max_examples=150, deadline=None)
@given(data=st.one_of(st.binary(max_size=60), st.lists(PIECES, max_size=25).map("".join)))
@example(data="---")
@example(data="answers:\r---\x85 ?")
@example(data="answers: {'a': 0001-01-01T00:00:00+23:59}")
@example(data="files: ['\\0', '" + "a" * 300 + "', '[', '~']")
def test_no_bytes_make_the_loader_fail_in_any_other_way(
    shared_workshop: Workshop, data: bytes | str
) -> None:
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    path = shared_workshop.write(AT, raw)
    try:
        load_spec(path, shared_workshop.project)
    except SpecError as error:
        lines = BREAKS.split(raw.decode("utf-8-sig", "replace"))
        for problem in error.problems:
            place = problem.place
            assert place.file == AT
            assert place.line <= len(lines)
            assert not place.line or place.column <= len(lines[place.line - 1]) + 1
            assert problem.message.isprintable()
