"""The score of every (target column, source column) pair of a template and a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from vernctl.engine.evidence import weigh
from vernctl.engine.hints import hints_in
from vernctl.engine.lexicon import GENERIC
from vernctl.engine.model import Column, Template
from vernctl.engine.names import (
    Name,
    common_prefix,
    name_of,
    name_score,
    singular,
    skeleton_of,
    units_of,
    weights_of,
    words_of,
)
from vernctl.engine.profile import ColumnProfile, TableProfile

#: A pair that scores less is never proposed.
ACCEPT = 0.5
#: From here a name alone is as good as agreed, and from there it is the same name.
_STRONG = 0.85
_SAME = 0.9
#: What the values alone make of a pair: a proposal that is asked about.
_BY_VALUES = 0.52


class PairScores(NamedTuple):
    """``scores[target][source]`` from 0 to 1, and ``whys`` in the same shape."""

    sources: tuple[str, ...]
    scores: list[list[float]]
    whys: list[list[str]]


def score_pairs(
    table: TableProfile,
    template: Template,
    others: Sequence[Template] = (),
    knowledge: str = "",
    keys: Mapping[str, ColumnProfile] = MappingProxyType({}),
) -> PairScores:
    """Score every pair.

    ``others``: the templates beside this one, which the table may be about. ``keys``: of target
    columns with a link, the source column that fills the linked one, as far as it is known.
    """
    sources = [column.name for column in table.columns]
    targets = [column.name for column in template.columns]
    source_prefix, target_prefix = common_prefix(sources), common_prefix(targets)
    ours = _in_context(table, [name_of(name, source_prefix) for name in sources])
    theirs = [name_of(name, target_prefix) for name in targets]
    naming = _Naming(
        weights_of(ours),
        weights_of(theirs),
        entity_units(template.slug) | entity_units(template.name),
        frozenset(_singulars(text) for text in (template.slug, template.name)),
        _is_about_another(table, template, others),
    )
    bare = [naming.bare(name) for name in ours]
    hints = hints_in(knowledge, sources, targets)
    hinted = {target for _, target in hints.pairs}
    scores: list[list[float]] = []
    whys: list[list[str]] = []
    for target, wanted in zip(template.columns, theirs, strict=True):
        row, reasons = [], []
        bare_wanted = naming.bare(wanted)
        for column, name, bare_name in zip(table.columns, ours, bare, strict=True):
            alike = naming.likeness(name, wanted, bare_name, bare_wanted)
            likeness = max(alike, _described(name, target))
            evidence = weigh(column, target, wanted.units, keys.get(target.name))
            score = likeness * (1 - evidence.loss)
            score += (1 - score) * evidence.gain * min(1.0, 0.35 + likeness)
            # Of two that are alike, the fuller one is meant.
            sparse = 1.0 - column.filled / table.rows if table.rows else 0.0
            score *= 1.0 - (0.1 if likeness >= _SAME else 0.2) * sparse
            if evidence.telling:
                score = max(score, _BY_VALUES)
            reason = _why(column.name, target.name, likeness, evidence.why)
            if (column.name, target.name) in hints.pairs:
                score, reason = 0.99, "the knowledge says so"
            elif target.name in hinted:
                score *= 0.5
            elif column.name in hints.ignored:
                score, reason = 0.0, "the knowledge says to leave it"
            row.append(min(1.0, max(0.0, score)))
            reasons.append(reason)
        scores.append(row)
        whys.append(reasons)
    return PairScores(tuple(sources), scores, whys)


class _Naming(NamedTuple):
    """What decides how alike names are beside the names: their tables, and what they are about."""

    weights: Mapping[str, float]
    target_weights: Mapping[str, float]
    entity: frozenset[str]
    called: frozenset[tuple[str, ...]]
    elsewhere: bool

    def likeness(
        self, name: Name, wanted: Name, bare: Name | None, bare_wanted: Name | None
    ) -> float:
        """How alike two names are, where "Company Name" is the Name of companies.

        ``bare`` and ``bare_wanted`` are what :meth:`bare` makes of the two.
        """
        best = name_score(name, wanted, self.weights, self.target_weights)
        if self.elsewhere and GENERIC.issuperset(name.units):
            # "Name" in a table of orders is not the customer's.
            best *= 0.5
        if bare is not None:
            target = bare_wanted or wanted
            best = max(best, 0.96 * name_score(bare, target, self.weights, self.target_weights))
        elif bare_wanted is not None and not self.elsewhere:
            best = max(
                best, 0.95 * name_score(name, bare_wanted, self.weights, self.target_weights)
            )
        return best

    def bare(self, name: Name) -> Name | None:
        """The name without the words for what its table is about; None if it has none of them."""
        for called in self.called:
            words = name.words[: len(called)]
            if len(words) < len(name.words) and tuple(map(singular, words)) == called:
                return name_of(" ".join(name.words[len(called) :]))
        rest = tuple(unit for unit in name.units if unit not in self.entity)
        if len(rest) == len(name.units):
            return None
        rest = rest or ("name",)
        joined = "".join(rest).replace(" ", "")
        return name._replace(units=rest, joined=joined, skeleton=skeleton_of(joined))


def _singulars(text: str) -> tuple[str, ...]:
    return tuple(singular(word) for word in words_of(text))


def _in_context(table: TableProfile, names: list[Name]) -> list[Name]:
    """Beside a first name, "Name" is the last one, and the other way round ("Nome, Cognome");
    "First" beside "Last" is the first name."""
    units = [name.units for name in names]
    if units.count(("first",)) == units.count(("last",)) == 1:
        names = [
            name._replace(units=(f"{name.units[0]} name",))
            if name.units in (("first",), ("last",))
            else name
            for name in names
        ]
        units = [name.units for name in names]
    halves = {("first name",), ("last name",)}
    missing = halves - set(units)
    if len(missing) != 1 or units.count(("name",)) != 1:
        return names
    index = units.index(("name",))
    several = sum(1 for value in table.columns[index].sample if " " in value)
    if several > 0.4 * len(table.columns[index].sample):
        return names
    found = names[index]._replace(units=next(iter(missing)))
    return [*names[:index], found, *names[index + 1 :]]


def _is_about_another(table: TableProfile, template: Template, others: Sequence[Template]) -> bool:
    """Whether the table's name says that it holds what another template describes."""
    ours = entity_score(table, template)
    return any(entity_score(table, other) > max(0.5, ours) for other in others)


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
