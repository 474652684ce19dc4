"""Two checkouts of one repository apply the same spec at the same time: one execute each time.

``python tests/support/checkouts.py --count 200`` is the whole proof.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from checkouts import Race
from schedules import started_server

from vernctl.testing import ProcessServer


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[ProcessServer, ...]]:
    here, elsewhere = tmp_path_factory.mktemp("here"), tmp_path_factory.mktemp("elsewhere")
    with started_server(here) as server, started_server(elsewhere) as other:
        yield server, other


@pytest.mark.parametrize("number", range(5))
def test_two_checkouts_that_apply_at_once_import_once(
    servers: tuple[ProcessServer, ...],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    server, elsewhere = servers
    outcomes = Race(number, server, tmp_path).run(elsewhere if number % 2 else None)
    assert "applied" in {outcome.status for outcome in outcomes}
