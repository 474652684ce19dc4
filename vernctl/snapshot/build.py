"""From a preview and its inputs to a snapshot: canonical rows, keys, digest."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from vernctl.errors import Place, Problem, SpecError
from vernctl.snapshot.digest import digest_of
from vernctl.snapshot.keys import Key, choose_key, unique_columns
from vernctl.snapshot.model import Inputs, RecordedQuestion, SheetReview, Snapshot
from vernctl.snapshot.sheet import InvalidCell, Sheet
from vernctl.snapshot.tokens import Tokeniser, hidden_columns
from vernctl.spec.model import Moved, Review


def make_snapshot(
    inputs: Inputs,
    sheets: Sequence[Sheet],
    review: Review,
    *,
    questions: Sequence[RecordedQuestion] = (),
    engine: int | None = None,
    migration_id: str | None = None,
    run_id: str | None = None,
    tokens: Tokeniser | None = None,
) -> Snapshot:
    """The snapshot of a preview: ignored columns dropped, rows in key order, digest computed.

    A sheet's key is the spec's; else a unique column of the template that is verified to be unique
    and filled; else a key that is found and verified; else none. ``tokens`` has already made
    tokens of the cells that ``review`` hides.

    Raises :class:`SpecError` where ``review.key`` names a column that its sheet has not, or one
    that is ignored.
    """
    problems: list[Problem] = []
    kept: list[Sheet] = []
    reviews: dict[str, SheetReview] = {}
    for sheet in sorted(sheets, key=lambda sheet: sheet.slug):
        ignored = tuple(name for name in sheet.columns if name in review.ignore.get(sheet.slug, ()))
        plain = sheet.without_columns(ignored)
        stated = review.key.get(sheet.slug, ())
        problems += _key_problems(sheet, plain, stated)
        key, source = choose_key([plain], stated, unique_columns(inputs.definitions, sheet.slug))
        kept.append(in_key_order(plain, key))
        reviews[sheet.slug] = SheetReview(
            key=key,
            key_source=source,
            ignored=ignored,
            tokens=hidden_columns(review, sheet.slug, plain.columns),
            moved=_moved(review, sheet.slug, key, tokens),
        )
    if problems:
        raise _wrong_keys(problems)
    return Snapshot(
        inputs=inputs,
        sheets=tuple(kept),
        review=reviews,
        questions=tuple(questions),
        engine=engine,
        migration_id=migration_id,
        run_id=run_id,
        token_key=tokens.fingerprint if tokens else None,
        digest=digest_of(inputs, kept),
    )


def _wrong_keys(problems: Sequence[Problem]) -> SpecError:
    return SpecError(
        problems,
        remote="The preview stands; nothing was imported.",
        next="mend review.key in the spec, then plan again",
    )


def in_key_order(sheet: Sheet, key: Key) -> Sheet:
    """The same sheet with its rows sorted by key, then by all cells, then by invalid columns.

    Rows that are equal in every cell and mark are interchangeable, so the order is a function of
    the content alone. Comparison is by code point: no locale has a say.
    """
    at = [sheet.columns.index(name) for name in key]
    marks: dict[int, list[tuple[str, str]]] = {}
    for cell in sheet.invalid:
        marks.setdefault(cell.row, []).append((cell.column, cell.message))
    for found in marks.values():
        found.sort()
    rows = sheet.rows
    order = sorted(
        range(len(rows)),
        key=lambda i: (tuple(rows[i][k] for k in at), rows[i], marks.get(i, [])),
    )
    place = {old: new for new, old in enumerate(order)}
    invalid = {
        InvalidCell(place.get(row, -1), column, message) for row, column, message in sheet.invalid
    }
    return sheet.model_copy(
        update={"rows": tuple(rows[i] for i in order), "invalid": tuple(sorted(invalid))}
    )


def _moved(review: Review, slug: str, key: Key, tokens: Tokeniser | None) -> Moved | None:
    """What the spec says was renamed; keys that the snapshot hides as their tokens."""
    moved = review.moved.get(slug)
    if moved is None or tokens is None or not hidden_columns(review, slug, key):
        return moved
    if len(key) != 1:  # only keys of one column have names
        return moved.model_copy(update={"keys": {}})
    column = tokens.column(slug, key[0])
    keys = {column.token_of(old): column.token_of(new) for old, new in moved.keys.items()}
    return moved.model_copy(update={"keys": keys})


def _key_problems(sheet: Sheet, plain: Sheet, stated: Sequence[str]) -> list[Problem]:
    """What is wrong with the spec's key for this sheet."""
    place = Place(f"review.key.{sheet.slug}")
    problems: list[Problem] = []
    for name in stated:
        if name in plain.columns:
            continue
        if name in sheet.columns:
            problems.append(
                Problem(place, f'"{name}" is ignored by review.ignore, so it is no key')
            )
            continue
        near = get_close_matches(name, plain.columns, 1)
        hint = f' (did you mean "{near[0]}"?)' if near else ""
        problems.append(Problem(place, f'the sheet has no column "{name}"{hint}'))
    return problems
