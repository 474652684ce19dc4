"""The example of the test kit does what it says."""

from __future__ import annotations

import runpy
from pathlib import Path

EXAMPLE = Path(__file__).resolve().parents[2] / "examples/test_integration.py"


def test_the_example_of_the_test_kit_passes_as_it_stands(tmp_path: Path) -> None:
    runpy.run_path(str(EXAMPLE))["test_a_lost_reply_is_resolved_by_reading"](tmp_path)
