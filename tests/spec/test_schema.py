"""The JSON Schema says what the loader accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest
import yaml
from pydantic import JsonValue

from vernctl.spec import keys
from vernctl.spec.keys import Keys
from vernctl.spec.schema import json_schema

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop

GOOD = """\
# yaml-language-server: $schema=../spec.schema.json
version: 1
state: active
migration: {name: Acme Corp, external_id: acme-001, templates: [contacts], epoch: 2}
files: [data/*.csv]
knowledge: All amounts are USD.
refine:
  - Trim every phone number.
  - {id: missing-email, message: Fill it.}
answers:
  "* values aren't one of the allowed options": Map them all to 'Open'
  "Two columns could be Email*": {choose: Work Email, options: [Work Email], times: 1}
  "How should we name the owner*": [{say: Boss, during: plan}, {say: Nobody, during: apply}]
review: {cells: plain, key: {contacts: [Email]}, ignore: {contacts: [Imported At]}}
checks:
  removed_rows: 5%
  invalid_rows: {share: 5%, count: 12}
  dropped_columns: 0
  rows: {min: 10}
  filled: {Email: 99%}
  sheets: {contacts: {removed_rows: 2%}}
  overrides:
    - {check: rows, digest: 3f9c21a, reason: agreed, expires: "2026-12-31"}
export: {to: out/acme}
"""


def validator() -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema())


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema())


SHIPPED = Path(__file__).parents[2] / "specs"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.name)
def test_the_shipped_specs_are_valid(path: Path) -> None:
    validator().validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_what_loads_is_valid(workshop: Workshop) -> None:
    workshop.load(head=GOOD)
    validator().validate(yaml.safe_load(GOOD))


@pytest.mark.parametrize(
    "body",
    [
        "awnsers: {}",
        "state: paused",
        "refine: yes",
        "refine: [1]",
        "answers: {a question: yes}",
        "answers: {a question: 0042}",
        "answers: {a question: {choose: a, say: b}}",
        "answers: {a question: {when: a}}",
        "answers: {a question: []}",
        "checks: {removed_rows: 0.05}",
        "checks: {removed_rows: {}}",
        "checks: {filled: {Email: 99}}",
        "checks: {overrides: [{check: rows}]}",
        "export: {}",
        "review: {cells: none}",
    ],
)
def test_what_is_refused_is_not_valid(workshop: Workshop, body: str) -> None:
    head = "version: 1\nmigration: {name: A, external_id: a}\n"
    assert workshop.problems(f"{body}\n", head=head)
    assert not validator().is_valid(yaml.safe_load(head + body))


def test_a_base_need_not_be_complete_and_a_spec_must() -> None:
    assert validator().is_valid({"refine": ["Trim it."]})
    assert validator().is_valid(
        {"extends": "base.yaml", "migration": {"name": "A", "external_id": "a"}}
    )
    assert not validator().is_valid({"migration": {"name": "A", "external_id": "a"}})


def tables(table: Keys, path: str = "") -> Iterator[tuple[str, keys.Key]]:
    for name, key in table.items():
        yield f"{path}{name}", key
        if key.keys is not None:
            yield from tables(key.keys, f"{path}{name}.")


EVERY_TABLE = (
    keys.SPEC,
    keys.PROJECT,
    keys.RULE,
    keys.REFINEMENT,
    keys.OVERRIDE,
    keys.LIMIT_KEYS,
    keys.SECRET_KEYS,
    keys.ENDPOINT,
    keys.CONNECTION,
)


@pytest.mark.parametrize(
    ("path", "key"),
    [found for table in EVERY_TABLE for found in tables(table)],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_key_has_a_description_that_is_a_sentence(path: str, key: keys.Key) -> None:
    assert len(key.about) > 10, path
    assert key.about[-1] == "." or key.about[-1] == ")", path


def properties(schema: JsonValue) -> Iterator[JsonValue]:
    if isinstance(schema, Mapping):
        yield from dict(schema.get("properties") or {}).values()  # type: ignore[arg-type]
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def test_every_property_of_the_schema_is_described() -> None:
    found = list(properties(json_schema()))
    assert len(found) > 50
    assert all(isinstance(each, Mapping) and each.get("description") for each in found)


def test_what_is_not_built_is_described_as_such() -> None:
    top = json_schema()["properties"]
    assert isinstance(top, Mapping)
    assert "not built" not in str(top["answers"])
