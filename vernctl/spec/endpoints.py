"""Endpoints: the built-in ones, those of vernctl.yaml, and URLs."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from vernctl.spec.keys import ENDPOINT
from vernctl.spec.model import EndpointConfig, SecretRef
from vernctl.spec.reader import Reader, shown, unknown
from vernctl.spec.secrets import read_secret_ref
from vernctl.spec.tree import Node

EMBEDDED = "embedded"
#: Vern's two regions, as the API documents them.
BUILT_IN: Mapping[str, str] = {
    "us": "https://app.vern.so/api/v1",
    "au": "https://au.app.vern.so/api/v1",
}
DEFAULT_KEY = SecretRef(env="VERN_API_KEY")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def read_endpoints(
    reader: Reader, node: Node | None, key: SecretRef | None, hosts: tuple[str, ...]
) -> dict[str, EndpointConfig]:
    """Every endpoint by its name: embedded, us, au, and what ``endpoints:`` adds or changes."""
    found = {
        name: EndpointConfig(name=name, url=url, api_key=key or DEFAULT_KEY)
        for name, url in BUILT_IN.items()
    }
    found[EMBEDDED] = EndpointConfig(name=EMBEDDED, api_key=key)
    if node is None:
        return found
    for name_node, value in reader.pairs(node, "endpoints"):
        name = name_node.text
        if name == EMBEDDED or not _NAME.fullmatch(name):
            reader.add(name_node, f'"{shown(name)}" cannot be the name of an endpoint')
            continue
        parts = reader.keyed(value, f"endpoint {name}", ENDPOINT, f"endpoints.{name}.")
        own_key = reader.optional(
            parts.get("api_key"), lambda n: read_secret_ref(reader, n, "api_key")
        )
        url = reader.optional(parts.get("url"), lambda n: _checked_url(reader, n, hosts))
        if "url" not in parts and name not in BUILT_IN:
            reader.add(value, f"endpoint {name} needs a url")
        found[name] = EndpointConfig(
            name=name, url=url or BUILT_IN.get(name), api_key=own_key or key or DEFAULT_KEY
        )
    return found


def pick_endpoint(
    reader: Reader,
    node: Node | None,
    named: Mapping[str, EndpointConfig],
    key: SecretRef | None,
    hosts: tuple[str, ...],
) -> EndpointConfig:
    """The endpoint that ``embedded``, a name or a URL stands for; embedded where nothing stands."""
    text = reader.text(node, "endpoint") if node is not None else EMBEDDED
    if node is None or text in named:
        return named[text]
    if not text:
        return named[EMBEDDED]
    if "://" not in text:
        reader.add(node, unknown("endpoint", text, list(named)))
        return named[EMBEDDED]
    url = _checked_url(reader, node, hosts)
    known = next((e for e in named.values() if url and e.url == url), None)
    if known is not None or not url:
        return known or named[EMBEDDED]
    return EndpointConfig(name=_name_of(url), url=url, api_key=key or DEFAULT_KEY)


def is_loopback(url: str) -> bool:
    """Whether a URL stays on this machine."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _checked_url(reader: Reader, node: Node, hosts: tuple[str, ...]) -> str | None:
    text = reader.text(node, "url")
    if not text:
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        parts, port = urlsplit(""), None
    problem = None
    if not parts.hostname or parts.scheme not in ("http", "https") or not text.isprintable():
        problem = "must be a URL such as https://app.vern.so/api/v1"
    elif "@" in parts.netloc or parts.query or parts.fragment or "?" in text or " " in text:
        problem = "must be a bare URL: no user, no password, no query"
    elif parts.scheme == "http" and not is_loopback(text):
        problem = "must be https: a key never goes over plain http, but on this machine"
    elif not is_loopback(text) and not _known_host(parts.hostname, port, hosts):
        problem = f"{parts.hostname} is not Vern's host; allow_hosts lets a key go there"
    if problem:
        reader.add(node, problem)
        return None
    return text.rstrip("/")


def _known_host(host: str, port: int | None, hosts: tuple[str, ...]) -> bool:
    known = {urlsplit(url).hostname for url in BUILT_IN.values()}
    allowed = {name.casefold() for name in hosts}
    return host in known or host in allowed or (port is not None and f"{host}:{port}" in allowed)


def _name_of(url: str) -> str:
    """A name for a URL that has none: its host and port, fit for a folder."""
    parts = urlsplit(url)
    host = re.sub(r"[^A-Za-z0-9.-]", "-", parts.hostname or "")
    return f"{host}-{parts.port}" if parts.port else host
