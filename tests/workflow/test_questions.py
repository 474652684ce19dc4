"""A run that asks, over real HTTP, in every order that an agent can ask in."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from bench import Bench
from scripted_agent import Ask

from vernctl.api.models import Answer
from vernctl.embedded.results import keep_failure
from vernctl.errors import ConflictError
from vernctl.spec.model import Spec
from vernctl.spec.project import load_project
from vernctl.testing import ThreadServer
from vernctl.workflow.commands import cancel_spec, plan_specs, questions_of, record_answers
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.progress import Given
from vernctl.workflow.remembered import held_against_rules, where_decided
from vernctl.workflow.session import Session

EMAIL = Ask("Which column is Email?", ("Work", "Private"))
KEEP = Ask("Should 12 doubles be kept?", ("Keep", "Drop"))
RULE = '  "Which * is Email?": Work\n'


def also(line: str) -> tuple[str, str]:
    return RULE, f"{RULE}  {line}\n"


def answers_sent(bench: Bench) -> int:
    return sum("/messages" in line for line in bench.sent())


def test_all_questions_of_a_block_go_out_in_one_request(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL, KEEP]
    work_bench.spec_text(also('"doubles be kept": Drop'))
    outcome = work_bench.plan()
    assert [(q.answer, q.rule) for q in outcome.questions] == [
        ("Work", "Which * is Email?"),
        ("Drop", "doubles be kept"),
    ]
    assert answers_sent(work_bench) == 1


def test_of_a_block_with_an_open_question_nothing_is_sent(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL, KEEP]
    outcome = work_bench.plan()
    assert outcome.exit_code == 3
    assert [(q.status, q.stanza is None) for q in outcome.questions] == [
        ("answered", True),
        ("unanswered", False),
    ]
    assert answers_sent(work_bench) == 0


def test_a_run_that_blocks_twice_is_answered_twice(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL, Ask(KEEP.text, KEEP.options, after=1)]
    work_bench.spec_text(also('"doubles be kept": Drop'))
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert [q.answer for q in outcome.questions] == ["Work", "Drop"]
    assert answers_sent(work_bench) == 2


def test_the_second_block_waits_though_the_first_was_answered(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL, Ask(KEEP.text, KEEP.options, after=1)]
    outcome = work_bench.plan()
    assert (outcome.exit_code, answers_sent(work_bench)) == (3, 1)
    work_bench.spec_text(also('"doubles be kept": Keep'))
    assert work_bench.plan().exit_code == 2
    assert work_bench.agent.calls.count("author") == 4  # two blocks, the preview, one update


def test_two_rules_that_match_are_both_named_and_offer_no_third(work_bench: Bench) -> None:
    work_bench.agent.asks.append(EMAIL)
    work_bench.spec_text(also('"is Email": Private'))
    (question,) = work_bench.plan().questions
    assert question.status == "ambiguous"
    assert question.stanza is None
    assert question.why is not None
    assert '"Which * is Email?" (specs/acme.yaml:10:3)' in question.why
    assert '"is Email" (specs/acme.yaml:11:3)' in question.why


def test_a_rule_that_came_near_is_shown_with_its_edit_and_not_used(work_bench: Bench) -> None:
    work_bench.agent.asks.append(Ask("Which of these columns is the Email?", ("Work", "Private")))
    (question,) = work_bench.plan().questions
    assert question.status == "unanswered"
    (near,) = question.near
    assert (near.rule, near.place) == ("Which * is Email?", "specs/acme.yaml:10:3")
    assert near.edit == 'the pattern "which * is * email?"'
    assert answers_sent(work_bench) == 0


def test_a_run_without_an_answer_is_canceled_where_that_is_wished(work_bench: Bench) -> None:
    work_bench.agent.asks.append(KEEP)
    outcome = work_bench.plan(cancel_on_unanswered=True)
    assert (outcome.exit_code, outcome.run_id) == (3, None)
    assert outcome.error is not None
    assert "its slot is free" in str(outcome.error.remote)
    assert outcome.questions[0].stanza is not None
    work_bench.spec_text(also('"doubles be kept": Keep'))
    assert work_bench.plan().exit_code == 2


def test_a_question_while_applying_that_no_plan_has_seen_is_named(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL, Ask(KEEP.text, KEEP.options, at_execute=True)]
    work_bench.spec_text(also('"doubles be kept": {choose: Keep, during: apply}'))
    outcome = work_bench.imported()
    assert outcome.status == "applied", outcome.error
    assert [(q.answer, q.unseen) for q in outcome.questions] == [("Keep", True)]
    assert "asked while applying, not seen at plan" in outcome.warnings[-1]
    receipt = json.loads((work_bench.root / ".vernctl/receipts/acme/0001.json").read_text())
    assert [q.get("unseen", False) for q in receipt["questions"]] == [False, True]


def test_an_execute_that_asks_waits_and_goes_on_where_it_was(work_bench: Bench) -> None:
    work_bench.agent.asks.append(Ask(KEEP.text, KEEP.options, at_execute=True))
    outcome = work_bench.imported()
    assert (outcome.status, outcome.exit_code) == ("blocked", 3)
    work_bench.spec_text(also('"doubles be kept": Keep'))
    assert work_bench.apply().status == "applied"
    assert work_bench.agent.calls.count("execute") == 2  # up to the question, and to the end


def test_an_execute_without_an_answer_is_canceled_and_executes_anew_later(
    work_bench: Bench,
) -> None:
    work_bench.agent.asks.append(Ask(KEEP.text, KEEP.options, at_execute=True))
    work_bench.approved()
    outcome = work_bench.apply(cancel=True)
    assert outcome.exit_code == 3
    work_bench.spec_text(also('"doubles be kept": Keep'))
    assert work_bench.apply().status == "applied"


def test_a_run_that_was_canceled_while_it_waited_is_made_anew(work_bench: Bench) -> None:
    work_bench.agent.asks.append(KEEP)
    work_bench.plan()
    work_bench.run(lambda session: cancel_spec(session, work_bench.specs()[0]))
    work_bench.spec_text(also('"doubles be kept": Keep'))
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert outcome.steps[0].reason == "the last run canceled"


def test_somebody_who_answers_first_wins_and_nothing_is_answered_twice(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.agent.asks.append(EMAIL)

    async def plan(session: Session) -> list[SpecOutcome]:
        answer = session.client.answer

        async def late(migration: str, run: str, answers: Sequence[Answer]) -> object:
            other = [Answer(id=one.id, value="Private") for one in answers]
            await answer(migration, run, other)
            with pytest.raises(ConflictError):
                await answer(migration, run, answers)
            raise ConflictError("Not blocked.")

        monkeypatch.setattr(session.client, "answer", late)
        return await plan_specs(session, work_bench.specs(), PlanOptions())

    (outcome,) = work_bench.run(plan)
    assert [q.answer for q in outcome.questions if q.answer == "Work"] == []


def test_a_409_that_says_no_active_question_yet_is_asked_again_later(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.agent.asks.append(EMAIL)

    async def plan(session: Session) -> list[SpecOutcome]:
        answer = session.client.answer
        refused: list[str] = []

        async def early(migration: str, run: str, answers: Sequence[Answer]) -> object:
            if not refused:
                refused.append(run)
                raise ConflictError("There is no active question yet.")
            return await answer(migration, run, answers)

        monkeypatch.setattr(session.client, "answer", early)
        return await plan_specs(session, work_bench.specs(), PlanOptions())

    (outcome,) = work_bench.run(plan)
    assert (outcome.exit_code, [q.answer for q in outcome.questions]) == (2, ["Work"])


def test_a_run_that_expired_while_it_waited_is_made_anew(work_bench: Bench) -> None:
    work_bench.agent.asks.append(KEEP)
    work_bench.plan()
    assert isinstance(work_bench.server, ThreadServer)
    with work_bench.server.service.store.transaction() as db:
        run = db.one("SELECT * FROM runs WHERE status = 'blocked'")
        assert run is not None
        keep_failure(db, run, "Import timed out.")
    work_bench.spec_text(also('"doubles be kept": Keep'))
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert outcome.steps[0].reason == "the last run failed"


def test_a_rule_that_answers_nothing_is_a_warning_and_with_strict_an_error(
    work_bench: Bench,
) -> None:
    outcome = work_bench.plan()
    assert outcome.warnings == (
        'specs/acme.yaml:10:3: the rule "Which * is Email?" answered no question of this plan.',
    )
    strict = work_bench.plan(strict=True)
    assert strict.exit_code == 1
    assert strict.error is not None
    assert strict.error.place == "specs/acme.yaml:10:3"


def test_wording_that_changed_since_it_was_approved_is_shown(work_bench: Bench) -> None:
    work_bench.agent.asks.append(EMAIL)
    work_bench.approved()
    work_bench.agent.asks[:] = [Ask("Which of 2 columns is Email?", EMAIL.options)]
    (question,) = work_bench.plan(refresh=True).questions
    assert question.approved_wording == "Which column is Email?"
    work_bench.agent.asks[:] = [EMAIL]
    (question,) = work_bench.plan(refresh=True).questions
    assert question.approved_wording is None


@pytest.mark.parametrize("said", ["b", "2", "drop", "Drop"])
def test_an_answer_by_hand_goes_on_and_stands_until_a_rule_says_otherwise(
    work_bench: Bench, said: str
) -> None:
    work_bench.agent.asks += [EMAIL, KEEP]
    assert work_bench.plan().exit_code == 3
    answered = work_bench.answer({1: said})
    assert answered.exit_code == 0
    assert [(q.answer, q.rule) for q in answered.questions] == [
        ("Work", "Which * is Email?"),
        ("Drop", None),
    ]
    outcome = work_bench.plan()
    assert outcome.exit_code == 2
    assert "1 answer was given by hand" in outcome.warnings[-1]
    assert work_bench.approve().status == "approved"
    assert work_bench.plan().status == "approved"
    work_bench.spec_text(also('"doubles be kept": Keep'))
    assert next(step.kind for step in work_bench.plan().steps) == "generate"


def test_an_answer_by_hand_that_is_not_offered_sends_nothing(work_bench: Bench) -> None:
    work_bench.agent.asks.append(KEEP)
    work_bench.plan()
    work_bench.sent()
    for given in ({1: "Kepe"}, {1: "c"}, {1: "3"}, {2: "a"}, {1: "say:"}):
        assert work_bench.answer(given).status == "failed"
    assert work_bench.answer({}).status == "blocked"
    assert work_bench.sent() == []


def test_an_answer_can_be_written_to_the_spec_with_all_else_kept(work_bench: Bench) -> None:
    work_bench.agent.asks.append(KEEP)
    work_bench.plan()
    before = work_bench.spec_path.read_text()
    answered = work_bench.answer({1: "b"}, write=True)
    assert [q.rule for q in answered.questions] == ["Should * doubles be kept?"]
    added = '  "Should * doubles be kept?": Drop\n'
    assert work_bench.spec_path.read_text() == before.replace(RULE, added + RULE)
    assert work_bench.plan().exit_code == 2


def test_no_rule_is_written_where_rules_are_there_but_wrong(work_bench: Bench) -> None:
    work_bench.agent.asks.append(EMAIL)
    work_bench.spec_text(also('"is Email": Private'))
    work_bench.plan()
    before = work_bench.spec_path.read_text()
    outcome = work_bench.answer({1: "Work"}, write=True)
    assert outcome.error is not None
    assert "a further rule would not help: 2 answer rules match" in outcome.error.message
    assert work_bench.spec_path.read_text() == before
    assert work_bench.answer({1: "Work"}).exit_code == 0


def test_a_person_who_is_asked_goes_on_in_the_same_plan(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL, KEEP]
    shown: list[str] = []

    async def person(spec: Spec, asked: Sequence[QuestionOutcome]) -> list[Given | None]:
        shown.extend(question.status for question in asked)
        return [None, Given("Drop")]

    async def plan(session: Session) -> list[SpecOutcome]:
        session.asker = person
        return await plan_specs(session, work_bench.specs(), PlanOptions())

    (outcome,) = work_bench.run(plan)
    assert shown == ["answered", "unanswered"]
    assert (outcome.exit_code, [q.answer for q in outcome.questions]) == (2, ["Work", "Drop"])


def test_remembered_questions_are_held_against_todays_rules_offline(work_bench: Bench) -> None:
    work_bench.agent.asks += [EMAIL]
    work_bench.imported()
    work_bench.server.stop()
    project = load_project(work_bench.root)

    def today() -> SpecOutcome:
        return held_against_rules(project, work_bench.specs()[0])

    assert today().facts == (
        "1 questions remembered: 1 answered as then, 0 otherwise, 0 not at all.",
    )
    assert where_decided(project, work_bench.specs()[0], "which * IS email?").facts
    assert not where_decided(project, work_bench.specs()[0], "another rule").facts
    work_bench.spec_text((": Work", ": Private"))
    assert (today().exit_code, today().questions[0].answer) == (2, "Private")
    work_bench.spec_text(("Which * is Email?", "Which * is Mail?"))
    assert today().exit_code == 3
    work_bench.server.start()


def test_answers_on_record_become_lines(work_bench: Bench, tmp_path: Path) -> None:
    work_bench.agent.asks += [EMAIL, KEEP]
    work_bench.plan()
    work_bench.answer({1: "Drop"})
    work_bench.plan()
    lines = work_bench.run(lambda session: record_answers(session, work_bench.specs()[0]))
    assert lines == ('"Should * doubles be kept?": Drop',)


def test_questions_are_shown_without_touching_the_run(work_bench: Bench) -> None:
    work_bench.agent.asks.append(KEEP)
    work_bench.plan()
    work_bench.sent()
    outcome = work_bench.run(lambda session: questions_of(session, work_bench.specs()[0]))
    assert [q.status for q in outcome.questions] == ["unanswered"]
    assert work_bench.sent() == []
