"""Adopt a migration that was made by hand: a spec and a pending snapshot from what is there.

Everything is read: files by name and size, messages, questions and answers from the session log,
sheets from the preview. What the API does not tell (the customer's name, the source) is asked of
the person. Once the pending snapshot is approved, the migration counts as the spec's own: its
recorded id is used because endpoint and address are the spec's.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vernctl.api.models import ListedFile, Preview, SessionLog, SourceConnection
from vernctl.errors import ConflictError, InputError, NotFoundError, RefusedError, VernctlError
from vernctl.spec.load import load_specs
from vernctl.spec.reader import quoted
from vernctl.spec.stanza import rule_line
from vernctl.workflow.asked import as_question
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.pending import keep_pending, review_of
from vernctl.workflow.recall import Recalled, recalled
from vernctl.workflow.results import begin
from vernctl.workflow.session import Session
from vernctl.workflow.wishes import Recorded
from vernctl.workflow.work import Work

_NO_DATA = (".snapshot", ".snapshot.pending")


@dataclass(frozen=True)
class Adoption:
    """What a person says of a migration. ``data``: the folder to look for its files in; default:
    the project. ``cells`` is written as ``review.cells``."""

    migration_id: str
    target: Path
    name: str | None = None
    external_id: str | None = None
    source: str | None = None
    data: Path | None = None
    cells: str | None = None


@dataclass(frozen=True)
class Found:
    """What the service says of the migration, and where its files are on this host."""

    log: SessionLog
    preview: Preview
    run_id: str
    recalled: Recalled
    knowledge: str | None
    files: tuple[Path, ...]
    connection: SourceConnection | None = None


async def adopt(session: Session, wanted: Adoption) -> SpecOutcome:
    """Write the spec and its pending snapshot; nothing is sent that could change anything.

    Raises RefusedError where the spec exists, a run is in flight or there is no preview; InputError
    where a file of the migration is not here, or is here more than once with different content.
    """
    target = wanted.target
    if target.exists():
        raise RefusedError(
            f"{target} is there already.", rule="exists", next="Choose another name with -o."
        )
    found = await _found(session, wanted)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(spec_text(wanted, found), encoding="utf-8")
    try:
        [spec] = load_specs([target], session.project)
        work = Work.open(session, spec)
        return await _taken_over(work, found, wanted.migration_id)
    except VernctlError:
        target.unlink()
        raise


async def _found(session: Session, wanted: Adoption) -> Found:
    client, migration_id = session.client, wanted.migration_id
    try:
        log = await client.get_log(migration_id)
    except ConflictError as error:
        raise RefusedError(
            "a run of this migration is in flight.",
            rule="in_flight",
            remote="Nothing was sent; that run goes on.",
            next="Adopt it once it has settled: answered, done or canceled.",
        ) from error
    run_id = _last_run(log)
    said = recalled(log.runs, run_id, ()) if run_id else None
    try:
        preview = await client.get_preview(migration_id)
    except NotFoundError as error:
        raise _no_preview() from error
    if run_id is None or said is None:
        raise _no_preview()
    knowledge = (await client.get_knowledge(migration_id)).knowledge
    listed = await client.list_files(migration_id)
    files = locate(listed, wanted.data or session.project.root)
    try:
        connection = await client.get_source_connection(migration_id)
    except NotFoundError:
        connection = None
    return Found(log, preview, run_id, said, knowledge, files, connection)


def _last_run(log: SessionLog) -> str | None:
    made = [run.run_id for run in log.runs if run.kind == "generate"]
    return made[-1] if made else None


def _no_preview() -> RefusedError:
    return RefusedError(
        "this migration has no preview to take over.",
        rule="no_preview",
        next="Write a spec for it instead: vernctl init shows how.",
    )


async def _taken_over(work: Work, found: Found, migration_id: str) -> SpecOutcome:
    """Make the migration this checkout's own, and its preview the pending snapshot."""
    rules = work.spec.answers
    said = recalled(found.log.runs, found.run_id, rules) or found.recalled
    page = await work.session.client.get_thread(migration_id)
    known = Recorded(said.messages, work.desired.knowledge, said.questions, work.desired.connection)
    work.journal.fact(
        "adopted",
        migration_id=migration_id,
        run_id=found.run_id,
        applied=list(known.messages),
        knowledge=known.knowledge,
        connection=known.connection,
        questions=[question.model_dump(mode="json") for question in known.questions],
        sequence=page.last_sequence,
    )
    observed = await work.look()
    sheets = await work.sheets(migration_id)
    if sheets is None:
        raise _no_preview()
    candidate = work.candidate(sheets, known, observed)
    work.journal.fact("preview", digest=candidate.digest, sequence=observed.last_sequence)
    review = review_of(work, candidate)
    keep_pending(work, candidate, review)
    done = observed.run is not None and observed.run.status == "completed"
    spec = work.spec
    facts = [f"{spec.shown_path} is written: read it, it is a draft."]
    facts += ["The migration is imported already; approving says that it is right."] * done
    return begin(work, "plan").model_copy(
        update={
            "status": "changed",
            "performed": False,
            "migration_id": migration_id,
            "run_id": found.run_id,
            "digest": candidate.digest,
            "diff": review.diff,
            "checks": review.checks,
            "provenance": review.provenance,
            "facts": tuple(facts),
            "next": f"vernctl approve {spec.shown_path}",
        }
    )


def locate(listed: Sequence[ListedFile], root: Path) -> tuple[Path, ...]:
    """Where the migration's files are below ``root``: by name, and by size where it is told.

    Raises InputError that names every file that is not there, or there twice and not the same.
    """
    by_name: dict[str, list[Path]] = {}
    for path in _files(root):
        by_name.setdefault(path.name, []).append(path)
    problems, found = [], []
    for file in listed:
        here = [p for p in by_name.get(file.name, []) if file.size in (None, p.stat().st_size)]
        if not here:
            size = f" ({file.size:,} bytes)" if file.size is not None else ""
            problems.append(f"{file.name}{size} is not here")
        elif len({hashlib.sha256(path.read_bytes()).digest() for path in here}) > 1:
            problems.append(f"{file.name} is here {len(here)} times, with different content")
        else:
            found.append(min(here, key=lambda path: (len(path.parts), path)))
    if problems:
        raise InputError(
            f"the migration's files cannot be told below {root}.",
            reasons=tuple(problems),
            next="Put them there, or name their folder with --data.",
        )
    return tuple(found)


def _files(root: Path) -> Iterator[Path]:
    for where, folders, files in os.walk(root):
        folders[:] = sorted(n for n in folders if n[0] != "." and not n.endswith(_NO_DATA))
        yield from (Path(where, name) for name in sorted(files))


def spec_text(wanted: Adoption, found: Found) -> str:
    """The spec, as a person would have written it for this migration."""
    stem = wanted.target.stem
    folder = wanted.target.parent.absolute()
    lines = [
        "# Adopted from a migration that was made by hand. Read it: what the API does not tell",
        "# (name, source) is not known to be right.",
        "version: 1",
        "migration:",
        f"  name: {quoted(wanted.name or stem.replace('-', ' ').replace('_', ' ').title())}",
        f"  external_id: {quoted(wanted.external_id or stem)}",
    ]
    if wanted.source is not None:
        lines.append(f"  source: {quoted(wanted.source)}")
    slugs = [quoted(sheet.template.slug) for sheet in found.preview.sheets]
    lines += [f"  templates: [{', '.join(slugs)}]", *["files:"] * bool(found.files)]
    for path in found.files:
        where = Path(os.path.relpath(path.absolute(), folder)).as_posix()
        lines.append(f"  - {quoted(where)}")
    if found.connection is not None:
        lines += _connection(found.connection)
    if found.knowledge and found.knowledge.strip():
        lines += _knowledge(found.knowledge.strip())
    if found.recalled.messages:
        lines += ["refine:", *(f"  - {quoted(text)}" for text in found.recalled.messages)]
    asked = {(q.question, q.context): q for q in found.recalled.questions}
    among = [as_question(question) for question in asked.values()]
    rules = dict.fromkeys(
        rule_line(as_question(question), question.answer, among) for question in asked.values()
    )
    if rules:
        lines += ["answers:", *(f"  {rule}" for rule in rules)]
    if wanted.cells is not None:
        lines.append(f"review: {{cells: {wanted.cells}}}")
    return "\n".join([*lines, f"export: {{to: {quoted(f'out/{stem}')}}}"]) + "\n"


def _connection(there: SourceConnection) -> list[str]:
    """The live source as it is attached. Its credentials stay with the service, and unknown."""
    lines = ["connection:", f"  source_key: {quoted(there.source_key)}"]
    if there.config:
        # JSON in ASCII is YAML
        lines.append(f"  config: {json.dumps(dict(there.config))}")
    if there.selected_streams:
        lines.append(f"  streams: [{', '.join(map(quoted, there.selected_streams))}]")
    if there.creds_configured:
        lines.append("  # credentials: {FIELD: {env: NAME}}   (the service has some, and may ask)")
    return lines


def _knowledge(text: str) -> list[str]:
    """As a block where that says exactly the text; else in quotes."""
    said = text.split("\n")
    if all(line.isprintable() and line == line.rstrip() for line in said) and "\ufeff" not in text:
        return ["knowledge: |", *(f"  {line}".rstrip() for line in said)]
    return [f"knowledge: {quoted(text)}"]
