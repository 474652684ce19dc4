"""``vernctl doctor`` and ``vernctl upgrade``: whether all is fit for work."""

from __future__ import annotations

from pathlib import Path
from typing import Any


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


def test_upgrade_refuses_what_a_newer_vernctl_wrote(project: Path, vernctl: Any) -> None:
    vernctl("apply", "--yes")
    snapshot = project / "specs" / "acme.snapshot" / "snapshot.yaml"
    text = snapshot.read_text(encoding="utf-8")
    assert "snapshot: 1\n" in text
    snapshot.write_text(text.replace("snapshot: 1\n", "snapshot: 2\n", 1), encoding="utf-8")
    assert vernctl("upgrade").code == 1


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
