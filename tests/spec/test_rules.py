"""Answer rules as they are written: what is accepted, and what is refused before it can mislead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from vernctl.spec.patterns import looks_secret

if TYPE_CHECKING:
    from tests.spec.conftest import Workshop


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('"*": a', '"*" matches every question; name what the question says'),
        ('" ** ": a', '" ** " matches every question'),
        ("/.*/: a", '"/.*/" matches every question'),
        ("/(?=x)/: a", '"/(?=x)/" is not a regular expression: invalid perl operator: (?='),
        (f"{'a' * 1001}: b", "cannot be used: longer than 1000 characters"),
        ("q: []", "this list is empty"),
        ("q: [[a]]", "not a list in a list"),
        ("q: {say: a, choose: b}", "an answer rule has either `choose` (a label) or `say`"),
        ("q: {context: a}", "an answer rule has either `choose` (a label) or `say`"),
        ("q: {}", "an answer rule has either `choose` (a label) or `say`"),
        ("q: {say: a, context: '*'}", '"*" matches every question'),
        ("q: {say: a, context: no}", 'context is the YAML boolean false; quote it: "no"'),
        ("q: {say: a, options: []}", "options names the labels that must be offered; it is empty"),
        ("q: {say: a, options: [1]}", 'an option is the YAML number 1; quote it: "1"'),
        ("q: {say: a, during: never}", 'during must be plan, apply or any, not "never"'),
        ("q: {say: a, times: 0}", 'times must be a whole number from 1, not "0"'),
        ("q: {say: a, sheet: [b]}", "sheet must be text, not a list"),
        ("q: {say: a, colunm: b}", 'unknown key "colunm" (did you mean "column"?)'),
        ('"Two  Things": a, "two things*": b', "the same pattern"),
        ("[q]", "answers must be a map (key: value), not a list"),
    ],
)
def test_a_rule_that_could_mislead_is_refused(workshop: Workshop, written: str, said: str) -> None:
    body = written if written.startswith("[") else f"{{{written}}}"
    problems = workshop.problems(f"answers: {body}\n")
    assert said in problems[0]


def test_two_rules_for_one_pattern_are_a_list(workshop: Workshop) -> None:
    rules = workshop.load("answers: {q: [a, {say: b, times: 1}]}\n").answers
    assert [(rule.pattern, rule.text, str(rule.place)) for rule in rules] == [
        ("q", "a", "specs/acme.yaml:3:15"),
        ("q", "b", "specs/acme.yaml:3:18"),
    ]


SECRETS = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "AKIAIOSFODNN7EXAMPLE",
    "sk-proj-abcdefghijklmnop1234",
    "ghp_abcdefghijklmnopqrst1234",
    "xoxb-1234567890-abc",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2ln",
    "password: hunter22",
    "pwd=hunter22",
    "Bearer abcdefghij1234567890",
    "postgres://me:hunter22@db/x",
    "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("form", ["q: '{}'", "q: {{say: '{}'}}", "q: {{choose: '{}'}}"])
def test_an_answer_that_looks_like_a_secret_is_refused_and_not_repeated(
    workshop: Workshop, secret: str, form: str
) -> None:
    problems = workshop.problems(f"answers: {{{form.format(secret)}}}\n")
    assert any("looks like a secret" in problem for problem in problems)
    assert not any(secret in problem for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "Map them all to 'Open'",
        "DD/MM/YYYY",
        "Use the company domain: it is the same for all rows",
        "9f2c41aa07be9f2c41aa07be9f2c41aa07be9f2c",
        "123e4567-e89b-12d3-a456-426614174000",
        "a_very_long_identifier_of_a_column_in_a_file",
        "Keep the rows whose Token column is empty",
    ],
)
def test_an_ordinary_answer_is_no_secret(text: str) -> None:
    assert not looks_secret(text)
