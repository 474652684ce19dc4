"""What ``inspect`` found, as the JSON document has it: every field of every column, exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from vernctl.render.sheets import FORMAT, to_json

if TYPE_CHECKING:
    from vernctl.engine.formats import ColumnFormat
    from vernctl.engine.inclusions import Inclusion
    from vernctl.engine.profile import ColumnProfile
    from vernctl.engine.survey import Survey, SurveyedTable


class InspectionDocument(TypedDict):
    """Files as they are read, and which columns of one table name rows of another."""

    format: int
    files: list[FileDocument]
    inclusions: list[InclusionDocument]


class FileDocument(TypedDict):
    """One file: its size in bytes, its tables (a workbook's sheets, an archive's members)."""

    file: str
    size: int
    tables: list[TableDocument]


class TableDocument(TypedDict):
    """One table.

    ``sheet`` is null where the file has but one; ``encoding``, ``dialect`` and ``line_ends`` ("LF",
    "CRLF", "CR", the commonest of the first lines first) are those of text files. ``dialect.spans``
    are the columns' positions in a file of fixed width, in characters from 0. ``header_line`` is
    null where there is no header. ``rejected`` counts lines that could not become rows;
    ``rejected_lines`` are the first thousand; ``skipped`` counts lines that are no rows, by what
    they are, and ``lines`` has the first hundred line numbers of these and of rows that were short
    or torn, have a stray quote, or look like a total or a remark. ``keys``: columns that tell all
    rows apart, the likeliest first, two or three together only where no single one does.
    ``doubles``: rows that equal an earlier one (null: not searched). ``header_language``: ISO
    639-1, null where it is not certain.
    """

    name: str
    sheet: str | None
    rows: int
    encoding: str | None
    dialect: dict[str, object] | None
    line_ends: list[str]
    header_line: int | None
    header_language: str | None
    columns: list[ColumnDocument]
    keys: list[list[str]]
    doubles: int | None
    notes: list[str]
    rejected: int
    rejected_lines: list[dict[str, object]]
    skipped: dict[str, int]
    lines: dict[str, list[int]]


class ColumnDocument(TypedDict):
    """One column. ``filled``, ``distinct``, ``top`` and ``placeholders`` (words that stand for
    nothing, such as NULL, with their counts) are exact; the rest is told from ``checked`` cells of
    evenly spaced rows.

    ``kinds`` counts cells by what they look like; ``kind`` is the column's own, of which ``share``
    of the cells are, written as ``pattern`` ("" where in many ways). ``date_order``: year, day,
    month (what stands first), words, both, unclear or "". ``decimal``: the sign before decimals,
    both, unclear or "". ``patterns``: shapes of cells with their shares; 9 stands for a digit, A
    and a for letters, + for one or more.
    """

    name: str
    filled: int
    distinct: int
    top: list[list[object]]
    kinds: dict[str, int]
    checked: int
    kind: str
    share: float
    pattern: str
    date_order: str
    decimal: str
    patterns: list[PatternDocument]
    placeholders: dict[str, int]
    shortest: int
    longest: int


class PatternDocument(TypedDict):
    """A shape of cells, and the share of the checked cells that have it, 0 to 1."""

    pattern: str
    share: float


class InclusionDocument(TypedDict):
    """A column whose values stand in a column of another table, which holds none of them twice.

    ``table`` and ``in_table`` name tables as they do in ``files``. ``rows`` and ``values`` count
    what the column holds, ``orphan_rows`` and ``orphan_values`` what of it stands nowhere there
    (compared trimmed, in any case of letters); ``examples`` are the commonest of these.
    """

    file: str
    table: str
    column: str
    in_file: str
    in_table: str
    in_column: str
    rows: int
    values: int
    orphan_rows: int
    orphan_values: int
    examples: list[str]


def render_json(survey: Survey) -> str:
    """The survey as one JSON document."""
    named = [(file.file, table.table.name) for file in survey.files for table in file.tables]
    return to_json(
        InspectionDocument(
            format=FORMAT,
            files=[
                FileDocument(
                    file=file.file, size=file.size, tables=[_table(table) for table in file.tables]
                )
                for file in survey.files
            ],
            inclusions=[_inclusion(each, named) for each in survey.inclusions],
        )
    )


def _table(surveyed: SurveyedTable) -> TableDocument:
    table, profile = surveyed.table, surveyed.profile
    return TableDocument(
        name=table.name,
        sheet=table.sheet,
        rows=table.row_count,
        encoding=table.encoding,
        dialect=table.dialect.model_dump(mode="json") if table.dialect else None,
        line_ends=list(table.line_ends),
        header_line=table.header_line,
        header_language=surveyed.language,
        columns=[
            _column(column, found, dict(words))
            for column, found, words in zip(
                profile.columns, surveyed.formats, surveyed.placeholders, strict=True
            )
        ],
        keys=[list(key) for key in surveyed.keys],
        doubles=surveyed.doubles,
        notes=list(table.notes),
        rejected=table.rejected_count,
        rejected_lines=[line.model_dump(mode="json") for line in table.rejected],
        skipped=dict(table.skipped),
        lines={what: list(lines) for what, lines in table.lines.items()},
    )


def _column(column: ColumnProfile, found: ColumnFormat, words: dict[str, int]) -> ColumnDocument:
    return ColumnDocument(
        name=column.name,
        filled=column.filled,
        distinct=column.distinct,
        top=[list(pair) for pair in column.top],
        kinds=dict(column.kinds),
        checked=found.checked,
        kind=found.kind,
        share=round(found.share, 4),
        pattern=found.pattern,
        date_order=found.date_order,
        decimal=found.decimal,
        patterns=[
            PatternDocument(pattern=shape, share=round(count / found.checked, 4))
            for shape, count in found.patterns
        ],
        placeholders=words,
        shortest=column.shortest,
        longest=column.longest,
    )


def _inclusion(found: Inclusion, named: list[tuple[str, str]]) -> InclusionDocument:
    file, table = named[found.table]
    in_file, in_table = named[found.in_table]
    return InclusionDocument(
        file=file,
        table=table,
        column=found.column,
        in_file=in_file,
        in_table=in_table,
        in_column=found.in_column,
        rows=found.rows,
        values=found.values,
        orphan_rows=found.orphan_rows,
        orphan_values=found.orphan_values,
        examples=list(found.examples),
    )
