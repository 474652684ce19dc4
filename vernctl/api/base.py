"""What every client of the API is: a connection pool for its life, and an API key that it keeps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from vernctl.api.models import ServerIdentity
from vernctl.api.policy import Policy
from vernctl.api.quota import Ledger
from vernctl.api.transport import Trace, Transport


class Client:
    """An asynchronous context manager over one transport; the dialects add their verbs."""

    def __init__(
        self,
        base_url: str,
        api_key: str,
        *,
        allow_hosts: Sequence[str] = (),
        policy: Policy | None = None,
        trace: Trace | None = None,
        ledger: Ledger | None = None,
    ) -> None:
        self._transport = Transport(
            base_url, api_key, allow_hosts=allow_hosts, policy=policy, trace=trace, ledger=ledger
        )

    @classmethod
    def over(cls, other: Client) -> Self:
        """A client of another dialect over the same pool, key and ledger; ``other`` owns them."""
        client = cls.__new__(cls)
        client._transport = other._transport
        return client

    @property
    def base_url(self) -> str:
        """Where requests go, without a trailing slash."""
        return self._transport.base_url

    @property
    def identity(self) -> ServerIdentity | None:
        """vernctl's own server and its engine, once an answer from loopback has said so.

        From the header ``x-vernctl-server: embedded; engine=N``; another host's word is not taken.
        """
        return self._transport.identity

    def guard(self, before_change: Callable[[], None]) -> None:
        """Call ``before_change`` right before every request that may change something, repeated
        ones included; what it raises stops the request, and reaches the caller."""
        self._transport.before_change = before_change

    async def __aenter__(self) -> Self:
        self._transport.pools.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.pools.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"
