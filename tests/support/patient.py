"""An agent that a test holds in the middle of its work, and real processes that wait for it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from bench import Bench
from scripted_agent import ScriptedAgent

from vernctl.embedded.engine_work import Inputs, Proposal
from vernctl.engine.model import ExecuteReport, Progress

ELSEWHERE = Path(__file__).with_name("elsewhere.py")
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


def vernctl(bench: Bench, *arguments: str, host: str = "") -> subprocess.Popen[str]:
    """A ``vernctl`` of its own process in the bench's project; as of another ``host``, if named."""
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {"VERNCTL_ENDPOINT": bench.server.url, "VERN_API_KEY": bench.server.api_key}
    program = [str(ELSEWHERE), host] if host else ["-m", "vernctl"]
    return subprocess.Popen(
        [sys.executable, *program, *arguments],
        cwd=bench.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def agent_of(bench: Bench) -> Patient:
    assert isinstance(bench.agent, Patient)
    return bench.agent
