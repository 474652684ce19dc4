"""For every column of a sheet: the source columns of one table that explain it, or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from vernctl.diff.readings import (
    RECODED,
    ColumnPair,
    Reading,
    direct_reading,
    joined_reading,
    part_reading,
    recoded_reading,
    whole_reading,
)

#: Readings whose shares differ by less are equally good; then only the names can tell.
CLOSE = 0.02
#: Names less alike than this say nothing.
ALIKE = 0.6


@dataclass(frozen=True)
class Found:
    """The best reading of a column, and the source columns that could be it as well."""

    reading: Reading | None
    suspects: tuple[int, ...] = ()


def read_column(
    name: str, new: Sequence[str], old: Sequence[Sequence[str]], names: Sequence[str]
) -> Found:
    """Read one target column off. ``new`` are its cells in the aligned rows, ``old`` those of each
    source column, ``names`` what the source columns are called.
    """
    filled = [source for source, cells in enumerate(old) if any(map(str.strip, cells))]
    if not any(map(str.strip, new)):
        return Found(None)
    pairs = {i: ColumnPair(i, Counter(zip(old[i], new, strict=True))) for i in filled}
    likeness = {i: alike(name, names[i]) for i in filled}
    direct = _choose([r for p in pairs.values() if (r := direct_reading(p))], likeness)
    if direct.reading and direct.reading.direct >= RECODED:
        return replace(direct, reading=_with_second(direct.reading, new, old, likeness))
    if direct.suspects:
        return direct
    recoded = _recoded(pairs, direct.reading, likeness)
    if recoded.reading or recoded.suspects:
        return recoded
    if direct.reading:
        return replace(direct, reading=_with_second(direct.reading, new, old, likeness))
    parts = _choose([r for i in filled if (r := part_reading(i, old[i], new))], likeness)
    if parts.reading:
        pair = pairs[parts.reading.sources[0]]
        if pair.direct() >= RECODED:  # whole values: what is not there was blanked
            return replace(parts, reading=whole_reading(pair, pair.direct()))
    if parts.reading or parts.suspects:
        return parts
    return Found(joined_reading([(i, old[i]) for i in filled], new))


def alike(one: str, other: str) -> float:
    """How alike two column names are, from 0 to 1."""
    a, b = (" ".join(re.findall(r"[^\W_]+", name.casefold())) for name in (one, other))
    return SequenceMatcher(None, a, b, autojunk=False).ratio() if a and b else 0.0


def _recoded(
    pairs: Mapping[int, ColumnPair], direct: Reading | None, likeness: Mapping[int, float]
) -> Found:
    """A recoding; where a direct reading explains most, only one of the same column."""
    among = [pairs[direct.sources[0]]] if direct else list(pairs.values())
    found = [reading for pair in among if (reading := recoded_reading(pair))]
    return _choose(found, likeness)


def _choose(readings: Sequence[Reading], likeness: Mapping[int, float]) -> Found:
    """The reading that explains most; among close ones the one whose name is most alike."""
    if not readings:
        return Found(None)

    def merit(reading: Reading) -> tuple[float, float]:
        return reading.direct, reading.explained / max(1, reading.compared)

    best = max(map(merit, readings))
    close = [r for r in readings if all(b - m < CLOSE for b, m in zip(best, merit(r), strict=True))]
    close = close or [max(readings, key=merit)]
    if len(close) == 1:
        return Found(close[0])
    close.sort(key=lambda r: -likeness[r.sources[0]])
    first, second = (likeness[r.sources[0]] for r in close[:2])
    suspects = tuple(reading.sources[0] for reading in close)
    if first >= ALIKE and first > second:
        return Found(close[0])
    return Found(None, suspects)


def _with_second(
    reading: Reading,
    new: Sequence[str],
    old: Sequence[Sequence[str]],
    likeness: Mapping[int, float],
) -> Reading:
    """The same reading with the column that stands in where the first one is blank."""
    main = reading.sources[0]
    rows = [i for i, cell in enumerate(new) if cell.strip() and not old[main][i].strip()]
    if len(rows) < 2:
        return reading
    cells = [new[i] for i in rows]
    others = []
    for source in likeness:
        pair = ColumnPair(source, Counter(zip((old[source][i] for i in rows), cells, strict=True)))
        other = direct_reading(pair) if source != main else None
        if other and other.direct >= 0.5:
            others.append(other)
    second = _choose(others, likeness).reading
    if second is None:
        return reading
    explained = reading.explained + second.explained
    return replace(
        reading,
        sources=(main, *second.sources),
        explained=explained,
        edited=reading.edited + second.edited,
        filled_in=reading.filled_in - len(rows) + second.filled_in,
    )
