"""``vernctl answer``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option, is_terminal
from vernctl.cli.project import load_one, spec_argument

if TYPE_CHECKING:
    from vernctl.workflow.outcome import SpecOutcome
    from vernctl.workflow.session import Session


@click.command("answer", short_help="Answer a run that is waiting.")
@spec_argument
@click.argument("answers", nargs=-1, metavar="[N=ANSWER]...")
@click.option("--write", is_flag=True, help="Add the answers to the spec as rules first.")
@format_option("text", "json", "markdown")
def command(spec: Path, answers: tuple[str, ...], write: bool, format_: Format) -> int:
    """Answer the run that a spec's migration waits with: 1=a 2="DD/MM/YYYY" 3="say:Ask Ann".

    N counts the questions that no rule answers, from 1, as they are shown. An answer is an offered
    label, its letter or its number; say:TEXT is free text, where the question allows it. Unless all
    questions are answered, nothing is sent. Without any N, you are asked on the terminal.
    """
    with as_json_too(format_):
        from vernctl.cli.asking import asker_for
        from vernctl.cli.endpoint import with_session
        from vernctl.workflow.commands import answer_spec

        given = _numbered(answers)
        project, loaded = load_one(spec)
        asks = not given and is_terminal(sys.stdin.fileno) and is_terminal(sys.stderr.fileno)

        async def work(session: Session) -> SpecOutcome:
            session.asker = asker_for(project) if asks else None
            return await answer_spec(session, loaded, given, write=write)

        return finish([with_session(project, loaded, work)], format_)


def _numbered(answers: Sequence[str]) -> dict[int, str]:
    from vernctl.errors import UsageError

    given: dict[int, str] = {}
    for text in answers:
        number, equals, said = text.partition("=")
        if not equals or not number.isascii() or not number.isdigit() or not said:
            raise UsageError(f'"{text}" is not of the form N=ANSWER, such as 1=a.')
        if int(number[:6]) in given:
            raise UsageError(f"question {number} is answered twice.")
        given[int(number[:6])] = said
    return given
