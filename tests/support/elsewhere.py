"""``vernctl`` as another host runs it: same files, another kernel, and a lease that expires soon.

    python tests/support/elsewhere.py HOST ARGUMENTS…

Its locks are this host's all the same; a lease that names another host counts before they do.
"""

from __future__ import annotations

import sys
from functools import cache

from vernctl.cli import run
from vernctl.workflow import leasefile

HEARTBEAT, EXPIRY = 0.3, 3.0


def main() -> None:
    """Run the command line with that host's identity."""
    host = sys.argv[1]
    leasefile.HEARTBEAT, leasefile.EXPIRY = HEARTBEAT, EXPIRY
    leasefile.machine = cache(lambda: host)
    sys.exit(run(sys.argv[2:]))


if __name__ == "__main__":
    main()
