"""Secrets: references in files, resolved late, never kept, logged or shown."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from vernctl.errors import Place, Problem, SpecError
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
    return SecretRef(**texts) if len(texts) == 1 and all(texts.values()) else None


def resolve_secret(ref: SecretRef, *, root: Path, commands: bool) -> str:
    """The secret that a reference leads to.

    ``root``: relative files are relative to it, commands run in it. ``commands``: False refuses to
    run any (validate and --read-only run none). Raises SpecError, which never holds the secret.
    """
    if ref.env is not None:
        secret = os.environ.get(ref.env, "")
        if not secret.strip():
            raise _failed(
                f"the environment variable {ref.env} is not set", next=f"export {ref.env}=…"
            )
    elif ref.file is not None:
        secret = _from_file(root / Path(ref.file).expanduser())
    elif ref.command is not None:
        if not commands:
            raise _failed("the key comes from a command, and this command line runs none")
        secret = _from_command(ref.command, root)
    else:
        raise _failed("a secret needs one of env, file, command")
    secret = secret.strip()
    if not secret or not secret.isprintable():
        raise _failed("the secret is empty or holds control characters")
    return secret


def _from_file(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_SECRET + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "no such path"
        raise _failed(f"the secret's file {path} cannot be read: {reason}") from None
    return _decoded(data, f"the secret's file {path}")


def _from_command(line: str, root: Path) -> str:
    try:
        words = shlex.split(line)
    except ValueError:
        words = []
    if not words:
        raise _failed("the secret's command has unbalanced quotes, or is empty")
    try:
        done = subprocess.run(  # no shell: the words are the command
            words,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        # The cause carries what the command printed so far.
        raise _failed(f"the secret's command took over {_COMMAND_SECONDS} s") from None
    except (OSError, ValueError):
        raise _failed("the secret's command cannot be started") from None
    if done.returncode != 0:
        raise _failed(f"the secret's command failed (exit {done.returncode})")
    return _decoded(done.stdout, "what the secret's command printed")


def _decoded(data: bytes, what: str) -> str:
    if len(data) > _MAX_SECRET:
        raise _failed(f"{what} is larger than {_MAX_SECRET // 1024} KiB")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise _failed(f"{what} is not UTF-8 text") from None


def _failed(message: str, *, next: str | None = None) -> SpecError:  # noqa: A002
    return SpecError([Problem(Place("vernctl.yaml"), message)], next=next)
