"""Hand-built outcomes that cover every status, shared by the tests of every renderer."""

from __future__ import annotations

from decimal import Decimal

import pytest

from vernctl.diff.model import (
    AddedRow,
    Cause,
    CellChange,
    ChangeGroup,
    ChangeKind,
    CheckResult,
    ColumnOrigin,
    Diff,
    InvalidGroup,
    Provenance,
    Recoding,
    RemovedRow,
    RowChange,
    SheetDiff,
    SheetOrigin,
    UnfedTable,
    UnusedColumn,
    Validity,
)
from vernctl.workflow.outcome import (
    AskedOption,
    Cost,
    ErrorOutcome,
    HealedColumn,
    InputSummary,
    QuestionOutcome,
    SpecOutcome,
    Step,
    Verification,
)

OLD, NEW = "3f9c21a" + "0" * 57, "88e0d15" + "0" * 57
ADDRESS = "acme-001-9f2c41aa07be"
INPUTS = (
    InputSummary(name="companies.csv", size=812, sha256="a" * 64, rows=12),
    InputSummary(name="contacts.csv", size=140_000, sha256="b" * 64, rows=1450),
)


def _changed(row: int, column: str, old: str, new: str, kind: ChangeKind) -> RowChange:
    cell = CellChange(column=column, old=old, new=new, kind=kind)
    return RowChange(key=(f"{row}@x.test",), old_row=row, new_row=row, cells=(cell,))


def contacts_diff() -> SheetDiff:
    """350 changed rows in three groups, one row gone, two new, validity both ways."""
    changed = [_changed(i, "Status", "CANCELLED", "Closed", "mapped") for i in range(312)]
    changed += [
        _changed(400 + i, "Phone", f" 030 {i} ", f"030 {i}", "white_space") for i in range(35)
    ]
    changed += [_changed(500 + i, "Email", "", f"info{i}@globex.test", "filled") for i in range(3)]
    return SheetDiff(
        slug="contacts",
        name="Contacts",
        key=("Email",),
        key_source="template",
        columns=("Email", "Status", "Phone", "Owner"),
        columns_before=("Email", "Status", "Phone", "Fax"),
        rows=1450,
        rows_before=1449,
        added=(
            AddedRow(key=("new@x.test",), new_row=3, cells=("new@x.test", "Open", "", "")),
            AddedRow(key=("newer@x.test",), new_row=4, cells=("newer@x.test", "Open", "", "")),
        ),
        removed=(RemovedRow(key=("old@x.test",), old_row=9, cells=("old@x.test", "Open", "", "")),),
        changed=tuple(changed),
        groups=(
            ChangeGroup(column="Status", kind="mapped", count=312, old="CANCELLED", new="Closed"),
            ChangeGroup(
                column="Phone", kind="white_space", count=35, examples=((" 030 1 ", "030 1"),)
            ),
            ChangeGroup(
                column="Email", kind="filled", count=3, examples=(("", "info0@globex.test"),)
            ),
        ),
        invalid=4,
        invalid_before=12,
        validity=(
            Validity(key=("a",), column="Phone", message="Bad pattern", now_invalid=True),
            Validity(key=("b",), column="Status", message="Not allowed", now_invalid=False),
        ),
        causes=(Cause(kind="message", ref="2 is new", sheet="contacts"),),
    )


def companies_diff() -> SheetDiff:
    """A whole sheet in which nothing has changed."""
    return SheetDiff(
        slug="companies",
        name="Companies",
        key=("Name",),
        key_source="template",
        columns=("Name",),
        columns_before=("Name",),
        rows=9,
        rows_before=9,
        sample_of=9,
    )


def needs_approval() -> SpecOutcome:
    """A plan that changed the preview of an approved spec."""
    return SpecOutcome(
        name="acme",
        path="specs/acme.yaml",
        status="changed",
        title="Acme Corp",
        source="Salesforce",
        endpoint="embedded",
        address=ADDRESS,
        migration_id="m-1",
        run_id="r-1",
        digest=NEW,
        base_digest=OLD,
        inputs=INPUTS,
        steps=(Step(kind="update", reason="message 2 is new", agent_calls=1, detail="1 message"),),
        cost=Cost(agent=1, agent_max=2),
        apply_calls=1,
        causes=(Cause(kind="message", ref="2 is new", sheet="contacts"),),
        diff=Diff(base_digest=OLD, digest=NEW, sheets=(companies_diff(), contacts_diff())),
        checks=(
            CheckResult(
                name="removed_rows", sheet="contacts", limit="10 %", actual="<1 %", ok=True
            ),
            CheckResult(
                name="rows", sheet="contacts", limit="1,000", actual="", ok=True, phase="import"
            ),
        ),
    )


def first_import() -> SpecOutcome:
    """A first plan with provenance, an answered question and every kind of step."""
    origin = SheetOrigin(
        slug="contacts",
        name="Contacts",
        rows=1412,
        files=("contacts.csv",),
        rows_read=1430,
        doubles=14,
        unexplained=4,
        columns=(
            ColumnOrigin(
                column="Email",
                filled=1384,
                distinct=1383,
                file="contacts.csv",
                sources=("Work E-mail",),
                how="lower case",
            ),
            ColumnOrigin(
                column="First Name",
                filled=1412,
                distinct=611,
                file="contacts.csv",
                sources=("Full name",),
                how="a part of it",
            ),
            ColumnOrigin(
                column="Status",
                filled=1412,
                distinct=2,
                file="contacts.csv",
                sources=("Lifecycle",),
                how="recoded",
                recodings=(
                    Recoding(old=("lead", "MQL", "SQL"), new="Open", count=901),
                    Recoding(old=("customer",), new="Closed", count=511),
                ),
            ),
            ColumnOrigin(column="Owner", filled=0, distinct=0, how="from no column"),
        ),
    )
    sheet = SheetDiff(
        slug="contacts",
        name="Contacts",
        columns=("Email", "First Name", "Status", "Owner"),
        rows=1412,
        is_new=True,
        invalid=6,
        invalid_groups=(
            InvalidGroup(column="Email", message="Required field is empty", count=4),
            InvalidGroup(column="Phone", message="Value does not match pattern", count=2),
        ),
    )
    return SpecOutcome(
        name="globex",
        path="specs/globex.yaml",
        status="changed",
        title="Globex GmbH",
        source="HubSpot",
        endpoint="us",
        digest=NEW,
        first_import=True,
        inputs=INPUTS,
        steps=(
            Step(kind="create", reason="the address is unknown", detail="globex-014-9f2c41aa07be"),
            Step(kind="upload", reason="", detail="companies.csv, contacts.csv"),
            Step(kind="generate", reason="a first preview", agent_calls=1),
            Step(kind="answer", reason="", detail="1 question", agent_calls=1),
            Step(kind="update", reason="", detail="2 messages, in one", agent_calls=1),
        ),
        cost=Cost(create=1, generate=1, agent=3, agent_max=5),
        apply_calls=1,
        questions=(
            QuestionOutcome(
                question="37 Status values aren't one of the allowed options",
                status="answered",
                answer="Map them all to 'Open'",
                rule="* values aren't one of the allowed options",
                rule_place="specs/globex.yaml:21",
            ),
        ),
        heals=(
            HealedColumn(
                slug="contacts",
                column="First Name",
                what="misspelling, as other rows have it",
                cells=1,
                before="Ana \x1b[31m",
                after="Anna",
            ),
            HealedColumn(slug="contacts", column="Email", what="lower case", cells=38),
            HealedColumn(slug="contacts", column="Status", what="seen", cells=9, approved=True),
        ),
        remarks=('Contacts: 1 unlikely cell of City left as found: "Hambrg \x1b[2J".',),
        diff=Diff(base_digest=None, digest=NEW, sheets=(sheet,)),
        provenance=Provenance(
            sheets=(origin,),
            unused=(
                UnusedColumn(file="contacts.csv", column="Fax", filled=Decimal("0.4")),
                UnusedColumn(file="contacts.csv", column="E-mail 2", filled=Decimal("0.12")),
            ),
            unfed=(UnfedTable(file="leads.csv", table="leads.csv", rows=30),),
        ),
    )


def blocked() -> SpecOutcome:
    """A run that waits for a question without a rule."""
    return SpecOutcome(
        name="acme",
        path="specs/acme.yaml",
        status="blocked",
        title="Acme Corp",
        endpoint="embedded",
        inputs=INPUTS,
        steps=(Step(kind="generate", reason="a first preview", agent_calls=1),),
        cost=Cost(generate=1, agent=1, agent_max=2),
        answers_place="specs/acme.yaml:18",
        questions=(
            QuestionOutcome(
                question="Which of two columns is Email?",
                context='contacts.csv has "Work E-mail" (98 % filled) and "E-mail 2" (12 %).',
                options=(
                    AskedOption(id="o1", label="Work E-mail"),
                    AskedOption(id="o2", label="E-mail 2"),
                ),
                status="unanswered",
                stanza='"Which of two columns is Email": Work E-mail',
            ),
        ),
        next="vernctl plan specs/acme.yaml",
    )


def applied() -> SpecOutcome:
    """An import that was verified."""
    return SpecOutcome(
        name="acme",
        path="specs/acme.yaml",
        status="applied",
        command="apply",
        title="Acme Corp",
        endpoint="embedded",
        digest=OLD,
        base_digest=OLD,
        inputs=INPUTS,
        facts=("approved 3f9c21a by the merge of 4b1d",),
        report={"inserted": 1459, "invalidCellCount": 4, "perSheet": [], "coverage": None},
        verification=Verification(sample_rows=1450, present=1450, healed=1),
        checks=(
            CheckResult(
                name="rows",
                sheet="contacts",
                limit="1,000",
                actual="1,450",
                ok=True,
                phase="import",
            ),
        ),
        outputs=("out/acme/companies.csv", "out/acme/contacts.csv"),
        receipt="0017 · 41c0e2",
        seconds=2.13,
    )


def refused() -> SpecOutcome:
    """A stale approval, with what moved."""
    return needs_approval().model_copy(
        update={
            "status": "refused",
            "command": "apply",
            "steps": (),
            "error": ErrorOutcome(
                kind="refused",
                message="approved for a preview that is no longer there",
                reasons=("approved 3f9c21a", "now 88e0d15: contacts.csv has changed"),
                remote="Nothing was executed.",
                next="vernctl plan specs/acme.yaml",
            ),
        }
    )


def check_failed() -> SpecOutcome:
    """A plan whose preview breaks a limit, and one limit that is overridden."""
    return needs_approval().model_copy(
        update={
            "status": "refused",
            "checks": (
                CheckResult(
                    name="removed_rows", sheet="contacts", limit="5 %", actual="31 %", ok=False
                ),
                CheckResult(
                    name="invalid_rows",
                    sheet=None,
                    limit="12",
                    actual="40",
                    ok=True,
                    overridden="agreed with the customer",
                ),
            ),
        }
    )


def waiting() -> SpecOutcome:
    """The account's hour is used up."""
    return SpecOutcome(
        name="acme",
        path="specs/acme.yaml",
        status="waiting",
        endpoint="us",
        resume_at="2026-11-21T14:05:00+00:00",
        error=ErrorOutcome(
            kind="quota",
            message="needs 1 generate; this account's hour has none left",
            remote="Nothing was lost.",
        ),
    )


def failed() -> SpecOutcome:
    """A run that ended badly."""
    return SpecOutcome(
        name="globex",
        path="specs/globex.yaml",
        status="failed",
        endpoint="us",
        error=ErrorOutcome(
            kind="not_found",
            message='the source "Salesfroce" isn\'t in this account',
            place="specs/globex.yaml:4:11",
            reasons=('did you mean "Salesforce"?',),
            remote="Nothing was sent.",
            next="edit specs/globex.yaml:4",
        ),
    )


def not_as_approved() -> SpecOutcome:
    """An import in which approved rows are missing."""
    return applied().model_copy(
        update={
            "status": "not_as_approved",
            "verification": Verification(
                sample_rows=1450, present=1447, problems=("contacts: 3 approved rows are missing",)
            ),
            "outputs": ("out/acme.held/contacts.csv",),
        }
    )


def partial() -> SpecOutcome:
    """An execute that ended badly after rows were written."""
    return SpecOutcome(
        name="acme",
        path="specs/acme.yaml",
        status="partial",
        command="apply",
        endpoint="us",
        error=ErrorOutcome(
            kind="partial",
            message="the execute failed after 700 rows were written",
            remote="700 rows are in the account.",
            next="vernctl apply specs/acme.yaml --retry",
        ),
    )


def unchanged() -> SpecOutcome:
    """Imported already; nothing to do."""
    return SpecOutcome(
        name="initech",
        path="specs/initech.yaml",
        status="unchanged",
        title="Initech",
        endpoint="embedded",
        digest=OLD,
        base_digest=OLD,
        inputs=INPUTS,
        facts=("imported on 2026-11-20, 1,459 rows",),
        diff=Diff(base_digest=OLD, digest=OLD, sheets=(companies_diff(),)),
    )


def approved() -> SpecOutcome:
    """A snapshot was written."""
    return needs_approval().model_copy(
        update={
            "status": "approved",
            "command": "approve",
            "steps": (),
            "facts": ("wrote specs/acme.snapshot/ (88e0d15)",),
        }
    )


def held() -> SpecOutcome:
    """Skipped on purpose."""
    return SpecOutcome(
        name="hooli", path="specs/hooli.yaml", status="held", facts=("held: waits for a contract",)
    )


def closed() -> SpecOutcome:
    """Done for good."""
    return SpecOutcome(
        name="pied", path="specs/pied.yaml", status="closed", facts=("closed: customer left",)
    )


ALL = {
    "first_import": first_import(),
    "needs_approval": needs_approval(),
    "blocked": blocked(),
    "applied": applied(),
    "refused": refused(),
    "check_failed": check_failed(),
    "waiting": waiting(),
    "failed": failed(),
    "not_as_approved": not_as_approved(),
    "partial": partial(),
    "unchanged": unchanged(),
    "approved": approved(),
    "held": held(),
    "closed": closed(),
}


@pytest.fixture
def outcomes() -> dict[str, SpecOutcome]:
    """Every hand-built outcome by name."""
    return dict(ALL)
