"""How alike two column names are: words, concepts, abbreviations, and names without vowels.

A name becomes *units*: concepts of the lexicon where its words are known ("Vorname" is the
"first name"), its plain words where not. Units are aligned one to one, each with a weight for how
much it says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from vernctl.engine.lexicon import CONCEPTS, JOINED, LONGEST, NEAR, QUALIFIERS, TERMS, TOGETHER

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORDS = re.compile(r"[^\W_]+")
_PARTS = re.compile(r"\d+|\D+")
_SPELLED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_LITTLE = frozenset(
    ("pro", "dla", "para", "per", "pour", "fur", "voor",
     "the", "a", "an", "of", "at", "on", "in", "for", "to", "by", "and", "or", "der", "die", "das",
     "des", "de", "du", "la", "le", "les", "el", "los", "il", "lo", "van", "het", "een", "und",
     "et", "y", "e", "da", "do", "di", "del", "della", "von", "zu", "zum")
)  # fmt: skip
#: What stands before the lesser part of a name: "message *for* payee" is a message.
_BEFORE_LESSER = frozenset(
    ("of", "for", "to", "by", "fur", "fuer", "von", "pour", "para", "per", "pro", "dla", "voor")
)
_LESSER = 0.4
#: Units that score less have nothing to do with one another.
_ALIKE = 0.3
#: Ends of words that are no words of their own ("candidate", "prototype").
_ENDINGS = frozenset(
    ("date", "rate", "type", "line", "time", "unit", "note", "size", "ware", "page")
)
_VOWELS = frozenset("aeiouy")


class Name(NamedTuple):
    """A column's name, ready to be compared."""

    text: str
    words: tuple[str, ...]
    units: tuple[str, ...]
    joined: str
    skeleton: str
    lesser: frozenset[str] = frozenset()


def plain(text: str) -> str:
    """Lower case, without accents."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_SPELLED))
    return "".join(char for char in folded if not unicodedata.combining(char))


@lru_cache(maxsize=65_536)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name, in plain form: camelCase, snake_case, digits and signs part them."""
    words: list[str] = []
    for chunk in _WORDS.findall(_CAMEL.sub(" ", unicodedata.normalize("NFC", text))):
        parts = _PARTS.findall(plain(chunk))
        words.extend(parts if len(parts) == 2 or len(chunk) > 6 else [plain(chunk)])
    return tuple(words)


@lru_cache(maxsize=65_536)
def name_of(text: str, strip: tuple[str, ...] = ()) -> Name:
    """Prepare a name; ``strip`` are leading words that every name of its table bears."""
    words = words_of(text)
    if strip and words[: len(strip)] == strip and len(words) > len(strip):
        words = words[len(strip) :]
    joined = "".join(words)
    units = units_of(words)
    cut = next((index for index, word in enumerate(words) if word in _BEFORE_LESSER), 0)
    lesser = frozenset(units_of(words[cut + 1 :])) if 0 < cut < len(words) - 1 else frozenset()
    return Name(text, words, units, joined, skeleton_of(joined), lesser - {*units[:1]})


@lru_cache(maxsize=65_536)
def units_of(words: tuple[str, ...]) -> tuple[str, ...]:
    """Concepts and unknown words, longest terms first, little words left out."""
    units: list[str] = []
    index = 0
    while index < len(words):
        for size in range(min(LONGEST, len(words) - index), 0, -1):
            piece = words[index : index + size]
            concept = TERMS.get(piece) or (JOINED.get("".join(piece)) if size <= 2 else None)
            if concept is not None:
                units.append(concept)
                index += size
                break
        else:
            word = words[index]
            index += 1
            if word not in _LITTLE or len(words) == 1:
                units.extend(_compound(word))
    return _together(tuple(dict.fromkeys(units))) or words


def _together(units: tuple[str, ...]) -> tuple[str, ...]:
    for index in range(len(units) - 1):
        if (one := TOGETHER.get((units[index], units[index + 1]))) is not None:
            return _together((*units[:index], one, *units[index + 2 :]))
    return units


def _compound(word: str) -> tuple[str, ...]:
    """The parts of a word written together ("kundennummer", "orderstatus"), if all are known."""
    one = singular(word)
    if one != word and (concept := JOINED.get(one)):
        return (concept,)
    for cut in range(len(word) - 3, 2, -1):
        head, tail = word[:cut], word[cut:]
        if tail not in JOINED:
            continue
        for joint in ("", "s", "n", "en", "es", "e"):
            if head.endswith(joint) and len(head) - len(joint) >= 3:
                base = head[: len(head) - len(joint)] if joint else head
                if base in JOINED:
                    return (JOINED[base], JOINED[tail])
    # An unknown head ("einzelbetrag"): the last part says what it is, in most Germanic languages.
    for cut in range(4, len(word) - 3):
        tail = word[cut:]
        if tail in JOINED and tail not in _ENDINGS:
            return (word[:cut], JOINED[tail])
    return (one,)


def singular(word: str) -> str:
    """An English word in the singular, as far as its ending tells."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def skeleton_of(text: str) -> str:
    """The text without its vowels: "frstnm" of "firstname"."""
    return "".join(char for char in text if char not in _VOWELS)


def common_prefix(names: Sequence[str]) -> tuple[str, ...]:
    """The leading word that nearly all of a table's names bear, () where there is none."""
    if len(names) < 4:
        return ()
    firsts = Counter(words_of(name)[:1] for name in names)
    best = max(firsts, key=lambda first: (firsts[first], first))
    return best if firsts[best] >= 0.8 * len(names) else ()


def weights_of(names: Sequence[Name]) -> dict[str, float]:
    """How much each unit says among these names: one that many bear says little."""
    total = len(names)
    counts: dict[str, int] = {}
    for name in names:
        for unit in name.units:
            counts[unit] = counts.get(unit, 0) + 1
    return {
        unit: QUALIFIERS.get(unit, 1.0) / (1.0 + 2.0 * (count - 1) / max(total, 6))
        for unit, count in counts.items()
    }


def name_score(
    one: Name, two: Name, weights: Mapping[str, float], others: Mapping[str, float]
) -> float:
    """How alike two names are, 0 to 1; the weights are those of each name's own table."""
    if one.text == two.text:
        return 1.0
    if one.joined == two.joined:
        return 0.995 if one.joined else 0.0
    if one.units == two.units:
        return 0.97
    return max(_aligned(one, two, weights, others), _abbreviated(one, two), _spelled(one, two))


def _aligned(
    one: Name, two: Name, weights: Mapping[str, float], others: Mapping[str, float]
) -> float:
    pairs = sorted(
        (-score, i, j)
        for i, a in enumerate(one.units)
        for j, b in enumerate(two.units)
        if (score := unit_score(a, b)) >= _ALIKE
    )
    if not pairs:
        return 0.0
    ours = [weights.get(unit, 1.0) * _emphasis(one, unit) for unit in one.units]
    theirs = [others.get(unit, 1.0) * _emphasis(two, unit) for unit in two.units]
    total = sum(ours) + sum(theirs)
    left, right, gained = set(range(len(ours))), set(range(len(theirs))), 0.0
    for minus, i, j in pairs:
        if i in left and j in right:
            left.discard(i)
            right.discard(j)
            gained += -minus * (ours[i] + theirs[j])
    return 0.96 * gained / total if total else 0.0


def _emphasis(name: Name, unit: str) -> float:
    return _LESSER if unit in name.lesser else 1.0


@lru_cache(maxsize=262_144)
def unit_score(one: str, two: str) -> float:
    """How alike two units are: the same, near in meaning, an abbreviation, or spelled alike."""
    if one == two:
        return 1.0
    near = NEAR.get(frozenset((one, two)))
    if near is not None:
        return near
    if one in CONCEPTS and two in CONCEPTS:
        return 0.0  # two known things that are spelled alike are still two ("subscribed", "un…")
    if " " in one or " " in two:
        return 0.0
    short, long = sorted((one, two), key=len)
    if short.isdigit() or long.isdigit():
        return 0.0
    if len(short) >= 2 and is_abbreviation(short, long):
        return 0.55 + 0.4 * min(1.0, len(short) / 4)
    if len(short) >= 4:
        alike = spelling(short, long)
        return alike if alike > 0.7 else 0.0
    return 0.0


def is_abbreviation(short: str, long: str) -> bool:
    """Whether the short word is the long one's beginning, or it without (inner) vowels."""
    if len(short) >= len(long):
        return False
    if len(short) >= 3 and long.startswith(short):
        return True
    bare = skeleton_of(long)
    return len(bare) >= 2 and short in (bare, long[0] + skeleton_of(long[1:]))


def _abbreviated(one: Name, two: Name) -> float:
    """Whole names, one of which is written without vowels."""
    for full, bare in ((one, two), (two, one)):
        if bare.joined == bare.skeleton and full.joined != full.skeleton:
            if full.skeleton == bare.joined:
                return (0.0, 0.62, 0.8, 0.9, 0.94)[min(4, len(bare.joined))]
            alike = spelling(full.skeleton, bare.joined)
            if len(bare.joined) >= 4 and alike > 0.7:
                return 0.85 * alike
    return 0.0


def _spelled(one: Name, two: Name) -> float:
    alike = spelling(one.joined, two.joined)
    return 0.9 * alike if alike > 0.6 else 0.3 * alike


@lru_cache(maxsize=262_144)
def spelling(one: str, two: str) -> float:
    """The share of letter pairs that two words have in common (Dice), 0 to 1."""
    if len(one) < 2 or len(two) < 2:
        return float(one == two)
    ours = _pairs(one)
    theirs = _pairs(two)
    shared = sum(min(ours[pair], theirs[pair]) for pair in ours.keys() & theirs.keys())
    return 2.0 * shared / (len(one) + len(two) - 2)


@lru_cache(maxsize=65_536)
def _pairs(word: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    for index in range(len(word) - 1):
        pair = word[index : index + 2]
        counts[pair] = counts.get(pair, 0) + 1
    return counts
