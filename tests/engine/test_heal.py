"""What is certainly wrong in a cell is mended; what is not is asked, flagged or left."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from vernctl.engine.author import Authored, author
from vernctl.engine.model import Column, InputFile, Link, Template

Heal = Callable[..., Authored]
NUMBER = r"^-?\d+(\.\d+)?$"


@pytest.fixture
def heal(tmp_path: Path) -> Heal:
    """Author one column ``Value`` of these cells, beside a number of each row."""

    def run(
        column: Column,
        cells: Sequence[str],
        *,
        answers: Mapping[str, str] | None = None,
        messages: Sequence[str] = (),
        knowledge: str = "",
    ) -> Authored:
        lines = [f'{i}\t"{cell}"' for i, cell in enumerate(cells)]
        text = "\n".join([f"No\t{column.name}", *lines])
        (tmp_path / "rows.tsv").write_text(text + "\n", encoding="utf-8")
        template = Template(
            slug="rows", name="Rows", columns=(Column(name="No", unique=True), column)
        )
        files = [InputFile(name="rows.tsv", path=tmp_path / "rows.tsv")]
        return author(
            files,
            [template],
            knowledge=knowledge,
            messages=messages,
            answers=answers,
            workdir=tmp_path,
        )

    return run


def values_of(authored: Authored) -> list[str]:
    """The healed cells; no question may be open."""
    assert not authored.questions
    return [row[1] for row in authored.sheets[0].rows]


def test_numbers_are_read_in_the_notation_that_the_whole_column_proves(heal: Heal) -> None:
    total = Column(name="Total", strict=NUMBER)
    cells = ["606,18 €", "€ 1.617,19", "1 707,15 €", "1.234", "(5,00)", "7"]
    healed = values_of(heal(total, cells))
    assert healed == ["606.18", "1617.19", "1707.15", "1234", "-5.00", "7"]


def test_a_plain_number_stays_what_it_is(heal: Heal) -> None:
    cells = ["1.234", "12.5", "1,234.50", "0.055999999999999994", "7"]
    healed = values_of(heal(Column(name="Total", strict=NUMBER), cells))
    assert healed == ["1.234", "12.5", "1234.50", "0.055999999999999994", "7"]


def test_numbers_that_both_notations_can_mean_are_asked_about(heal: Heal) -> None:
    total = Column(name="Total", strict=NUMBER)
    (question,) = heal(total, ["1,234", "5,678"]).questions
    assert question.options == ("Decimal point, as in 1,234.5", "Decimal comma, as in 1.234,5")
    point = heal(total, ["1,234", "5,678"], answers={question.key: question.options[0]})
    comma = heal(total, ["1,234", "5,678"], answers={question.key: question.options[1]})
    assert (values_of(point), values_of(comma)) == (["1234", "5678"], ["1.234", "5.678"])


def test_knowledge_settles_how_numbers_are_written(heal: Heal) -> None:
    authored = heal(
        Column(name="Total", strict=NUMBER),
        ["1,234", "5,678"],
        knowledge="We are in Graz. Numbers use a decimal comma.",
    )
    assert values_of(authored) == ["1.234", "5.678"]


def test_one_unit_goes_and_several_are_asked_about(heal: Heal) -> None:
    size = Column(name="Size", strict=NUMBER)
    assert values_of(heal(size, ["12.5 oz", "16 OZ.", "7 ounces"])) == ["12.5", "16", "7"]
    (question,) = heal(size, ["12.5 kg", "16 g", "7"]).questions
    assert "units" in question.question


@pytest.mark.parametrize(
    ("cells", "healed"),
    [
        (["0.05", "0.06%", "0.07"], ["0.05", "0.06", "0.07"]),
        (["0.05", "6%", "0.07"], ["0.05", "0.06", "0.07"]),
    ],
)
def test_a_percent_sign_means_what_the_numbers_beside_it_say(
    heal: Heal, cells: list[str], healed: list[str]
) -> None:
    assert values_of(heal(Column(name="Share", strict=NUMBER), cells)) == healed


def test_a_word_for_nothing_is_blank_where_the_rule_refuses_it(heal: Heal) -> None:
    cells = ["7", "N/A", "-", "9"]
    assert values_of(heal(Column(name="Size", strict=NUMBER), cells)) == ["7", "", "", "9"]


def test_a_database_null_is_blank_where_it_stands_more_than_once(heal: Heal) -> None:
    assert values_of(heal(Column(name="Region"), ["NULL", "North", "NULL"])) == ["", "North", ""]
    assert values_of(heal(Column(name="Surname"), ["NULL", "North", "N/A"]))[0] == "NULL"


def test_yes_and_no_are_known_in_other_words(heal: Heal) -> None:
    column = Column(name="Active", one_of=("Yes", "No"))
    assert values_of(heal(column, ["1", "0", "ja", "FALSE", "yes"])) == [
        "Yes", "No", "Yes", "No", "Yes",
    ]  # fmt: skip


def test_countries_and_currencies_become_the_code_that_the_rule_asks_for(heal: Heal) -> None:
    country = Column(name="Country", strict="^[A-Z]{2}$")
    cells = ["Germany", "Österreich", "USA", "fr", "Atlantis"]
    assert values_of(heal(country, cells)) == ["DE", "AT", "US", "FR", "Atlantis"]
    currency = Column(name="Currency", strict="^[A-Z]{3}$")
    assert values_of(heal(currency, ["€", "Euro", "usd", "$"])) == ["EUR", "EUR", "USD", "$"]


def test_letters_read_in_the_wrong_encoding_are_put_right(heal: Heal) -> None:
    cells = ["MÃ¼nchen", "CafÃ©", "São Paulo", "donâ€™t"]
    assert values_of(heal(Column(name="City"), cells)) == ["München", "Café", "São Paulo", "don’t"]


def test_a_web_address_gets_its_scheme_and_keeps_its_case(heal: Heal) -> None:
    column = Column(name="Website", strict="^https?://")
    cells = ["www.acme.test", "HTTP://x.test/Path", "no site"]
    assert values_of(heal(column, cells)) == [
        "https://www.acme.test", "http://x.test/Path", "no site",
    ]  # fmt: skip


def test_a_cell_that_keeps_its_rule_is_never_changed_by_it(heal: Heal) -> None:
    column = Column(name="Code", strict="^[A-Z]{2}-|^x")
    assert values_of(heal(column, ["ab-1", "AB-2", "xy"])) == ["AB-1", "AB-2", "xy"]


def test_long_values_may_have_more_slips_than_short_ones(heal: Heal) -> None:
    allowed = ("voluntary private", "voluntary church", "yes", "no")
    authored = heal(Column(name="Owner", one_of=allowed), ["volunxary pxivxte", "yxs"])
    (question,) = authored.questions
    assert "yxs" in question.context
    assert "volunxary" not in question.context


def test_equal_rows_stay_where_no_unique_column_calls_them_doubles(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("What,When\nlogin,1\nlogin,1\nlogout,2\n", encoding="utf-8")
    template = Template(slug="log", name="Log", columns=(Column(name="What"), Column(name="When")))
    files = [InputFile(name="log.csv", path=tmp_path / "log.csv")]
    authored = author(files, [template], workdir=tmp_path)
    assert len(authored.sheets[0].rows) == 3
    assert "equal to an earlier one" in authored.notes[0]


def test_an_instruction_that_no_cell_needs_says_so(heal: Heal) -> None:
    authored = heal(Column(name="City"), ["Graz"], messages=["Make City title case."])
    assert authored.notes == ('No cell needed this, nothing changed: "Make City title case.".',)


def test_links_of_a_sheet_to_itself_and_in_a_circle_are_mended(tmp_path: Path) -> None:
    people, teams = tmp_path / "people.csv", tmp_path / "teams.csv"
    people.write_text("ID,Boss,Team\nE-1,,t.one\nE-2,e1,T-ONE\n", encoding="utf-8")
    teams.write_text("Team,Lead\nT One,e 2\n", encoding="utf-8")
    link = Link(template="people", column="ID")
    templates = [
        Template(
            slug="people",
            name="People",
            columns=(
                Column(name="ID", unique=True),
                Column(name="Boss", link=(link,)),
                Column(name="Team", link=(Link(template="teams", column="Team"),)),
            ),
        ),
        Template(
            slug="teams",
            name="Teams",
            columns=(Column(name="Team", unique=True), Column(name="Lead", link=(link,))),
        ),
    ]
    files = [InputFile(name=path.name, path=path) for path in (people, teams)]
    authored = author(files, templates, workdir=tmp_path)
    assert authored.sheets[0].rows == (("E-1", "", "T One"), ("E-2", "E-1", "T One"))
    assert authored.sheets[1].rows == (("T One", "E-2"),)
    assert not any(sheet.invalid for sheet in authored.sheets)


def test_a_quoted_column_is_a_column_and_a_constant_keeps_the_rule(tmp_path: Path) -> None:
    text = "Email,Other mail\na@x.test,\n,b@x.test\n"
    (tmp_path / "mail.csv").write_text(text, encoding="utf-8")
    column = Column(name="Email", strict="^[^@ ]+@[^@ ]+$")
    template = Template(slug="mail", name="Mail", columns=(column,))
    files = [InputFile(name="mail.csv", path=tmp_path / "mail.csv")]

    def filled_with(message: str) -> Authored:
        return author(files, [template], messages=[message], workdir=tmp_path)

    filled = filled_with('If Email is empty, use "Other mail" instead.')
    assert filled.sheets[0].rows == (("a@x.test",), ("b@x.test",))
    questions = filled_with('If Email is empty, use "nobody" instead.').questions
    assert any('"nobody" breaks the rule of Email' in each.context for each in questions)


def test_a_quoted_text_is_removed_as_it_stands(heal: Heal) -> None:
    cells = ["12 pcs", "7 pcs"]
    healed = heal(Column(name="Size"), cells, messages=['Remove " pcs" from Size.'])
    assert values_of(healed) == ["12", "7"]
