"""An integration with the Migration API, tested against vernctl's server: `pytest examples`.

The scenario makes the service ask, and lose the reply to the first execute, whatever the data says.
"""

from pathlib import Path

import httpx

from vernctl.testing import vern_server

CATALOG = "templates: [{slug: contacts, name: Contacts, columns: [{name: Email}]}]"
SCRIPT = """
runs: [{kind: generate, ask: [{question: "Which region?", options: [EU, US]}]}]
requests: [{method: POST, path: "*/runs", skip: 1, lose: reply}]
"""


def test_a_lost_reply_is_resolved_by_reading(tmp_path: Path) -> None:
    (tmp_path / "catalog.yaml").write_text(CATALOG)
    (tmp_path / "script.yaml").write_text(SCRIPT)
    with (
        vern_server(catalog=tmp_path / "catalog.yaml", script=tmp_path / "script.yaml") as server,
        httpx.Client(base_url=server.url, headers={"x-api-key": server.api_key}) as api,
    ):
        migration = api.post("/migrations", json={"name": "Acme"}).json()["migration"]["id"]
        at = f"/migrations/{migration}"
        signed = api.post(f"{at}/files", json={"files": [{"name": "a.csv"}]}).json()["files"][0]
        httpx.put(signed["signed_url"], content=b"Email\na@x.test\n")
        run = api.post(f"{at}/runs", json={"kind": "generate"}).json()["run_id"]
        while (state := api.get(f"{at}/runs/{run}").json())["status"] in {"queued", "running"}:
            pass
        answers = [{"id": state["questions"][0]["id"], "value": "EU"}]
        api.post(f"{at}/runs/{run}/messages", json={"answers": answers})
        while api.get(f"{at}/runs/{run}").json()["status"] == "running":
            pass
        try:
            api.post(f"{at}/runs", json={"kind": "execute"})
        except httpx.RemoteProtocolError:  # your code: read before you send anything again
            while api.get(f"{at}/runs/{run}").json()["status"] == "running":
                pass
        assert api.get(f"{at}/runs/{run}").json()["report"]["inserted"] == 1
