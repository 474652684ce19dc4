"""A decision is taken in a real browser, and is what is on disk afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.support.wait import WebDriverWait

NEEDS = "VERNCTL_BROWSER"
pytestmark = pytest.mark.browser

FILES = {
    "vernctl.yaml": "endpoint: embedded\n",
    "catalog.yaml": "templates:\n  - {slug: contacts, name: Contacts, columns: [{name: Email}]}\n",
    "data/contacts.csv": "Email\na@x.test\nb@x.test\n",
    "specs/acme.yaml": "version: 1\nmigration: {name: Acme, external_id: a-1}\n"
    "files: [../data/contacts.csv]\n",
    "specs/globex.yaml": "version: 1\nmigration: {name: Globex, external_id: g-1}\n"
    "files: [../data/contacts.csv]\n",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with two first imports pending."""
    for name, text in FILES.items():
        path = tmp_path / "project" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    plan = vernctl(tmp_path / "project", "plan")
    plan.communicate(timeout=60)
    assert plan.returncode == 2
    return tmp_path / "project"


@pytest.fixture
def review(root: Path) -> Iterator[subprocess.Popen[str]]:
    process = vernctl(root, "review", "--web")
    yield process
    process.kill()
    process.communicate()


def vernctl(root: Path, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "vernctl", *arguments],
        cwd=root,
        env={"PATH": os.environ["PATH"], "HOME": str(root), "LC_ALL": "C.UTF-8"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def wait_for(browser: webdriver.Chrome, word: str) -> None:
    script = "return document.querySelector('.decide').innerText.includes(arguments[0])"
    WebDriverWait(browser, 10).until(lambda b: b.execute_script(script, word))


def test_accept_and_reject_in_the_browser_end_the_review(
    root: Path, review: subprocess.Popen[str], browser: webdriver.Chrome
) -> None:
    assert review.stdout is not None
    browser.get(review.stdout.readline().split()[-1])
    browser.find_element("css selector", "button.accept").click()
    wait_for(browser, "accepted")
    assert (root / "specs/acme.snapshot/REVIEW.md").exists()
    browser.find_elements("css selector", ".specs button")[1].click()
    browser.find_element("css selector", "button.reject").click()
    browser.find_element("css selector", "#message").send_keys("Uppercase every Email.")
    browser.find_element("css selector", ".message button").click()
    wait_for(browser, "rejected")
    assert review.wait(10) == 2
    assert '  - "Uppercase every Email."\n' in (root / "specs/globex.yaml").read_text("utf-8")
    assert not (root / "specs/globex.snapshot").exists()
