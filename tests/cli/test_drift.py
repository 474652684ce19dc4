"""``vernctl drift`` on the command line, as cron runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def test_drift_is_0_while_nothing_moved_and_2_when_something_has(
    project: Path, vernctl: Any
) -> None:
    assert vernctl("apply", "--yes").code == 0
    ran = vernctl("drift")
    assert ran.code == 0
    assert "Nothing has moved since receipt 0001" in ran.out
    data = project / "data" / "contacts.csv"
    data.write_text(data.read_text().replace("Bob", "Rob"))
    ran = vernctl("drift", "--format", "json")
    assert ran.code == 2
    assert ran.specs[0]["status"] == "changed"
    assert ran.specs[0]["steps"] == []


def test_drift_of_what_was_never_approved_is_refused(project: Path, vernctl: Any) -> None:
    ran = vernctl("drift")
    assert ran.code == 4
    assert "has no approved snapshot to drift from" in ran.out
