"""Cells that hold JSON are held to the schema of their column."""

from __future__ import annotations

import pytest

from vernctl.engine.model import EngineError
from vernctl.engine.structured import accepts


def test_a_cell_is_held_to_the_whole_schema() -> None:
    accepted = accepts({"type": "array", "items": {"type": "integer", "minimum": 1}})
    assert [accepted(cell) for cell in ("[1, 2]", "[0]", '{"a": 1}', "oops", "[NaN]")] == [
        True, False, False, False, False,
    ]  # fmt: skip


def test_patterns_inside_a_schema_take_linear_time() -> None:
    accepted = accepts(
        {
            "properties": {"name": {"pattern": "^(a+)+$"}},
            "patternProperties": {"^x-": {"type": "integer"}},
            "additionalProperties": False,
        }
    )
    assert accepted('{"name": "aaa", "x-1": 2}')
    assert not accepted('{"name": "' + "a" * 5_000 + '!"}')
    assert not accepted('{"x-1": "two"}')
    assert not accepted('{"other": 1}')


@pytest.mark.parametrize(
    "schema",
    [{"type": "nothing"}, {"pattern": "(?<=a)b"}, {"patternProperties": {"(?=a)": {}}}],
)
def test_a_schema_that_is_none_is_refused_in_one_sentence(schema: dict[str, object]) -> None:
    with pytest.raises(EngineError, match="JSON Schema is wrong"):
        accepts(schema)  # type: ignore[arg-type]


def test_a_reference_out_of_the_schema_is_followed_nowhere() -> None:
    accepted = accepts({"$ref": "http://127.0.0.1:9/schema.json"})
    with pytest.raises(EngineError, match="refers to what is not in it"):
        accepted("1")


def test_a_cell_nested_beyond_reason_is_refused_quietly() -> None:
    assert not accepts({"type": "array"})("[" * 100_000)
