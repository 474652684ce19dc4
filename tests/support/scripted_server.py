"""The embedded server with a scripted agent, as a process that a test may kill."""

from __future__ import annotations

import argparse
from pathlib import Path

from scripted_agent import Ask, ScriptedAgent

from vernctl.embedded.serve import RunningServer, ServeConfig


def main() -> None:
    """Serve until stopped; the agent asks one question at the first generate."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--catalog", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--api-key", required=True)
    arguments, _ = parser.parse_known_args()
    key = Path(arguments.api_key.removeprefix("file:")).read_text().strip()
    agent = ScriptedAgent(asks=[Ask("Which column is Email?", ("Work", "Private"))])
    config = ServeConfig(arguments.data, arguments.catalog, {key: "default"}, port=arguments.port)
    RunningServer(
        config,
        engine=agent,
        announce=lambda url: print(f"Listening on {url.removesuffix('/api/v1')}", flush=True),
    ).run_until_stopped()


if __name__ == "__main__":
    main()
