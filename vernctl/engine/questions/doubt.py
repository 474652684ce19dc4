"""A doubt: a question together with what each answer would do to the recipe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from vernctl.engine.instruct.edits import Edit
from vernctl.engine.model import EngineQuestion
from vernctl.engine.questions.wording import clip, label_key

Edits = tuple[Edit, ...]


@dataclass(frozen=True)
class Doubt:
    """A question, the edits of each offered answer, and a reader of free text (None: not got)."""

    question: EngineQuestion
    choices: Mapping[str, Edits]
    free: Callable[[str], Edits | None] | None = field(default=None, compare=False)

    def settle(self, answers: Mapping[str, str]) -> Edits | None:
        """The edits of the remembered answer, or None where there is none that is understood."""
        answer = answers.get(self.question.key)
        if answer is None:
            return None
        wanted = label_key(answer)
        for label, edits in self.choices.items():
            if label_key(label) == wanted:
                return edits
        return self.free(answer.strip()) if self.free is not None and answer.strip() else None

    def asked(self, answers: Mapping[str, str]) -> EngineQuestion:
        """The question; asked again, it says that the answer was not understood."""
        answer = answers.get(self.question.key)
        if answer is None:
            return self.question
        again = f'The answer "{clip(answer)}" was not understood. {self.question.context}'
        return self.question.model_copy(update={"context": again.strip()})


def doubt(
    key: str,
    question: str,
    context: str,
    choices: Mapping[str, Edits],
    free: Callable[[str], Edits | None] | None = None,
) -> Doubt:
    """A doubt whose options are the labels of its choices, in order."""
    asked = EngineQuestion(
        key=key,
        question=question,
        context=context,
        options=tuple(choices),
        allow_custom=free is not None,
    )
    return Doubt(asked, choices, free)
