"""The published limits, per account: how often in which time, and how many runs at once.

Source: the API's guide to limits. What was spent is stored with the data, so that an hour is an
hour however often the server is started in it. A request that is refused for another reason has
spent nothing of the hourly classes.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, Literal

from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.store import Store, Transaction

if TYPE_CHECKING:
    from pydantic import JsonValue

LimitClass = Literal["create", "generate", "agent", "jobs", "writes", "reads"]
#: Class → (requests, seconds).
PUBLISHED: Final[dict[LimitClass, tuple[int, int]]] = {
    "create": (1, 3_600),
    "generate": (1, 3_600),
    "agent": (5, 3_600),
    "jobs": (5, 3_600),
    "writes": (10, 60),
    "reads": (30, 60),
}
#: Runs of an account that may be queued, running or blocked at once.
MAX_RUNS: Final = 3
_SPAN = {3_600: "an hour", 60: "a minute"}


class Limits:
    """Counts what an account spends; does nothing where limits are off."""

    def __init__(self, store: Store, *, published: bool) -> None:
        self._store = store
        self._published = published

    def spend(self, db: Transaction, account: str, *classes: LimitClass) -> None:
        """Spend one of each class, or none. Refuses with 429 where one is used up."""
        if not self._published:
            return
        now = self._store.clock()
        for name in classes:
            limit, seconds = PUBLISHED[name]
            db.run(
                "DELETE FROM spent WHERE account = ? AND class = ? AND at <= ?",
                *(account, name, now - seconds),
            )
            rows = db.all(
                "SELECT at FROM spent WHERE account = ? AND class = ? ORDER BY at", account, name
            )
            if len(rows) >= limit:
                raise _too_many(name, now, rows[len(rows) - limit]["at"] + seconds)
            db.insert("spent", account=account, **{"class": name}, at=now)

    def spend_alone(self, account: str, name: LimitClass) -> None:
        """Spend one of a class whatever becomes of the request."""
        if self._published:
            with self._store.transaction() as db:
                self.spend(db, account, name)

    def check_runs(self, db: Transaction, account: str, run_id: str) -> None:
        """Refuses with 429 where other runs than this one fill the account's slots."""
        if not self._published:
            return
        rows = db.all(
            "SELECT runs.id, runs.status, runs.updated_at, steps.kind FROM runs"
            " JOIN migrations ON migrations.id = runs.migration"
            " JOIN steps ON steps.id = runs.step"
            " WHERE migrations.account = ? AND runs.id != ?"
            " AND runs.status IN ('queued', 'running', 'blocked') ORDER BY runs.number",
            *(account, run_id),
        )
        if len(rows) < MAX_RUNS:
            return
        runs: list[JsonValue] = [
            {
                "id": row["id"],
                "status": row["status"],
                "updatedAt": row["updated_at"],
                "runKind": row["kind"],
            }
            for row in rows
        ]
        raise RefusalError(
            429,
            f"{len(rows)} runs of this account are in progress; {MAX_RUNS} may be at once.",
            fields={"code": "run_concurrency_limit", "limit": MAX_RUNS, "runs": runs},
        )


def _too_many(name: LimitClass, now: float, reset: float) -> RefusalError:
    limit, seconds = PUBLISHED[name]
    wait = max(1, math.ceil(reset - now))
    return RefusalError(
        429,
        f"Too many requests: {limit} {name} {_SPAN[seconds]}; try again in {wait} seconds.",
        headers={
            "Retry-After": str(wait),
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset": str(math.ceil(reset)),
        },
    )
