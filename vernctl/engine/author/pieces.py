"""What an address that was taken apart leaves behind: those that do not come apart, and pieces
that no column takes."""

from __future__ import annotations

from sqlglot import exp

from vernctl.engine.compile.tables import sql
from vernctl.engine.database import rows_of
from vernctl.engine.questions.wording import clip, counted
from vernctl.engine.recipe.addresses import PIECES, AddressParts, has_piece
from vernctl.engine.recipe.base import filled, labelled, name
from vernctl.engine.recipe.model import Recipe
from vernctl.engine.recipe.values import AddressPart, FromColumn
from vernctl.engine.workspace import Workspace

_EXAMPLES = 3


def address_notes(work: Workspace, recipe: Recipe) -> list[str]:
    """Remarks for a person: of every split source column the cells that stayed whole, with
    examples, and the kinds of pieces that go nowhere."""
    notes: list[str] = []
    for sheet in recipe.sheets:
        template = work.template(sheet.template)
        for item in sheet.inputs:
            taken: dict[FromColumn, tuple[AddressParts, set[str]]] = {}
            for value in item.values.values():
                if isinstance(value, AddressPart) and isinstance(value.of, FromColumn):
                    known = taken.setdefault(value.of, (value.parts, set()))
                    known[1].add(value.address_part)
            for source, (parts, pieces) in taken.items():
                table = item.table_of(source)
                notes += [
                    f"{template.name}: {told}"
                    for told in (
                        _whole(work, table, source.column, parts),
                        _nowhere(source.column, parts, pieces),
                    )
                    if told
                ]
    return notes


def _whole(work: Workspace, table: str, column: str, parts: AddressParts) -> str:
    """How many addresses are in none of the forms, with examples; '' where all are."""
    stored = work.loaded.stored[table]
    values = exp.select(
        labelled(stored.column(column, "t"), "v"),
        labelled(exp.Count(this=exp.Star()), "n"),
        copy=False,
    ).from_(exp.alias_(exp.to_table(stored.table), "t", table=True), copy=False)
    values = values.group_by("v", copy=False)
    query = (
        exp.select(name("v"), name("n"), copy=False)
        .from_(values.subquery("d", copy=False), copy=False)
        .where(filled(name("v")), exp.Not(this=parts.fits(name("v"))), copy=False)
        .order_by(name("v"), copy=False)
    )
    rows = rows_of(work.con, sql(query))
    if not rows:
        return ""
    cells = sum(int(str(times)) for _, times in rows)
    shown = ", ".join(f'"{clip(str(value))}"' for value, _ in rows[:_EXAMPLES])
    what = counted(cells, "address", "addresses")
    return f'{what} of "{column}" stay whole in the street: {shown}.'


def _nowhere(column: str, parts: AddressParts, pieces: set[str]) -> str:
    made = [piece for piece in PIECES if any(has_piece(form, piece) for form in parts.forms)]
    if not parts.countries:
        made.remove("country")
    lost = [piece for piece in made if piece not in pieces]
    if not lost or "street" in lost:  # the whole address is kept where there is no street
        return ""
    return f'no column takes the {" and the ".join(lost)} of the addresses in "{column}".'
