"""api: companies, over real HTTP: approved unseen, imported once, looked at afterwards."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from bench import SPEC, Bench, bench, company_spec
from scripted_agent import Ask

from vernctl.api.companies import CompaniesClient
from vernctl.api.models import Answer
from vernctl.api.quota import Ledger
from vernctl.errors import ConflictError, UsageError
from vernctl.snapshot.files import read_snapshot
from vernctl.workflow.applying import ApplyOptions
from vernctl.workflow.commands import (
    apply_specs,
    ask_spec,
    cancel_spec,
    correct_spec,
    drift_specs,
    export_spec,
    log_spec,
    pin_spec,
    questions_of,
    record_answers,
)
from vernctl.workflow.companies.applying import _create
from vernctl.workflow.companies.looking import line_of, look
from vernctl.workflow.companies.starting import start
from vernctl.workflow.companies.verbs import Companies
from vernctl.workflow.gate import Gate
from vernctl.workflow.outcome import SpecOutcome, exit_code_of
from vernctl.workflow.receipts import receipts_of
from vernctl.workflow.session import Session
from vernctl.workflow.work import Work

EMAIL = Ask("Which column is Email?", ("Work", "Private"))
KEEP = Ask("Should 12 doubles be kept?", ("Keep", "Drop"))


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """A customer of the companies dialect, nothing planned yet."""
    monkeypatch.delenv("CI", raising=False)
    with bench(tmp_path / "project") as made:
        made.spec_path.write_text(company_spec(made.root / "catalog.yaml"))
        # An import that waits listens; one without a question is over before it can be told.
        made.agent.asks.append(EMAIL)
        yield made


def exported(made: Bench) -> list[str]:
    return (made.root / "out/acme/contacts.csv").read_text().splitlines()


def imports_of(made: Bench) -> int:
    return made.agent.calls.count("execute")


def test_a_plan_sends_nothing_and_says_what_an_import_would_send(company: Bench) -> None:
    outcome = company.plan()
    assert (outcome.status, outcome.performed, outcome.unseen) == ("changed", False, True)
    kinds = [step.kind for step in outcome.steps]
    assert kinds == ["create", "upload", "execute", "correct", "export"]
    assert (outcome.cost.create, outcome.cost.agent, outcome.cost.agent_max) == (1, 2, 3)
    assert company.sent() == []
    pending = read_snapshot(company.pending)
    assert pending is not None and pending.sheets == () and pending.unseen is not None
    assert pending.digest == outcome.digest
    assert "nobody has seen the rows" in (company.pending / "REVIEW.md").read_text()


def test_what_is_approved_is_imported_corrected_answered_and_read_back(company: Bench) -> None:
    outcome = company.imported()
    assert outcome.status == "applied", outcome.error
    assert exported(company) == ["Email,Name,Note", "a@x.test,ANN,one", "b@x.test,BOB,two"]
    assert [q.answer for q in outcome.questions] == ["Work"]
    pending = read_snapshot(company.pending)
    assert pending is not None and pending.unseen is None
    assert len(pending.sheets[0].rows) == 3 and pending.sheets[0].invalid_rows == 1
    ((receipt, _),) = receipts_of(company.root / ".vernctl/receipts", "acme")
    assert receipt.outcome == "applied" and receipt.refinements == ("upper Name",)
    assert [(c["message"], c["arrived"]) for c in receipt.corrections] == [("upper Name", True)]


def test_the_idempotency_key_is_the_approved_digest(company: Bench) -> None:
    outcome = company.imported()
    log = json.loads((company.root / "out/acme/log.json").read_text())
    assert [run["idempotency_key"] for run in log["runs"]] == [outcome.digest]


def test_ids_that_the_account_does_not_have_are_said_before_anything_is_made(
    company: Bench,
) -> None:
    source = re.search("source: ([0-9a-f-]{36})", company.spec_path.read_text())
    assert source is not None
    company.spec_text((source[1], "00000000-0000-4000-8000-000000000000"))
    outcome = company.imported()
    assert outcome.exit_code == 1 and outcome.error is not None
    assert "catalog ids" in str(outcome.error.next)
    assert company.agent.calls == []


def test_without_an_approval_nothing_is_sent(company: Bench) -> None:
    assert company.apply().exit_code == 4
    company.approved()
    company.spec_text(("upper Name", "upper Note"))
    outcome = company.apply()
    assert (outcome.exit_code, outcome.error and outcome.error.reasons) == (
        4,
        ("a message was removed or edited",),
    )
    assert company.sent() == []


def test_an_import_that_is_in_is_left_alone(company: Bench) -> None:
    company.imported()
    company.sent()
    assert company.apply().status == "unchanged"
    assert company.plan().status == "changed"  # what was imported waits to be looked at
    assert company.approve().status == "approved"
    assert company.plan().status == "unchanged"
    assert company.apply().status == "unchanged"
    assert company.sent() == [] and imports_of(company) == 1


def test_the_next_import_is_held_against_the_rows_approved_before(company: Bench) -> None:
    company.imported()
    company.approve()
    company.data("Email,Name,Note\na@x.test,Ann,one\nb@x.test,Bob,new\n,Cid,three\n")
    planned = company.plan()
    assert [cause.ref for cause in planned.causes] == ["contacts.csv changed"]
    assert company.approve().status == "approved"
    outcome = company.apply()
    assert outcome.status == "applied", outcome.error
    assert outcome.diff is not None
    (sheet,) = outcome.diff.sheets
    assert [(c.column, c.old, c.new) for row in sheet.changed for c in row.cells] == [
        ("Note", "two", "new")
    ]
    assert [cause.ref for cause in sheet.causes] == ["contacts.csv changed"]
    assert company.approve().status == "approved"


def test_an_import_that_loses_too_many_rows_is_not_as_approved(company: Bench) -> None:
    company.imported()
    company.approve()
    company.data("Email,Name,Note\na@x.test,Ann,one\n")
    company.plan()
    company.approve()
    outcome = company.apply()
    assert (outcome.status, outcome.exit_code) == ("not_as_approved", 6)
    assert [c.name for c in outcome.checks if not c.ok] == ["removed_rows"]
    assert (company.root / "out/acme.held/contacts.csv").is_file()


def test_a_correction_that_comes_too_late_is_told_and_the_result_is_held(company: Bench) -> None:
    company.agent.asks.clear()
    company.approved()
    before = company.run(lambda session: _start_alone(company, session))
    assert before == "completed"
    outcome = company.apply()
    assert outcome.status == "not_as_approved"
    assert outcome.verification is not None
    assert "“upper Name” did not reach the import" in outcome.verification.problems[0]
    assert company.apply().status == "not_as_approved"
    company.agent.asks.append(EMAIL)  # now it listens
    again = company.apply(retry=True)
    assert again.status == "applied", again.error
    assert exported(company)[1] == "a@x.test,ANN,one"
    assert next(run["idempotency_key"] for run in _history(company)) == f"{again.digest}-2"


def test_an_import_that_is_not_as_approved_may_be_approved_as_it_is(company: Bench) -> None:
    company.agent.asks.clear()
    company.approved()
    company.run(lambda session: _start_alone(company, session))
    assert company.apply().status == "not_as_approved"
    assert company.approve().status == "approved"
    assert company.apply().status == "unchanged"


def test_an_import_that_could_not_be_corrected_this_hour_is_not_started(company: Bench) -> None:
    company.approved()
    specs = company.specs()

    async def apply(session: Session) -> list[SpecOutcome]:
        ledger = Ledger(company.server.url, "k", folder=company.root / "quota")
        ledger.spend(("agent",) * 4)
        session.gate = Gate(ledger)
        return await apply_specs(session, specs, ApplyOptions())

    (outcome,) = company.run(apply)
    assert outcome.exit_code == 5 and company.agent.calls == []


async def _start_alone(made: Bench, session: Session) -> str:
    """Start the approved import, and let it end before it is told anything."""
    work = Work.open(session, made.specs()[0])
    assert work.base is not None
    await _create(work)
    await start(work, await look(work), work.base)
    line = line_of(work)
    run_id = work.journal.known.run_id or ""
    while (run := await line.client.get_run(line.id, run_id)).status in ("queued", "running"):
        await asyncio.sleep(0.01)
    return run.status


def test_a_block_without_an_answer_waits_and_the_same_command_goes_on(company: Bench) -> None:
    company.agent.asks.append(Ask(KEEP.text, KEEP.options, after=1))
    blocked = company.imported()
    assert (blocked.status, blocked.exit_code) == ("blocked", 3)
    asked = company.run(lambda session: questions_of(session, company.specs()[0]))
    assert [q.status for q in asked.questions] == ["unanswered"]
    company.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
    outcome = company.apply()
    assert outcome.status == "applied", outcome.error
    assert imports_of(company) == 1


def test_a_block_is_answered_by_hand(company: Bench) -> None:
    company.agent.asks.append(Ask(KEEP.text, KEEP.options, after=1))
    company.imported()
    assert company.answer({1: "Drop"}).exit_code == 0
    assert company.apply().status == "applied"
    lines = company.run(lambda session: record_answers(session, company.specs()[0]))
    assert lines == ('"Should * doubles be kept?": Drop',)


def test_all_questions_of_a_block_go_out_in_one_request_or_none(company: Bench) -> None:
    company.agent.asks.append(KEEP)
    company.imported()
    assert sum("/messages" in line for line in company.sent()) == 1  # the correction alone
    company.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
    assert company.apply().status == "applied"
    assert sum("/messages" in line for line in company.sent()) == 1


def test_a_question_asked_again_after_its_answer_stops(company: Bench) -> None:
    company.agent.asks[:] = [Ask(EMAIL.text, EMAIL.options, again=True)]
    outcome = company.imported()
    assert outcome.exit_code == 3
    assert outcome.questions[0].why == "asked again after this answer was given"


def test_an_import_without_an_answer_is_canceled_where_that_is_wished(company: Bench) -> None:
    company.agent.asks[:] = [KEEP]
    company.approved()
    outcome = company.apply(cancel=True)
    assert outcome.exit_code == 3
    company.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
    again = company.apply()
    assert again.status == "applied", again.error
    keys = [run["idempotency_key"] for run in _history(company)]
    assert keys == [f"{again.digest}-2", again.digest]


def _history(made: Bench) -> list[dict[str, str]]:
    runs: list[dict[str, str]] = json.loads((made.root / "out/acme/log.json").read_text())["runs"]
    return runs


def test_a_failed_import_that_wrote_nothing_leaves_the_approval_standing(company: Bench) -> None:
    company.approved()
    company.agent.fails = "execute"
    outcome = company.apply()
    assert (outcome.status, outcome.exit_code) == ("failed", 1)
    assert outcome.error is not None and "0 rows" in str(outcome.error.remote)
    company.agent.fails = ""
    assert company.apply().status == "applied"


def test_another_checkout_finds_what_was_imported_and_imports_nothing(
    company: Bench, tmp_path: Path
) -> None:
    company.approved()
    other = company.checkout(tmp_path / "other")
    assert company.apply().status == "applied"
    outcome = other.apply()
    assert outcome.status == "unchanged", outcome.error
    assert imports_of(company) == 1


def test_another_checkout_goes_on_with_an_import_that_waits(company: Bench, tmp_path: Path) -> None:
    company.agent.asks.append(Ask(KEEP.text, KEEP.options, after=1))
    company.imported()
    other = company.checkout(tmp_path / "other")
    other.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
    outcome = other.apply()
    assert outcome.status == "applied", outcome.error
    assert exported(other)[1] == "a@x.test,ANN,one"
    assert (company.apply().status, imports_of(company)) == ("applied", 1)


def test_a_correction_by_hand_reaches_the_running_import_and_is_named(company: Bench) -> None:
    company.agent.asks.append(Ask(KEEP.text, KEEP.options, after=1))
    company.imported()
    spec = company.specs()[0]
    assert company.run(lambda s: correct_spec(s, spec, "upper Note")).exit_code == 0
    company.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
    outcome = company.apply()
    assert exported(company)[1] == "a@x.test,ANN,ONE"
    assert any("corrected by hand" in warning for warning in outcome.warnings)
    late = company.run(lambda s: correct_spec(s, spec, "upper Email"))
    assert late.exit_code == 4 and late.error is not None and "running" in late.error.message


def test_verbs_about_previews_say_that_there_are_none(company: Bench) -> None:
    spec = company.specs()[0]
    for outcome in (
        company.run(lambda s: ask_spec(s, spec, "Why?")),
        company.run(lambda s: pin_spec(s, spec)),
        company.plan(step=True),
        company.plan(replace=True),
        company.plan(refresh=True),
        company.plan(reorder=True),
    ):
        assert outcome.error is not None and outcome.error.kind == UsageError.kind
        assert "api: companies" in outcome.error.message
    assert company.sent() == []


def test_a_correction_of_a_preview_is_a_refinement(work_bench: Bench) -> None:
    outcome = work_bench.run(lambda s: correct_spec(s, work_bench.specs()[0], "upper Name"))
    assert outcome.error is not None and "refine" in str(outcome.error.next)


def test_log_export_drift_and_cancel_know_the_dialect(company: Bench) -> None:
    company.imported()
    spec = company.specs()[0]
    assert "corrected: upper Name" in company.run(lambda s: log_spec(s, spec))
    assert company.run(lambda s: export_spec(s, spec)).status == "applied"
    (drifted,) = company.run(lambda s: drift_specs(s, [spec]))
    assert drifted.status == "unchanged", drifted.facts
    canceled: SpecOutcome = company.run(lambda s: cancel_spec(s, spec))
    assert canceled.facts == ("No run is in flight; nothing to cancel.",)
    assert company.status().status == "changed"


def test_a_spec_of_the_dialect_forecasts_what_an_import_takes(company: Bench) -> None:
    async def cost(session: Session) -> list[int]:
        work = Work.open(session, company.specs()[0])
        found = [Companies().forecast(work, execute=execute) for execute in (False, True)]
        return [one.create + one.agent for one in found]

    assert company.run(cost) == [0, 4]


def test_tokens_keep_cells_out_of_git(company: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_KEY", "k" * 32)
    config = company.root / "vernctl.yaml"
    config.write_text(config.read_text() + "review: {token_key: {env: TOKEN_KEY}}\n")
    company.spec_text(("unseen: true", "unseen: true, cells: tokens"))
    assert company.imported().status == "applied"
    text = (company.pending / "contacts.csv").read_text()
    assert "a@x.test" not in text and "ANN" not in text
    assert company.approve().status == "approved"
    assert company.plan().status == "unchanged"
    (company.root / "out/acme/contacts.csv").unlink()
    assert company.apply().status == "unchanged"
    assert exported(company)[1] == "a@x.test,ANN,one"


def test_somebody_who_answers_first_wins_and_nothing_is_answered_twice(
    company: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = CompaniesClient.answer

    async def late(
        client: CompaniesClient, company_id: str, run_id: str, answers: Sequence[Answer]
    ) -> object:
        other = [Answer(id=one.id, value="Private") for one in answers]
        await said(client, company_id, run_id, other)
        return await said(client, company_id, run_id, answers)

    company.approved()
    monkeypatch.setattr(CompaniesClient, "answer", late)
    outcome = company.apply()
    assert outcome.status == "applied", outcome.error
    assert outcome.questions == ()
    ((receipt, _),) = receipts_of(company.root / ".vernctl/receipts", "acme")
    assert receipt.questions == ()


def test_a_409_that_says_no_active_question_yet_is_asked_again_later(
    company: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = CompaniesClient.answer
    refused: list[str] = []

    async def early(
        client: CompaniesClient, company_id: str, run_id: str, answers: Sequence[Answer]
    ) -> object:
        if not refused:
            refused.append(run_id)
            raise ConflictError("There is no active question yet.")
        return await said(client, company_id, run_id, answers)

    company.approved()
    monkeypatch.setattr(CompaniesClient, "answer", early)
    outcome = company.apply()
    assert (outcome.status, [q.answer for q in outcome.questions]) == ("applied", ["Work"])


def test_an_import_of_somebody_else_is_followed_by_nobody(company: Bench, tmp_path: Path) -> None:
    company.agent.asks.append(Ask(KEEP.text, KEEP.options, after=1))
    company.imported()
    other = company.checkout(tmp_path / "other")
    other.spec_text(("[upper Name]", "[upper Note]"))
    other.plan()
    other.approve()
    company.sent()
    outcome = other.apply()
    assert (outcome.exit_code, outcome.error and outcome.error.kind) == (4, "refused")
    assert [line for line in other.sent() if "POST /companies " not in line] == []
    assert other.apply().exit_code == 4
    canceled = other.run(lambda s: cancel_spec(s, other.specs()[0]))
    assert canceled.facts == ("The run is canceled.",)
    other.spec_text(('": Work\n', '": Work\n  "doubles be kept": Drop\n'))
    assert other.apply().status == "applied"


def test_another_approval_of_the_same_files_replaces_what_was_imported(company: Bench) -> None:
    company.imported()
    company.approve()
    company.spec_text(
        ("[upper Name]", "[upper Name, upper Note]"), ("unseen: true", "unseen: true, backup: true")
    )
    assert company.plan().facts[1:] == ("because: message 2 is new",)
    company.approve()
    outcome = company.apply()
    assert outcome.status == "applied", outcome.error
    assert outcome.facts[0].startswith("REPLACED")
    assert exported(company)[1] == "a@x.test,ANN,ONE"
    kept = company.root / ".vernctl/backups/acme/before-0002/contacts.csv"
    assert "a@x.test,ANN,one" in kept.read_text()


def test_a_rule_that_changes_after_the_import_says_how_to_import_with_it(company: Bench) -> None:
    company.imported()
    company.approve()
    company.spec_text(('": Work', '": Private'))
    assert company.apply().exit_code == 4
    outcome = company.plan()
    assert outcome.status == "unchanged"
    assert "raise `epoch:`" in outcome.facts[1]


def test_a_hand_edited_approval_is_not_believed(company: Bench) -> None:
    company.approved()
    document = company.snapshot / "snapshot.yaml"
    document.write_text(document.read_text().replace("- upper Name", "- upper Note"))
    outcome = company.apply()
    assert outcome.error is not None and outcome.error.kind == "snapshot"
    assert company.sent() == []


def test_in_ci_what_was_imported_is_made_pending_by_a_plan_elsewhere(
    company: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    company.approved()
    monkeypatch.setenv("CI", "true")
    assert company.apply().status == "applied"
    assert not company.pending.exists()
    monkeypatch.delenv("CI")
    outcome = company.plan()
    assert (outcome.status, outcome.exit_code) == ("changed", 2)
    assert company.approve().status == "approved"
    assert company.plan().status == "unchanged"


def test_a_question_worded_otherwise_than_approved_is_shown_with_both(company: Bench) -> None:
    company.imported()
    company.approve()
    company.agent.asks[:] = [Ask("Which of these is Email?", ("Work", "Private"))]
    company.data("Email,Name,Note\na@x.test,Ann,one\nb@x.test,Bob,new\n,Cid,three\n")
    company.plan()
    company.approve()
    (question,) = company.apply().questions
    assert question.approved_wording == "Which column is Email?"
    assert not question.unseen


def test_both_dialects_go_out_in_one_fleet(company: Bench) -> None:
    other = company.root / "specs/beta.yaml"
    text = SPEC.replace("acme-001", "beta-001").replace("out/acme", "out/beta")
    other.write_text(text + "fleet: {canary: 1}\n")
    specs = company.specs()
    yes = ApplyOptions(yes=True)
    outcomes = company.run(lambda session: apply_specs(session, specs, yes))
    assert [(o.name, o.status) for o in outcomes] == [("acme", "applied"), ("beta", "applied")]
    assert exit_code_of(outcomes) == 0


def test_an_approval_that_was_replaced_meanwhile_is_imported_again(company: Bench) -> None:
    first = company.imported().digest
    company.spec_text(("[upper Name]", "[upper Name, upper Note]"))
    company.plan()
    company.approve()
    assert company.apply().status == "applied"
    company.spec_text(("[upper Name, upper Note]", "[upper Name]"))
    company.plan()
    company.approve()
    again = company.apply()
    assert (again.status, again.digest) == ("applied", first), again.error
    assert exported(company)[1] == "a@x.test,ANN,one"
    assert company.apply().status == "unchanged"
    assert imports_of(company) == 3
