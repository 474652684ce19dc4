"""``vernctl review``."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import is_terminal, note, wants_colour, width
from vernctl.cli.project import load, specs_argument

if TYPE_CHECKING:
    from vernctl.workflow.reviewing import Review

_CHANGES = 2


@click.command("review", short_help="Decide on pending snapshots, change by change.")
@specs_argument
@click.option("--web", is_flag=True, help="In a browser of this machine, with the same verbs.")
@click.option("--port", default=0, metavar="N", help="The port for --web; 0 picks one.")
def command(specs: tuple[Path, ...], web: bool, port: int) -> int:
    """Look through what is pending against what is approved, and decide spec by spec.

    Accept approves exactly the preview that is shown; reject writes a message into the spec's
    refine: list, for the next plan; skip leaves it pending. A bare Enter never approves. Offline;
    every decision is done at once, so ^C loses at most one. Exit code 0: nothing is left to decide;
    2: something is.
    """
    from vernctl.render.pages import MarkdownPages
    from vernctl.workflow.reviewing import Review

    if not web and not (is_terminal(sys.stdin.fileno) and is_terminal(sys.stdout.fileno)):
        _refuse_without_terminal()
    project, loaded = load(specs)
    review = Review(project, loaded, MarkdownPages())
    if not review.outcomes:
        note("Nothing is pending. `vernctl plan` gets a preview to review.")
        return 0
    interrupted = not (_in_browser(review, port) if web else _on_terminal(review))
    _close(review)
    if interrupted:
        return 128 + signal.SIGINT
    return _CHANGES if any(d.verb != "accepted" for d in review.ledger.values()) else 0


def _refuse_without_terminal() -> None:
    from vernctl.errors import UsageError

    raise UsageError(
        "review asks on a terminal, and this is none.",
        reasons=(
            "to look:     vernctl show SPEC, or vernctl show SPEC --format html -o review.html",
            "to approve:  vernctl approve SPEC --digest PREFIX",
            "in a browser of this machine:  vernctl review --web",
        ),
    )


def _on_terminal(review: Review) -> bool:
    """False where the reviewer pressed ^C."""
    from vernctl.review.terminal import Terminal, review_on_terminal

    terminal = Terminal(input, print, width(), wants_colour(sys.stdout.fileno))
    try:
        review_on_terminal(review, terminal)
    except KeyboardInterrupt:
        return False
    return True


def _in_browser(review: Review, port: int) -> bool:
    from vernctl.review.web import ReviewServer

    def announce(url: str) -> None:
        print(f"Review at {url}", flush=True)
        note("It stops when everything is decided, or with ^C. The address is a secret.")

    ReviewServer(review, port=port).run_until_decided(announce)
    return True


def _close(review: Review) -> None:
    """The ledger; what nobody came to was skipped."""
    from vernctl.render.text.review import ledger

    for path in list(review.open):
        review.skip(path)
    colour = wants_colour(sys.stdout.fileno)
    print(ledger(list(review.ledger.values()), width=width(), colour=colour), end="", flush=True)
