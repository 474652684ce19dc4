"""Ctrl-C, and two vernctls on one spec: real processes and real signals."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench
from scripted_agent import ScriptedAgent

from vernctl.embedded.engine_work import Inputs, Proposal
from vernctl.engine.model import ExecuteReport, Progress

SECONDS = 60


class Patient(ScriptedAgent):
    """An agent that waits in the middle of its work until it is let go."""

    def __init__(self, phase: str) -> None:
        super().__init__()
        self.phase = phase
        self.reached, self.go = threading.Event(), threading.Event()

    def author(self, inputs: Inputs, progress: Progress) -> Proposal:
        self._wait("author")
        return super().author(inputs, progress)

    def execute(
        self, state: str, inputs: Inputs, database: Path, progress: Progress
    ) -> ExecuteReport:
        self._wait("execute")
        return super().execute(state, inputs, database, progress)

    def _wait(self, phase: str) -> None:
        if phase == self.phase:
            self.reached.set()
            assert self.go.wait(SECONDS)


@pytest.fixture
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    agent = Patient(getattr(request, "param", "author"))
    with bench(tmp_path / "project", agent=agent) as made:
        try:
            yield made
        finally:
            agent.go.set()


def vernctl(bench: Bench, *arguments: str) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"VERNCTL_ENDPOINT": bench.server.url, "VERN_API_KEY": bench.server.api_key}
    return subprocess.Popen(
        [sys.executable, "-m", "vernctl", *arguments],
        cwd=bench.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def agent_of(bench: Bench) -> Patient:
    assert isinstance(bench.agent, Patient)
    return bench.agent


@pytest.mark.parametrize(
    ("patient", "times"), [("author", 2), ("execute", 1)], indirect=["patient"]
)
def test_ctrl_c_says_what_goes_on_and_the_same_command_returns_to_it(
    patient: Bench, times: int
) -> None:
    agent = agent_of(patient)
    first = vernctl(patient, "apply", "--yes", "specs/acme.yaml")
    assert agent.reached.wait(SECONDS)
    for _ in range(times):
        first.send_signal(signal.SIGINT)
    _, said = first.communicate(timeout=SECONDS)
    assert first.returncode == 130, said
    assert "goes on remotely" in said
    assert "Traceback" not in said

    agent.go.set()
    again = vernctl(patient, "apply", "--yes", "specs/acme.yaml")
    out, said = again.communicate(timeout=SECONDS)
    assert again.returncode == 0, out + said
    assert agent.calls.count("execute") == 1


def test_a_second_vernctl_waits_and_says_for_whom_and_status_tells(patient: Bench) -> None:
    agent = agent_of(patient)
    first = vernctl(patient, "apply", "--yes", "specs/acme.yaml")
    assert agent.reached.wait(SECONDS)
    status = vernctl(patient, "status", "specs/acme.yaml")
    told, _ = status.communicate(timeout=SECONDS)
    assert f"vernctl apply (process {first.pid} on" in told
    second = vernctl(patient, "apply", "--yes", "specs/acme.yaml")
    assert second.stderr is not None
    line = second.stderr.readline()
    assert f"waiting for vernctl apply (process {first.pid} on" in line
    agent.go.set()
    for process in (first, second):
        out, said = process.communicate(timeout=SECONDS)
        assert process.returncode == 0, out + said
    assert agent.calls.count("execute") == 1
