"""Operations that mend what a system did to a cell: words for nothing, mangled letters, links."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Literal

from sqlglot import exp

from vernctl.engine.recipe.base import (
    RecipeValue,
    call,
    choose,
    matches,
    regex_replace,
    text,
    trimmed,
)

#: A host with at least one dot, and what may follow it.
_ADDRESS = r"^(?:[\pL\pN](?:[\pL\pN-]*[\pL\pN])?\.)+\pL{2,}(?::\d+)?(?:[/?#]\S*)?$"


class Blank(RecipeValue):
    """A cell that holds nothing but one of these words, exactly so written, becomes blank."""

    op: Literal["blank"] = "blank"
    words: tuple[str, ...]

    def build(self, cell: exp.Expr) -> exp.Expr:
        found = exp.In(this=trimmed(cell), expressions=[text(word) for word in self.words])
        return choose(found, text(""), cell)

    def describe(self) -> str:
        return f"{', '.join(self.words)} made blank"


class Unmangle(RecipeValue):
    """Letters that were written as UTF-8 and read in a Western code page are put right."""

    op: Literal["unmangle"] = "unmangle"
    letters: Mapping[str, str]

    def build(self, cell: exp.Expr) -> exp.Expr:
        for mangled, letter in self.letters.items():
            cell = call("REPLACE", cell, text(mangled), text(letter))
        return cell

    def describe(self) -> str:
        pairs = ", ".join(f"{mangled} → {letter}" for mangled, letter in self.letters.items())
        return f"letters read in the wrong encoding put right: {pairs}"


class WebAddress(RecipeValue):
    """A bare host gets ``https://`` in front, and a scheme is in lower case."""

    op: Literal["web_address"] = "web_address"

    def build(self, cell: exp.Expr) -> exp.Expr:
        clean = trimmed(cell)
        lowered = regex_replace(clean, r"^(?i:https)://", "https://")
        lowered = regex_replace(lowered, r"^(?i:http)://", "http://")
        return choose(matches(clean, _ADDRESS), call("CONCAT", text("https://"), clean), lowered)

    def describe(self) -> str:
        return "web address with its scheme"


@lru_cache(maxsize=1)
def mangled_letters() -> Mapping[str, str]:
    """What each letter and mark looks like after UTF-8 was read as Windows-1252, where that
    cannot be meant: no language has these signs side by side."""
    letters = [chr(code) for code in (*range(0xA1, 0x180), *map(ord, "‘’“”–—…€•™ŠŽšž"))]
    found: dict[str, str] = {}
    for letter in letters:
        seen = "".join(_western(byte) for byte in letter.encode())
        told = seen[0] == "Ã" or not seen[1].isalpha()
        if len(seen) > 2 or (told and seen[1] not in "‘’“”…"):
            found[seen] = letter
    return dict(sorted(found.items(), key=lambda pair: (-len(pair[0]), pair[0])))


def _western(byte: int) -> str:
    try:
        return bytes([byte]).decode("cp1252")
    except UnicodeDecodeError:
        return chr(byte)
