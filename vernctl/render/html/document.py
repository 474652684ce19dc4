"""What the page shows beside the changes themselves: words and numbers, made ready for its script.

Every sentence comes from :mod:`vernctl.render.words`, as in the other renderers. Texts are exact
but cut to what a page can show; the script makes what is hidden in them visible.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pydantic import JsonValue

from vernctl.diff.model import ChangeGroup, ColumnOrigin, Diff, SheetDiff, SheetOrigin
from vernctl.render import forms, words
from vernctl.render.html.lines import KINDS, Lines, clip, clip_pair, columns_of
from vernctl.workflow.outcome import QuestionOutcome, SpecOutcome, Status

Part = dict[str, JsonValue]

#: Kinds of change listed for one sheet; what is beyond is counted.
MOST_GROUPS = 200
_MOST_RECODINGS = 20
_MOST_SOURCES = 8

_TONES: dict[Status, str] = {
    "unchanged": "quiet",
    "changed": "warn",
    "approved": "good",
    "blocked": "warn",
    "waiting": "warn",
    "refused": "bad",
    "applied": "good",
    "not_as_approved": "bad",
    "partial": "bad",
    "failed": "bad",
    "held": "quiet",
    "closed": "quiet",
}


def page_document(outcomes: Sequence[SpecOutcome], lines: Lines) -> Part:
    """The whole page but its lines, which are added to ``lines`` sheet by sheet."""
    ordered = sorted(outcomes, key=lambda o: words.STATUS_ORDER.index(o.status))
    return {
        "specs": [_spec(outcome, lines) for outcome in ordered],
        "kinds": [{"kind": kind, "words": said} for kind, said in KINDS.items()],
        "sample_note": words.SAMPLE_NOTE,
        "read_off_note": words.READ_OFF_NOTE,
    }


def _spec(outcome: SpecOutcome, lines: Lines) -> Part:
    diff = outcome.diff
    about = [outcome.source, words.input_words(outcome), outcome.endpoint]
    return {
        "name": clip(outcome.name),
        "path": clip(outcome.path),
        "title": clip(outcome.title or outcome.name),
        "about": [clip(part) for part in about if part],
        "status": outcome.status,
        "status_words": words.status_words(outcome),
        "tone": _TONES[outcome.status],
        "first_import": outcome.first_import,
        "digest": outcome.digest,
        "digests": _digests(outcome),
        "sampled": diff is not None and not outcome.unseen and words.is_sample(diff),
        "facts": [clip(fact) for fact in outcome.facts],
        "warnings": [clip(warning) for warning in outcome.warnings],
        "error": _error(outcome),
        "resume_at": clip(words.moment(outcome.resume_at)) if outcome.resume_at else None,
        "next": clip(words.next_command(outcome)),
        "sheets": _sheets(outcome, diff, lines) if diff else [],
        "causes": _causes(outcome),
        "dropped_sheets": [clip(slug) for slug in diff.dropped_sheets] if diff else [],
        "unused": _unused(outcome),
        "unfed": _unfed(outcome),
        "checks": _checks(outcome),
        "questions": [_question(question) for question in outcome.questions],
        "heals": _heals(outcome),
        "clarified": _clarified(outcome),
        "steps": _steps(outcome),
        "files": _files(outcome),
        "import": _import(outcome),
    }


def _digests(outcome: SpecOutcome) -> list[JsonValue]:
    """What is approved, and what this page shows."""
    known = [words.digest_words(d) for d in (outcome.base_digest, outcome.digest) if d]
    return [*dict.fromkeys(known)]


def _causes(outcome: SpecOutcome) -> list[JsonValue]:
    """Why the digest is another although every cell is the same; else each sheet says why."""
    if outcome.diff is None or not outcome.diff.is_empty:
        return []
    return [*dict.fromkeys(clip(words.cause_words(cause)) for cause in outcome.causes)]


def _error(outcome: SpecOutcome) -> Part | None:
    error = outcome.error
    if error is None:
        return None
    return {
        "message": clip(error.message.strip()),
        "place": clip(error.place) if error.place else None,
        "reasons": [clip(reason) for reason in error.reasons],
        "remote": clip(error.remote) if error.remote else None,
    }


def _sheets(outcome: SpecOutcome, diff: Diff, lines: Lines) -> list[JsonValue]:
    origins = (
        {origin.slug: origin for origin in outcome.provenance.sheets}
        if (outcome.provenance)
        else {}
    )
    return [_sheet(sheet, outcome, origins.get(sheet.slug), lines) for sheet in diff.sheets]


def _sheet(
    sheet: SheetDiff, outcome: SpecOutcome, origin: SheetOrigin | None, lines: Lines
) -> Part:
    block, listed, left_out = lines.add(sheet)
    note = words.key_note(sheet)
    return {
        "slug": clip(sheet.slug, most=120),
        "name": clip(sheet.name, most=120),
        "rows": words.rows_shown(sheet.rows, sheet.sample_of),
        "changes": words.row_changes(sheet, live=outcome.live is not None),
        "is_new": sheet.is_new,
        "is_empty": sheet.is_empty,
        "invalid": words.invalid_change(sheet),
        "worse": sheet.invalid > sheet.invalid_before and not sheet.is_new,
        "key_note": clip(note) if note else None,
        "key": clip(", ".join(sheet.key)),
        "renames": [clip(told) for told in words.rename_notes(sheet)],
        "causes": [clip(cause) for cause in words.causes_of(sheet, outcome.causes)],
        "cosmetic": _cosmetic(sheet),
        "groups": [_group(group) for group in sheet.groups[:MOST_GROUPS]],
        "groups_left": max(0, len(sheet.groups) - MOST_GROUPS),
        "invalid_groups": [
            {"column": clip(g.column), "message": clip(g.message), "count": g.count}
            for g in forms.invalid_forms(sheet.invalid_groups)
        ],
        "columns": _columns(sheet, origin),
        "row_count": sheet.rows,
        "origin": _accounting(origin),
        "block": block,
        "listed": listed,
        "left_out": left_out,
    }


def _cosmetic(sheet: SheetDiff) -> str | None:
    if not sheet.cosmetic:
        return None
    of = words.counted(len(sheet.changed), "changed row")
    return f"{words.number(sheet.cosmetic)} of {of} only in writing"


def _group(group: ChangeGroup) -> Part:
    old, new = group.examples[0] if group.examples else ("", "")
    same = group.old is not None and group.new is not None
    if group.old is not None and group.new is not None:
        old, new = group.old, group.new
    old, new = clip_pair(old, new)
    return {
        "column": clip(group.column),
        "kind": [*KINDS].index(group.kind),
        "count": group.count,
        "same": same,
        "pair": [old, new] if same or group.examples else None,
    }


def _columns(sheet: SheetDiff, origin: SheetOrigin | None) -> list[JsonValue]:
    """Per column: fill and distinct values before and after, invalid cells, where it came from."""
    stats = {entry.column: entry for entry in sheet.stats}
    origins = {entry.column: entry for entry in origin.columns} if origin else {}
    invalid: Counter[str] = Counter()
    for group in sheet.invalid_groups:
        invalid[group.column] += group.count
    found: list[JsonValue] = []
    for name in columns_of(sheet):
        numbers, read = stats.get(name), origins.get(name)
        state = "dropped" if name in sheet.dropped_columns else ""
        if name in sheet.added_columns and not sheet.is_new:
            state = "added"
        found.append(
            {
                "name": clip(name, most=200),
                "state": state,
                "filled": numbers.filled if numbers else read.filled if read else None,
                "distinct": numbers.distinct if numbers else read.distinct if read else None,
                "filled_before": _share(numbers.filled_before if numbers else None, sheet),
                "distinct_before": numbers.distinct_before if numbers else None,
                "invalid": invalid[name],
                "origin": _origin(read) if read else None,
            }
        )
    return found


def _share(filled: int | None, sheet: SheetDiff) -> float | None:
    """The part of the old table's cells that was filled."""
    return None if filled is None or not sheet.rows_before else filled / sheet.rows_before


def _origin(origin: ColumnOrigin) -> Part:
    return {
        "file": clip(origin.file) if origin.file else None,
        "sources": [clip(source, most=200) for source in origin.sources],
        "how": clip(words.origin_words(origin)),
        "recodings": [
            {
                "old": [clip(old, most=200) for old in recoding.old[:_MOST_SOURCES]],
                "more": max(0, len(recoding.old) - _MOST_SOURCES),
                "new": clip(recoding.new, most=200),
                "count": recoding.count,
            }
            for recoding in origin.recodings[:_MOST_RECODINGS]
        ],
    }


def _accounting(origin: SheetOrigin | None) -> str | None:
    if origin is None:
        return None
    kept = f"{words.number(origin.rows_read)} rows read → {words.number(origin.rows)}"
    return " · ".join([kept, *forms.rows_missing(origin)])


def _unused(outcome: SpecOutcome) -> list[JsonValue]:
    unused = outcome.provenance.unused if outcome.provenance else ()
    return [
        {"file": clip(u.file), "column": clip(u.column), "filled": words.percent(u.filled)}
        for u in unused
    ]


def _unfed(outcome: SpecOutcome) -> list[JsonValue]:
    unfed = outcome.provenance.unfed if outcome.provenance else ()
    return [clip(forms.unfed_words(table)) for table in unfed]


def _checks(outcome: SpecOutcome) -> list[JsonValue]:
    ordered = sorted(outcome.checks, key=lambda check: check.ok)
    return [
        {
            "words": clip(words.check_words(check)),
            "sheet": clip(check.sheet) if check.sheet else None,
            "state": ("holds" if check.actual else "waits") if check.ok else "fails",
            "overridden": clip(check.overridden) if check.overridden else None,
        }
        for check in ordered
    ]


def _question(question: QuestionOutcome) -> Part:
    return {
        "question": clip(question.question),
        "context": clip(question.context) if question.context else None,
        "options": [clip(option.label, most=400) for option in question.options],
        "answer": clip(question.answer) if question.answer is not None else None,
        "rule": clip(question.rule) if question.rule else None,
        "place": clip(question.rule_place) if question.rule_place else None,
        "status": question.status,
        "why": clip(question.why) if question.why else None,
        "stanza": clip(question.stanza) if question.stanza else None,
        "before": clip(question.approved_wording) if question.approved_wording else None,
        "near": [
            clip(f'{near.score:.0%} {near.place} "{near.rule}": {near.why}; with {near.edit}')
            for near in question.near
        ],
    }


def _heals(outcome: SpecOutcome) -> Part | None:
    """What was mended: all of it, those that are approved already last."""
    if not outcome.heals:
        return None
    ordered = sorted(outcome.heals, key=lambda heal: heal.approved)
    told = [
        form
        for approved in (False, True)
        for form in forms.heal_forms([heal for heal in ordered if heal.approved is approved])
    ]
    return {
        "title": forms.heals_title(ordered),
        "leave": clip(forms.leave_note(ordered)),
        "list": [
            {
                "sheet": clip(heal.slug),
                "column": clip(heal.column),
                "what": clip(heal.what),
                "cells": heal.cells,
                "before": None if heal.before is None else clip(heal.before),
                "after": None if heal.after is None else clip(heal.after),
                "approved": heal.approved,
            }
            for heal in told
        ],
    }


def _clarified(outcome: SpecOutcome) -> Part | None:
    told = outcome.clarified
    if told is None:
        return None
    return {"asked": [clip(asked) for asked in told.asked], "answer": clip(told.answer)}


def _steps(outcome: SpecOutcome) -> Part | None:
    if not outcome.steps:
        return None
    later = f"apply will take {outcome.apply_calls} more" if outcome.apply_calls else None
    return {
        "title": "Steps and cost" if outcome.performed else words.steps_title(outcome),
        "steps": [
            {
                "kind": step.kind,
                "detail": clip(step.detail),
                "reason": clip(step.reason),
                "calls": step.agent_calls,
            }
            for step in outcome.steps
        ],
        "cost": words.cost_words(outcome.cost),
        "later": later,
    }


def _files(outcome: SpecOutcome) -> list[JsonValue]:
    return [
        {
            "name": clip(entry.name),
            "size": words.size_words(entry.size),
            "rows": None if entry.rows is None else words.counted(entry.rows, "row"),
            "sha256": entry.sha256[:12],
            "here": entry.here,
        }
        for entry in outcome.inputs
    ]


def _import(outcome: SpecOutcome) -> Part | None:
    found = outcome.verification
    if found is None and not outcome.outputs and not outcome.receipt:
        return None
    return {
        "verified": words.verified_words(found) if found is not None else None,
        "problems": [clip(problem) for problem in found.problems] if found else [],
        "outputs": [clip(path) for path in outcome.outputs],
        "receipt": clip(outcome.receipt) if outcome.receipt else None,
    }
