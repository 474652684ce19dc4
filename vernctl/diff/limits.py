"""One limit and one measure: is it exceeded, and how is that written for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from vernctl.spec.model import CheckName, Limit

#: Below so many rows a share alone says little: one row of ten is 10 %.
SMALL = 20
#: What a share needs in rows besides, in a table that small.
LEAST = 2

#: What holds where neither the sheet nor the spec says. removed_rows and invalid_rows need an
#: approved preview to compare with; the share of invalid_rows is of growth.
DEFAULTS: Mapping[CheckName, Limit] = {
    "removed_rows": Limit(share=Decimal("0.10")),
    "invalid_rows": Limit(share=Decimal("0.10")),
    "dropped_columns": Limit(count=0),
    "unexplained": Limit(count=0),
}


@dataclass(frozen=True)
class Measure:
    """So many of so many."""

    count: int
    total: int

    @property
    def share(self) -> Decimal:
        """The part, 0 of nothing."""
        return Decimal(self.count) / self.total if self.total else Decimal(0)


def exceeds(measure: Measure, limit: Limit) -> bool:
    """True where the share or the count of the limit is exceeded, by exact arithmetic."""
    if limit.count is not None and measure.count > limit.count:
        return True
    if limit.share is None or measure.count <= limit.share * measure.total:
        return False
    return measure.total >= SMALL or measure.count >= LEAST


def written(measure: Measure, limit: Limit) -> tuple[str, str]:
    """The limit and the measure in the limit's own terms: share, count, or both."""
    if limit.share is None:
        return f"{limit.count or 0:,}", f"{measure.count:,}"
    actual = percent(measure.share)
    if limit.count is None:
        return percent(limit.share), actual
    return f"{percent(limit.share)} or {limit.count:,}", f"{actual}, {measure.count:,}"


def percent(share: Decimal) -> str:
    """A share as people read it: ``2.5 %``; what is more than nothing never reads 0 %."""
    value = (share * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    if share > 0 and not value:
        return "<0.01 %"
    return f"{value.normalize():f} %"
