"""Long statements under watch: how far they are is told, and one that nobody waits for is stopped.

DuckDB runs a statement to its end in one call. Meanwhile a thread listens: it tells the share that
is done, and asks whether anybody still waits. Where the listener refuses, by raising, the
statement is interrupted and what the listener raised comes out of it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from vernctl.engine.model import Progress

#: How often a statement is looked at, in seconds.
SECONDS = 1.0


@contextmanager
def watched(
    con: duckdb.DuckDBPyConnection, progress: Progress, seconds: float = SECONDS
) -> Iterator[Progress]:
    """A progress listener to tell what is done; while a statement runs it is told how far it is.

    What ``progress`` raises, in any thread, is raised here.
    """
    con.execute("SET enable_progress_bar = true")
    con.execute("SET enable_progress_bar_print = false")
    watch = _Watch(con, progress, seconds)
    watch.thread.start()
    try:
        yield watch.tell
    except duckdb.InterruptException as stopped:
        if watch.refusal is not None:
            raise watch.refusal from stopped
        raise
    finally:
        watch.done.set()
        watch.thread.join()


class _Watch:
    """The thread beside the statements of one connection."""

    def __init__(self, con: duckdb.DuckDBPyConnection, progress: Progress, seconds: float) -> None:
        self.done = threading.Event()
        self.refusal: BaseException | None = None
        self.thread = threading.Thread(target=self._look, name="vernctl-watch", daemon=True)
        self._con, self._progress, self._seconds = con, progress, seconds
        self._lock = threading.Lock()
        self._told = ("", "")

    def tell(self, phase: str, text: str) -> None:
        """Tell what is done now."""
        with self._lock:
            if self.refusal is not None:
                raise self.refusal
            self._told = (phase, text)
            self._progress(phase, text)

    def _look(self) -> None:
        while not self.done.wait(self._seconds):
            with self._lock:
                if not self._told[0]:
                    continue
                try:
                    phase, text = self._told
                    self._progress(phase, f"{text}{self._share()}")
                except BaseException as refusal:  # whatever it is, it belongs to the other thread
                    self.refusal = refusal
                    break
        while self.refusal is not None and not self.done.wait(0.02):
            self._con.interrupt()  # again and again: between two statements it is not heard

    def _share(self) -> str:
        """How far the statement is, in tens of percents: finer steps would fill the thread."""
        tens = int(self._con.query_progress() // 10)
        return f" {tens * 10} % done." if 0 < tens < 10 else ""
