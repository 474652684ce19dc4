"""A bench per test: a project, a server, a scripted agent."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench


@pytest.fixture
def work_bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """One customer, nothing planned yet."""
    monkeypatch.delenv("CI", raising=False)
    with bench(tmp_path / "project") as made:
        yield made
