"""One project, several ways in: over HTTP to a served endpoint, and two commands at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.journeys.conftest import CountingProxy, Prepared, Project


def test_a_served_endpoint_gives_the_digest_and_the_files_of_the_embedded_one(
    fresh: Project, first_apply: Prepared, serve: Callable[[Project], CountingProxy]
) -> None:
    proxy = serve(fresh)
    ran = fresh.json("apply", "specs/globex.yaml", VERNCTL_ENDPOINT=proxy.url)
    assert ran.code == 0, ran
    assert ran.specs["globex"]["digest"] == first_apply.ran.specs["globex"]["digest"]
    for name in ("products.csv", "orders.csv", "orders.invalid.csv"):
        assert fresh.text(f"out/globex/{name}") == _text(first_apply, f"out/globex/{name}")


def test_two_applies_at_once_import_once(
    planned: Project, serve: Callable[[Project], CountingProxy]
) -> None:
    proxy = serve(planned)
    commands = [
        planned.start("apply", "specs/globex.yaml", VERNCTL_ENDPOINT=proxy.url) for _ in range(2)
    ]
    ended = [(*command.communicate(timeout=60), command.returncode) for command in commands]
    assert [code for _, _, code in ended] == [0, 0], ended
    again = planned.json("apply", "specs/globex.yaml", VERNCTL_ENDPOINT=proxy.url)
    assert again.specs["globex"]["status"] == "unchanged"
    executes = [path for method, path in proxy.changing if path.endswith("/runs")]
    assert len(executes) == 1


def test_two_plans_at_once_share_one_embedded_server(applied: Project) -> None:
    commands = [applied.start("plan", "specs") for _ in range(2)]
    ended = [(*command.communicate(timeout=60), command.returncode) for command in commands]
    assert [code for _, _, code in ended] == [0, 0], ended


def _text(prepared: Prepared, name: str) -> str:
    return (prepared.root / name).read_text(encoding="utf-8")
