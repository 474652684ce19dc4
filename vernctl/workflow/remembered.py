"""Questions that were asked before: remembered in snapshots, receipts and the service's record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue, ValidationError

from vernctl.api.models import Question
from vernctl.errors import ConflictError
from vernctl.snapshot.digest import short
from vernctl.snapshot.files import read_snapshot
from vernctl.snapshot.model import RecordedQuestion
from vernctl.spec.answers import match
from vernctl.spec.chain import pattern_identity
from vernctl.spec.model import Project, Spec
from vernctl.spec.stanza import rule_line
from vernctl.workflow.asked import as_question, matched_today, question_outcome
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome, Status
from vernctl.workflow.receipts import receipts_of
from vernctl.workflow.session import folders_for
from vernctl.workflow.work import Work


class Remembered(NamedTuple):
    """A question with the answer that it got, and where that is written down."""

    where: str
    question: RecordedQuestion


def remembered(project: Project, spec: Spec) -> tuple[Remembered, ...]:
    """Every question of the spec's snapshots and receipts, each wording once. Offline."""
    own = spec.endpoint or project.own_endpoint
    folders = folders_for(project, spec, own, own)
    found: list[Remembered] = []
    for name, folder in (("snapshot", folders.approved), ("pending", folders.pending)):
        snapshot = read_snapshot(folder)
        if snapshot is not None:
            where = f"{name} {short(snapshot.digest)}"
            found += [Remembered(where, question) for question in snapshot.questions]
    known = RecordedQuestion.model_fields.keys()
    for receipt, _ in receipts_of(project.receipts, spec.name):
        where = f"receipt {receipt.number:04d} ({receipt.at[:10]})"
        for facts in receipt.questions:
            told = {name: value for name, value in facts.items() if name in known}
            found.append(Remembered(where, RecordedQuestion.model_validate(told)))
    return tuple({entry.question: entry for entry in reversed(found)}.values())[::-1]


def held_against_rules(project: Project, spec: Spec) -> SpecOutcome:
    """Today's rules against every question remembered: same, other, or no answer. Offline."""
    entries = remembered(project, spec)
    outcomes: list[QuestionOutcome] = []
    other = 0
    for where, question in entries:
        found = matched_today(question, spec.answers)
        outcome = question_outcome(found, [as_question(question)], spec.answers)
        if found.answer is not None and found.answer != question.answer:
            other += 1
            why = f"{where} had {question.answer}"
            outcome = outcome.model_copy(update={"why": why})
        outcomes.append(outcome)
    silent = sum(outcome.answer is None for outcome in outcomes)
    status: Status = "blocked" if silent else "changed" if other else "unchanged"
    same = len(entries) - other - silent
    facts = [
        f"{len(entries)} questions remembered: {same} answered as then, {other} otherwise, "
        f"{silent} not at all."
    ]
    facts += [f"{o.question} → {o.answer}; {o.why}" for o in outcomes if o.answer and o.why]
    return _offline(spec, status, facts).model_copy(
        update={
            "questions": tuple(outcomes),
            "answers_place": str(spec.answers_place),
            "next": f"vernctl plan {spec.shown_path}" if silent or other else None,
        }
    )


def where_decided(project: Project, spec: Spec, pattern: str) -> SpecOutcome:
    """What a rule has decided for this customer, by its snapshots and receipts. Offline."""
    wanted = pattern_identity(pattern)
    facts = [
        f"{where}: {question.question} → {question.answer}"
        for where, question in remembered(project, spec)
        if question.rule and pattern_identity(question.rule) == wanted
    ]
    return _offline(spec, "unchanged", facts)


async def record_lines(work: Work) -> tuple[str, ...]:
    """Rules for the answers that the service has on record and that no rule of the spec gives."""
    observed = await work.look()
    if observed.migration_id is None:
        return ()
    lines: dict[str, str] = {}
    for question, answer in await _on_record(work, observed.migration_id):
        if match(question, work.spec.answers, during="plan").status == "unanswered":
            lines[question.question] = rule_line(question, answer)
    return tuple(dict.fromkeys(lines.values()))


async def _on_record(work: Work, migration_id: str) -> list[tuple[Question, str]]:
    """Questions with their answers: from the log, or from thread and run while one is in flight."""
    client = work.session.client
    try:
        log = await client.get_log(migration_id)
        return [pair for run in log.runs for pair in _paired(run.questions, run.answers)]
    except ConflictError:
        events = (await client.get_thread(migration_id)).events
        run = await client.get_run(migration_id, work.journal.known.run_id or "")
        asked = [e.data for e in events if e.type == "request_input" and isinstance(e.data, dict)]
        return [pair for data in asked for pair in _paired(data.get("questions"), run.answers)]


def _paired(questions: JsonValue, answers: JsonValue) -> Iterator[tuple[Question, str]]:
    """Questions that read as such with the answers by their ids; their shapes are not pinned."""
    given: dict[str, JsonValue] = {}
    if isinstance(answers, dict):
        given = answers
    elif isinstance(answers, list):
        entries = [entry for entry in answers if isinstance(entry, dict)]
        given = {str(entry.get("id")): entry.get("value") for entry in entries}
    for item in questions if isinstance(questions, list) else ():
        try:
            question = Question.model_validate(item)
        except ValidationError:
            continue
        answer = given.get(question.id)
        value = answer.get("value") if isinstance(answer, Mapping) else answer
        if isinstance(value, str) and value:
            yield question, value


def _offline(spec: Spec, status: Status, facts: list[str]) -> SpecOutcome:
    return SpecOutcome(
        name=spec.name,
        path=spec.shown_path,
        status=status,
        command="status",
        title=spec.migration.name,
        source=spec.migration.source,
        facts=tuple(facts),
    )
