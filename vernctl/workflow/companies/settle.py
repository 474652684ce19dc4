"""A lost reply in a dialect without a thread: what the import and the history say decides.

Nothing is asked twice on suspicion. An import is found in the history by its idempotency key where
the service tells it, else as the one run that was not there when the intent was written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from pydantic import JsonValue

from vernctl.api.models import IN_FLIGHT, Import
from vernctl.errors import ConflictError
from vernctl.workflow.known import Entry
from vernctl.workflow.messages import as_one_message
from vernctl.workflow.requests import leaves

if TYPE_CHECKING:
    from vernctl.workflow.companies.line import CompanyLine


async def settle(line: CompanyLine, conflict: ConflictError | None = None) -> bool | None:
    """Give the journal's open intent its result: True: it took place, False: it never did, None:
    there is none, or nobody can tell (a correction, which is then on record as missed).

    ``conflict``: the request was refused because the import is not where it is meant for.
    """
    journal = line.journal
    intent = journal.known.open
    if intent is None:
        return None
    if not line.id:
        journal.result(intent, done=False)
        return False
    match intent.name:
        case "import":
            return await _imported(line, intent)
        case "answer":
            done = await _answered(line, intent, conflict)
            journal.result(intent, done=done)
            return done
        case "correct":
            return await _corrected(line, intent)
        case _:
            # A create finds its company again, an upload that no import names is nothing, and to
            # cancel twice is to cancel.
            journal.result(intent, done=False)
            return False


def started_since(runs: Sequence[Import], intent: Entry) -> Import | None:
    """The import that an intent has started, in a history (newest first); None: there is none."""
    before = set(_texts(intent.data.get("before")))
    new = [run for run in runs if run.run_id not in before]
    told = [run for run in new if run.idempotency_key is not None]
    if told:
        return next((run for run in told if run.idempotency_key == intent.data.get("key")), None)
    return new[-1] if new else None


async def _imported(line: CompanyLine, intent: Entry) -> bool:
    """Looked for twice, some seconds apart: a service may list an import a while after it began."""
    for look in range(2):
        if look:
            await asyncio.sleep(line.session.settle_seconds)
        run = started_since(await line.client.list_runs(line.id), intent)
        run = run or await _active(line, intent)
        if run is not None:
            line.journal.result(intent, run_id=run.run_id)
            return True
    line.journal.result(intent, done=False)
    return False


async def _active(line: CompanyLine, intent: Entry) -> Import | None:
    """The import in flight, which a history of settled ones need not list."""
    active = await line.client.active_run(line.id)
    return None if active is None else started_since([active], intent)


async def _answered(line: CompanyLine, intent: Entry, conflict: ConflictError | None) -> bool:
    run = await line.client.get_run(line.id, line.journal.known.run_id or "")
    given = [str(q["answer"]) for q in _items(intent.data.get("questions")) if isinstance(q, dict)]
    read_back = list(leaves(run.answers))
    if run.answers is not None and all(answer in read_back for answer in given):
        asked = {question.id for question in run.questions}
        return not asked & set(_texts(intent.data.get("ids"))) or run.status != "blocked"
    return conflict is None and run.answers is None and run.status != "blocked"


async def _corrected(line: CompanyLine, intent: Entry) -> bool | None:
    journal, messages = line.journal, _texts(intent.data.get("messages"))
    run = await line.client.get_run(line.id, str(intent.data.get("run_id")))
    before = intent.data.get("taken")
    if run.corrections is None or not isinstance(before, int):
        journal.result(intent, done=False)
        why = "its reply was lost, and the service does not tell what it has taken"
        journal.fact("missed", messages=list(messages), why=why)
        return None
    said = as_one_message(messages).strip()
    done = said in [text.strip() for text in run.corrections[before:]]
    journal.result(intent, done=done)
    return done


def is_in_flight(run: Import | None) -> bool:
    """True while an import is queued, running or blocked: it holds the company."""
    return run is not None and run.status in IN_FLIGHT


def _items(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(item) for item in _items(value))
