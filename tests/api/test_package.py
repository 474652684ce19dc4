"""``from vernctl.api import MigrationClient`` works, and costs httpx only then."""

from __future__ import annotations

import subprocess
import sys

import pytest

import vernctl.api


def imports(code: str) -> list[str]:
    check = f"import sys; {code}; print(*[m for m in ('httpx', 'httpx_sse') if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    return run.stdout.split()


def test_the_models_and_uploads_load_without_httpx() -> None:
    assert imports("import vernctl.api.models; from vernctl.api import Upload, Policy") == []


def test_the_client_is_imported_when_it_is_asked_for() -> None:
    assert imports("from vernctl.api import MigrationClient") == ["httpx", "httpx_sse"]


@pytest.mark.parametrize("name", vernctl.api.__all__)
def test_every_exported_name_is_there_and_documented(name: str) -> None:
    assert getattr(vernctl.api, name).__doc__


def test_another_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Client'"):
        _ = vernctl.api.Client


def test_every_public_verb_says_what_it_does() -> None:
    client = vernctl.api.MigrationClient
    silent = [name for name in dir(client) if name[0] != "_" and not getattr(client, name).__doc__]
    assert silent == []
