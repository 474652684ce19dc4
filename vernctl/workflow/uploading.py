"""The spec's files into the migration: each once, whoever else may be at it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence

from vernctl.api.models import ListedFile
from vernctl.api.uploads import Upload
from vernctl.errors import (
    ConflictError,
    InputError,
    RefusedError,
    ServerError,
    UnreachableError,
)
from vernctl.snapshot.model import InputFile
from vernctl.workflow.work import Work

#: How often the file list of a migration that somebody else has just made is looked at again.
LOOKS = 10


async def upload(work: Work) -> None:
    """Upload what the migration's file list lacks. A lost reply is resolved by that list.

    Raises RefusedError for a spoilt list, InputError where the files are not on this host.
    """
    for attempt in range(2):
        there = await _listed(work)
        refuse_poisoned(work, there)
        names = {file.name for file in there}
        missing = [file for file in work.inputs.files if file.name not in names]
        refuse_elsewhere(work, missing, "The migration exists without them; nothing was imported.")
        intent = work.journal.intend("upload", files=[file.name for file in missing])
        try:
            await _send(work, missing)
        except (UnreachableError, ServerError):
            # What has arrived of it is in the list; only what has not is sent once more.
            work.journal.result(intent, done=False)
            if attempt:
                raise
            continue
        work.journal.result(intent)
        return


def refuse_elsewhere(work: Work, missing: Sequence[InputFile], remote: str) -> None:
    """Raise InputError where files have to be uploaded that are not on this host."""
    if work.inputs.elsewhere and missing:
        raise InputError(
            f"{', '.join(file.name for file in missing)} must be uploaded, "
            "and the files of the spec are not on this host.",
            remote=remote,
            next="Run the same command where the files are.",
        )


async def _send(work: Work, missing: Sequence[InputFile]) -> None:
    if not missing:
        return
    client, migration_id = work.session.client, work.journal.known.migration_id or ""
    uploads = [Upload(name=file.name, path=work.inputs.paths[file.name]) for file in missing]
    try:
        there = await client.upload_files(migration_id, uploads)
    except ConflictError:
        refuse_poisoned(work, await client.list_files(migration_id))
        raise
    refuse_poisoned(work, there)


async def _listed(work: Work) -> tuple[ListedFile, ...]:
    """The file list. Whoever has made the migration is about to fill it: they are given a while,
    for a file that two upload can never be taken away again."""
    client, mine = work.session.client, work.journal.known
    there = await client.list_files(mine.migration_id or "")
    for look in range(0 if mine.created else LOOKS):
        if len(there) >= len(work.inputs.files):
            break
        if not look:
            work.session.listener.say(work.spec.name, "waiting", "for another vernctl's upload")
        await asyncio.sleep(work.session.poll_seconds)
        there = await client.list_files(mine.migration_id or "")
    return there


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
