"""After an execute: is what was approved there, and nothing else in its place?

Every row is exported. A sample row is present if a row equal in every cell that was valid is
there, counted as a multiset. A cell that was invalid and is other now was healed by the service:
counted and shown, no failure.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from vernctl.api.models import Report
from vernctl.snapshot.model import Snapshot
from vernctl.snapshot.sheet import Row, Sheet
from vernctl.snapshot.tokens import Tokeniser, marks
from vernctl.workflow.outcome import Verification
from vernctl.workflow.receipts import CELL_LIMIT


def verify(
    approved: Snapshot,
    exports: Mapping[str, Path],
    report: Report | None,
    counts: Mapping[str, int],
    *,
    tokens: Tokeniser | None = None,
) -> Verification:
    """Hold the exported rows of each sheet against the approved sample.

    ``exports``: slug → CSV of every row; ``counts``: slug → rows as the export's header said;
    ``tokens`` makes of the exported cells what the approved ones are, where those are tokens.
    """
    sample = present = healed = 0
    problems: list[str] = []
    for sheet in approved.sheets:
        path = exports.get(sheet.slug)
        if path is None:
            problems.append(f"{sheet.name}: there is no such sheet to export")
            continue
        review = approved.review.get(sheet.slug)
        marker = _Marker(sheet, review.tokens if review else (), tokens)
        found = _compare(marker.approved(sheet), path, marker)
        sample += len(sheet.rows)
        present += found.present
        healed += found.healed
        problems += found.problems
        if found.rows != counts[sheet.slug]:
            problems.append(
                f"{sheet.name}: {found.rows} rows exported, {counts[sheet.slug]} announced"
            )
    total = sum(counts.values())
    if report is not None and report.inserted != total:
        problems.append(f"the report says {report.inserted} rows, the export has {total}")
    return Verification(
        sample_rows=sample, present=present, healed=healed, problems=tuple(problems)
    )


class _Found:
    """What comparing one sheet with its export gave."""

    def __init__(self) -> None:
        self.rows = self.present = self.healed = 0
        self.problems: list[str] = []


class _Marker:
    """Approved tokens and exported cells in one form: the part of a token that is the cell's."""

    def __init__(self, sheet: Sheet, hidden: Sequence[str], tokens: Tokeniser | None) -> None:
        self._hidden = hidden
        self._makers = (
            {
                sheet.columns.index(name): tokens.column(sheet.slug, name).mark
                for name in (hidden if tokens else ())
            }
            if tokens
            else {}
        )

    def approved(self, sheet: Sheet) -> Sheet:
        """The approved sheet in that form."""
        if not self._hidden:
            return sheet
        return sheet.model_copy(update={"rows": marks(sheet, self._hidden)})

    def exported(self, cells: list[str]) -> Row:
        """One exported row in that form, in the sheet's order."""
        for i, mark in self._makers.items():
            cells[i] = mark(cells[i])
        return tuple(cells)


def _compare(sheet: Sheet, path: Path, marker: _Marker) -> _Found:
    found = _Found()
    invalid = sheet.invalid_by_row()
    wanted = Counter(row for i, row in enumerate(sheet.rows) if i not in invalid)
    loose: dict[frozenset[int], Counter[Row]] = defaultdict(Counter)
    for i, columns in invalid.items():
        if i >= 0:
            hidden = frozenset(n for n, name in enumerate(sheet.columns) if name in columns)
            loose[hidden][_masked(sheet.rows[i], hidden)] += 1
    exact = {i: sheet.rows[i] for i in invalid if i >= 0}
    leftover: Counter[Row] = Counter()
    rows = _exported(sheet, path, found, marker)
    for row in rows:
        found.rows += 1
        if wanted[row]:
            wanted[row] -= 1
            found.present += 1
        elif any(wanted_here[_masked(row, hidden)] for hidden, wanted_here in loose.items()):
            leftover[row] += 1
    found.present += _match_loose(loose, leftover, Counter(exact.values()), found)
    missing = wanted.total() + sum(rows.total() for rows in loose.values())
    if missing:
        found.problems.append(f"{sheet.name}: {missing} approved rows are not there as approved")
    return found


def _match_loose(
    loose: dict[frozenset[int], Counter[Row]],
    leftover: Counter[Row],
    exact: Counter[Row],
    found: _Found,
) -> int:
    """Match rows that had invalid cells by their valid cells; count those whose cells changed."""
    matched = 0
    for hidden, rows in sorted(loose.items(), key=lambda item: sorted(item[0])):
        for row in list(leftover):
            masked = _masked(row, hidden)
            take = min(leftover[row], rows[masked])
            if take:
                rows[masked] -= take
                leftover[row] -= take
                matched += take
                found.healed += take - min(take, exact[row])
    return matched


def _exported(sheet: Sheet, path: Path, found: _Found, marker: _Marker) -> Iterator[Row]:
    """The exported rows in the sheet's column order, as far as the export has its columns."""
    csv.field_size_limit(CELL_LIMIT)
    with path.open(newline="", encoding="utf-8") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        places = {name: i for i, name in enumerate(header)}
        absent = [name for name in sheet.columns if name not in places]
        if absent:
            found.problems.append(f"{sheet.name}: the export has no column {', '.join(absent)}")
            return
        order = [places[name] for name in sheet.columns]
        for cells in reader:
            yield marker.exported([cells[i] for i in order])


def _masked(row: Row, hidden: frozenset[int]) -> Row:
    return tuple("" if i in hidden else cell for i, cell in enumerate(row))
