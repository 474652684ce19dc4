"""Review: nothing is approved that was not accepted; a decision is done when it is taken."""

from __future__ import annotations

import contextlib
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from vernctl.errors import RefusedError, UsageError
from vernctl.render.pages import MarkdownPages
from vernctl.render.text.review import ledger
from vernctl.review.terminal import Terminal, review_on_terminal
from vernctl.review.web import ReviewServer
from vernctl.spec.load import find_specs, load_specs
from vernctl.spec.project import load_project
from vernctl.workflow.reviewing import Review

OTHER = """\
version: 1
migration: {name: Globex, external_id: globex-002, source: Salesforce}
files: [../data/contacts.csv]
"""


@pytest.fixture(scope="module")
def planned(
    tmp_path_factory: pytest.TempPathFactory, new_project: Callable[[Path], Path], vernctl: Any
) -> Path:
    """A project with two first imports pending."""
    root = new_project(tmp_path_factory.mktemp("review") / "project")
    (root / "specs/globex.yaml").write_text(OTHER, encoding="utf-8")
    with contextlib.chdir(root):
        os.environ.pop("CI", None)
        assert vernctl("plan", "specs").code == 2
    return root


@pytest.fixture
def root(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of it, which is the working folder."""
    root = tmp_path / "project"
    shutil.copytree(planned, root, ignore=shutil.ignore_patterns(".vernctl"))
    monkeypatch.chdir(root)
    return root


def review_of(root: Path) -> Review:
    project = load_project(root)
    return Review(project, load_specs(find_specs(project), project), MarkdownPages())


class Reviewer:
    """Somebody who types prepared lines and reads what is said."""

    def __init__(self, *lines: str) -> None:
        self._lines = list(lines)
        self.read = ""

    def ask(self, prompt: str) -> str:
        self.read += prompt
        if not self._lines:
            raise EOFError
        line = self._lines.pop(0)
        if line == "^C":
            raise KeyboardInterrupt
        return line

    def say(self, text: str) -> None:
        self.read += text + "\n"

    def reviews(self, review: Review) -> dict[str, str]:
        review_on_terminal(review, Terminal(self.ask, self.say))
        return {path: decision.verb for path, decision in review.ledger.items()}


def approved(root: Path) -> set[str]:
    return {path.name for path in root.glob("specs/*.snapshot")}


def test_enter_alone_goes_through_everything_and_approves_nothing(root: Path) -> None:
    reviewer = Reviewer(*[""] * 20)
    verbs = reviewer.reviews(review_of(root))
    assert set(verbs.values()) == {"skipped"}
    assert "+ 3 rows new" in reviewer.read
    assert "a@x.test  Ann  Open" in reviewer.read
    assert approved(root) == set()


def test_accept_approves_what_was_shown_and_reject_writes_the_message(root: Path) -> None:
    reviewer = Reviewer("a", "r", "Uppercase every Name.")
    verbs = reviewer.reviews(review_of(root))
    assert verbs == {"specs/acme.yaml": "accepted", "specs/globex.yaml": "rejected"}
    assert approved(root) == {"acme.snapshot"}
    text = (root / "specs/globex.yaml").read_text("utf-8")
    assert text == OTHER + '\nrefine:\n  - "Uppercase every Name."\n'
    assert "vernctl plan specs/globex.yaml" in reviewer.read


def test_a_rejected_preview_can_no_longer_be_approved(root: Path, vernctl: Any) -> None:
    Reviewer("q").reviews(review_of(root))
    review_of(root).reject("specs/acme.yaml", "Uppercase every Name.")
    ran = vernctl("approve", "specs/acme.yaml")
    assert ran.code == 4
    assert approved(root) == set()


def test_what_was_decided_before_an_interrupt_stays_decided(root: Path) -> None:
    review = review_of(root)
    with pytest.raises(KeyboardInterrupt):
        Reviewer("a", "^C").reviews(review)
    assert approved(root) == {"acme.snapshot"}
    assert list(review.open) == ["specs/globex.yaml"]


def test_an_empty_message_and_an_unknown_letter_decide_nothing(root: Path) -> None:
    reviewer = Reviewer("yes", "r", "", "q")
    assert reviewer.reviews(review_of(root)) == {}
    assert "Type one of the letters" in reviewer.read


def test_a_message_that_is_there_already_is_refused(root: Path) -> None:
    before = (root / "specs/acme.yaml").read_bytes()
    with pytest.raises(UsageError):
        review_of(root).reject("specs/acme.yaml", "Trim whitespace  in every column.")
    assert (root / "specs/acme.yaml").read_bytes() == before


def test_a_message_that_no_spec_may_hold_leaves_the_file_as_it_was(root: Path) -> None:
    before = (root / "specs/acme.yaml").read_bytes()
    with pytest.raises(Exception, match="problem"):
        review_of(root).reject("specs/acme.yaml", "Use ${env:HOME} as Name.")
    assert (root / "specs/acme.yaml").read_bytes() == before


def test_what_has_moved_since_it_was_shown_is_not_accepted(root: Path) -> None:
    review = review_of(root)
    (root / "data/contacts.csv").write_text("Email,Name,Status\n", encoding="utf-8")
    digest = review.outcomes["specs/acme.yaml"].digest or ""
    with pytest.raises(RefusedError):
        review.accept("specs/acme.yaml", digest)
    with pytest.raises(RefusedError):
        review.accept("specs/globex.yaml", digest)
    assert approved(root) == set()


def test_the_ledger_counts_what_was_decided(root: Path) -> None:
    review = review_of(root)
    review.accept("specs/acme.yaml", review.outcomes["specs/acme.yaml"].digest or "")
    review.skip("specs/globex.yaml")
    text = ledger(list(review.ledger.values()))
    assert "1 accepted · 1 skipped" in text
    assert "Commit what was written" in text


def test_off_a_terminal_it_says_what_to_use_instead(root: Path, vernctl: Any) -> None:
    ran = vernctl("review")
    assert ran.code == 64
    assert "vernctl approve SPEC --digest" in ran.err


def test_with_nothing_pending_there_is_nothing_to_review(root: Path, vernctl: Any) -> None:
    for folder in root.glob("specs/*.pending"):
        shutil.rmtree(folder)
    assert vernctl("review", "--web").code == 0


def on_a_terminal(root: Path, *keys: bytes) -> tuple[int, str]:
    """Run ``vernctl review`` on a pseudo terminal: keys at each prompt, then an interrupt."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "vernctl", "review"],
        cwd=root,
        env={"PATH": os.environ["PATH"], "HOME": str(root), "LC_ALL": "C.UTF-8"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    said, left, end = b"", list(keys), time.monotonic() + 20
    while time.monotonic() < end:
        if not select.select([ours], [], [], 0.3)[0]:
            # Quiet for a while: it waits in the prompt, where an interrupt is one.
            if process.poll() is None and not left and said.endswith(b"> "):
                process.send_signal(signal.SIGINT)
            continue
        try:
            said += os.read(ours, 65536)
        except OSError:  # the other end is closed: it has ended
            break
        if said.endswith(b"> ") and left:
            os.write(ours, left.pop(0))
    os.close(ours)
    return process.wait(10), said.decode()


def test_on_a_real_terminal_an_interrupt_ends_with_the_ledger(root: Path) -> None:
    code, said = on_a_terminal(root, b"a\n")
    assert code == 128 + signal.SIGINT
    assert "1 accepted · 1 skipped" in said
    assert approved(root) == {"acme.snapshot"}


@pytest.fixture
def served(root: Path) -> Iterator[ReviewServer]:
    """The page, served by a thread."""
    server = ReviewServer(review_of(root))
    thread = threading.Thread(target=server.run_until_decided, args=(lambda url: None,))
    thread.start()
    while not server.started:
        thread.join(0.01)
    yield server
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def wish(verb: str, spec: str = "specs/acme.yaml", **more: str) -> dict[str, str]:
    return {"spec": spec, "verb": verb, "digest": "", "message": ""} | more


def send(server: ReviewServer, body: object, **headers: str) -> httpx.Response:
    given = {"origin": server.origin} | headers
    return httpx.post(f"{server.url}decide", json=body, headers=given, trust_env=False)


def test_the_page_is_served_with_its_policy_to_whoever_has_the_address(
    served: ReviewServer,
) -> None:
    page = httpx.get(served.url, trust_env=False)
    assert page.status_code == 200
    assert "connect-src 'self'" in page.headers["content-security-policy"]
    assert page.headers["cache-control"] == "no-store"
    assert "set-cookie" not in page.headers
    assert "access-control-allow-origin" not in page.headers


def test_without_the_token_or_under_another_name_there_is_nothing(served: ReviewServer) -> None:
    assert httpx.get(f"{served.origin}/", trust_env=False).status_code == 404
    assert httpx.get(f"{served.origin}/{'x' * 43}/", trust_env=False).status_code == 404
    named = httpx.get(served.url, headers={"host": "evil.test"}, trust_env=False)
    assert named.status_code == 404


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"origin": "https://evil.test"}, 403),
        ({"origin": "null"}, 403),
        ({"content-type": "text/plain"}, 415),
        ({"host": "evil.test"}, 404),
    ],
)
def test_no_other_site_can_decide(
    served: ReviewServer, root: Path, headers: dict[str, str], status: int
) -> None:
    assert send(served, wish("skip"), **headers).status_code == status


def test_what_is_no_decision_decides_nothing(served: ReviewServer) -> None:
    assert send(served, {"verb": "accept"}).status_code == 400
    assert send(served, wish("approve")).status_code == 409
    assert send(served, wish("reject", message="x" * 70_000)).status_code == 413
    assert send(served, wish("accept", digest="f" * 64)).status_code == 409


def test_it_stops_when_everything_is_decided(served: ReviewServer, root: Path) -> None:
    said = send(served, wish("reject", message="Uppercase every Name.")).json()
    assert said["open"] == 1
    assert send(served, wish("skip", spec="specs/acme.yaml")).status_code == 409
    assert send(served, wish("skip", spec="specs/globex.yaml")).json()["open"] == 0
    # A connection that was open while it stopped is cut; later ones are refused.
    with pytest.raises((httpx.ConnectError, httpx.ReadError, httpx.RemoteProtocolError)):
        while True:
            httpx.get(served.url, trust_env=False)
