"""``vernctl review`` on a terminal: group by group, and nothing is approved by a bare Enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

from vernctl.errors import VernctlError
from vernctl.render.escape import WHOLE, text_safe
from vernctl.render.text import render_error
from vernctl.render.text import review as text
from vernctl.workflow.outcome import ErrorOutcome, SpecOutcome
from vernctl.workflow.reviewing import Review

_KEYS: dict[str, Literal["next", "accept", "reject", "skip", "stop"]] = {
    "": "next",
    "n": "next",
    "a": "accept",
    "r": "reject",
    "s": "skip",
    "q": "stop",
}


class Terminal(NamedTuple):
    """How to ask and to say. ``ask`` raises EOFError where nobody answers any more."""

    ask: Callable[[str], str]
    say: Callable[[str], None]
    width: int = 80
    colour: bool = False


def review_on_terminal(review: Review, terminal: Terminal) -> None:
    """Ask for every open spec in turn. Each decision is done before the next spec is shown.

    Raises KeyboardInterrupt as it comes: what has been decided stays decided.
    """
    specs = list(review.open.items())
    for number, (path, outcome) in enumerate(specs, start=1):
        terminal.say(f"\n[{number} of {len(specs)}]")
        try:
            if not _ask_for(review, path, outcome, terminal):
                return
        except EOFError:
            return


def _ask_for(review: Review, path: str, outcome: SpecOutcome, terminal: Terminal) -> bool:
    """Show one spec until it is decided; False where the reviewer stops."""
    terminal.say(text.overview(outcome, width=terminal.width, colour=terminal.colour))
    pieces = text.pieces(outcome, width=terminal.width, colour=terminal.colour)
    while True:
        key = _ask_key(terminal, outcome, len(pieces))
        if key == "stop":
            return False
        if key == "next" and pieces:
            terminal.say(pieces.pop(0)())
        elif key in ("next", "skip"):
            review.skip(path)
            return True
        elif _decide(review, path, outcome, key, terminal):
            return True


def _ask_key(terminal: Terminal, outcome: SpecOutcome, left: int) -> str:
    accept = "" if outcome.status == "refused" else "a accept · "
    enter = f"Enter: next ({left} left)" if left else "Enter: skip"
    prompt = f"{enter} · {accept}r reject · s skip · q stop > "
    while True:
        key = _KEYS.get(terminal.ask(prompt).strip().lower())
        if key is not None and not (key == "accept" and not accept):
            return key
        terminal.say("Type one of the letters and press Enter.")


def _decide(review: Review, path: str, outcome: SpecOutcome, key: str, terminal: Terminal) -> bool:
    """Accept or reject; False where it could not be done, or was thought better of."""
    try:
        if key == "accept":
            decision = review.accept(path, outcome.digest or "")
        else:
            terminal.say("What should be otherwise? It becomes a message to the agent.")
            message = terminal.ask("message (Enter: go back) > ").strip()
            if not message:
                return False
            decision = review.reject(path, message)
    except VernctlError as error:
        terminal.say(render_error(ErrorOutcome.of(error), width=terminal.width))
        return False
    terminal.say(f"{decision.verb}: {text_safe(decision.said, WHOLE)}")
    return True
