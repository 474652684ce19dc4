"""The page in a real browser: it opens at once, is worked by keyboard, fits, and hides nothing."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from vernctl.diff.compare import diff_sheets
from vernctl.diff.model import SheetDiff
from vernctl.snapshot.model import Clarified
from vernctl.snapshot.sheet import Sheet
from vernctl.workflow.outcome import SpecOutcome

NEEDS = "VERNCTL_BROWSER"
pytestmark = pytest.mark.browser

Open = Callable[[Sequence[SpecOutcome]], webdriver.Chrome]
HOSTILE = (
    "\x1b[31mred\x1b[0m",
    "\u202eevil\u2066",
    "</script><script>document.title='stolen'</script>",
    "<img src=x onerror=\"document.title='stolen'\">",
    "@octocat #1 https://evil.test",
    "nul\x00 and bell\x07",
    "x" * 1_000_000,
    "e" + "\u0301" * 400,
    "a\r\nb\u2028c",
)


def text(browser: webdriver.Chrome, selector: str) -> str:
    return str(browser.find_element("css selector", selector).text)


def count_of(browser: webdriver.Chrome) -> str:
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    return text(browser, ".count")


def press(browser: webdriver.Chrome, *keys: str) -> None:
    ActionChains(browser).send_keys(*keys).perform()


def test_a_hundred_thousand_changed_rows_open_within_two_seconds(
    opened: Open, large_plan: SpecOutcome
) -> None:
    browser = opened([large_plan])
    ready = browser.execute_script(
        "return performance.getEntriesByType('navigation')[0].loadEventEnd"
    )
    rows = browser.execute_script("return document.querySelectorAll('.grid-body .row').length")
    grid = browser.find_element("css selector", "[role=grid]")
    assert ready < 2_000
    assert int(grid.get_attribute("aria-rowcount") or 0) > 100_000
    assert rows < 100


def test_the_table_scrolls_to_its_very_end_at_once(opened: Open, large_plan: SpecOutcome) -> None:
    browser = opened([large_plan])
    browser.find_element("css selector", ".grid").click()
    started = time.monotonic()
    press(browser, Keys.END)
    browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
    assert time.monotonic() - started < 1.0
    last = browser.find_elements("css selector", ".grid-body .row")[-1]
    grid = browser.find_element("css selector", "[role=grid]")
    assert last.get_attribute("aria-rowindex") == grid.get_attribute("aria-rowcount")
    assert last.get_attribute("id") == grid.get_attribute("aria-activedescendant")


def test_kinds_columns_and_groups_filter_the_changes(opened: Open, plan: SpecOutcome) -> None:
    browser = opened([plan])
    every = count_of(browser)
    browser.find_element("css selector", ".chip[data-kind='0']").click()
    assert count_of(browser).startswith("4 of ")
    browser.find_element("css selector", ".finders .plain").click()
    assert count_of(browser) == every
    browser.find_element("css selector", "select").send_keys("Phone")
    assert count_of(browser).startswith("1,997 of ")
    group = browser.find_elements("css selector", ".group")[1]
    times = group.find_element("css selector", ".times").text
    group.click()
    assert count_of(browser).startswith(f"{times} of ")


def test_search_finds_keys_and_values_in_any_case(opened: Open, plan: SpecOutcome) -> None:
    browser = opened([plan])
    press(browser, "/")
    press(browser, "P1234@ACME")
    assert count_of(browser).startswith("1 of ") or count_of(browser).startswith("2 of ")
    assert "p1234@acme.test" in text(browser, ".grid-body")
    press(browser, Keys.ESCAPE)
    assert " of " not in count_of(browser)


def test_the_keyboard_alone_reaches_a_change_and_shows_it_whole(
    opened: Open, plan: SpecOutcome
) -> None:
    browser = opened([plan])
    press(browser, Keys.ESCAPE)
    press(browser, Keys.ARROW_DOWN, Keys.ARROW_DOWN)
    assert "p500@acme.test" in text(browser, ".detail")
    assert "Person 500" in text(browser, ".detail .record")
    press(browser, Keys.PAGE_DOWN)
    assert "p500@acme.test" not in text(browser, ".detail")


def test_arrows_move_between_sheets(opened: Open, plan: SpecOutcome) -> None:
    assert plan.diff is not None
    [one] = plan.diff.sheets
    other = one.model_copy(update={"slug": "leads"})
    both = plan.diff.model_copy(update={"sheets": (one, other)})
    browser = opened([plan.model_copy(update={"diff": both})])
    browser.find_element("css selector", "[role=tab]").click()
    press(browser, Keys.ARROW_RIGHT)
    assert text(browser, "[role=tab][aria-selected=true]").startswith("leads")


def test_what_the_agent_said_when_asked_stands_beside_the_sheets(
    opened: Open, plan: SpecOutcome
) -> None:
    told = Clarified(asked=("Which column is Email?",), answer="Work E-mail.\nNothing else.")
    browser = opened([plan.model_copy(update={"clarified": told})])
    assert "Which column is Email?\nWork E-mail.\nNothing else." in text(browser, "aside")


def test_another_spec_is_one_click_away(opened: Open, plan: SpecOutcome) -> None:
    other = plan.model_copy(update={"name": "globex", "title": "Globex GmbH"})
    browser = opened([plan, other])
    browser.find_elements("css selector", ".specs button")[1].click()
    assert text(browser, "h1") == "Globex GmbH"
    assert browser.title == "Globex GmbH – vernctl"


def test_dark_follows_the_system_and_the_switch_overrides_it(
    opened: Open, plan: SpecOutcome, at_size: Callable[..., None]
) -> None:
    browser = opened([plan])

    def brightness() -> int:
        colour = "getComputedStyle(document.documentElement).backgroundColor"
        return sum(map(int, browser.execute_script(f"return {colour}.match(/\\d+/g)")))

    light = brightness()
    at_size(browser, 1440, dark=True)
    dark = brightness()
    browser.find_element("css selector", ".theme").click()
    assert text(browser, ".theme") == "Theme: Light"
    assert brightness() == light > dark
    browser.find_element("css selector", ".theme").click()
    assert brightness() == dark
    browser.refresh()
    assert text(browser, ".theme") == "Theme: Dark"
    assert brightness() == dark


def test_the_columns_of_a_narrow_page_stand_below_each_other(
    opened: Open, plan: SpecOutcome, at_size: Callable[..., None]
) -> None:
    browser = opened([plan])
    at_size(browser, 360, dark=False)
    table = browser.find_element("css selector", "table.columns")
    assert browser.execute_script("return arguments[0].scrollWidth", table) <= 328
    labels = browser.execute_script(
        """return [...document.querySelectorAll('table.columns tbody tr:first-child td.num')].map(
             (cell) => getComputedStyle(cell, '::before').content)"""
    )
    assert [label.strip('" ') for label in labels] == [
        "filled", "before", "distinct", "before", "invalid"
    ]  # fmt: skip


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [360, 820, 1440])
def test_nothing_overflows_at_any_size(
    opened: Open, plan: SpecOutcome, at_size: Callable[..., None], width: int, dark: bool
) -> None:
    browser = opened([plan, plan])
    at_size(browser, width, dark=dark)
    browser.find_element("css selector", ".grid-body .row").click()
    keep = os.environ.get("VERNCTL_SCREENSHOTS")
    if keep:
        name = f"{width}-{'dark' if dark else 'light'}.png"
        browser.save_screenshot(str(Path(keep) / name))
    wide = browser.execute_script(
        """return [...document.querySelectorAll('main *')].filter((node) => {
             const box = node.getBoundingClientRect();
             return box.right > innerWidth + 1 && !node.closest('.wide, .row, .tabs, .specs');
           }).map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert wide == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width


def test_hostile_cells_are_shown_and_do_nothing(opened: Open, plan: SpecOutcome) -> None:
    browser = opened([plan.model_copy(update={"diff": None, "name": value}) for value in HOSTILE])
    assert len(browser.find_elements("css selector", ".specs li")) == len(HOSTILE)
    rows = [(f"k{i}", value) for i, value in enumerate(HOSTILE)]
    diff = one_sheet([(key, "") for key, _ in rows], rows)
    assert plan.diff is not None
    browser = opened([plan.model_copy(update={"diff": plan.diff.model_copy(update={
        "sheets": (diff,)})})])  # fmt: skip
    shown = text(browser, ".grid-body")
    for sign in ("␛[31mred", "\\u202eevil\\u2066", "</script><script>", "<img src=x", "nul␀ and"):
        assert sign in shown
    assert browser.title == "Acme Corp – vernctl"
    assert browser.find_elements("css selector", "main img, main a, main script") == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 1440


def one_sheet(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> SheetDiff:
    def sheet(rows: Sequence[tuple[str, str]]) -> Sheet:
        return Sheet(slug="s", name="S", columns=("Key", "Note"), rows=tuple(rows))

    return diff_sheets(sheet(old), sheet(new), ("Key",), "spec")
