"""How files are read, for eyes: per table the dialect, the keys, every column, what is no row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from vernctl.render.escape import bare_or_quoted, quoted, text_safe
from vernctl.render.text.layout import Column, Ink, Page, Part
from vernctl.render.words import counted, number, percent_of

if TYPE_CHECKING:
    from vernctl.engine.formats import ColumnFormat
    from vernctl.engine.inclusions import Inclusion
    from vernctl.engine.profile import ColumnProfile
    from vernctl.engine.survey import Survey, SurveyedTable

#: What is shown in full; the rest is counted, and stands in the JSON document.
TABLES = 20
COLUMNS = 60
INCLUSIONS = 40
_KEYS = 3
_REJECTED = 5
_LINES = 8
_NAME = 30
_KIND = 24
_PATTERN = 16
_MANY_EMPTY = 3
#: Cells of a page on which names have to give way as well.
_NARROW = 70
_KINDS = {
    "email": "e-mail",
    "url": "web address",
    "uuid": "UUID",
    "ip": "IP address",
    "iban": "IBAN",
    "json": "JSON",
    "datetime": "date, time",
    "country_code": "country code",
    "currency_code": "currency",
    "empty": "",
}
_LANGUAGES = {
    "en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian",
    "pt": "Portuguese", "nl": "Dutch", "pl": "Polish", "cs": "Czech",
}  # fmt: skip
_DOUBTS = {
    ("date_order", "unclear"): "which is the day and which the month, no cell tells",
    ("date_order", "both"): "some cells have the day first, some the month",
    ("decimal", "unclear"): "whether its sign parts decimals or thousands, no cell tells",
    ("decimal", "both"): "some cells have decimals after a point, some after a comma",
}


def render_survey(survey: Survey, *, width: int = 80, colour: bool = False) -> str:
    """Every file's tables, then what ties them; ends with a newline."""
    page = Page(width, colour=colour)
    tables = [(file.file, table) for file in survey.files for table in file.tables]
    for file, table in tables[:TABLES]:
        page.blank()
        _add_table(page, file, table)
    if rest := tables[TABLES:]:
        page.blank()
        names = ", ".join(
            text_safe(table.table.sheet or file, _NAME) for file, table in rest[:TABLES]
        )
        more = f" and {number(len(rest) - TABLES)} more" if len(rest) > TABLES else ""
        page.wrap(f"{counted(len(rest), 'further table')}: {names}{more}", hanging=2)
        page.literal("vernctl inspect FILE --table NAME", indent=2)
    _add_inclusions(page, survey, [(file, table.table.sheet) for file, table in tables])
    return str(page)


def _add_table(page: Page, file: str, surveyed: SurveyedTable) -> None:
    table, profile = surveyed.table, surveyed.profile
    size = f"{counted(table.row_count, 'row')}, {counted(len(table.columns), 'column')}"
    facts = [text_safe(table.sheet, _NAME), size] if table.sheet else [size]
    page.line(Ink(text_safe(file), "bold"), "   ", " · ".join(facts))
    if written := " · ".join(_written(surveyed)):
        page.wrap(written, indent=2, hanging=2, style="dim")
    if profile.columns:
        _add_columns(page, surveyed)
    for fact in (*_known(surveyed), *_doubts(surveyed)):
        page.wrap(fact, indent=2, hanging=11)
    for note in table.notes:
        page.wrap(text_safe(note, 300), indent=2, hanging=2)
    if places := _places(surveyed):
        page.wrap(f"lines      {places}", indent=2, hanging=11)
    for line in table.rejected[:_REJECTED]:
        page.wrap(f"line {line.line} rejected: {text_safe(line.why, 200)}", 2, 2, "warn")
    if table.rejected_count > _REJECTED:
        page.line(f"{number(table.rejected_count)} lines rejected in all", indent=2)


def _written(surveyed: SurveyedTable) -> Iterator[str]:
    """How the file is written, fact by fact."""
    table = surveyed.table
    if table.encoding:
        yield text_safe(table.encoding)
    if dialect := table.dialect:
        if dialect.spans:
            yield "columns of fixed width"
        elif len(table.columns) > 1:
            yield f"separated by {_SIGNS.get(dialect.delimiter) or quoted(dialect.delimiter)}"
            yield f"quoted by {dialect.quote}" if dialect.quote else "nothing quoted"
        if dialect.escape:
            yield f"escaped by {dialect.escape}"
    if table.line_ends:
        yield f"lines end in {' and '.join(table.line_ends)}"
    place = "line" if table.dialect else "row"
    if table.header_line is not None:
        yield f"header in {place} {number(table.header_line)}"
    if surveyed.language:
        yield f"{_LANGUAGES[surveyed.language]} column names"


_SIGNS = {"\t": "tabs", " ": "blanks", ",": "commas", ";": "semicolons", "|": "|", ":": "colons"}


def _add_columns(page: Page, surveyed: SurveyedTable) -> None:
    empty = _empty(surveyed)
    places = [at for at in range(len(surveyed.formats)) if at not in empty]
    spans = surveyed.table.dialect.spans if surveyed.table.dialect else ()
    heading = ["column", *(["at"] if spans else []), "kind", "values", "filled", "distinct"]
    rows: list[list[Part]] = [[Ink(word, "dim") for word in heading]]
    notes: dict[int, list[str]] = {}
    for place in places[:COLUMNS]:
        column, found = surveyed.profile.columns[place], surveyed.formats[place]
        top = ", ".join(bare_or_quoted(value, 24) for value, _ in column.top[:3])
        share = percent_of(column.filled, surveyed.profile.rows)
        at = [f"{spans[place][0] + 1}-{spans[place][1]}"] if spans else []
        cells: list[Part] = [text_safe(column.name, _NAME), *at, text_safe(_kind(found), _KIND)]
        rows.append([*cells, Ink(top, "dim"), share, number(column.distinct)])
        notes[len(rows) - 1] = list(_exceptions(column, found))
    # Names and kinds are what is looked for; examples take the room that is left.
    right, wide = Column(right=True), Column(flexible=page.width < _NARROW)
    shapes = [wide, *([right] if spans else []), wide, Column(flexible=True), right, right]
    page.table(rows, shapes, indent=2, fill=len(shapes) - 3, notes=notes)
    if (more := len(places) - COLUMNS) > 0:
        page.line(f"… {counted(more, 'further column')}; --format json has them all", indent=2)
    if empty:
        names = _some([text_safe(surveyed.profile.columns[at].name, _NAME) for at in empty])
        page.wrap(f"empty      {names}", indent=2, hanging=11)


def _empty(surveyed: SurveyedTable) -> list[int]:
    """The places of columns without a value, where they are so many that they are told together."""
    empty = [at for at, column in enumerate(surveyed.profile.columns) if not column.filled]
    return empty if _MANY_EMPTY <= len(empty) < len(surveyed.formats) else []


def _kind(found: ColumnFormat) -> str:
    """``date DD.MM.YYYY``, ``code AA-9999``, ``text``."""
    kind = _KINDS.get(found.kind, found.kind)
    if found.kind == "datetime" and found.pattern:
        return found.pattern.removesuffix(".000")
    return f"{kind} {found.pattern}".strip() if len(found.pattern) <= _PATTERN else kind


def _exceptions(column: ColumnProfile, found: ColumnFormat) -> Iterator[str]:
    """Cells that are not like the others of their column."""
    if found.kind != "text" and found.share < 1:
        yield f"{_percent(1 - found.share)} of its cells are of another kind"
    if found.kind in ("code", "phone", "text") and _has_rule(found) and column.longest <= 20:
        shares = (f"{text_safe(s)} {percent_of(n, found.checked)}" for s, n in found.patterns)
        yield f"written {', '.join(shares)}"


def _has_rule(found: ColumnFormat) -> bool:
    """Whether most cells are of one shape with digits, and the others of one or two more."""
    shapes = [shape for shape, _ in found.patterns]
    counts = [count for _, count in found.patterns]
    few = 1 < len(shapes) <= _KEYS and sum(counts) == found.checked <= 2 * counts[0]
    return few and "9" in "".join(shapes) and "+" not in "".join(shapes)


def _percent(share: float) -> str:
    return percent_of(round(share * 10_000), 10_000)


def _known(surveyed: SurveyedTable) -> Iterator[str]:
    """Keys, and rows that stand twice."""
    keys = [" + ".join(text_safe(name, _NAME) for name in key) for key in surveyed.keys]
    if keys:
        more = f" and {number(len(keys) - _KEYS)} more" if len(keys) > _KEYS else ""
        yield f"key        {', or '.join(keys[:_KEYS])}{more}"
    if surveyed.doubles:
        rows = "row equals" if surveyed.doubles == 1 else "rows equal"
        yield f"doubles    {number(surveyed.doubles)} {rows} an earlier one"


def _doubts(surveyed: SurveyedTable) -> Iterator[str]:
    """What somebody has to know of columns before they are imported."""
    columns = list(zip(surveyed.profile.columns, surveyed.formats, strict=True))
    words: dict[str, list[str]] = {}
    for (column, _), placeholders in zip(columns, surveyed.placeholders, strict=True):
        for word, count in placeholders:
            words.setdefault(word, []).append(f"{text_safe(column.name, _NAME)} ({number(count)})")
    for word, places in sorted(words.items()):
        yield f"nothing    {quoted(word, 20)} stands for nothing in {_some(places)}"
    for (field, value), doubt in _DOUBTS.items():
        names = [text_safe(c.name, _NAME) for c, found in columns if getattr(found, field) == value]
        if names:
            yield f"unclear    {_some(names)}: {doubt}"


def _some(names: Sequence[str]) -> str:
    more = f" and {number(len(names) - _LINES)} more" if len(names) > _LINES else ""
    return ", ".join(names[:_LINES]) + more


def _places(surveyed: SurveyedTable) -> str:
    """Where lines are that are no plain rows: ``before the header 1-3 · blank 4, 9``."""
    told = []
    for what, lines in surveyed.table.lines.items():
        if what != "header":
            whole = max(len(lines), surveyed.table.skipped.get(what, 0))
            told.append(f"{what} {_ranges(lines, whole)}")
    return " · ".join(told)


def _ranges(lines: Sequence[int], whole: int) -> str:
    runs: list[tuple[int, int]] = []
    for line in lines:
        if runs and runs[-1][1] == line - 1:
            runs[-1] = (runs[-1][0], line)
        else:
            runs.append((line, line))
    shown = [number(a) if a == b else f"{number(a)}-{number(b)}" for a, b in runs[:_LINES]]
    return ", ".join([*shown, "…"] if len(runs) > _LINES or whole > len(lines) else shown)


def _add_inclusions(page: Page, survey: Survey, named: Sequence[tuple[str, str | None]]) -> None:
    if not survey.inclusions:
        return
    page.blank()
    page.line("columns that name rows of another table")
    shown = survey.inclusions[:INCLUSIONS]
    for table in dict.fromkeys(found.table for found in shown):
        page.line(_table_name(named[table]), indent=2)
        rows: list[list[Part]] = []
        notes: dict[int, list[str]] = {}
        for found in (each for each in shown if each.table == table):
            other = f"→ {_table_name(named[found.in_table])}"
            names = [text_safe(name, _NAME) for name in (found.column, found.in_column)]
            if found.examples:
                values = ", ".join(quoted(value, 24) for value in found.examples)
                more = ", …" if found.orphan_values > len(found.examples) else ""
                notes[len(rows)] = [f"not found: {values}{more}"]
            rows.append([names[0], other, names[1], _found_words(found)])
        flexible = Column(flexible=True)
        page.table(rows, [flexible, flexible, flexible, Column()], indent=4, notes=notes)
    if (rest := len(survey.inclusions) - INCLUSIONS) > 0:
        page.line(f"… and {number(rest)} more; --format json has them all", indent=2)


def _table_name(named: tuple[str, str | None]) -> str:
    file, sheet = named
    return text_safe(f"{file} {sheet}" if sheet else file, _NAME)


def _found_words(found: Inclusion) -> Part:
    if not found.orphan_rows:
        return f"all {counted(found.rows, 'row')}"
    return Ink(f"{number(found.orphan_rows)} of {number(found.rows)} not", "warn")
