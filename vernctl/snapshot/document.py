"""snapshot.yaml: everything of a snapshot but its rows, in an order made for reading."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Protocol

import yaml
from pydantic import BaseModel, ConfigDict, JsonValue, ValidationError
from yaml.events import AliasEvent

from vernctl.snapshot.model import (
    DIGEST_FORMAT,
    SNAPSHOT_FORMAT,
    Clarified,
    InputFile,
    Inputs,
    KeySource,
    RecordedQuestion,
    Snapshot,
    Unseen,
)
from vernctl.spec.model import CompanyIds, Moved

HEADING = (
    "# An approved preview: the rows beside this file and the inputs that led to them.\n"
    "# Written by `vernctl approve`; checked by its digest, so an edit by hand is refused.\n"
)
_CHECKSUM = "checksum: "
_RARE = ("token_key", "tokens", "moved", "covered", "clarified", "companies", "unseen", "heals")
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class HealEntry(_Part):
    """What the server mended in a column, with one cell of it where the column may be read."""

    column: str
    what: str
    cells: int
    before: str | None = None
    after: str | None = None


class SheetEntry(_Part):
    """One sheet: how many rows, how they are keyed, and sha256 of its two files.

    ``heals`` are information, outside the digest: the mended cells are in the rows.
    """

    slug: str
    name: str
    rows: int
    sample_of: int | None
    invalid_rows: int
    key: tuple[str, ...]
    key_source: KeySource
    ignored: tuple[str, ...]
    tokens: tuple[str, ...] = ()
    moved: Moved | None = None
    sha256: str
    invalid_sha256: str
    heals: tuple[HealEntry, ...] = ()


class Information(_Part):
    """Where the preview was made. Nothing depends on it."""

    migration_id: str | None
    run_id: str | None


class Document(_Part):
    """The content of snapshot.yaml; its fields are in the order of the file."""

    snapshot: int
    digest_format: int
    digest: str
    endpoint: str
    engine: int | None
    token_key: str | None = None
    external_id: str
    epoch: int
    source: str | None
    templates: tuple[str, ...]
    files: tuple[InputFile, ...]
    connection: JsonValue
    knowledge: str | None
    refinements: tuple[str, ...]
    questions: tuple[RecordedQuestion, ...]
    sheets: tuple[SheetEntry, ...]
    clarified: Clarified | None = None
    information: Information
    definitions: tuple[Mapping[str, JsonValue], ...]
    companies: CompanyIds | None = None
    unseen: Unseen | None = None

    def inputs(self) -> Inputs:
        """The inputs as the digest knows them."""
        return Inputs(**{name: getattr(self, name) for name in Inputs.model_fields})


class _Events(Protocol):
    """What PyYAML's parsers have in common."""

    def get_event(self) -> object: ...


class NewerFormatError(ValueError):
    """The file was written by a vernctl that knows more than this one."""


def make_document(snapshot: Snapshot, sheets: Iterable[SheetEntry]) -> Document:
    """The document of a snapshot whose sheets are on disk as these entries say."""
    return Document(
        snapshot=SNAPSHOT_FORMAT,
        digest_format=DIGEST_FORMAT,
        digest=snapshot.digest,
        engine=snapshot.engine,
        token_key=snapshot.token_key,
        questions=snapshot.questions,
        sheets=tuple(sheets),
        clarified=snapshot.clarified,
        unseen=snapshot.unseen,
        information=Information(migration_id=snapshot.migration_id, run_id=snapshot.run_id),
        **{name: getattr(snapshot.inputs, name) for name in Inputs.model_fields},
    )


def dump(document: Document) -> bytes:
    """The text of snapshot.yaml; its last line is the checksum of all before it."""
    body = HEADING + yaml.dump(
        _without_unused(document.model_dump(mode="json")),
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        width=100,
    )
    data = body.encode()
    return data + f"{_CHECKSUM}{hashlib.sha256(data).hexdigest()}\n".encode()


def _without_unused(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """What most snapshots do not need is written only by those that do."""

    def told(part: JsonValue) -> JsonValue:
        if isinstance(part, list):
            return [told(item) for item in part]
        if not isinstance(part, dict):
            return part
        return {name: value for name, value in part.items() if name not in _RARE or value}

    changed = {name: told(values[name]) for name in ("sheets", "questions")}
    return {
        name: changed.get(name, value)
        for name, value in values.items()
        if name not in _RARE or value
    }


def load(data: bytes) -> Document:
    """Read snapshot.yaml. Raises ValueError (:class:`NewerFormatError`) saying what is wrong."""
    values = _parse(data)
    for name, known in (("snapshot", SNAPSHOT_FORMAT), ("digest_format", DIGEST_FORMAT)):
        number = values.get(name)
        if isinstance(number, int) and number > known:
            raise NewerFormatError(f"it has {name} {number}, and this vernctl reads {known}")
    stated = values.pop("checksum", None)
    body, _, _ = data.rpartition(_CHECKSUM.encode())
    if stated != hashlib.sha256(body).hexdigest():
        raise ValueError("its text is not what vernctl wrote (the checksum at its end differs)")
    try:
        return Document.model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise ValueError(f"{where}: {first['msg']}") from None


def _parse(data: bytes) -> dict[str, JsonValue]:
    try:
        text = data.decode()
        # libyaml refuses the escape of a lone surrogate, which JSON, and so a service, can send.
        fast = None if _SURROGATE.search(text) else getattr(yaml, "CSafeLoader", None)
        values = _built(fast or yaml.SafeLoader, text)
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"it is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(values, dict):
        raise ValueError("it is not a map")
    return values


def _built(loader: type[yaml.SafeLoader], text: str) -> JsonValue:
    """The value of a document, put together from the parser's events in one pass.

    A fleet reads hundreds of these, and PyYAML's nodes and constructors take three times as long.
    Refused is what vernctl never writes: aliases, which could unfold to any size, and tags.
    """
    events: _Events = loader(text)
    get = events.get_event
    held: list[JsonValue] = []
    open_: list[list[JsonValue]] = []
    while not isinstance(event := get(), yaml.StreamEndEvent):
        if isinstance(event, yaml.ScalarEvent):
            if event.tag is not None:
                raise ValueError("it uses YAML tags, which vernctl never writes")
            held.append(_plain(event.value) if event.implicit[0] else event.value)
        elif isinstance(event, yaml.CollectionStartEvent):
            open_.append(held)
            held = []
        elif isinstance(event, yaml.CollectionEndEvent):
            value: JsonValue = held
            if isinstance(event, yaml.MappingEndEvent):
                value = dict(zip(map(_key, held[::2]), held[1::2], strict=True))
            held = open_.pop()
            held.append(value)
        elif isinstance(event, AliasEvent):
            raise ValueError("it uses YAML aliases, which vernctl never writes")
    if len(held) != 1:
        raise ValueError("it is not one document")
    return held[0]


@lru_cache(maxsize=4096)
def _plain(text: str) -> JsonValue:
    """The value of a scalar without quotes, as PyYAML's safe loader resolves it."""
    value: JsonValue = yaml.safe_load(text)
    return value


def _key(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise ValueError(f"a key of it is not text: {value}")
    return value


class _Dumper(yaml.SafeDumper):
    """Plain block style without aliases; plain texts of several lines stay readable."""

    def ignore_aliases(self, data: object) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    lines = value.split("\n")
    if not all(map(str.isprintable, lines)):
        # Line separators other than LF are lost in every style but this one.
        style: str | None = '"'
    elif len(lines) > 1 and lines[0] and not value.endswith("\n\n"):
        style = "|" if all(line == line.strip() for line in lines) else None
    else:
        style = None
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


_Dumper.add_representer(str, _text)
