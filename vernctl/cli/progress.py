"""What a person sees while work takes long: one live line per active spec, plain lines in a pipe.

All of it goes to standard error and none of it stays: only the result is left behind. The cost is
told before the first request that has one.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Sequence
from time import monotonic
from typing import TYPE_CHECKING, Self

from vernctl.cli.output import is_terminal, width
from vernctl.errors import RefusedError
from vernctl.render import words
from vernctl.render.escape import text_safe

if TYPE_CHECKING:
    from rich.live import Live
    from rich.table import Table

    from vernctl.workflow.outcome import Cost, Step

#: Work that is over sooner than this (s) needs no telling.
LONG = 1.0
_SPOKEN = 400
#: What stands in a log: the steps, waiting, and mishaps; the agent's words are for live lines.
_STEPS = frozenset(
    {*("upload", "knowledge", "connect", "generate", "update", "execute", "export"), "waiting"}
    | {"blocked", "failed", "canceled", "error"}
)
#: Steps that go on at the service when this process is gone.
_RUNS = frozenset({"generate", "update", "execute"})


class Teller:
    """The workflow's listener on a command line; a context manager for as long as work lasts."""

    def __init__(self, *, asks_before_upload: bool = False, endpoint: str = "") -> None:
        self._terminal = is_terminal(sys.stderr.fileno)
        self._can_ask = self._terminal and is_terminal(sys.stdin.fileno)
        self._asks = asks_before_upload
        self._endpoint = endpoint
        self._began: dict[str, float] = {}
        self._phases: dict[str, str] = {}
        self._spoken: dict[str, str] = {}
        self._speaking: dict[str, str] = {}
        self._spending: dict[str, str] = {}
        self._live: Live | None = None
        #: Tells what is left of the account's hour.
        self.hour: Callable[[], str] = str

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.pause()
        if kind is asyncio.CancelledError:
            for spec, phase in self._spending.items():
                print(f"{text_safe(spec)}: stopped at {text_safe(phase)}.", file=sys.stderr)

    def say(self, spec: str, phase: str, text: str) -> None:
        """Show the phase and the agent's own words."""
        began = self._began.setdefault(spec, monotonic())
        if phase in _RUNS:
            self._spending[spec] = phase
        goes_on = phase == "message" == self._speaking.get(spec)
        self._spoken[spec] = ((self._spoken[spec] if goes_on else "") + text)[-_SPOKEN:]
        self._speaking[spec] = phase
        new = phase in _STEPS and self._phases.get(spec) != phase
        if phase in _STEPS and self._terminal:
            self._phases[spec] = phase
        if phase != "waiting" and monotonic() - began < LONG:
            return
        if self._terminal:
            self._show()
        elif new:
            self._phases[spec] = phase
            print(f"{text_safe(spec)}: {phase} {text_safe(text, 200)}".rstrip(), file=sys.stderr)

    def announce(self, spec: str, steps: Sequence[Step], cost: Cost) -> None:
        """Tell the steps and their cost; ask before customer data first leaves this machine.

        Raises RefusedError where the answer is no.
        """
        self._began.setdefault(spec, monotonic())
        kinds = ", ".join(step.kind for step in steps)
        if kinds:
            self.pause()
            line = f"{text_safe(spec)}: {kinds} · {words.cost_words(cost)}"
            print(line, file=sys.stderr)
            if hour := self.hour():
                print(f"{text_safe(spec)}: left of this hour: {hour}", file=sys.stderr)
        if self._asks and self._can_ask and any(step.kind == "upload" for step in steps):
            self._ask_to_upload(spec)

    def note(self, text: str) -> None:
        """A line that stays."""
        self.pause()
        print(text_safe(text, _SPOKEN), file=sys.stderr)

    def pause(self) -> None:
        """Take the live lines away, before something else is written."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _ask_to_upload(self, spec: str) -> None:
        question = f"Upload {text_safe(spec)}'s files to {text_safe(self._endpoint)}? Type yes: "
        if not ask(question):
            raise RefusedError(
                f"the upload to {self._endpoint} was not confirmed.",
                rule="not_approved",
                remote="Nothing was sent.",
                next="VERNCTL_ENDPOINT=embedded vernctl plan rehearses on this machine",
            )
        self._asks = False

    def _show(self) -> None:
        if self._live is None:
            from rich.console import Console
            from rich.live import Live

            console = Console(stderr=True, width=width(), highlight=False, markup=False)
            self._live = Live(console=console, get_renderable=self._lines, transient=True)
            self._live.start()

    def _lines(self) -> Table:
        from rich.table import Table
        from rich.text import Text

        table = Table.grid(padding=(0, 2))
        for style in ("bold", "cyan", "", "dim"):
            table.add_column(style=style, no_wrap=True, overflow="ellipsis")
        now = monotonic()
        for spec in self._began:
            phase = self._phases.get(spec, "")
            spoken = text_safe(self._spoken.get(spec, ""), width() - 40)
            elapsed = f"{now - self._began[spec]:.0f} s"
            table.add_row(Text(text_safe(spec, 20)), Text(phase), Text(spoken), Text(elapsed))
        return table


def ask(question: str) -> bool:
    """Ask a person on the terminal; only the word yes agrees, a bare Enter never does."""
    import signal

    print(question, end="", file=sys.stderr, flush=True)
    # While a person thinks, the first Ctrl-C must be enough.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return sys.stdin.readline().strip().lower() == "yes"
    finally:
        signal.signal(signal.SIGINT, before)
