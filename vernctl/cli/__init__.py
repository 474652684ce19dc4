"""The command line: flags → one library call → render → exit code.

Every verb lives in a module of its own that is imported when it is called (or its help is asked
for), and imports the rooms that it needs when it runs: ``--help`` costs what click costs.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from vernctl import __version__

if TYPE_CHECKING:
    from vernctl.errors import VernctlError

#: Verbs in the order of a customer's life, each ``vernctl.cli.<module>:command``.
VERBS: dict[str, str] = {
    "init": "init",
    "validate": "validate",
    "render": "render",
    "inspect": "inspect",
    "match": "match",
    "plan": "plan",
    "questions": "questions",
    "ask": "ask",
    "answer": "answer",
    "answers": "answers",
    "correct": "correct",
    "show": "show",
    "rows": "rows",
    "diff": "diff",
    "review": "review",
    "approve": "approve",
    "apply": "apply",
    "rehearse": "rehearse",
    "status": "status",
    "history": "history",
    "drift": "drift",
    "log": "log",
    "export": "export",
    "quota": "quota",
    "adopt": "adopt",
    "pin": "pin",
    "cancel": "cancel",
    "erase": "erase",
    "serve": "serve",
    "schema": "schema",
    "catalog": "catalog",
    "upgrade": "upgrade",
    "doctor": "doctor",
}
EXIT_USAGE = 64
EXIT_INTERRUPTED = 128 + signal.SIGINT
EXIT_BROKEN_PIPE = 128 + signal.SIGPIPE


class Verbs(click.Group):
    """A group whose commands are imported by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in their own order."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one verb."""
        if cmd_name not in VERBS:
            return None
        module = importlib.import_module(f"vernctl.cli.{VERBS[cmd_name]}")
        command: click.Command = module.command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown verb names the nearest known one."""
        name = args[0]
        if name not in VERBS:
            import difflib

            near = difflib.get_close_matches(name, VERBS, n=1)
            hint = f' Did you mean "{near[0]}"?' if near else ""
            ctx.fail(f'there is no command "{name}".{hint}')
        return super().resolve_command(ctx, args)


@click.command(
    cls=Verbs,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="%(prog)s %(version)s")
def main() -> None:
    """Migration-as-code for customer data imports.

    One YAML spec per customer; plan shows what an import would do, the committed snapshot approves
    it, apply imports exactly that. Without SPEC, a command is for every active spec of the project.

    \b
    Exit codes: 0 done · 1 error · 2 changes wait for approval
    3 a question has no answer · 4 refused · 5 quota
    6 applied, but not as approved, or in part · 64 usage
    """


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (default: the process's own) and return its exit code.

    Never raises for a user's mistake: the error screen goes to stderr.
    """
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # not a text stream of a file
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        return _invoke(arguments)
    except click.ClickException as mistake:
        mistake.show()
        return EXIT_USAGE
    except BrokenPipeError:
        return _quietly()
    except (KeyboardInterrupt, click.Abort):
        print("\nStopped. A run that had been started goes on remotely;", file=sys.stderr)
        print("the same command finds it and follows it to its end.", file=sys.stderr)
        return EXIT_INTERRUPTED


def _invoke(arguments: Sequence[str] | None) -> int:
    from vernctl.errors import VernctlError

    try:
        given = list(sys.argv[1:] if arguments is None else arguments)
        # Not main.main(): it has exit codes of its own for a closed pipe and for Ctrl-C.
        with main.make_context("vernctl", given) as context:
            code = main.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as done:  # after --help and --version
        sys.stdout.flush()
        return done.exit_code
    except VernctlError as error:
        _show(error)
        return error.exit_code
    return code if isinstance(code, int) else 0


def _show(error: VernctlError) -> None:
    from vernctl.cli.output import error_screen

    sys.stdout.flush()
    print(error_screen(error), end="", file=sys.stderr)


def _quietly() -> int:
    # Whoever read the output has left. Nothing more may be written when Python flushes at exit.
    devnull = os.open(os.devnull, os.O_WRONLY)
    with contextlib.suppress(OSError, ValueError):
        os.dup2(devnull, sys.stdout.fileno())
    os.close(devnull)
    return EXIT_BROKEN_PIPE
