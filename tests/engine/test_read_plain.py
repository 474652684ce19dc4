"""The short way for large plain files gives what the long way gives, or steps aside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from vernctl.engine.model import EngineError, InputFile
from vernctl.engine.readers import SourceTable, delimited, iter_rows, load_table, read_file

SHARED = duckdb.connect()
ROW = st.lists(st.text(st.sampled_from('ab1é ",\t\n\r'), max_size=4), min_size=3, max_size=3)
BODY = st.one_of(
    st.lists(ROW, min_size=1, max_size=6).map(
        lambda rows: "".join(
            ",".join('"' + cell.replace('"', '""') + '"' if len(cell) > 1 else "x" for cell in row)
            + "\n"
            for row in rows
        )
    ),
    st.text(st.sampled_from('ab1," \n'), max_size=40),
    st.lists(st.sampled_from(["a,b,c", "1,,2", "id,at,on", ",,", "a,b,c,", '"x, y",2,3'])).map(
        "\r\n".join
    ),
)


def read(path: Path, folder: Path, worth_it: int) -> SourceTable | str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_WORTH_IT", worth_it)
        try:
            (table,) = read_file(InputFile(name=path.name, path=path), folder)
        except EngineError as error:
            return str(error)
    return table


@example('a,b,c,\r\na,b,c,\r\n"x, y",2,3\r\na,b,c,\r\na,b,c,\r\n1,,2\r\na,b,c', "")
@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=BODY, lead=st.sampled_from(["", "Report of 2024\n"]))
def test_both_ways_read_the_same_table(tmp_path: Path, body: str, lead: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"{lead}id,at,on\n1,2024-01-01,x\n2,2024-01-02,y\n{body}".encode())
    short, long = read(path, tmp_path, 0), read(path, tmp_path, 1 << 40)
    if isinstance(short, str) or isinstance(long, str):
        assert short == long
        return
    assert list(iter_rows(short)) == list(iter_rows(long))
    told = {"store", "form"}
    assert short.model_dump(exclude=told) == long.model_dump(exclude=told)
    if short.form.skip == 0 or not short.row_count:
        return
    load_table(SHARED, short, "t")
    loaded = SHARED.execute("SELECT * FROM t ORDER BY _row").fetchall()
    assert [row[1:] for row in loaded] == list(iter_rows(long))


def test_a_plain_file_is_its_own_store(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,name\n1,Ann\n2,Bob\n", encoding="utf-8-sig")
    table = read(path, tmp_path, 0)
    assert isinstance(table, SourceTable)
    assert table.store == path
    assert list(iter_rows(table)) == [("1", "Ann"), ("2", "Bob")]


@pytest.mark.parametrize(
    "body",
    [
        "3\n",
        "3,c,d\n",
        "\n3,c\n",
        "id,name\n3,c\n",
        '"3",c\n3,"c\n',
        '3, "c"\n',
        ",\n3,c\n",
        "---,---\n3,c\n",
        '="3",c\n',
    ],
)
def test_what_is_not_plain_takes_the_long_way(tmp_path: Path, body: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"id,name\n1,Ann\n2,Bob\n{body}4,d\n")
    table = read(path, tmp_path, 0)
    assert isinstance(table, SourceTable)
    assert table.store != path


_SCRIPT = """
import sys, tempfile
from pathlib import Path
import duckdb
from vernctl.engine.match import match
from vernctl.engine.model import Column, InputFile, Template
from vernctl.engine.profile import profile_table
from vernctl.engine.readers import load_table, read_file
columns = tuple(Column(name=name) for name in ("Id", "First Name", "E-mail", "Created", "Owner"))
with tempfile.TemporaryDirectory() as folder:
    path = Path(sys.argv[1])
    (table,) = read_file(InputFile(name=path.name, path=path), Path(folder))
    con = duckdb.connect(config={"threads": int(sys.argv[2])})
    load_table(con, table, "t")
    profile = profile_table(con, "t", table)
    print(con.execute("SELECT md5(string_agg(c0 || c1, ',' ORDER BY _row)) FROM t").fetchone())
print(table.model_dump_json(exclude={"store"}), profile.model_dump_json())
print(match([profile], [Template(slug="people", name="People", columns=columns)]).model_dump_json())
"""


def test_seed_threads_locale_and_clock_change_nothing(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    lines = [f'{n},N{n % 31},n{n}@x.test,2024-0{n % 9 + 1}-11,"O, {n % 5}"' for n in range(120_000)]
    path.write_text("\n".join(["no,vorname,mail,erstellt am,betreuer", *lines]) + "\n")
    assert path.stat().st_size > 4 << 20
    runs = [
        subprocess.run(
            [sys.executable, "-c", _SCRIPT, str(path), threads],
            env={**os.environ, "PYTHONHASHSEED": seed, "LC_ALL": place, "TZ": zone},
            capture_output=True,
            check=True,
        ).stdout
        for seed, threads, place, zone in (
            ("1", "1", "C", "UTC"),
            ("2", "4", "C.UTF-8", "Asia/Tokyo"),
        )
    ]
    assert runs[0] == runs[1]
    assert b'"Owner"' in runs[0]
