"""How a column was made of a source column, read off from aligned rows.

Every reading must beat chance: what two columns would share if their rows were shuffled is taken
off before a share is believed. What no reading explains is ``unknown``.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from vernctl.diff.kinds import Pair, fold_spaces, may_be_equal
from vernctl.diff.model import Recoding

#: A reading explains at least this part of the filled cells …
LEAST = 0.6
#: … and this part of what chance would not.
BEYOND_CHANCE = 0.5
#: A recoding, which bends to any data, must explain nearly all.
RECODED = 0.97
#: Pairs that are tried before a costly comparison is made on all.
TRIAL = 40

_WORD = re.compile(r"\w+")
#: From the least change to the greatest: a column is described by the greatest that it shows.
HOWS = (
    "unchanged",
    "unchanged in part",
    "white space trimmed",
    "lower case",
    "upper case",
    "reformatted",
    "recoded",
    "a part of it",
    "joined",
)


@dataclass(frozen=True)
class Reading:
    """One way to explain a target column. ``explained`` of ``compared`` aligned rows; ``direct``
    is the part of its filled cells that are a source cell's own value. ``edited``, ``blanked`` and
    ``filled_in`` count the rows that it does not account for, as a column's origin has them.
    """

    how: str
    sources: tuple[int, ...]
    explained: int
    compared: int
    direct: float = 0.0
    recodings: tuple[Recoding, ...] = ()
    edited: int = 0
    blanked: int = 0
    filled_in: int = 0

    @property
    def share(self) -> Decimal:
        """The explained part of the compared rows, to a thousandth."""
        return (Decimal(self.explained) / max(1, self.compared)).quantize(Decimal("0.001"))


@dataclass
class ColumnPair:
    """A source and a target column over the aligned rows, as counted pairs of cells."""

    source: int
    pairs: Counter[Pair]
    equal: set[Pair] = field(default_factory=set)

    def __post_init__(self) -> None:
        unequal: list[Pair] = []
        for pair in self.pairs:
            if fold_spaces(pair[0]).casefold() == fold_spaces(pair[1]).casefold():
                self.equal.add(pair)
            elif pair[0].strip() and pair[1].strip():
                unequal.append(pair)
        trial = sorted(unequal)[:: max(1, len(unequal) // TRIAL)][:TRIAL]
        if sum(may_be_equal(*pair) for pair in trial) > len(trial) * 0.2:
            self.equal.update(pair for pair in unequal if may_be_equal(*pair))

    @property
    def rows(self) -> int:
        """Aligned rows."""
        return self.pairs.total()

    def filled(self) -> int:
        """Aligned rows in which the target is filled."""
        return sum(count for (_, new), count in self.pairs.items() if new.strip())

    def direct(self) -> float:
        """The part of the filled target cells that has the source's value."""
        hits = sum(self.pairs[pair] for pair in self.equal if pair[1].strip())
        return hits / max(1, self.filled())

    def explained(self) -> int:
        """Rows whose target has the source's value, blanks with blanks."""
        return sum(self.pairs[pair] for pair in self.equal)

    def apart(self) -> Apart:
        """The rows whose cells are not of one value."""
        return apart(self.pairs, self._is_equal)

    def _is_equal(self, old: str, new: str) -> bool:
        return (old, new) in self.equal

    def by_chance(self) -> float:
        """The direct part that shuffled rows would show."""
        old: Counter[str] = Counter()
        new: Counter[str] = Counter()
        for (before, after), count in self.pairs.items():
            if after.strip():
                old[fold_spaces(before).casefold()] += count
                new[fold_spaces(after).casefold()] += count
        total = max(1, new.total())
        return sum(count * old[value] for value, count in new.items()) / total**2


def direct_reading(pair: ColumnPair) -> Reading | None:
    """The target is the source, at most written otherwise."""
    share = pair.direct()
    if share < LEAST or not beats_chance(share, pair.by_chance()):
        return None
    return whole_reading(pair, share)


def whole_reading(pair: ColumnPair, share: float) -> Reading:
    """The reading of a target whose cells are, as far as they are filled, the source's own."""
    how, apart = _how(pair), pair.apart()
    if how == "unchanged" and any(apart):
        how = "unchanged in part"
    return Reading(how, (pair.source,), pair.explained(), pair.rows, share, (), *apart)


class Apart(NamedTuple):
    """Rows that a reading does not account for: another value, none, or one out of nothing."""

    edited: int
    blanked: int
    filled_in: int


def apart(pairs: Counter[Pair], holds: Callable[[str, str], bool]) -> Apart:
    """Count the rows that are not as ``holds`` says; blanks are equal to blanks."""
    edited = blanked = filled_in = 0
    for (old, new), count in pairs.items():
        if not new.strip():
            blanked += count if old.strip() else 0
        elif not old.strip():
            filled_in += count
        elif not holds(old, new):
            edited += count
    return Apart(edited, blanked, filled_in)


def beats_chance(share: float, chance: float) -> bool:
    """True where the share is well above what chance gives."""
    return chance < 1 and (share - chance) / (1 - chance) >= BEYOND_CHANCE


def recoded_reading(pair: ColumnPair) -> Reading | None:
    """Each source value became one target value; both columns have few values, often repeated."""
    by_old: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (old, new), count in pair.pairs.items():
        by_old[fold_spaces(old)][new] += count
    filled = {old: news for old, news in by_old.items() if any(new.strip() for new in news)}
    best = {old: max(sorted(news), key=lambda new: news[new]) for old, news in filled.items()}
    repeated = sum(filled[old][new] for old, new in best.items() if filled[old][new] > 1)
    total = sum(news.total() for news in filled.values())
    targets: Counter[str] = Counter()
    for news in filled.values():
        targets.update(news)
    few = len(filled) <= max(3, total // 5) and len(targets) > 1
    if not few or repeated < RECODED * total:
        return None
    chance = max(targets.values()) / total
    if not (repeated / total - chance) / (1 - chance) >= 0.9:
        return None
    explained = repeated + sum(n.total() for old, n in by_old.items() if old not in filled)
    if all(fold_spaces(old).casefold() == fold_spaces(new).casefold() for old, new in best.items()):
        return whole_reading(pair, pair.direct())
    is_part = all(_find(_words(old), _words(new)) >= 0 for old, new in best.items())
    found = {} if is_part else {old: (new, filled[old][new]) for old, new in best.items()}
    return Reading(
        "a part of it" if is_part else "recoded",
        (pair.source,),
        explained,
        pair.rows,
        pair.direct(),
        recodings_of(found),
        *apart(pair.pairs, lambda old, new: best.get(fold_spaces(old)) == new),
    )


def recodings_of(mapping: dict[str, tuple[str, int]]) -> tuple[Recoding, ...]:
    """Target value ← the source values that became it, where any of them is another value."""
    by_new: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for old, (new, count) in mapping.items():
        by_new[new].append((old, count))
    found = [
        Recoding(
            old=tuple(old for old, _ in sorted(olds, key=lambda o: (-o[1], o[0]))),
            new=new,
            count=sum(count for _, count in olds),
        )
        for new, olds in by_new.items()
        if any(fold_spaces(old).casefold() != fold_spaces(new).casefold() for old, _ in olds)
    ]
    return tuple(sorted(found, key=lambda recoding: (-recoding.count, recoding.new)))


def part_reading(source: int, old: Sequence[str], new: Sequence[str]) -> Reading | None:
    """The target is a run of whole words of the source."""
    return _worded(source, old, new, lambda a, b: _find(_words(a), _words(b)) >= 0, "a part of it")


def joined_reading(
    columns: Sequence[tuple[int, Sequence[str]]], new: Sequence[str]
) -> Reading | None:
    """The target's words are those of two or three source columns, one after the other."""
    inside: list[tuple[float, int, Sequence[str]]] = []
    for source, old in columns:
        reading = _worded(source, old, new, lambda a, b: _find(_words(b), _words(a)) >= 0, "joined")
        if reading:
            starts = [
                _find(_words(b), _words(a)) for a, b in zip(old, new, strict=True) if a.strip()
            ]
            inside.append((sum(starts) / max(1, len(starts)), source, old))
    inside.sort(key=lambda found: found[:2])
    for size in (2, 3):
        for first in range(len(inside) - size + 1):
            chosen = inside[first : first + size]
            whole = [
                [word for _, _, old in chosen for word in _words(old[row])] == _words(cell)
                for row, cell in enumerate(new)
            ]
            filled = [ok for ok, cell in zip(whole, new, strict=True) if cell.strip()]
            if filled and sum(filled) >= 0.9 * len(filled):
                sources = tuple(source for _, source, _ in chosen)
                edited = len(filled) - sum(filled)
                return Reading("joined", sources, sum(whole), len(new), edited=edited)
    return None


def decides(old: Sequence[str], new: Sequence[str]) -> bool:
    """True where equal source cells have equal target cells in nearly all rows: a recoding that
    nothing excludes, though nothing may prove it either.
    """
    by_old: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for before, after in zip(old, new, strict=True):
        by_old[fold_spaces(before)][after] += 1
    return sum(max(news.values()) for news in by_old.values()) >= 0.9 * len(new)


def shared_words(old: Sequence[str], new: Sequence[str]) -> float:
    """The part of the rows in which two columns have a word in common, beyond chance."""

    def overlap(a: str, b: str) -> bool:
        return bool(set(_words(a)) & set(_words(b)))

    return _share(old, new, overlap) - _share(_shifted(old), new, overlap)


def _how(pair: ColumnPair) -> str:
    """The greatest change of writing among the pairs of one value."""
    found = "unchanged"
    changed = [(a, b) for a, b in pair.equal if a != b and b.strip()]
    if changed:
        tests: tuple[tuple[str, Callable[[str], str]], ...] = (
            ("white space trimmed", fold_spaces),
            ("lower case", lambda text: fold_spaces(text).lower()),
            ("upper case", lambda text: fold_spaces(text).upper()),
        )
        found = next(
            (how for how, change in tests if all(change(a) == b for a, b in changed)),
            "reformatted",
        )
    return found


def _worded(
    source: int,
    old: Sequence[str],
    new: Sequence[str],
    holds: Callable[[str, str], bool],
    how: str,
) -> Reading | None:
    trial = range(0, len(new), max(1, len(new) // TRIAL))
    if _share([old[i] for i in trial], [new[i] for i in trial], holds) < LEAST:
        return None
    share = _share(old, new, holds)
    if share < 0.9 or not beats_chance(share, _share(_shifted(old), new, holds)):
        return None
    both = sum(holds(a, b) or not b.strip() for a, b in zip(old, new, strict=True))
    others = apart(Counter(zip(old, new, strict=True)), holds)
    return Reading(how, (source,), both, len(new), 0.0, (), *others)


def _share(old: Iterable[str], new: Iterable[str], holds: Callable[[str, str], bool]) -> float:
    pairs = [(a, b) for a, b in zip(old, new, strict=True) if a.strip() and b.strip()]
    return sum(holds(a, b) for a, b in pairs) / len(pairs) if pairs else 0.0


def _shifted(cells: Sequence[str]) -> list[str]:
    """The same cells, each in another row: what chance would put side by side."""
    by = max(1, len(cells) // 3)
    return [*cells[by:], *cells[:by]]


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _find(words: Sequence[str], run: Sequence[str]) -> int:
    """Where the run of words stands among the words, -1 where it does not or is empty."""
    size = len(run)
    if not size:
        return -1
    return next((i for i in range(len(words) - size + 1) if words[i : i + size] == run), -1)
