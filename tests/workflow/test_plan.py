"""The planner's table: the first that holds, with the least work, and a reason beside each step."""

import pytest

from vernctl.errors import RefusedError
from vernctl.snapshot.model import RecordedQuestion
from vernctl.spec.model import AnswerRule
from vernctl.workflow.plan import Options, Plan, Situation, decide, steps_for
from vernctl.workflow.wishes import Desired, Recorded, applied_order, changes_between

TRIM, UPPER, DROP = "Trim all phones.", "Upper-case the SKUs.", "Drop rows without Email."
STATUS = RecordedQuestion(
    question="37 Status values aren't one of the allowed options. What now?",
    options=("Map them all to 'Open'", "Drop those rows"),
    answer="Map them all to 'Open'",
    rule="* values aren't one of the allowed options",
)
RULE = AnswerRule(
    pattern="* values aren't one of the allowed options", answer="Map them all to 'Open'"
)


def desired(
    *messages: str, knowledge: str | None = None, rules: tuple[AnswerRule, ...] = ()
) -> Desired:
    return Desired(messages, knowledge, rules)


def recorded(
    *messages: str, knowledge: str | None = None, questions: tuple[RecordedQuestion, ...] = ()
) -> Recorded:
    return Recorded(messages, knowledge, questions)


def situation(
    run: str | None = "awaiting_approval",
    known: Recorded | None = None,
    *,
    exists: bool = True,
    ours: bool = True,
    imported: bool = False,
    earlier: Recorded | None = None,
    uploaded: bool = True,
) -> Situation:
    return Situation(exists, run, ours, known, imported, earlier, uploaded)


def kinds(plan: Plan) -> list[str]:
    return [step.kind for step in steps_for(plan)]


def test_a_new_address_is_created_filled_generated_and_refined_in_one_update() -> None:
    plan = decide(situation(None, exists=False, uploaded=False), desired(TRIM, UPPER), Options())
    assert plan.case == "new"
    assert kinds(plan) == ["create", "upload", "generate", "update"]
    assert plan.steps[-1].messages == (TRIM, UPPER)
    assert plan.cost.model_dump() == {"create": 1, "generate": 1, "agent": 2, "agent_max": 4}


def test_knowledge_is_written_before_the_generate_that_reads_it() -> None:
    plan = decide(situation(None, exists=False), desired(knowledge="Amounts are USD."), Options())
    assert kinds(plan) == ["create", "upload", "knowledge", "generate"]


def test_a_run_of_ours_in_flight_is_attached_to() -> None:
    assert decide(situation("blocked"), desired(TRIM), Options()).case == "attach"


@pytest.mark.parametrize("status", ["queued", "running", "blocked"])
def test_a_strangers_run_is_refused(status: str) -> None:
    with pytest.raises(RefusedError) as refused:
        decide(situation(status, ours=False), desired(TRIM), Options())
    assert refused.value.rule == "stranger"


def test_imported_inputs_need_no_run() -> None:
    plan = decide(situation("completed", recorded(TRIM), imported=True), desired(TRIM), Options())
    assert (plan.case, plan.steps) == ("imported", ())


def test_a_new_message_after_an_import_generates_and_updates_and_says_why() -> None:
    plan = decide(
        situation("completed", recorded(TRIM), imported=True), desired(TRIM, UPPER), Options()
    )
    assert kinds(plan) == ["generate", "update"]
    assert "message 2 is new" in plan.steps[0].reason
    assert "an import has completed" in plan.steps[0].reason


def test_equal_inputs_make_no_run() -> None:
    plan = decide(situation(known=recorded(TRIM)), desired(TRIM), Options())
    assert (plan.case, plan.steps) == ("read", ())


def test_new_messages_go_out_as_one_update_in_file_order_wherever_they_stand() -> None:
    plan = decide(situation(known=recorded(UPPER)), desired(TRIM, UPPER, DROP), Options())
    assert plan.case == "refine"
    assert [step.messages for step in plan.steps] == [(TRIM, DROP)]
    assert plan.steps[0].reason == "messages 1, 3 are new"
    assert plan.cost.generate == 0


def test_a_reordering_alone_changes_nothing() -> None:
    plan = decide(situation(known=recorded(UPPER, TRIM)), desired(TRIM, UPPER), Options())
    assert plan.case == "read"


def test_a_reordering_regenerates_when_it_is_asked_to_count() -> None:
    plan = decide(
        situation(known=recorded(UPPER, TRIM)), desired(TRIM, UPPER), Options(reorder=True)
    )
    assert kinds(plan) == ["generate", "update"]


@pytest.mark.parametrize(
    ("known", "wanted", "why"),
    [
        (recorded(TRIM, UPPER), desired(TRIM), "a message was removed or edited"),
        (recorded(TRIM), desired("Trim phones!"), "a message was removed or edited"),
        (recorded(knowledge="USD"), desired(knowledge="EUR"), "the knowledge changed"),
        (
            recorded(questions=(STATUS,)),
            desired(rules=(RULE.model_copy(update={"answer": "Drop those rows"}),)),
            "an answer changed",
        ),
    ],
)
def test_what_an_update_cannot_undo_is_generated_anew(
    known: Recorded, wanted: Desired, why: str
) -> None:
    plan = decide(situation(known=known), wanted, Options())
    assert plan.case == "regenerate"
    generate = next(step for step in plan.steps if step.kind == "generate")
    assert why in generate.reason


def test_a_recorded_question_that_lost_its_rule_blocks_without_a_run() -> None:
    plan = decide(situation(known=recorded(questions=(STATUS,))), desired(), Options())
    assert (plan.case, plan.steps, plan.unanswered) == ("blocked", (), (STATUS,))


def test_a_new_answer_rule_is_no_change_of_inputs() -> None:
    wanted = desired(rules=(RULE, AnswerRule(pattern="anything else", answer="yes")))
    assert decide(situation(known=recorded(questions=(STATUS,))), wanted, Options()).case == "read"


@pytest.mark.parametrize("status", [None, "failed", "canceled"])
def test_without_a_preview_everything_is_sent_anew_in_the_recorded_order(
    status: str | None,
) -> None:
    plan = decide(
        situation(status, earlier=recorded(UPPER, TRIM)), desired(TRIM, DROP, UPPER), Options()
    )
    assert plan.steps[-1].messages == (UPPER, TRIM, DROP)


def test_a_preview_that_this_checkout_does_not_know_is_refused() -> None:
    with pytest.raises(RefusedError) as refused:
        decide(situation(), desired(TRIM), Options())
    assert refused.value.rule == "unknown_preview"
    assert "--replace" in (refused.value.next or "")


def test_replace_goes_on_over_an_unknown_preview() -> None:
    plan = decide(situation(), desired(TRIM), Options(replace=True))
    assert kinds(plan) == ["generate", "update"]


def test_refresh_runs_anew_over_equal_inputs() -> None:
    plan = decide(situation(known=recorded(TRIM)), desired(TRIM), Options(refresh=True))
    assert kinds(plan) == ["generate", "update"]


def test_expected_answers_are_a_step_that_costs_one_call() -> None:
    plan = decide(
        situation(None, exists=False, earlier=recorded(questions=(STATUS,))),
        desired(rules=(RULE,)),
        Options(),
    )
    assert [(step.kind, step.agent_calls) for step in plan.steps][-2:] == [
        ("generate", 1),
        ("answer", 1),
    ]


def test_the_same_message_twice_counts_twice() -> None:
    change = changes_between(recorded(TRIM), desired(TRIM, TRIM))
    assert change.added == (TRIM,)


def test_the_applied_order_keeps_what_was_recorded_and_appends_the_rest() -> None:
    assert applied_order((UPPER, DROP, TRIM), (TRIM, UPPER, "new")) == (UPPER, TRIM, "new")
