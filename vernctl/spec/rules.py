"""Answer rules and refinements, as the spec writes them."""

from __future__ import annotations

from vernctl.errors import Place
from vernctl.spec.chain import pattern_identity
from vernctl.spec.keys import REFINEMENT, RULE
from vernctl.spec.model import AnswerRule, During, Refinement
from vernctl.spec.patterns import PatternError, looks_secret, matches_everything
from vernctl.spec.reader import PLACEHOLDER, Reader, shown
from vernctl.spec.tree import Items, Node, Pairs, Scalar

_DURING: dict[str, During] = {"plan": "plan", "apply": "apply", "any": "any"}


def read_answers(reader: Reader, node: Node) -> tuple[AnswerRule, ...]:
    """All answer rules, in the order of the file; every pattern compiles."""
    rules: list[AnswerRule] = []
    seen: dict[str, Scalar] = {}
    for key, value in reader.pairs(node, "answers"):
        if "${env:" in key.text or not _good_pattern(reader, key, key.text):
            continue
        first = seen.setdefault(pattern_identity(key.text), key)
        if first is not key:
            reader.add(key, f"the same pattern as the one at {first.place}; write a list of rules")
            continue
        elements = value.items if isinstance(value, Items) else [value]
        if not elements:
            reader.add(value, "an answer is text, a map, or a list of maps; this list is empty")
        for element in elements:
            place = key.place if element is value else element.place
            rule = _rule(reader, key, element, place)
            if rule is not None:
                rules.append(rule)
    return tuple(rules)


def _good_pattern(reader: Reader, node: Node, pattern: str) -> bool:
    try:
        everything = matches_everything(pattern)
    except PatternError as error:
        wrong = "cannot be used" if "longer" in str(error) else "is not a regular expression"
        reader.add(node, f'"{shown(pattern)}" {wrong}: {error}')
        return False
    if everything:
        reader.add(node, f'"{shown(pattern)}" matches every question; name what the question says')
    return not everything


def _rule(reader: Reader, key: Scalar, node: Node, place: Place) -> AnswerRule | None:
    if isinstance(node, Scalar):
        if node.kind == "null" and node.plain:
            message = "there is no inherited rule to drop" if node.text else "the answer is missing"
            reader.add(node, f"{message}; an answer that says null needs quotes")
            return None
        answer = _answer(reader, node, "answer")
        return AnswerRule(pattern=key.text, answer=answer, place=place) if answer else None
    if not isinstance(node, Pairs):
        reader.add(node, "an answer is text, a map, or a list of maps; not a list in a list")
        return None
    return _map_rule(reader, key, node, place)


def _map_rule(reader: Reader, key: Scalar, node: Pairs, place: Place) -> AnswerRule | None:
    before = len(reader.problems)
    found = reader.keyed(node, "an answer rule", RULE, "answers.")
    if len(found.keys() & {"choose", "say"}) != 1:
        reader.add(node, "an answer rule has either `choose` (a label) or `say` (free text)")
    texts: dict[str, str] = {}
    for name, value in found.items():
        if name in ("choose", "say"):
            texts[name] = _answer(reader, value, name)
        elif name in ("sheet", "column"):
            texts[name] = reader.text(value, name)
        elif name == "context":
            texts[name] = _context(reader, value)
    get = found.get
    during = reader.optional(get("during"), lambda n: reader.choice(n, "during", list(_DURING)))
    options = reader.optional(get("options"), lambda n: _options(reader, n))
    times = reader.optional(get("times"), lambda n: reader.whole(n, "times", least=1))
    if len(reader.problems) > before:
        return None
    return AnswerRule(
        pattern=key.text,
        during=_DURING[during or "any"],
        options=options,
        times=times,
        place=place,
        **texts,
    )


def _answer(reader: Reader, node: Node, what: str) -> str:
    text = reader.text(node, what)
    if text == PLACEHOLDER:
        reader.add(node, f"write the answer in place of {PLACEHOLDER}")
        return ""
    if looks_secret(text):
        reader.add(node, f"{what} looks like a secret; a spec in git may hold none")
        return ""
    return text


def _context(reader: Reader, node: Node) -> str:
    text = reader.text(node, "context")
    if text:
        _good_pattern(reader, node, text)
    return text


def _options(reader: Reader, node: Node) -> tuple[str, ...]:
    before = len(reader.problems)
    options = reader.names(node, "an option")
    if not options and len(reader.problems) == before:
        reader.add(node, "options names the labels that must be offered; it is empty")
    return options


def read_refinements(reader: Reader, node: Node) -> tuple[Refinement, ...]:
    """All messages, in order; the same message twice, or the same id, is a problem."""
    found: list[Refinement] = []
    messages: dict[str, Refinement] = {}
    ids: dict[str, Refinement] = {}
    for item in reader.items(node, "refine"):
        name: str | None = None
        if isinstance(item, Pairs):
            parts = reader.keyed(item, "a refinement", REFINEMENT, "refine.")
            name = reader.optional(parts.get("id"), lambda n: reader.text(n, "id"))
            said = reader.optional(parts.get("message"), lambda n: reader.text(n, "message"))
        else:
            said = reader.text(item, "a refinement")
        if not said:
            continue
        refinement = Refinement(message=said, id=name or None, place=item.place)
        earlier = messages.setdefault(" ".join(said.split()), refinement)
        if earlier is not refinement:
            reader.add(item, f"the same message as the one at {earlier.place}; drop one of them")
            continue
        if name and ids.setdefault(name, refinement) is not refinement:
            reader.add(item, f'the id "{shown(name)}" is also that of {ids[name].place}')
            continue
        found.append(refinement)
    return tuple(found)
