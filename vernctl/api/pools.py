"""Connections: to the API, and where a signed URL leads. None of them holds the key.

CA bundles (``SSL_CERT_FILE``, ``SSL_CERT_DIR``) and proxies (``HTTPS_PROXY``, ``ALL_PROXY``) come
from the environment, but no proxy is used for loopback: it would carry the key out of this machine.
"""

from __future__ import annotations

import ssl

import httpx

from vernctl import __version__
from vernctl.api.guard import is_loopback
from vernctl.api.policy import Policy
from vernctl.errors import ApiError

#: Idle connections are dropped before a server's usual five seconds: a POST must not meet a
#: connection that is being closed, because whether it arrived would then be unknown.
_KEEP_ALIVE = 2.0


class Pools:
    """The connection pools of one client, from :meth:`open` to :meth:`close`."""

    def __init__(self, base_url: str, policy: Policy) -> None:
        base = httpx.URL(base_url)
        self._tls = base.scheme == "https"
        self._proxies = not is_loopback(base.host)
        self._policy = policy
        self._main: httpx.AsyncClient | None = None
        self._verified: httpx.AsyncClient | None = None

    def open(self) -> None:
        """Make the pool of the API; nothing is sent yet.

        ApiError: the environment names a CA bundle or a proxy that cannot be used.
        """
        self._main = self._pool(verified=self._tls)

    async def close(self) -> None:
        """Close every connection."""
        for pool in (self._main, self._verified):
            if pool is not None:
                await pool.aclose()
        self._main = self._verified = None

    @property
    def main(self) -> httpx.AsyncClient:
        """The pool of the API."""
        if self._main is None:
            raise RuntimeError("use it as `async with MigrationClient(...) as client`")
        return self._main

    def for_url(self, url: str) -> httpx.AsyncClient:
        """The pool for a signed URL: the main one, or beside a plain one another that verifies."""
        if self._tls or not url.startswith("https:"):
            return self.main
        if self._verified is None:
            self._verified = self._pool(verified=True)
        return self._verified

    def _pool(self, *, verified: bool) -> httpx.AsyncClient:
        """A pool; a plain one trusts no authority at all, which saves reading them at start."""
        try:
            trust = (
                httpx.create_ssl_context() if verified else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            )
            return httpx.AsyncClient(
                headers={"user-agent": f"vernctl/{__version__}", "accept-encoding": "gzip"},
                timeout=timeout_of(self._policy, self._policy.read_timeout),
                limits=httpx.Limits(keepalive_expiry=_KEEP_ALIVE),
                follow_redirects=False,
                trust_env=self._proxies,
                verify=trust,
            )
        except (OSError, ValueError, ImportError, httpx.InvalidURL):
            # What was raised may quote a proxy's password, hence no detail and no cause.
            problem = ApiError(
                "The environment names a CA bundle (SSL_CERT_FILE, SSL_CERT_DIR) or a proxy "
                "(HTTPS_PROXY, ALL_PROXY) that cannot be used.",
                remote="Nothing was sent.",
            )
        raise problem


def timeout_of(policy: Policy, silence: float) -> httpx.Timeout:
    """httpx's timeouts for a request during which no byte may come for ``silence`` seconds."""
    return httpx.Timeout(silence, connect=policy.connect_timeout)
