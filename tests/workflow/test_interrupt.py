"""Ctrl-C, and two vernctls on one spec: real processes and real signals."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench
from patient import SECONDS, Patient, agent_of, vernctl


@pytest.fixture
def patient(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    agent = Patient(getattr(request, "param", "author"))
    with bench(tmp_path / "project", agent=agent) as made:
        try:
            yield made
        finally:
            agent.go.set()


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
