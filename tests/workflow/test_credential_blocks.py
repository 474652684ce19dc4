"""Blocks for credentials in every order that an agent can ask in: a scenario says what is asked."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path

import pytest
from bench import Bench, bench
from pydantic import JsonValue

from vernctl.workflow.credentials import fields_of
from vernctl.workflow.outcome import SpecOutcome

SECRET = "tok-9f31c2-very-private"
CONNECTION = """\
connection:
  source_key: rest
  config: {base_url: "https://crm.invalid", streams: {people: {path: /people}}}
  credentials: {token: {env: CRM_TOKEN}, user: {env: CRM_USER}}
"""
Played = Callable[[str], Bench]


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Played]:
    """A customer with a file and a live source, whose generate does what the scenario says."""
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("CRM_TOKEN", SECRET)
    monkeypatch.setenv("CRM_USER", "crm-user")
    with ExitStack() as stack:

        def play(script: str) -> Bench:
            made = stack.enter_context(bench(tmp_path / "project", script=script))
            made.spec_text(("files: ", CONNECTION + "files: "))
            return made

        yield play


def submitted(bench: Bench) -> int:
    return sum("/credentials" in line for line in bench.sent())


def said(outcome: SpecOutcome) -> str:
    assert outcome.error is not None
    assert SECRET not in str(outcome)
    assert outcome.error.kind == "credentials"
    return f"{outcome.error.message} {outcome.error.remote}"


def test_only_the_fields_that_are_asked_for_are_sent(played: Played) -> None:
    made = played("runs: [{kind: generate, credentials: {fields: [user]}}]")
    outcome = made.plan()
    assert submitted(made) == 1
    assert outcome.status == "failed", "the scenario has asked; the connector finds no such host"
    journal = next((made.root / ".vernctl" / "journal").rglob("*.jsonl")).read_text()
    assert '"fields": ["user"]' in journal
    assert SECRET not in journal


def test_a_field_that_the_spec_does_not_give_is_named_and_nothing_is_sent(played: Played) -> None:
    made = played("runs: [{kind: generate, credentials: {fields: [token, api_key]}}]")
    outcome = made.plan()
    assert outcome.exit_code == 3
    assert "asks for api_key; `connection.credentials` has token, user" in said(outcome)
    assert "the run waits" in said(outcome)
    assert submitted(made) == 0


def test_another_source_gets_no_credentials(played: Played) -> None:
    made = played("runs: [{kind: generate, credentials: {source: Evil, fields: [token]}}]")
    assert "asks for credentials of evil, and the spec's are for rest" in said(made.plan())
    assert submitted(made) == 0


def test_a_spec_without_a_source_gives_none(played: Played) -> None:
    made = played("runs: [{kind: generate, credentials: {fields: [token]}}]")
    made.spec_text((CONNECTION, ""))
    assert "the spec names none" in said(made.plan())
    assert made.plan(cancel_on_unanswered=True).error is not None
    assert made.status().status != "blocked", "its slot is free"


def test_what_is_rejected_is_sent_once_in_all_and_what_is_mended_once_more(
    played: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = played("runs: [{kind: generate, credentials: {fields: [token], reject: 9}}]")
    assert "rejected the credentials that were given (token" in said(made.plan())
    assert submitted(made) == 1
    assert "rejected" in said(made.plan())
    assert submitted(made) == 0
    monkeypatch.setenv("CRM_TOKEN", "tok-another-one")
    assert "rejected" in said(made.plan())
    assert submitted(made) == 1


def test_a_source_that_repeats_a_secret_is_not_quoted(played: Played) -> None:
    echo = f"{{fields: [token], reject: 9, reason: 'no user with {SECRET}'}}"
    made = played(f"runs: [{{kind: generate, credentials: {echo}}}]")
    for _ in range(2):
        assert "rejected" in said(made.plan())


ASKS = "runs: [{kind: generate, credentials: {fields: [token], reject: 9}}]\n"


@pytest.mark.parametrize(
    ("reply", "code", "replies", "words"),
    [
        ("{status: 409, error: No active credential request yet.}", 3, 2, "rejected"),
        ("{status: 503}", 3, 2, "rejected"),
        ("{lose: reply}", 3, 0, "rejected"),
        ("{lose: request}", 3, 1, "rejected"),
        ("{status: 400, error: Not these.}", 3, 1, "the service does not take them: Not these."),
        ("{status: 429, retry_after: 60}", 5, 1, "credentials"),
    ],
)
def test_a_reply_that_is_none_is_resolved_by_reading_and_the_run_is_left_as_it_is(
    played: Played, reply: str, code: int, replies: int, words: str
) -> None:
    turn = reply.replace("{", '{method: POST, path: "*/credentials", ', 1)
    made = played(f"{ASKS}requests: [{turn}]\n")
    outcome = made.plan()
    assert outcome.exit_code == code, outcome.error
    assert words in str(outcome.error)
    assert SECRET not in str(outcome)
    assert submitted(made) == replies
    assert made.status().status == "blocked"


@pytest.mark.parametrize(
    ("schema", "fields", "required"),
    [
        ({"a": {"type": "string"}, "b": {"required": False}}, ["a", "b"], ("a",)),
        ({"a": "a token"}, ["a"], ("a",)),
        (
            {"type": "object", "properties": {"a": {}, "b": {}}, "required": ["b"]},
            ["a", "b"],
            ("b",),
        ),
        ({"type": {"type": "string"}}, ["type"], ("type",)),
        ({}, [], ()),
    ],
)
def test_the_fields_of_a_request_are_read_whichever_way_they_are_written(
    schema: Mapping[str, JsonValue], fields: list[str], required: tuple[str, ...]
) -> None:
    found, needed = fields_of(schema)
    assert (list(found), needed) == (fields, required)
