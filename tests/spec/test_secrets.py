"""Secrets are resolved late and shown never."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from vernctl.errors import SpecError
from vernctl.spec import secrets
from vernctl.spec.model import SecretRef
from vernctl.spec.project import resolve_secret

SECRET = "vk-very-private"


def refused(ref: SecretRef, root: Path, *, commands: bool = True) -> str:
    with pytest.raises(SpecError) as raised:
        resolve_secret(ref, root=root, commands=commands)
    assert SECRET not in f"{raised.value!r} {raised.value.reasons} {raised.value.__cause__!r}"
    assert raised.value.__suppress_context__ or raised.value.__context__ is None
    return raised.value.problems[0].message


def test_a_secret_is_read_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", f"{SECRET}\n")
    assert resolve_secret(SecretRef(env="A_KEY"), root=tmp_path, commands=False) == SECRET


def test_a_variable_that_is_not_set_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("A_KEY", raising=False)
    said = refused(SecretRef(env="A_KEY"), tmp_path)
    assert said == "the environment variable A_KEY is not set"


def test_a_secret_is_read_from_a_file_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(f"  {SECRET}\n")
    assert resolve_secret(SecretRef(file="key"), root=tmp_path, commands=False) == SECRET


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "the secret is empty or holds control characters"),
        (f"{SECRET}\nsecond line".encode(), "the secret is empty or holds control characters"),
        (SECRET.encode() + b"\xff", "is not UTF-8 text"),
        (b"x" * 70_000, "is larger than 64 KiB"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused(
    tmp_path: Path, data: bytes | None, said: str
) -> None:
    if data is not None:
        (tmp_path / "key").write_bytes(data)
    assert refused(SecretRef(file="key"), tmp_path).endswith(said)
    assert "no such path" in refused(SecretRef(file="a\0b"), tmp_path)


def test_a_secret_is_what_a_command_prints(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(SECRET)
    line = f"{sys.executable} -c \"print(open('key').read())\""
    assert resolve_secret(SecretRef(command=line), root=tmp_path, commands=True) == SECRET


def test_no_command_is_run_where_none_may_run(tmp_path: Path) -> None:
    said = refused(SecretRef(command=f"touch {tmp_path}/ran"), tmp_path, commands=False)
    assert "this command line runs none" in said
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (f"{sys.executable} -c \"print('{SECRET}'); exit(3)\"", "failed (exit 3)"),
        (f"/no/such/program {SECRET}", "cannot be started"),
        (f"'{SECRET}", "unbalanced quotes, or is empty"),
        ("", "unbalanced quotes, or is empty"),
    ],
)
def test_a_command_that_fails_says_nothing_of_what_it_printed(
    tmp_path: Path, line: str, said: str
) -> None:
    assert refused(SecretRef(command=line), tmp_path).endswith(said)


def test_a_command_that_never_ends_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(secrets, "_COMMAND_SECONDS", 0.2)
    line = f"{sys.executable} -c \"import time; print('{SECRET}', flush=True); time.sleep(9)\""
    assert "took over" in refused(SecretRef(command=line), tmp_path)


def test_a_reference_to_nothing_is_refused(tmp_path: Path) -> None:
    assert "needs one of env, file, command" in refused(SecretRef(), tmp_path)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("yes secret", "is larger than 64 KiB"),
        ("sh -c 'echo {secret}; sleep 30'", "took over 0.5 s"),
        ("sh -c 'exec >&-; sleep 30'", "took over 0.5 s"),
        ("sh -c 'sleep 30 & echo {secret}; exit 4'", "failed (exit 4)"),
    ],
)
def test_a_command_is_bounded_in_time_and_in_what_it_prints(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    monkeypatch.setattr(secrets, "_COMMAND_SECONDS", 0.5)
    begun = time.monotonic()
    found = refused(SecretRef(command=line.format(secret=SECRET)), tmp_path)
    assert found.endswith(said)
    assert time.monotonic() - begun < 10
    assert SECRET not in found
