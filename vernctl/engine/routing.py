"""Which tables feed which template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from vernctl.engine.model import Template
from vernctl.engine.pairs import ACCEPT, PairScores, entity_score
from vernctl.engine.profile import TableProfile

#: A table that covers less of a template than this does not feed it, whatever its name.
LEAST = 0.12


def route(
    tables: Sequence[TableProfile],
    templates: Sequence[Template],
    scores: Mapping[tuple[str, str], PairScores],
) -> dict[str, tuple[str, ...]]:
    """The tables of every template: the best one, and those of its shape, best first."""
    fits = {
        (template.slug, table.table): (
            fit(table, template, scores[template.slug, table.table])
            if table.sheet_of in (None, template.slug)
            else -1.0
        )
        for template in templates
        for table in tables
    }
    result: dict[str, tuple[str, ...]] = {}
    for template in templates:
        ranked = sorted(tables, key=lambda t: (-fits[template.slug, t.table], t.table))
        # One table and one template are meant for one another, however little they agree.
        least = LEAST if len(tables) * len(templates) > 1 else -0.5
        ranked = [
            table
            for table in ranked
            if fits[template.slug, table.table] > least or table.sheet_of == template.slug
        ]
        if not ranked:
            result[template.slug] = ()
            continue
        best = ranked[0]
        more = [
            table.table
            for table in ranked[1:]
            if table.sheet_of == template.slug
            or (_same_shape(best, table) and _home(table, templates, fits) == template.slug)
        ]
        result[template.slug] = (best.table, *more)
    return result


def fit(table: TableProfile, template: Template, pairs: PairScores) -> float:
    """How well a table covers a template: the share of its columns, required ones twice."""
    total = gained = 0.0
    for column, row in zip(template.columns, pairs.scores, strict=True):
        weight = 2.0 if column.required or column.unique else 1.0
        best = max(row, default=0.0)
        total += weight
        gained += weight * best if best >= ACCEPT else 0.0
    coverage = gained / total if total else 0.0
    return coverage * (0.6 + 0.4 * entity_score(table, template))


def _home(
    table: TableProfile,
    templates: Sequence[Template],
    fits: Mapping[tuple[str, str], float],
) -> str:
    """The template that a table fits best."""
    best = max(templates, key=lambda template: (fits[template.slug, table.table], template.slug))
    return best.slug


def _same_shape(one: TableProfile, two: TableProfile) -> bool:
    """Whether two tables have nearly the same columns, and are two all the same."""
    ours = {column.name.casefold() for column in one.columns}
    theirs = {column.name.casefold() for column in two.columns}
    return len(ours & theirs) >= 0.8 * len(ours | theirs)
