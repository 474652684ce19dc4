"""What a reviewer reads: equal changes counted, invalid cells by rule, column statistics."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from heapq import nsmallest

from vernctl.diff.kinds import Pair
from vernctl.diff.values import ChangeGroup, ChangeKind, ColumnStats, InvalidGroup
from vernctl.snapshot.rows import Sheet

EXAMPLES = 3


def group_changes(
    counts: Mapping[str, Counter[Pair]], kinds: Mapping[str, Mapping[Pair, ChangeKind]]
) -> tuple[ChangeGroup, ...]:
    """The changes of each column by kind, most frequent first; a mapping is a group of its own."""
    groups: list[tuple[int, ChangeGroup]] = []
    for place, (column, pairs) in enumerate(counts.items()):
        by_kind: defaultdict[tuple[ChangeKind, Pair | None], list[tuple[int, Pair]]]
        by_kind = defaultdict(list)
        for pair, count in pairs.items():
            kind = kinds[column][pair]
            by_kind[kind, pair if kind == "mapped" else None].append((count, pair))
        groups += [(place, _group(column, kind, found)) for (kind, _), found in by_kind.items()]
    groups.sort(key=lambda g: (-g[1].count, g[0], g[1].kind, g[1].old or "", g[1].new or ""))
    return tuple(group for _, group in groups)


def group_invalid(sheet: Sheet) -> tuple[InvalidGroup, ...]:
    """Invalid cells by column and rule, most frequent first."""
    counts = Counter((cell.column, cell.message) for cell in sheet.invalid)
    groups = [InvalidGroup(column=c, message=m, count=n) for (c, m), n in counts.items()]
    return tuple(sorted(groups, key=lambda group: (-group.count, group.column, group.message)))


def column_stats(old: Sheet | None, new: Sheet) -> tuple[ColumnStats, ...]:
    """Filled cells and distinct filled values before and after; dropped columns come last."""
    before, after = _stats(old) if old else {}, _stats(new)
    return tuple(
        ColumnStats(
            column=name,
            filled=after[name][0] if name in after else None,
            distinct=after[name][1] if name in after else None,
            filled_before=before[name][0] if name in before else None,
            distinct_before=before[name][1] if name in before else None,
        )
        for name in {**after, **before}
    )


def _group(column: str, kind: ChangeKind, found: list[tuple[int, Pair]]) -> ChangeGroup:
    first = nsmallest(EXAMPLES, found, key=lambda change: (-change[0], change[1]))
    same = found[0][1] if len(found) == 1 else (None, None)
    return ChangeGroup(
        column=column,
        kind=kind,
        count=sum(count for count, _ in found),
        old=same[0],
        new=same[1],
        examples=tuple(pair for _, pair in first),
    )


def _stats(sheet: Sheet) -> dict[str, tuple[int, int]]:
    """Column → (filled cells, distinct filled values); white space alone is not filled."""
    stats: dict[str, tuple[int, int]] = {}
    for i, name in enumerate(sheet.columns):
        counts = Counter([row[i] for row in sheet.rows])
        filled = [count for value, count in counts.items() if value.strip()]
        stats[name] = (sum(filled), len(filled))
    return stats
