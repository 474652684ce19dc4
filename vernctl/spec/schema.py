"""The JSON Schema of the spec format, made from the same table that the loader reads."""

from __future__ import annotations

from pydantic import JsonValue

from vernctl.spec.keys import (
    CHECKED,
    LIMIT_KEYS,
    MOVED,
    OVERRIDE,
    REFINEMENT,
    RULE,
    SECRET_KEYS,
    SPEC,
    Key,
    Keys,
)

_NOT_BUILT = "Part of the format, not built into this version: it is refused by name."
_TEXT: JsonValue = {"type": "string", "minLength": 1}
_PERCENTAGE = r"^[0-9]{1,4}(\.[0-9]{1,6})?\s*%$"


def json_schema() -> dict[str, JsonValue]:
    """The JSON Schema (2020-12) of a spec, for editors and for checks outside vernctl.

    A base spec need not be complete, so nothing is required of a file that has no ``migration``.
    """
    schema = _closed(SPEC)
    required = schema.pop("required")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$comment": "Generated from the format's table of keys.",
        "title": "vernctl spec",
        "description": "One customer's import, format version 1.",
        **schema,
        "if": {"required": ["migration"], "not": {"required": ["extends"]}},
        "then": {"required": required},
        "$defs": _definitions(),
    }


def _definitions() -> dict[str, JsonValue]:
    return {
        "share": {
            "type": "string",
            "pattern": _PERCENTAGE,
            "description": "A percentage such as 5%.",
        },
        "limit": {
            "description": "A share, a count, or both: refused when either is exceeded.",
            "anyOf": [
                {"$ref": "#/$defs/share"},
                {"type": "integer", "minimum": 0},
                {**_closed(LIMIT_KEYS), "minProperties": 1},
            ],
        },
        "sheet_checks": {**_closed(CHECKED), "description": "Limits for one sheet."},
        "override": {**_closed(OVERRIDE), "description": "One check that may fail once."},
        "moved": {**_closed(MOVED), "description": "What was renamed in one sheet."},
        "refinement": {
            "description": "A message, or a message with a short name.",
            "anyOf": [_TEXT, _closed(REFINEMENT)],
        },
        "rule": {
            **_closed(RULE),
            "oneOf": [{"required": ["choose"]}, {"required": ["say"]}],
            "description": "An answer with conditions.",
        },
        "answer": _answer(),
        "secret": {
            **_closed(SECRET_KEYS),
            "minProperties": 1,
            "maxProperties": 1,
            "description": "Where a secret is; never the secret itself.",
        },
    }


def _answer() -> JsonValue:
    one: list[JsonValue] = [_TEXT, {"$ref": "#/$defs/rule"}]
    return {
        "description": "A label (or text where none is offered), a rule, rules, or null, which "
        "drops an inherited rule.",
        "anyOf": [
            {"type": "null"},
            *one,
            {"type": "array", "minItems": 1, "items": {"anyOf": one}},
        ],
    }


def _closed(keys: Keys) -> dict[str, JsonValue]:
    """A map of exactly these keys; a map of none that are required may be left empty (null)."""
    required: list[JsonValue] = [name for name, key in keys.items() if key.required]
    schema: dict[str, JsonValue] = {
        "type": "object" if required else ["object", "null"],
        "additionalProperties": False,
        "properties": {name: _value(key) for name, key in keys.items()},
    }
    if required:
        schema["required"] = required
    return schema


def _value(key: Key) -> JsonValue:
    about = key.about
    if not key.built:
        about = f"{about} {_NOT_BUILT}"
    for value in key.unbuilt:
        about = f"{about} `{value}`: {_NOT_BUILT[0].lower()}{_NOT_BUILT[1:]}"
    shape = _closed(key.keys) if key.keys is not None else dict(key.shape)
    return {"description": about, **shape}
