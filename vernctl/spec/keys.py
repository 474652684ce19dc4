"""The keys of the spec, format version 1: one table, read by the loader and by the JSON Schema.

A key that is part of the format but not built yet stands here too, so that it is refused by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple

from pydantic import JsonValue

Shape = dict[str, JsonValue]
TEXT: Shape = {"type": "string", "minLength": 1}
NAMES: Shape = {"type": ["array", "null"], "items": TEXT}
COLUMNS_BY_SHEET: Shape = {"type": ["object", "null"], "additionalProperties": NAMES}
TEXTS: Shape = {"type": ["object", "null"], "additionalProperties": TEXT}
SECRET: Shape = {"$ref": "#/$defs/secret"}
LIMIT: Shape = {"$ref": "#/$defs/limit"}
FLAG: Shape = {"type": "boolean"}


class Key(NamedTuple):
    """One key: what it means, what may stand there, whether this version knows how to do it.

    ``keys``: the value is a map of exactly these keys; else ``shape`` says it in JSON Schema.
    ``unbuilt``: listed values that are part of the format but not built yet.
    """

    about: str
    shape: Shape = TEXT
    keys: Keys | None = None
    built: bool = True
    required: bool = False
    unbuilt: tuple[str, ...] = ()


class Keys(dict[str, Key]):
    """The keys of one map, by name."""

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The keys that must stand there."""
        return tuple(name for name, key in self.items() if key.required)


def choice(*values: str) -> Shape:
    """One of the listed words."""
    return {"enum": list(values)}


def _list_of(name: str) -> Shape:
    return {"type": ["array", "null"], "items": {"$ref": f"#/$defs/{name}"}}


SECRET_KEYS = Keys(
    {
        "env": Key("The name of an environment variable that holds the secret."),
        "file": Key("A file that holds the secret and nothing else."),
        "command": Key("A command that prints the secret; never run by validate or --read-only."),
    }
)

REFINEMENT = Keys(
    {
        "message": Key("What the agent should do, in plain language.", required=True),
        "id": Key("A short name to speak of this message by."),
    }
)

RULE = Keys(
    {
        "choose": Key("The label to choose; it must be offered."),
        "say": Key("Free text to answer with, where the question allows it."),
        "options": Key("Only if exactly these labels are offered.", NAMES),
        "context": Key("Only if the question's context has this phrase (or /regular expression/)."),
        "sheet": Key("Only if the question or its context names this sheet."),
        "column": Key("Only if the question or its context names this column."),
        "during": Key(
            "Only while planning, or only while applying.", choice("plan", "apply", "any")
        ),
        "times": Key("At most this often within one run.", {"type": "integer", "minimum": 1}),
    }
)

LIMIT_KEYS = Keys(
    {
        "share": Key("The largest share allowed, such as 5%.", {"$ref": "#/$defs/share"}),
        "count": Key("The largest number allowed.", {"type": "integer", "minimum": 0}),
    }
)

ROWS = Keys(
    {
        "min": Key("The smallest number of rows allowed.", {"type": "integer", "minimum": 0}),
    }
)

CHECKED = Keys(
    {
        "removed_rows": Key("Rows of the approved snapshot that would be gone.", LIMIT),
        "changed_rows": Key("Rows of the approved snapshot that would change.", LIMIT),
        "invalid_rows": Key("Rows with an invalid cell; a share limits their growth.", LIMIT),
        "dropped_columns": Key("Columns of the approved snapshot that would be gone.", LIMIT),
        "unexplained": Key("Differences without a cause.", LIMIT),
        "rows": Key("How many rows an import must have.", {"type": "object"}, keys=ROWS),
        "filled": Key(
            "The smallest share of filled cells, by column.",
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/share"}},
        ),
    }
)

OVERRIDE = Keys(
    {
        "check": Key(
            "The check that may fail.",
            choice(*CHECKED),
            required=True,
        ),
        "digest": Key(
            "The digest (at least 7 characters of it) that it may fail for.",
            {"type": ["string", "number"], "pattern": "^[0-9a-f]{7,64}$"},
            required=True,
        ),
        "reason": Key("Why that is right.", required=True),
        "expires": Key(
            "The last day that the override holds, such as 2026-12-31.",
            {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
            required=True,
        ),
        "sheet": Key("Only for this sheet."),
    }
)

CHECKS = Keys(
    {
        **CHECKED,
        "sheets": Key(
            "The same limits for one sheet; they stand above those of the spec.",
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/sheet_checks"}},
        ),
        "overrides": Key(
            "Checks that may fail for one digest, with a reason.", _list_of("override")
        ),
    }
)

UUID = r"^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$"
_UUID_OR_ENV: Shape = {"type": "string", "pattern": rf"{UUID}|\$\{{env:"}

COMPANIES = Keys(
    {
        "source": Key("The UUID of the system migrated from.", _UUID_OR_ENV, required=True),
        "templates": Key(
            "The templates to fill: slug to UUID.",
            {"type": "object", "minProperties": 1, "additionalProperties": _UUID_OR_ENV},
            required=True,
        ),
    }
)

MIGRATION = Keys(
    {
        "name": Key("The display name, such as the customer's.", required=True),
        "external_id": Key(
            "What this migration is known by; unique over all specs.",
            {"type": "string", "pattern": r"^([A-Za-z0-9_-]|\$\{env:[A-Za-z0-9_]+\})+$"},
            required=True,
        ),
        "source": Key("The system migrated from, by name."),
        "templates": Key("The slugs of the templates to fill; default: every active one.", NAMES),
        "epoch": Key("Raising it imports the same inputs anew.", {"type": "integer", "minimum": 1}),
        "api": Key(
            "The dialect of the API; companies has no previews: what is approved is unseen.",
            choice("migrations", "companies"),
        ),
        "companies": Key("What api: companies names by UUIDs.", {"type": "object"}, keys=COMPANIES),
    }
)

CONNECTION = Keys(
    {
        "source_key": Key("The kind of live source, such as hubspot.", required=True),
        "config": Key("Settings of the live source, none of them a secret.", {"type": "object"}),
        "streams": Key("The streams to read; default: the source's own choice.", NAMES),
        "credentials": Key(
            "Secrets of the live source, each a reference.",
            {"type": "object", "additionalProperties": SECRET},
        ),
    }
)

MOVED = Keys(
    {
        "columns": Key("Columns that were renamed, old: new.", TEXTS),
        "keys": Key("Rows whose key was renamed, old: new (sheets of one key column).", TEXTS),
    }
)

REVIEW = Keys(
    {
        "cells": Key(
            "Whether customer cells may stand in git as they are; required for a URL endpoint.",
            choice("plain", "tokens"),
        ),
        "plain": Key("With tokens: columns that stay readable.", COLUMNS_BY_SHEET),
        "key": Key("Key columns by sheet; default: the unique columns.", COLUMNS_BY_SHEET),
        "ignore": Key("Columns outside diff and digest, by sheet.", COLUMNS_BY_SHEET),
        "redact": Key("Columns to tokenise, by sheet.", COLUMNS_BY_SHEET),
        "moved": Key(
            "Columns and rows that were renamed, by sheet.",
            {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/moved"}},
        ),
        "unseen": Key(
            "true says that inputs are approved whose rows nobody has seen (api: companies).", FLAG
        ),
        "backup": Key("Export what an execute would replace, before it does.", FLAG),
    }
)

EXPORT = Keys({"to": Key("The folder for results, relative to the project.", required=True)})

FLEET = Keys(
    {
        "canary": Key(
            "The wave that this spec goes out in, lowest first; without one, the last.",
            {"type": "integer", "minimum": 1},
        )
    }
)

SPEC = Keys(
    {
        "version": Key("The version of this format.", {"const": 1}, required=True),
        "extends": Key("A base spec, relative to this file: maps merge, lists append."),
        "state": Key(
            "held and closed specs are skipped and counted.", choice("active", "held", "closed")
        ),
        "why": Key("Why the spec is held or closed."),
        "endpoint": Key("The endpoint to talk to, by its name in vernctl.yaml."),
        "migration": Key(
            "Which migration this is.", {"type": "object"}, keys=MIGRATION, required=True
        ),
        "files": Key("The customer's files: paths and globs relative to this file.", NAMES),
        "connection": Key("A live source to import from.", {"type": "object"}, keys=CONNECTION),
        "knowledge": Key("What the agent should know before it begins.", {"type": "string"}),
        "refine": Key("Messages that refine the import, in order.", _list_of("refinement")),
        "clarify": Key(
            "Read-only questions to the agent, asked when a preview has changed.", NAMES
        ),
        "answers": Key(
            "Question pattern to answer: a phrase (* is any text) or a /regular expression/.",
            {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/answer"}},
        ),
        "correct": Key("Messages to the running import, in order (api: companies).", NAMES),
        "review": Key("How previews are compared and kept.", {"type": "object"}, keys=REVIEW),
        "checks": Key("Limits that refuse a plan or an import.", {"type": "object"}, keys=CHECKS),
        "export": Key("Where results are written.", {"type": "object"}, keys=EXPORT),
        "fleet": Key(
            "How this spec goes out among many.",
            {"type": "object"},
            keys=FLEET,
        ),
    }
)

#: Where a key of the spec belongs, for those who put it elsewhere.
HOMES: Mapping[str, str] = {
    **{name: f"under `{home}`" for home, key in SPEC.items() for name in key.keys or ()},
    **dict.fromkeys(SPEC, "at the top"),
}

ENDPOINT = Keys(
    {
        "url": Key("The base URL of the API, such as https://app.vern.so/api/v1."),
        "api_key": Key("Where the key is; default: {env: VERN_API_KEY}.", SECRET),
    }
)

EMBEDDED_KEYS = Keys(
    {
        "catalog": Key("The catalog file; default: catalog.yaml."),
        "data": Key("The data folder; default: .vernctl/embedded."),
        "limits": Key("Whether the published limits hold.", choice("off", "published")),
        "reuse": Key("Whether recipes are reused.", choice("off", "latest")),
    }
)

PROJECT_REVIEW = Keys(
    {
        "cells": REVIEW["cells"],
        "token_key": Key(
            "The key that tokens are made with; {external_id} in it: one key per customer.", SECRET
        ),
    }
)

PROJECT = Keys(
    {
        "endpoint": Key("embedded, the name of an endpoint, or a URL; default: embedded."),
        "endpoints": Key(
            "Endpoints by name; us and au are built in.",
            {"type": "object", "additionalProperties": {"$ref": "#/$defs/endpoint"}},
        ),
        "api_key": Key("Where the key is, for every endpoint that names none.", SECRET),
        "specs": Key(
            "The folder (or folders) of specs; default: specs.", {"type": ["string", "array"]}
        ),
        "approval": Key(
            "file trusts the snapshot's file (default for embedded); commit demands that it is "
            "committed (default for a URL).",
            choice("file", "commit"),
        ),
        "quota": Key("The limits to plan with.", choice("published", "off")),
        "receipts": Key("The folder of receipts; default: .vernctl/receipts."),
        "review": Key(
            "Defaults of review for every spec.",
            {"type": "object"},
            keys=PROJECT_REVIEW,
        ),
        "allow_hosts": Key("Further hosts that a key may go to.", NAMES),
        "allow_paths": Key("Further folders that specs may name files in.", NAMES),
        "embedded": Key("The embedded server.", {"type": "object"}, keys=EMBEDDED_KEYS),
    }
)
