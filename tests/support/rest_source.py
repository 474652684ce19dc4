"""A customer's system over HTTP: people in pages, behind a bearer token that can be changed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast
from urllib.parse import parse_qs, urlsplit

TOKEN = "tok-of-the-customer"
LIVE = """\
connection:
  source_key: rest
  config: {{base_url: {url}, streams: {{contacts: {{path: /contacts}}}}, paging: {{by: page}}}}
  credentials: {{token: {{env: CRM_TOKEN}}}}
"""


def live_spec(spec: str, url: str) -> str:
    """A spec of files as one whose rows come from the source at ``url``, its token CRM_TOKEN."""
    return re.sub(r"^files: .*\n", LIVE.format(url=url), spec, count=1, flags=re.MULTILINE)


class RestSource(ThreadingHTTPServer):
    """``people`` are served two a page to whoever has ``token``; ``refused`` counts the others."""

    daemon_threads = True

    def __init__(self, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.token = token
        self.people = [{"Email": f"p{n}@x.test", "Name": f"P{n}"} for n in range(3)]
        self.refused = 0
        self.read = 0

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        source = cast("RestSource", self.server)
        if self.headers.get("authorization") != f"Bearer {source.token}":
            source.refused += 1
            self._send({"error": "no"}, 401)
            return
        source.read += 1
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        self._send(source.people[(page - 1) * 2 : page * 2], 200)

    def _send(self, body: object, status: int) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def rest_source(token: str) -> Iterator[RestSource]:
    """Serve until the block ends."""
    source = RestSource(token)
    thread = threading.Thread(target=source.serve_forever)
    thread.start()
    try:
        yield source
    finally:
        source.shutdown()
        thread.join()
        source.server_close()
