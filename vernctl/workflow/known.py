"""The entries of a journal, and what they add up to for one address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue

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
Fact = Literal["preview", "settled", "adopted", "forgotten", "found", "lost", "executed", "missed"]


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


def fold(known: Known, entry: Entry) -> Known:
    """What is known after one more entry."""
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
        case "found":
            return {"migration_id": read.get("migration_id")}
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
