"""Every operation of the contract refuses alike: 401 without a key, 404 for what is not theirs."""

from __future__ import annotations

import json
import os
import re
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

NEEDS = "VERNCTL_CONTRACT"
#: A body that is right, so that it is the path which is refused.
BODIES: dict[str, dict[str, Any]] = {
    "pinSource": {"run_id": None},
    "updateTemplate": {"name": "Other"},
    "createUploads": {"files": [{"name": "a.csv"}]},
    "startRun": {"kind": "generate"},
    "cancelRun": {"status": "cancel_requested"},
    "answerRun": {"answers": "yes"},
    "submitCredentials": {"credentials": {"token": "t"}},
    "saveSourceConnection": {"source_key": "rest"},
    "updateSource": {"name": "Other"},
    "updateSourceKnowledge": {"knowledge": "k"},
    "updateMigrationKnowledge": {"knowledge": "k"},
    "createExport": {"slug": "contacts"},
}


def operations(status: str) -> list[tuple[str, str, str]]:
    """(operation, method, path) of the contract's operations that document ``status``."""
    if NEEDS not in os.environ:
        return []
    document = json.loads(Path(os.environ[NEEDS]).read_text(encoding="utf-8"))
    return [
        (operation["operationId"], method.upper(), path)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and status in operation.get("responses", {})
    ]


def ask(server: Any, name: str, method: str, path: str, key: str | None) -> httpx.Response:
    filled = re.sub(r"\{file\}", "contacts.csv", path)
    filled = re.sub(r"\{[a-z_]+\}", lambda _: str(uuid.uuid4()), filled)
    headers = {} if key is None else {"x-api-key": key}
    body = BODIES.get(name)
    return httpx.request(method, server.url + filled, headers=headers, json=body)


@pytest.mark.parametrize(("name", "method", "path"), operations("401"))
def test_without_a_key_nothing_is_said(server: Any, name: str, method: str, path: str) -> None:
    refused = [ask(server, name, method, path, key) for key in (None, "", "wrong")]
    assert [each.status_code for each in refused] == [401, 401, 401]
    assert all(list(each.json()) == ["error"] for each in refused)


@pytest.mark.parametrize(
    ("name", "method", "path"), [each for each in operations("404") if "{" in each[2]]
)
def test_what_an_account_does_not_have_is_not_found(
    server: Any, name: str, method: str, path: str
) -> None:
    refused = ask(server, name, method, path, server.api_key)
    assert refused.status_code == 404 and list(refused.json()) == ["error"], refused.text
