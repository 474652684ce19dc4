"""axe-core finds nothing to complain of. VERNCTL_AXE names its axe.min.js; a browser is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver

from vernctl.workflow.outcome import SpecOutcome

NEEDS = "VERNCTL_AXE"
pytestmark = pytest.mark.browser

Open = Callable[[Sequence[SpecOutcome]], webdriver.Chrome]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_axe_finds_no_violation(
    opened: Open, plan: SpecOutcome, at_size: Callable[..., None], width: int, dark: bool
) -> None:
    browser = opened([plan, plan])
    at_size(browser, width, dark=dark)
    browser.find_element("css selector", ".grid-body .row").click()
    source = Path(os.environ["VERNCTL_AXE"]).read_text(encoding="utf-8")
    # Past the page's policy, as only a browser's own tools may.
    browser.execute_cdp_cmd("Runtime.evaluate", {"expression": source})
    result: dict[str, list[dict[str, Any]]] = browser.execute_async_script(
        "const done = arguments[0]; axe.run().then(done)"
    )
    found = result["violations"]
    assert len(result["passes"]) > 20
    assert [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found] == []
