"""A project on disk, and helpers that write specs into it and read what is wrong with them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from vernctl.errors import SpecError
from vernctl.spec.load import load_spec
from vernctl.spec.model import Project, Spec
from vernctl.spec.project import load_project

HEAD = """\
version: 1
migration: {name: Acme Corp, external_id: acme-001}
"""


class Workshop:
    """A project folder with a spec that tests rewrite."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.spec_path = root / "specs" / "acme.yaml"
        self.spec_path.parent.mkdir()

    @property
    def project(self) -> Project:
        return load_project(self.root)

    def write(self, name: str, text: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else dedent(text).encode())
        return path

    def load(self, body: str = "", *, head: str = HEAD) -> Spec:
        """The spec with this body under a complete head."""
        self.spec_path.write_text(head + dedent(body), encoding="utf-8")
        return load_spec(self.spec_path, self.project)

    def problems(self, body: str = "", *, head: str = HEAD) -> list[str]:
        """What is wrong with that spec, as messages print it."""
        return self.refused(lambda: self.load(body, head=head))

    def refused(self, action: Callable[[], object]) -> list[str]:
        """What SpecError says about an action that must raise it."""
        with pytest.raises(SpecError) as raised:
            action()
        return list(raised.value.reasons)


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An empty project that has a vernctl.yaml and no spec yet."""
    monkeypatch.delenv("VERNCTL_ENDPOINT", raising=False)
    (tmp_path / "vernctl.yaml").write_text("endpoint: embedded\n")
    return Workshop(tmp_path)


@pytest.fixture(scope="module")
def shared_workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """One project for all examples of a law; only its spec is rewritten."""
    root = tmp_path_factory.mktemp("project")
    (root / "vernctl.yaml").write_text("endpoint: embedded\n")
    return Workshop(root)
