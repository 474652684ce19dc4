"""Help is complete: every verb, every argument and every option explains itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import pytest

import vernctl.cli
from vernctl.cli import VERBS, main

#: Modules of the room that are not verbs.
SHARED = {
    "__init__", "asking", "endpoint", "offline", "output", "progress", "project", "tables",
}  # fmt: skip
MOST_OPTIONS = 8
#: Verbs that the design gives more.
MORE_OPTIONS = {"plan": 18, "serve": 12}


def _command(verb: str) -> click.Command:
    found = main.get_command(click.Context(main), verb)
    assert found is not None
    return found


def test_every_module_of_the_room_is_a_verb_or_shared() -> None:
    modules = {path.stem for path in Path(vernctl.cli.__file__).parent.glob("*.py")}
    assert modules == SHARED | set(VERBS.values())


def test_the_group_lists_every_verb(vernctl: Any) -> None:
    ran = vernctl("--help")
    assert ran.code == 0
    assert [verb for verb in VERBS if f"\n  {verb}" not in ran.out] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_option_has_help(verb: str) -> None:
    options = [p for p in _command(verb).params if isinstance(p, click.Option)]
    assert [option.name for option in options if not option.help] == []


@pytest.mark.parametrize("verb", VERBS)
def test_every_argument_is_named_in_the_usage(verb: str) -> None:
    arguments = [p for p in _command(verb).params if isinstance(p, click.Argument)]
    assert [argument.name for argument in arguments if argument.metavar is None] == []


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_has_no_more_options_than_one_can_remember(verb: str) -> None:
    options = [p for p in _command(verb).params if isinstance(p, click.Option)]
    assert len(options) <= MORE_OPTIONS.get(verb, MOST_OPTIONS)


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_a_verb_says_what_it_does(verb: str, vernctl: Any) -> None:
    ran = vernctl(verb, "--help")
    assert ran.code == 0
    assert ran.err == ""
    assert f"Usage: vernctl {verb} " in ran.out
    assert len(ran.out.splitlines()) >= 5


def test_an_unknown_verb_names_the_nearest(vernctl: Any) -> None:
    ran = vernctl("aply")
    assert ran.code == 64
    assert 'Did you mean "apply"?' in ran.err


def test_the_version_is_printed_by_the_group_too(vernctl: Any) -> None:
    assert vernctl("--version").out == f"vernctl {vernctl_version()}\n"


def vernctl_version() -> str:
    from vernctl import __version__

    return __version__


@pytest.mark.parametrize("verb", ["", *VERBS])
def test_help_fits_80_columns(verb: str, vernctl: Any) -> None:
    lines = vernctl(*([verb] if verb else []), "--help").out.splitlines()
    assert [line for line in lines if len(line) > 80] == []
    described = [line for line in lines if not line.startswith("Usage:")]
    assert [line for line in described if line.endswith("...")] == []
