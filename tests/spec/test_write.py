"""A rule is put into a spec; every other byte stays as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.api.models import Option, Question
from vernctl.spec.answers import match
from vernctl.spec.load import load_spec
from vernctl.spec.stanza import rule_line
from vernctl.spec.write import add_rules, with_rules

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

HEAD = "version: 1\nmigration: {name: A, external_id: a}\n"
LINE = '"Which one?": Open'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            "answers:\n  # as the customer said\n  'b':   c  # odd spacing stays\n",
            f"answers:\n  {LINE}\n  # as the customer said\n  'b':   c  # odd spacing stays\n",
        ),
        (
            "answers: # of May\n      b: c\nexport: {to: out}\n",
            f"answers: # of May\n      {LINE}\n      b: c\nexport: {{to: out}}\n",
        ),
        ("answers: {b: c}\n", f"answers: {{{LINE}, b: c}}\n"),
        ("answers: {}\n", f"answers: {{{LINE}}}\n"),
        ("answers:\nrefine: [x]\n", f"answers:\n  {LINE}\nrefine: [x]\n"),
        ("answers: null\n", f"answers: \n  {LINE}\n"),
        ("refine: [x]  # no end", f"refine: [x]  # no end\nanswers:\n  {LINE}\n"),
        ("answers:\n\n  b: |\n    # text\n", f"answers:\n  {LINE}\n\n  b: |\n    # text\n"),
    ],
)
def test_a_line_is_added_and_nothing_else_is_touched(before: str, after: str) -> None:
    for head in (HEAD, "\ufeff" + HEAD):
        assert with_rules(head + before, [LINE]) == head + after


def test_lines_end_as_the_others_do() -> None:
    before = f"{HEAD}answers:\n  b: c\n".replace("\n", "\r\n")
    after = f"{HEAD}answers:\n  {LINE}\n  b: c\n".replace("\n", "\r\n")
    assert with_rules(before, [LINE]) == after


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("answers:\n  'Which one?': Closed\n", "there is a rule with this pattern already"),
        ("x: &a {b: c}\nanswers: *a\n", "not be YAML|a line cannot be added to"),
        ("answers: [b]\n", "`answers:` is not a map"),
        ("...\n", "not be YAML|a line cannot be added to"),
    ],
)
def test_where_a_line_cannot_be_added_safely_nothing_is_written(body: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        with_rules(HEAD + body, [LINE])


def test_a_spec_that_would_not_load_with_the_rule_is_left_as_it_was(workshop: Workshop) -> None:
    spec = workshop.load("answers:\n  b: c\n")
    before = workshop.spec_path.read_bytes()
    problems = workshop.refused(lambda: add_rules(spec, workshop.project, ['"*": Open']))
    assert "matches every question" in problems[0]
    assert workshop.spec_path.read_bytes() == before
    assert [path.name for path in workshop.spec_path.parent.iterdir()] == ["acme.yaml"]


def test_the_spec_keeps_its_mode_and_a_link_stays_one(workshop: Workshop) -> None:
    spec = workshop.load()
    real = workshop.root / "real.yaml"
    workshop.spec_path.rename(real)
    real.chmod(0o640)
    workshop.spec_path.symlink_to(real)
    add_rules(spec, workshop.project, [LINE])
    assert workshop.spec_path.is_symlink()
    assert real.stat().st_mode & 0o777 == 0o640
    assert LINE in real.read_text()


@settings(max_examples=60, deadline=None)
@given(
    st.text(min_size=1, max_size=60).filter(lambda text: any(map(str.isalnum, text))),
    st.one_of(st.text(min_size=1, max_size=20), st.sampled_from(["yes", "0042", "a: b", "~"])),
    st.booleans(),
    st.booleans(),
)
def test_what_a_person_answers_is_what_the_written_rule_answers(
    shared_workshop: Workshop, text: str, answer: str, offered: bool, literal: bool
) -> None:
    answer = "".join(c for c in answer if c.isprintable()).strip() or "x"
    options = (Option(id="1", label=answer), Option(id="2", label=answer + "2")) if offered else ()
    question = Question(id="q", question=text, options=options, allowCustom=True)
    path = shared_workshop.write("specs/acme.yaml", (HEAD + "# kept\n").encode())
    spec = load_spec(path, shared_workshop.project)
    line = rule_line(question, answer, literal=literal)
    changed = add_rules(spec, shared_workshop.project, [line])
    assert match(question, changed.answers, during="plan").answer == answer
