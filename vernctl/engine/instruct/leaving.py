"""Instructions that take heals back: a column stays as it was found, whole or in one respect."""

from __future__ import annotations

import re2

from vernctl.engine.instruct.edits import HealKind, Leave
from vernctl.engine.instruct.grammar import Context, Edits, Found, Rule

#: What people call the kinds of heals.
_CALLED: tuple[tuple[HealKind, str], ...] = (
    ("spelling", r"(?:mis-?)?spellings?|typos?|spelling (?:mistakes?|errors?)|slips?"),
    ("white space", r"(?:white[- ]?)?spaces?|white[- ]?space|blanks"),
    ("case", r"(?:upper|lower)[- ]?case|(?:the )?case|capitals?|capitali[sz]ation"),
    ("dates", r"dates?|date formats?"),
    ("numbers", r"numbers?|amounts?|number formats?"),
    ("phones", r"phones?|phone numbers?"),
    ("web addresses", r"urls?|links?|web addresses|websites?|domains?"),
    ("letters", r"letters?|encodings?|characters?"),
    ("nothing", r"nulls?|words for nothing|n/as?"),
)
_VERBS: tuple[tuple[HealKind, str], ...] = (
    ("white space", r"trim|collapse|strip"),
    ("case", r"lower-?case|upper-?case|capitali[sz]e"),
)
_KIND = "|".join(pattern for _, pattern in _CALLED)
_VERB = "|".join(pattern for _, pattern in _VERBS)
_NOT = r"(?:please )?(?:do not|don[’']?t|never|no longer|stop)"
_CHANGE = (
    r"(?:chang|touch|heal|mend|repair|correct|fix|clean|alter|modify|modifi|edit|convert|"
    r"normali[sz]|reformat|format|rewrit)(?:e|ing)?(?: up)?"
)
_AS_FOUND = (
    r"(?:exactly |just )?(?:as (?:(?:it|they) (?:is|are|was|were|stands?|came)|is|are|found|"
    r"they came|in the (?:files?|source))(?: in the (?:files?|source))?|alone|unchanged|untouched)"
)
_C = r"(?P<columns>.+?)"


def _leave(context: Context, found: Found) -> Edits | None:
    if context.vocabulary.only is not None:
        return None  # an answer settles its question; heals are taken back by messages
    said = found.get("kind") or found.get("verb")
    heal = _kind(said) if said else None
    targets = context.targets(found.get("columns") or ("all columns" if heal else None))
    return (
        tuple(
            Leave(sheet=each.sheet, column=each.column, heal=heal, because=context.because)
            for each in targets
        )
        or None
    )


def _kind(said: str) -> HealKind | None:
    for kind, pattern in (*_CALLED, *_VERBS):
        if re2.fullmatch(f"(?i){pattern}", said.strip()):
            return kind
    return None


LEAVING_RULES = (
    Rule(
        (
            rf"{_NOT} {_CHANGE} (?:the |any )?(?P<kind>{_KIND})(?: (?:in|of|for|on) {_C})?",
            rf"(?:leave|keep) (?:the |any )?(?P<kind>{_KIND}) (?:in|of|for|on) {_C} {_AS_FOUND}",
            rf"{_NOT} (?P<verb>{_VERB}) {_C}",
            rf"(?:leave|keep) {_C} {_AS_FOUND}",
            rf"{_NOT} {_CHANGE} {_C}",
            rf"{_C} (?:should |must |has to |is to |are to )?(?:stays?|remains?|be left|be kept) "
            rf"{_AS_FOUND}",
            rf"(?:undo|revert|take back) (?:the |all |any )*(?:heals?|healing|repairs?|"
            rf"corrections?|changes?)(?: (?:of|in|to|on|for) {_C})",
        ),
        _leave,
    ),
)
