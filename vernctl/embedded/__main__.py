"""``python -m vernctl.embedded``: the server as a process of its own, without the command line."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path


def main() -> int:
    """Parse, serve, exit; errors are one sentence on stderr."""
    arguments = _arguments()
    if arguments.child:
        os.setsid()
    from vernctl.embedded.serve import serve
    from vernctl.errors import VernctlError

    try:
        serve(
            host=arguments.host,
            port=arguments.port,
            data=arguments.data,
            catalog=arguments.catalog,
            key=arguments.api_key,
            public_url=arguments.public_url,
            limits=arguments.limits,
            reuse=arguments.reuse,
            keys=arguments.keys,
            script=arguments.script,
            allow_paths=tuple(arguments.allow_path),
            child=arguments.child,
        )
    except VernctlError as error:
        print(error.message, *error.reasons, sep="\n", file=sys.stderr)
        return error.exit_code
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m vernctl.embedded", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the data folder")
    parser.add_argument("--catalog", type=Path, required=True, help="the catalog file")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--api-key", help="env:NAME, file:PATH, or for tests the key itself")
    parser.add_argument("--public-url", help="the origin under which clients reach this server")
    parser.add_argument("--limits", choices=("off", "published"), default="off")
    parser.add_argument("--reuse", choices=("off", "latest"), default="off")
    parser.add_argument("--keys", type=Path, help="a file of accounts and where their keys are")
    parser.add_argument("--script", type=Path, help="a scenario for tests")
    parser.add_argument(
        "--allow-path",
        type=Path,
        action="append",
        default=[],
        help="a folder that live sources may read files in (default: the catalog's)",
    )
    parser.add_argument("--child", action="store_true", help="leave with the last command line")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
