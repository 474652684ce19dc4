"""Connectors of live sources: where rows come from when nobody uploads a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from pydantic import JsonValue

#: One extraction may have this many rows; a source that never ends is told so.
MAX_ROWS = 1_000_000

Row = Mapping[str, "JsonValue"]


class Wanted(NamedTuple):
    """What to extract. ``roots``: the folders that a connector may read files in; ``hosts`` and
    ``anywhere``: see :mod:`.reach`; ``pause``: waits some seconds, and gives up with the run."""

    config: Mapping[str, JsonValue]
    streams: Sequence[str] | None
    credentials: Mapping[str, str]
    roots: Sequence[Path]
    hosts: Sequence[str] = ()
    anywhere: bool = True
    pause: Callable[[float], None] = time.sleep


class RejectedError(Exception):
    """The source does not take these credentials; the message is one sentence without them."""


class ConnectorError(Exception):
    """A configuration that cannot work, or a source that cannot be read: one sentence."""


class Connector(Protocol):
    """One kind of live source."""

    key: str
    name: str
    category: str

    def check(self, wanted: Wanted) -> None:
        """Look at the configuration without contacting the source. Raises ConnectorError."""
        ...

    def schema(self, wanted: Wanted) -> dict[str, JsonValue]:
        """The secrets that it needs, keyed by name; empty where it needs none."""
        ...

    def recipient(self, wanted: Wanted) -> str:
        """Who gets the secrets: where that changes, stored ones are not passed on."""
        ...

    def extract(self, wanted: Wanted) -> Iterator[tuple[str, Iterator[Row]]]:
        """Each stream with its rows, in order. Raises ConnectorError, RejectedError."""
        ...


def find_connector(source_key: str) -> Connector | None:
    """The connector of that key, or None."""
    from vernctl.embedded.connectors.rest import RestConnector
    from vernctl.embedded.connectors.sqlite import SqliteConnector

    known: tuple[Connector, ...] = (SqliteConnector(), RestConnector())
    return next((one for one in known if one.key == source_key.lower()), None)


def chosen(streams: Sequence[str] | None, offered: Sequence[str], what: str) -> list[str]:
    """The streams to read: those selected, or all. Raises ConnectorError for one not offered."""
    for name in streams or ():
        if name not in offered:
            raise ConnectorError(f"{what} has no stream “{name}”; it has {', '.join(offered)}.")
    return list(offered if streams is None else dict.fromkeys(streams))
