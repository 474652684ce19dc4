"""Checks: limits held against a preview before it is approved, and against an import after it.

A sheet's limit goes over the spec's, and that over the default. A limit is exceeded when its share
or its count is; every result is kept, so that what passed is shown with its figures too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from typing import Literal

from vernctl.diff.limits import DEFAULTS, LEAST, SMALL, Measure, exceeds, percent, written
from vernctl.diff.model import CheckResult, Diff, SheetDiff
from vernctl.snapshot.digest import short
from vernctl.snapshot.model import Snapshot
from vernctl.spec.model import CheckName, Checks, Limit, Override

#: (rows, rows with at least one invalid cell)
Counts = tuple[int, int]
Phase = Literal["preview", "import"]


def preview_checks(
    checks: Checks,
    diff: Diff,
    new: Snapshot,
    *,
    embedded: bool,
    today: date,
    unexplained: frozenset[str],
) -> tuple[CheckResult, ...]:
    """Every limit held against a preview and its diff to the approved one.

    Without an approved one nothing can be removed or grow: those checks are left out.
    ``unexplained`` are the slugs that differ though no input has changed: refused on the embedded
    server, whose previews depend on inputs alone, and shown elsewhere.
    """
    results: list[CheckResult] = []
    for sheet in diff.sheets:
        if not sheet.is_new:
            results += _against_base(checks, sheet)
        elif not sheet.rows:
            results.append(_result("rows", sheet.slug, "shown", "the sheet is empty"))
        results += _invalid(checks, sheet, first=sheet.is_new)
        if sheet.slug in unexplained or embedded:
            results += _unexplained(checks, sheet, embedded, sheet.slug in unexplained)
        results += _rows(checks, sheet.slug, sheet.sample_of, "preview")
        results += _filled(checks, sheet.slug, _filled_cells(sheet), "preview")
    results += [_dropped_sheet(slug) for slug in diff.dropped_sheets]
    results += _out_of_reach(checks, diff)
    return tuple(_with_override(checks.overrides, result, new.digest, today) for result in results)


def import_checks(
    checks: Checks,
    counts: Mapping[str, Counts],
    *,
    digest: str,
    today: date,
    approved: Snapshot | None = None,
    filled: Mapping[str, Mapping[str, Measure]] | None = None,
) -> tuple[CheckResult, ...]:
    """The limits that bind on every row, held against what was imported.

    ``counts``: slug → rows and invalid rows of the export. With ``approved`` the part of invalid
    rows is held against that of the approved sample, where the spec sets no limit of its own.
    ``filled``: slug → column → filled cells of how many.
    """
    results: list[CheckResult] = []
    for slug, (rows, invalid) in sorted(counts.items()):
        limit = _limit(checks, slug, "invalid_rows")
        sample = approved.sheet(slug) if approved else None
        if limit:
            results.append(_held("invalid_rows", slug, limit, Measure(invalid, rows), "import"))
        elif sample and sample.rows:
            before = Measure(sample.invalid_rows, len(sample.rows))
            results.append(_growth(slug, before, Measure(invalid, rows), "import"))
        results += _rows(checks, slug, rows, "import")
        results += _filled(checks, slug, (filled or {}).get(slug, {}), "import")
    return tuple(_with_override(checks.overrides, result, digest, today) for result in results)


def _against_base(checks: Checks, sheet: SheetDiff) -> Iterator[CheckResult]:
    """What can only be measured against an approved preview: removed, changed, dropped."""
    slug, before = sheet.slug, sheet.rows_before
    removed = Measure(len(sheet.removed), before)
    if before and not sheet.rows:
        limit = "an emptied sheet is refused"
        yield _result("removed_rows", slug, limit, f"all {before:,} rows", ok=False)
    else:
        limit_ = _limit(checks, slug, "removed_rows") or DEFAULTS["removed_rows"]
        yield _held("removed_rows", slug, limit_, removed)
    if changed := _limit(checks, slug, "changed_rows"):
        yield _held("changed_rows", slug, changed, Measure(len(sheet.changed), before))
    dropped = _limit(checks, slug, "dropped_columns") or DEFAULTS["dropped_columns"]
    measure = Measure(len(sheet.dropped_columns), len(sheet.columns_before))
    yield _held("dropped_columns", slug, dropped, measure, names=sheet.dropped_columns)


def _invalid(checks: Checks, sheet: SheetDiff, *, first: bool) -> Iterator[CheckResult]:
    now = Measure(sheet.invalid, sheet.rows)
    limit = _limit(checks, sheet.slug, "invalid_rows")
    if limit:
        yield _held("invalid_rows", sheet.slug, limit, now)
    elif not first:
        yield _growth(sheet.slug, Measure(sheet.invalid_before, sheet.rows_before), now)


def _growth(slug: str, before: Measure, now: Measure, phase: Phase = "preview") -> CheckResult:
    """The default of invalid_rows: the part of invalid rows may grow by so many points."""
    limit = DEFAULTS["invalid_rows"]
    share = limit.share or Decimal(0)
    grown = now.share - before.share
    over = grown > share and (now.total >= SMALL or now.count - before.count >= LEAST)
    return CheckResult(
        name="invalid_rows",
        sheet=slug,
        limit=f"grows by {percent(share)} at most",
        actual=f"{before.count:,} → {now.count:,} rows, by {percent(max(grown, Decimal(0)))}",
        ok=not over,
        phase=phase,
    )


def _unexplained(
    checks: Checks, sheet: SheetDiff, embedded: bool, differs: bool
) -> Iterator[CheckResult]:
    """Rows that differ though no input does."""
    touched = len(sheet.added) + len(sheet.removed) + len(sheet.changed)
    measure = Measure(max(1, touched) if differs else 0, max(1, touched, sheet.rows_before))
    limit = _limit(checks, sheet.slug, "unexplained")
    if limit or embedded:
        yield _held("unexplained", sheet.slug, limit or DEFAULTS["unexplained"], measure)
    else:
        yield _result("unexplained", sheet.slug, "shown", f"{measure.count:,} rows")


def _rows(checks: Checks, slug: str, rows: int | None, phase: Phase) -> Iterator[CheckResult]:
    """Least and most rows: they bind on all rows, which a sample may not know the number of."""
    limit = _limit(checks, slug, "rows")
    if limit is None:
        return
    parts = [f"at least {limit.min:,}"] if limit.min is not None else []
    parts += [f"at most {limit.count:,}"] if limit.count is not None else []
    wanted = ", ".join(parts)
    if rows is None:
        yield _result("rows", slug, wanted, "after import", phase="import")
        return
    short_of = limit.min is not None and rows < limit.min
    ok = not short_of and (limit.count is None or rows <= limit.count)
    yield _result("rows", slug, wanted, f"{rows:,}", ok=ok, phase=phase)


def _filled(
    checks: Checks, slug: str, cells: Mapping[str, Measure], phase: Phase
) -> Iterator[CheckResult]:
    """How much of a column must be filled. The spec's limits are for every sheet that has it."""
    own = checks.sheets[slug].filled if slug in checks.sheets else {}
    for column, least in {**checks.filled, **own}.items():
        wanted = f"{column} at least {percent(least)}"
        if column in cells:
            measure = cells[column]
            ok = measure.total == 0 or measure.share >= least
            yield _result("filled", slug, wanted, percent(measure.share), ok=ok, phase=phase)
        elif column in own and phase == "preview":
            yield _result("filled", slug, wanted, "no such column", ok=False)


def _filled_cells(sheet: SheetDiff) -> dict[str, Measure]:
    return {
        stats.column: Measure(stats.filled, sheet.rows)
        for stats in sheet.stats
        if stats.filled is not None
    }


def _dropped_sheet(slug: str) -> CheckResult:
    return _result(
        "removed_rows", slug, "an emptied sheet is refused", "the sheet is gone", ok=False
    )


def _out_of_reach(checks: Checks, diff: Diff) -> Iterator[CheckResult]:
    """Limits that name what is not there: shown, as a base spec may speak of more sheets than a
    customer has, and refused where the name is nearly that of something which is.
    """
    slugs = [sheet.slug for sheet in diff.sheets]
    for slug in checks.sheets:
        if slug not in slugs:
            ok, said = _nearest(slug, slugs, "no such sheet")
            yield _result("sheets", slug, "a sheet of this migration", said, ok=ok)
    columns = {name: None for sheet in diff.sheets for name in sheet.columns}
    for column, least in checks.filled.items():
        if column not in columns:
            ok, said = _nearest(column, columns, "no sheet has it")
            yield _result("filled", None, f"{column} at least {percent(least)}", said, ok=ok)


def _nearest(name: str, names: Iterable[str], said: str) -> tuple[bool, str]:
    near = get_close_matches(name, list(names), 1)
    return (False, f'{said} (did you mean "{near[0]}"?)') if near else (True, said)


def _limit(checks: Checks, slug: str, name: CheckName) -> Limit | None:
    """The sheet's limit, else the spec's, else None."""
    own = checks.sheets.get(slug)
    found: Limit | None = getattr(own, name, None) or getattr(checks, name)
    return found


def _held(
    name: str,
    slug: str,
    limit: Limit,
    measure: Measure,
    phase: Phase = "preview",
    names: Iterable[str] = (),
) -> CheckResult:
    wanted, actual = written(measure, limit)
    listed = ", ".join(names)
    actual = f"{actual} ({listed})" if listed else actual
    return _result(name, slug, wanted, actual, ok=not exceeds(measure, limit), phase=phase)


def _result(
    name: str,
    slug: str | None,
    limit: str,
    actual: str,
    *,
    ok: bool = True,
    phase: Phase = "preview",
) -> CheckResult:
    return CheckResult(
        name=name,
        sheet=slug,
        limit=limit,
        actual=actual,
        ok=ok,
        phase=phase,
    )


def _with_override(
    overrides: Iterable[Override], result: CheckResult, digest: str, today: date
) -> CheckResult:
    """A failed check under an override for exactly this digest; why another one does not count."""
    if result.ok:
        return result
    notes: list[str] = []
    for override in overrides:
        if override.check != result.name or override.sheet not in (None, result.sheet):
            continue
        if not digest.startswith(override.digest):
            notes.append(f"override is for {short(override.digest)}")
        elif date.fromisoformat(override.expires) < today:
            notes.append(f"override expired {override.expires}")
        else:
            return result.model_copy(update={"ok": True, "overridden": override.reason})
    said = f"{result.actual} ({'; '.join(notes)})" if notes else result.actual
    return result.model_copy(update={"actual": said})
