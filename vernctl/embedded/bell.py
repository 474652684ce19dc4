"""Wakes the streams that follow a thread when something was added to it."""

from __future__ import annotations

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class Bell:
    """Rung from any thread; heard in the event loop of whoever listens."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: defaultdict[str, set[tuple[asyncio.AbstractEventLoop, asyncio.Event]]]
        self._listeners = defaultdict(set)
        self.closed = False

    @contextmanager
    def listening(self, name: str) -> Iterator[asyncio.Event]:
        """An event that is set whenever ``name`` rings; the listener clears it before it reads."""
        listener = (asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            self._listeners[name].add(listener)
        try:
            yield listener[1]
        finally:
            with self._lock:
                self._listeners[name].discard(listener)
                if not self._listeners[name]:
                    del self._listeners[name]

    def ring(self, name: str) -> None:
        """Wake everybody who listens for ``name``."""
        with self._lock:
            for loop, event in self._listeners.get(name, ()):
                loop.call_soon_threadsafe(event.set)

    def close(self) -> None:
        """Wake everybody for the last time: the server stops."""
        self.closed = True
        with self._lock:
            names = list(self._listeners)
        for name in names:
            self.ring(name)
