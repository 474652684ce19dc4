"""Whatever a table holds: every row read is written or accounted for."""

from __future__ import annotations

import csv
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.engine.author import author
from vernctl.engine.execute import execute
from vernctl.engine.export import count_rows, stream_csv
from vernctl.engine.model import Column, InputFile, Template

TEMPLATE = Template(
    slug="rows",
    name="Rows",
    columns=(
        Column(name="No", unique=True),
        Column(name="Amount", strict=r"^-?\d+(\.\d+)?$"),
        Column(name="Active", one_of=("Yes", "No")),
        Column(name="Day", strict=r"^\d{4}-\d{2}-\d{2}$"),
        Column(name="Note"),
    ),
)
CELLS = st.tuples(
    st.sampled_from(("1", "2", "2", "3 ", "", "n-4")),
    st.sampled_from(("7", "1.5", "1,234", "1.234,50", "€ 3", "5 kg", "5 %", "N/A", "x", "-.5")),
    st.sampled_from(("Yes", "No", "1", "ja", "maybe", "")),
    st.sampled_from(("2024-02-01", "1/2/2024", "31.12.2024", "soon", "NULL", "")),
    st.text(st.characters(codec="utf-8", exclude_characters="\0\r\n\x1a"), max_size=6),
)


@settings(max_examples=6, deadline=None)
@given(rows=st.lists(CELLS, min_size=1, max_size=8))
def test_rows_in_are_rows_out_and_rows_accounted_for(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, quoting=csv.QUOTE_ALL)
            writer.writerow([column.name for column in TEMPLATE.columns])
            writer.writerows(rows)
        files = [InputFile(name="rows.csv", path=folder / "rows.csv")]
        answers: dict[str, str] = {}
        authored = author(files, [TEMPLATE], workdir=folder)
        for _ in range(8):
            if not authored.questions:
                break
            answers |= {question.key: question.options[0] for question in authored.questions}
            authored = author(files, [TEMPLATE], answers=answers, workdir=folder)
        assert not authored.questions
        database = folder / "out.duckdb"
        report = execute(authored.recipe, files, [TEMPLATE], database=database, workdir=folder)
        (sheet,) = report.sheets
        assert sheet.rows + sum(sheet.dropped.values()) == sheet.rows_read == len(rows)
        assert count_rows(database, "rows", "all") == sheet.rows == authored.sheets[0].of
        parts = (count_rows(database, "rows", "valid"), count_rows(database, "rows", "invalid"))
        assert sum(parts) == sheet.rows and parts[1] == sheet.invalid_rows
        text = b"".join(stream_csv(database, "rows", filter="all")).decode()
        assert len(list(csv.reader(text.splitlines(keepends=True)))) >= sheet.rows + 1
