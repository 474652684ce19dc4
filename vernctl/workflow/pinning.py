"""Pin a source: let the account's future generates start from the recipe of one customer's run."""

from __future__ import annotations

from vernctl.errors import InputError, RefusedError
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.results import begin
from vernctl.workflow.work import Work


async def pin_work(work: Work, *, remove: bool = False) -> SpecOutcome:
    """Pin the spec's source to the spec's last run, or unpin it. Costs one write.

    Raises InputError for a spec without a source, RefusedError where no run of it is known.
    """
    source = work.spec.migration.source
    if source is None:
        raise InputError(
            f"{work.spec.name} names no source, and what is pinned is a source.",
            next=f"Add `source:` under `migration:` in {work.spec.shown_path}.",
        )
    observed = await work.look()
    run_id = observed.run.run_id if observed.run else None
    if run_id is None and not remove:
        raise RefusedError(
            f"{work.spec.name} has no run at this endpoint whose recipe could be pinned.",
            rule="no_run",
            next=f"vernctl plan {work.spec.shown_path}",
        )
    pin = await work.session.client.pin_source(source, None if remove else run_id)
    pinned = pin.pinned_recipe_run_id
    fact = (
        f"{source} is pinned: generates of every customer from it start from this run's recipe."
        if pinned
        else f"{source} is not pinned: a generate starts as the service sees fit."
    )
    return begin(work, "status").model_copy(
        update={
            "migration_id": observed.migration_id,
            "run_id": run_id,
            "facts": (fact, "Approvals stand as they are: a pin counts from the next generate on."),
        }
    )
