"""What an hourly limit stops says until when; ``--wait`` waits for it, and Ctrl-C ends that."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from vernctl.api import quota
from vernctl.api.quota import Ledger, QuotaName
from vernctl.testing import VernServer, vern_server
from vernctl.workflow import gate

SECONDS = 60


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def server(project: Path) -> Iterator[VernServer]:
    """A service without limits of its own, and a client that knows the published ones."""
    with vern_server(catalog=project / "catalog.yaml") as made:
        text = f"endpoint: {made.url}\nquota: published\napproval: file\n"
        (project / "vernctl.yaml").write_text(text)
        yield made


@pytest.fixture
def begin(
    server: VernServer,
    project: Path,
    tmp_path: Path,
    start_vernctl: Callable[..., subprocess.Popen[str]],
) -> Callable[..., subprocess.Popen[str]]:
    """The starter of processes that speak to the server, and share this test's ledger."""

    def start(*arguments: str) -> subprocess.Popen[str]:
        state = {"XDG_STATE_HOME": str(tmp_path / "state"), "VERN_API_KEY": server.api_key}
        return start_vernctl(*arguments, cwd=project, **state)

    return start


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that are waited for limits; they take none, but the ledger's clock goes on."""
    spans: list[float] = []

    async def sleep(seconds: float) -> None:
        spans.append(seconds)

    monkeypatch.setattr(gate, "Gate", partial(gate.Gate, sleep=sleep))
    monkeypatch.setattr(quota, "Ledger", partial(Ledger, clock=lambda: time.time() + sum(spans)))
    return spans


def spend(server: VernServer, name: QuotaName, times: int = 1, *, ago: float) -> None:
    """Note requests of this account that were made some seconds ago."""
    ledger = Ledger(server.url, server.api_key, clock=lambda: time.time() - ago)
    for _ in range(times):
        ledger.spend([name])


def test_a_limit_stops_with_5_and_says_when_to_come_back(
    server: VernServer, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERN_API_KEY", server.api_key)
    spend(server, "create", ago=600)
    ran = vernctl("plan", "--format", "json")
    assert ran.code == 5
    [spec] = ran.specs
    assert spec["status"] == "waiting"
    assert spec["error"]["kind"] == "quota"
    assert spec["error"]["remote"] == "Nothing was lost."
    ahead = datetime.fromisoformat(spec["resume_at"]) - datetime.now(UTC)
    assert 2980 < ahead.total_seconds() < 3010


def test_a_plan_that_waits_says_until_when_and_goes_on_at_its_time(
    server: VernServer, waited: list[float], vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERN_API_KEY", server.api_key)
    spend(server, "generate", ago=600)
    ran = vernctl("plan", "--wait")
    assert ran.code == 2, ran.out + ran.err
    assert "acme: waiting until " in ran.err
    assert "to generate" in ran.err
    assert sum(waited) == pytest.approx(3001, abs=20)


def test_an_apply_that_waits_executes_at_its_time(
    server: VernServer,
    waited: list[float],
    vernctl: Any,
    monkeypatch: pytest.MonkeyPatch,
    project: Path,
) -> None:
    monkeypatch.setenv("VERN_API_KEY", server.api_key)
    settings = (project / "vernctl.yaml").read_text()
    # A plan and an apply in one minute are more reads than a minute has.
    (project / "vernctl.yaml").write_text(settings.replace("published", "'off'"))
    assert vernctl("plan").code == 2
    assert vernctl("approve", "specs/acme.yaml").code == 0
    (project / "vernctl.yaml").write_text(settings)
    spend(server, "agent", 5, ago=600)
    ran = vernctl("apply", "--wait")
    assert ran.code == 0, ran.out + ran.err
    assert "to execute" in ran.err
    assert "rows imported" in ran.out
    assert sum(waited) == pytest.approx(3001, abs=20)


def test_waiting_ends_with_ctrl_c_and_nothing_was_sent(
    server: VernServer, begin: Callable[..., subprocess.Popen[str]], project: Path
) -> None:
    spend(server, "create", ago=600)
    process = begin("plan", "--wait")
    assert process.stderr is not None
    while "waiting until" not in process.stderr.readline():
        assert process.poll() is None
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=SECONDS)
    assert process.returncode == 130
    assert "Traceback" not in said
    assert not list((project / ".vernctl").glob("journal/*/*.jsonl"))


def test_a_limit_that_only_the_service_knew_of_is_waited_for_too(
    project: Path, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = project / "script.yaml"
    script.write_text(
        "requests: [{method: POST, path: '*/runs', status: 429, retry_after: 1, times: 1}]\n"
    )
    with vern_server(catalog=project / "catalog.yaml", script=script) as server:
        (project / "vernctl.yaml").write_text(f"endpoint: {server.url}\n")
        monkeypatch.setenv("VERN_API_KEY", server.api_key)
        ran = vernctl("plan", "--wait")
    assert ran.code == 2, ran.out + ran.err
    assert "acme: waiting until " in ran.err


def test_more_agent_calls_than_are_allowed_are_refused_before_the_first(
    server: VernServer, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERN_API_KEY", server.api_key)
    ran = vernctl("plan", "--max-agent-calls", "1", "--format", "json")
    assert ran.code == 4
    assert ran.specs[0]["error"]["remote"] == "Nothing of it was sent."
    assert vernctl("plan", "--max-agent-calls", "2").code == 2


def test_a_key_that_does_not_hold_says_where_keys_come_from(
    server: VernServer, vernctl: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VERN_API_KEY", "another-key")
    ran = vernctl("plan", "--format", "json")
    assert ran.code == 1
    [spec] = ran.specs
    assert spec["error"]["kind"] == "unauthorized"
    assert "VERN_API_KEY" in spec["error"]["next"]
    assert "in its own region alone" in spec["error"]["next"]
    assert "another-key" not in ran.out + ran.err
