"""How many of a column's values another column has, from sketches of both."""

from __future__ import annotations

from vernctl.engine.profile import ColumnProfile


def containment(inner: ColumnProfile, outer: ColumnProfile) -> float:
    """The share of ``inner``'s distinct values (trimmed, case folded) that ``outer`` has, 0 to 1.

    Exact up to 256 distinct values on both sides, an estimate from the lowest hashes above.
    """
    if not inner.sketch or not outer.sketch:
        return 0.0
    # Below the lower of the two ceilings both sketches are complete.
    ceiling = min(
        inner.sketch[-1] if inner.distinct > len(inner.sketch) else 1 << 64,
        outer.sketch[-1] if outer.distinct > len(outer.sketch) else 1 << 64,
    )
    ours = [value for value in inner.sketch if value <= ceiling]
    theirs = frozenset(value for value in outer.sketch if value <= ceiling)
    return sum(1 for value in ours if value in theirs) / len(ours) if ours else 0.0
