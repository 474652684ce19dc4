"""Structured cells: JSON that a column's JSON Schema must accept.

Python decides, value by value, each different one once; patterns inside a schema run through RE2,
and a reference that leaves the schema is followed nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import re2
from pydantic import JsonValue

from vernctl.engine.model import EngineError


def accepts(schema: JsonValue) -> Callable[[str], bool]:
    """Whether a cell is JSON that the schema accepts. EngineError where the schema is none."""
    from jsonschema import Draft202012Validator, validators
    from jsonschema.exceptions import SchemaError
    from referencing import Registry
    from referencing.exceptions import Unresolvable

    kind: Any = validators.extend(
        Draft202012Validator,
        {
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
        },
    )
    try:
        kind.check_schema(schema)
        _check_patterns(schema)
    except (SchemaError, re2.error) as error:
        raise EngineError(
            f"A column's JSON Schema is wrong: {str(error).splitlines()[0]}."
        ) from error
    validator = kind(schema, registry=Registry())

    def accepted(cell: str) -> bool:
        try:
            return bool(validator.is_valid(json.loads(cell, parse_constant=_no_number)))
        except (ValueError, RecursionError):
            return False
        except Unresolvable as error:
            raise EngineError("A column's JSON Schema refers to what is not in it.") from error

    return accepted


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no JSON")


def _check_patterns(schema: JsonValue) -> None:
    """Every pattern must be one that RE2 takes; ``unevaluatedProperties`` would match with another
    engine than RE2 beside ``patternProperties``, so the two together are refused."""
    if isinstance(schema, list):
        for each in schema:
            _check_patterns(each)
    elif isinstance(schema, dict):
        if isinstance(pattern := schema.get("pattern"), str):
            re2.compile(pattern)
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict):
            for key in patterns:
                re2.compile(key)
            if "unevaluatedProperties" in schema:
                raise EngineError("A JSON Schema has patternProperties and unevaluatedProperties.")
        for each in schema.values():
            _check_patterns(each)


def _pattern(validator: Any, pattern: str, value: object, schema: object) -> Iterator[Any]:
    if validator.is_type(value, "string") and not re2.search(pattern, str(value)):
        yield _error("does not match its pattern")


def _pattern_properties(
    validator: Any, patterns: Mapping[str, object], value: object, schema: object
) -> Iterator[Any]:
    if not isinstance(value, dict):
        return
    for pattern, inner in patterns.items():
        for key, each in value.items():
            if re2.search(pattern, key):
                yield from validator.descend(each, inner, path=key, schema_path=pattern)


def _additional_properties(
    validator: Any, rule: object, value: object, schema: Mapping[str, Any]
) -> Iterator[Any]:
    if not isinstance(value, dict):
        return
    patterns = schema.get("patternProperties", {})
    known = schema.get("properties", {})
    for key, each in value.items():
        if key in known or any(re2.search(pattern, key) for pattern in patterns):
            continue
        if rule is False:
            yield _error("has a property too many")
        elif isinstance(rule, dict):
            yield from validator.descend(each, rule, path=key)


def _error(message: str) -> Any:
    from jsonschema.exceptions import ValidationError

    return ValidationError(message)
