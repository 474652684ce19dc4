"""A person on the terminal answers what no rule does, and may have it written into the spec."""

import io
import sys

import pytest
from bench import Bench
from scripted_agent import Ask

from vernctl.cli import asking
from vernctl.cli.asking import asker_for
from vernctl.errors import UsageError
from vernctl.render.letter import questions_page
from vernctl.spec.project import load_project
from vernctl.workflow.commands import answer_spec, plan_specs
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.planning import PlanOptions
from vernctl.workflow.session import Session

KEEP = Ask("Should 12 doubles be kept?", ("Keep", "Drop"), context="contacts.csv, rows 3 and 4")


def at_the_terminal(bench: Bench, monkeypatch: pytest.MonkeyPatch, *typed: str) -> SpecOutcome:
    """Plan with a person who types these lines."""
    monkeypatch.setattr(asking, "is_terminal", lambda fileno: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in typed)))

    async def plan(session: Session) -> list[SpecOutcome]:
        session.asker = asker_for(session.project)
        return await plan_specs(session, bench.specs(), PlanOptions())

    return bench.run(plan)[0]


@pytest.mark.parametrize(
    ("wish", "line"),
    [
        ("literal", '  "Should 12 doubles be kept?": Drop\n'),
        ("pattern", '  "Should * doubles be kept?": Drop\n'),
        ("", ""),
    ],
)
def test_an_answer_goes_on_with_the_plan_and_into_the_spec_as_wished(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch, wish: str, line: str
) -> None:
    work_bench.agent.asks.append(KEEP)
    before = work_bench.spec_path.read_text()
    outcome = at_the_terminal(work_bench, monkeypatch, "2", wish)
    assert (outcome.exit_code, [q.answer for q in outcome.questions]) == (2, ["Drop"])
    assert work_bench.spec_path.read_text() == before.replace("answers:\n", f"answers:\n{line}")
    work_bench.sent()
    assert work_bench.plan().digest == outcome.digest
    assert work_bench.sent() == []


def test_a_label_with_a_typo_is_asked_for_again(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    work_bench.agent.asks.append(KEEP)
    outcome = at_the_terminal(work_bench, monkeypatch, "Kepe", "9", "keep", "")
    assert [q.answer for q in outcome.questions] == ["Keep"]
    said = capsys.readouterr().err
    assert '"Kepe" is none of the labels' in said
    assert "contacts.csv, rows 3 and 4" in said


def test_a_bare_enter_leaves_the_run_waiting_with_nothing_sent(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.agent.asks.append(KEEP)
    assert at_the_terminal(work_bench, monkeypatch, "").exit_code == 3
    assert not any("/messages" in line for line in work_bench.sent())


def test_free_text_beside_labels_is_said_so(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.agent.asks.append(KEEP)
    outcome = at_the_terminal(work_bench, monkeypatch, "say: Ask Ann", "pattern")
    assert [q.answer for q in outcome.questions] == ["Ask Ann"]
    assert '"Should * doubles be kept?": {say: "Ask Ann"}' in work_bench.spec_path.read_text()


def test_without_a_terminal_nobody_is_asked(work_bench: Bench) -> None:
    with pytest.raises(UsageError, match="there is none"):
        asker_for(load_project(work_bench.root))


def test_a_waiting_run_is_answered_at_the_terminal_too(
    work_bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_bench.agent.asks.append(KEEP)
    work_bench.plan()
    monkeypatch.setattr(asking, "is_terminal", lambda fileno: True)
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n\n"))

    async def answer(session: Session) -> SpecOutcome:
        session.asker = asker_for(session.project)
        return await answer_spec(session, work_bench.specs()[0], {}, write=False)

    assert [q.answer for q in work_bench.run(answer).questions] == ["Keep"]
    assert work_bench.plan().exit_code == 2


def test_the_page_for_the_customer_asks_without_a_word_of_rules_and_files(
    work_bench: Bench,
) -> None:
    work_bench.agent.asks.append(Ask("Keep <b>both</b>?", ("Yes | no", "No")))
    page = questions_page(work_bench.plan())
    assert page.startswith("# Acme Corp: questions about your import\n")
    assert "- [ ] Yes" in page and "- [ ] something else" in page
    for word in ("answers:", "acme.yaml", "vernctl", "<b>"):
        assert word not in page
