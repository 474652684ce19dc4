"""api: companies where requests and replies go missing: one import, told once, whatever happens."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench import Bench, bench, company_spec
from scripted_agent import Ask, ScriptedAgent

from vernctl.embedded import companies, results
from vernctl.embedded.runs import show_run

EMAIL = Ask("Which column is Email?", ("Work", "Private"))
KEEP = Ask("Should 12 doubles be kept?", ("Keep", "Drop"))
#: Where in an apply's requests something happens: the path, and how many of its like pass before.
PLACES = {
    "create": ("/companies", 0),
    "upload": ("/companies/*/uploads", 0),
    "import": ("/companies/*/imports", 0),
    "correct": ("/companies/*/imports/*/messages", 0),
    "answer": ("/companies/*/imports/*/messages", 1),
}
#: A service that says no for a moment, or not at all.
REFUSALS = {
    "gateway": "status: 502",
    "too many": "status: 429, retry_after: 0",
    "request lost": "lose: request",
    "reply lost": "lose: reply",
}


def scenario(place: str, happens: str) -> str:
    path, skip = PLACES[place]
    return f'requests: [{{method: POST, path: "{path}", skip: {skip}, {happens}}}]\n'


def finished(made: Bench) -> list[str]:
    """Apply until it ends well; what each command said."""
    said = []
    for _ in range(4):
        outcome = made.apply()
        said.append(outcome.error.message if outcome.error else outcome.status)
        if outcome.error is None:
            return said
    raise AssertionError(said)


def imported_once(made: Bench) -> None:
    """One company, one import that was told once and answered once, its rows delivered."""
    assert made.agent.calls.count("execute") == 1
    assert isinstance(made.agent, ScriptedAgent)
    with made.server.service.store.transaction() as db:  # type: ignore[attr-defined]
        companies = db.all("SELECT id FROM migrations WHERE dialect = 'companies'")
        runs = db.all("SELECT status, messages FROM runs")
    assert len(companies) == 1
    assert [(run["status"], run["messages"]) for run in runs] == [("completed", '["upper Name"]')]
    exported = (made.root / "out/acme/contacts.csv").read_text().splitlines()
    assert exported == ["Email,Name,Note", "a@x.test,ANN,one", "b@x.test,BOB,two"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("happens", REFUSALS)
def test_whatever_is_lost_is_found_by_reading_and_nothing_happens_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, happens: str
) -> None:
    monkeypatch.delenv("CI", raising=False)
    text = scenario(place, REFUSALS[happens])
    with bench(tmp_path / "project", agent=ScriptedAgent([EMAIL]), script=text) as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        made.approved()
        finished(made)
        imported_once(made)
        assert made.apply().status == "unchanged"


@pytest.mark.parametrize("status", [404, 410, 400])
def test_uploads_that_are_gone_when_they_are_named_are_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.delenv("CI", raising=False)
    # The first command gets as far as its upload; the second is told that it is gone.
    path = "/companies/*/imports"
    text = (
        f'requests: [{{method: POST, path: "{path}", status: 429, retry_after: 0}},'
        f' {{method: POST, path: "{path}", status: {status}, error: "The upload is gone."}}]\n'
    )
    with bench(tmp_path / "project", agent=ScriptedAgent([EMAIL]), script=text) as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        made.approved()
        assert made.apply().exit_code == 5
        made.sent()
        finished(made)
        assert sum(line.startswith("POST") and "/uploads " in line for line in made.sent()) == 1
        imported_once(made)


def test_a_service_that_does_not_tell_what_it_has_taken_is_never_told_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setattr(companies, "show_import", show_run)
    text = scenario("correct", "lose: reply")
    with bench(tmp_path / "project", agent=ScriptedAgent([EMAIL]), script=text) as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        made.approved()
        outcome = made.apply()
        assert (outcome.status, outcome.exit_code) == ("not_as_approved", 6)
        assert outcome.verification is not None
        assert "its reply was lost" in outcome.verification.problems[0]
        assert made.agent.calls.count("execute") == 1


def test_a_company_that_the_service_does_not_name_is_never_filled_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    text = 'requests: [{method: POST, path: /companies, status: 409, error: "In use."}]\n'
    with bench(tmp_path / "project", agent=ScriptedAgent([EMAIL]), script=text) as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        made.approved()
        outcome = made.apply()
        assert outcome.exit_code == 4 and outcome.error is not None
        assert "epoch" in str(outcome.error.next)
        assert made.agent.calls == []


def test_an_import_that_wants_credentials_is_left_waiting_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    text = "runs: [{kind: import, times: 1, credentials: {fields: [token]}}]\n"
    with bench(tmp_path / "project", agent=ScriptedAgent([EMAIL]), script=text) as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        made.approved()
        outcome = made.apply()
        assert outcome.error is not None and "credentials" in outcome.error.message
        assert made.status().status in ("waiting", "blocked")
        again = made.apply()
        assert again.error is not None and "credentials" in again.error.message


def test_an_import_that_expired_while_it_waited_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with bench(tmp_path / "project", agent=ScriptedAgent([KEEP])) as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        made.approved()
        assert made.apply().exit_code == 3
        expire(made)
        failed = made.apply()
        assert (failed.status, failed.exit_code) == ("failed", 1)
        assert failed.error is not None and "timed out" in failed.error.message
        made.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
        assert made.apply().status == "applied"
        assert made.agent.calls.count("execute") == 1


def expire(made: Bench) -> None:
    """What a service does to a run that nobody answers: it is swept to failed."""
    with made.server.service.store.transaction() as db:  # type: ignore[attr-defined]
        run = db.one("SELECT * FROM runs WHERE status = 'blocked'")
        results.keep_failure(db, run, "Import timed out.")
