"""Previews read tolerantly, without losing a cell or inventing one."""

from __future__ import annotations

import pytest
from pydantic import JsonValue

from vernctl.api.models import Preview
from vernctl.errors import ContractError
from vernctl.snapshot.sheet import (
    Heal,
    InvalidCell,
    Sheet,
    sheets_from_preview,
    unique_names,
)
from vernctl.snapshot.tokens import Tokeniser


def read(
    rows: list[list[str]], invalid: list[JsonValue] | None = None, **extra: JsonValue
) -> tuple[Sheet, ...]:
    sheet = {"template": {"slug": "s", "name": "S"}, "rows": rows, "invalid_cells": invalid or []}
    return sheets_from_preview(Preview.model_validate({"sheets": [{**sheet, **extra}]}))


def test_the_first_row_is_the_header_and_short_rows_are_padded() -> None:
    (sheet,) = read([["a", "b"], ["1"], ["2", "3"], ["4", "5", ""]])
    assert sheet.columns == ("a", "b")
    assert sheet.rows == (("1", ""), ("2", "3"), ("4", "5"))


def test_a_row_that_is_wider_than_its_header_breaks_the_contract() -> None:
    with pytest.raises(ContractError, match="3 cells under a header of 2"):
        read([["a", "b"], ["1", "2", "3"]])


def test_a_preview_without_rows_is_an_empty_sheet() -> None:
    assert read([])[0].columns == ()


@pytest.mark.parametrize(
    ("element", "cell"),
    [
        ({"row": 0, "column": "b", "message": "bad"}, InvalidCell(0, "b", "bad")),
        ({"rowIndex": 1, "colIndex": 0, "reason": "bad"}, InvalidCell(1, "a", "bad")),
        ({"row": 0, "columnName": "b", "error": {"k": [1]}}, InvalidCell(0, "b", '{"k": [1]}')),
        ({"row": 0, "column": "b"}, InvalidCell(0, "b", "")),
        ({"row": 9, "column": "b", "message": "bad"}, InvalidCell(-1, "b", "bad")),
        ({"row": True, "column": "b"}, InvalidCell(-1, "", '{"column": "b", "row": true}')),
        ({"row": 0, "colIndex": 7}, InvalidCell(-1, "", '{"colIndex": 7, "row": 0}')),
        ("row 3 is odd", InvalidCell(-1, "", "row 3 is odd")),
        (None, InvalidCell(-1, "", "")),
    ],
)
def test_an_invalid_cell_of_any_shape_counts(element: JsonValue, cell: InvalidCell) -> None:
    (sheet,) = read([["a", "b"], ["1", "2"], ["3", "4"]], [element])
    assert sheet.invalid == (cell,)
    assert sheet.invalid_rows == 1


def test_rows_with_several_invalid_cells_count_once() -> None:
    cells: list[JsonValue] = [{"row": 0, "column": name} for name in ("a", "b")]
    assert read([["a", "b"], ["1", "2"]], cells)[0].invalid_rows == 1


@pytest.mark.parametrize(
    ("sample", "of"), [({"of": 9}, 9), ({"of": True}, None), ({"of": "9"}, None), (7, None)]
)
def test_how_many_rows_a_sample_is_of_is_read_where_it_is_said(
    sample: JsonValue, of: int | None
) -> None:
    assert read([["a"]], sample=sample)[0].sample_of == of


def test_two_sheets_of_one_template_break_the_contract() -> None:
    sheet = {"template": {"slug": "s", "name": "S"}, "rows": [["a"]]}
    with pytest.raises(ContractError, match="two sheets"):
        sheets_from_preview(Preview.model_validate({"sheets": [sheet, sheet]}))


def test_repeated_column_names_are_told_apart() -> None:
    assert unique_names(["a", "a", "a (2)", "a"]) == ("a", "a (3)", "a (2)", "a (4)")


def test_what_the_server_mended_is_read_where_it_is_said() -> None:
    told: list[JsonValue] = [
        {"column": "a", "what": "lower case", "cells": 2, "before": "X", "after": "x"},
        {"column": "b", "what": "trimmed", "cells": 1},
        {"column": "c", "what": "of no column", "cells": 1},
        {"column": "a", "what": "not counted", "cells": True},
        "something else",
    ]
    (sheet,) = read([["a", "b"]], heals=told)
    heals = (Heal("a", "lower case", 2, "X", "x"), Heal("b", "trimmed", 1, None, None))
    assert sheet.heals == heals
    assert sheet.without_columns(["a"]).heals == heals[1:]
    assert read([["a"]], heals="none")[0].heals == ()


def test_a_hidden_column_keeps_its_heals_without_their_cells() -> None:
    heal = Heal("a", 'made of "secret"', 2, "secret", "other")
    (sheet,) = read([["a"], ["x"]], heals=[dict(heal._asdict())])
    (hidden,) = Tokeniser("k" * 16, "acme").hide(sheet, ["a"]).heals
    assert (hidden.column, hidden.cells, hidden.before, hidden.after) == ("a", 2, None, None)
    assert "secret" not in hidden.what
