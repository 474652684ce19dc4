"""The files of a spec: what is here, what was recorded, and their rows for reading provenance off.

This is the one module of the workflow that reads customers' files, and so the one place outside
the embedded server that imports the engine: its readers, nothing else of it.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from vernctl.diff.model import Provenance
from vernctl.errors import InputError
from vernctl.snapshot.model import InputFile, Snapshot
from vernctl.spec.model import Spec

if TYPE_CHECKING:
    from vernctl.diff.provenance import SourceData

#: Above this many bytes files are not read again just to say where columns came from.
READ_OFF_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class ResolvedInputs:
    """A spec's input files in the order of their names; ``paths`` holds those on this host."""

    files: tuple[InputFile, ...]
    paths: Mapping[str, Path] = field(default_factory=dict)

    @property
    def elsewhere(self) -> bool:
        """True where none of the files is on this host and the recorded ones stand for them."""
        return bool(self.files) and not self.paths

    def changed_since(self, recorded: Iterable[InputFile]) -> tuple[str, ...]:
        """What a person is told about files that are not the recorded ones."""
        before = {file.name: file for file in recorded}
        now = {file.name: file for file in self.files}
        said = [f"{name} is new" for name in now if name not in before]
        said += [f"{name} is gone" for name in before if name not in now]
        said += [
            f"{name} changed{self._only_line_ends(name, before[name].sha256)}"
            for name, file in now.items()
            if name in before and file.sha256 != before[name].sha256
        ]
        return tuple(sorted(said))

    def _only_line_ends(self, name: str, recorded: str) -> str:
        """What to say where git has put other line ends into a file that is the same otherwise."""
        path = self.paths.get(name)
        if path is None or path.stat().st_size > READ_OFF_LIMIT:
            return ""
        unix = path.read_bytes().replace(b"\r\n", b"\n")
        for content in (unix, unix.replace(b"\n", b"\r\n")):
            if hashlib.sha256(content).hexdigest() == recorded:
                return " in its line ends alone (`*.csv -text` in .gitattributes keeps them)"
        return ""


def resolve_inputs(spec: Spec, recorded: Iterable[InputFile]) -> ResolvedInputs:
    """Digest the files of a spec; where none is on this host, take the ``recorded`` ones.

    Raises InputError where some are here and some are not, or none is here or recorded.
    """
    here = [path for path in spec.files if path.is_file()]
    absent = [path for path in spec.files if not path.is_file()]
    if here and absent:
        raise InputError(
            f"{_names(absent)} {'is' if len(absent) == 1 else 'are'} not on this host, "
            f"but {_names(here)} {'is' if len(here) == 1 else 'are'}.",
            remote="Nothing was sent.",
            next="Bring all files of the spec, or none (then the recorded ones stand for them).",
        )
    if here:
        files = sorted((_digested(path) for path in here), key=lambda file: file.name)
        return ResolvedInputs(tuple(files), {path.name: path for path in here})
    if spec.connection is not None and not spec.file_patterns:
        return ResolvedInputs(())
    known = tuple(sorted(recorded, key=lambda file: file.name))
    if not known:
        wanted = ", ".join(spec.file_patterns) or "no file"
        raise InputError(
            f"{spec.shown_path} names {wanted}, and nothing of it is on this host.",
            remote="Nothing was sent.",
            next="Put the customer's files where `files:` says.",
        )
    return ResolvedInputs(known)


def provenance_of(inputs: ResolvedInputs, snapshot: Snapshot) -> Provenance | None:
    """Where the cells of a first import came from, read off the files; None where they are not
    here, or too large to be read for that alone."""
    from vernctl.diff.provenance import read_off

    sources = read_sources(inputs)
    return read_off(sources, snapshot) if sources else None


def read_sources(inputs: ResolvedInputs) -> tuple[SourceData, ...]:
    """The tables in the files that are here, as text; empty where files are elsewhere or large."""
    from vernctl.diff.provenance import SourceData
    from vernctl.engine.model import EngineError
    from vernctl.engine.model import InputFile as EngineFile
    from vernctl.engine.readers import iter_rows, read_file

    if sum(file.size for file in inputs.files) > READ_OFF_LIMIT:
        return ()
    found: list[SourceData] = []
    with tempfile.TemporaryDirectory(prefix="vernctl-") as scratch:
        for name, path in sorted(inputs.paths.items()):
            try:
                tables = read_file(EngineFile(name=name, path=path), Path(scratch))
            except EngineError:
                # The server reads files its own way; what we cannot read we do not explain.
                continue
            for table in tables:
                rows = tuple(iter_rows(table))
                found.append(
                    SourceData(file=name, table=table.name, columns=table.columns, rows=rows)
                )
    return tuple(found)


def _digested(path: Path) -> InputFile:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    return InputFile(name=path.name, size=path.stat().st_size, sha256=sha256)


def _names(paths: list[Path]) -> str:
    return ", ".join(path.name for path in paths)
