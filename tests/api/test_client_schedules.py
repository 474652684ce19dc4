"""The client alone under seeded faults: nothing is started twice, no answer and no event is lost.

The suite runs the first few seeds; ``VERNCTL_SCHEDULES=500`` that many, and
``python tests/support/client_schedules.py --count 2000`` the whole proof.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from client_schedules import ClientSchedule
from schedules import started_server

from vernctl.testing import ProcessServer

SEEDS = range(int(os.environ.get("VERNCTL_SCHEDULES", "8")))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ProcessServer]:
    with started_server(tmp_path_factory.mktemp("client")) as started:
        yield started


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_started_twice_and_no_answer_or_event_is_lost(
    server: ProcessServer, tmp_path: Path, seed: int
) -> None:
    asyncio.run(ClientSchedule(seed, server, tmp_path).run())
