"""One amount with its sign, out of the columns in which banks write it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vernctl.engine.author import author
from vernctl.engine.model import Column, InputFile, Template
from vernctl.engine.recipe.model import recipe_from_yaml, recipe_to_yaml


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Date,Payee,Debit,Credit\n2024-05-01,Ann,12.50,\n2024-05-02,Bob,,3.00\n",
            ["-12.50", "3.00"],
        ),
        (
            "Datum;Empfänger;Soll;Haben\n2024-05-01;Ann;12,50;0,00\n2024-05-02;Bob;0,00;3,00\n",
            ["-12,50", "3,00"],
        ),
        (
            "Date,Payee,Paid out,Paid in\n2024-05-01,Ann,-12.50,\n2024-05-02,Bob,,3.00\n",
            ["-12.50", "3.00"],
        ),
        (
            "Date,Payee,Withdrawals (SGD),Deposits (SGD)\n2024-05-01,Ann,12.50,\n"
            "2024-05-02,Bob,,3.00\n",
            ["-12.50", "3.00"],
        ),
        (
            "Datum,Tegenpartij,Af Bij,Bedrag\n2024-05-01,Ann,Af,12.50\n2024-05-02,Bob,Bij,3.00\n",
            ["-12.50", "3.00"],
        ),
        (
            "Date,Payee,Dr/Cr,Amount\n2024-05-01,Ann,DR,12.50\n2024-05-02,Bob,CR,3.00\n",
            ["-12.50", "3.00"],
        ),
        (
            "Date,Payee,Dr/Cr,Amount\n2024-05-01,Ann,DR,-12.50\n2024-05-02,Bob,CR,3.00\n",
            ["-12.50", "3.00"],
        ),
    ],
)
def test_money_out_is_less_than_nothing(tmp_path: Path, text: str, wanted: list[str]) -> None:
    path = tmp_path / "bank.csv"
    path.write_text(text, encoding="utf-8")
    columns = tuple(Column(name=name) for name in ("Date", "Payee", "Amount"))
    template = Template(slug="payments", name="Payments", columns=columns)
    made = author([InputFile(name="bank.csv", path=path)], [template], workdir=tmp_path)
    assert not made.questions
    assert [row[2] for row in made.sheets[0].rows] == wanted
    assert recipe_from_yaml(recipe_to_yaml(made.recipe)) == made.recipe


def test_both_columns_stay_apart_where_the_template_has_both(tmp_path: Path) -> None:
    path = tmp_path / "bank.csv"
    path.write_text("Date,Debit,Credit\n2024-05-01,12.50,\n2024-05-02,,3.00\n", encoding="utf-8")
    columns = tuple(Column(name=name) for name in ("Date", "Amount", "Inflow", "Outflow"))
    template = Template(slug="payments", name="Payments", columns=columns)
    made = author([InputFile(name="bank.csv", path=path)], [template], workdir=tmp_path)
    assert [row[1:] for row in made.sheets[0].rows] == [("", "", "12.50"), ("", "3.00", "")]
