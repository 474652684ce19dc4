"""Snapshots on disk: a folder that is replaced whole, and believed only as it was written.

``NAME.snapshot/`` holds snapshot.yaml, ``<slug>.csv`` and ``<slug>.invalid.csv`` for every sheet,
and REVIEW.md. A new one is written beside it, flushed to disk, and swapped in by renames; killed
at any point, what is read next is the old snapshot or the new one.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from pathlib import Path

from vernctl.errors import SnapshotError
from vernctl.snapshot import document, table
from vernctl.snapshot import folder as swapping
from vernctl.snapshot.digest import digest_of
from vernctl.snapshot.model import SheetReview, Snapshot
from vernctl.snapshot.sheet import Heal, Sheet

DOCUMENT = "snapshot.yaml"
REVIEW = "REVIEW.md"
_MARKERS = (b"<<<<<<< ", b">>>>>>> ")
_RESERVED = {"con", "prn", "aux", "nul"} | {f"{n}{i}" for n in ("com", "lpt") for i in range(10)}


def write_snapshot(folder: Path, snapshot: Snapshot, review_markdown: str) -> None:
    """Write or replace a snapshot folder, atomically.

    Raises :class:`SnapshotError` for a sheet whose slug is not a safe file name, and where the
    place is taken by something that is not a folder.
    """
    swapping.replace_folder(folder, {**snapshot_files(snapshot), REVIEW: review_markdown.encode()})


def snapshot_files(snapshot: Snapshot) -> dict[str, bytes]:
    """File name → content of a snapshot's folder, without REVIEW.md."""
    _check_slugs([sheet.slug for sheet in snapshot.sheets])
    files: dict[str, bytes] = {}
    entries: list[document.SheetEntry] = []
    for sheet in snapshot.sheets:
        review = snapshot.review.get(sheet.slug, SheetReview())
        rows = table.write_rows(sheet.columns, sheet.rows)
        invalid = table.write_invalid(sheet, review.key)
        files |= {f"{sheet.slug}.csv": rows, f"{sheet.slug}.invalid.csv": invalid}
        entries.append(
            document.SheetEntry(
                slug=sheet.slug,
                name=sheet.name,
                rows=len(sheet.rows),
                sample_of=sheet.sample_of,
                invalid_rows=sheet.invalid_rows,
                key=review.key,
                key_source=review.key_source,
                ignored=review.ignored,
                tokens=review.tokens,
                moved=review.moved,
                sha256=hashlib.sha256(rows).hexdigest(),
                invalid_sha256=hashlib.sha256(invalid).hexdigest(),
                heals=tuple(document.HealEntry(**heal._asdict()) for heal in sheet.heals),
            )
        )
    return {DOCUMENT: document.dump(document.make_document(snapshot, entries)), **files}


def read_snapshot(folder: Path) -> Snapshot | None:
    """The snapshot in a folder; None where there is no folder.

    A replacement that was cut short is healed first. Raises :class:`SnapshotError`, naming the
    file, for one that is missing, was edited, or was written by a newer vernctl.
    """
    swapping.heal_folder(folder)
    if not folder.is_dir():
        if folder.exists():
            raise _error(str(folder), "a snapshot is a folder, and this is a file")
        return None

    def read(name: str) -> bytes | None:
        path = folder / name
        return path.read_bytes() if path.is_file() else None

    found = read_snapshot_with(read, str(folder))
    if found is None:
        raise _error(f"{folder}/{DOCUMENT}", "it is missing")
    return found


def read_snapshot_with(read: Callable[[str], bytes | None], where: str) -> Snapshot | None:
    """The snapshot whose files ``read`` gives by name; None where there is no snapshot.yaml.

    ``where`` is how messages call the folder. Errors are those of :func:`read_snapshot`.
    """
    data = _read(read, where, DOCUMENT)
    if data is None:
        return None
    try:
        head = document.load(data)
    except document.NewerFormatError as error:
        raise SnapshotError(
            f"{where} was written by a newer vernctl: {error}.", next="upgrade vernctl"
        ) from None
    except ValueError as error:
        raise _error(f"{where}/{DOCUMENT}", str(error)) from None
    _check_slugs([entry.slug for entry in head.sheets])
    inputs = head.inputs()
    sheets = tuple(_read_sheet(read, where, entry) for entry in head.sheets)
    if digest_of(inputs, () if head.unseen else sheets) != head.digest:
        raise _error(where, f"its content has not the digest {head.digest[:7]} that it states")
    return Snapshot(
        inputs=inputs,
        sheets=sheets,
        review={
            entry.slug: SheetReview(
                key=entry.key,
                key_source=entry.key_source,
                ignored=entry.ignored,
                tokens=entry.tokens,
                moved=entry.moved,
            )
            for entry in head.sheets
        },
        questions=head.questions,
        engine=head.engine,
        migration_id=head.information.migration_id,
        run_id=head.information.run_id,
        token_key=head.token_key,
        clarified=head.clarified,
        unseen=head.unseen,
        digest=head.digest,
    )


def remove_snapshot(folder: Path) -> None:
    """Remove a snapshot folder and what cut-short replacements left; nothing there is no error."""
    swapping.remove_folder(folder)


def _read_sheet(
    read: Callable[[str], bytes | None], where: str, entry: document.SheetEntry
) -> Sheet:
    def content(name: str, sha256: str) -> bytes:
        data = _read(read, where, name)
        if data is None:
            raise _error(f"{where}/{name}", "it is missing")
        if hashlib.sha256(data).hexdigest() != sha256:
            raise _error(f"{where}/{name}", "it was changed after it was written")
        return data

    name = f"{entry.slug}.csv"
    try:
        columns, rows = table.read_rows(content(name, entry.sha256))
        sheet = Sheet(
            slug=entry.slug,
            name=entry.name,
            columns=columns,
            rows=tuple(rows),
            sample_of=entry.sample_of,
            heals=tuple(Heal(**heal.model_dump()) for heal in entry.heals),
        )
        name = f"{entry.slug}.invalid.csv"
        invalid = table.read_invalid(content(name, entry.invalid_sha256), sheet, entry.key)
    except ValueError as error:
        raise _error(f"{where}/{name}", str(error)) from None
    return sheet.model_copy(update={"invalid": invalid})


def _read(read: Callable[[str], bytes | None], where: str, name: str) -> bytes | None:
    """A file with LF line ends, whatever the checkout made of them; none holds a bare CR."""
    data = read(name)
    if data is None:
        return None
    data = data.replace(b"\r\n", b"\n")
    if any(line.startswith(_MARKERS) for line in data.split(b"\n")) and b"\n=======\n" in data:
        raise SnapshotError(
            f"{where}/{name} has conflict markers of a merge.",
            next=f"take one side whole (git checkout --ours {where}), then plan and approve again",
        )
    return data


def _check_slugs(slugs: list[str]) -> None:
    """Slugs come from a service: as file names they must stay inside the folder, and apart."""
    seen: set[str] = set()
    for slug in slugs:
        folded = unicodedata.normalize("NFC", slug).casefold()
        ok = slug[:1].isalnum() and all(c.isalnum() or c in "._-" for c in slug)
        stem = folded.partition(".")[0]
        if not ok or len(slug.encode()) > 200 or stem in _RESERVED or folded.endswith(".invalid"):
            raise SnapshotError(
                f"The sheet {slug!r} cannot be a file: its slug is not a safe name."
            )
        if folded in seen:
            raise SnapshotError(f"Two sheets would be one file: {slug!r} differs in case alone.")
        seen.add(folded)


def _error(path: str, why: str) -> SnapshotError:
    folder = path.rpartition("/")[0] if path.endswith((".csv", ".yaml")) else path
    return SnapshotError(
        f"{path} cannot be trusted: {why}.",
        reasons=["`*.snapshot/** -text -merge` in .gitattributes keeps git from changing it."],
        next=f"git restore {folder}, or delete it, then plan and approve again",
    )
