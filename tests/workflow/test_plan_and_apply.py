"""Plan, approve, apply over real HTTP: the design's two tables, seen from the outside."""

from pathlib import Path

from bench import CONTACTS, Bench
from scripted_agent import Ask

from vernctl.workflow.receipts import receipts_of


def kinds(outcome_steps: object) -> list[str]:
    return [step.kind for step in outcome_steps]  # type: ignore[attr-defined]


def test_a_first_plan_waits_for_approval_and_leaves_a_pending_snapshot(work_bench: Bench) -> None:
    outcome = work_bench.plan()
    assert outcome.status == "changed"
    assert outcome.first_import
    assert kinds(outcome.steps) == ["create", "upload", "generate", "update"]
    assert (outcome.cost.generate, outcome.cost.agent) == (1, 2)
    assert work_bench.pending.is_dir()
    assert not work_bench.snapshot.exists()


def test_planning_again_sends_nothing(work_bench: Bench) -> None:
    first = work_bench.plan()
    work_bench.sent()
    again = work_bench.plan()
    assert work_bench.sent() == []
    assert (again.status, again.digest, again.steps) == ("changed", first.digest, ())


def test_apply_before_approval_is_refused_and_sends_nothing(work_bench: Bench) -> None:
    work_bench.plan()
    work_bench.sent()
    outcome = work_bench.apply()
    assert (outcome.status, outcome.exit_code) == ("refused", 4)
    assert work_bench.sent() == []


def test_what_is_approved_is_executed_verified_and_delivered(work_bench: Bench) -> None:
    outcome = work_bench.imported()
    assert outcome.status == "applied", outcome
    assert outcome.verification is not None
    assert outcome.verification.present == outcome.verification.sample_rows == 3
    out = work_bench.root / "out" / "acme"
    assert (out / "contacts.csv").read_text().splitlines() == [
        "Email,Name,Note",
        "a@x.test,ANN,one",
        "b@x.test,BOB,two",
    ]
    assert (out / "contacts.invalid.csv").read_text().splitlines()[1:] == [",CID,three"]
    assert {path.name for path in out.iterdir()} >= {
        "report.json",
        "log.json",
        "log.md",
        "summary.md",
    }


def test_applying_again_is_unchanged_and_costs_nothing(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.sent()
    outcome = work_bench.apply()
    assert (outcome.status, outcome.cost.agent) == ("unchanged", 0)
    assert work_bench.sent() == []
    assert work_bench.agent.calls.count("execute") == 1


def test_planning_after_an_import_says_so_and_makes_no_run(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.sent()
    outcome = work_bench.plan()
    assert outcome.status == "unchanged"
    assert outcome.facts[0].startswith("imported on ")
    assert work_bench.sent() == []


def test_a_fresh_checkout_applies_what_the_committed_snapshot_approves(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.approved()
    work_bench.server.stop()
    other = work_bench.checkout(tmp_path / "clone")
    from vernctl.testing import vern_server

    with vern_server(catalog=other.root / "catalog.yaml", engine=other.agent) as server:
        other.server = server
        outcome = other.apply()
        assert outcome.status == "applied", outcome.error
        assert kinds(outcome.steps) == ["create", "upload", "generate", "update", "execute"]
        assert other.apply().status == "unchanged"
    work_bench.server.start()


def test_a_changed_cell_refuses_the_apply_and_names_the_file(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.data("Email,Name,Note\na@x.test,Ann,one\nb@x.test,Bobby,two\n,Cid,three\n")
    work_bench.sent()
    outcome = work_bench.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "contacts.csv changed" in outcome.error.reasons
    assert work_bench.sent() == []
    planned = work_bench.plan()
    assert (planned.status, planned.exit_code) == ("changed", 2)
    assert planned.diff is not None
    assert [
        (c.column, c.old, c.new) for row in planned.diff.sheets[0].changed for c in row.cells
    ] == [("Name", "BOB", "BOBBY")]
    assert [(cause.kind, cause.ref) for cause in planned.causes] == [
        ("file", "contacts.csv changed")
    ]


def test_an_appended_message_before_any_apply_is_one_update_and_nothing_dearer(
    work_bench: Bench,
) -> None:
    work_bench.approved()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert kinds(outcome.steps) == ["update"]
    assert outcome.steps[0].reason == "message 2 is new"
    assert (outcome.cost.generate, outcome.cost.agent) == (0, 1)


def test_an_appended_message_after_an_apply_generates_and_updates_and_says_why(
    work_bench: Bench,
) -> None:
    work_bench.imported()
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    assert work_bench.apply().exit_code == 4
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert kinds(outcome.steps) == ["generate", "update"]
    assert "message 2 is new" in outcome.steps[0].reason
    work_bench.approve()
    applied = work_bench.apply()
    assert applied.status == "applied"
    assert any(fact.startswith("REPLACED") for fact in applied.facts)


def test_a_removed_message_is_generated_anew(work_bench: Bench) -> None:
    work_bench.approved()
    work_bench.spec_text(("refine:\n  - upper Name\n", ""))
    outcome = work_bench.plan()
    assert kinds(outcome.steps) == ["generate"]
    assert outcome.steps[0].reason == "a message was removed or edited"


def test_a_question_without_a_rule_stops_at_once_and_its_stanza_goes_on(work_bench: Bench) -> None:
    work_bench.agent.asks.append(Ask("Should 12 doubles be kept?", ("Keep", "Drop")))
    outcome = work_bench.plan()
    assert (outcome.status, outcome.exit_code) == ("blocked", 3)
    (question,) = outcome.questions
    assert question.stanza is not None
    assert outcome.answers_place is not None
    line = int(outcome.answers_place.split(":")[1])
    lines = work_bench.spec_path.read_text().splitlines()
    assert lines[line - 1] == "answers:"
    lines.insert(line, f"  {question.stanza}")
    work_bench.spec_path.write_text("\n".join(lines) + "\n")
    again = work_bench.plan()
    assert again.exit_code == 2, again.error
    assert [q.answer for q in again.questions] == ["Keep"]


def test_a_known_rule_answers_in_one_request(work_bench: Bench) -> None:
    work_bench.agent.asks += [Ask("Which column is Email?", ("Work", "Private"))]
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert [(q.answer, q.status) for q in outcome.questions] == [("Work", "answered")]
    assert sum("/messages" in line for line in work_bench.sent()) == 1


def test_an_agent_that_asks_again_after_its_answer_is_not_answered_for_ever(
    work_bench: Bench,
) -> None:
    work_bench.agent.asks += [Ask("Which column is Email?", ("Work", "Private"), again=True)]
    outcome = work_bench.plan()
    assert outcome.exit_code == 3
    assert outcome.questions[-1].status == "invalid"


def test_an_answer_that_changed_makes_the_approval_stale(work_bench: Bench) -> None:
    work_bench.agent.asks += [Ask("Which column is Email?", ("Work", "Private"))]
    work_bench.approved()
    work_bench.spec_text((": Work", ": Private"))
    assert work_bench.apply().exit_code == 4
    outcome = work_bench.plan()
    assert kinds(outcome.steps) == ["generate", "answer", "update"]


def test_equal_inputs_with_another_output_are_unexplained_and_refused_on_embedded(
    work_bench: Bench,
) -> None:
    work_bench.approved()
    work_bench.agent.drift = "drifted"
    outcome = work_bench.plan(refresh=True)
    assert outcome.diff is not None
    assert [cause.kind for cause in outcome.diff.sheets[0].causes] == ["unexplained"]
    assert outcome.exit_code == 4
    assert work_bench.approve().exit_code == 4


def test_a_regenerated_preview_that_differs_is_not_executed(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.approved()
    work_bench.agent.drift = "drifted"
    other = work_bench.checkout(tmp_path / "clone")
    from vernctl.testing import vern_server

    with vern_server(catalog=other.root / "catalog.yaml", engine=other.agent) as server:
        other.server = server
        outcome = other.apply()
    assert outcome.exit_code == 4
    assert "execute" not in other.agent.calls
    assert other.pending.is_dir()


def test_a_preview_that_this_checkout_does_not_know_is_refused_before_any_post(
    work_bench: Bench, tmp_path: Path
) -> None:
    other = work_bench.checkout(tmp_path / "other")
    other.plan()
    outcome = work_bench.plan()
    assert outcome.exit_code == 4
    assert all(
        line.startswith("POST /api/v1/migrations ") or "/migrations " in line
        for line in work_bench.sent()
    )
    replaced = work_bench.plan(replace=True)
    assert replaced.exit_code == 2


def test_a_lost_row_is_not_as_approved_and_its_files_are_held(work_bench: Bench) -> None:
    work_bench.agent.loses = 1
    outcome = work_bench.imported()
    assert (outcome.status, outcome.exit_code) == ("not_as_approved", 6)
    assert (work_bench.root / "out" / "acme.held" / "contacts.csv").is_file()
    assert not (work_bench.root / "out" / "acme").exists()


def test_an_execute_that_wrote_nothing_leaves_the_approval_standing(work_bench: Bench) -> None:
    work_bench.approved()
    work_bench.agent.fails = "execute"
    outcome = work_bench.apply()
    assert (outcome.status, outcome.exit_code) == ("failed", 1)
    work_bench.agent.fails = ""
    assert work_bench.apply().status == "applied"


def test_a_change_that_moves_no_cell_is_said_with_what_led_to_it(work_bench: Bench) -> None:
    work_bench.approved()
    work_bench.data(CONTACTS.replace("Email,Name,Note", "Email,Name,Note,Other"))
    outcome = work_bench.plan()
    assert outcome.status == "changed"
    assert outcome.facts == (
        "No cell differs from what was approved; what led to it does: contacts.csv changed.",
    )


def test_status_on_a_machine_that_has_nothing_tells_the_import_from_the_services_log(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.imported()
    outcome = work_bench.checkout(tmp_path / "elsewhere").status()
    assert outcome.status == "unchanged"
    [told] = [fact for fact in outcome.facts if "the service's log" in fact]
    assert "executed on 20" in told
    assert "3 rows written" in told


def test_status_tells_what_happened_though_somebody_elses_preview_stands_in_the_way(
    work_bench: Bench, tmp_path: Path
) -> None:
    work_bench.imported()
    elsewhere = work_bench.checkout(tmp_path / "elsewhere")
    work_bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    work_bench.plan()
    outcome = elsewhere.status()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert "a preview that this checkout does not know" in outcome.error.message
    facts = " ".join(outcome.facts)
    assert "approved " in facts
    assert "3 rows written" in facts


def test_read_only_starts_no_run_and_creates_nothing(work_bench: Bench) -> None:
    outcome = work_bench.plan(read_only=True)
    assert work_bench.sent() == []
    assert outcome.exit_code == 2
    assert not outcome.performed
    assert kinds(outcome.steps) == ["create", "upload", "generate", "update"]
    assert not work_bench.pending.exists()


def test_an_approval_of_another_digest_is_refused(work_bench: Bench) -> None:
    work_bench.plan()
    assert work_bench.approve("0000000").exit_code == 4
    assert not work_bench.snapshot.exists()


def test_a_spec_that_moved_since_its_plan_is_not_approved(work_bench: Bench) -> None:
    work_bench.plan()
    work_bench.spec_text(("upper Name", "upper Note"))
    assert work_bench.approve().exit_code == 4


def test_yes_plans_approves_and_applies_in_one_go(work_bench: Bench) -> None:
    outcome = work_bench.apply(yes=True)
    assert outcome.status == "applied"
    assert work_bench.snapshot.is_dir()


def test_a_held_spec_is_skipped_and_says_why(work_bench: Bench) -> None:
    work_bench.spec_text(
        ("version: 1\n", "version: 1\nstate: held\nwhy: waiting for the customer\n")
    )
    outcome = work_bench.apply()
    assert (outcome.status, outcome.exit_code) == ("held", 0)
    assert work_bench.sent() == []


def test_status_of_an_import_is_told_from_what_is_there(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.sent()
    outcome = work_bench.status()
    assert outcome.status == "unchanged"
    assert any(fact.startswith("receipt 0001: applied") for fact in outcome.facts)
    assert work_bench.sent() == []


def test_an_import_that_is_not_as_approved_stays_so_until_something_changes(
    work_bench: Bench,
) -> None:
    work_bench.agent.loses = 1
    work_bench.imported()
    assert work_bench.apply().exit_code == 6
    assert work_bench.agent.calls.count("execute") == 1


def test_a_failed_execute_leaves_a_receipt_that_says_so(work_bench: Bench) -> None:
    work_bench.approved()
    work_bench.agent.fails = "execute"
    work_bench.apply()
    work_bench.agent.fails = ""
    work_bench.apply()
    chain = receipts_of(work_bench.root / ".vernctl" / "receipts", "acme")
    assert [receipt.outcome for receipt, _ in chain] == ["failed", "applied"]
