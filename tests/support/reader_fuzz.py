"""Spoiled files of every format, by seed: each is read or refused in words, in time and in memory.

    python tests/support/reader_fuzz.py --seconds 3600 --jobs 2   # an hour in all
    python tests/support/reader_fuzz.py --seed 4711               # one again

A seed picks a sound file, and spoils it: bytes changed, cut out, doubled, moved, put in from
another file, the end lost; of archives, workbooks included, mostly the contents of one member.
Whatever comes of it is a table or an EngineError; a record is a row, rejected, or counted.
"""

from __future__ import annotations

import argparse
import gzip
import io
import json
import multiprocessing
import random
import re
import resource
import signal
import sys
import tempfile
import time
import zipfile
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import FrameType

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import iter_rows, read_file

#: No file of a few kilobytes takes longer (s), or more memory (bytes) in all.
LONGEST, MOST_MEMORY = 30, 3 << 30
_NAMES = ("Zoé", 'Ann, "the" great\nof Köln', "Bob")
_ROWS = [["id", "name", "day", "amount"]] + [
    [str(n), f"{_NAMES[n % 3]} {n}", f"2024-01-{n % 28 + 1:02}", f"{n}.50"] for n in range(40)
]
_MARKS = (b'"', b"\n", b"\r", b",", b";", b"\t", b"\0", b"\xff\xfe", b"{", b"[", b"]", b"}", b"\\",
          b"'", b"\x1a", b"\xef\xbb\xbf", b"PK\x03\x04", b"\x1f\x8b", b"=", b"-",
          b"9" * 40)  # fmt: skip
_ODS = """<?xml version="1.0"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>
<table:table table:name="S">{}</table:table></office:spreadsheet></office:body>
</office:document-content>"""

_MANIFEST = """<?xml version="1.0"?><manifest:manifest
 xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry
 manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>"""


class SlowError(Exception):
    """A file took longer than any file may."""


@lru_cache(maxsize=1)
def sound_files() -> Mapping[str, bytes]:
    """A sound file of every format that is read."""
    import csv

    out = io.StringIO()
    csv.writer(out).writerows(_ROWS)
    text = out.getvalue()
    objects = [
        dict(zip(_ROWS[0], row, strict=True)) | {"tags": [1, {"a": "b"}]} for row in _ROWS[1:]
    ]
    lines = "\n".join(json.dumps(row) for row in objects)
    return {
        "a.csv": text.encode(),
        "b.csv": text.replace(",", ";").encode("cp1252"),
        "c.tsv": text.replace(",", "\t").encode("utf-16"),
        "d.csv": ("Report\nof,today\n\n" + text + "Total,,,9\n").encode("utf-8-sig"),
        "e.json": json.dumps({"meta": 1, "data": {"rows": objects}}).encode(),
        "f.jsonl": lines.encode(),
        "g.csv.gz": gzip.compress(text.encode(), mtime=0),
        "h.zip": zipped({"x/a.csv": text.encode(), "b.json": json.dumps(objects).encode()}),
        "i.xlsx": _workbook(),
        "j.ods": zipped({
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": _MANIFEST.encode(),
            "content.xml": _ODS.format("".join(_ods_row(row) for row in _ROWS)).encode(),
        }),
        "k.parquet": _parquet(),
    }  # fmt: skip


def _ods_row(row: list[str]) -> str:
    from xml.sax.saxutils import escape

    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    cells = "".join(cell.format(escape(value)) for value in row)
    return f"<table:table-row>{cells}</table:table-row>"


def zipped(members: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of these files, the same for the same ones."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _workbook() -> bytes:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in _ROWS:
        sheet.append(row)
    sheet.merge_cells("A3:A4")
    out = io.BytesIO()
    book.save(out)
    with zipfile.ZipFile(out) as archive:
        members = {info: archive.read(info) for info in archive.namelist()}
    # A workbook says when it was made; a seed spoils the same bytes whenever it is tried.
    members["docProps/core.xml"] = re.sub(
        rb"\d{4}-\d\d-\d\dT[\d:]+Z", b"2024-01-01T00:00:00Z", members["docProps/core.xml"]
    )
    return zipped(members)


def _parquet() -> bytes:
    import duckdb

    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        path = Path(folder) / "a.parquet"
        con.sql("SELECT range AS id, 'Ann ' || range AS name FROM range(50)").write_parquet(
            str(path)
        )
        return path.read_bytes()


def spoiled(seed: int) -> tuple[str, bytes]:
    """The name and the content of one seed's file."""
    rng = random.Random(f"reader {seed}")
    files = sound_files()
    name = rng.choice(sorted(files))
    content, other = files[name], files[rng.choice(sorted(files))]
    if content.startswith(b"PK") and rng.random() < 0.7:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = {info: archive.read(info) for info in archive.namelist()}
        chosen = rng.choice(sorted(members))
        members[chosen] = _spoil(members[chosen], other, rng)
        return name, zipped(members)
    if content.startswith(b"\x1f\x8b") and rng.random() < 0.7:
        return name, gzip.compress(_spoil(gzip.decompress(content), other, rng), mtime=0)
    return name, _spoil(content, other, rng)


def _spoil(content: bytes, other: bytes, rng: random.Random) -> bytes:
    for _ in range(rng.choice((1, 1, 2, 4, 16))):
        at, size = rng.randrange(len(content) + 1), rng.choice((1, 2, 8, 64, 512))
        match rng.randrange(7):
            case 0:
                content = content[:at] + rng.choice(_MARKS) + content[at:]
            case 1:
                content = content[:at] + rng.randbytes(size) + content[at + size :]
            case 2:
                content = content[:at] + content[at + size :]
            case 3:
                content = content[:at] + content[at : at + size] * rng.choice((2, 9)) + content[at:]
            case 4:
                content = content[:at]
            case 5:
                start = rng.randrange(len(other))
                content = content[:at] + other[start : start + size] + content[at:]
            case _:
                content = content.replace(
                    rng.choice(_MARKS), rng.choice(_MARKS), rng.choice((1, 99))
                )
    return content


def check(seed: int, folder: Path) -> str:
    """Read one seed's file: what became of it. Raises what no reader may raise."""
    name, content = spoiled(seed)
    path = folder / name
    path.write_bytes(content)
    try:
        tables = read_file(InputFile(name=name, path=path), folder)
    except EngineError as error:
        said = str(error)
        assert said and "\n" not in said and len(said) < 600, said
        return "refused"
    for table in tables:
        rows = list(iter_rows(table))
        assert len(rows) == table.row_count, f"{table.name}: {len(rows)} of {table.row_count}"
        assert all(len(row) == len(table.columns) for row in rows)
        assert len(set(table.columns)) == len(table.columns)
        assert all(column.strip() for column in table.columns)
        assert len(table.rejected) <= table.rejected_count
    return "read"


def _late(signum: int, frame: FrameType | None) -> None:
    raise SlowError(f"longer than {LONGEST} s")


def _work(first: int, step: int, until: float, most: int) -> tuple[int, int, list[str]]:
    """Seeds ``first``, ``first + step``, … until the time is over: read, refused, broken."""
    signal.signal(signal.SIGALRM, _late)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.RLIM_INFINITY))
    counts = {"read": 0, "refused": 0}
    broken: list[str] = []
    seed = first
    while time.time() < until and seed < most:
        with tempfile.TemporaryDirectory(prefix="reader-") as folder:
            signal.alarm(LONGEST)
            try:
                counts[check(seed, Path(folder))] += 1
            except BaseException as error:
                broken.append(f"seed {seed} ({spoiled(seed)[0]}): {type(error).__name__}: {error}")
                print(broken[-1], flush=True)
            finally:
                signal.alarm(0)
        seed += step
    return counts["read"], counts["refused"], broken


def main() -> int:
    """Spoil and read for as long as asked; the exit code says whether everything held."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=3600)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, help="only this one")
    given = parser.parse_args()
    if given.seed is not None:
        with tempfile.TemporaryDirectory() as folder:
            print(check(given.seed, Path(folder)))
        return 0
    until = time.time() + given.seconds / given.jobs
    shares = [(given.first + job, given.jobs, until, 1 << 60) for job in range(given.jobs)]
    with multiprocessing.get_context("spawn").Pool(given.jobs) as pool:
        done = pool.starmap(_work, shares)
    read, refused = sum(share[0] for share in done), sum(share[1] for share in done)
    broken = [line for share in done for line in share[2]]
    print(f"{read:,} read, {refused:,} refused, {len(broken)} broken")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
