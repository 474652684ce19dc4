"""Checks, as the spec writes them: shares, counts, least rows, filled columns, overrides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from vernctl.spec.keys import CHECKED, CHECKS, LIMIT_KEYS, OVERRIDE, ROWS
from vernctl.spec.model import CheckName, Checks, Limit, Override, SheetChecks
from vernctl.spec.reader import Reader, shown
from vernctl.spec.tree import Node, Pairs, Scalar

_SHARE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,6})?)\s*%")
_DIGEST = re.compile(r"[0-9a-f]{7,64}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_LIMITS = tuple(name for name in CHECKED if name not in ("rows", "filled"))


def read_checks(reader: Reader, node: Node) -> Checks:
    """All checks of a spec."""
    found = reader.keyed(node, "checks", CHECKS, "checks.")
    sheets: dict[str, SheetChecks] = {}
    if "sheets" in found:
        for key, value in reader.pairs(found["sheets"], "checks.sheets"):
            path = f"checks.sheets.{key.text}."
            inner = reader.keyed(value, f"checks of {shown(key.text)}", CHECKED, path)
            sheets[key.text] = SheetChecks(**_limits(reader, inner), filled=_filled(reader, inner))
    overrides: tuple[Override, ...] = ()
    if "overrides" in found:
        read = [_override(reader, item) for item in reader.items(found["overrides"], "overrides")]
        overrides = tuple(override for override in read if override is not None)
    return Checks(
        **_limits(reader, found),
        filled=_filled(reader, found),
        sheets=sheets,
        overrides=overrides,
    )


def _limits(reader: Reader, found: Mapping[str, Node]) -> dict[str, Limit | None]:
    limits = {name: _limit(reader, found[name], name) for name in _LIMITS if name in found}
    if "rows" in found:
        limits["rows"] = _least_rows(reader, found["rows"])
    return limits


def _limit(reader: Reader, node: Node, name: str) -> Limit | None:
    if isinstance(node, Pairs):
        parts = reader.keyed(node, name, LIMIT_KEYS, f"{name}.")
        if not node.pairs:
            reader.add(node, f"{name} needs a share, a count, or both")
        share = reader.optional(parts.get("share"), lambda n: read_share(reader, n, "share"))
        count = reader.optional(parts.get("count"), lambda n: reader.whole(n, "count"))
        return Limit(share=share, count=count, place=node.place)
    if isinstance(node, Scalar) and "%" in node.text:
        return Limit(share=read_share(reader, node, name), place=node.place)
    if isinstance(node, Scalar) and node.plain and node.kind == "int":
        return Limit(count=reader.whole(node, name), place=node.place)
    wrote = f', not "{shown(node.text)}"' if isinstance(node, Scalar) else ""
    reader.add(node, f"{name} must be a share (5%), a count (12), or {{share, count}}{wrote}")
    return None


def _least_rows(reader: Reader, node: Node) -> Limit | None:
    if not isinstance(node, Pairs):
        reader.add(node, "rows must be {min: N}")
        return None
    parts = reader.keyed(node, "rows", ROWS, "rows.")
    if not node.pairs:
        reader.add(node, "rows must be {min: N}")
    least = reader.optional(parts.get("min"), lambda n: reader.whole(n, "min"))
    return Limit(min=least, place=node.place)


def _filled(reader: Reader, found: Mapping[str, Node]) -> dict[str, Decimal]:
    if "filled" not in found:
        return {}
    filled: dict[str, Decimal] = {}
    for key, value in reader.pairs(found["filled"], "filled"):
        share = read_share(reader, value, f"filled of {shown(key.text)}")
        if share is not None and share > 1:
            reader.add(value, "no column can be filled more than 100%")
        elif share is not None:
            filled[key.text] = share
    return filled


def read_share(reader: Reader, node: Node, what: str) -> Decimal | None:
    """A percentage as a fraction: 5% is 0.05."""
    if isinstance(node, Scalar) and node.tag is None:
        found = _SHARE.fullmatch(node.text.strip())
        if found:
            return Decimal(found[1]) / 100
        reader.add(node, f'{what} must be a percentage such as 5%, not "{shown(node.text)}"')
        return None
    reader.add(node, f"{what} must be a percentage such as 5%")
    return None


def _override(reader: Reader, node: Node) -> Override | None:
    before = len(reader.problems)
    parts = reader.keyed(node, "an override", OVERRIDE, "overrides.")
    get = parts.get
    check = reader.optional(get("check"), lambda n: reader.choice(n, "check", list(CHECKED)))
    digest = reader.optional(get("digest"), lambda n: reader.text(n, "digest", any_kind=True))
    reason = reader.optional(get("reason"), lambda n: reader.text(n, "reason"))
    expires = reader.optional(get("expires"), lambda n: reader.text(n, "expires", any_kind=True))
    sheet = reader.optional(get("sheet"), lambda n: reader.text(n, "sheet"))
    if digest and not _DIGEST.fullmatch(digest):
        reader.add(parts["digest"], "digest must be 7 to 64 characters of 0-9 and a-f")
    if expires and not _is_day(expires):
        reader.add(parts["expires"], "expires must be a day such as 2026-12-31")
    if len(reader.problems) > before or not (check and digest and reason and expires):
        return None
    return Override(
        check=cast("CheckName", check),
        digest=digest,
        reason=reason,
        expires=expires,
        sheet=sheet,
        place=node.place,
    )


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return _DAY.fullmatch(text) is not None
