"""One self-contained HTML file: what the text says, and every change to look through.

The page holds the outcome as inert JSON and a script of ours that shows it. Customer text never is
markup: it is escaped in the JSON, and the script puts it on the page as text. The page's policy
lets nothing load and nothing run but that script and style, which it names by their hashes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib import resources

from pydantic import JsonValue

from vernctl.diff.model import Diff, SheetDiff
from vernctl.render.html.document import page_document
from vernctl.render.html.lines import Lines
from vernctl.workflow.outcome import SpecOutcome

#: The scripts of the page, in the order in which they build on each other.
SCRIPTS = ("values.js", "grid.js", "changes.js", "sections.js", "review.js")
STYLES = ("review.css",)

_INERT = (("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"))


def render_outcomes(
    outcomes: Sequence[SpecOutcome], *, review: Mapping[str, JsonValue] | None = None
) -> str:
    """The page for what one command has to say about its specs.

    ``review`` is there on a page that ``review --web`` serves: ``{"post": PATH}``, where the page
    sends decisions to; without it the page can send nothing anywhere.
    """
    lines = Lines()
    document = page_document(outcomes, lines)
    document["review"] = dict(review) if review else None
    return _page(document, lines, connect="'self'" if review else "'none'")


def render_sheet_diff(sheet: SheetDiff) -> str:
    """``diff`` of two CSV files as a page."""
    whole = sheet.model_copy(update={"sample_of": sheet.rows})
    outcome = SpecOutcome(
        name=sheet.slug,
        path="",
        status="unchanged" if sheet.is_empty else "changed",
        command="diff",
        title=sheet.name,
        diff=Diff(base_digest=None, digest="", sheets=(whole,)),
        next="nothing to do",
    )
    return render_outcomes([outcome])


def policy(*, connect: str = "'none'") -> str:
    """The page's Content-Security-Policy: nothing but our own script and style, by their hashes."""
    script, style = _hash(_asset(*SCRIPTS)), _hash(_asset(*STYLES))
    return (
        f"default-src 'none'; script-src {script}; style-src {style}; connect-src {connect}; "
        "base-uri 'none'; form-action 'none'"
    )


def inert_json(document: object) -> str:
    """JSON in ASCII that no HTML parser takes for anything but text.

    What is not ASCII is escaped too: nothing in the file reorders a line of its source, and a lone
    surrogate, which UTF-8 cannot hold, stays what it is.
    """
    text = json.dumps(document, ensure_ascii=True, separators=(",", ":"))
    for char, escaped in _INERT:
        text = text.replace(char, escaped)
    return text


def _page(document: Mapping[str, JsonValue], lines: Lines, *, connect: str) -> str:
    shell = _asset("page.html")
    parts = {
        "policy": policy(connect=connect),
        "style": _asset(*STYLES),
        "data": "\n".join(_blocks(document, lines)),
        "script": _asset(*SCRIPTS),
    }
    head, *pieces = shell.split("{{")
    filled = [head]
    for piece in pieces:
        name, _, rest = piece.partition("}}")
        filled += [parts[name], rest]
    return "".join(filled)


def _blocks(document: Mapping[str, JsonValue], lines: Lines) -> Iterator[str]:
    yield _block("summary", document)
    for name, block in lines.blocks.items():
        yield _block(name, block)


def _block(name: str, document: object) -> str:
    return f'<script type="application/json" id="{name}">{inert_json(document)}</script>'


def _asset(*names: str) -> str:
    folder = resources.files("vernctl.render.html")
    return "".join(folder.joinpath(name).read_text(encoding="utf-8") for name in names)


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
