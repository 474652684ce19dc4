"""Seeded schedules of faults in the companies dialect: imported once, told once, told truly.

    python tests/support/company_schedules.py --count 500      # seeds 0 … 499

The options are those of ``schedules.py``, and so are the faults; here an import is started under an
idempotency key, corrected, answered, and there is no thread to read.
"""

from __future__ import annotations

import sys
from collections import Counter

from bench import company_spec
from schedules import IMPATIENT, Schedule, main

from vernctl.api.client import MigrationClient


class CompanySchedule(Schedule):
    """One seed's customer of the companies dialect."""

    journeys = ("apply", "plan first", "twice")
    copied = "/messages"

    def _spec(self) -> str:
        return company_spec(self.root / "catalog.yaml")

    def _changed(self, spec: str) -> str:
        return spec.replace("[upper Name]", "[upper Name, upper Note]")

    async def _remote(self, migration_id: str, imports: int) -> list[str]:
        """What the history of imports has that must not be."""
        wrong = []
        url, key = self.server.url, self.server.api_key
        async with MigrationClient(url, key, policy=IMPATIENT) as client:
            runs = await client.companies.list_runs(migration_id)
        completed = [run for run in runs if run.status == "completed"]
        if len(completed) != imports or len(runs) != imports:
            wrong.append(f"{[run.status for run in runs]}, for {imports} approvals")
        if len({run.idempotency_key for run in completed}) != imports:
            wrong.append("two imports of one key")
        for run in completed:
            said = Counter(run.corrections or ())
            if not said:
                wrong.append(f"{run.run_id} was told nothing")
            # A copy that the network makes is one more; the client says everything once.
            wrong += [
                f"said {times} times: {text}"
                for text, times in said.items()
                if times > 1 + self.doubled
            ]
        return wrong


if __name__ == "__main__":
    sys.exit(main(CompanySchedule))
