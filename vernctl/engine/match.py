"""Which source columns fill which target columns: all of them weighed at once.

Every pair is scored by name, description and values; per template the one-to-one assignment with
the greatest sum wins, and "leave it unmapped" is a choice like any other. Scores are meant as the
chance that a person would agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from vernctl.engine.assign import assign
from vernctl.engine.compose import Composed, compose
from vernctl.engine.joins import Brings, Brought, JoinPath, bring
from vernctl.engine.model import Column, EngineValue, Template
from vernctl.engine.pairs import ACCEPT, PairScores, entity_score, score_pairs
from vernctl.engine.profile import ColumnProfile, TableProfile
from vernctl.engine.routing import route

#: Two candidates whose scores are nearer than this are both plausible.
MARGIN = 0.12
#: Below this a proposal is made, but asked about.
SURE = 0.6
_KEPT = 5


class Candidate(EngineValue):
    """A proposal for one target column: source columns of one table, and why.

    Several sources are joined with blanks; ``part`` names the piece of a single source that is
    meant ("first name" of a full name), '' for all of it. ``score`` is 0 to 1. With ``via`` the
    sources are columns of the table that it leads to from a row of ``table``.
    """

    table: str
    sources: tuple[str, ...]
    score: float
    why: str
    part: str = ""
    via: JoinPath | None = None

    @property
    def home(self) -> str:
        """The table that has the sources."""
        return self.via.table if self.via is not None else self.table


class ColumnMatch(EngineValue):
    """A target column with its candidates, best first.

    ``close``: this should be asked, because two candidates are plausible or the only one is
    doubtful. ``also``: the same column in further tables whose rows are added to the first's.
    """

    template: str
    column: str
    candidates: tuple[Candidate, ...] = ()
    chosen: Candidate | None = None
    close: bool = False
    also: tuple[Candidate, ...] = ()


class SheetMatch(EngineValue):
    """A template with the tables that feed it (several: their rows are put together)."""

    slug: str
    tables: tuple[str, ...]
    columns: tuple[ColumnMatch, ...]


class UnusedColumn(EngineValue):
    """A source column that nothing was made of."""

    table: str
    column: str


class MatchResult(EngineValue):
    """Every template's match, in the templates' order, and what was left over, in file order."""

    sheets: tuple[SheetMatch, ...]
    unused: tuple[UnusedColumn, ...] = ()


def match(
    profiles: Sequence[TableProfile], templates: Sequence[Template], *, knowledge: str = ""
) -> MatchResult:
    """Match every template's columns to the source tables' columns.

    ``knowledge`` is free text; what it says about columns outweighs names and values.
    """
    tables = sorted(profiles, key=lambda profile: (profile.table, profile.file))
    by_name = {table.table: table for table in tables}
    scores = {
        (template.slug, table.table): score_pairs(table, template, templates, knowledge)
        for template in templates
        for table in tables
    }
    routes = route(tables, templates, scores)
    sheets = []
    for template in templates:
        keys = _link_keys(template, templates, routes, scores, by_name)
        filling = {name: profile for name, (_, profile) in keys.items()}
        if keys:
            for name in routes[template.slug]:
                again = score_pairs(by_name[name], template, templates, knowledge, filling)
                scores[template.slug, name] = again
        linked = {name: table for name, (table, _) in keys.items()}
        matched = [
            _with_brought(
                _columns(template, by_name[name], scores[template.slug, name]),
                template,
                Brings(by_name[name], by_name, filling, linked),
            )
            for name in routes[template.slug]
        ]
        sheet = _sheet(template, routes[template.slug], matched)
        sheets.append(_of_parts(sheet, by_name))
    return MatchResult(sheets=tuple(sheets), unused=tuple(_unused(profiles, sheets)))


def _unused(
    profiles: Sequence[TableProfile], sheets: Sequence[SheetMatch]
) -> Iterator[UnusedColumn]:
    """The columns that nothing was made of, each once; of a split table, in none of its parts."""
    by_name = {profile.table: profile for profile in profiles}
    seen = {
        (by_name[table].whole, column)
        for sheet in sheets
        for matched in sheet.columns
        for table, column in _uses(matched)
    }
    for profile in profiles:
        for column in profile.columns:
            key = (profile.whole, column.name)
            if key not in seen and column.name != profile.parted_by:
                seen.add(key)
                yield UnusedColumn(table=profile.table, column=column.name)


def _uses(column: ColumnMatch) -> Iterator[tuple[str, str]]:
    """(table, column) of everything that fills a column, and of the keys that lead there."""
    for candidate in (*column.also, *([column.chosen] if column.chosen else [])):
        for source in candidate.sources:
            yield candidate.home, source
        if candidate.via is not None:
            yield candidate.table, candidate.via.key
            yield candidate.home, candidate.via.match


def _with_brought(
    matches: list[ColumnMatch], template: Template, known: Brings
) -> list[ColumnMatch]:
    """The columns of one table, with what other tables hold better put first."""
    chosen = {
        target: (each.chosen.sources[0], each.chosen.score)
        for target, each in enumerate(matches)
        if each.chosen is not None
    }
    for target, found in bring(template, known, chosen).items():
        candidate = _brought(known.base, found)
        matches[target] = matches[target].model_copy(
            update={
                "candidates": (candidate, *matches[target].candidates),
                "chosen": candidate,
                "close": candidate.score < SURE,
            }
        )
    return matches


def _brought(table: TableProfile, found: Brought) -> Candidate:
    return Candidate(
        table=table.table,
        sources=found.sources,
        score=found.score,
        why=found.why,
        via=found.path,
    )


def _link_keys(
    template: Template,
    templates: Sequence[Template],
    routes: Mapping[str, tuple[str, ...]],
    scores: Mapping[tuple[str, str], PairScores],
    tables: Mapping[str, TableProfile],
) -> dict[str, tuple[str, ColumnProfile]]:
    """Of target columns with a link: the table and column that will fill what they link to."""
    keys: dict[str, tuple[str, ColumnProfile]] = {}
    for column in template.columns:
        for link in column.link:
            linked = next((each for each in templates if each.slug == link.template), None)
            if linked is None or not routes[linked.slug]:
                continue
            table = routes[linked.slug][0]
            chosen = _assigned(scores[linked.slug, table])
            position = next(
                (i for i, each in enumerate(linked.columns) if each.name == link.column), None
            )
            if position is not None and position in chosen:
                found = tables[table].columns[chosen[position]]
                keys.setdefault(column.name, (table, found))
    return keys


def _of_parts(sheet: SheetMatch, tables: Mapping[str, TableProfile]) -> SheetMatch:
    """The match, with what says which rows of a table are meant where a part of it is."""
    if not any(tables[table].which for table in sheet.tables):
        return sheet

    def told(candidate: Candidate) -> Candidate:
        which = tables[candidate.table].which
        why = f"{candidate.why}; {which}" if which else candidate.why
        return candidate.model_copy(update={"why": why})

    columns = tuple(
        column.model_copy(
            update={
                "candidates": tuple(map(told, column.candidates)),
                "also": tuple(map(told, column.also)),
                "chosen": told(column.chosen) if column.chosen is not None else None,
            }
        )
        for column in sheet.columns
    )
    return sheet.model_copy(update={"columns": columns})


def _sheet(
    template: Template, tables: Sequence[str], matched: Sequence[Sequence[ColumnMatch]]
) -> SheetMatch:
    """The template's match over its tables, whose rows are put together."""
    if not tables:
        empty = tuple(ColumnMatch(template=template.slug, column=c.name) for c in template.columns)
        return SheetMatch(slug=template.slug, tables=(), columns=empty)
    columns = tuple(_united(first, more) for first, *more in zip(*matched, strict=True))
    return SheetMatch(slug=template.slug, tables=tuple(tables), columns=columns)


def _united(first: ColumnMatch, more: Sequence[ColumnMatch]) -> ColumnMatch:
    """One column's match over tables whose rows are put together."""
    also = tuple(other.chosen for other in more if other.chosen is not None)
    candidates = (*first.candidates, *(each for other in more for each in other.candidates))
    return first.model_copy(update={"also": also, "candidates": candidates})


def _assigned(pairs: PairScores) -> dict[int, int]:
    """Target → source, by position."""
    # Cubed, one sure pair outweighs two doubtful ones.
    cubes = [[score**3 for score in row] for row in pairs.scores]
    found = assign(cubes, ACCEPT**3)
    return {target: source for target, source in enumerate(found) if source is not None}


def _columns(template: Template, table: TableProfile, pairs: PairScores) -> list[ColumnMatch]:
    """The columns of one template from one table."""
    chosen = _assigned(pairs)
    taken = {source: target for target, source in chosen.items()}
    composed = compose(table, template.columns, chosen)
    matches = []
    for target, column in enumerate(template.columns):
        pick = chosen.get(target)
        ranked = sorted(range(len(pairs.sources)), key=lambda s: (-pairs.scores[target][s], s))
        if pick is not None:
            ranked = [pick, *(source for source in ranked if source != pick)]
        candidates = [
            _candidate(table.table, pairs, target, source)
            for source in ranked[:_KEPT]
            if pairs.scores[target][source] >= ACCEPT
        ]
        named = _is_named(table, template, column, pairs, pick)
        close = not named and _is_close(pairs, target, pick, taken)
        proposal = composed.get(target)
        if proposal is not None:
            candidates.insert(0, _composed(table, proposal))
            close = proposal.score < SURE
        matches.append(
            ColumnMatch(
                template=template.slug,
                column=column.name,
                candidates=tuple(candidates),
                chosen=candidates[0] if pick is not None or proposal is not None else None,
                close=close,
            )
        )
    return matches


def _composed(table: TableProfile, proposal: Composed) -> Candidate:
    return Candidate(
        table=table.table,
        sources=tuple(table.columns[index].name for index in proposal.sources),
        score=proposal.score,
        why=proposal.why,
        part=proposal.part,
    )


def _is_named(
    table: TableProfile, template: Template, column: Column, pairs: PairScores, pick: int | None
) -> bool:
    """Whether the choice has the target's very name, alone, in a file of the sheet's own name.

    Nothing is to be asked then: few or odd values make it no other column. Where a rule of the
    target is there to be broken, its values speak too.
    """
    if pick is None or column.one_of or column.strict or column.link or column.schema_ is not None:
        return False
    same = pairs.sources[pick] == column.name and pairs.sources.count(column.name) == 1
    return same and entity_score(table, template) == 1.0


def _is_close(pairs: PairScores, target: int, pick: int | None, taken: Mapping[int, int]) -> bool:
    """Whether to ask: the choice is doubtful, or another column is nearly as likely and free.

    A rival that fits another target better is no rival.
    """
    if pick is None:
        return False
    best = pairs.scores[target][pick]
    if best < SURE:
        return True
    for source, score in enumerate(pairs.scores[target]):
        if source == pick or score < ACCEPT or best - score >= MARGIN:
            continue
        other = taken.get(source)
        if other is None or pairs.scores[other][source] < score:
            return True
    return False


def _candidate(table: str, pairs: PairScores, target: int, source: int) -> Candidate:
    return Candidate(
        table=table,
        sources=(pairs.sources[source],),
        score=round(pairs.scores[target][source], 4),
        why=pairs.whys[target][source],
    )
