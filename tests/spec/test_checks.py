"""Checks: shares, counts, least rows, filled columns, overrides."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop


@pytest.mark.parametrize(
    ("written", "share", "count"),
    [
        ("5%", Decimal("0.05"), None),
        ("'2.5 %'", Decimal("0.025"), None),
        ("12", None, 12),
        ("{share: 5%, count: 12}", Decimal("0.05"), 12),
        ("{count: 0}", None, 0),
    ],
)
def test_a_limit_is_a_share_a_count_or_both(
    workshop: Workshop, written: str, share: Decimal | None, count: int | None
) -> None:
    limit = workshop.load(f"checks: {{removed_rows: {written}}}\n").checks.removed_rows
    assert limit is not None
    assert (limit.share, limit.count, limit.min) == (share, count, None)
    assert str(limit.place) == "specs/acme.yaml:3:24"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("removed_rows: 0.05", 'must be a share (5%), a count (12), or {share, count}, not "0.05"'),
        ("removed_rows: -1", "must be a whole number from 0"),
        ("removed_rows: 007", "must be a whole number from 0"),
        ("removed_rows: five%", 'must be a percentage such as 5%, not "five%"'),
        ("removed_rows: []", "must be a share (5%), a count (12), or {share, count}"),
        ("removed_rows: {}", "needs a share, a count, or both"),
        ("removed_rows: {min: 1}", 'unknown key "min"'),
        ("removed_rows: {share: 5}", 'share must be a percentage such as 5%, not "5"'),
        ("removed_rows: {share: [5]}", "share must be a percentage such as 5%"),
        ("rows: 5", "rows must be {min: N}"),
        ("rows: {}", "rows must be {min: N}"),
        ("filled: {Email: 101%}", "no column can be filled more than 100%"),
        ("filled: {yes: 1%}", 'this key under filled is the YAML boolean true; quote it: "yes"'),
        ("filled: 5%", 'filled must be a map (key: value), not "5%"'),
        ("removed_row: 5%", 'unknown key "removed_row" (did you mean "removed_rows"?)'),
        ("sheets: {a: {overrides: []}}", 'unknown key "overrides"'),
    ],
)
def test_a_limit_that_could_be_misread_is_refused(
    workshop: Workshop, written: str, said: str
) -> None:
    (problem,) = workshop.problems(f"checks: {{{written}}}\n")
    assert said in problem


def test_a_sheet_has_the_same_limits(workshop: Workshop) -> None:
    body = "checks: {sheets: {contacts: {removed_rows: 2%, filled: {Email: 99%}, rows: {min: 3}}}}"
    sheet = workshop.load(f"{body}\n").checks.sheets["contacts"]
    assert sheet.removed_rows is not None and sheet.removed_rows.share == Decimal("0.02")
    assert sheet.filled == {"Email": Decimal("0.99")}
    assert sheet.rows is not None and sheet.rows.min == 3


@pytest.mark.parametrize("digest", ["3f9c21a", "1234567", "12e4567", "0123456", "'0000000'"])
def test_a_digest_is_the_text_that_was_written(workshop: Workshop, digest: str) -> None:
    body = f"{{check: rows, digest: {digest}, reason: r, expires: 2026-12-31}}"
    (override,) = workshop.load(f"checks: {{overrides: [{body}]}}\n").checks.overrides
    assert override.digest == digest.strip("'")
    assert override.expires == "2026-12-31"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("{check: row, digest: 3f9c21a, reason: r, expires: 2026-12-31}", "check must be"),
        ("{check: rows, digest: 3F9C21A, reason: r, expires: 2026-12-31}", "digest must be 7"),
        ("{check: rows, digest: 3f9c21a, reason: r, expires: 2026-02-30}", "expires must be a day"),
        ("{check: rows, digest: 3f9c21a, reason: r, expires: 20261231}", "expires must be a day"),
        ("{check: rows, digest: 3f9c21a, expires: 2026-12-31}", "`overrides.reason` is missing"),
        ("x", 'an override must be a map (key: value), not "x"'),
    ],
)
def test_an_override_is_complete_or_refused(workshop: Workshop, written: str, said: str) -> None:
    (problem,) = workshop.problems(f"checks: {{overrides: [{written}]}}\n")
    assert said in problem
