"""A browser as the client: what a page of another origin may ask and read."""

from __future__ import annotations

from typing import Any

import httpx

ORIGIN = {"Origin": "https://app.example"}


def preflight(url: str, method: str, headers: str) -> httpx.Response:
    asks = {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": headers,
    }
    return httpx.options(url, headers=ORIGIN | asks)


def test_a_page_may_ask_with_its_key_and_any_method(server: Any) -> None:
    for method in ("GET", "POST", "PATCH", "DELETE"):
        allowed = preflight(f"{server.url}/migrations", method, "x-api-key, content-type")
        assert allowed.status_code == 200
        assert allowed.headers["access-control-allow-origin"] == "*"
        assert method in allowed.headers["access-control-allow-methods"]


def test_a_page_may_put_a_file_to_its_signed_link(server: Any, api: Any) -> None:
    minted = api.post("/files", {"files": [{"name": "a.csv"}]}).json()["files"][0]
    url = minted["signed_url"]
    assert preflight(url, "PUT", "content-type").status_code == 200
    put = httpx.put(url, content=b"Email\n", headers=ORIGIN)
    assert put.headers["access-control-allow-origin"] == "*"


def test_a_page_may_read_limits_counts_and_refusals(server: Any, api: Any) -> None:
    exported = api.http.get(f"{api.base}/exports/contacts.csv", headers=ORIGIN)
    exposed = exported.headers["access-control-expose-headers"].lower()
    assert "retry-after" in exposed and "x-total-records" in exposed
    refused = httpx.get(f"{server.url}/sources", headers=ORIGIN)
    assert refused.status_code == 401
    assert refused.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in refused.headers
