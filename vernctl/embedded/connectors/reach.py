"""Which hosts a live source may be at.

A server that listens on this machine alone reads whatever its user could read himself, but not the
addresses at which clouds hand out keys. One that others can reach must not become their way into
its own network: it reads public addresses, and hosts that ``allow_hosts`` of vernctl.yaml names.
"""

from __future__ import annotations

import ipaddress
import socket
import urllib.parse
from collections.abc import Sequence

from vernctl.embedded.connectors import ConnectorError


def refuse_unreachable(url: str, hosts: Sequence[str], anywhere: bool) -> None:
    """Raise ConnectorError for a host that is not to be read from. It is looked up.

    ``hosts``: those that may be, wherever they are. ``anywhere``: this machine and its network are
    no secret from whoever asks. A name that leads elsewhere a moment later meets TLS, which asks
    for that name's certificate before any secret is sent; plain http goes to loopback alone.
    """
    parts = urllib.parse.urlsplit(url)
    host = (parts.hostname or "").lower()
    if host in {name.lower() for name in hosts}:
        return
    try:
        found = socket.getaddrinfo(host, parts.port or 443, proto=socket.IPPROTO_TCP)
    except (OSError, UnicodeError) as error:
        raise ConnectorError(f"There is no host {host}.") from error
    for entry in found:
        address = ipaddress.ip_address(str(entry[4][0]).partition("%")[0])
        mapped = getattr(address, "ipv4_mapped", None) or address
        local = not mapped.is_global
        if mapped.is_link_local or mapped.is_multicast or (local and not anywhere):
            raise ConnectorError(f"{host} is not a host that this server may read from.")
