"""Secrets: references in files, resolved late, never kept, logged or shown."""

from __future__ import annotations

import contextlib
import os
import selectors
import shlex
import signal
import subprocess
import time
from pathlib import Path

from vernctl.errors import Problem, SpecError
from vernctl.spec.keys import SECRET_KEYS
from vernctl.spec.model import SecretRef
from vernctl.spec.reader import Reader
from vernctl.spec.tree import Node, Pairs

_MAX_SECRET = 64 * 1024
_COMMAND_SECONDS = 60


def read_secret_ref(reader: Reader, node: Node, what: str) -> SecretRef | None:
    """``{env: NAME}``, ``{file: PATH}`` or ``{command: LINE}``; a literal is never repeated."""
    if not isinstance(node, Pairs):
        reader.add(node, f"{what} must be a reference such as {{env: NAME}}, never a secret")
        return None
    found = reader.keyed(node, what, SECRET_KEYS, f"{what}.")
    if len(node.pairs) != 1:
        reader.add(node, f"{what} takes exactly one of env, file, command")
    texts = {name: reader.text(value, f"{what}.{name}") for name, value in found.items()}
    whole = len(texts) == 1 and all(texts.values())
    return SecretRef.model_validate(texts) if whole else None


def resolve_secret(ref: SecretRef, *, root: Path, commands: bool) -> str:
    """The secret that a reference leads to.

    ``root``: relative files are relative to it, commands run in it. ``commands``: False refuses to
    run any (validate and --read-only run none). Raises SpecError, which never holds the secret.
    """
    try:
        return _resolved(ref, root, commands=commands)
    except _Unresolved as found:
        raise SpecError([Problem(ref.place, found.message)], next=found.next) from None


class _Unresolved(Exception):  # noqa: N818 - becomes a SpecError at the reference's place
    """Why a reference leads to no secret; never the secret, never what a command printed."""

    def __init__(self, message: str, *, next: str | None = None) -> None:  # noqa: A002
        super().__init__(message)
        self.message = message
        self.next = next


def _resolved(ref: SecretRef, root: Path, *, commands: bool) -> str:
    if ref.env is not None:
        secret = os.environ.get(ref.env, "")
        if not secret.strip():
            raise _Unresolved(
                f"the environment variable {ref.env} is not set", next=f"export {ref.env}=…"
            )
    elif ref.file is not None:
        secret = _from_file(root / Path(ref.file).expanduser())
    elif ref.command is not None:
        if not commands:
            raise _Unresolved("the secret comes from a command, and this command line runs none")
        secret = _from_command(ref.command, root)
    else:
        raise _Unresolved("a secret needs one of env, file, command")
    secret = secret.strip()
    if not secret or not secret.isprintable():
        raise _Unresolved("the secret is empty or holds control characters")
    return secret


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_SECRET + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such path"
        raise _Unresolved(f"the secret's file {path} cannot be read: {reason}") from None
    return _decoded(data, f"the secret's file {path}")


def _from_command(line: str, root: Path) -> str:
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if not words:
        raise _Unresolved("the secret's command has unbalanced quotes, or is empty")
    try:
        process = subprocess.Popen(  # no shell: the words are the command
            words,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # of its own group, so that what it started ends with it
            start_new_session=True,
        )
    except (OSError, ValueError):
        raise _Unresolved("the secret's command cannot be started") from None
    with process:
        try:
            data, code = _output(process)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if code != 0:
        raise _Unresolved(f"the secret's command failed (exit {code})")
    return _decoded(data, "what the secret's command printed")


def _output(process: subprocess.Popen[bytes]) -> tuple[bytes, int]:
    """What the command prints and how it ends, both within bounds: one that prints too much, or
    does not end, is not waited for."""
    assert process.stdout is not None
    deadline = time.monotonic() + _COMMAND_SECONDS
    data = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdout, selectors.EVENT_READ)
        while ready.select(max(0.0, deadline - time.monotonic())):
            chunk = os.read(process.stdout.fileno(), _MAX_SECRET)
            data += chunk
            if len(data) > _MAX_SECRET:
                # _decoded names the limit
                return bytes(data), 0
            if not chunk:
                break
    with contextlib.suppress(subprocess.TimeoutExpired):
        return bytes(data), process.wait(max(0.0, deadline - time.monotonic()))
    raise _Unresolved(f"the secret's command took over {_COMMAND_SECONDS} s")


def _decoded(data: bytes, what: str) -> str:
    if len(data) > _MAX_SECRET:
        raise _Unresolved(f"{what} is larger than {_MAX_SECRET // 1024} KiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _Unresolved(f"{what} is not UTF-8 text") from None
