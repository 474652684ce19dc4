"""Instructions about rows: which are dropped, which of several alike is kept."""

from __future__ import annotations

import re2

from vernctl.engine.instruct.edits import Do
from vernctl.engine.instruct.grammar import Context, Edits, Found, Rule
from vernctl.engine.instruct.vocabulary import Target
from vernctl.engine.recipe.steps import Condition, DedupeStep, DropStep, Keep

_KEEPS: dict[str, Keep] = {
    "first": "first", "oldest": "first", "earliest": "first", "last": "last", "latest": "last",
    "newest": "last", "most complete": "fullest", "fullest": "fullest", "most filled": "fullest",
    "completest": "fullest", "best filled": "fullest",
}  # fmt: skip


def _drop(context: Context, found: Found) -> Edits | None:
    return _dropping(context, found, negated=False)


def _keep_only(context: Context, found: Found) -> Edits | None:
    return _dropping(context, found, negated=True)


def _dropping(context: Context, found: Found, *, negated: bool) -> Edits | None:
    sheet = _sheet(context, found.get("sheet"))
    read = read_conditions(context, found["condition"], sheet)
    if read is None or (negated and len(read[1]) > 1):
        return None
    slug, tests = read
    if negated:
        tests = [test.model_copy(update={"negated": not test.negated}) for test in tests]
    step = DropStep(drop_rows=tuple(tests), because=context.because)
    return (Do(sheet=slug, step=step),)


def read_conditions(
    context: Context, text: str, sheet: str | None
) -> tuple[str, list[Condition]] | None:
    """(sheet, tests that must all hold) of ``Status is Open and Email is blank``, or None."""
    pieces = re2.split(r"(?i)\s+and\s+", text.strip())
    parts = [_condition(context, piece, sheet) for piece in pieces]
    if not all(parts):
        parts = [_condition(context, text, sheet)]
    found = [part for part in parts if part is not None]
    sheets = {target.sheet for target, _ in found}
    if len(sheets) != 1:
        return None
    return sheets.pop(), [condition for _, condition in found]


def _sheet(context: Context, said: str | None) -> str | None:
    template = context.vocabulary.sheet(context.phrase.restore(said)) if said else None
    return template.slug if template is not None else None


_TESTS = (
    (
        r"(?:the )?(?P<column>.+?) (?:is|are)(?: |n't |n’t )(?P<not>not )?(?:blank|empty|"
        r"missing|null|not set|unset)",
        "blank",
    ),
    (
        r"(?P<not>not )?(?:(?:have|has|with|contain(?:s|ing)?) )?(?:an? |the )?(?:blank|empty|"
        r"missing|no) (?P<column>.+?)",
        "blank",
    ),
    (
        r"(?P<column>.+?) (?P<not>does not |doesn't |do not |don't )?(?:contains?|includes?) "
        r"(?P<values>.+)",
        "contains",
    ),
    (
        r"(?P<column>.+?) (?P<not>does not |doesn't |do not |don't )?(?:starts?|begins?) with "
        r"(?P<values>.+)",
        "starts",
    ),
    (
        r"(?P<column>.+?) (?P<not>does not |doesn't |do not |don't )?ends? (?:with|in) "
        r"(?P<values>.+)",
        "ends",
    ),
    (
        r"(?P<column>.+?)(?: is| are|) ?(?:!=|<>|≠|is not|are not|isn't|isn’t|not|is neither|"
        r"other than|is anything but) (?P<values>.+)",
        "differs",
    ),
    (
        r"(?P<column>.+?) (?:is one of|is either|is|are either|are|equals?|=|==|reads|says|"
        r"has the value|is equal to) (?P<values>.+)",
        "equals",
    ),
    (r"(?P<column>[^=]+?) ?==? ?(?P<values>.+)", "equals"),
    (r"(?:have |has |with )(?:a |an |the )?(?P<column>.+?) (?:of )?(?P<values>\S+)", "equals"),
)  # fmt: skip


def _condition(context: Context, piece: str, sheet: str | None) -> tuple[Target, Condition] | None:
    for pattern, test in _TESTS:
        match = re2.fullmatch(f"(?i){pattern}", piece.strip())
        if match is None:
            continue
        parts = match.groupdict()
        targets = context.targets(parts["column"])
        if sheet is not None:
            targets = tuple(target for target in targets if target.sheet == sheet)
        if len(targets) != 1:
            continue
        values = tuple(context.phrase.values(parts["values"])) if "values" in parts else ()
        if test != "blank" and (not values or _comparing(parts["values"])):
            continue
        condition = Condition.model_validate(
            {
                "column": targets[0].column,
                "test": "equals" if test == "differs" else test,
                "values": values,
                "negated": test == "differs" or bool(parts.get("not")),
            }
        )
        return targets[0], condition
    return None


_COMPARING = re2.compile(
    r"(?i)^(?:greater|less|more|fewer|higher|lower|bigger|smaller|larger|at (?:least|most)|above|"
    r"below|over|under|before|after|between|older|newer|longer|shorter|unique|valid|invalid|the "
    r"same|"
    r"an? |the |in |not )|^[<>]"
)


def _comparing(values: str) -> bool:
    """Whether what looks like a value is a comparison, which is another test than equality."""
    return bool(_COMPARING.search(values.strip()))


def _without(context: Context, found: Found) -> Edits | None:
    targets = context.targets(found.get("column"))
    sheet = _sheet(context, found.get("sheet"))
    targets = tuple(t for t in targets if sheet is None or t.sheet == sheet)
    if len(targets) != 1:
        return None
    condition = Condition(column=targets[0].column, test="blank")
    step = DropStep(drop_rows=(condition,), because=context.because)
    return (Do(sheet=targets[0].sheet, step=step),)


def _dedupe(context: Context, found: Found) -> Edits | None:
    keep = _KEEPS.get(" ".join(found["keep"].lower().split()), "first")
    said = found.get("columns")
    sheet = _sheet(context, found.get("sheet"))
    if said is None and context.vocabulary.only is None:
        if not found["whole"]:
            return None
        drafts = context.vocabulary.recipe.sheets
        fed = [each.template for each in drafts if each.inputs and sheet in (None, each.template)]
        step = DedupeStep(dedupe=(), keep=keep, because=context.because)
        return tuple(Do(sheet=slug, step=step) for slug in fed) or None
    targets = [t for t in context.targets(said) if sheet in (None, t.sheet)]
    if len({target.sheet for target in targets}) != 1:
        return None
    columns = tuple(target.column for target in targets)
    step = DedupeStep(dedupe=columns, keep=keep, because=context.because)
    return (Do(sheet=targets[0].sheet, step=step),)


_C = r"(?P<columns>.+?)"
_KEEP = (
    r"(?P<keep>first|oldest|earliest|last|latest|newest|most complete|fullest|most filled|"
    r"completest|best filled)"
)
_ROWS = r"(?:(?:rows?|records?|lines?|entries|entry|ones?|items?)|(?P<sheet>\S+(?: \S+)?))"
_DROP = (
    r"(?:drop|remove|delete|skip|exclude|ignore|discard|filter out|leave out|omit|throw away|"
    r"don'?t import|do not import|don’t import)"
)
_ALL = r"(?:all |any |every |each |the |those |of )*"
_WHERE = r"(?:where|whose|in which|for which|that|which|if|when|with)"
_ALIKE = r"(?:duplicates?|duplicated|doubles?|double|repeated|identical|equal)"
_BY = (
    r"(?:by|on|of|per|for|with the same|that share(?: the same)?|sharing(?: the same)?|based on|"
    r"according to|having the same|in)"
)

ROW_RULES = (
    Rule(
        (
            rf"keep (?:only )?(?:the |a )?{_KEEP}(?: {_ROWS})?(?: (?:of|for|per|from|in|by|with|"
            rf"among))? (?:each|every|any|all|the|same|duplicates?|duplicated|double|identical|"
            rf"group of| )+ {_C}(?: values?)?",
            rf"(?:{_DROP}|dedupe|deduplicate|merge) {_ALL}{_ALIKE}(?: {_ROWS})? {_BY} (?:the "
            rf")?(?:same )?{_C}(?:,| and|, and|;| but)? keep(?:ing)? (?:only )?(?:the "
            rf")?{_KEEP}(?: {_ROWS}| of each)?",
            rf"(?:{_DROP}) {_ALL}{_ALIKE}(?: {_ROWS})? {_BY} (?:the )?(?:same )?{_C}",
            rf"(?:dedupe|deduplicate|de-duplicate)(?: {_ROWS})? (?:by|on|per|based on) {_C}(?:,| "
            rf"and|, and|;)? keep(?:ing)? (?:only )?(?:the )?{_KEEP}(?: {_ROWS}| of each)?",
            rf"(?:dedupe|deduplicate|de-duplicate)(?: {_ROWS})? (?:by|on|per|based on) {_C}",
            rf"keep (?:only )?(?:the )?{_KEEP}(?: {_ROWS})?(?: of (?:each|them|duplicates|the "
            rf"duplicates))? (?:by|per|for|of) {_C}",
            rf"keep (?:only )?(?:the )?{_KEEP}(?: (?:one|row|of each|of them))*",
            rf"(?P<whole>{_DROP}) {_ALL}(?:exact )?{_ALIKE}(?: {_ROWS})?",
            r"(?P<whole>dedupe|deduplicate)(?: (?P<sheet>\S+))?",
        ),
        _dedupe,
    ),
    Rule(
        (
            rf"{_DROP} {_ALL}{_ROWS} (?:without|with no|that have no|which have no|lacking|"
            rf"missing|that lack) (?:an? |the |any )?(?P<column>.+?)",
            rf"{_DROP} {_ALL}{_ROWS} with (?:an? |the )?(?:blank|empty|missing) (?P<column>.+?)",
        ),
        _without,
    ),
    Rule((rf"{_DROP} {_ALL}{_ROWS} {_WHERE} (?:the |their |its )?(?P<condition>.+)",), _drop),
    Rule(
        (
            rf"(?:keep|import|include|take|use) only {_ALL}{_ROWS} {_WHERE} (?:the |their |its "
            rf")?(?P<condition>.+)",
            rf"only (?:keep|import|include|take|use) {_ALL}{_ROWS} {_WHERE} (?:the |their |its "
            rf")?(?P<condition>.+)",
        ),
        _keep_only,
    ),
)  # fmt: skip
