"""Records torn by a delimiter that nobody quoted: ``Rua do Paço, 67`` in a file parted by commas.

Such a record has a cell too many, and every cell after the tear stands under the wrong column. It
is put together only where the file itself leaves one reading: a torn sentence goes on with a
blank, no other cell of the file begins with one, and all typed columns agree. Else it is rejected.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from vernctl.engine.kinds import kinds_of
from vernctl.engine.readers.table import Dialect

#: Kinds that many words have by chance; a column's cells must share a stricter one to be a witness.
_LOOSE = frozenset(("code", "name", "words", "domain", "boolean"))
#: What databases write where there is no value, case folded.
NOTHING = ("", "null", "(null)", "<null>", "[null]", "\\n", "n/a", "#n/a", "nan", "none")
#: Fewer whole records than this prove nothing about a file.
_LEAST = 3


class Mender:
    """Puts torn records of one table together, as far as that is certain.

    ``rows``: records of the table that are as wide as its header (a sample of them).
    """

    def __init__(self, rows: Sequence[Sequence[str]], dialect: Dialect) -> None:
        self._rows = rows
        self._delimiter = dialect.delimiter
        self._quote = dialect.quote

    def mend(self, cells: Sequence[str], text: str) -> list[str] | None:
        """The record with its torn cells joined; None where that is not certain.

        ``text`` is the record as the file has it: a cell in quotes ends where they say.
        """
        if not self._able:
            return None
        joined: list[str] = []
        for cell in cells:
            if cell.startswith(" ") and joined and not self._is_quoted(cell, text):
                joined[-1] += self._delimiter + cell
            else:
                joined.append(cell)
        if len(joined) != len(self._rows[0]) or len(joined) == len(cells):
            return None
        return joined if all(map(_fits, joined, self._kinds)) else None

    def _is_quoted(self, cell: str, text: str) -> bool:
        quote = self._quote
        return bool(quote) and f"{quote}{cell.replace(quote, quote * 2)}{quote}" in text

    # Hardly any file is torn: what its cells are is looked at where the first torn record is.
    @cached_property
    def _able(self) -> bool:
        blanks = any(cell.startswith(" ") for row in self._rows for cell in row)
        return len(self._rows) >= _LEAST and not blanks

    @cached_property
    def _kinds(self) -> list[frozenset[str]]:
        return [_common_kinds(column) for column in zip(*self._rows, strict=True)]


def _common_kinds(values: Sequence[str]) -> frozenset[str]:
    """The strict kinds that every filled value has; none where there are no values."""
    told = (value.strip() for value in values)
    kinds = [kinds_of(value) for value in told if value.casefold() not in NOTHING]
    common = frozenset.intersection(*map(frozenset, kinds)) if kinds else frozenset()
    return common - _LOOSE


def _fits(cell: str, kinds: frozenset[str]) -> bool:
    told = cell.strip()
    return not kinds or told.casefold() in NOTHING or not kinds.isdisjoint(kinds_of(told))
