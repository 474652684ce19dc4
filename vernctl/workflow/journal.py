"""The journal: what this checkout has asked of the service, written before it is asked.

One file of JSON lines per endpoint and address, append-only, fsynced. An intent is written before
every request that changes something, its result after the reply; an intent without a result is a
request whose fate is unknown, and is settled by reading (:mod:`vernctl.workflow.settle`), never by
asking again. A torn last line is what a crash leaves and is cut off; a line that others have gone
past is one of a process that had lost its lease, and is passed over; anything else is damage.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import JsonValue, ValidationError

from vernctl.errors import JournalError
from vernctl.workflow.known import JOURNAL_FORMAT, Action, Entry, Fact, Known, fold
from vernctl.workflow.lease import still_held


class Journal:
    """The journal of one address at one endpoint, under ``folder`` (``.vernctl/journal``)."""

    def __init__(self, folder: Path, endpoint: str, address: str) -> None:
        safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", endpoint)
        self.address = address
        self.path = folder / safe / f"{address}.jsonl"
        self._entries = self._load()
        self.known = Known()
        for entry in self._entries:
            self.known = fold(self.known, entry)

    def intend(self, action: Action, **data: JsonValue) -> Entry:
        """Write down what is about to be asked. Returns the intent, for :meth:`result`."""
        return self._append("intent", action, None, data)

    def result(self, intent: Entry, **data: JsonValue) -> None:
        """Write down that the request took place (``done`` true), or that it never did."""
        self._append("result", intent.name, intent.n, {"done": True, **data})

    def fact(self, fact: Fact, **data: JsonValue) -> None:
        """Write down something that was read."""
        self._append("fact", fact, None, data)

    def _append(
        self,
        event: Literal["intent", "result", "fact"],
        name: str,
        of: int | None,
        data: Mapping[str, JsonValue],
    ) -> Entry:
        # A line of a process that has lost its lease would be a second one of its number.
        still_held()
        entry = Entry(
            n=len(self._entries) + 1,
            at=datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            event=event,
            name=name,
            of=of,
            data=data,
        )
        line = json.dumps(entry.model_dump(mode="json", exclude_none=True), ensure_ascii=False)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("ab") as stream:
            stream.write(line.encode("utf-8", "surrogatepass") + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        self._entries.append(entry)
        self.known = fold(self.known, entry)
        return entry

    def _load(self) -> list[Entry]:
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return []
        whole, _, torn = content.rpartition(b"\n")
        if torn:
            # A crash in the middle of a write: the intent was never acted on, so it never was.
            with self.path.open("r+b") as stream:
                stream.truncate(len(content) - len(torn))
        entries: list[Entry] = []
        for number, line in enumerate(whole.splitlines(), start=1):
            try:
                entry = Entry.model_validate_json(line)
            except ValidationError as error:
                raise self._damaged(number, line) from error
            if entry.v != JOURNAL_FORMAT or not 1 <= entry.n <= len(entries) + 1:
                raise self._damaged(number, line)
            if entry.n == len(entries) + 1:
                entries.append(entry)
            elif entry.n == len(entries):
                raise self._damaged(number, line)  # which of the two holds, nobody can say
            # Else a process was stopped in the middle of this very line, and lost its lease: who
            # took over has settled by reading what the line tells, and gone on. No request followed
            # it, for the lease stands before each.
        return entries

    def _damaged(self, line: int, text: bytes) -> JournalError:
        if newer := _newer_format(text):
            return JournalError(
                f"the journal {self.path} was written by a newer vernctl: its line {line} has "
                f"format {newer}, and this vernctl reads {JOURNAL_FORMAT}.",
                remote="Nothing was sent.",
                next="upgrade vernctl",
            )
        return JournalError(
            f"line {line} of the journal {self.path} cannot be read.",
            remote="Nothing was sent.",
            next=f"Move {self.path} away; vernctl then learns the state from the service.",
        )


def _newer_format(line: bytes) -> int | None:
    """The format that a line names, where it is newer than what is read here."""
    try:
        number = json.loads(line)["v"]
    except (ValueError, KeyError, TypeError):
        return None
    return number if isinstance(number, int) and number > JOURNAL_FORMAT else None
