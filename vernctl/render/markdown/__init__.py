"""Markdown for code hosts: comments on pull requests, and REVIEW.md in a snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from vernctl.diff.model import Diff, SheetDiff
from vernctl.render import words
from vernctl.render.markdown import parts, sheets
from vernctl.render.markdown.build import Level, bounded, more, prose, table
from vernctl.render.markdown.review import REVIEW_LIMIT, review_markdown
from vernctl.workflow.outcome import SpecOutcome

__all__ = [
    "COMMENT_LIMIT",
    "REVIEW_LIMIT",
    "render_outcomes",
    "render_sheet_diff",
    "review_markdown",
]

#: Bytes of one comment: below the 65,536 characters that GitHub takes, with room for a header.
COMMENT_LIMIT = 60_000


def render_outcomes(outcomes: Sequence[SpecOutcome], *, limit: int = COMMENT_LIMIT) -> str:
    """What one command has to say about its specs, at most ``limit`` bytes; ends with a newline.

    Several specs begin with a table, failures first; the table stays whole as long as anything can
    be left out instead of it.
    """
    if not outcomes:
        return "No active spec was found. `vernctl init` creates one.\n"
    return bounded(lambda level: _build(outcomes, level), limit)


def render_sheet_diff(sheet: SheetDiff, *, limit: int = COMMENT_LIMIT) -> str:
    """``diff`` of two CSV files, at most ``limit`` bytes; ends with a newline."""
    whole = sheet.model_copy(update={"sample_of": sheet.rows})
    diff = Diff(base_digest=None, digest="", sheets=(whole,))

    def build(level: Level) -> Iterator[str]:
        yield from sheets.summary(diff, level)
        yield from sheets.sheet_sections(diff, (), level)

    return bounded(build, limit)


def _build(outcomes: Sequence[SpecOutcome], level: Level) -> Iterator[str]:
    if len(outcomes) > 1:
        yield from _roll_up(outcomes, level)
    for outcome in outcomes:
        if len(outcomes) == 1 or (outcome.status not in _QUIET and level.items):
            yield from _spec(outcome, level)


_QUIET = ("unchanged", "held", "closed")


def _roll_up(outcomes: Sequence[SpecOutcome], level: Level) -> list[str]:
    ordered = sorted(outcomes, key=lambda o: (words.STATUS_ORDER.index(o.status), o.name))
    shown = ordered[: level.sheets * 5]
    rows = [
        [
            prose(outcome.name, level.cell),
            words.status_words(outcome),
            _gist(outcome) if level.items else "",
        ]
        for outcome in shown
    ]
    lines = [f"### {words.counted(len(outcomes), 'spec')}", ""]
    lines += [*table(["spec", "status", ""], rows)]
    return lines + more(len(ordered) - len(shown), "spec")


def _gist(outcome: SpecOutcome) -> str:
    if outcome.error is not None:
        return prose(outcome.error.message, 100)
    if outcome.diff is not None and not outcome.diff.is_empty:
        changes = [(s.slug, words.row_changes(s)) for s in outcome.diff.sheets if not s.is_empty]
        return "; ".join(f"{prose(slug, 24)} {change}" for slug, change in changes[:6])
    return prose(outcome.facts[0], 100) if outcome.facts else ""


def _spec(outcome: SpecOutcome, level: Level) -> Iterator[str]:
    yield from (_heading(outcome), "")
    yield from _said(outcome)
    if outcome.diff is not None and not words.is_settled(outcome):
        yield from sheets.summary(outcome.diff, level, unseen=outcome.unseen)
        yield from sheets.sheet_sections(outcome.diff, outcome.causes, level)
        if outcome.provenance is not None and outcome.first_import:
            yield from sheets.origin_sections(outcome.provenance, outcome.diff, level)
        yield from parts.remarks(outcome, level)
        yield from parts.heals([heal for heal in outcome.heals if not heal.approved], level)
    yield from parts.checks(outcome.checks, level)
    yield from parts.result(outcome)
    yield from parts.open_questions(outcome)
    yield from parts.answered(outcome.questions, level)
    yield from parts.clarified(outcome.clarified)
    yield from parts.steps(outcome, level)
    yield from (f"Next: {parts.code_whole(words.next_command(outcome))}", "")


def _said(outcome: SpecOutcome) -> list[str]:
    lines: list[str] = []
    lines += [*(f"- {prose(fact)}" for fact in outcome.facts[:20]), ""] if outcome.facts else []
    lines += [f"- warning: {prose(warning)}" for warning in outcome.warnings[:20]]
    lines += [""] if outcome.warnings else []
    lines += parts.error(outcome.error) if outcome.error else []
    lines += (
        [f"Next slot: {prose(words.moment(outcome.resume_at))}", ""] if outcome.resume_at else []
    )
    return lines


def _heading(outcome: SpecOutcome) -> str:
    name = prose(outcome.name, 60)
    if outcome.command == "diff" and outcome.base_ref is not None:
        base = f"{prose(outcome.base_ref, 60)} `{words.digest_words(outcome.base_digest)}`"
        here = f"here `{words.digest_words(outcome.digest)}`"
        return f"### {name}: what merging this would approve ({base} → {here})"
    about = [outcome.title, outcome.source, words.input_words(outcome), outcome.endpoint]
    line = " · ".join(prose(part, 60) for part in about if part)
    status = "first import" if _is_first(outcome) else words.status_words(outcome)
    return f"### {name}: {status}{f' ({line})' if line else ''}"


def _is_first(outcome: SpecOutcome) -> bool:
    return outcome.first_import and outcome.status == "changed"
