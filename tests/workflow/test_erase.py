"""Erase: gone is gone, and what cannot be deleted from here is said."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench
from click.testing import CliRunner

from vernctl.cli import main
from vernctl.embedded.erase import erase_customer
from vernctl.spec.project import load_project
from vernctl.workflow.erasing import erase, erasure_of

KEY_REFERENCE = 'review: {token_key: {file: "keys/{external_id}"}}\n'


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.delenv("CI", raising=False)
    with bench(tmp_path) as opened:
        (tmp_path / "vernctl.yaml").write_text(f"endpoint: embedded\nspecs: specs\n{KEY_REFERENCE}")
        (tmp_path / "keys").mkdir()
        for name in ("acme-001", "globex-001"):
            (tmp_path / "keys" / name).write_text("k" * 64)
        opened.spec_text(("refine:\n", "review: {cells: tokens}\nrefine:\n"))
        yield opened


def test_what_was_kept_of_a_customer_is_gone(work: Bench) -> None:
    assert work.imported().status == "applied"
    work.data("Email,Name,Note\nz@x.test,Zoe,new\n")
    work.plan()
    other = work.root / ".vernctl" / "journal" / "embedded" / "acme-001-b-0123456789ab.jsonl"
    other.write_text("")
    project = load_project(work.root)
    erase(erasure_of(project, work.specs()[0]))
    left = {str(path.relative_to(work.root)) for path in work.root.rglob("*") if path.is_file()}
    local = {name for name in left if name.startswith((".vernctl/", "out/", "keys/", "specs/"))}
    assert {name for name in local if "locks/" not in name} == {
        ".vernctl/journal/embedded/acme-001-b-0123456789ab.jsonl",
        ".vernctl/receipts/acme/0001.json",
        "keys/globex-001",
        "specs/acme.yaml",
    }
    assert "data/contacts.csv" in left


def test_the_embedded_servers_data_of_a_customer_is_gone(work: Bench) -> None:
    work.data("Email,Name,Note\nquagga@zoo.test,Quagga,extinct\n")
    work.imported()
    folder = work.server.data
    copied = work.root / "copied"
    shutil.copytree(folder, copied)
    assert erase_customer(copied, "acme-001") == 1
    assert erase_customer(copied, "acme-001") == 0
    content = b"".join(path.read_bytes() for path in copied.rglob("*") if path.is_file())
    assert b"quagga" not in content.lower()
    assert not list((copied / "files").iterdir())


def test_a_shared_key_is_said_to_remain(work: Bench) -> None:
    (work.root / "vernctl.yaml").write_text(
        "endpoint: embedded\nspecs: specs\nreview: {token_key: {env: SHARED}}\n"
    )
    remains = erasure_of(load_project(work.root), work.specs()[0]).remains
    assert any("all customers share it" in sentence for sentence in remains)
    assert any(sentence.startswith("The service") for sentence in remains)


def test_erase_asks_and_off_a_terminal_wants_to_be_told(
    work: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(work.root)
    refused = CliRunner().invoke(main, ["erase", "specs/acme.yaml"])
    assert refused.exit_code != 0
    assert (work.root / "keys" / "acme-001").exists()
    done = CliRunner().invoke(main, ["erase", "specs/acme.yaml", "--yes"], standalone_mode=False)
    assert done.exit_code == 0
    assert "keys/acme-001" in done.output
    assert not (work.root / "keys" / "acme-001").exists()
