"""The parts of a running server, put together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.embedded.auth import Keys
from vernctl.embedded.catalog_file import CatalogFile
from vernctl.embedded.clock import Clock
from vernctl.embedded.connections import Connections
from vernctl.embedded.edits import edited
from vernctl.embedded.engine_work import Engine, ImportEngine
from vernctl.embedded.jobs import ExportJobs
from vernctl.embedded.limits import Limits
from vernctl.embedded.pins import Reuse
from vernctl.embedded.refusal import RefusalError
from vernctl.embedded.store import Store
from vernctl.embedded.uploads import Uploads
from vernctl.embedded.vault import Vault
from vernctl.embedded.work import Workers
from vernctl.errors import SpecError

if TYPE_CHECKING:
    from vernctl.embedded.catalog import Catalog
    from vernctl.embedded.script import Script


@dataclass
class Service:
    """Everything that a request handler needs."""

    store: Store
    catalog_file: CatalogFile
    keys: Keys
    uploads: Uploads
    engine: Engine
    workers: Workers
    limits: Limits
    jobs: ExportJobs
    connections: Connections
    public_url: str | None = None
    reuse: Reuse = "off"
    script: Script | None = None

    def catalog(self, account: str) -> Catalog:
        """The catalog as its file stands now, with the account's edits.

        A mistake made in the file since the start is a 500.
        """
        try:
            found = self.catalog_file.current()
        except SpecError as error:
            raise RefusalError(500, f"The catalog has a mistake: {error.problems[0]}") from error
        with self.store.transaction() as db:
            return edited(db, found, account)

    def stop(self) -> bool:
        """End the streams and the workers; False where the engine did not let go in time."""
        self.store.bell.close()
        self.jobs.stop()
        return self.workers.stop()


def build_service(
    data: Path,
    catalog: Path,
    keys: Keys,
    *,
    clock: Clock,
    engine: Engine | None = None,
    public_url: str | None = None,
    threads: int = 2,
    check_catalog: bool = True,
    published_limits: bool = False,
    allow_paths: Sequence[Path] = (),
    allow_hosts: Sequence[str] = (),
    read_anywhere: bool = True,
    reuse: Reuse = "off",
    script: Script | None = None,
) -> Service:
    """Open a data folder and begin to work on what was left unfinished in it.

    ``allow_paths``: where connectors may read files; none means the catalog's own folder.
    ``allow_hosts``, ``read_anywhere``: which hosts they may read from (:mod:`.connectors.reach`).

    Raises SpecError where the catalog is wrong; without ``check_catalog`` it is read, and blamed,
    when it is first needed.
    """
    catalog_file = _catalog_file(catalog, check=check_catalog)
    store = Store(data, clock)
    uploads = Uploads(store)
    engine = engine or ImportEngine()
    roots = tuple(allow_paths) or (catalog.parent,)
    connections = Connections(Vault(data), roots, tuple(allow_hosts), read_anywhere)
    workers = Workers(store, catalog_file, uploads, engine, connections, threads, script)
    workers.start()
    jobs = ExportJobs(store, engine)
    jobs.start()
    return Service(
        store=store,
        catalog_file=catalog_file,
        keys=keys,
        uploads=uploads,
        engine=engine,
        workers=workers,
        limits=Limits(store, published=published_limits),
        jobs=jobs,
        connections=connections,
        public_url=public_url,
        reuse=reuse,
        script=script,
    )


def _catalog_file(path: Path, *, check: bool) -> CatalogFile:
    found = CatalogFile(path)
    if check:
        found.current()
    return found
