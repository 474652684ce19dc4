"""The journal: what this checkout has asked of the service, written before it is asked.

One file of JSON lines per endpoint and address, append-only, fsynced. An intent is written before
every request that changes something, its result after the reply; an intent without a result is a
request whose fate is unknown, and is settled by reading (:mod:`vernctl.workflow.settle`), never by
asking again. A torn last line is what a crash leaves and is cut off; anything else is damage.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from vernctl.errors import JournalError
from vernctl.snapshot.model import RecordedQuestion

JOURNAL_FORMAT = 1
Action = Literal[
    "create",
    "upload",
    "knowledge",
    "connect",
    "generate",
    "update",
    "clarify",
    "answer",
    "credentials",
    "execute",
    "cancel",
    "import",
    "correct",
]
Fact = Literal["preview", "settled", "adopted", "forgotten", "lost", "executed", "missed"]


class Entry(BaseModel):
    """One line. ``n`` counts from 1; a result names its intent in ``of``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    v: int = JOURNAL_FORMAT
    n: int
    at: str
    event: Literal["intent", "result", "fact"]
    name: str
    of: int | None = None
    data: Mapping[str, JsonValue] = {}


class KnownPreview(BaseModel):
    """A preview that this checkout has read: its digest and the thread's last sequence then."""

    model_config = ConfigDict(frozen=True)

    digest: str
    sequence: int | None = None


class KnownExecute(BaseModel):
    """How our last execute ended. ``status``: completed, failed (0 rows) or partial; ``run_id``:
    the run it belonged to, which need not be the latest any more."""

    model_config = ConfigDict(frozen=True)

    digest: str
    status: str
    at: str
    receipt: str | None = None
    run_id: str | None = None


class GivenCredentials(BaseModel):
    """Credentials that a run was given: the fields, and a salted trace of four bytes by which the
    same ones are known again. Never a secret."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    run_id: str
    fields: tuple[str, ...]
    salt: str
    trace: str


class Missed(BaseModel):
    """A correction that did not reach its import, or nobody knows whether it did."""

    model_config = ConfigDict(frozen=True)

    message: str
    why: str


class Known(BaseModel):
    """What the journal adds up to for one address.

    Of a company's import: ``refs`` are its uploads by file name, ``owed`` the corrections that its
    run is still to be told, ``corrected`` those it was told, ``missed`` those it was not;
    ``imports`` the ids of every run we know to be ours, ``spent`` the digests of imports that
    ended badly, whose idempotency keys find nothing but those runs.
    """

    model_config = ConfigDict(frozen=True)

    migration_id: str | None = None
    created: bool = False
    uploaded: bool = False
    knowledge: str | None = None
    connection: JsonValue = None
    credentialed: bool = False
    tried: tuple[GivenCredentials, ...] = ()
    run_id: str | None = None
    generated: bool = False
    generated_at: str | None = None
    applied: tuple[str, ...] = ()
    questions: tuple[RecordedQuestion, ...] = ()
    preview: KnownPreview | None = None
    executing: str | None = None
    executed: KnownExecute | None = None
    lost: bool = False
    sequence: int | None = None
    open: Entry | None = None
    refs: Mapping[str, str] = {}
    owed: tuple[str, ...] = ()
    corrected: tuple[str, ...] = ()
    missed: tuple[Missed, ...] = ()
    imports: tuple[str, ...] = ()
    spent: tuple[str, ...] = ()


class Journal:
    """The journal of one address at one endpoint, under ``folder`` (``.vernctl/journal``)."""

    def __init__(self, folder: Path, endpoint: str, address: str) -> None:
        safe = re.sub(r"[^A-Za-z0-9_.-]+", "_", endpoint)
        self.address = address
        self.path = folder / safe / f"{address}.jsonl"
        self._entries = self._load()
        self.known = Known()
        for entry in self._entries:
            self.known = _fold(self.known, entry)

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
        self.known = _fold(self.known, entry)
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
            if entry.v != JOURNAL_FORMAT or entry.n != number:
                raise self._damaged(number, line)
            entries.append(entry)
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


def _fold(known: Known, entry: Entry) -> Known:
    """The state after one more entry."""
    if entry.event == "intent":
        return known.model_copy(update={"open": entry})
    if entry.event == "result":
        intent = known.open
        if intent is None or intent.n != entry.of or not entry.data.get("done"):
            return known.model_copy(update={"open": None})
        return known.model_copy(update={"open": None, **_after(known, intent.data, entry)})
    return known.model_copy(update=_after_fact(known, entry))


def _after(known: Known, asked: Mapping[str, JsonValue], entry: Entry) -> dict[str, object]:
    """What a request that took place changes."""
    got = entry.data
    sequence = got.get("sequence", asked.get("sequence"))
    match entry.name:
        case "create":
            # The migration that was there already when it was asked for is somebody else's make.
            return {"migration_id": got["migration_id"], "created": got.get("created", True)}
        case "upload":
            refs = got.get("refs")
            return {"uploaded": True, "refs": refs if isinstance(refs, dict) else {}}
        case "knowledge":
            # A preview that is there was made without it: until a generate, there is none of use.
            return {"knowledge": asked.get("knowledge"), "lost": True}
        case "connect":
            return {"connection": asked.get("connection"), "lost": True}
        case "credentials":
            given = GivenCredentials.model_validate(asked)
            return {"credentialed": True, "tried": (*known.tried, given)}
        case "generate":
            fresh = {
                "applied": (),
                "questions": (),
                "preview": None,
                "executing": None,
                "lost": False,
                "generated_at": entry.at,
            }
            return {**fresh, "run_id": got["run_id"], "generated": True, "sequence": sequence}
        case "update":
            messages = _texts(asked.get("messages"))
            return {
                "run_id": got["run_id"],
                "applied": (*known.applied, *messages),
                "preview": None,
                "sequence": sequence,
            }
        case "answer":
            return {"questions": (*known.questions, *_questions(asked.get("questions")))}
        case "import" | "correct":
            return _after_import(known, asked, entry)
        case "execute":
            return {"run_id": got["run_id"], "executing": asked["digest"], "sequence": sequence}
        case _:
            return {}


def _after_import(known: Known, asked: Mapping[str, JsonValue], entry: Entry) -> dict[str, object]:
    """What an import that was started, or told something, changes."""
    if entry.name == "correct":
        said = _texts(asked.get("messages"))
        owed = tuple(text for text in known.owed if text not in said)
        return {"owed": owed, "corrected": (*known.corrected, *said)}
    return {
        "run_id": entry.data["run_id"],
        "executing": asked["digest"],
        "questions": (),
        "owed": _texts(asked.get("corrections")),
        "corrected": (),
        "missed": (),
        "imports": (*known.imports, str(entry.data["run_id"])),
    }


def _after_fact(known: Known, entry: Entry) -> dict[str, object]:
    """What something that was read changes."""
    read = entry.data
    match entry.name:
        case "preview":
            return {"preview": KnownPreview.model_validate(read)}
        case "executed":
            done = KnownExecute.model_validate({**read, "at": entry.at, "run_id": known.run_id})
            # What is not as approved may be told again and again: its run is spent once.
            told = known.executed is not None and known.executed.run_id == done.run_id
            badly = done.status != "completed" and not told
            spent = (*known.spent, done.digest) if badly else known.spent
            return {"executing": None, "executed": done, "spent": spent}
        case "missed":
            said = _texts(read.get("messages"))
            missed = tuple(Missed(message=text, why=str(read.get("why", ""))) for text in said)
            owed = tuple(text for text in known.owed if text not in said)
            return {"owed": owed, "missed": (*known.missed, *missed)}
        case "adopted":
            return {
                "migration_id": read.get("migration_id"),
                "run_id": read.get("run_id"),
                "generated": True,
                "applied": _texts(read.get("applied")),
                "questions": _questions(read.get("questions")),
                "knowledge": read.get("knowledge"),
                "connection": read.get("connection"),
                "uploaded": True,
                "preview": None,
                "lost": False,
                "sequence": read.get("sequence"),
            }
        case "lost":
            return {"preview": None, "lost": True}
        case "forgotten":
            return {name: field.default for name, field in Known.model_fields.items()}
        case "settled":
            # Whatever it does but ask for credentials again: it has taken those that it was given.
            again = read.get("status") == "blocked" and read.get("reason") == "credentials"
            tried = known.tried if again else ()
            return {"sequence": read.get("sequence", known.sequence), "tried": tried}
        case _:
            return {"sequence": read.get("sequence", known.sequence)}


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(str(item) for item in value) if isinstance(value, list) else ()


def _questions(value: JsonValue) -> tuple[RecordedQuestion, ...]:
    if not isinstance(value, list):
        return ()
    return tuple(RecordedQuestion.model_validate(item) for item in value)
