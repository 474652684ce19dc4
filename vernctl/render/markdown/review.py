"""REVIEW.md: what merging a snapshot would do, for a reviewer who has neither CLI nor data."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from vernctl.diff.model import Cause, CheckResult, Diff, Provenance
from vernctl.render import words
from vernctl.render.markdown import parts, sheets
from vernctl.render.markdown.build import Level, bounded, code, details, more, prose, table
from vernctl.snapshot.digest import short
from vernctl.snapshot.model import Snapshot, Unseen
from vernctl.workflow.heals import heals_of

#: Bytes that a REVIEW.md may take, whatever it is about.
REVIEW_LIMIT = 20_000


def review_markdown(
    snapshot: Snapshot,
    diff: Diff,
    provenance: Provenance | None = None,
    checks: Sequence[CheckResult] = (),
    *,
    causes: Sequence[Cause] = (),
    limit: int = REVIEW_LIMIT,
) -> str:
    """The text of REVIEW.md: the same for the same snapshot and diff, at most ``limit`` bytes.

    Names no person and no time (git knows both). The summary of sheets and the failing checks are
    always whole; examples, then groups, then columns give way.
    """
    return bounded(lambda level: _build(snapshot, diff, provenance, checks, causes, level), limit)


def _build(
    snapshot: Snapshot,
    diff: Diff,
    provenance: Provenance | None,
    checks: Sequence[CheckResult],
    causes: Sequence[Cause],
    level: Level,
) -> Iterator[str]:
    name = prose(snapshot.inputs.external_id, 60)
    base = f"`{short(diff.base_digest)}`" if diff.base_digest else "first import"
    yield from (f"## {name}: what merging this would approve", "")
    yield from (f"{base} → `{short(snapshot.digest)}`", "")
    if snapshot.unseen is not None:
        yield from _unseen(snapshot.unseen, level)
    else:
        imported = snapshot.inputs.companies is not None
        yield from sheets.summary(diff, level, unseen=imported)
        yield from parts.checks(checks, level)
        yield from sheets.sheet_sections(diff, causes, level)
    if provenance is not None and diff.base_digest is None:
        yield from sheets.origin_sections(provenance, diff, level)
    yield from parts.heals(heals_of(snapshot, None), level)
    yield from _inputs(snapshot, level)
    yield from _questions(snapshot, level)
    if level.items:
        yield from parts.clarified(snapshot.clarified)


def _unseen(unseen: Unseen, level: Level) -> list[str]:
    """There are no rows to show: what there is to approve are inputs, and why they are others."""
    why = [f"- {cause.kind}: {prose(cause.ref)}" for cause in unseen.causes]
    kept = [*why[: level.items], *more(len(why) - level.items, "change")]
    return [words.UNSEEN_NOTE, "", "Since rows were last approved:", "", *kept, ""]


def _inputs(snapshot: Snapshot, level: Level) -> list[str]:
    inputs = snapshot.inputs
    files = [
        f"- {code(file.name, level)} {words.size_words(file.size)}, sha256 `{file.sha256[:12]}`"
        for file in inputs.files
    ]
    messages = [f"{i}. {prose(text)}" for i, text in enumerate(inputs.refinements, 1)]
    kept = [*files[: level.items], *more(len(files) - level.items, "file"), ""]
    kept += ["Refinements, in the order applied:", ""] if messages else []
    kept += [*messages[: level.items], *more(len(messages) - level.items, "refinement"), ""]
    kept = [*_live_source(inputs.connection, level), *kept]
    heading = f"Inputs: {words.counted(len(files), 'file')}"
    heading += ", a live source" if inputs.connection is not None else ""
    heading += f", {words.counted(len(messages), 'refinement')}"
    return details(heading, kept) if level.items else [heading, ""]


def _live_source(connection: JsonValue, level: Level) -> list[str]:
    """What a merge would read from: a reviewer sees the host before any secret goes there."""
    if not isinstance(connection, dict):
        return []
    config, streams = connection.get("config"), connection.get("streams")
    settings = config if isinstance(config, dict) else {}
    read = ", ".join(map(str, streams)) if isinstance(streams, list) else "of its own choice"
    return [
        f"- live source {code(str(connection.get('source_key')), level)}, streams {prose(read)}",
        *(
            f"  - {code(name, level)}: {code(_plain(value), level)}"
            for name, value in list(settings.items())[: level.items]
        ),
        *more(len(settings) - level.items, "setting"),
    ]


def _plain(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _questions(snapshot: Snapshot, level: Level) -> list[str]:
    asked = snapshot.questions
    if not asked:
        return []
    rows = [
        [
            prose(question.question),
            code(question.answer, level),
            code(question.rule, level) if question.rule else "by hand",
        ]
        for question in asked[: level.items]
    ]
    lines = table(["question", "answer", "rule"], rows) if rows else []
    lines += more(len(asked) - level.items, "question")
    return details(f"Questions: {words.counted(len(asked), 'answer')}", lines)
