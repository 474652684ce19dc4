"""The server's own OpenAPI document: complete, valid, and held against the server by a fuzzer.

``VERNCTL_SCHEMATHESIS=600 pytest tests/embedded/test_document.py`` fuzzes for so many seconds, with
every phase; unset, one short round of fuzzing is made.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from vernctl.embedded.openapi import document, undocumented
from vernctl.testing import vern_server

CONFIG = Path(__file__).with_name("schemathesis.toml")
SECONDS = float(os.environ.get("VERNCTL_SCHEMATHESIS", "0"))
ROUND = ("--phases", "fuzzing", "--max-examples", "1")
WHOLE = ("--max-examples", "5")


def test_every_route_is_documented_and_nothing_else() -> None:
    assert undocumented() == set()


def test_the_document_is_served_without_a_key_and_points_to_itself(server: Any) -> None:
    shown = httpx.get(f"{server.url}/openapi.json")
    assert shown.status_code == 200
    assert shown.json()["openapi"] == "3.1.0"
    assert shown.json()["servers"] == [{"url": server.url}]


def test_every_schema_of_it_is_a_schema_and_every_reference_leads_somewhere() -> None:
    found = document("http://127.0.0.1")
    schemas: Any = found["components"]
    for schema in schemas["schemas"].values():
        Draft202012Validator.check_schema(schema)
    assert all(reference in schemas["schemas"] for reference in references(found))


def references(node: object) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"].removeprefix("#/components/schemas/")
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.timeout(SECONDS + 1_800 if SECONDS else 120)
def test_no_request_that_a_fuzzer_makes_breaks_the_server(tmp_path: Path, catalog: Path) -> None:
    began, seed = time.monotonic(), 0
    with vern_server(catalog=catalog, data=tmp_path / "data") as server:
        while seed == 0 or time.monotonic() - began < SECONDS:
            seed += 1
            command = [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG)]
            command += ["run", f"{server.url}/openapi.json", "--url", server.url]
            command += ["-H", f"x-api-key: {server.api_key}", "--seed", str(seed), "--no-color"]
            command += [*(WHOLE if SECONDS else ROUND), "--suppress-health-check", "all"]
            done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
            assert done.returncode == 0, (
                f"seed {seed}: {done.stdout[-4_000:]}{done.stderr[-1_000:]}"
            )
