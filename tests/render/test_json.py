"""The JSON document: every field that the public interface names, exact strings, stable counts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints, is_typeddict

import pytest
from pydantic import JsonValue
from syrupy.assertion import SnapshotAssertion

from vernctl.render.json import (
    Document,
    SpecDocument,
    render_error,
    render_outcomes,
    render_sheet_diff,
)
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome

#: Named by the design's public interface; checks from outside rely on each of them.
SPEC = {"name", "status", "migration_id", "run_id", "digest", "base_digest", "steps", "cost"}
SPEC |= {"causes", "questions", "sheets", "checks", "report", "receipt", "outputs", "next"}
SPEC |= {"resume_at", "error"}
PARTS = {
    "steps": {"kind", "reason", "agent_calls"},
    "causes": {"sheet", "kind", "ref"},
    "questions": {"question", "answer", "rule", "status"},
    "checks": {"name", "sheet", "limit", "actual", "ok", "phase"},
}
SHEET = {"rows", "sample_of", "added", "removed", "changed", "cells", "cosmetic", "invalid"}
SHEET |= {"invalid_before", "columns"}


def test_the_document_holds_every_promised_field(outcomes: dict[str, SpecOutcome]) -> None:
    document = json.loads(render_outcomes(list(outcomes.values())))
    assert document["format"] == 1
    for spec in document["specs"]:
        assert set(spec) >= SPEC
        assert set(spec["cost"]) == {"create", "generate", "agent", "agent_max"}
        for part, fields in PARTS.items():
            assert all(set(entry) >= fields for entry in spec[part])
        assert all(set(sheet) >= SHEET for sheet in spec["sheets"].values())
        if spec["error"] is not None:
            assert set(spec["error"]) >= {"kind", "message", "place", "remote", "next"}


@pytest.mark.parametrize("name", ["first_import", "needs_approval", "blocked", "not_as_approved"])
def test_the_document_of_each_kind(
    name: str, outcomes: dict[str, SpecOutcome], snapshot: SnapshotAssertion
) -> None:
    assert render_outcomes([outcomes[name]]) == snapshot


def test_the_document_is_what_its_description_says(outcomes: dict[str, SpecOutcome]) -> None:
    document = json.loads(render_outcomes(list(outcomes.values())))
    assert list(_departures(document, Document, "document")) == []


def test_every_part_of_the_document_is_described() -> None:
    undescribed = [
        name
        for name, hint in get_type_hints(SpecDocument).items()
        for part in _documents(hint)
        if not (part.__doc__ or "").strip()
    ]
    assert undescribed == []


def test_changed_counts_rows_and_cells_counts_cells(outcomes: dict[str, SpecOutcome]) -> None:
    document = json.loads(render_outcomes([outcomes["needs_approval"]]))
    sheet = document["specs"][0]["sheets"]["contacts"]
    counts = {name: sheet[name] for name in ("added", "removed", "changed", "cells", "cosmetic")}
    assert counts == {"added": 2, "removed": 1, "changed": 350, "cells": 350, "cosmetic": 35}


def test_strings_are_exact_whatever_they_hold(outcomes: dict[str, SpecOutcome]) -> None:
    hostile = "\x1b[31m @bob `x` | \u202e \x00 " + "x" * 5000
    outcome = outcomes["held"].model_copy(update={"title": "t", "facts": (hostile,)})
    assert json.loads(render_outcomes([outcome]))["specs"][0]["facts"] == [hostile]


def test_a_lone_surrogate_does_not_break_the_document(outcomes: dict[str, SpecOutcome]) -> None:
    outcome = outcomes["held"].model_copy(update={"facts": ("a\ud800b",)})
    output = render_outcomes([outcome])
    assert json.loads(output.encode().decode())["specs"][0]["facts"] == ["a\ud800b"]


def test_two_files_give_the_sheets_object(outcomes: dict[str, SpecOutcome]) -> None:
    diff = outcomes["needs_approval"].diff
    assert diff is not None
    document = json.loads(render_sheet_diff(diff.sheets[1]))
    assert set(document["sheets"]["contacts"]) >= SHEET


def test_an_error_before_any_spec_is_a_document_too() -> None:
    document = json.loads(render_error(ErrorOutcome(kind="spec", message="2 problems.")))
    assert document["specs"] == []
    assert document["error"]["kind"] == "spec"


def _departures(value: object, hint: Any, where: str) -> Iterator[str]:
    """Where a value is not what its type says: other keys, other types."""
    if hint is JsonValue:
        return
    if (is_typeddict(hint) or get_origin(hint) is dict) and not isinstance(value, dict):
        yield f"{where}: {value!r} is no object"
    elif is_typeddict(hint):
        hints = get_type_hints(hint)
        assert isinstance(value, dict)
        if set(value) != set(hints):
            yield f"{where}: {set(value) ^ set(hints)}"
        for key, part in hints.items():
            yield from _departures(value.get(key), part, f"{where}.{key}")
    elif get_origin(hint) is list:
        for i, entry in enumerate(value if isinstance(value, list) else [value]):
            yield from _departures(entry, get_args(hint)[0], f"{where}[{i}]")
    elif get_origin(hint) is dict:
        assert isinstance(value, dict)
        for key, entry in value.items():
            yield from _departures(entry, get_args(hint)[1], f"{where}.{key}")
    elif get_origin(hint) is UnionType:
        ways = [list(_departures(value, part, where)) for part in get_args(hint)]
        if all(ways):
            yield from ways[0]
    elif type(value) is not hint:
        yield f"{where}: {value!r} is not {hint}"


def _documents(hint: object) -> list[type]:
    found: list[type] = []
    for argument in getattr(hint, "__args__", ()):
        found += _documents(argument)
    if isinstance(hint, type) and is_typeddict(hint):
        found.append(hint)
    return found
