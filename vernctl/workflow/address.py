"""The address: the external_id that a spec's inputs lead to.

The same inputs always find the same migration, with no local state. Files cannot be removed from a
migration and its sheets are fixed when it is created (API), so other files, another source or other
templates open a fresh one; ``epoch`` does the same by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from vernctl.snapshot.digest import canonical_json
from vernctl.snapshot.model import InputFile


def address_of(
    external_id: str,
    *,
    source: str | None,
    templates: Sequence[str] | None,
    epoch: int,
    files: Iterable[InputFile],
) -> str:
    """``<external_id>-<12 hex>`` over everything that a migration cannot change once it exists."""
    fixed = {
        "source": source,
        "templates": None if templates is None else sorted(templates),
        "epoch": epoch,
        "files": sorted([file.name, file.sha256] for file in files),
    }
    return f"{external_id}-{hashlib.sha256(canonical_json(fixed)).hexdigest()[:12]}"
