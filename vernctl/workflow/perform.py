"""Walk the steps of a plan. Each request is journalled before it is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from vernctl.api.models import ListedFile, RunKind
from vernctl.api.uploads import Upload
from vernctl.errors import (
    ConflictError,
    InputError,
    RefusedError,
    ServerError,
    UnreachableError,
)
from vernctl.snapshot.model import InputFile
from vernctl.workflow.drive import Driven, costs_of, drive, start
from vernctl.workflow.messages import as_one_message
from vernctl.workflow.outcome import QuestionOutcome
from vernctl.workflow.plan import Plan, PlannedStep, steps_for
from vernctl.workflow.work import Work


class Replan(Exception):  # noqa: N818 - a signal between two modules, never an error of a person
    """What was observed no longer holds (a migration that existed, a run by somebody else)."""


async def perform(work: Work, plan: Plan) -> tuple[QuestionOutcome, ...]:
    """Perform the plan's steps in order and return the questions that were answered.

    Raises Replan where the service has moved under the plan; BlockedError, RunFailedError,
    QuotaError and ApiError as the steps do.
    """
    asked: list[QuestionOutcome] = []
    if plan.case == "attach":
        return (await _follow(work)).questions
    for step in steps_for(plan):
        work.session.listener.say(work.spec.name, step.kind, step.detail or step.reason)
        match step.kind:
            case "create":
                await _create(work)
            case "upload":
                await _upload(work)
            case "knowledge":
                await _write_knowledge(work)
            case "generate":
                await _run(work, step)
                asked += (await _follow(work)).questions
            case "update":
                await _run(work, step)
                asked += (await _follow(work)).questions
            case _:
                # An expected answer is given while its run is followed.
                continue
    return tuple(asked)


async def _follow(work: Work) -> Driven:
    migration_id = work.journal.known.migration_id or ""
    return await drive(work.session, work.journal, work.spec, migration_id, during="plan")


async def _create(work: Work) -> None:
    migration = work.spec.migration
    await work.session.gate.admit(work.address, ("create",), "create")
    intent = work.journal.intend("create", external_id=work.address)
    created = await work.session.client.create_migration(
        name=migration.name,
        external_id=work.address,
        source=migration.source,
        templates=migration.templates,
    )
    work.journal.result(intent, migration_id=created.migration.id, created=created.created)
    if not created.created:
        raise Replan


async def _upload(work: Work, *, again: bool = False) -> None:
    migration_id = work.journal.known.migration_id or ""
    there = await work.session.client.list_files(migration_id)
    refuse_poisoned(work, there)
    names = {file.name for file in there}
    missing = [file for file in work.inputs.files if file.name not in names]
    if not missing:
        work.journal.result(work.journal.intend("upload", files=[]))
        return None
    if work.inputs.elsewhere:
        raise InputError(
            f"{', '.join(file.name for file in missing)} must be uploaded, "
            "and the files of the spec are not on this host.",
            remote="The migration exists without them; nothing was imported.",
            next="Run the same command where the files are.",
        )
    intent = work.journal.intend("upload", files=[file.name for file in missing])
    uploads = [Upload(name=file.name, path=work.inputs.paths[file.name]) for file in missing]
    try:
        there = await work.session.client.upload_files(migration_id, uploads)
    except (UnreachableError, ServerError):
        # What has arrived of it is in the list; only what has not is sent once more.
        work.journal.result(intent, done=False)
        if again:
            raise
        return await _upload(work, again=True)
    refuse_poisoned(work, there)
    work.journal.result(intent)


def refuse_poisoned(work: Work, there: Sequence[ListedFile]) -> None:
    """Files cannot be removed from a migration: one too many, or another, spoils it for good."""
    wanted = {file.name: file for file in work.inputs.files}
    spoilt = [name for name, count in Counter(file.name for file in there).items() if count > 1]
    spoilt += [file.name for file in there if _is_other(file, wanted.get(file.name))]
    if spoilt:
        raise RefusedError(
            f"the migration's file list is spoilt: {', '.join(sorted(set(spoilt)))} "
            "is there twice, or is not the file of this spec.",
            rule="poisoned",
            remote="Files cannot be removed from a migration; nothing was imported.",
            next=f"Raise `epoch:` in {work.spec.shown_path}: it opens a fresh migration.",
        )


def _is_other(file: ListedFile, wanted: InputFile | None) -> bool:
    return wanted is None or (file.size is not None and file.size != wanted.size)


async def _write_knowledge(work: Work) -> None:
    migration_id = work.journal.known.migration_id or ""
    text = work.desired.knowledge
    current = await work.session.client.get_knowledge(migration_id)
    intent = work.journal.intend("knowledge", knowledge=text)
    if (current.knowledge or "").strip() != (text or ""):
        await work.session.client.put_knowledge(
            migration_id, text, if_unmodified_since=current.updated_at
        )
    work.journal.result(intent)


async def _run(work: Work, step: PlannedStep) -> None:
    migration_id = work.journal.known.migration_id or ""
    kind: RunKind = "generate" if step.kind == "generate" else "update"
    message = as_one_message(step.messages) if step.messages else None
    if await work.session.gate.reserve(work.address, costs_of(kind), kind):
        raise Replan
    try:
        await start(
            work.session,
            work.journal,
            migration_id,
            kind,
            message=message,
            messages=list(step.messages),
        )
    except ConflictError as conflict:
        if conflict.run_id is not None:
            raise Replan from conflict
        if kind == "update":
            # The preview is no longer resumable: the planner finds no preview, and starts over.
            work.journal.fact("lost")
            raise Replan from conflict
        raise
