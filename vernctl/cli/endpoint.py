"""From a project to an open session with the service that its specs talk to."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from vernctl.api.quota import Ledger
    from vernctl.spec.model import EndpointConfig, Project, Spec
    from vernctl.workflow.outcome import SpecOutcome
    from vernctl.workflow.session import Session

T = TypeVar("T")
KEY_VARIABLE = "VERN_API_KEY"

Work = Callable[["Session", "list[Spec]"], "Awaitable[list[SpecOutcome]]"]


def over_specs(
    project: Project, specs: Sequence[Spec], command: str, work: Work, *, commands: bool = True
) -> list[SpecOutcome]:
    """Do ``work`` at every endpoint that the specs name; the outcomes in the specs' order.

    An endpoint that cannot be opened fails its own specs and no others. ``commands``: whether a
    key may come from a command.
    """
    return asyncio.run(_over_specs(project, specs, command, work, commands=commands))


async def _over_specs(
    project: Project, specs: Sequence[Spec], command: str, work: Work, *, commands: bool
) -> list[SpecOutcome]:
    from vernctl.errors import VernctlError
    from vernctl.workflow.results import skipped, stopped

    found: dict[str, SpecOutcome] = {}
    for endpoint, group in _by_endpoint(project, specs):
        active = [spec for spec in group if spec.state == "active"]
        found |= {s.shown_path: skipped(s, command) for s in group if s.state != "active"}
        if not active:
            continue
        try:
            async with open_session(project, endpoint, commands=commands) as session:
                outcomes = await work(session, active)
                _tell_quota(session, outcomes)
        except VernctlError as error:
            outcomes = [stopped(spec, command, error, None) for spec in active]
        found |= {spec.shown_path: o for spec, o in zip(active, outcomes, strict=True)}
    return [found[spec.shown_path] for spec in specs]


def _tell_quota(session: Session, outcomes: Sequence[SpecOutcome]) -> None:
    """Of several specs: what is left of the account's limits, and what those that wait need."""
    ledger = session.gate.ledger
    if ledger is None or len(outcomes) < 2:
        return
    from vernctl.cli.output import note
    from vernctl.render.quota import one_line
    from vernctl.workflow.fleet import least_seconds

    waiting = [outcome.cost for outcome in outcomes if outcome.resume_at is not None]
    try:
        states = ledger.states()
    except OSError:
        return
    note(one_line(states, len(waiting), least_seconds(waiting)))


def with_session(project: Project, spec: Spec, work: Callable[[Session], Awaitable[T]]) -> T:
    """Do ``work`` in a session with the endpoint of one spec."""

    async def main() -> T:
        async with open_session(project, endpoint_of(project, spec)) as session:
            return await work(session)

    return asyncio.run(main())


def endpoint_of(project: Project, spec: Spec) -> EndpointConfig:
    """VERNCTL_ENDPOINT where it is set, else the spec's own, else the project's."""
    if project.overridden or spec.endpoint is None:
        return project.endpoint
    return project.endpoints[spec.endpoint]


def _by_endpoint(
    project: Project, specs: Sequence[Spec]
) -> list[tuple[EndpointConfig, list[Spec]]]:
    groups: dict[str, tuple[EndpointConfig, list[Spec]]] = {}
    for spec in specs:
        endpoint = endpoint_of(project, spec)
        groups.setdefault(endpoint.name, (endpoint, []))[1].append(spec)
    return list(groups.values())


@asynccontextmanager
async def open_session(
    project: Project, endpoint: EndpointConfig, *, commands: bool = True
) -> AsyncIterator[Session]:
    """An open session; the embedded server is found or started, and kept while it lasts."""
    if endpoint.url is None:
        from vernctl.embedded.owner import attach

        with attach(project.embedded) as attached:
            async with _session(project, endpoint, attached.url, attached.api_key) as session:
                session.commands = commands
                yield session
        return
    key = key_of(project, endpoint, commands=commands)
    async with _session(project, endpoint, endpoint.url, key) as session:
        session.commands = commands
        yield session


@asynccontextmanager
async def _session(
    project: Project, endpoint: EndpointConfig, url: str, key: str
) -> AsyncIterator[Session]:
    from vernctl.api.client import MigrationClient
    from vernctl.cli.progress import Teller
    from vernctl.render.pages import MarkdownPages
    from vernctl.workflow.gate import Gate
    from vernctl.workflow.session import Session

    with Teller(asks_before_upload=_is_remote(url), endpoint=endpoint.name) as teller:
        ledger = ledger_for(project, endpoint, url, key)
        hosts = project.allow_hosts
        async with MigrationClient(url, key, allow_hosts=hosts, ledger=ledger) as client:
            gate = Gate(ledger)
            teller.hour = gate.hour
            yield await Session.open(project, client, endpoint.name, MarkdownPages(), teller, gate)


def ledger_for(project: Project, endpoint: EndpointConfig, url: str, key: str) -> Ledger | None:
    """The account's quota ledger; None where no limits are known to hold.

    They hold at a service on another machine unless vernctl.yaml says ``quota: off``, and on this
    one where it says ``quota: published`` (or ``embedded.limits: published`` of its own server).
    """
    if endpoint.url is None:
        keeps = project.embedded.limits == "published"
    else:
        keeps = project.quota == "published" and (project.quota_given or _is_remote(url))
    if not keeps:
        return None
    from vernctl.api.quota import Ledger

    # its own server listens at another port each time it is started
    return Ledger(url if endpoint.url is not None else f"embedded:{project.embedded.data}", key)


def key_of(project: Project, endpoint: EndpointConfig, *, commands: bool) -> str:
    """The key by its reference; for a server on this machine, VERN_API_KEY, else DIR/api-key."""
    from vernctl.spec.project import resolve_secret

    own = project.embedded.data / "api-key"
    default = endpoint.api_key is None or endpoint.api_key.env == KEY_VARIABLE
    unset = default and not os.environ.get(KEY_VARIABLE, "").strip()
    if unset and not _is_remote(endpoint.url or "") and own.is_file():
        return own.read_text(encoding="ascii").strip()
    from vernctl.spec.model import SecretRef

    reference = endpoint.api_key or SecretRef(env=KEY_VARIABLE)
    return resolve_secret(reference, root=project.root, commands=commands)


def _is_remote(url: str) -> bool:
    from vernctl.spec.endpoints import is_loopback

    return not is_loopback(url)
