"""A live source in a spec: attached, given its credentials, read; over real HTTP on both sides."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench
from rest_source import RestSource, rest_source
from scripted_agent import Ask

from vernctl.errors import UnreachableError
from vernctl.spec.project import load_project
from vernctl.workflow.adopt import Adoption, adopt
from vernctl.workflow.commands import answer_spec, cancel_spec, drift_specs, questions_of
from vernctl.workflow.erasing import erasure_of
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.receipts import receipts_of

TOKEN = "tok-9f31c2-very-private"
SPEC = """\
version: 1
migration: {{name: Acme Corp, external_id: acme-001, source: Salesforce}}
connection:
  source_key: rest
  config:
    base_url: {url}
    streams: {{contacts: {{path: /people}}}}
    paging: {{by: page}}
  streams: [contacts]
  credentials: {{token: {{env: CRM_TOKEN}}}}
answers:
  "Which * is Email?": Work
export: {{to: out/acme}}
"""


@pytest.fixture
def source() -> Iterator[RestSource]:
    with rest_source(TOKEN) as serving:
        yield serving


@pytest.fixture
def live(tmp_path: Path, source: RestSource, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A customer whose rows come from the REST source alone."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    with bench(tmp_path / "project") as made:
        made.spec_path.write_text(SPEC.format(url=source.url))
        yield made


def posts(bench: Bench) -> list[str]:
    """The last part of every path that was posted to since the last look."""
    return [line.split(" ")[1].rpartition("/")[2] for line in bench.sent()]


def said(outcome: SpecOutcome) -> str:
    error = outcome.error
    told = (error.message, error.remote, error.next) if error else ()
    return " ".join(filter(None, (*outcome.facts, *told)))


def test_a_plan_attaches_the_source_gives_its_credentials_once_and_reads_it(live: Bench) -> None:
    outcome = live.plan()
    assert outcome.exit_code == 2, outcome.error
    steps = [step.kind for step in outcome.steps]
    assert steps == ["create", "connect", "generate", "credentials"]
    assert outcome.cost.agent == 2
    assert posts(live) == ["migrations", "source-connection", "runs", "credentials"]
    assert outcome.diff is not None
    assert outcome.diff.sheets[0].rows == 3


def test_live_data_is_never_called_unchanged_and_is_read_again_when_asked(
    live: Bench, source: RestSource
) -> None:
    assert live.imported().exit_code == 0
    again = live.plan()
    assert again.status == "unchanged"
    assert "Live data of rest, last read 20" in said(again)
    assert "no changes" not in said(again)
    assert live.sent()[-1:] == [] or live.plan().steps == ()
    source.people.append({"Email": "new@x.test", "Name": "New"})
    assert live.plan().status == "unchanged", "nobody has read it again"
    refreshed = live.plan(refresh=True)
    assert refreshed.exit_code == 2
    assert [cause.ref for cause in refreshed.causes] == ["the live source was read again"]
    assert all(check.ok for check in refreshed.checks), "that rows are new is explained"


def test_the_receipt_and_the_summary_name_the_source_and_when_it_was_read(live: Bench) -> None:
    outcome = live.imported()
    assert outcome.status == "applied"
    receipt = receipts_of(live.root / ".vernctl" / "receipts", "acme")[0][0]
    assert isinstance(receipt.connection, dict)
    assert receipt.connection["source_key"] == "rest"
    assert str(receipt.connection["last_read"]).startswith("20")
    summary = (live.root / "out" / "acme" / "summary.md").read_text()
    assert "Rows come from the live source rest, last read 20" in summary


def test_a_changed_connection_is_a_cause_and_generates_anew(live: Bench) -> None:
    live.approved()
    live.sent()
    live.spec_text(("path: /people", "path: /people?all=1"))
    outcome = live.plan()
    assert posts(live) == ["source-connection", "runs"], "the credentials were stored"
    assert "the connection changed" in outcome.steps[-1].reason
    assert [cause.kind for cause in outcome.causes] == ["connection"]
    assert live.apply().exit_code == 4, "what was approved read something else"


def test_rejected_credentials_are_said_and_not_sent_again(
    live: Bench, source: RestSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "wrong-token-000")
    outcome = live.plan()
    assert (outcome.exit_code, outcome.status) == (3, "blocked")
    assert outcome.error is not None
    assert outcome.error.kind == "credentials"
    assert "rejected the credentials" in outcome.error.message
    assert "the run waits" in said(outcome)
    assert posts(live).count("credentials") == 1
    assert live.plan().exit_code == 3
    assert posts(live) == [], "the very same are known again"
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    done = live.plan()
    assert done.exit_code == 2, done.error
    assert posts(live) == ["credentials"], "the run was left as it was, and went on"
    assert source.refused == 1


def test_a_variable_that_is_not_set_stops_a_first_plan_before_anything_is_sent(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CRM_TOKEN")
    outcome = live.plan()
    assert outcome.exit_code == 1
    assert live.sent() == []
    assert outcome.error is not None
    assert outcome.error.reasons[0].startswith("specs/acme.yaml:10:")
    assert "CRM_TOKEN is not set" in outcome.error.reasons[0]


def test_a_run_that_waits_is_shown_by_what_only_reads_and_no_command_runs(live: Bench) -> None:
    touch = f"touch {live.root}/ran"
    live.spec_text(("{env: CRM_TOKEN}", f"{{command: {touch}}}"))
    assert live.plan().exit_code == 3, "a command that prints nothing gives no secret"
    (live.root / "ran").unlink()
    live.sent()
    waiting = live.plan(read_only=True)
    assert waiting.status == "blocked"
    assert "waits for credentials of REST API: token" in said(waiting)
    assert live.status().status == "blocked"
    spec = live.specs()[0]
    assert live.run(lambda s: questions_of(s, spec)).status == "blocked"
    assert live.sent() == []
    assert not (live.root / "ran").exists()


def test_an_answer_by_hand_never_carries_credentials(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "wrong-token-000")
    live.plan()
    live.sent()
    spec = live.specs()[0]
    outcome = live.run(lambda s: answer_spec(s, spec, {1: TOKEN}, write=False))
    assert outcome.exit_code == 4
    assert "never given as an answer" in said(outcome)
    assert live.sent() == []
    assert "canceled" in said(live.run(lambda s: cancel_spec(s, spec)))


def test_credentials_come_first_and_then_a_question(live: Bench) -> None:
    live.agent.asks.append(Ask("Which column is Email?", ("Work", "Private")))
    outcome = live.plan()
    assert outcome.exit_code == 2, outcome.error
    assert posts(live)[-2:] == ["credentials", "messages"]
    assert [question.answer for question in outcome.questions] == ["Work"]


def test_an_unanswered_question_after_credentials_waits_and_goes_on(live: Bench) -> None:
    live.agent.asks.append(Ask("Should 12 doubles be kept?", ("Keep", "Drop")))
    assert live.plan().exit_code == 3
    live.spec_text(('  "Which * is', '  "doubles be kept": Drop\n  "Which * is'))
    live.sent()
    assert live.plan().exit_code == 2
    assert posts(live) == ["messages"]


def test_files_and_a_connection_go_together(live: Bench) -> None:
    live.spec_text(("connection:\n", "files: [../data/contacts.csv]\nconnection:\n"))
    outcome = live.plan()
    assert [step.kind for step in outcome.steps][:4] == ["create", "upload", "connect", "generate"]
    assert outcome.diff is not None
    assert outcome.diff.sheets[0].rows == 6, "three of the file and three of the source"
    live.approve()
    spec = live.spec_path.read_text()
    block = spec[spec.index("connection:") : spec.index("answers:")]
    live.spec_text((block, ""))
    without = live.plan()
    assert without.diff is not None
    assert without.diff.sheets[0].rows == 3
    assert "connection" in {cause.kind for cause in without.causes}
    assert any(line.startswith("DELETE ") for line in live.sent()), "it is detached"


@pytest.mark.parametrize("lost", ["source-connection", "credentials"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_request_or_reply_is_resolved_by_reading(
    live: Bench, lost: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernctl.api.client import MigrationClient

    verbs = {
        "source-connection": "save_source_connection",
        "credentials": "submit_credentials",
    }
    real = getattr(MigrationClient, verbs[lost])
    left = [1]

    async def losing(*args: object, **named: object) -> object:
        if left and when == "before":
            left.clear()
            raise UnreachableError("cut before")
        answer = await real(*args, **named)
        if left:
            left.clear()
            raise UnreachableError("cut after")
        return answer

    monkeypatch.setattr(MigrationClient, verbs[lost], losing)
    outcome = live.plan()
    if outcome.error is not None:
        assert lost == "source-connection", outcome.error
        outcome = live.plan()
    assert outcome.exit_code == 2, outcome.error
    sent = posts(live)
    assert sent.count("credentials") == 1
    assert sent.count("runs") == 1
    assert sent.count("source-connection") == 1


def test_a_source_that_the_service_does_not_know_is_named_with_its_place(live: Bench) -> None:
    live.spec_text(("source_key: rest", "source_key: hubspot"))
    outcome = live.plan()
    assert outcome.exit_code == 1
    assert outcome.error is not None
    assert "no connector “hubspot”" in outcome.error.message
    assert str(outcome.error.place).startswith("specs/acme.yaml:4:")


def test_drift_tells_of_a_connection_that_somebody_changed(live: Bench) -> None:
    live.imported()
    spec = live.specs()[0]
    assert live.run(lambda s: drift_specs(s, [spec]))[0].exit_code == 0
    migration = live.plan().migration_id or ""
    live.run(lambda s: s.client.delete_source_connection(migration))
    drifted = live.run(lambda s: drift_specs(s, [spec]))[0]
    assert drifted.exit_code == 2
    assert "connection: rest is not attached as the spec says" in drifted.facts


def test_a_kill_between_a_changed_connection_and_its_generate_is_not_taken_for_done(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    from vernctl.api.client import MigrationClient

    live.approved()
    live.spec_text(("path: /people", "path: /people?all=1"))
    real = MigrationClient.start_run

    async def dies(*args: object, **named: object) -> object:
        raise RuntimeError("killed")

    monkeypatch.setattr(MigrationClient, "start_run", dies)
    with pytest.raises(ExceptionGroup):
        live.plan()
    monkeypatch.setattr(MigrationClient, "start_run", real)
    live.sent()
    assert live.plan().exit_code == 2
    assert posts(live) == ["runs"], "attached already, and not read yet"


def test_a_sqlite_file_of_the_project_is_a_source_without_credentials(work_bench: Bench) -> None:
    database = sqlite3.connect(work_bench.root / "data" / "crm.db")
    with database:
        database.execute("CREATE TABLE contacts (Email TEXT, Name TEXT)")
        database.execute("INSERT INTO contacts VALUES ('a@x.test', 'Ann')")
    database.close()
    block = "connection: {source_key: sqlite, config: {path: data/crm.db}}\n"
    work_bench.spec_text(("files: [../data/contacts.csv]\n", block))
    outcome = work_bench.plan()
    assert outcome.exit_code == 2, outcome.error
    assert work_bench.approve().exit_code == 0
    assert work_bench.apply().exit_code == 0
    exported = (work_bench.root / "out" / "acme" / "contacts.csv").read_text()
    assert exported.splitlines()[1:] == ["a@x.test,ANN,"]
    assert load_project(work_bench.root).embedded.roots[0] == work_bench.root


def test_an_execute_that_asks_for_credentials_gets_them(
    tmp_path: Path, source: RestSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    asks = "runs: [{kind: execute, credentials: {fields: [token]}}]"
    with bench(tmp_path / "project", script=asks) as made:
        made.spec_path.write_text(SPEC.format(url=source.url))
        made.approved()
        made.sent()
        assert made.apply().status == "applied"
        assert posts(made) == ["runs", "credentials"]


def test_a_live_migration_made_elsewhere_is_adopted_with_its_source(live: Bench) -> None:
    migration = live.plan().migration_id or ""
    elsewhere = live.checkout(live.root.parent / "elsewhere")
    elsewhere.spec_path.unlink()
    wanted = Adoption(migration, elsewhere.spec_path, source="Salesforce")
    assert elsewhere.run(lambda session: adopt(session, wanted)).digest is not None
    (spec,) = elsewhere.specs()
    assert spec.connection is not None
    assert spec.connection.public == live.specs()[0].connection.public  # type: ignore[union-attr]
    assert "# credentials:" in elsewhere.spec_path.read_text()
    assert elsewhere.approve().exit_code == 0
    assert elsewhere.plan().status == "approved"


def test_another_checkout_goes_on_with_a_run_that_waits_for_credentials(
    live: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", "wrong-token-000")
    assert live.plan().exit_code == 3
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    other = live.checkout(live.root.parent / "other")
    assert other.plan().exit_code == 2, "the address leads there, and the source is the spec's"
    assert posts(other)[-1] == "credentials"


def test_what_erase_leaves_names_the_credentials_that_the_service_was_given(live: Bench) -> None:
    live.imported()
    left = erasure_of(load_project(live.root), live.specs()[0]).remains
    assert any("credentials of rest that the service was given" in said for said in left)


def test_no_secret_is_in_the_journal(live: Bench) -> None:
    live.imported()
    journal = next((live.root / ".vernctl" / "journal").rglob("*.jsonl")).read_text()
    assert TOKEN not in journal
    given = [json.loads(line) for line in journal.splitlines() if '"fields"' in line]
    assert given[0]["data"]["fields"] == ["token"]
