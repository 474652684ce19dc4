"""How fast the server is there, and how fast it answers."""

from __future__ import annotations

import socket
import subprocess
import sys

from vernctl.embedded.serve import bind


def test_the_server_listens_before_it_imports_what_only_work_needs() -> None:
    heavy = ("pydantic", "yaml", "duckdb", "sqlglot", "httpx")
    code = f"""
import sys, vernctl.embedded.serve
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_answers_are_not_held_back_by_nagles_delay() -> None:
    """An event loop switches it off only for sockets that are named as TCP."""
    with bind("127.0.0.1", 0) as listener:
        assert listener.proto == socket.IPPROTO_TCP
