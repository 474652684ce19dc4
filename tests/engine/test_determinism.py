"""The same inputs give the same recipe, preview and questions, whatever runs them and where.

``VERNCTL_PROCESSES=20 pytest tests/engine/test_determinism.py`` asks more processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from vernctl.engine.model import InputFile, Template

_PROGRAM = """
import sys, tempfile
from pathlib import Path

import pytest
from vernctl.engine.author import Authored, author
from vernctl.engine.model import InputFile, Template
from pydantic import TypeAdapter
import duckdb
connect = duckdb.connect
def threaded(*a, **k):
    con = connect(*a, **k)
    con.execute(f"SET threads = {sys.argv[3]}")
    return con
duckdb.connect = threaded
files = TypeAdapter(list[InputFile]).validate_json(sys.argv[1])
templates = TypeAdapter(list[Template]).validate_json(sys.argv[2])
if sys.argv[4] == "back":
    files.reverse()
with tempfile.TemporaryDirectory() as folder:
    asked = author(files, templates, workdir=Path(folder))
    answers = {q.key: q.options[0] for q in asked.questions}
    done = author(files, templates, answers=answers, workdir=Path(folder))
sys.stdout.write(asked.model_dump_json() + done.model_dump_json())
"""
_LOCALES = ("C", "C.UTF-8", "de_DE.UTF-8", "tr_TR.UTF-8")


@pytest.mark.timeout(900)  # as many processes as are asked for
def test_processes_agree_whatever_their_hash_seed_threads_locale_and_order(
    files: Sequence[InputFile], templates: Sequence[Template], tmp_path: Path
) -> None:
    from pydantic import TypeAdapter

    inputs = TypeAdapter(list[InputFile]).dump_json(list(files)).decode()
    rules = TypeAdapter(list[Template]).dump_json(list(templates)).decode()
    seen = set()
    for i in range(int(os.environ.get("VERNCTL_PROCESSES", "2"))):
        zone = ("UTC", "Asia/Tokyo")[i % 2]
        environment = {
            **os.environ, "PYTHONHASHSEED": str(i * 7), "LC_ALL": _LOCALES[i % 4], "TZ": zone,
        }  # fmt: skip
        order = ("on", "back")[i % 2]
        ran = subprocess.run(
            [sys.executable, "-c", _PROGRAM, inputs, rules, str(1 + 3 * (i % 2)), order],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        assert ran.stdout
        seen.add(ran.stdout)
    assert len(seen) == 1
