"""How many agent calls one command may make, where a person has set a limit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vernctl.errors import RefusedError
from vernctl.spec.model import Spec


@dataclass
class Budget:
    """``most`` agent calls for all specs of a command together; None: as many as it takes.

    What is counted are calls made, by address, and those of the plan that is being performed.
    """

    most: int | None = None
    _made: Counter[str] = field(default_factory=Counter)
    _promised: dict[str, int] = field(default_factory=dict)

    def made(self, address: str) -> None:
        """Count one agent call."""
        self._made[address] += 1

    def promise(self, address: str, agent_calls: int, spec: Spec) -> None:
        """Hold so many calls for a plan. Raises RefusedError where that is more than allowed."""
        needed = self._made[address] + agent_calls
        others = sum(n for other, n in self._promised.items() if other != address)
        if self.most is not None and others + needed > self.most:
            calls = f"{agent_calls} agent call{'' if agent_calls == 1 else 's'}"
            raise RefusedError(
                f"{spec.name} needs {calls}; {self.most - others - self._made[address]} "
                f"of the {self.most} allowed left.",
                rule="max_agent_calls",
                remote="Nothing of it was sent.",
                next=f"vernctl plan {spec.shown_path} --max-agent-calls {others + needed}",
            )
        self._promised[address] = needed
