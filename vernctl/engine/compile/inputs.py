"""The first layer of a sheet: the union of its tables, each row with its identity and values."""

from __future__ import annotations

from sqlglot import exp

from vernctl.engine.compile.tables import Catalogue, Stored, cell
from vernctl.engine.model import EngineError
from vernctl.engine.recipe.base import both, call, folded, labelled, name, number, text
from vernctl.engine.recipe.model import Input, Join, SheetRecipe
from vernctl.engine.recipe.values import FromColumn, FromTarget, Lookup

#: Columns that every layer carries: which table, which row of it, the row's hash, why dropped.
INPUT, ROW, HASH, DROP = "_input", "_row", "_hash", "_drop"
IDENTITY = (INPUT, ROW, HASH)


def compile_inputs(sheet: SheetRecipe, catalogue: Catalogue, hashed: bool) -> exp.Query:
    """A query of the identity columns, ``_drop`` (all NULL) and ``c0 … cN`` of the sheet.

    ``hashed``: whether ``_hash`` is wanted, which costs more than all other columns together; it
    is NULL otherwise.
    """
    selects = [
        _compile_input(number_, item, sheet, catalogue, hashed)
        for number_, item in enumerate(sheet.inputs)
    ]
    if not selects:
        return _no_rows(sheet)
    union: exp.Query = selects[0]
    for select in selects[1:]:
        union = exp.union(union, select, distinct=False, copy=False)
    return union


def _compile_input(
    position: int, item: Input, sheet: SheetRecipe, catalogue: Catalogue, hashed: bool
) -> exp.Select:
    stored = catalogue.source(item.table)
    joined = {join.called: (f"j{i}", join) for i, join in enumerate(item.joins)}

    def resolve(leaf: FromColumn | FromTarget | Lookup) -> exp.Expr:
        if not isinstance(leaf, FromColumn):
            raise EngineError("A value of a table can only read columns of tables.")
        if leaf.table is None or leaf.table == item.table:
            return stored.column(leaf.column, "t")
        if leaf.table not in joined:
            raise EngineError(f'The recipe reads "{leaf.table}", which it does not join.')
        alias, join = joined[leaf.table]
        found = catalogue.source(join.table).column(leaf.column, alias)
        return exp.Coalesce(this=found, expressions=[text("")])

    values = [
        item.values[column].build(resolve) if column in item.values else text("")
        for column in sheet.all_columns
    ]
    row_hash = hash_of(stored) if hashed else exp.cast(exp.null(), "VARCHAR")
    select = exp.select(
        labelled(number(position), INPUT),
        labelled(name(ROW, "t"), ROW),
        labelled(row_hash, HASH),
        labelled(exp.cast(exp.null(), "INTEGER"), DROP),
        *(labelled(value, cell(i)) for i, value in enumerate(values)),
        copy=False,
    ).from_(exp.alias_(exp.to_table(stored.table), "t", table=True), copy=False)
    for alias, join in joined.values():
        select = _join(select, alias, join, stored, catalogue)
    return select


def hash_of(stored: Stored) -> exp.Expr:
    """A hash of a whole input row: cells with their lengths, so that no two rows read alike."""
    parts: list[exp.Expr] = []
    for i in range(len(stored.columns)):
        parts += [call("LENGTH", name(cell(i), "t")), name(cell(i), "t")]
    return call("SHA256", call("CONCAT_WS", text(":"), *parts))


def _join(
    select: exp.Select, alias: str, join: Join, left: Stored, catalogue: Catalogue
) -> exp.Select:
    """A left join that never multiplies rows: only the first row of each key takes part."""
    right = catalogue.source(join.table)
    keys = [folded(right.column(column, "r")) for _, column in join.on]
    first = exp.Window(
        this=exp.RowNumber(),
        partition_by=keys,
        order=exp.Order(expressions=[exp.Ordered(this=name(ROW, "r"))]),
    )
    inner = (
        exp.select("r.*", *(labelled(key, f"k{i}") for i, key in enumerate(keys)), copy=False)
        .from_(exp.alias_(exp.to_table(right.table), "r", table=True), copy=False)
        .qualify(exp.EQ(this=first, expression=number(1)), copy=False)
    )
    condition = both(
        *(
            exp.EQ(this=folded(left.column(column, "t")), expression=name(f"k{i}", alias))
            for i, (column, _) in enumerate(join.on)
        )
    )
    return select.join(
        inner.subquery(alias, copy=False), on=condition, join_type="left", copy=False
    )


def _no_rows(sheet: SheetRecipe) -> exp.Select:
    """The same layer for a sheet that no table feeds."""
    kinds = {INPUT: "INTEGER", ROW: "BIGINT", HASH: "VARCHAR", DROP: "INTEGER"}
    empty = [labelled(exp.cast(exp.null(), kind), column) for column, kind in kinds.items()]
    cells = [
        labelled(exp.cast(exp.null(), "VARCHAR"), cell(i)) for i in range(len(sheet.all_columns))
    ]
    return exp.select(*empty, *cells, copy=False).where(exp.false(), copy=False)
