"""Where results go: stdout or a file, in the format that was asked for; errors to stderr."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import click

if TYPE_CHECKING:
    from vernctl.errors import VernctlError
    from vernctl.workflow.outcome import SpecOutcome

Format = Literal["text", "json", "markdown", "html", "csv", "md"]
F = TypeVar("F", bound=Callable[..., object])

_WIDEST = 100


def format_option(*formats: str) -> Callable[[F], F]:
    """``--format``, of which the first is the default."""
    return click.option(
        "--format",
        "format_",
        type=click.Choice(formats),
        default=formats[0],
        show_default=True,
        help="How the result is written.",
    )


def output_option(function: F) -> F:
    """``-o FILE``."""
    return click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the result to FILE instead of standard output.",
    )(function)


def finish(
    outcomes: Sequence[SpecOutcome], format_: Format = "text", output: Path | None = None
) -> int:
    """Write what a command has to say about its specs; returns its exit code."""
    from vernctl.workflow.outcome import exit_code_of

    write(rendered(outcomes, format_, output), output)
    if format_ == "csv":  # which has no place for what went wrong
        _tell_errors(outcomes)
    return exit_code_of(outcomes)


def _tell_errors(outcomes: Sequence[SpecOutcome]) -> None:
    from vernctl.render.text import render_error

    for outcome in outcomes:
        if outcome.error is not None:
            print(render_error(outcome.error, width=width()), end="", file=sys.stderr)


def rendered(outcomes: Sequence[SpecOutcome], format_: Format, output: Path | None) -> str:
    """The outcomes in one of the formats."""
    if format_ == "json":
        from vernctl.render.json import render_outcomes as as_json

        return as_json(outcomes)
    if format_ == "markdown":
        from vernctl.render.markdown import render_outcomes as as_markdown

        return as_markdown(outcomes)
    if format_ == "html":
        from vernctl.render.html import render_outcomes as as_html

        return as_html(outcomes)
    if format_ == "csv":
        from vernctl.render.csv import render_outcomes as as_csv

        return as_csv(outcomes)
    from vernctl.render.text import render_outcomes as as_text

    colour = output is None and wants_colour(sys.stdout.fileno)
    return as_text(outcomes, width=width(), colour=colour)


def write(text: str, output: Path | None = None) -> None:
    """To standard output as UTF-8, or to a file that appears whole or not at all."""
    data = text.encode("utf-8", "backslashreplace")
    if output is None:
        sys.stdout.flush()
        stream = getattr(sys.stdout, "buffer", None)
        if stream is None:
            sys.stdout.write(text)
        else:
            stream.write(data)
            stream.flush()
        return
    from vernctl.errors import UsageError

    temporary = output.with_name(f".{output.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(output)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UsageError(f"{output} cannot be written: {error.strerror}.") from error


@contextlib.contextmanager
def as_json_too(format_: Format, output: Path | None = None) -> Iterator[None]:
    """An error of the whole command also as a JSON document, where JSON was asked for."""
    from vernctl.errors import VernctlError

    try:
        yield
    except VernctlError as error:
        if format_ == "json":
            from vernctl.render.json import render_error
            from vernctl.workflow.outcome import ErrorOutcome

            write(render_error(ErrorOutcome.of(error)), output)
        raise


def error_screen(error: VernctlError) -> str:
    """An error as it is shown on standard error."""
    from vernctl.render.text import render_error
    from vernctl.workflow.outcome import ErrorOutcome

    colour = wants_colour(sys.stderr.fileno)
    return render_error(ErrorOutcome.of(error), width=width(), colour=colour)


def note(text: str) -> None:
    """A line beside the result: what a person should know, not what was asked for."""
    print(text, file=sys.stderr)


def is_terminal(fileno: Callable[[], int]) -> bool:
    """Whether a standard stream is a terminal."""
    try:
        return os.isatty(fileno())
    except (OSError, ValueError, AttributeError):
        return False


def wants_colour(fileno: Callable[[], int]) -> bool:
    """Colour on a terminal, unless NO_COLOR or a dumb terminal says otherwise."""
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return is_terminal(fileno) and not refused


def width() -> int:
    """The terminal's width, at most what reads well; 80 in a pipe."""
    return min(shutil.get_terminal_size((80, 24)).columns, _WIDEST)
