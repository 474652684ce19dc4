"""``vernctl serve``."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import click

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("serve", short_help="Serve the API with vernctl's own engine.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port; 0 picks a free one.")
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Where the server keeps everything; default: the project's embedded.data.",
)
@click.option(
    "--catalog",
    type=_FILE,
    metavar="FILE",
    help="Sources and templates; default: the project's embedded.catalog.",
)
@click.option(
    "--limits",
    type=click.Choice(["off", "published"]),
    default="off",
    show_default=True,
    help="Whether the published limits per hour hold.",
)
@click.option(
    "--api-key",
    metavar="env:NAME|file:PATH|VALUE",
    help="The key to ask for; default: DIR/api-key. A literal value is for tests.",
)
@click.option("--keys", type=_FILE, metavar="FILE", help="Several accounts: {NAME: [{env: KEY}]}.")
@click.option("--host", default="127.0.0.1", help="Beyond this machine only with a key given.")
@click.option("--script", type=_FILE, metavar="FILE", help="A scenario for tests: ask, fail, lose.")
@click.option("--public-url", metavar="ORIGIN", help="Where clients reach it, behind a proxy.")
@click.option("--tls-cert", type=_FILE, metavar="FILE", help="Serve https with this certificate.")
@click.option("--tls-key", type=_FILE, metavar="FILE", help="The certificate's key.")
def command(
    port: int,
    data: Path | None,
    catalog: Path | None,
    limits: Literal["off", "published"],
    api_key: str | None,
    keys: Path | None,
    host: str,
    script: Path | None,
    public_url: str | None,
    tls_cert: Path | None,
    tls_key: Path | None,
) -> int:
    """Serve the API with vernctl's own import engine, until stopped.

    Speaks the Migration API on 127.0.0.1 under /api/v1 and prints where it listens. Plan and apply
    against it with VERNCTL_ENDPOINT=http://127.0.0.1:PORT/api/v1.
    """
    from vernctl.embedded.serve import serve
    from vernctl.errors import UsageError
    from vernctl.spec.project import load_project

    if (tls_cert is None) != (tls_key is None):
        raise UsageError("--tls-cert and --tls-key go together.")
    project = load_project(Path.cwd())
    embedded = project.embedded
    serve(
        host=host,
        port=port,
        data=data or embedded.data,
        catalog=catalog or embedded.catalog,
        key=api_key,
        keys=keys,
        script=script,
        allow_paths=(project.root, *project.allow_paths),
        allow_hosts=project.allow_hosts,
        reuse=embedded.reuse,
        public_url=public_url,
        limits=limits,
        tls_cert=tls_cert,
        tls_key=tls_key,
    )
    return 0
