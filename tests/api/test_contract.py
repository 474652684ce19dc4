"""Every request of the client is one that the published contract knows, body and all."""

from __future__ import annotations

import inspect
import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema
import pytest

from vernctl.api.body import parse
from vernctl.api.catalog import Sources, Templates
from vernctl.api.client import MigrationClient
from vernctl.api.connections import ConnectionEnvelope, Deleted
from vernctl.api.migrations import ListedFiles, MigrationEnvelope
from vernctl.api.models import (
    Answer,
    ApiModel,
    Knowledge,
    Pin,
    Preview,
    Run,
    RunAccepted,
    SessionLog,
    Template,
    ThreadEvent,
    ThreadPage,
)
from vernctl.api.uploads import SignedUploads, Upload

if TYPE_CHECKING:
    from tests.api.conftest import Asked, Bench

NEEDS = "VERNCTL_CONTRACT"

M, R = "c0a8012e-4f1b-4d3a-9b2c-7e6f5a4b3c2d", "d4c3b2a1-9f8e-47d6-b5a4-c3d2e1f0a9b8"
RUN = {"run_id": R, "status": "running"}
KNOWN = {"knowledge": "Amounts are USD.", "updated_at": None}
LINK = {"source_connection": {"id": R, "source_key": "hubspot"}}
SECRET = {"token": "s"}


async def events(client: MigrationClient) -> list[ThreadEvent]:
    return [event async for event in client.stream_thread(M, after=3, include="all")]


Act = Callable[[MigrationClient, Path], Awaitable[object]]
#: Every public verb: its calls, with every optional argument once.
VERBS: dict[str, list[Act]] = {
    "list_sources": [lambda c, _: c.list_sources()],
    "list_templates": [lambda c, _: c.list_templates()],
    "get_template": [lambda c, _: c.get_template("contacts")],
    "get_source_knowledge": [lambda c, _: c.get_source_knowledge("Sales force")],
    "pin_source": [lambda c, _: c.pin_source("S", R), lambda c, _: c.pin_source("S", None)],
    "create_migration": [
        lambda c, _: c.create_migration(name="A", external_id="a-1"),
        lambda c, _: c.create_migration(name="A", external_id="a", source="S", templates=["c"]),
    ],
    "list_files": [lambda c, _: c.list_files(M)],
    "upload_files": [lambda c, path: c.upload_files(M, [Upload("a.csv", path)])],
    "start_run": [
        lambda c, _: c.start_run(M, "generate"),
        lambda c, _: c.start_run(M, "generate", extract_via_api=True),
        lambda c, _: c.start_run(M, "update", message="Trim."),
        lambda c, _: c.start_run(M, "clarify", message="Which?"),
        lambda c, _: c.start_run(M, "execute"),
    ],
    "get_run": [lambda c, _: c.get_run(M, R)],
    "cancel_run": [lambda c, _: c.cancel_run(M, R)],
    "answer": [
        lambda c, _: c.answer(M, R, [Answer(id="q1", value="A")]),
        lambda c, _: c.answer(M, R, "Use the domain."),
    ],
    "submit_credentials": [
        lambda c, _: c.submit_credentials(M, R, SECRET),
        lambda c, _: c.submit_credentials(M, R, SECRET, connection_id=R),
    ],
    "get_preview": [lambda c, _: c.get_preview(M)],
    "get_thread": [
        lambda c, _: c.get_thread(M),
        lambda c, _: c.get_thread(M, after=4, include="tools"),
    ],
    "stream_thread": [lambda c, _: events(c)],
    "get_log": [lambda c, _: c.get_log(M)],
    "get_log_json": [lambda c, _: c.get_log_json(M)],
    "get_log_markdown": [lambda c, _: c.get_log_markdown(M)],
    "export_csv": [
        lambda c, path: c.export_csv(M, "contacts", path.with_name("out.csv")),
        lambda c, path: c.export_csv(M, "contacts", path.with_name("o.csv"), filter="invalid"),
    ],
    "get_knowledge": [lambda c, _: c.get_knowledge(M)],
    "put_knowledge": [
        lambda c, _: c.put_knowledge(M, "Amounts are USD."),
        lambda c, _: c.put_knowledge(M, None, "2026-01-01T00:00:00Z"),
    ],
    "get_source_connection": [
        lambda c, _: c.get_source_connection(M),
        lambda c, _: c.get_source_connection(M, source_key="hubspot"),
    ],
    "save_source_connection": [
        lambda c, _: c.save_source_connection(M, "hubspot"),
        lambda c, _: c.save_source_connection(
            M, "hubspot", config={"a": 1}, selected_streams=["x"], credentials={"token": "s"}
        ),
    ],
    "delete_source_connection": [
        lambda c, _: c.delete_source_connection(M),
        lambda c, _: c.delete_source_connection(M, source_key="hubspot"),
    ],
}
ANSWERS: dict[tuple[str, str], object] = {
    ("GET", "/sources"): {"sources": []},
    ("GET", "/templates"): {"templates": []},
    ("GET", "/templates/contacts"): {"slug": "contacts", "name": "Contacts", "columns": []},
    ("GET", "/sources/Sales force/knowledge"): KNOWN,
    ("POST", "/sources/S/pin"): {"source": "S", "pinned_recipe_run_id": None},
    ("POST", "/migrations"): {"migration": {"id": M, "name": "A"}},
    ("GET", f"/migrations/{M}/files"): {"files": [{"name": "a.csv", "size": 3}]},
    ("POST", f"/migrations/{M}/runs"): RUN,
    ("GET", f"/migrations/{M}/runs/{R}"): RUN,
    ("PATCH", f"/migrations/{M}/runs/{R}"): RUN,
    ("POST", f"/migrations/{M}/runs/{R}/messages"): RUN,
    ("POST", f"/migrations/{M}/runs/{R}/credentials"): RUN,
    ("GET", f"/migrations/{M}/preview"): {"sheets": []},
    ("GET", f"/migrations/{M}/thread"): {"events": []},
    ("GET", f"/migrations/{M}/log"): {"migration_id": M, "runs": []},
    ("GET", f"/migrations/{M}/exports/contacts.csv"): "Email",
    ("GET", f"/migrations/{M}/knowledge"): KNOWN,
    ("PATCH", f"/migrations/{M}/knowledge"): KNOWN,
    ("GET", f"/migrations/{M}/source-connection"): LINK,
    ("POST", f"/migrations/{M}/source-connection"): LINK,
    ("DELETE", f"/migrations/{M}/source-connection"): {"deleted": True},
}


class Contract:
    """The published document, and what it says about one request."""

    def __init__(self, path: Path) -> None:
        self.document = json.loads(path.read_text(encoding="utf-8"))

    def operation(self, method: str, path: str) -> dict[str, object]:
        """The operation of a request; a literal segment goes before a parameter."""
        for template, item in sorted(
            self.document["paths"].items(), key=lambda pair: "{" in pair[0]
        ):
            pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in item:
                shared = item.get("parameters", [])
                operation: dict[str, object] = dict(item[method.lower()])
                operation["parameters"] = [*shared, *item[method.lower()].get("parameters", [])]
                return operation
        raise AssertionError(f"the contract has no {method} {path}")

    def check(self, asked: Asked) -> str:
        """Hold a request against its operation; the operation's id."""
        operation = self.operation(asked.method, asked.path.removeprefix("/api/v1"))
        parameters = operation["parameters"]
        assert isinstance(parameters, list)
        resolved = [self.resolve(parameter) for parameter in parameters]
        known = {one["name"]: one["schema"] for one in resolved if one["in"] == "query"}
        for name, value in asked.query.items():
            schema = known.get(name)
            assert isinstance(schema, dict), f"{operation['operationId']} has no query {name}"
            plain: object = int(value) if schema["type"] == "integer" else value
            self.validate(plain, schema)
        body = operation.get("requestBody")
        assert (body is not None) == bool(asked.body)
        if body is not None:
            assert isinstance(body, dict)
            schema = body["content"]["application/json"]["schema"]
            self.validate(asked.json, schema)
            self.names(asked.json, schema)
        return str(operation["operationId"])

    def examples(self) -> Iterator[tuple[str, object]]:
        """Every example of a successful JSON answer, with the id of its operation."""
        for item in self.document["paths"].values():
            for operation in item.values():
                answers = operation.get("responses", {}) if isinstance(operation, dict) else {}
                for status, answer in answers.items():
                    content = answer.get("content", {}).get("application/json", {})
                    several = [one["value"] for one in content.get("examples", {}).values()]
                    single = [content["example"]] if "example" in content else []
                    for example in [*several, *single]:
                        if status.startswith("2"):
                            yield operation["operationId"], example

    def resolve(self, node: dict[str, object]) -> dict[str, object]:
        """``node``, or what its ``$ref`` names."""
        found: object = node
        while isinstance(found, dict) and "$ref" in found:
            path = str(found["$ref"]).removeprefix("#/").split("/")
            found = self.document
            for part in path:
                assert isinstance(found, dict)
                found = found[part]
        assert isinstance(found, dict)
        return found

    def validate(self, value: object, schema: dict[str, object]) -> None:
        """``value`` is what ``schema`` describes."""
        whole = {**schema, "components": self.document["components"]}
        jsonschema.Draft202012Validator(whole).validate(value)

    def names(self, value: object, schema: dict[str, object]) -> None:
        """Every field that is sent is one that the contract names."""
        assert isinstance(value, dict)
        properties = self.resolve(schema)["properties"]
        assert isinstance(properties, dict)
        assert set(value) <= set(properties)


@pytest.fixture(scope="module")
def contract() -> Contract:
    return Contract(Path(os.environ[NEEDS]))


def test_no_verb_of_the_client_is_left_out() -> None:
    public = {
        name
        for name, member in inspect.getmembers(MigrationClient, inspect.isfunction)
        if not name.startswith("_")
    }
    assert public - {"guard"} == set(VERBS)  # what stands before a request is none


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_sends_what_the_contract_describes(
    bench: Bench, contract: Contract, verb: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"a\n1")
    server = bench.server
    for (method, where), answer in ANSWERS.items():
        server.on(method, where, server.json(answer))
    done = b'event: done\ndata: {"last_sequence": null}\n\n'
    stream = server.data(done, headers={"content-type": "text/event-stream"})
    server.on("GET", f"/migrations/{M}/thread/stream", stream)
    server.on("PUT", "//put", server.data(b""))

    async def script(client: MigrationClient) -> None:
        signed = {"name": "a.csv", "signed_url": f"{server.origin}/put"}
        server.on("POST", f"/migrations/{M}/files", server.json({"files": [signed]}, 201))
        for act in VERBS[verb]:
            await act(client, path)

    bench.run(script)
    sent = [asked for asked in server.asked if asked.path.startswith("/api/v1")]
    assert sent
    assert all(contract.check(asked) for asked in sent)


#: What the client reads an operation's answer as.
MODELS: dict[str, type[ApiModel]] = {
    "listSources": Sources,
    "listTemplates": Templates,
    "getTemplate": Template,
    "getSourceKnowledge": Knowledge,
    "pinSource": Pin,
    "createMigration": MigrationEnvelope,
    "createUploads": SignedUploads,
    "listFiles": ListedFiles,
    "startRun": RunAccepted,
    "getRun": Run,
    "cancelRun": Run,
    "answerRun": RunAccepted,
    "submitCredentials": RunAccepted,
    "getPreview": Preview,
    "getThread": ThreadPage,
    "getSessionLog": SessionLog,
    "getMigrationKnowledge": Knowledge,
    "updateMigrationKnowledge": Knowledge,
    "getSourceConnection": ConnectionEnvelope,
    "saveSourceConnection": ConnectionEnvelope,
    "deleteSourceConnection": Deleted,
}


def test_every_example_of_an_answer_is_read_and_nothing_of_it_lost(contract: Contract) -> None:
    read = 0
    for operation, example in contract.examples():
        if operation in MODELS:
            model = parse(MODELS[operation], json.dumps(example).encode(), operation)
            kept = model.model_dump(mode="json", by_alias=True, exclude_unset=True)
            assert kept == example
            read += 1
    assert read >= 12


def test_a_request_off_the_contract_would_be_noticed(bench: Bench, contract: Contract) -> None:
    bench.server.on("POST", "/migrations", bench.server.json(ANSWERS["POST", "/migrations"]))
    bench.run(lambda client: client.create_migration(name="A", external_id="not allowed!"))
    with pytest.raises(jsonschema.ValidationError):
        contract.check(bench.server.asked[0])
    elsewhere = bench.server.asked[0]._replace(path="/api/v1/migrate")
    with pytest.raises(AssertionError, match="has no POST"):
        contract.check(elsewhere)
