"""The rows of a customer's files that are in no sheet of a snapshot, found by reading alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from vernctl.errors import InputError, RefusedError
from vernctl.snapshot.files import read_snapshot
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.tokens import hides
from vernctl.spec.model import Project, Spec
from vernctl.workflow.inputs import READ_OFF_LIMIT, read_sources, resolve_inputs
from vernctl.workflow.session import folders_for

if TYPE_CHECKING:
    from vernctl.diff.provenance import SourceData


class LostRow(BaseModel):
    """A row that is in no sheet. ``row`` counts from 1 below the header of its table.

    ``sheets``: those that its table feeds, none where no row of the table is in any. ``why``:
    ``double "COLUMN"``, ``double``, ``unexplained`` or ``its table feeds no sheet``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: str
    table: str
    row: int
    sheets: tuple[str, ...]
    why: str
    cells: dict[str, str]


class Lost(BaseModel):
    """The lost rows of a spec, in the order of its files; ``sampled``: sheets of which nobody can
    tell, since the preview is a sample of them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    rows: tuple[LostRow, ...]
    sampled: tuple[str, ...] = ()


def lost_of(project: Project, spec: Spec) -> Lost:
    """What is lost by the pending snapshot, else by the approved one. Offline.

    Raises RefusedError where there is neither, InputError where the cells are tokens or the files
    are not here, or are too large to be laid beside the rows.
    """
    from vernctl.diff.provenance import lost_rows

    snapshot = _shown(project, spec)
    inputs = resolve_inputs(spec, ())
    if sum(file.size for file in inputs.files) > READ_OFF_LIMIT:
        raise InputError(
            f"The files of {spec.name} are larger than {READ_OFF_LIMIT >> 20} MiB together: too "
            "large to be laid beside the rows of a snapshot.",
            next=f"vernctl status {spec.shown_path}, which tells the counts of an import.",
        )
    tables = read_sources(inputs)
    by_name = {table.table: table for table in tables}
    found: dict[tuple[str, int], tuple[list[str], str]] = {}
    for lost in lost_rows(tables, snapshot):
        sheets, _ = found.setdefault((lost.table, lost.row), ([], lost.why))
        if lost.slug:
            sheets.append(lost.slug)
    order = {table.table: position for position, table in enumerate(tables)}
    return Lost(
        name=spec.name,
        rows=tuple(
            _row(by_name[table], row, tuple(sheets), why)
            for (table, row), (sheets, why) in sorted(
                found.items(), key=lambda each: (order[each[0][0]], each[0][1])
            )
        ),
        sampled=tuple(s.slug for s in snapshot.sheets if s.sample_of != len(s.rows)),
    )


def _shown(project: Project, spec: Spec) -> Snapshot:
    if hides(spec.review):
        raise InputError(
            f"The rows of {spec.name} are kept as tokens: no file can be laid beside them.",
            next=f"vernctl status {spec.shown_path}, which tells the counts of an import.",
        )
    own = spec.endpoint or project.own_endpoint
    folders = folders_for(project, spec, own, own)
    shown = read_snapshot(folders.pending) or read_snapshot(folders.approved)
    if shown is None or shown.unseen:
        raise RefusedError(
            f"{spec.name} has neither an approved nor a pending snapshot with rows.",
            rule="not_approved",
            remote=None,
            next=f"vernctl plan {spec.shown_path}",
        )
    return shown


def _row(table: SourceData, row: int, sheets: tuple[str, ...], why: str) -> LostRow:
    return LostRow(
        file=table.file,
        table=table.table,
        row=row + 1,
        sheets=sheets,
        why=why,
        cells=dict(zip(table.columns, table.rows[row], strict=True)),
    )
