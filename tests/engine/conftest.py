"""A small customer: two messy exports, their templates, and what authoring gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Link, Template

COMPANIES = """Company,Web Site,Country
Acme,https://www.acme.test,DE
Globex ,globex.test,US
 Initech,initech.test,
"""
CONTACTS = """Work E-mail,Full name,Lifecycle,Company,Phone No,Signed up,Fax
 A@acme.test,ann smith,open,Acme, 030 1 ,1/2/2024,1
,bob jones,CLOSED,globex,040-2,3/4/2024,2
c@x.test,"carl
dee",Opne,ini-tech,,5/6/2024,3
c@x.test,"carl
dee",Opne,ini-tech,,5/6/2024,3
c@X.test,carl d. ee,Lead,Hooli,,,4
"""


@pytest.fixture(scope="session")
def templates() -> tuple[Template, ...]:
    return (
        Template(
            slug="companies",
            name="Companies",
            columns=(
                Column(name="Name", required=True, unique=True),
                Column(name="Domain"),
                Column(name="Country"),
            ),
        ),
        Template(
            slug="contacts",
            name="Contacts",
            columns=(
                Column(name="Email", required=True, unique=True, strict="^[^@ ]+@[^@ ]+$"),
                Column(name="First Name"),
                Column(name="Last Name"),
                Column(name="Status", one_of=("Open", "Closed")),
                Column(name="Company", link=(Link(template="companies", column="Name"),)),
                Column(name="Phone"),
                Column(name="Signed Up"),
                Column(name="Owner", required=True),
            ),
        ),
    )


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[InputFile, ...]:
    folder = tmp_path_factory.mktemp("customer")
    (folder / "companies.csv").write_text(COMPANIES, encoding="utf-8")
    (folder / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    return tuple(
        InputFile(name=name, path=folder / name) for name in ("companies.csv", "contacts.csv")
    )


Work = Callable[..., Authored]


@pytest.fixture
def work(
    files: Sequence[InputFile], templates: Sequence[Template], tmp_path: Path
) -> Callable[[Sequence[str], Mapping[str, str]], Authored]:
    """Author with the small customer: (messages, answers by key)."""

    def run(messages: Sequence[str] = (), answers: Mapping[str, str] | None = None) -> Authored:
        return author(files, templates, messages=messages, answers=answers, workdir=tmp_path)

    return run


@pytest.fixture(scope="session")
def asked(
    files: Sequence[InputFile],
    templates: Sequence[Template],
    tmp_path_factory: pytest.TempPathFactory,
) -> Authored:
    """What the small customer's files leave open."""
    return author(files, templates, workdir=tmp_path_factory.mktemp("asked"))


@pytest.fixture(scope="session")
def answers(asked: Authored) -> dict[str, str]:
    """The first option of every question."""
    return {question.key: question.options[0] for question in asked.questions}


@pytest.fixture(scope="session")
def settled(
    files: Sequence[InputFile],
    templates: Sequence[Template],
    answers: Mapping[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Authored:
    """The small customer with every question answered by its first option."""
    folder = tmp_path_factory.mktemp("settled")
    return author(files, templates, answers=answers, workdir=folder)
