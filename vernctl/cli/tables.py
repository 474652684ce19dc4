"""Files that are no plain CSV, read as ``vernctl inspect`` reads them, for a comparison."""

from __future__ import annotations

import codecs
import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vernctl.engine.readers import SourceTable

#: As much of a file as tells its kind.
_HEAD = 64 * 1024
_OTHER_KINDS = (b"PK\x03\x04", b"PAR1", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")
_JSON = frozenset({".json", ".jsonl", ".ndjson"})
_FOREIGN = ";\t|"
#: Characters of a note on stderr.
_NOTE = 300


@contextmanager
def plain_files(paths: Sequence[Path], *, whole: bool = False) -> Iterator[list[Path]]:
    """The files themselves where they are CSV with commas in UTF-8; in the place of every other one
    a copy that is, made for as long as this lasts, and said on stderr.

    ``whole``: look for bytes that are no UTF-8 in the whole file, not in its beginning alone.
    Raises InputError for a file of several tables, or of lines that fit no row.
    """
    with tempfile.TemporaryDirectory(prefix="vernctl-") as scratch:
        yield [
            path if _is_plain(path, whole=whole) else _copied(path, Path(scratch, str(side)))
            for side, path in enumerate(paths)
        ]


def _is_plain(path: Path, *, whole: bool) -> bool:
    try:
        with path.open("rb") as stream:
            head = stream.read(_HEAD)
            if head.startswith(_OTHER_KINDS) or path.suffix.lower() in _JSON:
                return False
            decoder = codecs.getincrementaldecoder("utf-8-sig")()
            text = decoder.decode(head)
            while whole and (data := stream.read(_HEAD)):
                decoder.decode(data)
    except OSError:
        return True  # whoever reads it says why
    except UnicodeDecodeError:
        return False
    header = text.partition("\n")[0]
    return "," in header or '"' in header or not any(sign in header for sign in _FOREIGN)


def _copied(path: Path, folder: Path) -> Path:
    """The one table of a file as CSV, under the file's own name."""
    from vernctl.engine.inspect import table_rows
    from vernctl.engine.model import EngineError
    from vernctl.errors import InputError
    from vernctl.render.escape import text_safe

    folder.mkdir()
    copy = folder / path.name
    try:
        with table_rows(path) as (table, rows):
            _check(path, table)
            with copy.open("w", newline="", encoding="utf-8") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(table.columns)
                writer.writerows(rows)
    except EngineError as error:
        raise InputError(str(error), next=f"vernctl inspect {path}") from error
    print(text_safe(f"{path.name} is read as {_how(table)}.", _NOTE), file=sys.stderr)
    return copy


def _check(path: Path, table: SourceTable) -> None:
    from vernctl.errors import InputError

    if table.rejected_count:
        lines = "1 line" if table.rejected_count == 1 else f"{table.rejected_count:,} lines"
        raise InputError(
            f"{path}: {lines} of it fit no row, and a comparison would leave them out.",
            next=f"vernctl inspect {path}",
        )


def _how(table: SourceTable) -> str:
    if table.dialect is None:
        return f"the table {table.sheet or table.name}"
    sign = {"\t": "tabs", ";": "semicolons", "|": "bars", ",": "commas"}
    between = sign.get(table.dialect.delimiter, repr(table.dialect.delimiter))
    return f"{table.encoding}, with {between} between the cells"
