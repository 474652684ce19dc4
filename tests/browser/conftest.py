"""A real headless Chromium, driven through its own driver, and pages of our making for it."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from vernctl.diff.compare import diff_sheets
from vernctl.diff.model import CheckResult, Diff, SheetDiff
from vernctl.render.html import render_outcomes
from vernctl.snapshot.sheet import InvalidCell, Row, Sheet
from vernctl.workflow.outcome import (
    Cost,
    InputSummary,
    QuestionOutcome,
    SpecOutcome,
    Step,
)

if TYPE_CHECKING:
    from selenium import webdriver

ARGUMENTS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--force-device-scale-factor=1", "--hide-scrollbars",
)  # fmt: skip
COLUMNS = ("Email", "Name", "Status", "Phone", "City")
STATUS = {"CANCELLED": "Closed", "Open": "Open", "Won": "Closed"}


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """One browser for all tests; VERNCTL_BROWSER names its binary."""
    from selenium import webdriver  # an extra: this folder is looked into without it, too
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = os.environ["VERNCTL_BROWSER"]
    for argument in (*ARGUMENTS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))
    yield driver
    driver.quit()


@pytest.fixture
def browser(chromium: webdriver.Chrome) -> Iterator[webdriver.Chrome]:
    """The browser at 1440 pixels, light; whatever it complains of in its console fails the test."""
    look(chromium, 1440, dark=False)
    yield chromium
    said = [entry["message"] for entry in chromium.get_log("browser")]
    if not chromium.current_url.startswith("about:"):
        chromium.execute_script("localStorage.clear()")
    chromium.get("about:blank")
    assert said == []


def look(browser: webdriver.Chrome, width: int, *, dark: bool) -> None:
    """Give the browser another size and colour scheme."""
    metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})


@pytest.fixture
def at_size() -> Callable[..., None]:
    """Give the browser another size and colour scheme."""
    return look


@pytest.fixture
def opened(browser: webdriver.Chrome, tmp_path: Path) -> Callable[..., webdriver.Chrome]:
    """Open the page of some outcomes from a file."""

    def open_page(outcomes: Sequence[SpecOutcome]) -> webdriver.Chrome:
        path = tmp_path / "review.html"
        path.write_text(render_outcomes(outcomes), encoding="utf-8")
        browser.get(path.as_uri())
        return browser

    return open_page


def sheet(rows: Sequence[Row], invalid: Sequence[InvalidCell] = ()) -> Sheet:
    return Sheet(
        slug="contacts", name="Contacts", columns=COLUMNS, rows=tuple(rows), invalid=tuple(invalid)
    )


def contacts(count: int) -> SheetDiff:
    """``count`` rows of which nearly all changed, one in five hundred gone, some new."""
    chance = random.Random(7)
    old = [
        (
            f"p{i}@acme.test",
            f"Person {i}",
            chance.choice(list(STATUS)),
            f" 030 {i} ",
            chance.choice(["Berlin", "Zürich", "København", "שלום"]),
        )
        for i in range(count)
    ]
    new = [(r[0], r[1], STATUS[r[2]], r[3].strip(), r[4]) for i, r in enumerate(old) if i % 500]
    new += [(f"n{i}@acme.test", "New", "Open", "", "Bern") for i in range(3)]
    bad = [InvalidCell(1, "Phone", 'Value "030" does not match pattern')]
    return diff_sheets(sheet(old), sheet(new, bad), ("Email",), "template")


def outcome(diff: SheetDiff, **update: object) -> SpecOutcome:
    """A plan with something of everything."""
    return SpecOutcome(
        name="acme",
        path="specs/acme.yaml",
        status="changed",
        title="Acme Corp",
        source="Salesforce",
        endpoint="embedded",
        digest="8" * 64,
        base_digest="3" * 64,
        inputs=(InputSummary(name="contacts.csv", size=140_000, sha256="b" * 64, rows=1450),),
        steps=(Step(kind="update", reason="message 2 is new", agent_calls=1, detail="1 message"),),
        cost=Cost(agent=1, agent_max=2),
        questions=(
            QuestionOutcome(
                question="Which of two columns is Email?", status="answered", answer="Work E-mail",
                rule="Which of two columns", rule_place="specs/acme.yaml:21",
            ),
            QuestionOutcome(
                question="Which date order?", status="unanswered", stanza='"Which date": DD/MM'
            ),
        ),
        diff=Diff(base_digest="3" * 64, digest="8" * 64, sheets=(diff,)),
        checks=(
            CheckResult(name="removed_rows", sheet="contacts", limit="10 %", actual="1 %", ok=True),
            CheckResult(name="invalid_rows", sheet="contacts", limit="0", actual="1", ok=False),
        ),
        warnings=("A rehearsal at embedded: nothing here approves the real one.",),
    ).model_copy(update=update)  # fmt: skip


@pytest.fixture(scope="session")
def plan() -> SpecOutcome:
    """A plan of two thousand rows."""
    return outcome(contacts(2_000))


@pytest.fixture(scope="session")
def large_plan() -> SpecOutcome:
    """A plan with more than 100,000 changed rows."""
    return outcome(contacts(101_000))
