"""How long a fleet takes under the published limits, beside the least that they allow.

``python benchmarks/fleet.py [COLD REFINED UNCHANGED]`` (default 60 90 150) plans them all in one
command, on a clock that jumps over the waiting. Exit code 1 above 1.05 times the least time, or
where the service had to refuse a request.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from fleet_simulation import Mix, simulate

#: What the makespan may be, as a multiple of the least time.
AT_MOST = 1.05


def main() -> int:
    """Print least time, makespan, their ratio, and the requests that were refused."""
    sizes = [int(text) for text in sys.argv[1:4]] or [60, 90, 150]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        done = simulate(Path(folder) / "project", Mix(*sizes))
    statuses = Counter(outcome.status for outcome in done.outcomes)
    print(f"{sum(sizes)} specs: {sizes[0]} cold, {sizes[1]} refined, {sizes[2]} unchanged")
    print(f"ended as    {dict(statuses)}")
    print(f"least       {done.least / 3600:.2f} h")
    print(f"makespan    {done.makespan / 3600:.2f} h, {done.ratio:.3f} times the least")
    print(f"refused     {done.refused} of {done.requests} requests")
    print(f"real time   {time.monotonic() - began:.0f} s, preparation and all")
    return 0 if done.ratio <= AT_MOST and done.refused == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
