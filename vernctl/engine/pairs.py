"""The score of every (target column, source column) pair of a template and a table."""

from __future__ import annotations

from typing import NamedTuple

from vernctl.engine.evidence import weigh
from vernctl.engine.lexicon import GENERIC
from vernctl.engine.model import Column, Template
from vernctl.engine.names import (
    Name,
    common_prefix,
    name_of,
    name_score,
    units_of,
    weights_of,
    words_of,
)
from vernctl.engine.profile import TableProfile

#: A pair that scores less is never proposed.
ACCEPT = 0.5
#: From here a name alone is as good as agreed.
_STRONG = 0.85


class PairScores(NamedTuple):
    """``scores[target][source]`` from 0 to 1, and ``whys`` in the same shape."""

    sources: tuple[str, ...]
    scores: list[list[float]]
    whys: list[list[str]]


def score_pairs(table: TableProfile, template: Template, knowledge: str = "") -> PairScores:
    """Score every pair."""
    sources = [column.name for column in table.columns]
    source_prefix, target_prefix = (
        common_prefix(sources),
        common_prefix([column.name for column in template.columns]),
    )
    ours = [name_of(name, source_prefix) for name in sources]
    theirs = [name_of(column.name, target_prefix) for column in template.columns]
    our_weights, their_weights = weights_of(ours), weights_of(theirs)
    same_entity = entity_score(table, template) >= 0.8
    entity = entity_units(template.slug) | entity_units(template.name)
    scores: list[list[float]] = []
    whys: list[list[str]] = []
    for target, wanted in zip(template.columns, theirs, strict=True):
        row, reasons = [], []
        for column, name in zip(table.columns, ours, strict=True):
            likeness = name_score(name, wanted, our_weights, their_weights)
            likeness = max(likeness, _with_entity(name, wanted, entity, same_entity))
            likeness = max(likeness, _described(name, target))
            evidence = weigh(column, target, wanted.units)
            score = likeness * (1 - evidence.loss)
            score += (1 - score) * evidence.gain * min(1.0, 0.35 + likeness)
            row.append(min(1.0, max(0.0, score)))
            reasons.append(_why(column.name, target.name, likeness, evidence.why))
        scores.append(row)
        whys.append(reasons)
    return PairScores(tuple(sources), scores, whys)


def entity_units(text: str) -> frozenset[str]:
    """The units of a table's or template's name: "Contacts" → contact."""
    return frozenset(units_of(words_of(text)))


def entity_score(table: TableProfile, template: Template) -> float:
    """How well a table's name fits a template's, 0 to 1."""
    wanted = [entity_units(template.slug), entity_units(template.name)]
    stem = table.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    given = [entity_units(text) for text in (table.sheet, stem) if text]
    best = 0.0
    for want in wanted:
        for have in given:
            if want and have:
                best = max(best, len(want & have) / len(want))
    return best


def _with_entity(name: Name, wanted: Name, entity: frozenset[str], same: bool) -> float:
    """ "Company Name" is the Name of companies; in a table of companies the word says nothing."""
    if not entity or not set(name.units) & entity:
        return 0.0
    rest = tuple(unit for unit in name.units if unit not in entity)
    if not rest:
        return 0.9 if wanted.units in (("name",), ("full name",)) else 0.0
    if rest == wanted.units:
        return 0.95 if same or set(rest) <= GENERIC else 0.8
    return 0.0


def _described(name: Name, target: Column) -> float:
    """A source name that the target's description mentions."""
    if not target.description or not name.units:
        return 0.0
    mentioned = set(units_of(words_of(target.description)))
    hits = sum(1 for unit in name.units if unit in mentioned and unit not in GENERIC)
    return 0.62 * hits / len(name.units)


def _why(source: str, target: str, likeness: float, evidence: str) -> str:
    if likeness >= 0.995:
        reason = "the names are the same"
    elif likeness >= _STRONG:
        reason = f'"{source}" means "{target}"'
    elif likeness >= ACCEPT:
        reason = f'"{source}" resembles "{target}"'
    else:
        reason = "the names differ"
    return f"{reason}; {evidence}" if evidence else reason
