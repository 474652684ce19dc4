"""The account's sources and templates as a catalog file, and how a catalog differs from them.

A catalog pulled from an account lets the embedded server rehearse with the very templates that
imports will meet. Templates are compared as far as they decide cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import re2
import yaml
from pydantic import JsonValue

from vernctl.api.models import Source, Template, TemplateColumn
from vernctl.snapshot.digest import normal_definition

#: How vernctl's own server shows ``one_of``: an anchored choice of escaped values.
_CHOICE = ("^(?:", ")$")


class Pulled(NamedTuple):
    """A catalog as YAML, and what of the account could not be put into it."""

    text: str
    left_out: tuple[str, ...]


def pulled(sources: Sequence[Source], templates: Sequence[Template]) -> Pulled:
    """The account's sources and templates as the text of a catalog file.

    Left out, and named: patterns that RE2 refuses, and links to what is no template here.
    """
    slugs = {str((t.model_extra or {}).get("id", t.slug)): t.slug for t in templates}
    slugs |= {template.slug: template.slug for template in templates}
    left_out: list[str] = []
    document = {
        "sources": [{"name": source.name} for source in sources],
        "templates": [_template(template, slugs, left_out) for template in templates],
    }
    text = yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100)
    return Pulled(text, tuple(left_out))


def _template(
    template: Template, slugs: Mapping[str, str], left_out: list[str]
) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {"slug": template.slug, "name": template.name}
    if template.description:
        shown["description"] = template.description
    columns: list[JsonValue] = []
    for column in template.columns:
        said: list[str] = []
        columns.append(_column(column, slugs, said))
        left_out += [f"{template.slug}.{column.name}: {text}" for text in said]
    return {**shown, "columns": columns}


def _column(
    column: TemplateColumn, slugs: Mapping[str, str], left_out: list[str]
) -> dict[str, JsonValue]:
    shown: dict[str, JsonValue] = {"name": column.name}
    if column.description:
        shown["description"] = column.description
    shown |= {key: True for key in ("required", "unique") if getattr(column, key)}
    pattern = column.strict_rule
    choices = _choices(pattern) if pattern else None
    if choices:
        shown["one_of"] = list[JsonValue](choices)
    elif pattern and _is_linear(pattern):
        shown["strict"] = pattern
    elif pattern:
        left_out.append("its pattern is not one of RE2")
    links: list[JsonValue] = []
    for link in column.link_rule or ():
        if link.template_id in slugs:
            links.append(f"{slugs[link.template_id]}.{link.column_name}")
        else:
            left_out.append(f"its link to {link.template_id}, which is no template here")
    if links:
        shown["link"] = links[0] if len(links) == 1 else links
    if column.schema_ is not None:
        shown["schema"] = column.schema_
    return shown


def _is_linear(pattern: str) -> bool:
    try:
        re2.compile(pattern)
    except re2.error:
        return False
    return True


def _choices(pattern: str) -> list[str] | None:
    """The values of a pattern that is nothing but a choice of them, else None."""
    start, end = _CHOICE
    if not (pattern.startswith(start) and pattern.endswith(end)):
        return None
    values, value, escaped = [], "", False
    for c in pattern[len(start) : -len(end)]:
        if escaped or c not in "\\|":
            value, escaped = value + c, False
        elif c == "\\":
            escaped = True
        else:
            values.append(value)
            value = ""
    values.append(value)
    again = start + "|".join(re2.escape(value) for value in values) + end
    return values if again == pattern and all(values) else None


def differences(local: Sequence[Template], account: Sequence[Template]) -> list[str]:
    """How the account's templates differ from a catalog's, in words; sorted by slug and column."""
    here = {template.slug: normal_definition(template) for template in local}
    there = {template.slug: normal_definition(template) for template in account}
    said: list[str] = []
    for slug in sorted(here.keys() | there.keys()):
        if slug not in there:
            said.append(f"{slug}: only in the catalog")
        elif slug not in here:
            said.append(f"{slug}: only in the account")
        else:
            said += [f"{slug}{line}" for line in _moved(here[slug], there[slug])]
    return said


def _moved(here: dict[str, JsonValue], there: dict[str, JsonValue]) -> Iterator[str]:
    for name in ("name", "description"):
        if here.get(name) != there.get(name):
            yield f": {name} {_shown(here.get(name))} → {_shown(there.get(name))}"
    before, after = _by_name(here), _by_name(there)
    for column in sorted(before.keys() | after.keys()):
        if column not in after:
            yield f".{column}: only in the catalog"
        elif column not in before:
            yield f".{column}: only in the account"
        else:
            was, now = before[column], after[column]
            for key in sorted(was.keys() | now.keys()):
                if was.get(key) != now.get(key):
                    yield f".{column}: {key} {_shown(was.get(key))} → {_shown(now.get(key))}"


def _by_name(definition: dict[str, JsonValue]) -> dict[str, dict[str, JsonValue]]:
    columns = definition.get("columns")
    found = columns if isinstance(columns, list) else []
    return {str(column["name"]): column for column in found if isinstance(column, dict)}


def _shown(value: JsonValue) -> str:
    return "none" if value is None else str(value)
