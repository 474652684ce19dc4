"""``vernctl quota``, and the line below a fleet's list."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vernctl.api.quota import Ledger, QuotaState
from vernctl.render.quota import as_text, one_line
from vernctl.testing import vern_server

#: 2026-01-15 12:00 UTC.
_NOON = 1_768_478_400.0


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("TZ", "UTC")


def test_the_embedded_server_has_no_limits_of_its_own(project: Path, vernctl: Any) -> None:
    ran = vernctl("quota")
    assert (ran.code, "No limits hold here" in ran.out) == (0, True)


def test_it_says_what_the_ledger_of_the_account_says(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "vernctl.yaml").write_text("endpoint: us\nreview: {cells: plain}\n")
    monkeypatch.setenv("VERN_API_KEY", "a-key")
    Ledger("https://app.vern.so/api/v1", "a-key").spend(["generate", "agent"])
    classes = {
        c["name"]: c for c in json.loads(vernctl("quota", "--format", "json").out)["classes"]
    }
    assert [classes[name]["free"] for name in ("create", "generate", "agent")] == [1, 0, 4]
    assert classes["generate"]["next_at"] is not None
    assert "a-key" not in vernctl("quota").out


def test_a_fleet_that_a_limit_stops_ends_with_what_it_still_needs(
    tmp_path: Path,
    new_project: Callable[[Path], Path],
    vernctl: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    root = new_project(tmp_path / "fleet")
    monkeypatch.chdir(root)
    text = (root / "specs" / "acme.yaml").read_text()
    (root / "specs" / "b.yaml").write_text(text.replace("acme-001", "b").replace("out/acme", "o"))
    with vern_server(catalog=root / "catalog.yaml", limits="published") as server:
        (root / "vernctl.yaml").write_text(f"endpoint: {server.url}\nquota: published\n")
        monkeypatch.setenv("VERN_API_KEY", server.api_key)
        ran = vernctl("plan", "--format", "json")
    assert ran.code == 5
    assert sorted(spec["status"] for spec in ran.specs) == ["changed", "waiting"]
    [line] = [line for line in ran.err.splitlines() if line.startswith("quota ")]
    assert "generate 1/1 used, next" in line
    assert line.endswith("1 waiting needs 1 more hour")


def test_each_class_says_when_its_next_request_is_free() -> None:
    states = [
        QuotaState("generate", 1, 3600.0, 0, _NOON + 90),
        QuotaState("agent", 5, 3600.0, 4, None),
    ]
    said = as_text("us", states, ["run-1"], _NOON).splitlines()
    assert said[1].split() == ["generate", "0", "of", "1", "an", "hour", *said[1].split()[6:]]
    assert said[1].endswith("(in 2 min)")
    assert said[2].split() == ["agent", "4", "of", "5", "an", "hour"]
    assert "    run-1" in said


def test_three_more_generates_are_three_more_hours() -> None:
    states = [QuotaState("generate", 1, 3600.0, 0, _NOON)]
    assert one_line(states, 3, 2 * 3600.0).endswith("3 waiting need 3 more hours")
