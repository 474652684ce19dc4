"""What an import has made: read back as sheets, held against the import before, and verified.

Nobody has seen these rows yet. They become the pending snapshot; approved, they are what the next
import is held against.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from vernctl.api.models import Import
from vernctl.diff.causes import explained
from vernctl.diff.checks import preview_checks
from vernctl.diff.model import CheckResult, Diff
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.digest import short
from vernctl.snapshot.keys import unique_columns
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.sheet import Sheet
from vernctl.workflow.companies.exports import sheet_of_export
from vernctl.workflow.deliver import Results, exported
from vernctl.workflow.executing import Also, confirm
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.pending import Review, keep_pending
from vernctl.workflow.private import hidden, kept_questions
from vernctl.workflow.remarks import with_wordings
from vernctl.workflow.session import in_ci
from vernctl.workflow.work import Work

#: Limits that compare with the approved rows: of an unseen import they can be held only after it.
_AGAINST_BASE = frozenset({"removed_rows", "changed_rows", "dropped_columns", "sheets"})


class Imported(NamedTuple):
    """An import as the snapshot that it would be, and held against the one before."""

    candidate: Snapshot
    review: Review


async def imported_now(work: Work, approved: Snapshot, run: Import) -> Imported:
    """What an import has made, by reading its exports."""
    async with exported(work, approved.slugs) as results:
        return read_imported(work, approved, run, results)


def read_imported(work: Work, approved: Snapshot, run: Import, results: Results) -> Imported:
    """What these exports hold, as the snapshot to look at. Raises SpecError, ContractError."""
    names = {str(one["slug"]): str(one["name"]) for one in approved.inputs.definitions}
    review = work.spec.review
    sheets: list[Sheet] = []
    for slug, every in results.all_rows.items():
        key = review.key.get(slug) or unique_columns(approved.inputs.definitions, slug)[:1]
        invalid = results.folder / f"{slug}.invalid.csv"
        sheet = sheet_of_export(slug, names.get(slug, slug), every, invalid, key)
        sheets.append(sheet.without_columns(review.ignore.get(slug, ())))
    candidate = make_snapshot(
        approved.inputs,
        hidden(sheets, review, work.tokens),
        review,
        questions=kept_questions(work.spec, work.journal.known.questions),
        engine=work.session.engine,
        migration_id=work.line.id,
        run_id=run.run_id,
        tokens=work.tokens,
    )
    return held_against(work, approved, candidate)


def held_against(work: Work, approved: Snapshot, candidate: Snapshot) -> Imported:
    """What was imported against the rows that were approved before, and the limits on that."""
    diff, causes = explained(approved, candidate)
    return Imported(candidate, Review(diff, causes, _checks(work, diff, candidate), None))


def _checks(work: Work, diff: Diff, candidate: Snapshot) -> tuple[CheckResult, ...]:
    checks = preview_checks(
        work.spec.checks,
        diff,
        candidate,
        embedded=False,
        today=date.today(),
        unexplained=frozenset(),
    )
    return tuple(
        check.model_copy(update={"phase": "import"})
        for check in checks
        if check.name in _AGAINST_BASE
    )


async def confirm_import(work: Work, approved: Snapshot, run: Import) -> SpecOutcome:
    """Verify a completed import by reading, deliver its results, write the receipt, and keep what
    was imported as pending where nobody has looked at it yet."""

    def also(results: Results) -> Also:
        if not approved.unseen:
            # Somebody has looked at these rows since, whatever the import was told.
            return Also(warnings=_by_hand(work, approved))
        found = read_imported(work, approved, run, results)
        if not in_ci():
            keep_pending(work, found.candidate, found.review)
        return Also(
            checks=found.review.checks,
            problems=_missed(work),
            warnings=_by_hand(work, approved),
            facts=_facts(work, found),
            update={"diff": found.review.diff, "causes": found.review.causes},
        )

    outcome = await confirm(work, approved, run, also)
    asked = with_wordings(outcome.questions, work.journal.known.questions, approved)
    outcome = outcome.model_copy(update={"questions": asked})
    path = work.spec.shown_path
    following = f"vernctl show {path}, then vernctl approve {path}"
    if outcome.status == "not_as_approved":
        following += f"; or import once more: vernctl apply {path} --retry"
    return outcome.model_copy(update={"next": following}) if approved.unseen else outcome


def _missed(work: Work) -> tuple[str, ...]:
    return tuple(
        f"the correction “{one.message}” did not reach the import for certain: {one.why}"
        for one in work.journal.known.missed
    )


def _by_hand(work: Work, approved: Snapshot) -> tuple[str, ...]:
    return tuple(
        f"corrected by hand while it ran: “{text}”; no spec says so, the next import does not know."
        for text in work.journal.known.corrected
        if text not in approved.inputs.refinements
    )


def _facts(work: Work, found: Imported) -> tuple[str, ...]:
    changes = [
        f"{sheet.name}: +{len(sheet.added)} −{len(sheet.removed)} ~{len(sheet.changed)} rows"
        for sheet in found.review.diff.sheets
        if not sheet.is_new and not sheet.is_empty
    ]
    kept = "is pending" if not in_ci() else "can be made pending by `vernctl plan`"
    said = f"Nobody has seen these rows: what was imported, {short(found.candidate.digest)}, {kept}"
    against = f"; against the import before it: {', '.join(changes)}" if changes else ""
    return (f"{said}{against}.",)
