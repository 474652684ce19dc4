"""Executing and exporting: every row written or accounted for, all sheets or none."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from vernctl.engine import database
from vernctl.engine.author import Authored, author
from vernctl.engine.execute import execute
from vernctl.engine.export import count_rows, stream_csv
from vernctl.engine.model import Column, EngineError, ExecuteReport, InputFile, Template
from vernctl.engine.recipe.model import Input, Recipe, SheetRecipe
from vernctl.engine.recipe.ops import Trim
from vernctl.engine.recipe.steps import CellStep, DedupeStep
from vernctl.engine.recipe.values import FromColumn


@pytest.fixture(scope="module")
def imported(
    settled: Authored,
    files: Sequence[InputFile],
    templates: Sequence[Template],
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, ExecuteReport]:
    folder = tmp_path_factory.mktemp("imported")
    database = folder / "sheets.duckdb"
    report = execute(settled.recipe, files, templates, database=database, workdir=folder)
    return database, report


def exported(database: Path, slug: str, **options: object) -> list[list[str]]:
    data = b"".join(stream_csv(database, slug, **options))  # type: ignore[arg-type]
    return list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))


def test_what_is_written_is_what_was_previewed(
    imported: tuple[Path, ExecuteReport], settled: Authored
) -> None:
    database, report = imported
    for sheet in settled.sheets:
        rows = exported(database, sheet.slug, filter="all")
        assert rows == [list(sheet.columns), *(list(row) for row in sheet.rows)]
    assert report.sheets == settled.counts


def test_a_filter_tells_rows_with_invalid_cells_from_the_others(
    imported: tuple[Path, ExecuteReport],
) -> None:
    database, report = imported
    assert report.inserted == 6
    assert report.invalid_rows == 1
    assert [count_rows(database, "contacts", each) for each in ("all", "valid", "invalid")] == [
        3,
        2,
        1,
    ]
    emails = [row[0] for row in exported(database, "contacts")[1:]]
    assert emails == ["a@acme.test", "c@x.test"]
    assert exported(database, "contacts", filter="invalid")[1][1] == "bob"


def test_fields_are_picked_in_order_and_empty_columns_can_be_left_out(
    imported: tuple[Path, ExecuteReport],
) -> None:
    database, _ = imported
    picked = exported(database, "contacts", fields=["Status", "Email"])
    assert picked[:2] == [["Status", "Email"], ["Open", "a@acme.test"]]
    with pytest.raises(EngineError, match='"Nope"'):
        exported(database, "contacts", fields=["Nope"])
    with pytest.raises(EngineError, match='"ships"'):
        count_rows(database, "ships", "all")


def test_coverage_counts_and_never_shows_a_value(imported: tuple[Path, ExecuteReport]) -> None:
    _, report = imported
    inputs, outputs = report.coverage["inputs"], report.coverage["outputs"]
    assert isinstance(inputs, dict)
    assert isinstance(outputs, dict)
    assert inputs["contacts.csv"]["columns"]["Work E-mail"] == {"filled": 4, "distinct": 3}  # type: ignore[index,call-overload]
    assert outputs["contacts"]["columns"]["Email"] == {"filled": 2, "distinct": 2}  # type: ignore[index,call-overload]
    assert "acme.test" not in json.dumps(report.coverage)


def test_cells_are_exported_exactly(tmp_path: Path) -> None:
    cells = ['=HYPERLINK("http://x")', 'say "hi", you', "two\nlines", "caf\u2028é", "+1", "'"]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["Key", "Note"], *([str(i), c] for i, c in enumerate(cells))])
    (tmp_path / "notes.csv").write_text(buffer.getvalue(), encoding="utf-8", newline="")
    file = InputFile(name="notes.csv", path=tmp_path / "notes.csv")
    columns = (Column(name="Key", unique=True), Column(name="Note"), Column(name="Rank"))
    template = Template(slug="notes", name="Notes", columns=columns)
    recipe = author([file], [template], workdir=tmp_path).recipe
    database = tmp_path / "out.duckdb"
    execute(recipe, [file], [template], database=database, workdir=tmp_path)
    assert [row[1] for row in exported(database, "notes")[1:]] == cells
    assert exported(database, "notes", omit_empty=True)[0] == ["Key", "Note"]
    raw = b"".join(stream_csv(database, "notes"))
    assert raw.startswith(b"Key,Note,Rank\r\n")


def test_a_second_execute_replaces_the_first(
    settled: Authored,
    files: Sequence[InputFile],
    templates: Sequence[Template],
    tmp_path: Path,
) -> None:
    database = tmp_path / "sheets.duckdb"
    for _ in range(2):
        execute(settled.recipe, files, templates, database=database, workdir=tmp_path)
    assert count_rows(database, "contacts", "all") == 3


def test_an_execute_that_fails_leaves_the_last_import_as_it_was(
    settled: Authored,
    files: Sequence[InputFile],
    templates: Sequence[Template],
    tmp_path: Path,
) -> None:
    database = tmp_path / "sheets.duckdb"
    execute(settled.recipe, files, templates, database=database, workdir=tmp_path)
    before = database.read_bytes()
    with pytest.raises(EngineError, match=r"contacts\.csv"):
        execute(settled.recipe, files[:1], templates, database=database, workdir=tmp_path)
    assert database.read_bytes() == before
    other = templates[0].model_copy(update={"columns": templates[0].columns[:1]})
    with pytest.raises(EngineError, match="Companies"):
        execute(settled.recipe, files, [other], database=database, workdir=tmp_path)


def test_more_than_memory_holds_is_imported_by_way_of_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "MEMORY_LIMIT", "100MB")
    names = ("Key", *(f"Note {i}" for i in range(7)))
    with (tmp_path / "big.csv").open("w", encoding="utf-8") as file:
        file.write(",".join(names) + "\n")
        for row in range(150_000):
            file.write(
                f"{row}," + ",".join(f"word {row * i % 99_991:020}" for i in range(7)) + "\n"
            )
    values = {name: FromColumn(column=name) for name in names}
    trim = CellStep(columns=names, do=Trim())
    latest = DedupeStep(dedupe=("Key",), keep="last")
    sheet = SheetRecipe(
        template="notes",
        columns=names,
        inputs=(Input(table="big.csv", values=values),),
        steps=(trim, latest),
    )
    columns = (Column(name="Key", unique=True), *(Column(name=name) for name in names[1:]))
    template = Template(slug="notes", name="Notes", columns=columns)
    spilled: list[int] = []

    def progress(phase: str, text: str) -> None:
        spilled.extend(path.stat().st_size for path in tmp_path.glob("spill/*"))

    result = tmp_path / "out.duckdb"
    files = [InputFile(name="big.csv", path=tmp_path / "big.csv")]
    report = execute(
        Recipe(sheets=(sheet,)), files, [template], database=result, workdir=tmp_path,
        progress=progress,
    )  # fmt: skip
    assert report.inserted == 150_000
    assert sum(spilled) > 0
    lines = b"".join(stream_csv(result, "notes", filter="all")).split(b"\r\n")
    assert [line.partition(b",")[0] for line in lines[1:-1]] == [b"%d" % i for i in range(150_000)]
