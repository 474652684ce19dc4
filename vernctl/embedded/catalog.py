"""The catalog: which sources and templates this server offers, from one YAML file.

``sources: [{name, recipe}]`` and ``templates: [{slug, name, description, columns: [{name,
description, required, unique, strict, one_of, link, schema}]}]``. Patterns are RE2's, links are
``slug.Column`` (or a list of them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import re2
import yaml
from pydantic import BaseModel, ConfigDict, JsonValue

from vernctl.embedded.refusal import RefusalError, not_found
from vernctl.embedded.yamlnodes import NodeReader
from vernctl.engine.model import Column, Link, Template

_TEMPLATE_KEYS = ("slug", "name", "description", "columns")
_COLUMN_KEYS = (
    *("name", "description", "required", "unique"),
    *("strict", "one_of", "link", "schema"),
)
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
MAX_COLUMNS = 1_000
#: Bytes of a recipe's file: maps of many thousand values fit in.
MAX_RECIPE = 8 << 20


class CatalogSource(BaseModel):
    """A system migrated from. ``key`` is its name in the file, whatever it was renamed to since.

    ``recipe`` is the text of the recipe that its imports start from, read off ``recipe_file``.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    key: str
    auth_url: str | None = None
    recipe: str | None = None
    recipe_file: Path | None = None


class Catalog(BaseModel):
    """Everything a catalog file says, checked."""

    model_config = ConfigDict(frozen=True)

    sources: tuple[CatalogSource, ...] = ()
    templates: tuple[Template, ...] = ()
    groupings: Mapping[str, str] = {}

    def template(self, slug: str) -> Template | None:
        """The template of this slug, or None."""
        return next((t for t in self.templates if t.slug == slug), None)

    def source(self, name: str) -> CatalogSource | None:
        """The source of this name, or None."""
        return next((s for s in self.sources if s.name == name), None)

    def the_source(self, name: str) -> CatalogSource:
        """The one source of this name. Refuses with 404 for none, 409 where two share it."""
        named = [source for source in self.sources if source.name == name]
        if not named:
            raise not_found(f"The source “{name}”")
        if len(named) > 1:
            raise RefusalError(409, f"Two sources are named “{name}”; rename one of them.")
        return named[0]


def load_catalog(path: Path) -> Catalog:
    """Read and check a catalog file. Raises SpecError with every problem, line and column."""
    reader = NodeReader(path)
    root = reader.root()
    if root is None:
        return Catalog()
    top = reader.mapping(root, "the catalog", ("sources", "templates"))
    sources = [_source(reader, node) for node in reader.items(top.get("sources"), "sources")]
    nodes = reader.items(top.get("templates"), "templates")
    templates = [_template(reader, node) for node in nodes]
    _check_names(reader, nodes, [template.slug for template in templates], "template")
    _check_links(reader, nodes, templates)
    reader.raise_problems()
    return Catalog(sources=tuple(sources), templates=tuple(templates))


def api_template(template: Template, grouping: str | None = None) -> dict[str, JsonValue]:
    """The template as the API shows it; ``one_of`` becomes an anchored, escaped pattern."""
    grouped: dict[str, JsonValue] = {} if grouping is None else {"grouping": grouping}
    return {
        "slug": template.slug,
        "name": template.name,
        "description": template.description or None,
        "columns": [_api_column(column) for column in template.columns],
        **grouped,
    }


def shown_pattern(column: Column) -> str | None:
    """The pattern that the API shows for a column."""
    if column.one_of:
        return f"^(?:{'|'.join(re2.escape(value) for value in column.one_of)})$"
    return column.strict


def _api_column(column: Column) -> dict[str, JsonValue]:
    pattern = shown_pattern(column)
    shown: dict[str, JsonValue] = {
        "name": column.name,
        "description": column.description,
        "required": column.required,
        "unique": column.unique,
        "desiredRule": "link" if column.link else "strict" if pattern else "none",
    }
    if pattern:
        shown["strictRule"] = pattern
    if column.link:
        shown["linkRule"] = [
            {"templateId": link.template, "columnName": link.column} for link in column.link
        ]
    if column.schema_ is not None:
        shown["schema"] = column.schema_
    return shown


def _source(reader: NodeReader, node: yaml.Node) -> CatalogSource:
    entries = reader.mapping(node, "a source", ("name", "recipe"), required=("name",))
    name = reader.text(entries.get("name"), "name")
    if "recipe" not in entries:
        return CatalogSource(name=name, key=name)
    written = reader.text(entries["recipe"], "recipe")
    path = reader.path.parent / written
    recipe = _recipe(reader, entries["recipe"], path) if written else None
    return CatalogSource(name=name, key=name, recipe=recipe, recipe_file=path)


def _recipe(reader: NodeReader, node: yaml.Node, path: Path) -> str | None:
    from vernctl.engine.model import EngineError  # the recipe's model is slow to load
    from vernctl.engine.recipe.model import recipe_from_yaml

    try:
        if path.stat().st_size > MAX_RECIPE:
            raise EngineError(f"it is larger than {MAX_RECIPE:,} bytes")
        text = path.read_text(encoding="utf-8")
        recipe_from_yaml(text)
    except FileNotFoundError:
        reader.report(node, f'recipe "{path.name}": there is no such file beside the catalog')
    except (OSError, UnicodeDecodeError, EngineError) as error:
        reader.report(node, f'recipe "{path.name}" cannot be used: {error}')
    else:
        return text
    return None


def _template(reader: NodeReader, node: yaml.Node) -> Template:
    entries = reader.mapping(node, "a template", _TEMPLATE_KEYS, required=("slug", "columns"))
    slug = reader.text(entries.get("slug"), "slug")
    if "slug" in entries and slug and not _SLUG.fullmatch(slug):
        reader.report(entries["slug"], f'slug "{slug}" may only have letters, digits, - and _')
    nodes = reader.items(entries.get("columns"), "columns")
    if "columns" in entries and not 1 <= len(nodes) <= MAX_COLUMNS:
        reader.report(entries["columns"], f"a template has 1 to {MAX_COLUMNS} columns")
    columns = [_column(reader, column) for column in nodes]
    _check_names(reader, nodes, [column.name for column in columns], "column")
    return Template(
        slug=slug,
        name=reader.text(entries.get("name"), "name") or slug,
        description=reader.text(entries.get("description"), "description"),
        columns=tuple(columns),
    )


def _column(reader: NodeReader, node: yaml.Node) -> Column:
    entries = reader.mapping(node, "a column", _COLUMN_KEYS, required=("name",))
    strict = reader.text(entries["strict"], "strict") if "strict" in entries else None
    if strict:
        _check_pattern(reader, entries["strict"], strict)
    one_of = tuple(
        reader.text(item, "a value of one_of")
        for item in reader.items(entries.get("one_of"), "one_of")
    )
    if "one_of" in entries and len(set(one_of)) < max(1, len(one_of)):
        reader.report(entries["one_of"], "one_of needs at least one value, and each only once")
    return Column(
        name=reader.text(entries.get("name"), "name"),
        description=reader.text(entries.get("description"), "description"),
        required=reader.flag(entries.get("required"), "required"),
        unique=reader.flag(entries.get("unique"), "unique"),
        strict=strict or None,
        one_of=one_of,
        link=tuple(_link(reader, item) for item in _link_nodes(entries.get("link"))),
        schema_=reader.json(entries.get("schema")),
    )


def _check_pattern(reader: NodeReader, node: yaml.Node, pattern: str) -> None:
    fault = pattern_fault(pattern)
    if fault is not None:
        reader.report(node, f'strict "{pattern}" is no RE2 pattern: {fault}')


def pattern_fault(pattern: str) -> str | None:
    """Why RE2 refuses this pattern; None where it takes it."""
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0] if error.args else "not understood"
        return reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    return None


def _link_nodes(node: yaml.Node | None) -> list[yaml.Node]:
    if node is None:
        return []
    return list(node.value) if isinstance(node, yaml.SequenceNode) else [node]


def _link(reader: NodeReader, node: yaml.Node) -> Link:
    written = reader.text(node, "link")
    template, dot, column = written.partition(".")
    if written and not (template and dot and column):
        reader.report(node, f'link "{written}" must be written as slug.Column')
    return Link(template=template, column=column)


def _check_names(reader: NodeReader, nodes: list[yaml.Node], names: list[str], what: str) -> None:
    seen: set[str] = set()
    for node, name in zip(nodes, names, strict=True):
        if name and name.casefold() in seen:
            reader.report(node, f'{what} "{name}" is there twice (upper and lower case are one)')
        seen.add(name.casefold())


def _check_links(reader: NodeReader, nodes: list[yaml.Node], templates: list[Template]) -> None:
    by_slug = {template.slug: template for template in templates}
    for node, template in zip(nodes, templates, strict=True):
        for column in template.columns:
            for link in column.link:
                target = by_slug.get(link.template)
                if link.column and (target is None or target.column(link.column) is None):
                    reader.report(
                        node,
                        f'column "{column.name}" links to "{link.template}.{link.column}",'
                        " which is not in this catalog",
                    )
