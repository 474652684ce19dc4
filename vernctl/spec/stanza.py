"""The line to paste under ``answers:`` for a question that no rule answers."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vernctl.api.models import Question
from vernctl.spec.patterns import compile_pattern, is_expression, matches_everything, normalise
from vernctl.spec.reader import PLACEHOLDER, quoted
from vernctl.spec.tree import Scalar

#: YAML takes a key of up to 1024 characters; people read far less.
_LONGEST_KEY = 400
_LONGEST_PATTERN = 160
#: Of a longer question only the beginning can be in the pattern.
_READ = 4 * _LONGEST_PATTERN
_PLAIN_VALUE = re.compile(r"[A-Za-z][\w./()&+-]*(?: [\w./()&+'-]+)*")
_VARIES = re.compile(
    r"(?P<quoted>“[^”]*”|\"[^\"]*\"|‘[^’]*’|(?<!\w)'[^']*'(?!\w)|`[^`]*`)"
    r"|(?<![\w*])[+-]?\d(?:[\d.,:/\u00a0'-]*\d)?(?![\w*])"
)
_NAMED = re.compile(
    r"(?:column|field|sheet|file|table|template)s?(?: is| named| called)?\s*$", re.IGNORECASE
)


def stanza_for(question: Question, among: Sequence[Question] = ()) -> str:
    """A YAML line that answers this question with its first option, without indentation.

    The pattern is the question's own text; numbers and quoted values, which may vary from run to
    run, become ``*``. Where the pattern would also match another question of ``among`` (the same
    words about another sheet), the line says which context it is for. An open question gets a
    ``say:`` to be filled in; left as it is, no spec with it loads.
    """
    pattern = pattern_for(question.question)
    key = quoted(pattern)
    context = _context(question, pattern, among)
    if not question.options:
        return f"{key}: {{say: {quoted(PLACEHOLDER)}{context}}}"
    label = question.options[0].label
    return f"{key}: {{choose: {quoted(label)}{context}}}" if context else f"{key}: {_value(label)}"


def rule_line(
    question: Question, answer: str, among: Sequence[Question] = (), *, literal: bool = False
) -> str:
    """A YAML line that gives this question this answer: an offered label, else free text.

    ``literal`` keeps the numbers and quoted values of this one question in the pattern.
    """
    text = question.question
    literally = _plainly(text)
    pattern = literally if literal and _serves(literally, text) else pattern_for(text)
    context = _context(question, pattern, among)
    offered = any(option.label == answer for option in question.options)
    if offered and not context:
        return f"{quoted(pattern)}: {_value(answer)}"
    return f"{quoted(pattern)}: {{{'choose' if offered else 'say'}: {quoted(answer)}{context}}}"


def _context(question: Question, pattern: str, among: Sequence[Question]) -> str:
    """The anchor that tells this question from others with the same words; '' where none has."""
    phrase = compile_pattern(pattern)
    alike = any(
        other.context != question.context and phrase.matches(normalise(other.question))
        for other in among
    )
    if not alike or not question.context or not question.context.strip():
        return ""
    return f", context: {quoted(pattern_for(question.context))}"


def pattern_for(text: str) -> str:
    """A pattern that is found in the question's text, and in the same text with other counts."""
    for candidate in (_varying(text[:_READ]), _plainly(text), _plainly(normalise(text))):
        if _serves(candidate, text):
            return candidate
    return _expression(normalise(text))


def _varying(text: str) -> str:
    """The text with ``*`` for counts, and for quoted values with a digit in them.

    What says which column or sheet the question is about stays: a quoted word without a digit or
    behind "column", "sheet", …, and the number in a name (Address 2). A pattern without it would
    answer the same question about another column too.
    """

    def value(found: re.Match[str]) -> str:
        said, before = found[0], text[: found.start()]
        if found["quoted"] is None:
            return said if _ends_in_name(before) else "*"
        named = _NAMED.search(before) is not None
        return "*" if not named and any(c.isdigit() for c in said) else said

    return _plainly(_VARIES.sub(value, text))


def _ends_in_name(before: str) -> bool:
    """Whether the last word has a capital that no beginning of a sentence asks for."""
    words = before.split()
    return (
        len(words) > 1
        and before[-1:].isspace()
        and words[-1][:1].isupper()
        and words[-2][-1] not in ".?!:;"
    )


def _plainly(text: str) -> str:
    """The text on one line, cut between words, without what no pattern may hold."""
    safe = "".join(c if c.isprintable() else " " if c.isspace() else "*" for c in text)
    safe = re.sub(r"\*[*\s]*\*", "*", " ".join(safe.replace("${env:", "*").split()))
    if len(safe) > _LONGEST_PATTERN:
        safe = safe[:_LONGEST_PATTERN].rpartition(" ")[0] or safe[:_LONGEST_PATTERN]
    return safe.strip().rstrip(".:;… ")


def _serves(pattern: str, text: str) -> bool:
    """Whether a pattern can stand in a spec and matches the text it was made from."""
    return (
        any(c.isalnum() for c in pattern)
        and not is_expression(pattern)
        and len(quoted(pattern)) <= _LONGEST_KEY
        and not matches_everything(pattern)
        and compile_pattern(pattern).matches(normalise(text))
    )


def _expression(folded: str) -> str:
    """For a text that no phrase can stand for: a regular expression of its beginning."""
    head = folded
    while len(quoted(f"/^{_escaped(head)}/")) > _LONGEST_KEY:
        head = head[: len(head) // 2]
    return f"/^{_escaped(head)}{'$' if head == folded else ''}/"


def _escaped(text: str) -> str:
    return "".join(c if c.isalnum() or c == " " else f"\\x{{{ord(c):x}}}" for c in text)


def _value(label: str) -> str:
    """A label as YAML: bare where it is unmistakably text, else quoted."""
    bare = _PLAIN_VALUE.fullmatch(label) is not None
    if bare and Scalar("", 1, 1, None, label, True).kind == "str" and label.isprintable():
        return label
    return quoted(label)
