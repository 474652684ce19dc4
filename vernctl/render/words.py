"""The words and numbers that every renderer shares: no layout, no escaping, no colour.

Whatever is returned here may hold customer text; a renderer escapes it for its own eye. Models are
imported for their types alone: commands that render none of them need not wait for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vernctl.diff.model import (
        Cause,
        ChangeKind,
        CheckResult,
        ColumnOrigin,
        Diff,
        SheetDiff,
    )
    from vernctl.workflow.outcome import Cost, SpecOutcome, Status, Verification

KIND_WORDS: dict[ChangeKind, str] = {
    "filled": "filled",
    "blanked": "blanked",
    "edited": "edited",
    "mapped": "mapped",
    "format": "written otherwise",
    "case": "upper or lower case",
    "white_space": "white space",
}
STATUS_WORDS: dict[Status, str] = {
    "unchanged": "unchanged",
    "changed": "changes to approve",
    "approved": "approved",
    "blocked": "waits for a decision",
    "waiting": "waits for quota",
    "refused": "refused",
    "applied": "applied",
    "not_as_approved": "applied, not as approved",
    "partial": "partly imported",
    "failed": "failed",
    "held": "held",
    "closed": "closed",
}


def status_words(outcome: SpecOutcome) -> str:
    """A spec's status in words. Of a live source nobody knows whether it is unchanged."""
    if outcome.status == "unchanged" and outcome.live is not None:
        return "as last read"
    if outcome.error is not None and outcome.error.kind == "credentials":
        return "waits for credentials"
    return STATUS_WORDS[outcome.status]


#: Failures first, then what waits for somebody, then what is well.
STATUS_ORDER: tuple[Status, ...] = (
    "not_as_approved",
    "partial",
    "failed",
    "refused",
    "blocked",
    "waiting",
    "changed",
    "approved",
    "applied",
    "unchanged",
    "held",
    "closed",
)
SAMPLE_NOTE = "A preview is a sample: unseen rows can differ."
WHOLE_NOTE = "The preview holds every row."
IMPORTED_NOTE = (
    "These rows are imported already. Approved, they are what the next import is held against."
)
UNSEEN_NOTE = (
    "api: companies has no preview: nobody has seen the rows that this would import. "
    "They are read back after the import and wait to be looked at."
)
READ_OFF_NOTE = "Read off by comparing the files with the preview, not stated by the agent."

#: Proposed renames of one sheet that are named; the rest is counted.
RENAMES = 5


def number(value: int) -> str:
    """``1459`` → ``1,459``."""
    return f"{value:,}"


def counted(value: int, noun: str, plural: str | None = None) -> str:
    """``1`` → ``1 row``, ``1459`` → ``1,459 rows``."""
    return f"{value:,} {noun if value == 1 else plural or noun + 's'}"


def percent(share: Decimal) -> str:
    """A share from 0 to 1 in whole percent; what is not quite nothing or all never rounds to it."""
    hundred = share * 100
    whole = int(hundred.to_integral_value())
    if whole == 0 and share > 0:
        return "<1 %"
    if whole == 100 and share < 1:
        return ">99 %"
    return f"{whole} %"


def percent_of(part: int, whole: int) -> str:
    """``part`` of ``whole`` in percent; of nothing, 0 %."""
    return percent(Decimal(part) / Decimal(whole)) if whole else "0 %"


def rows_shown(rows: int, sample_of: int | None, *, sampled: bool = True) -> str:
    """Row count of a sheet, never without saying what it is a count of."""
    if sample_of is not None and sample_of > rows:
        return f"{rows:,} of {counted(sample_of, 'row')} in the sample"
    whole = sample_of is not None or not sampled
    return counted(rows, "row") + ("" if whole else " in the sample")


def is_sample(diff: Diff) -> bool:
    """True unless the server said of every sheet that all its rows are in the preview."""
    return any(sheet.sample_of is None or sheet.sample_of > sheet.rows for sheet in diff.sheets)


def rows_note(diff: Diff, *, unseen: bool = False) -> str:
    """What the rows shown are: a sample, all of them, or (``unseen`` before) imported already."""
    if unseen:
        return IMPORTED_NOTE
    return SAMPLE_NOTE if is_sample(diff) else WHOLE_NOTE


def steps_title(outcome: SpecOutcome) -> str:
    """Whose steps these are."""
    if outcome.performed:
        return "Steps"
    return f"Steps that {'an apply' if outcome.unseen else 'a plan'} would make"


def verb_again(outcome: SpecOutcome) -> str:
    """The command that goes on once a question has its answer."""
    return "apply" if outcome.command == "apply" or outcome.unseen else "plan"


def verified_words(found: Verification) -> str:
    """What comparing the export with the approved sample found, in one sentence."""
    if not found.sample_rows:
        return (
            "not verified" if found.problems else "verified: every row that was reported is there"
        )
    sample = counted(found.sample_rows, "approved row")
    if found.present == found.sample_rows and not found.problems:
        one = found.sample_rows == 1
        return f"verified: {'the approved row is' if one else f'all {sample} are'} there"
    return f"not as approved: {number(found.present)} of {sample} {verb_of(found.present)} there"


def verb_of(count: int) -> str:
    """is or are."""
    return "is" if count == 1 else "are"


def row_changes(sheet: SheetDiff, *, live: bool = False) -> str:
    """``+4 −2 ~350 rows``, or what stands in its place. ``live``: rows come from a live source,
    so that nobody knows whether they have changed since they were read."""
    if sheet.is_new:
        return "new sheet"
    parts = [
        f"{sign}{number(count)}"
        for sign, count in (
            ("+", len(sheet.added)),
            ("−", len(sheet.removed)),
            ("~", len(sheet.changed)),
        )
        if count
    ]
    if parts:
        return " ".join(parts) + " rows"
    if sheet.is_empty and live:
        return "as last read"
    return "no changes" if sheet.is_empty else "no rows changed"


def invalid_change(sheet: SheetDiff) -> str:
    """``invalid 12 → 4``; empty where there is nothing invalid on either side."""
    if sheet.is_new or sheet.invalid == sheet.invalid_before:
        return f"invalid {number(sheet.invalid)}" if sheet.invalid else ""
    return f"invalid {number(sheet.invalid_before)} → {number(sheet.invalid)}"


def key_note(sheet: SheetDiff) -> str | None:
    """How rows were told apart, where a reviewer has to know it."""
    notes = []
    if sheet.is_new or sheet.is_empty:
        return None
    if sheet.key_source == "none":
        notes.append("no usable key: equal rows were paired first, then the most similar ones")
    elif sheet.key_source == "found":
        notes.append(f"rows told apart by {', '.join(sheet.key)} (found, and unique on both sides)")
    if sheet.duplicate_keys:
        notes.append(counted(sheet.duplicate_keys, "key") + " more than once, compared as groups")
    return "; ".join(notes) or None


def rename_notes(sheet: SheetDiff) -> list[str]:
    """What was renamed, as the spec confirms it, and what the data says may have been; and whether
    columns were reordered."""
    notes = [f"renamed: column {old} → {new}" for old, new in sheet.moved_columns]
    for what, renames in (("column", sheet.proposed_columns), ("row", sheet.proposed_keys)):
        for rename in renames[:RENAMES]:
            share = f"{rename.shared * 100 // rename.of} % of cells equal"
            notes.append(f"renamed? {what} {rename.old} → {rename.new} ({share})")
        if len(renames) > RENAMES:
            notes.append(f"renamed? {counted(len(renames) - RENAMES, f'more {what}')}")
    if sheet.is_reordered:
        notes.append("the columns are in another order")
    return notes


def cause_words(cause: Cause) -> str:
    """One cause, as it follows ``because:``."""
    if cause.kind == "tokens":
        return cause.ref
    if cause.kind == "unexplained":
        return "unexplained: inputs equal, output differs"
    told = cause.ref == cause.kind or cause.ref.startswith(f"{cause.kind} ")
    return cause.ref if told else f"{cause.kind} {cause.ref}".strip()


def causes_of(sheet: SheetDiff, causes: Sequence[Cause]) -> list[str]:
    """Every cause of one sheet in words, its own first, none twice."""
    own = [*sheet.causes, *(cause for cause in causes if cause.sheet == sheet.slug)]
    general = [cause for cause in causes if cause.sheet is None]
    return list(dict.fromkeys(cause_words(cause) for cause in own or general))


def check_words(check: CheckResult) -> str:
    """``removed rows 31 % of 5 %``; of a check that waits for the import, that it does."""
    name = check.name.replace("_", " ")
    if not check.actual:
        return f"{name}: after import"
    joint = " of " if check.limit[:1].isdigit() else ", "
    return f"{name} {check.actual}{joint}{check.limit}"


def is_plain(check: CheckResult) -> bool:
    """True for a check that holds because there is nothing of what it limits."""
    return check.ok and check.overridden is None and check.actual in ("0", "0 %")


def by_folder(paths: Sequence[str]) -> list[str]:
    """Paths with their folder named once: ``out/acme/companies.csv``, then ``contacts.csv``."""
    shown, last = [], None
    for path in paths:
        folder, slash, name = path.rpartition("/")
        shown.append(name if slash and folder == last else path)
        last = folder if slash else None
    return shown


def origin_words(origin: ColumnOrigin) -> str:
    """How a column was changed on its way, as far as comparing tells."""
    if not origin.sources:
        return (
            origin.how if origin.how in ("constant", "unknown") else "from no column of the files"
        )
    kept = origin.how == "unchanged in part"
    others = [
        *([counted(origin.edited, "cell") + ("" if kept else " edited")] if origin.edited else []),
        *([f"{number(origin.blanked)} blanked"] if origin.blanked else []),
        *([f"{number(origin.filled_in)} filled"] if origin.filled_in else []),
    ]
    told = ", ".join(others)
    return f"unchanged but for {told}" if kept else ", ".join([origin.how, *others])


def cost_words(cost: Cost) -> str:
    """What the steps take of the account's hour."""
    parts = []
    if cost.create:
        parts.append(f"create {cost.create}")
    if cost.generate:
        parts.append(f"generate {cost.generate}")
    most = f" (at most {cost.agent_max})" if cost.agent_max > cost.agent else ""
    parts.append(counted(cost.agent, "agent call") + most)
    return ", ".join(parts)


def digest_words(digest: str | None) -> str:
    """A digest as people are shown it."""
    from vernctl.snapshot.digest import short

    return short(digest) if digest else "none"


def moment(iso: str) -> str:
    """An ISO time as ``2026-11-21 14:05 UTC``; anything else as it is."""
    try:
        parsed = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    utc = parsed.astimezone(UTC) if parsed.tzinfo else parsed
    return utc.strftime("%Y-%m-%d %H:%M") + " UTC"


def size_words(size: int) -> str:
    """Bytes for people: ``812 bytes``, ``1.4 MB``."""
    if size < 1000:
        return counted(size, "byte")
    value = float(size)
    for unit in ("kB", "MB", "GB"):
        value /= 1000
        if value < 1000 or unit == "GB":
            break
    return f"{value:.1f} {unit}"


def input_words(outcome: SpecOutcome) -> str | None:
    """``3 files, 2,318 rows``, ``live hubspot``, or both; None for a spec without either."""
    live = f"live {outcome.live.source_key}" if outcome.live else None
    files = _file_words(outcome)
    return " and ".join(part for part in (files, live) if part) or None


def _file_words(outcome: SpecOutcome) -> str | None:
    if not outcome.inputs:
        return None
    words = counted(len(outcome.inputs), "file")
    rows = [entry.rows for entry in outcome.inputs]
    known = [count for count in rows if count is not None]
    return f"{words}, {counted(sum(known), 'row')}" if len(known) == len(rows) else words


def is_settled(outcome: SpecOutcome) -> bool:
    """True where a diff no longer has anything to decide: a status, or rows already written."""
    written = outcome.status in ("applied", "not_as_approved", "partial")
    return outcome.command == "status" or written


def next_command(outcome: SpecOutcome) -> str:
    """The one command or edit that goes on from here; never empty."""
    if outcome.next:
        return outcome.next
    if outcome.error and outcome.error.next:
        return outcome.error.next
    return _DEFAULT_NEXT.get(outcome.status, "vernctl status {path}").format(path=outcome.path)


_DEFAULT_NEXT: dict[Status, str] = {
    "unchanged": "nothing to do",
    "changed": "vernctl approve {path}",
    "approved": "vernctl apply {path}",
    "blocked": "vernctl plan {path}",
    "waiting": "vernctl plan {path}",
    "refused": "vernctl plan {path}",
    "applied": "vernctl status {path}",
    "not_as_approved": "vernctl show {path}",
    "partial": "vernctl log {path}",
    "failed": "vernctl log {path}",
    "held": "set `state: active` in {path}",
    "closed": "set `state: active` in {path}",
}
