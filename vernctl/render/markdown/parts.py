"""Steps, questions, checks, results and errors in Markdown."""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.diff.model import CheckResult
from vernctl.render import forms, words
from vernctl.render.markdown.build import Level, code, details, more, prose, table
from vernctl.snapshot.model import Clarified
from vernctl.workflow.outcome import ErrorOutcome, HealedColumn, QuestionOutcome, SpecOutcome

_OPEN = ("unanswered", "ambiguous", "invalid")


def steps(outcome: SpecOutcome, level: Level) -> list[str]:
    """The steps with their reasons and cost, folded."""
    rows = [
        [
            step.kind,
            prose(" · ".join(p for p in (step.detail, step.reason) if p)),
            str(step.agent_calls),
        ]
        for step in outcome.steps[: max(level.items, 1)]
    ]
    if not rows:
        return []
    later = f"; apply will take {outcome.apply_calls} more" if outcome.apply_calls else ""
    cost = f"{words.cost_words(outcome.cost)}{later}"
    return details(f"Steps: {cost}", table(["step", "why", "agent calls:"], rows))


def answered(questions: Sequence[QuestionOutcome], level: Level) -> list[str]:
    """Questions that a rule answered, folded."""
    settled = [question for question in questions if question.status not in _OPEN]
    rows = [
        [
            prose(question.question),
            code(question.answer or "", level),
            code(question.rule, level) if question.rule else "by hand",
        ]
        for question in settled[: level.items]
    ]
    left = more(len(settled) - level.items, "question")
    lines = [*table(["question", "answer", "rule"], rows), *left] if rows else left
    for question in settled[: level.items]:
        if question.approved_wording:
            now, before = prose(question.question), prose(question.approved_wording)
            lines += [f"- worded otherwise when it was approved: {before} → {now}", ""]
    return details(f"{words.counted(len(settled), 'question')} answered", lines if settled else [])


def open_questions(outcome: SpecOutcome) -> list[str]:
    """Questions that wait for a person, with the lines that would answer them."""
    asked = [question for question in outcome.questions if question.status in _OPEN]
    if not asked:
        return []
    lines = ["Waiting for a decision. Nothing was guessed, nothing was imported.", ""]
    for question in asked:
        lines += [f"> **{prose(question.question)}**", ">"]
        lines += [f"> {prose(question.context)}", ">"] if question.context else []
        lines += [f"> - {prose(option.label)}" for option in question.options]
        lines += ["> - any text"] if question.allow_custom else []
        lines += [">", f"> {question.status}: {prose(question.why)}"] if question.why else []
        for near in question.near:
            lines += [
                ">",
                f"> near, not used: {near.score:.0%} {code_whole(near.place)} "
                f"{code_whole(near.rule)}: {prose(near.why)}; "
                f"it would match with {code_whole(near.edit)}",
            ]
        lines.append("")
    stanzas = [f"- {code_whole(question.stanza)}" for question in asked if question.stanza]
    if not stanzas:
        return lines
    place = code_whole(outcome.answers_place or outcome.path)
    again = words.verb_again(outcome)
    lines += [f"Choose, then add under `answers:` ({place}) and {again} again:", ""]
    return [*lines, *stanzas, ""]


def clarified(told: Clarified | None) -> list[str]:
    """What the agent said about its preview when it was asked, folded."""
    if told is None:
        return []
    asked = [f"- {prose(question)}" for question in told.asked]
    said = [f"> {prose(line, 600)}" for line in told.answer.splitlines()[:20]]
    count = words.counted(len(told.asked), "question")
    return details(f"{count} clarified by the agent", [*asked, "", *said])


def remarks(outcome: SpecOutcome, level: Level) -> list[str]:
    """What the server has to say about its preview."""
    said = outcome.remarks if outcome.status in ("changed", "refused") else ()
    lines = [f"- {prose(remark)}" for remark in said[: level.items]]
    return [*lines, "", *more(len(said) - len(lines), "remark")] if lines else []


def heals(found: Sequence[HealedColumn], level: Level) -> list[str]:
    """What was mended, folded: every heal with its count, an example where cells are shown."""
    if not found:
        return []
    lines = []
    if level.items:
        rows = [
            [
                code(heal.slug, level),
                code(heal.column, level),
                prose(heal.what, 80),
                words.number(heal.cells),
                _example(heal, level),
            ]
            for heal in found[: level.items * 2]
        ]
        lines += table(["sheet", "column", "healed", "cells:", "e.g."], rows)
    lines += more(len(found) - len(found[: level.items * 2]), "heal")
    lines += [prose(forms.leave_note(found)), ""]
    return details(f"Healed: {forms.heals_title(found)}", lines)


def _example(heal: HealedColumn, level: Level) -> str:
    if heal.before is None or heal.after is None or not level.examples:
        return ""
    return f"{code(heal.before, level)} → {code(heal.after, level)}"


def checks(results: Sequence[CheckResult], level: Level) -> list[str]:
    """A line for each check, those that fail first and never left out."""
    lines = []
    for check in sorted(results, key=lambda check: check.ok):
        sheet = f"{prose(check.sheet)}: " if check.sheet else ""
        mark = "✓" if check.ok else "✗ **refused**"
        over = f" (overridden: {prose(check.overridden, 120)})" if check.overridden else ""
        lines.append(f"- {mark} {sheet}{prose(words.check_words(check))}{over}")
    failing = sum(not check.ok for check in results)
    kept = lines[: max(failing, level.items)]
    return [*kept, "", *more(len(lines) - len(kept), "check")] if lines else []


def result(outcome: SpecOutcome) -> list[str]:
    """What an import did and how we know."""
    lines = []
    report = outcome.report
    if isinstance(report, dict) and isinstance(inserted := report.get("inserted"), int):
        lines.append(f"- {words.counted(inserted, 'row')} imported")
    found = outcome.verification
    if found is not None:
        of = words.counted(found.sample_rows, "approved row")
        verb = words.verb_of(found.present)
        there = f"{words.number(found.present)} of {of} {verb} there"
        lines.append(f"- {there if found.sample_rows else words.verified_words(found)}")
        lines += [f"- ✗ {prose(problem)}" for problem in found.problems]
    paths = words.by_folder(outcome.outputs[:40])
    lines += [f"- {', '.join(code_whole(path) for path in paths)}"] if paths else []
    lines += [f"- receipt {prose(outcome.receipt)}"] if outcome.receipt else []
    return [*lines, ""] if lines else []


def error(problem: ErrorOutcome) -> list[str]:
    """The message with its place and reasons, and what became of remote data."""
    place = f"{code_whole(problem.place)} " if problem.place else ""
    lines = [f"{place}**{prose(problem.message, 600)}**", ""]
    lines += [f"- {prose(reason, 600)}" for reason in problem.reasons[:40]]
    lines += [""] if problem.reasons else []
    return [*lines, *([prose(problem.remote, 600), ""] if problem.remote else [])]


def code_whole(value: str) -> str:
    """A path, place or line to paste: as a code span, hardly ever cut."""
    return code(value, Level(0, 0, False, 0, 0, cell=400))
