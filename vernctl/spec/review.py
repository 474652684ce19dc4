"""The ``review`` part of a spec: how previews are compared, and what of them may stand in git."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast

from vernctl.spec.endpoints import is_loopback
from vernctl.spec.keys import MOVED, REVIEW
from vernctl.spec.model import Moved, Project, Review
from vernctl.spec.reader import Reader
from vernctl.spec.tree import Node, Pairs

Columns = dict[str, tuple[str, ...]]


def read_review(reader: Reader, node: Node | None, project: Project) -> Review:
    """The review of a spec, the project's choice of cells where it makes none itself."""
    found = reader.keyed(node, "review", REVIEW, "review.") if node is not None else {}
    get = found.get
    cells = reader.optional(get("cells"), lambda n: reader.choice(n, "cells", ("plain", "tokens")))
    cells = cells or project.review_cells
    plain, redact = (_columns(reader, get(name), f"review.{name}") for name in ("plain", "redact"))
    if plain and cells != "tokens":
        reader.add(found["plain"], "review.plain is for review.cells: tokens; every cell is plain")
    if redact and cells == "tokens":
        reader.add(found["redact"], "review.redact is for review.cells: plain; use review.plain")
    if (cells == "tokens" or redact) and project.token_key is None:
        place = get("cells") or get("redact") or node
        if place is not None:
            message = "tokens need a key: review: {token_key: {env: NAME}} in vernctl.yaml"
            reader.add(place, message)
    return Review(
        cells=cast("Literal['plain', 'tokens'] | None", cells),
        plain=plain,
        redact=redact,
        key=_columns(reader, get("key"), "review.key"),
        ignore=_columns(reader, get("ignore"), "review.ignore"),
        moved=_moved(reader, get("moved")),
        backup=bool(reader.optional(get("backup"), lambda n: reader.flag(n, "backup"))),
        unseen=bool(reader.optional(get("unseen"), lambda n: reader.flag(n, "unseen"))),
    )


def require_choice(
    reader: Reader, node: Node, review: Review, project: Project, endpoint: str | None
) -> None:
    """Whether cells may be committed must be said where they come from a real service.

    ``node``: the review as it is written, or the whole spec where it has none.
    """
    own = project.endpoints.get(endpoint or project.own_endpoint, project.endpoint)
    if own.url is None or is_loopback(own.url) or review.cells:
        return
    if isinstance(node, Pairs) and "cells" not in node.pairs:
        reader.add(
            node,
            f"review.cells must be chosen for endpoint {own.name}: plain commits customer cells "
            "to git, tokens commits keyed hashes of them",
        )


def _columns(reader: Reader, node: Node | None, what: str) -> Columns:
    if node is None:
        return {}
    return {
        key.text: reader.names(value, f"a column of {what}")
        for key, value in reader.pairs(node, what)
    }


def _moved(reader: Reader, node: Node | None) -> dict[str, Moved]:
    if node is None:
        return {}
    moved: dict[str, Moved] = {}
    for slug, value in reader.pairs(node, "review.moved"):
        where = f"review.moved.{slug.text}"
        found = reader.keyed(value, where, MOVED, f"{where}.")
        parts = {name: _renames(reader, part, f"{where}.{name}") for name, part in found.items()}
        moved[slug.text] = Moved(**parts)
    return moved


def _renames(reader: Reader, node: Node, what: str) -> Mapping[str, str]:
    """Old name → new name; two of one new name would make one of two."""
    renames: dict[str, str] = {}
    for old, new in reader.pairs(node, what):
        text = reader.text(new, f"{what}.{old.text}")
        if text in renames.values():
            reader.add(new, f'{what} renames two to "{text}"')
        elif text:
            renames[old.text] = text
    return renames
