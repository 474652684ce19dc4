"""One owner per data folder: found, started, raced for, killed; and it never outstays its use."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from vernctl.embedded.folder import CARD, is_owned, read_card
from vernctl.embedded.owner import Attached, attach
from vernctl.embedded.serve import LINGER_SECONDS
from vernctl.errors import BusyError, SpecError, VernctlError
from vernctl.spec.model import EmbeddedConfig

#: A command line: attaches, says where, and works until its standard input closes.
CLIENT = """
import json, sys
from pathlib import Path
from vernctl.embedded.owner import attach
from vernctl.spec.model import EmbeddedConfig
with attach(EmbeddedConfig(catalog=Path(sys.argv[1]), data=Path(sys.argv[2]))) as server:
    print(json.dumps([server.url, server.api_key]), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def config(tmp_path: Path, catalog: Path) -> EmbeddedConfig:
    return EmbeddedConfig(catalog=catalog, data=tmp_path / "data")


@pytest.fixture
def commands(config: EmbeddedConfig) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are killed when the test ends."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.kill()
        process.communicate()


def command(config: EmbeddedConfig) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(config.catalog), str(config.data)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def told(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    found: list[str] = json.loads(process.stdout.readline())
    return found


def serve(
    config: EmbeddedConfig, *more: str, env: dict[str, str] | None = None
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "vernctl.embedded", "--data", str(config.data)),
            *("--catalog", str(config.catalog), *more),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **(env or {})},
    )


def listening(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("Listening on http://127.0.0.1:"), process.communicate()
    return line.split()[-1]


def works(server: Attached) -> bool:
    headers = {"x-api-key": server.api_key}
    return httpx.get(f"{server.url}/sources", headers=headers).status_code == 200


def wait_until_left(folder: Path, seconds: float = 6.0) -> float:
    started = time.monotonic()
    while is_owned(folder):
        assert time.monotonic() - started < seconds, "the server stays"
        time.sleep(0.02)
    return time.monotonic() - started


def test_commands_one_after_the_other_use_one_server_which_then_leaves(
    config: EmbeddedConfig,
) -> None:
    with attach(config) as first:
        assert works(first)
    with attach(config) as second:
        assert works(second) and second == first
    assert wait_until_left(config.data) > 0.5
    assert read_card(config.data) is None
    key = config.data / "api-key"
    assert key.stat().st_mode & 0o777 == 0o600 and first.api_key not in repr(first)
    with attach(config) as third:
        assert works(third) and third.api_key == first.api_key


def test_commands_that_start_at_once_get_one_server(
    config: EmbeddedConfig, commands: list[subprocess.Popen[str]]
) -> None:
    commands += [command(config) for _ in range(3)]
    assert len({tuple(told(process)) for process in commands}) == 1


def test_a_server_stays_while_it_is_needed_and_a_killed_command_leaves_no_orphan(
    config: EmbeddedConfig, commands: list[subprocess.Popen[str]], tmp_path: Path
) -> None:
    by_hand = config.model_copy(update={"data": tmp_path / "by hand"})
    commands += [command(config), serve(by_hand)]
    told(commands[0])
    listening(commands[1])
    time.sleep(LINGER_SECONDS + 0.8)
    assert is_owned(config.data), "a server must not leave a command that works"
    commands[0].kill()
    wait_until_left(config.data)
    assert is_owned(by_hand.data), "a server that a person started must stay"


def test_a_killed_server_is_replaced_although_its_card_lies_there(config: EmbeddedConfig) -> None:
    with attach(config) as first:
        card = read_card(config.data)
        assert card is not None
        os.kill(card.pid, signal.SIGKILL)
        wait_until_left(config.data)
        assert (config.data / CARD).exists()
        with attach(config) as second:
            assert works(second)
            assert read_card(config.data) != card and first.api_key == second.api_key


def test_a_command_uses_the_server_that_a_person_started(
    config: EmbeddedConfig, commands: list[subprocess.Popen[str]]
) -> None:
    commands.append(serve(config))
    origin = listening(commands[0])
    with attach(config) as server:
        assert server.url == f"{origin}/api/v1" and works(server)
    second = serve(config)
    _, errors = second.communicate()
    assert second.returncode == 1 and f"process {commands[0].pid} at {origin}" in errors


def test_a_server_with_a_key_of_its_own_needs_that_key(
    config: EmbeddedConfig,
    commands: list[subprocess.Popen[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("VERN_API_KEY", raising=False)
    commands.append(serve(config, "--api-key", "env:MY_KEY", env={"MY_KEY": "secret"}))
    listening(commands[0])
    with pytest.raises(VernctlError, match="key of its own"), attach(config):
        pass
    monkeypatch.setenv("VERN_API_KEY", "secret")
    with attach(config) as server:
        assert works(server)
    assert not (config.data / "api-key").exists()


def test_a_server_with_other_settings_is_not_used(config: EmbeddedConfig, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text(config.catalog.read_text())
    with (
        attach(config),
        pytest.raises(BusyError, match="catalog"),
        attach(config.model_copy(update={"catalog": other})),
    ):
        pass


def test_a_wrong_catalog_is_told_with_its_position(config: EmbeddedConfig) -> None:
    config.catalog.write_text("templates: [{slug: 7}]")
    with pytest.raises(SpecError) as caught, attach(config):
        pass
    assert caught.value.problems[0].place.line == 1


def test_a_server_that_cannot_start_says_why(config: EmbeddedConfig) -> None:
    config.data.mkdir()
    (config.data / "server.sqlite").write_text("this is no database" * 100)
    with pytest.raises(VernctlError, match="did not start") as caught, attach(config):
        pass
    assert any("cannot be used" in reason for reason in caught.value.reasons)
    assert not any("Traceback" in reason for reason in caught.value.reasons)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_says_where_it_listens_and_stops_cleanly(
    config: EmbeddedConfig, commands: list[subprocess.Popen[str]], number: signal.Signals
) -> None:
    commands.append(serve(config, "--api-key", "literal"))
    origin = listening(commands[0])
    headers = {"x-api-key": "literal"}
    assert httpx.get(f"{origin}/api/v1/sources", headers=headers).status_code == 200
    commands[0].send_signal(number)
    rest, errors = commands[0].communicate(timeout=10)
    assert commands[0].returncode == 0 and rest == ""
    assert errors == "warning: a key on the command line can be read by others\n"
    assert not is_owned(config.data)


@pytest.mark.parametrize(
    "arguments",
    [
        ("--api-key", "env:NOT_SET_ANYWHERE"),
        ("--api-key", "file:/nowhere/key"),
        ("--host", "0.0.0.0"),
        ("--host", "203.0.113.7", "--api-key", "env:HOME"),
    ],
)
def test_serve_refuses_what_it_cannot_do_in_a_sentence(
    config: EmbeddedConfig, arguments: tuple[str, ...]
) -> None:
    process = serve(config, *arguments)
    rest, errors = process.communicate(timeout=10)
    assert process.returncode == 64 and rest == "" and errors.count("\n") == 1
