"""Read-only questions to the agent: asked once about a changed preview, shown, never binding."""

from bench import Bench

from vernctl.snapshot.files import read_snapshot
from vernctl.workflow.commands import ask_spec

ASKS = "clarify:\n  - Which column did you map Email from?\n  - Were rows dropped?\n"


def asking(bench: Bench) -> None:
    bench.spec_text(("answers:\n", f"{ASKS}answers:\n"))


def test_a_changed_preview_is_asked_about_in_one_run_that_is_counted(work_bench: Bench) -> None:
    asking(work_bench)
    outcome = work_bench.plan()
    assert outcome.status == "changed", outcome.error
    assert [step.kind for step in outcome.steps][-1] == "clarify"
    assert outcome.cost.agent == 3
    assert outcome.clarified is not None
    assert len(outcome.clarified.asked) == 2
    assert outcome.clarified.answer.startswith("You asked: 1. Which column did you map Email from?")


def test_an_answer_that_the_thread_has_is_read_and_not_asked_for_again(work_bench: Bench) -> None:
    asking(work_bench)
    first = work_bench.plan()
    work_bench.sent()
    again = work_bench.plan()
    assert work_bench.sent() == []
    assert (again.clarified, again.digest) == (first.clarified, first.digest)


def test_answers_stand_with_the_approval_and_outside_its_digest(work_bench: Bench) -> None:
    plain = work_bench.plan().digest
    asking(work_bench)
    outcome = work_bench.plan()
    assert outcome.digest == plain
    assert work_bench.approve().status == "approved"
    snapshot = read_snapshot(work_bench.snapshot)
    assert snapshot is not None
    assert snapshot.clarified == outcome.clarified
    assert "clarified by the agent" in (work_bench.snapshot / "REVIEW.md").read_text()
    work_bench.sent()
    assert work_bench.plan().status == "approved"
    assert work_bench.sent() == []
    assert work_bench.apply().status == "applied"


def test_a_plan_that_only_reads_asks_nothing(work_bench: Bench) -> None:
    work_bench.plan()
    asking(work_bench)
    work_bench.sent()
    outcome = work_bench.plan(read_only=True)
    assert outcome.clarified is None
    assert work_bench.sent() == []


def test_a_question_by_hand_is_answered_and_leaves_the_preview_alone(work_bench: Bench) -> None:
    digest = work_bench.plan().digest

    outcome = work_bench.run(lambda s: ask_spec(s, work_bench.specs()[0], "Why 3 rows?"))
    assert outcome.clarified is not None
    assert outcome.clarified.answer == "You asked: Why 3 rows?"
    assert outcome.cost.agent == 1
    work_bench.sent()
    assert work_bench.plan().digest == digest
    assert work_bench.sent() == []


def test_without_a_preview_there_is_nothing_to_ask_about(work_bench: Bench) -> None:
    outcome = work_bench.run(lambda s: ask_spec(s, work_bench.specs()[0], "Why?"))
    assert outcome.exit_code == 4
    assert work_bench.sent() == []
