"""One export with companies and contacts in it: every row gets to its sheet, or is asked about."""

from __future__ import annotations

from pathlib import Path
from typing import Any

EXPORT = """\
Record Type,Name,Email,Domain
Organisation,Acme,,acme.test
Person,Ann Lee,ann@acme.test,
Lead,Di Roe,di@x.test,
Person,Cy Fox,cy@globex.test,
"""
CATALOG = """\
sources: [{name: Salesforce}]
templates:
  - slug: companies
    name: Companies
    columns: [{name: Name, required: true, unique: true}, {name: Domain}]
  - slug: contacts
    name: Contacts
    columns: [{name: Email, required: true, unique: true, strict: "@"}, {name: Name}]
"""
ANSWER = """
answers: {"* no sheet. Where do they belong?": Leave them out}
"""


def test_rows_are_imported_into_the_sheets_that_their_type_names(
    project: Path, vernctl: Any
) -> None:
    (project / "catalog.yaml").write_text(CATALOG)
    (project / "data" / "contacts.csv").unlink()
    (project / "data" / "export.csv").write_text(EXPORT)
    spec = project / "specs" / "acme.yaml"
    text = spec.read_text().replace("contacts.csv", "export.csv")
    spec.write_text(text)
    asked = vernctl("plan")
    assert asked.code == 3
    assert "1 row names no sheet. Where do they belong?" in " ".join(asked.out.split())
    spec.write_text(text + ANSWER)
    planned = vernctl("plan")
    assert planned.code == 2
    assert "4 read → 2 · 1 in another sheet · 1 unexplained" in planned.out
    assert "1 row of another Record Type left out" in " ".join(planned.out.split())
    assert vernctl("approve", "specs/acme.yaml").code == 0
    assert vernctl("apply").code == 0
    written = {
        path.stem: path.read_text().splitlines() for path in (project / "out/acme").glob("*.csv")
    }
    assert written["companies"] == ["Name,Domain", "Acme,acme.test"]
    assert written["contacts"] == ["Email,Name", "ann@acme.test,Ann Lee", "cy@globex.test,Cy Fox"]
