"""``vernctl answers``: what the rules for questions have done and would do."""

from __future__ import annotations

from pathlib import Path

import click

from vernctl.cli.output import Format, as_json_too, finish, format_option, write
from vernctl.cli.project import load, load_one, spec_argument, specs_argument


@click.group("answers", short_help="What answer rules have done and would do.")
def command() -> None:
    """See what the answer rules of specs have decided, and would decide today."""


@command.command("test", short_help="Hold today's rules against remembered questions.")
@specs_argument
@format_option("text", "json", "markdown")
def test(specs: tuple[Path, ...], format_: Format) -> int:
    """Hold today's rules against every question remembered in snapshots and receipts. Offline."""
    with as_json_too(format_):
        from vernctl.cli.offline import each
        from vernctl.workflow.remembered import held_against_rules

        project, loaded = load(specs)
        return finish(each(loaded, "status", lambda s: held_against_rules(project, s)), format_)


@command.command("where", short_help="List the imports that a rule has decided.")
@click.argument("rule", metavar="RULE")
@specs_argument
@format_option("text", "json", "markdown")
def where(rule: str, specs: tuple[Path, ...], format_: Format) -> int:
    """List the customers whose import a rule has decided. RULE is its pattern. Offline."""
    with as_json_too(format_):
        from vernctl.cli.offline import each
        from vernctl.workflow.remembered import where_decided

        project, loaded = load(specs)
        outcomes = each(loaded, "status", lambda spec: where_decided(project, spec, rule))
        decided = [outcome for outcome in outcomes if outcome.facts]
        if not decided and format_ == "text":
            write("No snapshot and no receipt has an answer by this rule.\n")
            return 0
        return finish(decided, format_)


@command.command("record", short_help="Make rules of answers that are on record.")
@spec_argument
@click.option("--write", "writes", is_flag=True, help="Add the lines to the spec.")
def record(spec: Path, writes: bool) -> int:
    """Make rules of the answers that the service has on record for a spec's migration."""
    from vernctl.cli.endpoint import with_session
    from vernctl.render.escape import WHOLE, text_safe
    from vernctl.spec.write import add_rules
    from vernctl.workflow.commands import record_answers

    project, loaded = load_one(spec)
    lines = with_session(project, loaded, lambda session: record_answers(session, loaded))
    if not lines:
        write("The service has no answer on record that the spec does not give.\n")
        return 0
    if writes:
        add_rules(loaded, project, lines)
    write("answers:\n" + "".join(f"  {text_safe(line, WHOLE)}\n" for line in lines))
    return 0
