"""Receipts: one record per apply, chained per spec by the hash of the one before.

The service's own log is swept after a while and is nobody's proof; a receipt is ours. Point
``receipts:`` of vernctl.yaml into git or an artefact folder to keep them.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError

from vernctl.errors import SnapshotError

RECEIPT_FORMAT = 1
#: A single cell may be as large as the service lets it be; the csv module's default is 128 KiB.
CELL_LIMIT = 64 * 1024 * 1024


class SheetRecord(BaseModel):
    """One imported sheet: its rows, those with an invalid cell, and :func:`table_hash`."""

    model_config = ConfigDict(frozen=True)

    rows: int
    invalid_rows: int
    hash: str


class Receipt(BaseModel):
    """What one apply did, for whom, on whose approval. ``previous`` is the sha256 of the receipt
    before it (of its bytes), None for the first."""

    model_config = ConfigDict(frozen=True)

    format: int = RECEIPT_FORMAT
    number: int
    previous: str | None = None
    at: str
    spec: str
    endpoint: str
    address: str
    migration_id: str
    run_id: str
    digest: str
    outcome: str
    approved_by: Mapping[str, str] | None = None
    files: tuple[Mapping[str, JsonValue], ...] = ()
    connection: JsonValue = None
    refinements: tuple[str, ...] = ()
    corrections: tuple[Mapping[str, JsonValue], ...] = ()
    questions: tuple[Mapping[str, JsonValue], ...] = ()
    report: JsonValue = None
    verification: JsonValue = None
    outputs: Mapping[str, str] = {}
    sheets: Mapping[str, SheetRecord] = {}
    knowledge: Mapping[str, str | None] = {}

    def shown(self, sha256: str) -> str:
        """Its number and a part of the sha256 of its bytes, as a person is told of it."""
        return f"{self.number:04d} · {sha256[:4]}…{sha256[-2:]}"


def receipts_of(folder: Path, spec: str) -> list[tuple[Receipt, str]]:
    """All receipts of a spec, oldest first, each with the sha256 of its bytes.

    Raises SnapshotError where one cannot be read, is of a newer format, or the chain is broken.
    """
    found: list[tuple[Receipt, str]] = []
    previous: str | None = None
    for path in sorted((folder / spec).glob("[0-9]*.json")):
        content = path.read_bytes()
        try:
            receipt = Receipt.model_validate_json(content)
        except ValidationError as error:
            raise _unread(path, content) from error
        if receipt.format > RECEIPT_FORMAT:
            raise _unread(path, content)
        if receipt.previous != previous:
            raise SnapshotError(
                f"the receipt {path} does not follow the one before it.",
                next="Restore the folder of receipts from git or from your artefacts.",
            )
        previous = hashlib.sha256(content).hexdigest()
        found.append((receipt, previous))
    return found


def _unread(path: Path, content: bytes) -> SnapshotError:
    """What to say of a receipt that is not read: written by a newer vernctl, or damaged."""
    try:
        number = json.loads(content)["format"]
    except (ValueError, KeyError, TypeError):
        number = None
    if isinstance(number, int) and number > RECEIPT_FORMAT:
        return SnapshotError(
            f"the receipt {path} was written by a newer vernctl: it has format {number}, and this "
            f"vernctl reads {RECEIPT_FORMAT}.",
            next="upgrade vernctl",
        )
    return SnapshotError(
        f"the receipt {path} cannot be read.",
        next="Restore the folder of receipts from git or from your artefacts.",
    )


def write_receipt(folder: Path, spec: str, facts: Mapping[str, object]) -> tuple[Receipt, str]:
    """Append a receipt to the spec's chain; returns it and the sha256 of its bytes.

    The one that already tells of this run and outcome is returned as it is: an apply that was
    interrupted right after writing it has nothing to add.
    """
    before = receipts_of(folder, spec)
    if before and tells_of(before[-1][0], facts):
        return before[-1]
    receipt = Receipt.model_validate(
        {
            **facts,
            "number": before[-1][0].number + 1 if before else 1,
            "previous": before[-1][1] if before else None,
            "at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            "spec": spec,
        }
    )
    content = json.dumps(
        receipt.model_dump(mode="json"), indent=1, sort_keys=True, ensure_ascii=False
    )
    target = folder / spec / f"{receipt.number:04d}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(target, content.encode("utf-8", "surrogatepass") + b"\n")
    return receipt, hashlib.sha256(target.read_bytes()).hexdigest()


def tells_of(receipt: Receipt, facts: Mapping[str, object]) -> bool:
    """Whether a receipt is of this run (migration_id, run_id, digest) and of this outcome."""
    names = ("migration_id", "run_id", "digest", "outcome")
    return all(getattr(receipt, name) == facts[name] for name in names)


def write_atomically(target: Path, content: bytes) -> None:
    """Temporary file, fsync, rename: the target is the old file or the new one, never a part."""
    temporary = target.with_name(f".{target.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(target)


def hash_of(path: Path) -> str:
    """sha256 (64 hex) of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def table_hash(path: Path) -> str:
    """A hash (64 hex) of a CSV's header and its rows as a multiset: row order does not count.

    The sum of the rows' sha256 modulo 2^256, so that a table of any size takes no memory.
    """
    csv.field_size_limit(CELL_LIMIT)
    total = 0
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        for row in reader:
            total += int.from_bytes(_digest(row), "big")
    return hashlib.sha256(_digest(header) + (total % (1 << 256)).to_bytes(32, "big")).hexdigest()


def text_hash(text: str | None) -> str | None:
    """sha256 (64 hex) of a text as it counts: white space at its ends does not."""
    stripped = (text or "").strip()
    return hashlib.sha256(stripped.encode()).hexdigest() if stripped else None


def _digest(cells: list[str]) -> bytes:
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode()).digest()
