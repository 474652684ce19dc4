"""One spec at one endpoint during one command: what is known before anything is asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property, partial

from vernctl.api.models import Run
from vernctl.errors import ConflictError, RefusedError
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.digest import digest_of
from vernctl.snapshot.files import read_snapshot
from vernctl.snapshot.model import Inputs, Snapshot
from vernctl.snapshot.sheet import Sheet, remarks_of, sheets_from_preview
from vernctl.snapshot.tokens import Tokeniser
from vernctl.spec.model import Spec
from vernctl.workflow.address import address_of
from vernctl.workflow.companies.line import CompanyLine
from vernctl.workflow.inputs import ResolvedInputs, resolve_inputs
from vernctl.workflow.journal import Journal
from vernctl.workflow.line import Line, MigrationLine
from vernctl.workflow.observe import Observed, observe, persons_words, read_preview
from vernctl.workflow.outcome import MessageEffect, QuestionOutcome
from vernctl.workflow.plan import PlannedStep, Situation
from vernctl.workflow.private import hidden, kept_questions, tokeniser_of
from vernctl.workflow.recall import recalled
from vernctl.workflow.session import Folders, Session
from vernctl.workflow.settle import settle
from vernctl.workflow.standing import Standing, standing_import
from vernctl.workflow.wishes import Desired, Recorded, normal_knowledge


@dataclass
class Progress:
    """What a command has done so far; ``fresh`` where it led to a new preview; ``effects`` of the
    messages that went out one by one."""

    steps: list[PlannedStep] = field(default_factory=list)
    questions: list[QuestionOutcome] = field(default_factory=list)
    fresh: bool = False
    effects: list[MessageEffect] = field(default_factory=list)


@dataclass
class Work:
    """``base`` is the approved snapshot at this endpoint; ``here`` the same where it belongs to
    today's address, so that its ids and its digest speak of the same migration. ``frees_slot``:
    cancel a run that waits for an answer that nobody has. ``readable`` are the sheets that were
    read last, with no cell hidden; they are kept nowhere. ``latest`` is the migration's run that
    the last look saw; ``stands`` the import that is in although other runs have come since."""

    session: Session
    spec: Spec
    folders: Folders
    base: Snapshot | None
    inputs: ResolvedInputs
    address: str
    journal: Journal
    desired: Desired
    progress: Progress = field(default_factory=Progress)
    frees_slot: bool = False
    readable: tuple[Sheet, ...] = ()
    remarks: tuple[str, ...] = ()
    latest: Run | None = None
    stands: Standing | None = None

    @classmethod
    def open(cls, session: Session, spec: Spec) -> Work:
        """Read what lies on disk. Raises SnapshotError, InputError, RefusedError, JournalError."""
        folders = session.folders(spec)
        base = read_snapshot(folders.approved)
        if base is not None and base.inputs.external_id != spec.migration.external_id:
            raise RefusedError(
                f"{folders.approved.name} belongs to {base.inputs.external_id}, "
                f"not to {spec.migration.external_id}.",
                rule="stale",
                next=f"Remove {folders.approved.name}, plan and approve anew.",
            )
        pending = read_snapshot(folders.pending) if base is None else None
        recorded = base or pending
        inputs = resolve_inputs(spec, recorded.inputs.files if recorded else ())
        source, templates = spec.migration.opened_with
        address = address_of(
            spec.migration.external_id,
            source=source,
            templates=templates,
            epoch=spec.migration.epoch,
            files=inputs.files,
        )
        journal = session.journal(address)
        return cls(session, spec, folders, base, inputs, address, journal, Desired.of(spec))

    def use(self, spec: Spec) -> None:
        """Go on with the spec as it reads now: it was given a rule meanwhile."""
        self.spec, self.desired = spec, Desired.of(spec)

    @property
    def line(self) -> Line:
        """What is said and read alike in both dialects, to the spec as it reads now."""
        recorded = self.here.migration_id if self.here else None
        kind = CompanyLine if self.spec.migration.api == "companies" else MigrationLine
        return kind(self.session, self.journal, self.spec, recorded)

    @property
    def here(self) -> Snapshot | None:
        """The approved snapshot, where endpoint and address are today's."""
        base = self.base
        if base is None or base.inputs.endpoint != self.session.identity:
            return None
        same = (
            not self.inputs.changed_since(base.inputs.files)
            and base.inputs.epoch == self.spec.migration.epoch
            and base.inputs.source == self.spec.migration.source
            and base.inputs.companies == self.spec.migration.companies
        )
        return base if same else None

    async def look(
        self,
        *,
        recreate: bool = False,
        brief: bool = False,
        latest: bool = False,
        read_only: bool = False,
    ) -> Observed:
        """What the service holds now; an intent left open by a crash is settled on the way, as far
        as that goes by reading alone where it is ``read_only``."""
        read = partial(
            observe, self.session, self.journal, self.here, recreate=recreate, latest=latest
        )
        observed = await read(brief=brief)
        if self.journal.known.open is not None:
            await settle(self.session, self.journal, read_only=read_only)
            observed = await read()
        self.latest = observed.run
        return observed

    async def situation(self, observed: Observed) -> Situation:
        """The planner's view of what was observed."""
        self.stands = await standing_import(self, observed)
        known = self.stands.recorded if self.stands else await self.known(observed)
        run = observed.run
        if self.stands is not None and self.stands.receipt is not None:
            self.adopt_import(self.stands.run_id, self.stands.recorded, observed)
        elif known is not None and run is not None and not self.journal.known.generated:
            self._adopt(known, observed)
        mine = self.journal.known
        ours = run is not None and mine.generated and run.run_id == mine.run_id
        if observed.in_flight and mine.open is not None and mine.open.name == "generate":
            ours = True  # as far as reading tells
        completed = run is not None and run.status == "completed" and known is not None
        return Situation(
            exists=observed.migration_id is not None,
            run=run.status if run and not mine.lost else None,
            ours=ours,
            known=known,
            imported=completed or self.stands is not None,
            earlier=self._earlier(),
            uploaded=mine.uploaded or known is not None,
            credentialed=mine.credentialed,
            which=_named(run, observed) if run is not None else "",
        )

    async def known(self, observed: Observed) -> Recorded | None:
        """What led to the server's preview, where this checkout knows it.

        The journal knows it while the thread has not moved since; where it has, or where there is
        no journal, the preview's own digest tells.
        """
        run = observed.run
        if run is None or observed.migration_id is None or observed.in_flight:
            return None
        if self.journal.known.lost:
            return None
        mine = self.journal.known
        if not mine.generated or run.run_id != mine.run_id:
            settled = run.status in ("awaiting_approval", "completed")
            return await self._approved_by_content(observed.migration_id) if settled else None
        recorded = Recorded.journalled(mine)
        seen = mine.preview
        done = mine.executed is not None and mine.executed.run_id == mine.run_id
        if (done or mine.executing is not None) and run.status != "awaiting_approval":
            return recorded
        if seen is not None and seen.sequence == observed.last_sequence:
            return recorded
        if seen is not None:
            sheets = await self.sheets(observed.migration_id)
            if self.digest(sheets, mine.applied) == seen.digest:
                return recorded
        return await self._told(observed.migration_id, run, recorded)

    async def _approved_by_content(self, migration_id: str) -> Recorded | None:
        """What the approval was made with, where the server's preview is the approved one."""
        if self.here is None:
            return None
        sheets = await self.sheets(migration_id)
        if sheets is None or digest_of(self.here.inputs, sheets) != self.here.digest:
            return None
        return Recorded.approved(self.here)

    async def _told(self, migration_id: str, run: Run, recorded: Recorded) -> Recorded | None:
        """What the service's record says our run was made with: another checkout of this spec may
        have taken part in it. None where somebody said what this spec does not.

        Without a record of the run the journal is believed, unless it has seen another preview.
        """
        try:
            log = await self.session.client.get_log(migration_id)
        except ConflictError:
            return None
        told = recalled(log.runs, run.run_id, self.spec.answers)
        if told is None:
            return recorded if self.journal.known.preview is None else None
        if told.messages == recorded.messages and len(told.questions) <= len(recorded.questions):
            return recorded
        known = await self._approved_by_content(migration_id)
        if known is None or Counter(known.messages) != Counter(self.desired.messages):
            if not {*told.messages} <= {*self.desired.messages, *recorded.messages}:
                return None
            known = replace(recorded, messages=told.messages, questions=told.questions)
        self._adopt(known, Observed(migration_id, run, self.journal.known.sequence))
        return known

    def adopt_import(self, run_id: str, made: Recorded, observed: Observed) -> None:
        """Go on from here as if this checkout had made the import that it has recognised.

        How far the thread had come then nobody knows: what was said since must stay news.
        """
        if self.journal.known.run_id == run_id:
            return
        run = Run(run_id=run_id, status="completed")
        self._adopt(made, Observed(observed.migration_id, run))

    def _adopt(self, known: Recorded, observed: Observed) -> None:
        """Go on from here as if this checkout had made the preview that it has recognised."""
        self.journal.fact(
            "adopted",
            migration_id=observed.migration_id,
            run_id=observed.run.run_id if observed.run else None,
            applied=list(known.messages),
            knowledge=known.knowledge,
            connection=known.connection,
            questions=[question.model_dump(mode="json") for question in known.questions],
            sequence=observed.last_sequence,
        )

    def _earlier(self) -> Recorded | None:
        if self.base is not None:
            return Recorded.approved(self.base)
        mine = self.journal.known
        return Recorded.journalled(mine) if mine.generated else None

    async def sheets(self, migration_id: str) -> tuple[Sheet, ...] | None:
        """The sheets of the current preview without ignored columns, and with tokens where the
        spec hides cells; None where there is no preview."""
        preview = await read_preview(self.session, migration_id)
        if preview is None:
            return None
        ignored = self.spec.review.ignore
        self.remarks = remarks_of(preview)
        self.readable = tuple(
            sheet.without_columns(ignored.get(sheet.slug, ()))
            for sheet in sheets_from_preview(preview)
        )
        return hidden(self.readable, self.spec.review, self.tokens)

    @cached_property
    def tokens(self) -> Tokeniser | None:
        """What hides the spec's cells; None where it hides none. Raises SpecError without a key."""
        return tokeniser_of(self.session.project, self.spec, commands=self.session.commands)

    def inputs_of(self, applied: tuple[str, ...]) -> Inputs:
        """Everything on our side that leads to a preview, as of now."""
        definitions = self.session.normal_definitions(self.spec)
        return Inputs(
            endpoint=self.session.identity,
            external_id=self.spec.migration.external_id,
            epoch=self.spec.migration.epoch,
            source=self.spec.migration.source,
            templates=tuple(str(definition["slug"]) for definition in definitions),
            files=self.inputs.files,
            connection=self.desired.connection,
            knowledge=normal_knowledge(self.spec.knowledge),
            refinements=applied,
            definitions=definitions,
            companies=self.spec.migration.companies,
        )

    def digest(self, sheets: tuple[Sheet, ...] | None, applied: tuple[str, ...]) -> str | None:
        """The digest of these sheets with today's inputs."""
        return None if sheets is None else digest_of(self.inputs_of(applied), sheets)

    def candidate(self, sheets: tuple[Sheet, ...], known: Recorded, observed: Observed) -> Snapshot:
        """The preview as the snapshot that it would be, were it approved."""
        return make_snapshot(
            self.inputs_of(known.messages),
            sheets,
            self.spec.review,
            questions=kept_questions(self.spec, known.questions),
            engine=self.session.engine,
            migration_id=observed.migration_id,
            run_id=observed.run.run_id if observed.run else None,
            tokens=self.tokens,
        )


def _named(run: Run, observed: Observed) -> str:
    """Which run it is, since when, and what was last said to it: as much as tells whose it is."""
    parts = [f"run {run.run_id}"] if run.run_id else []
    if run.created_at:
        parts.append(f"since {run.created_at[:16].replace('T', ' ')}")
    if words := persons_words(observed.events):
        parts.append(f"told: {words[-1]}")
    return ", ".join(parts)
