"""The thread: every step the engine takes, across runs, in one stable order; also as a stream."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Final

from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.store import Store, Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue


#: What each verbosity leaves out.
HIDDEN: Final[dict[str, tuple[str, ...]]] = {
    "user": ("thinking", "tool_call", "tool_result"),
    "tools": ("thinking",),
    "all": (),
}
#: Events of one page; a client pages on by ``last_sequence``.
PAGE = 1_000
#: A silent stream says so this often (s), so that nothing between takes it for dead.
PING_SECONDS = 15.0
#: A stream closes after this long (s); the client comes back with ``after``.
STREAM_SECONDS = 290.0
_WORDS = re.compile(r"(?:\S+\s*){1,8}|\s+")


def say(db: Transaction, migration: str, run: str, text: str) -> None:
    """The engine's words as ``message`` events: bare string tokens, joined without separators."""
    for token in _WORDS.findall(text.rstrip() + " "):
        db.event(migration, run, "message", token)


def person_says(db: Transaction, migration: str, run: str, text: str) -> None:
    """A person's words: the only event that carries a role."""
    db.event(migration, run, "message", {"role": "user", "text": text})


def read_page(
    store: Store, migration: str, after: int | None, include: str
) -> dict[str, JsonValue]:
    """Events with ``sequence > after``. Refuses with 400 for an unknown ``include``.

    ``last_sequence`` is the end of the thread where the page reaches it, whatever the verbosity
    hides; null while there is no thread.
    """
    with store.reading() as db:
        events, last, _ = _read(db, migration, after or 0, include)
    return {"events": list(events), "last_sequence": last}


def _read(
    db: Transaction, migration: str, after: int, include: str
) -> tuple[list[dict[str, JsonValue]], int | None, bool]:
    hidden = HIDDEN.get(include)
    if hidden is None:
        raise RefusalError(400, f"include is “{include}”; it may be user, tools or all.")
    marks = ", ".join("?" for _ in hidden)
    values: list[str | int] = [migration, after, *hidden, PAGE]
    rows = db.all(
        "SELECT sequence, type, data, created_at FROM events WHERE migration = ? AND sequence > ?"
        f" AND type NOT IN ({marks}) ORDER BY sequence LIMIT ?",
        *values,
    )
    events: list[dict[str, JsonValue]] = [
        {
            "sequence": row["sequence"],
            "type": row["type"],
            "data": json.loads(row["data"]),
            "created_at": row["created_at"],
        }
        for row in rows
    ]
    end = db.one("SELECT MAX(sequence) AS last FROM events WHERE migration = ?", migration)
    assert end is not None
    full = len(rows) == PAGE
    return events, rows[-1]["sequence"] if full else end["last"], full


async def stream(
    store: Store, migration: str, after: int | None, include: str
) -> AsyncIterator[bytes]:
    """The thread as server-sent events (frames end with a blank line, LF).

    Ends with ``done`` once no run is active and everything was sent; a blocked run is not active.
    Without ``done`` it ends after STREAM_SECONDS, or when the server stops.
    """
    sent = after or 0
    loop = asyncio.get_running_loop()
    deadline = loop.time() + STREAM_SECONDS
    with store.bell.listening(migration) as rung:
        while not store.bell.closed:
            rung.clear()
            with store.reading() as db:
                events, last, full = _read(db, migration, sent, include)
                active = _is_active(db, migration)
            for event in events:
                yield _frame(str(event["type"]), event)
            sent = max(sent, last or 0)
            if full:
                continue
            if not active:
                yield _frame("done", {"last_sequence": last})
                return
            left = deadline - loop.time()
            if left <= 0:
                return
            try:
                await asyncio.wait_for(rung.wait(), min(PING_SECONDS, left))
            except TimeoutError:
                yield b": ping\n\n"


def _is_active(db: Transaction, migration: str) -> bool:
    row = db.one(
        "SELECT 1 FROM runs WHERE migration = ? AND status IN ('queued', 'running')", migration
    )
    return row is not None


def _frame(type_: str, data: JsonValue | dict[str, JsonValue]) -> bytes:
    return f"event: {type_}\ndata: {json.dumps(data)}\n\n".encode("ascii")
