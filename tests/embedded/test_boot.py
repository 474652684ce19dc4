"""What the server does not import before it needs it."""

from __future__ import annotations

import subprocess
import sys


def test_the_server_listens_before_it_imports_what_only_work_needs() -> None:
    heavy = ("pydantic", "yaml", "duckdb", "sqlglot", "httpx")
    code = f"""
import sys, vernctl.embedded.serve
print([name for name in {heavy} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
