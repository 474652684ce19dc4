"""``vernctl doctor`` and ``vernctl upgrade``: whether all is fit for work."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest


def test_a_new_project_is_fit_for_work(project: Path, vernctl: Any) -> None:
    ran = vernctl("doctor", "--offline")
    assert (ran.code, ran.out.splitlines()[-1]) == (0, "Fit for work.")


def test_the_service_is_asked_for_its_templates(project: Path, vernctl: Any) -> None:
    assert "embedded answers and knows 1 templates" in vernctl("doctor").out


def test_a_key_that_others_can_read_must_be_mended(project: Path, vernctl: Any) -> None:
    key = project / ".vernctl" / "embedded" / "api-key"
    key.parent.mkdir(parents=True, mode=0o700)
    key.write_text("secret")
    key.chmod(0o644)
    ran = vernctl("doctor", "--offline")
    assert (ran.code, f"chmod go= {key}" in ran.out) == (1, True)
    assert "secret" not in ran.out


def test_a_service_without_a_key_is_named(project: Path, vernctl: Any) -> None:
    (project / "vernctl.yaml").write_text("endpoint: us\n")
    ran = vernctl("doctor")
    assert (ran.code, "VERN_API_KEY" in ran.out) == (1, True)


def test_upgrade_reads_everything_that_is_kept(project: Path, vernctl: Any) -> None:
    vernctl("apply", "--yes")
    ran = vernctl("upgrade")
    assert ran.code == 0
    assert "digest format 1 verified" in ran.out
    assert "receipts: 1, their chain is whole" in ran.out


@pytest.mark.parametrize(
    ("kept", "older", "newer"),
    [
        ("specs/acme.snapshot/snapshot.yaml", "snapshot: 1\n", "snapshot: 2\n"),
        ("specs/acme.snapshot/snapshot.yaml", "digest_format: 1\n", "digest_format: 2\n"),
        (".vernctl/receipts/acme/0001.json", '"format": 1', '"format": 2'),
        (".vernctl/receipts/acme/0001.json", '"format": 1', '"else": {}, "format": 2'),
        (".vernctl/journal/embedded/*.jsonl", '"v": 1', '"v": 2'),
        (".vernctl/journal/embedded/*.jsonl", '{"v": 1', '{"else": [], "v": 2'),
    ],
)
def test_what_a_newer_vernctl_wrote_is_refused_by_name(
    project: Path, vernctl: Any, kept: str, older: str, newer: str
) -> None:
    vernctl("apply", "--yes")
    [path] = project.glob(kept)
    text = path.read_text(encoding="utf-8")
    assert older in text
    path.write_text(text.replace(older, newer, 1), encoding="utf-8")
    ran = vernctl("upgrade")
    assert ran.code == 1
    assert "written by a newer vernctl" in " ".join(ran.out.split())
    assert "upgrade vernctl" in ran.out


def test_upgrade_finds_a_receipt_that_was_altered(project: Path, vernctl: Any) -> None:
    vernctl("apply", "--yes")
    spec = project / "specs" / "acme.yaml"
    spec.write_text(spec.read_text().replace("source:", "epoch: 2\n  source:"))
    vernctl("apply", "--yes")
    first = next((project / ".vernctl" / "receipts" / "acme").glob("0001.json"))
    first.write_bytes(first.read_bytes().replace(b'"spec"', b' "spec"'))
    ran = vernctl("upgrade")
    assert ran.code == 1
    assert "does not follow the one before it" in ran.out
