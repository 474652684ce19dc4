"""What is left of an account's limits, as text and as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from vernctl.render.escape import text_safe

if TYPE_CHECKING:
    from vernctl.api.quota import QuotaState


def as_text(endpoint: str, states: Sequence[QuotaState], runs: Sequence[str], now: float) -> str:
    """One line for each class of requests, scarcest first; ``now`` is unix seconds."""
    lines = [f"quota of {text_safe(endpoint)}"]
    if not states:
        lines += ["", "  No limits hold here: runs are limited to 3 at once, nothing else."]
    for state in states:
        spell = "an hour" if state.window > 60 else "a minute"
        left = f"{state.free} of {state.limit} {spell}"
        lines.append(f"  {state.name:<10}{left:<18}{_next(state, now)}".rstrip())
    if runs:
        lines += ["", f"  {len(runs)} runs held all slots when the service last said so:"]
        lines += [f"    {text_safe(run)}" for run in runs]
        lines.append("  free one with vernctl answer SPEC, or vernctl cancel SPEC")
    return "\n".join(lines) + "\n"


def one_line(states: Sequence[QuotaState], waiting: int, seconds: float) -> str:
    """The hourly limits below a fleet's list; ``waiting`` specs need ``seconds`` at least."""
    parts = []
    for state in states:
        if state.window <= 60 or state.name == "jobs":
            continue
        used = f"{state.name} {state.limit - state.free}/{state.limit} used"
        local = None if state.next_at is None else datetime.fromtimestamp(state.next_at, UTC)
        parts.append(used + (f", next {local.astimezone():%H:%M}" if local else ""))
    if waiting:
        hours = math.ceil(seconds / 3600) + 1
        spell = "1 more hour" if hours == 1 else f"{hours} more hours"
        parts.append(f"{waiting} waiting {'needs' if waiting == 1 else 'need'} {spell}")
    return "quota     " + " · ".join(parts)


def as_json(endpoint: str, states: Sequence[QuotaState], runs: Sequence[str], now: float) -> str:
    """``{"format": 1, "endpoint", "classes": [{"name", "limit", "window", "free", "next_at"}],
    "runs"}``; times are ISO 8601 in UTC."""
    del now
    classes = [
        {
            "name": state.name,
            "limit": state.limit,
            "window": state.window,
            "free": state.free,
            "next_at": None if state.next_at is None else stamp(state.next_at),
        }
        for state in states
    ]
    document = {"format": 1, "endpoint": endpoint, "classes": classes, "runs": list(runs)}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def stamp(seconds: float) -> str:
    """``2026-11-21T14:05:00Z``."""
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _next(state: QuotaState, now: float) -> str:
    if state.next_at is None:
        return ""
    minutes = math.ceil(max(0.0, state.next_at - now) / 60)
    local = datetime.fromtimestamp(state.next_at, UTC).astimezone()
    return f"next {local:%H:%M} (in {minutes} min)"
