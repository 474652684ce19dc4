"""Why a preview differs from the approved one: which inputs changed, or none of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import cast

from pydantic import JsonValue

from vernctl.diff.compare import diff_snapshots
from vernctl.diff.model import Cause, CauseKind, Diff
from vernctl.snapshot.model import Inputs, RecordedQuestion, Snapshot


def causes_between(old: Snapshot, new: Snapshot) -> tuple[Cause, ...]:
    """Every input of ``new`` that is not ``old``'s, sorted by kind as people look for them.

    A template is the cause of its own sheet alone; everything else can reach every sheet.
    """
    before, after = old.inputs, new.inputs
    found = [
        *_files(before, after),
        *_messages(before, after),
        *_answers(old.questions, new.questions),
        *_templates(before, after),
    ]
    if before.knowledge != after.knowledge:
        found.append(Cause(kind="knowledge", ref="the spec's knowledge"))
    if before.connection != after.connection:
        found.append(Cause(kind="connection", ref=_connection(before.connection, after.connection)))
    elif after.connection is not None and old.run_id != new.run_id:
        # Each generate opens a run, and reads the source as it is then.
        found.append(Cause(kind="connection", ref="the live source was read again"))
    if old.engine != new.engine:
        found.append(Cause(kind="engine", ref=f"engine {old.engine or '?'} → {new.engine or '?'}"))
    # Approved unseen, and not imported since: what led to that approval counts as well.
    told = [
        Cause(kind=cast("CauseKind", one.kind), ref=one.ref, sheet=one.sheet)
        for one in (old.unseen.causes if old.unseen else ())
    ]
    return tuple(dict.fromkeys([*told, *found, *_tokens(old, new)]))


def explained(old: Snapshot | None, new: Snapshot) -> tuple[Diff, tuple[Cause, ...]]:
    """The diff of two snapshots and its causes, of which each changed sheet has its own."""
    diff = diff_snapshots(old, new)
    if old is None:
        return diff, ()
    causes = causes_between(old, new)
    return with_causes(diff, causes), causes


def with_causes(diff: Diff, causes: Iterable[Cause]) -> Diff:
    """The same diff with each changed sheet's causes; a change without any is unexplained."""
    known = tuple(causes)
    sheets = []
    for sheet in diff.sheets:
        if sheet.is_empty:
            sheets.append(sheet)
            continue
        own = tuple(
            cause.model_copy(update={"sheet": sheet.slug})
            for cause in known
            if cause.sheet in (None, sheet.slug)
        )
        unexplained = (Cause(kind="unexplained", ref="inputs equal, output differs"),)
        given = own or tuple(c.model_copy(update={"sheet": sheet.slug}) for c in unexplained)
        sheets.append(sheet.model_copy(update={"causes": given}))
    return diff.model_copy(update={"sheets": tuple(sheets)})


def unexplained_sheets(diff: Diff) -> frozenset[str]:
    """Slugs of sheets that changed though no input did."""
    return frozenset(
        sheet.slug
        for sheet in diff.sheets
        if any(cause.kind == "unexplained" for cause in sheet.causes)
    )


def _files(before: Inputs, after: Inputs) -> list[Cause]:
    old = {file.name: file.sha256 for file in before.files}
    new = {file.name: file.sha256 for file in after.files}
    said = [f"{name} is new" for name in new.keys() - old.keys()]
    said += [f"{name} is gone" for name in old.keys() - new.keys()]
    said += [f"{name} changed" for name in new.keys() & old.keys() if new[name] != old[name]]
    return [Cause(kind="file", ref=text) for text in sorted(said)]


def _messages(before: Inputs, after: Inputs) -> list[Cause]:
    added = Counter(after.refinements) - Counter(before.refinements)
    removed = Counter(before.refinements) - Counter(after.refinements)
    numbers = [number for number, text in enumerate(after.refinements, start=1) if added[text]]
    causes = [Cause(kind="message", ref=f"message {number} is new") for number in numbers]
    if removed:
        count = removed.total()
        what = "1 message was" if count == 1 else f"{count} messages were"
        causes.append(Cause(kind="message", ref=f"{what} removed or edited"))
    if not causes and before.refinements != after.refinements:
        causes.append(Cause(kind="message", ref="the messages were applied in another order"))
    return causes


def _answers(before: Iterable[RecordedQuestion], after: Iterable[RecordedQuestion]) -> list[Cause]:
    old = {(question.question, question.context): question.answer for question in before}
    return [
        Cause(kind="answer", ref=f"{question.question} → {question.answer}")
        for question in after
        if old.get((question.question, question.context), question.answer) != question.answer
    ]


def _connection(before: JsonValue, after: JsonValue) -> str:
    if before is None or after is None:
        return "the live source is new" if before is None else "the live source is gone"
    old, new = (one if isinstance(one, dict) else {} for one in (before, after))
    parts = [name for name in ("source_key", "config", "streams") if old.get(name) != new.get(name)]
    return f"the live source changed: {', '.join(parts)}"


def _tokens(old: Snapshot, new: Snapshot) -> list[Cause]:
    """Another key, or other columns hidden: the same cells stand there otherwise."""
    if old.token_key and new.token_key and old.token_key != new.token_key:
        return [Cause(kind="tokens", ref="the token key changed")]
    found = []
    for sheet in new.sheets:
        before, after = old.review.get(sheet.slug), new.review.get(sheet.slug)
        if before is None or after is None or old.sheet(sheet.slug) is None:
            continue
        made = [name for name in after.tokens if name not in before.tokens]
        shown = [name for name in before.tokens if name not in after.tokens]
        for names, what in ((made, "now tokens"), (shown, "readable now")):
            if names:
                is_are = "is" if len(names) == 1 else "are"
                ref = f"{', '.join(names)} {is_are} {what}"
                found.append(Cause(kind="tokens", ref=ref, sheet=sheet.slug))
    return found


def _templates(before: Inputs, after: Inputs) -> list[Cause]:
    old = {str(definition["slug"]): definition for definition in before.definitions}
    new = {str(definition["slug"]): definition for definition in after.definitions}
    found = []
    for slug in sorted(old.keys() | new.keys()):
        if old.get(slug) != new.get(slug):
            ref = ", ".join(_differing(old.get(slug), new.get(slug))) or slug
            found.append(Cause(kind="template", ref=ref, sheet=slug))
    return found


def _differing(old: object, new: object) -> list[str]:
    """``Contacts.Phone`` for each column whose definition differs, ``Contacts`` for the rest."""
    if not isinstance(old, dict) or not isinstance(new, dict):
        return []
    columns = [_by_name(definition.get("columns")) for definition in (old, new)]
    names = sorted(columns[0].keys() | columns[1].keys())
    changed = [f"{new['name']}.{n}" for n in names if columns[0].get(n) != columns[1].get(n)]
    return changed or [str(new["name"])]


def _by_name(columns: JsonValue) -> dict[str, JsonValue]:
    if not isinstance(columns, list):
        return {}
    return {str(column["name"]): column for column in columns if isinstance(column, dict)}
