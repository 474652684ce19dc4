"""Questions in the manner of real agents, with rules and outcomes written by hand.

Each file of ``questions/`` is one spec: its ``answers:`` as a spec has them, and questions that
are all matched against all of these rules. A question ``sends`` an answer or ``is`` unanswered,
ambiguous or invalid, in each of its wordings; ``not`` lists wordings with another outcome.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

import pytest
import yaml
from pydantic import BaseModel, ConfigDict, Field

from vernctl.api.models import Option, Question
from vernctl.spec.answers import match, stanza_for

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop
    from vernctl.spec.model import AnswerRule

FILES = sorted(Path(__file__).with_name("questions").glob("*.yaml"))


class Entry(BaseModel):
    """One question in several wordings."""

    model_config = ConfigDict(extra="forbid")

    id: str
    sends: str | None = None
    is_: Literal["unanswered", "ambiguous", "invalid"] | None = Field(default=None, alias="is")
    options: list[str] = []
    custom: bool = True
    context: str | None = None
    during: Literal["plan", "apply"] = "plan"
    used: Mapping[str, int] = {}
    wordings: list[str] = Field(min_length=3)
    not_: Mapping[str, list[str]] = Field(default={}, alias="not")


class Case(NamedTuple):
    """One wording, and what must become of it: ``sends TEXT``, or a status."""

    entry: Entry
    text: str
    expected: str

    @property
    def question(self) -> Question:
        options = tuple(Option(id=str(n), label=o) for n, o in enumerate(self.entry.options))
        return Question(
            id="q",
            question=self.text,
            context=self.entry.context,
            options=options,
            allowCustom=self.entry.custom,
        )

    def outcome(self, rules: tuple[AnswerRule, ...]) -> str:
        found = match(self.question, rules, during=self.entry.during, used=self.entry.used)
        return found.status if found.answer is None else f"sends {found.answer}"


def entries(path: Path) -> list[Entry]:
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = [Entry.model_validate(entry) for entry in document["questions"]]
    for entry in found:
        assert (entry.sends is None) != (entry.is_ is None), entry.id
    return found


def cases(path: Path) -> Iterator[Case]:
    for entry in entries(path):
        usual = f"sends {entry.sends}" if entry.sends is not None else str(entry.is_)
        yield from (Case(entry, text, usual) for text in entry.wordings)
        for outcome, texts in entry.not_.items():
            yield from (Case(entry, text, outcome) for text in texts)


def rules_of(path: Path, workshop: Workshop) -> tuple[AnswerRule, ...]:
    """The rules as the loader reads them out of a spec."""
    text = path.read_text(encoding="utf-8")
    block = text[text.index("answers:") : text.index("\nquestions:") + 1]
    return workshop.load(textwrap.dedent(block)).answers


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_wording_has_the_outcome_that_was_written_down(
    path: Path, workshop: Workshop
) -> None:
    rules = rules_of(path, workshop)
    every = list(cases(path))
    off = [(case, got) for case in every if (got := case.outcome(rules)) != case.expected]
    wrong = sum(got.startswith("sends ") for _, got in off)
    assert not off, "\n".join(
        [f"{len(off)} of {len(every)} wordings are off, {wrong} wrong answers sent:"]
        + [f"{case.entry.id}: {case.text!r}: {got}, not {case.expected}" for case, got in off]
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_line_that_is_offered_answers_that_question_and_loads(
    path: Path, workshop: Workshop
) -> None:
    for case in cases(path):
        if case.expected == "unanswered" and case.question.options:
            rules = workshop.load(f"answers:\n  {stanza_for(case.question)}\n").answers
            assert case.outcome(rules) == f"sends {case.entry.options[0]}", case.text
