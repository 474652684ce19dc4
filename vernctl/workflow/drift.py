"""Drift: what others have moved since the approval and the last import. Reads only, fit for cron.

Templates and knowledge belong to the account, files to the customer, imported rows to the product:
all of them can move without this project. Nothing here starts a run; ``plan --refresh`` does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from vernctl.diff.causes import causes_between
from vernctl.errors import RefusedError
from vernctl.snapshot.model import Snapshot
from vernctl.workflow.connecting import live_facts, live_source
from vernctl.workflow.deliver import exported
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.receipts import Receipt, receipts_of
from vernctl.workflow.record import sheet_records
from vernctl.workflow.results import begin
from vernctl.workflow.work import Work

#: Reads the id of a spec's workspace; None where there is none.
Find = Callable[[Work], Awaitable[str | None]]


async def drift_work(work: Work, find: Find) -> SpecOutcome:
    """Hold templates, files, knowledge and imported sheets against approval and last receipt.

    Status ``changed`` (exit 2) where something moved. Raises RefusedError where nothing was ever
    approved: there is nothing to drift from. ``find`` reads the id of the spec's workspace.
    """
    base = work.base
    if base is None:
        raise RefusedError(
            f"{work.spec.name} has no approved snapshot to drift from.",
            rule="not_approved",
            remote=None,
            next=f"vernctl plan {work.spec.shown_path}, then vernctl approve",
        )
    moved = [f"file: {text}" for text in work.inputs.changed_since(base.inputs.files)]
    now = base.model_copy(update={"inputs": work.inputs_of(base.inputs.refinements)})
    causes = tuple(cause for cause in causes_between(base, now) if cause.kind == "template")
    moved += [f"template: {cause.ref}" for cause in causes]
    receipt = last_import(work)
    migration_id = work.journal.known.migration_id or base.migration_id
    live = await live_source(work, migration_id)
    if live is not None and live.attached is False:
        moved.append(f"connection: {live.source_key} is not attached as the spec says")
    if receipt is not None:
        moved += await _moved_since(work, base, receipt, await find(work))
    against = f"receipt {receipt.number:04d} of {receipt.at[:10]}" if receipt else "the approval"
    return begin(work, "status").model_copy(
        update={
            "status": "changed" if moved else "unchanged",
            "digest": base.digest,
            "causes": causes,
            "facts": (
                *(moved or [f"Nothing has moved since {against}."]),
                *live_facts(work, live),
            ),
            "live": live,
            "next": _next(work) if moved else None,
        }
    )


def _next(work: Work) -> str:
    """A preview is made afresh; where there is none, a plan says what an import would send."""
    refresh = "" if work.spec.review.unseen else " --refresh"
    return f"vernctl plan {work.spec.shown_path}{refresh}"


def last_import(work: Work) -> Receipt | None:
    """The newest receipt of an import at this endpoint and address."""
    chain = receipts_of(work.folders.receipts, work.spec.name)
    ended = ("applied", "not_as_approved", "unchanged")
    return next(
        (
            receipt
            for receipt, _ in reversed(chain)
            if receipt.outcome in ended
            and (receipt.endpoint, receipt.address) == (work.session.identity, work.address)
        ),
        None,
    )


async def _moved_since(
    work: Work, base: Snapshot, receipt: Receipt, found: str | None
) -> list[str]:
    """Knowledge and sheets on the service against what the receipt recorded."""
    if found != receipt.migration_id:
        return [f"migration: {receipt.migration_id} is not there any more"]
    moved = [
        f"knowledge: the {whose}'s text changed"
        for whose, hashed in (await work.line.knowledge()).items()
        if whose in receipt.knowledge and hashed != receipt.knowledge[whose]
    ]
    async with exported(work, base.slugs) as results:
        for slug, sheet in sheet_records(results).items():
            was = receipt.sheets.get(slug)
            if was is not None and was.hash != sheet.hash:
                moved.append(
                    f"sheet: {slug} had {was.rows} rows, has {sheet.rows}, others or edited"
                )
    return moved
