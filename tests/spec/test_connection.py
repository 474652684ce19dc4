"""A live source as a spec writes it: settings in the open, secrets by reference alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.spec.conftest import Workshop

TOKEN = "tok-9f31c2-very-private"
BLOCK = """\
connection:
  source_key: HubSpot
  config: {portal: 1234, sandbox: false, region: "${env:REGION}", nested: {ids: [1, "0042"]}}
  streams: [deals, contacts, deals]
  credentials: {token: {env: CRM_TOKEN}, key: {file: secrets/key}, other: {command: pass crm}}
"""


def test_everything_but_the_credentials_is_what_is_approved(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "eu1")
    connection = workshop.load(BLOCK).connection
    assert connection is not None
    assert connection.public == {
        "source_key": "hubspot",
        "config": {
            "portal": 1234,
            "sandbox": False,
            "region": "eu1",
            "nested": {"ids": [1, "0042"]},
        },
        "streams": ["contacts", "deals"],
    }
    assert list(connection.credentials) == ["token", "key", "other"]
    assert "CRM_TOKEN" not in str(connection.public)


def test_a_base_gives_the_source_and_the_spec_its_own_settings(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.write("_base/crm.yaml", "connection: {source_key: hubspot, config: {region: eu1}}\n")
    spec = workshop.load("extends: ../_base/crm.yaml\nconnection: {config: {portal: 7}}\n")
    assert spec.connection is not None
    assert spec.connection.config == {"region": "eu1", "portal": 7}


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ("{config: {a: b}}", "`connection.source_key` is missing"),
        ("{source_key: 'a b'}", '"a b" is not the key of a live source'),
        ("{source_key: x, streams: []}", "streams is empty; leave it out for every stream"),
        ("{source_key: x, stream: [a]}", 'unknown key "stream" (did you mean "streams"?)'),
        ("{source_key: x, config: {a: yes}}", 'the YAML boolean true; quote it: "yes"'),
        ("{source_key: x, config: {a: 0042}}", 'quote it: "0042"'),
        ("{source_key: x, config: {a: 1.10}}", 'quote it: "1.10"'),
        ("{source_key: x, config: [a]}", "connection.config must be a map"),
        ("{source_key: x, credentials: [a]}", "connection.credentials must be a map"),
        ("{source_key: x, credentials: {t: {env: A, file: b}}}", "exactly one of env, file"),
        ("{source_key: x, credentials: {t: {}}}", "takes exactly one of env, file, command"),
        ("{source_key: x, credentials: {t: {env: '${env:A}'}}}", "cannot take ${env:…}"),
        ("{source_key: x, credentials: {t: {env: VERN_API_KEY}}}", "which no live source may get"),
        ("{source_key: x, credentials: {t: {file: ../../key}}}", "lies outside the project"),
        ("{source_key: x, credentials: {t: {file: ~/key}}}", "lies outside the project"),
        ("{source_key: sqlite, config: {path: ../crm.db}}", "lies outside the project"),
        ("{source_key: sqlite, config: {path: /etc/passwd}}", "lies outside the project"),
    ],
)
def test_a_source_that_cannot_be_meant_is_refused_where_it_stands(
    workshop: Workshop, block: str, said: str
) -> None:
    problems = workshop.problems(f"connection: {block}\n")
    assert len(problems) == 1, problems
    assert said in problems[0]
    assert problems[0].startswith("specs/acme.yaml:3:")


@pytest.mark.parametrize(
    "block",
    [
        f"{{source_key: x, credentials: {{token: {TOKEN}}}}}",
        f"{{source_key: x, credentials: {{token: [{TOKEN}]}}}}",
        f"{{source_key: x, config: {{token: {TOKEN}}}}}",
        f"{{source_key: x, config: {{auth: {{client_secret: {TOKEN}}}}}}}",
        f"{{source_key: x, config: {{note: 'Bearer {TOKEN}'}}}}",
        f"{{source_key: x, config: {{base_url: 'https://me:{TOKEN}@x.test'}}}}",
        '{source_key: x, config: {auth: "${env:CRM_TOKEN}"}, credentials: {t: {env: CRM_TOKEN}}}',
        '{source_key: x, config: {api_key: "${env:OTHER}"}}',
    ],
)
def test_a_secret_is_refused_wherever_it_is_written_and_never_repeated(
    workshop: Workshop, block: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CRM_TOKEN", "OTHER"):
        monkeypatch.setenv(name, TOKEN)
    problems = workshop.problems(f"connection: {block}\n")
    assert problems
    assert TOKEN not in str(problems)


def test_no_other_part_of_a_spec_spells_out_a_credential(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRM_TOKEN", TOKEN)
    head = "version: 1\nmigration: {name: 'Acme ${env:CRM_TOKEN}', external_id: acme-001}\n"
    block = "connection: {source_key: x, credentials: {t: {env: CRM_TOKEN}}}\n"
    (problem,) = workshop.problems(block, head=head)
    assert "CRM_TOKEN holds a secret" in problem
    assert TOKEN not in problem


def test_a_database_reached_by_a_link_out_of_the_project_is_refused(
    workshop: Workshop, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    far = tmp_path_factory.mktemp("far") / "crm.db"
    far.touch()
    (tmp_path / "crm.db").symlink_to(far)
    (problem,) = workshop.problems("connection: {source_key: sqlite, config: {path: crm.db}}\n")
    assert "lies outside the project" in problem


def test_validating_runs_no_command(workshop: Workshop, tmp_path: Path) -> None:
    workshop.load(
        f"connection: {{source_key: x, credentials: {{t: {{command: touch {tmp_path}/ran}}}}}}\n"
    )
    assert not (tmp_path / "ran").exists()
