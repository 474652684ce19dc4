"""The /companies dialect: what the client sends, reads and refuses; and against a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from vernctl.api.companies import CompaniesClient
from vernctl.api.models import Answer
from vernctl.api.uploads import Upload
from vernctl.embedded.catalog import load_catalog
from vernctl.embedded.companies import source_ids, template_id
from vernctl.errors import BadRequestError, ConflictError, InputError, UsageError
from vernctl.testing import vern_server

if TYPE_CHECKING:
    from tests.api.conftest import Bench

T = TypeVar("T")
CATALOG = """\
sources: [{name: Salesforce}]
templates:
  - slug: contacts
    name: Contacts
    columns:
      - {name: Email, required: true}
      - {name: Status, one_of: [Open, Closed]}
"""


@pytest.fixture
def talk(tmp_path: Path) -> Any:
    """Runs a script with a client of a real server; the server's ids of source and template."""
    catalog = tmp_path / "catalog.yaml"
    catalog.write_text(CATALOG)
    [source] = source_ids(load_catalog(catalog))

    def run(script: Callable[[CompaniesClient, str], Awaitable[T]]) -> T:
        async def main() -> T:
            async with CompaniesClient(server.url, server.api_key) as client:
                made = await client.create_company(
                    name="Acme", source=source, template_ids=[template_id("contacts")]
                )
                return await script(client, made.id)

        with vern_server(catalog=catalog) as server:
            return asyncio.run(main())

    return run


async def settled(client: CompaniesClient, company: str, run_id: str) -> Any:
    while (run := await client.get_run(company, run_id)).status in {"queued", "running"}:
        await asyncio.sleep(0.02)
    return run


def test_a_file_is_imported_answered_and_exported(talk: Any, tmp_path: Path) -> None:
    file = tmp_path / "contacts.csv"
    file.write_text("Email,Status\na@x.test,lead\n")

    async def script(client: CompaniesClient, company: str) -> None:
        refs = await client.upload_files(company, [Upload("contacts.csv", file)])
        started = await client.start_import(company, files=refs, idempotency_key="k")
        again = await client.start_import(company, files=refs, idempotency_key="k")
        assert again.run_id == started.run_id
        run = await settled(client, company, started.run_id)
        assert run.status == "blocked"
        assert (await client.active_run(company)).run_id == run.run_id  # type: ignore[union-attr]
        with pytest.raises(BadRequestError):
            await client.answer(company, run.run_id, [Answer(id="q9", value="x")])
        answer = Answer(id=run.questions[0].id, value=run.questions[0].options[0].label)
        await client.answer(company, run.run_id, [answer])
        assert (await settled(client, company, run.run_id)).report.inserted == 1
        assert await client.active_run(company) is None
        assert [r.run_id for r in await client.list_runs(company)] == [run.run_id]
        with pytest.raises(ConflictError):
            await client.correct(company, run.run_id, "Trim every Email.")
        assert await client.export_csv(company, tmp_path / "out.csv") == 1

    talk(script)
    assert (tmp_path / "out.csv").read_text().splitlines()[0] == "Email,Status"


def test_a_running_import_is_corrected(talk: Any, tmp_path: Path) -> None:
    async def script(client: CompaniesClient, company: str) -> None:
        rows: list[Any] = [{"Email": "A@X.TEST", "Status": "lead"}]
        run = await client.start_import(company, rows=rows)
        await settled(client, company, run.run_id)
        await client.correct(company, run.run_id, "Lowercase Email.")
        run = await settled(client, company, run.run_id)
        labels = {question.id: question.options[0].label for question in run.questions}
        await client.answer(company, run.run_id, [Answer(id=i, value=v) for i, v in labels.items()])
        await settled(client, company, run.run_id)
        await client.export_csv(company, tmp_path / "out.csv", filter="all", template="contacts")

    talk(script)
    assert "a@x.test" in (tmp_path / "out.csv").read_text()


@pytest.mark.parametrize("verb", ["get_preview", "get_log", "get_thread"])
def test_a_verb_without_a_meaning_says_so_and_sends_nothing(talk: Any, verb: str) -> None:
    async def script(client: CompaniesClient, company: str) -> None:
        with pytest.raises(UsageError, match="companies dialect has no"):
            await getattr(client, verb)(company)
        with pytest.raises(UsageError, match="run of the kind generate"):
            await client.start_run(company, "generate")
        with pytest.raises(InputError):
            await client.start_import(company)

    talk(script)


def test_only_a_guarded_import_is_sent_again(bench: Bench) -> None:
    server = bench.server
    accepted = server.json({"run_id": "r", "status": "queued"}, 201)
    server.on("POST", "/companies/c/imports", server.drop(), accepted)

    async def main(key: str | None) -> str:
        async with (
            server.running(),
            CompaniesClient(server.origin, "k", policy=bench.policy) as client,
        ):
            run = await client.start_import("c", rows=[{"a": "1"}], idempotency_key=key)
            return run.run_id

    assert asyncio.run(main("key")) == "r"
    assert server.count("POST", "/imports") == 2
