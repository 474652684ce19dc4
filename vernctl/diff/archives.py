"""Export archives: ZIP files of one CSV for each sheet, compared sheet by sheet."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

from vernctl.diff.compare import diff_sheets
from vernctl.diff.model import Diff
from vernctl.diff.tables import csv_sheet
from vernctl.errors import InputError, UsageError
from vernctl.snapshot.keys import choose_key
from vernctl.snapshot.sheet import Sheet

#: A ZIP says how large its files are; more than this is refused before it is read.
MOST_BYTES = 4 * 1024**3


def diff_archives(
    old: Path, new: Path, *, key: Sequence[str] = (), ignore: Sequence[str] = ()
) -> Diff:
    """Every sheet of two archives compared. ``key`` holds for the sheets that have its columns;
    the others, and all without one, are told apart by a key that is found, else by likeness.

    Raises InputError for what is no ZIP of CSV files, and UsageError for a key that no sheet has.
    """
    before, after = read_archive(old), read_archive(new)
    if key and not any(set(key) <= set(sheet.columns) for sheet in after.values()):
        raise UsageError(f"--key names {', '.join(key)}, and no sheet has such columns.")
    sheets = []
    for slug, sheet in after.items():
        two = sheet.without_columns(ignore)
        one = before[slug].without_columns(ignore) if slug in before else None
        chosen, source = choose_key([two] if one is None else [one, two], key, ())
        whole = two.model_copy(update={"sample_of": len(two.rows)})
        sheets.append(diff_sheets(one, whole, chosen, source))
    return Diff(
        base_digest=None,
        digest="",
        sheets=tuple(sheets),
        dropped_sheets=tuple(slug for slug in before if slug not in after),
    )


def read_archive(path: Path) -> dict[str, Sheet]:
    """Slug → sheet of every CSV in a ZIP, in the order of their names; other files are passed over.

    Raises InputError for what is no ZIP, holds no CSV, is encrypted, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [
                info for info in archive.infolist() if info.filename.lower().endswith(".csv")
            ]
            if sum(info.file_size for info in entries) > MOST_BYTES:
                raise InputError(f"{path} unpacks to more than {MOST_BYTES // 1024**3} GiB.")
            found: dict[str, Sheet] = {}
            for info in sorted(entries, key=lambda info: info.filename):
                slug = Path(info.filename).stem
                if slug in found:
                    raise InputError(f"{path} holds two files that are called {slug}.csv.")
                where = path / info.filename
                found[slug] = csv_sheet(where, archive.read(info))
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise InputError(f"{path} cannot be read as a ZIP: {error}.") from None
    if not found:
        raise InputError(f"{path} holds no CSV file.")
    return found
