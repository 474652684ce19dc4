"""Cells as tokens: what a snapshot holds where customer cells may not stand in git.

A token is ``~1~<16 hex>~<8 hex>~<shape>``: the format's number; HMAC-SHA256 of the cell, cut to 64
bits; HMAC-SHA256 of the cell's normal form, cut to 32 bits; and the cell's shape. The key of both
is derived per customer (external_id), sheet and column, so equal cells of two customers or two
columns have unlike tokens. Equal first parts: the same cell. Equal second parts: the same value,
written otherwise (white space, case, a date, number or phone in another form). A blank cell stays
as it is.

What a token tells to someone without the key: which rows of its column are equal, and the shape.
Normal form and shape are part of the format: a change of either changes every digest.
"""

from __future__ import annotations

import hmac
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

from vernctl.snapshot.rows import Heal, InvalidCell, Row, Sheet
from vernctl.snapshot.tokenform import PREFIX, mark_of, shape, value_of
from vernctl.spec.model import Review

_QUOTED = re.compile(r"\"[^\"]*\"|“[^”]*”|«[^»]*»|‘[^’]*’|`[^`]*`|(?<!\w)'[^']*'(?!\w)", re.DOTALL)
COVERED = '"…"'

_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
_YMD = re.compile(r"(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:[t ]00:00(?::00(?:\.0+)?)?)?")
_DMY = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?: 00:00(?::00)?)?")
_NAMED = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th)?[ .\-]+)?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)"
    r"[a-z]{0,6}\.?(?: +(\d{1,2})(?:st|nd|rd|th)?)?[ ,\-]+(\d{4})"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMBER = re.compile(r"([+-]?)((?:0|[1-9][0-9]*)|[1-9][0-9]{0,2}(?:,[0-9]{3})+)(\.[0-9]+)?")
_PHONE = re.compile(r"\+?[0-9\s().\-/]{7,}")
_SEPARATORS = re.compile(r"[.,;:\"()/\-‐‑–—\s]+")
_DIGIT_RUNS = re.compile(r"\d[\d.,/:\-]*")


class Column:
    """Makes the tokens of one column; each distinct cell is hashed once."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._known: dict[str, str] = {}

    def token(self, cell: str) -> str:
        """The token of a cell; a blank one as it is."""
        known = self._known.get(cell)
        if known is None:
            known = self._known[cell] = self._made(cell)
        return known

    def token_of(self, text: str) -> str:
        """The token of what a person wrote: of a cell, or already a token, as diffs show it."""
        return text if value_of(text) is not None else self.token(text)

    def mark(self, cell: str) -> str:
        """The first part of the cell's token alone, as :func:`mark_of` reads it off a token."""
        return cell if _is_blank(cell) else self._mac("cell", cell)[:16]

    def _made(self, cell: str) -> str:
        if _is_blank(cell):
            return cell
        value = self._mac("value", normal_form(cell))[:8]
        return f"{PREFIX}{self.mark(cell)}~{value}~{shape(cell)}"

    def _mac(self, what: str, text: str) -> str:
        message = f"{what}\0{text}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, message, "sha256").hex()


class Tokeniser:
    """Makes the tokens of one customer. ``key`` is the secret; it is in no value and no message."""

    def __init__(self, key: str, external_id: str) -> None:
        self._key = hmac.digest(key.encode(), f"vernctl\0{external_id}".encode(), "sha256")

    @property
    def fingerprint(self) -> str:
        """What tells two keys apart, and nothing else of them (8 hex)."""
        return hmac.digest(self._key, b"fingerprint", "sha256").hex()[:8]

    def column(self, slug: str, name: str) -> Column:
        """The maker of one column's tokens."""
        place = f"{slug}\0{name}".encode("utf-8", "surrogatepass")
        return Column(hmac.digest(self._key, place, "sha256"))

    def hide(self, sheet: Sheet, columns: Iterable[str]) -> Sheet:
        """The sheet with these columns as tokens. What their rules say about a cell is kept
        without the values that it quotes, what was mended in one without the example."""
        hidden = frozenset(columns)
        if not hidden:
            return sheet
        names = sheet.columns
        makers = [self.column(sheet.slug, name).token if name in hidden else str for name in names]
        rows = tuple(
            tuple(make(cell) for make, cell in zip(makers, row, strict=True)) for row in sheet.rows
        )
        at = [i for i, name in enumerate(names) if name in hidden]
        invalid = {
            InvalidCell(
                row,
                column,
                covered(message, [sheet.rows[row][i] for i in at] if row >= 0 else ()),
            )
            for row, column, message in sheet.invalid
        }
        heals = tuple(
            Heal(heal.column, covered(heal.what), heal.cells, None, None)
            if heal.column in hidden
            else heal
            for heal in sheet.heals
        )
        return sheet.model_copy(
            update={"rows": rows, "invalid": tuple(sorted(invalid)), "heals": heals}
        )


def hidden_columns(review: Review, slug: str, columns: Sequence[str]) -> tuple[str, ...]:
    """The columns of a sheet that a spec wants as tokens."""
    if review.cells == "tokens":
        plain = review.plain.get(slug, ())
        return tuple(name for name in columns if name not in plain)
    redacted = review.redact.get(slug, ())
    return tuple(name for name in columns if name in redacted)


def hides(review: Review) -> bool:
    """True where a spec wants any cell as a token."""
    return review.cells == "tokens" or any(review.redact.values())


def covered(text: str, cells: Iterable[str] = ()) -> str:
    """A service's sentence without what it quotes, and without these cells where they stand in it
    as whole words."""
    text = _QUOTED.sub(COVERED, text)
    for cell in sorted((cell for cell in cells if not _is_blank(cell)), key=len, reverse=True):
        if cell in text:
            text = re.sub(rf"(?<!\w){re.escape(cell)}(?!\w)", "…", text)
    return text


def normal_form(cell: str) -> str:
    """The same text for the same value, however it is written; what may be read in two ways is
    only freed of case, white space and punctuation.
    """
    text = " ".join(unicodedata.normalize("NFC", cell.translate(_INVISIBLE)).casefold().split())
    day = _day(text)
    if day is not None:
        return f"day {day.isoformat()}"
    if number := _NUMBER.fullmatch(text):
        return _number(number) or f"text {text}"
    if _PHONE.fullmatch(text) and any(c.isdigit() for c in text):
        digits = re.sub(r"\D", "", text)
        return f"number +{digits}" if text.startswith("+") else f"number {digits}"
    if "@" in text or "://" in text or not any(map(str.isalpha, text)):
        return f"text {text}"
    words = " ".join(word for word in _SEPARATORS.split(text.replace("’", "'")) if word)
    return f"words {words} {' '.join(_DIGIT_RUNS.findall(text))}"


def _number(found: re.Match[str]) -> str | None:
    """The number that a text is; None where ``1,234`` or ``1.234`` may be a thousand or one."""
    sign, whole, part = found[1].replace("+", ""), found[2], found[3] or ""
    grouped = whole.count(",")
    if (grouped == 1 and not part) or (not grouped and len(part) == 4 and len(whole) < 4):
        return None
    part = part.rstrip("0").rstrip(".")
    return f"number {sign}{whole.replace(',', '')}{part}"


def _day(text: str) -> date | None:
    """The one day that a text can be; None where it is none, or may be two."""
    if found := _YMD.fullmatch(text):
        return _date(found[1], found[3], found[4])
    if found := _DMY.fullmatch(text):
        days = {_date(found[4], found[3], found[1]), _date(found[4], found[1], found[3])} - {None}
        return days.pop() if len(days) == 1 else None
    if found := _NAMED.fullmatch(text):
        before, month, after, year = found.groups()
        if (before is None) != (after is None):
            return _date(year, str(_MONTHS.index(month) + 1), before or after)
    return None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _is_blank(cell: str) -> bool:
    return not cell.translate(_INVISIBLE).strip()


def marks(sheet: Sheet, columns: Iterable[str]) -> tuple[Row, ...]:
    """The rows of a tokenised sheet with :func:`mark_of` its tokenised cells."""
    hidden = frozenset(columns)
    readers = [mark_of if name in hidden else str for name in sheet.columns]
    return tuple(
        tuple(read(cell) for read, cell in zip(readers, row, strict=True)) for row in sheet.rows
    )
