"""The seam between the server and the import engine: what a run asks, and what it gets back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from vernctl.engine import ENGINE_VERSION

if TYPE_CHECKING:
    from vernctl.engine.findings import Findings
    from vernctl.engine.model import (
        EngineQuestion,
        ExecuteReport,
        InputFile,
        Progress,
        SheetPreview,
        Template,
    )

RowFilter = Literal["valid", "all", "invalid"]


@dataclass(frozen=True)
class Inputs:
    """Everything that a preview depends on.

    ``recipe`` is the text of the one to start from. ``findings`` is a folder for what is found out
    about the files: it makes the next step on the same files quicker, and changes nothing else.
    """

    files: tuple[InputFile, ...]
    templates: tuple[Template, ...]
    knowledge: str
    messages: tuple[str, ...]
    answers: Mapping[str, str]
    workdir: Path
    findings: Path | None = None
    recipe: str | None = None


@dataclass(frozen=True)
class Proposal:
    """What authoring gives: questions, or sheets. ``state`` is what execute and clarify need.

    ``plan`` is the recipe for the session log, ``notes`` are remarks for a person, ``healed`` says
    what was mended, which the sheets tell by themselves.
    """

    state: str
    plan: str | None
    questions: tuple[EngineQuestion, ...] = ()
    sheets: tuple[SheetPreview, ...] = ()
    notes: tuple[str, ...] = ()
    healed: tuple[str, ...] = ()


class Engine(Protocol):
    """An import engine. Every method may raise EngineError with one sentence for a person."""

    version: int

    def author(self, inputs: Inputs, progress: Progress) -> Proposal:
        """Read the files and propose sheets, or ask; a pure function of the inputs."""
        ...

    def execute(
        self, state: str, inputs: Inputs, database: Path, progress: Progress
    ) -> ExecuteReport:
        """Import for real, into a database file of this execute's own."""
        ...

    def clarify(self, state: str, question: str) -> str:
        """Answer a read-only question about the proposal."""
        ...

    def count_rows(self, database: Path, slug: str, row_filter: RowFilter) -> int:
        """How many rows an export of this sheet has."""
        ...

    def stream_csv(
        self,
        database: Path,
        slug: str,
        row_filter: RowFilter,
        fields: tuple[str, ...] | None,
        omit_empty: bool,
    ) -> Iterator[bytes]:
        """The sheet as RFC 4180, header first."""
        ...


def _findings(inputs: Inputs) -> Findings | None:
    from vernctl.engine.findings import Findings

    return None if inputs.findings is None else Findings(inputs.findings)


class ImportEngine:
    """vernctl's own engine; imported when the first run needs it, so that the server boots fast."""

    version = ENGINE_VERSION

    def author(self, inputs: Inputs, progress: Progress) -> Proposal:
        """Read, profile, match, heal, validate; several messages of one update are taken apart."""
        from vernctl.engine.author import Authored, author
        from vernctl.engine.author.heals import heal_notes
        from vernctl.engine.instruct import split_messages
        from vernctl.engine.recipe.model import recipe_from_yaml, recipe_to_yaml

        authored: Authored = author(
            inputs.files,
            inputs.templates,
            knowledge=inputs.knowledge,
            messages=[part for text in inputs.messages for part in split_messages(text)],
            answers=inputs.answers,
            workdir=inputs.workdir,
            progress=progress,
            findings=_findings(inputs),
            base=None if inputs.recipe is None else recipe_from_yaml(inputs.recipe),
        )
        return Proposal(
            state=authored.model_dump_json(),
            plan=recipe_to_yaml(authored.recipe),
            questions=tuple(authored.questions),
            sheets=tuple(authored.sheets),
            notes=tuple(authored.notes),
            healed=tuple(note for sheet in authored.sheets for note in heal_notes(sheet)),
        )

    def execute(
        self, state: str, inputs: Inputs, database: Path, progress: Progress
    ) -> ExecuteReport:
        """Run the proposal's recipe over every row."""
        from vernctl.engine.author import Authored
        from vernctl.engine.execute import execute

        authored = Authored.model_validate_json(state)
        report = execute(
            authored.recipe,
            inputs.files,
            inputs.templates,
            database=database,
            workdir=inputs.workdir,
            progress=progress,
            findings=_findings(inputs),
        )
        # Counted over every row when the recipe was authored, of the same files.
        heals = {sheet.slug: sheet.heals for sheet in authored.sheets}
        sheets = tuple(
            sheet.model_copy(update={"heals": heals.get(sheet.slug, ())}) for sheet in report.sheets
        )
        return report.model_copy(update={"sheets": sheets})

    def clarify(self, state: str, question: str) -> str:
        """Answer from the recipe and the profile."""
        from vernctl.engine.author import Authored
        from vernctl.engine.clarify import clarify

        return clarify(Authored.model_validate_json(state), question)

    def count_rows(self, database: Path, slug: str, row_filter: RowFilter) -> int:
        """Count in the imported sheet."""
        from vernctl.engine.export import count_rows

        return count_rows(database, slug, row_filter)

    def stream_csv(
        self,
        database: Path,
        slug: str,
        row_filter: RowFilter,
        fields: tuple[str, ...] | None,
        omit_empty: bool,
    ) -> Iterator[bytes]:
        """Stream the imported sheet."""
        from vernctl.engine.export import stream_csv

        return stream_csv(database, slug, filter=row_filter, fields=fields, omit_empty=omit_empty)
