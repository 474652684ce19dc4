"""What of a spec belongs to which dialect of the API: the rest is refused with the word to use.

``api: companies`` maps and imports in one run. There is no preview to refine, to ask about or to
approve by its rows, so a spec must say that what it approves is unseen.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from vernctl.spec.keys import COMPANIES, UUID
from vernctl.spec.model import AnswerRule, CompanyIds, MigrationSpec, Review
from vernctl.spec.reader import Reader, shown
from vernctl.spec.tree import Items, Node, Pairs, Scalar

_UUID = re.compile(UUID)
#: Exports are files by these names.
_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
_IDS = "companies: {source: UUID, templates: {slug: UUID}}"
#: Keys that speak of a preview, or of what the dialect has no request for, and what to do instead.
_WITHOUT_MEANING: Mapping[str, str] = {
    "refine": "a refinement changes a preview; messages to the running import go under `correct`",
    "clarify": "a question to the agent is about a preview; leave it out",
    "knowledge": "the dialect has no request for it; say it under `correct`",
    "connection": "its imports take files alone; name them under `files`",
}


def read_companies(reader: Reader, node: Node) -> CompanyIds | None:
    """The UUIDs of source and templates; None where a problem leaves nothing."""
    found = reader.keyed(node, "companies", COMPANIES, "migration.companies.")
    source = reader.optional(found.get("source"), lambda n: _uuid(reader, n, "source"))
    templates: dict[str, str] = {}
    given = found.get("templates")
    for key, value in reader.pairs(given, "companies.templates") if given is not None else ():
        if not _SLUG.fullmatch(key.text):
            reader.add(key, f'"{shown(key.text)}" is no slug: letters, digits, . - and _ only')
            continue
        identity = _uuid(reader, value, f"companies.templates.{shown(key.text)}")
        if identity in templates.values():
            reader.add(value, f"{identity} is named twice; each template has one slug")
        elif identity:
            templates[key.text] = identity
    if isinstance(given, Scalar | Pairs) and not templates and not reader.problems:
        reader.add(given, "companies.templates is empty; name each template as slug: UUID")
    return CompanyIds(source=source, templates=templates) if source and templates else None


def _uuid(reader: Reader, node: Node, what: str) -> str:
    text = reader.text(node, what, env=True)
    if text and not _UUID.fullmatch(text):
        reader.add(node, f'{what} is "{shown(text)}", not a UUID (36 characters: 8-4-4-4-12)')
        return ""
    return text.lower()


def check_dialect(
    reader: Reader,
    found: Mapping[str, Node],
    migration: MigrationSpec,
    review: Review,
    answers: Sequence[AnswerRule],
) -> None:
    """Add a problem for everything that has no meaning in the spec's dialect, and for what the
    dialect needs and has not. ``found``: the nodes of the spec by key."""
    if migration.api == "companies":
        _check_companies(reader, found, migration, review)
        for rule in answers:
            if rule.during == "plan":
                message = "api: companies asks while applying only; drop `during: plan`"
                reader.add(rule.place, message)
        return
    ids = _inside(found.get("migration"), "companies")
    if ids is not None:
        reader.add(ids, "`companies` is for api: companies; write that too, or leave it out")
    correct = found.get("correct")
    if isinstance(correct, Items) and correct.items:
        message = "`correct` is for api: companies; messages about a preview go under `refine`"
        reader.add(correct, message)
    if review.unseen:
        message = "review.unseen is for api: companies; here every approval is of a seen preview"
        reader.add(_inside(found.get("review"), "unseen") or found["review"], message)


def _check_companies(
    reader: Reader, found: Mapping[str, Node], migration: MigrationSpec, review: Review
) -> None:
    api = _inside(found["migration"], "api") or found["migration"]
    if migration.companies is None and _inside(found["migration"], "companies") is None:
        reader.add(api, f"api: companies needs {_IDS}")
    if not review.unseen:
        place = _inside(found.get("review"), "unseen") or found.get("review") or api
        message = (
            "api: companies has no preview: `review: {unseen: true}` says that you approve inputs "
            "whose rows nobody has seen"
        )
        reader.add(place, message)
    for name, instead in _WITHOUT_MEANING.items():
        if name in found and not _is_empty(found[name]):
            reader.add(found[name], f"`{name}` has no meaning with api: companies: {instead}")
    templates, ids = migration.templates, migration.companies
    if templates is not None and ids is not None and {*templates} != {*ids.templates}:
        place = _inside(found["migration"], "templates") or api
        reader.add(place, "templates differs from companies.templates, which says all; drop it")
    if "files" not in found or _is_empty(found["files"]):
        reader.add(found.get("files", api), "api: companies imports files; name them under `files`")


def _inside(node: Node | None, key: str) -> Node | None:
    return node.get(key) if isinstance(node, Pairs) else None


def _is_empty(node: Node) -> bool:
    return (isinstance(node, Items) and not node.items) or (
        isinstance(node, Scalar) and node.kind == "null"
    )
