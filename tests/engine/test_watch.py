"""A long statement tells how far it is, and stops when nobody waits for it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernctl.engine.database import open_database
from vernctl.engine.watch import watched

LONG = "SELECT count(*) FROM range(1000000000) a, range(1000) b WHERE a.range % 7 = b.range % 5"


class NobodyWaitsError(Exception):
    pass


def test_a_statement_stops_when_its_listener_refuses(tmp_path: Path) -> None:
    told: list[str] = []

    def progress(phase: str, text: str) -> None:
        told.append(text)
        if len(told) > 3:
            raise NobodyWaitsError

    with (
        open_database(tmp_path) as con,
        pytest.raises(NobodyWaitsError),
        watched(con, progress, 0.02) as tell,
    ):
        tell("execute", "Building.")
        con.execute(LONG)
    assert told == ["Building."] * 4


def test_how_far_a_statement_is_is_told_in_tens(tmp_path: Path) -> None:
    told: list[str] = []

    def progress(phase: str, text: str) -> None:
        told.append(text)
        if "done" in text:
            raise NobodyWaitsError

    with (
        open_database(tmp_path) as con,
        pytest.raises(NobodyWaitsError),
        watched(con, progress, 0.02) as tell,
    ):
        con.execute("CREATE TABLE t AS SELECT range::VARCHAR AS c FROM range(300000)")
        tell("execute", "Building.")
        while True:
            con.execute("SELECT count(regexp_replace(c, '(1|2)+', 'x', 'g')) FROM t")
    assert told[-1].startswith("Building. ")
    assert told[-1].endswith("0 % done.")
