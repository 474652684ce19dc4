"""Limits that bind on every row: held again after the import, from YAML to the outcome."""

import pytest
from bench import Bench


@pytest.mark.parametrize(
    ("checks", "name"),
    [
        ("{invalid_rows: {count: 0}}", "invalid_rows"),
        ("{filled: {Email: 99%}}", "filled"),
        ("{sheets: {contacts: {filled: {Email: 99%}}}}", "filled"),
        ("{removed_rows: {count: 0}}", "removed_rows"),
        ("{changed_rows: {count: 0}}", "changed_rows"),
        ("{rows: {min: 4}}", "rows"),
    ],
)
def test_a_limit_of_the_spec_refuses_what_exceeds_it(
    work_bench: Bench, checks: str, name: str
) -> None:
    if name in ("removed_rows", "changed_rows"):
        work_bench.imported()
        work_bench.data("Email,Name,Note\na@x.test,Ann,other\n,Cid,three\n")
    work_bench.spec_text(("export:", f"checks: {checks}\nexport:"))
    outcome = work_bench.plan()
    assert outcome.exit_code == 4
    assert [check.name for check in outcome.checks if not check.ok] == [name]
    assert work_bench.approve().exit_code == 4


def test_a_row_limit_on_all_rows_is_held_after_the_import_too(work_bench: Bench) -> None:
    work_bench.spec_text(("export:", "checks: {rows: {min: 3}}\nexport:"))
    work_bench.agent.loses = 1
    outcome = work_bench.imported()
    assert outcome.exit_code == 6
    assert [(check.name, check.phase) for check in outcome.checks if not check.ok] == [
        ("rows", "import")
    ]


def test_an_override_for_this_digest_lets_it_pass_and_says_why(work_bench: Bench) -> None:
    work_bench.spec_text(("export:", "checks: {invalid_rows: {count: 0}}\nexport:"))
    digest = work_bench.plan().digest
    assert digest is not None
    override = (
        f"{{check: invalid_rows, sheet: contacts, digest: '{digest[:7]}', "
        "reason: agreed with the customer, expires: 2099-12-31}"
    )
    work_bench.spec_text(
        (
            "checks: {invalid_rows: {count: 0}}",
            f"checks: {{invalid_rows: {{count: 0}}, overrides: [{override}]}}",
        )
    )
    outcome = work_bench.imported()
    assert outcome.status == "applied", outcome
    (overridden,) = [check.overridden for check in outcome.checks if check.overridden]
    assert "agreed with the customer" in overridden
