"""The diff of two previews: exact, and the same for the same two tables."""

from __future__ import annotations

import gc
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from vernctl.diff.changes import (
    added_rows,
    changed_cells,
    changed_rows,
    count_changes,
    marks_of,
    order_of,
    projected,
    removed_rows,
    validity_changes,
)
from vernctl.diff.groups import column_stats, group_changes, group_invalid
from vernctl.diff.kinds import classify, classify_tokens
from vernctl.diff.match import Matching, Side, match_rows
from vernctl.diff.renames import (
    is_renamed,
    propose_columns,
    propose_keys,
    rename_columns,
    rename_keys,
)
from vernctl.diff.values import Diff, SheetDiff
from vernctl.snapshot.keys import Key, choose_key, key_values, unique_columns
from vernctl.snapshot.rows import KeySource, Sheet
from vernctl.snapshot.tokenform import as_shape

if TYPE_CHECKING:
    from vernctl.snapshot.model import Snapshot
    from vernctl.spec.model import Moved


def diff_snapshots(old: Snapshot | None, new: Snapshot) -> Diff:
    """Every sheet of two snapshots compared; ``old`` None is a first import: every row is added.

    A sheet's key is the spec's of the new snapshot, else a unique column of the template or a key
    found, verified on both sides, else none.
    """
    sheets: list[SheetDiff] = []
    for sheet in new.sheets:
        before = old.sheet(sheet.slug) if old else None
        key, source = _key(before, sheet, new)
        hidden = _tokens(new, sheet.slug)
        rekeyed = _rekeyed(old, new, sheet.slug) if before else ()
        moved = review.moved if (review := new.review.get(sheet.slug)) else None
        if before is not None and moved is not None:
            key, source = _key(rename_columns(before, sheet, moved.columns), sheet, new)
        sheets.append(
            diff_sheets(before, sheet, key, source, tokens=hidden, rekeyed=rekeyed, moved=moved)
        )
    slugs = {sheet.slug for sheet in new.sheets}
    return Diff(
        base_digest=old.digest if old else None,
        digest=new.digest,
        sheets=tuple(sheets),
        dropped_sheets=tuple(s.slug for s in (old.sheets if old else ()) if s.slug not in slugs),
    )


def diff_sheets(
    old: Sheet | None,
    new: Sheet,
    key: Sequence[str],
    key_source: KeySource,
    *,
    stats: bool = True,
    tokens: Collection[str] = (),
    rekeyed: Collection[str] = (),
    moved: Moved | None = None,
) -> SheetDiff:
    """Two sheets compared by a key (no columns: by likeness); ``old`` None: the sheet is new.

    Columns are the same where their names are, wherever they stand. A cell of an added column
    counts as filled, one of a dropped column is in ``dropped_columns`` alone. ``moved`` names what
    was renamed between the two. Without ``stats`` the columns are not counted, which takes longer
    than the rest on large tables.

    ``tokens`` names the columns whose cells are tokens; ``rekeyed`` those whose tokens were made
    with another key, or on one side only. No such cell equals its own token of before, so rows are
    matched by what else they have and by the shapes of these cells.

    :func:`vernctl.diff.apply.apply_diff` turns ``old`` into ``new`` by the result.
    """
    names, key_names = (moved.columns, moved.keys) if moved else ({}, {})
    renamed = _took_place(old, new, names)
    if old is not None:
        old = rename_columns(old, new, names)
    before = old or Sheet(slug=new.slug, name=new.name, columns=new.columns, rows=())
    with paused_collector():
        one, two = _sides(before, new, key, key_names)
        matching = _matching(one, two, new.columns, key_source if key else "none", rekeyed)
        partner = matching.partner
        changed = changed_cells(one, two, partner)
        counts = count_changes(changed, new.columns)
        kinds = {
            column: (classify_tokens if column in tokens else classify)(pairs)
            for column, pairs in counts.items()
        }
        return SheetDiff(
            slug=new.slug,
            name=new.name,
            key=tuple(key),
            key_source=key_source if key else "none",
            duplicate_keys=matching.duplicate_keys,
            columns=new.columns,
            columns_before=before.columns,
            rows=len(new.rows),
            rows_before=len(before.rows),
            sample_of=new.sample_of,
            is_new=old is None,
            added=added_rows(two, partner),
            removed=removed_rows(before, one, partner),
            changed=changed_rows(changed, kinds, new.columns),
            order=order_of(partner, changed),
            groups=group_changes(counts, kinds),
            invalid=new.invalid_rows,
            invalid_before=before.invalid_rows,
            invalid_groups=group_invalid(new),
            validity=validity_changes(before, new, two, partner),
            stats=column_stats(before if old else None, new) if stats else (),
            moved_columns=renamed,
            proposed_columns=propose_columns(before, new, partner),
            proposed_keys=propose_keys(one, two, partner, _places(new, key)),
        )


def _sides(
    old: Sheet, new: Sheet, key: Sequence[str], names: Mapping[str, str]
) -> tuple[Side, Side]:
    """Both tables under the columns of the new one; ``names`` are new names of old keys."""
    old_keys = rename_keys(key_values(old, key), names) if key else ()
    new_keys = key_values(new, key) if key else ()
    return (
        Side(projected(old, new.columns), old_keys, marks_of(old)),
        Side(new.rows, new_keys, marks_of(new)),
    )


def _matching(
    one: Side, two: Side, columns: Sequence[str], source: KeySource, rekeyed: Collection[str]
) -> Matching:
    if not rekeyed:
        return match_rows(one, two, source)
    at = frozenset(i for i, name in enumerate(columns) if name in rekeyed)
    return match_rows(_shapes(one, at), _shapes(two, at), "none")


def _took_place(
    old: Sheet | None, new: Sheet, renames: Mapping[str, str]
) -> tuple[tuple[str, str], ...]:
    """The confirmed renames that these two tables show."""
    before = old.columns if old is not None else ()
    return tuple((a, b) for a, b in renames.items() if is_renamed(a, b, before, new.columns))


def _places(sheet: Sheet, key: Sequence[str]) -> list[int]:
    return [sheet.columns.index(name) for name in key]


def _tokens(snapshot: Snapshot, slug: str) -> tuple[str, ...]:
    review = snapshot.review.get(slug)
    return review.tokens if review else ()


def _rekeyed(old: Snapshot | None, new: Snapshot, slug: str) -> frozenset[str]:
    """The columns whose cells are tokens of another key, or on one side only."""
    if old is None:
        return frozenset()
    before, after = frozenset(_tokens(old, slug)), frozenset(_tokens(new, slug))
    return before | after if old.token_key != new.token_key else before ^ after


def _shapes(side: Side, at: Collection[int]) -> Side:
    """The side without keys, with shapes for the cells in these places."""
    rows = [tuple(as_shape(c) if i in at else c for i, c in enumerate(row)) for row in side.rows]
    return Side(rows, (), {})


def _key(old: Sheet | None, new: Sheet, snapshot: Snapshot) -> tuple[Key, KeySource]:
    review = snapshot.review.get(new.slug)
    stated = review.key if review and review.key_source == "spec" else ()
    sides = [new] if old is None else [old, new]
    return choose_key(sides, stated, unique_columns(snapshot.inputs.definitions, new.slug))


@contextmanager
def paused_collector() -> Iterator[None]:
    """No cyclic collection while many small values are built: there are no cycles among them."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
