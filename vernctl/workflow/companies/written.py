"""How many rows an import has left behind that did not complete: told by reading the exports."""

from __future__ import annotations

from vernctl.errors import GoneError, NotFoundError
from vernctl.workflow.deliver import exported
from vernctl.workflow.drift import last_import
from vernctl.workflow.record import sheet_records
from vernctl.workflow.work import Work


async def rows_left(work: Work, slugs: tuple[str, ...], *, earlier: bool) -> int | None:
    """The rows that are there; where an ``earlier`` import's were there before, 0 if they are the
    very same, and None if they are not: nobody knows whose they are."""
    try:
        async with exported(work, slugs) as results:
            if not earlier:
                return sum(results.counts.values())
            now = {slug: sheet.hash for slug, sheet in sheet_records(results).items()}
    except (NotFoundError, GoneError):
        # There is no sheet to export, so nothing was written to one.
        return None if earlier else 0
    receipt = last_import(work)
    before = {slug: sheet.hash for slug, sheet in receipt.sheets.items()} if receipt else {}
    return 0 if before and now == before else None
