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


def _rows(count: int, *, invalid: int = 0, note: str = "n") -> str:
    lines = [f"p{n}@x.test,Ann {n},{note}" for n in range(invalid, count)]
    return "\n".join(["Email,Name,Note", *(f",Ann {n},{note}" for n in range(invalid)), *lines, ""])


@pytest.mark.parametrize(
    ("checks", "before", "after", "refused"),
    [
        ("{}", _rows(30), _rows(26), ["removed_rows"]),
        ("{}", _rows(30), _rows(27), []),
        ("{removed_rows: 5%}", _rows(30), _rows(28), ["removed_rows"]),
        ("{removed_rows: {share: 50%, count: 1}}", _rows(30), _rows(28), ["removed_rows"]),
        ("{sheets: {contacts: {removed_rows: 50%}}}", _rows(30), _rows(26), []),
        (
            "{removed_rows: 50%, sheets: {contacts: {removed_rows: 1%}}}",
            *(_rows(30), _rows(29), ["removed_rows"]),
        ),
        # Of a small table one row is soon a large share: below 20 rows it takes two of them.
        ("{}", _rows(5), _rows(4), []),
        ("{}", _rows(5), _rows(3), ["removed_rows"]),
        # An emptied sheet is never let pass by a share.
        ("{removed_rows: 100%}", _rows(5), _rows(0), ["removed_rows"]),
        ("{}", _rows(30), _rows(30, invalid=4), ["invalid_rows"]),
        ("{}", _rows(30), _rows(30, invalid=3), []),
        ("{changed_rows: 5%}", _rows(30), _rows(30, note="m"), ["changed_rows"]),
        ("{changed_rows: 100%}", _rows(30), _rows(30, note="m"), []),
        (
            "{changed_rows: 100%, sheets: {contacts: {changed_rows: {count: 29}}}}",
            *(_rows(30), _rows(30, note="m"), ["changed_rows"]),
        ),
        (
            "{invalid_rows: {count: 9}, sheets: {contacts: {invalid_rows: {count: 3}}}}",
            *(_rows(30), _rows(30, invalid=4), ["invalid_rows"]),
        ),
        ("{sheets: {contacts: {invalid_rows: 50%}}}", _rows(30), _rows(30, invalid=4), []),
        (
            "{rows: {min: 1}, sheets: {contacts: {rows: {min: 31}}}}",
            *(_rows(29), _rows(30), ["rows"]),
        ),
        (
            "{filled: {Email: 50%}, sheets: {contacts: {filled: {Email: 95%}}}}",
            *(_rows(30), _rows(30, invalid=2), ["filled"]),
        ),
    ],
)
def test_what_a_change_may_do_is_limited_by_share_and_count(
    work_bench: Bench, checks: str, before: str, after: str, refused: list[str]
) -> None:
    work_bench.data(before)
    work_bench.approved()
    work_bench.spec_text(("export:", f"checks: {checks}\nexport:"))
    work_bench.data(after)
    outcome = work_bench.plan()
    assert [check.name for check in outcome.checks if not check.ok] == refused
    assert outcome.exit_code == (4 if refused else 2)
    assert work_bench.approve().exit_code == (4 if refused else 0)


@pytest.mark.parametrize(
    ("checks", "refused"),
    [
        ("{}", ["dropped_columns"]),
        ("{dropped_columns: {count: 1}}", []),
        ("{sheets: {contacts: {dropped_columns: {count: 1}}}}", []),
        (
            "{dropped_columns: {count: 1}, sheets: {contacts: {dropped_columns: {count: 0}}}}",
            ["dropped_columns"],
        ),
    ],
)
def test_a_column_that_is_gone_is_refused_unless_the_spec_lets_it_go(
    work_bench: Bench, checks: str, refused: list[str]
) -> None:
    work_bench.spec_text(("export:", f"checks: {checks}\nexport:"))
    work_bench.approved()
    catalog = work_bench.root / "catalog.yaml"
    catalog.write_text(catalog.read_text().replace("      - {name: Note}\n", ""))
    outcome = work_bench.plan(refresh=True)
    assert [check.name for check in outcome.checks if not check.ok] == refused
    assert outcome.exit_code == (4 if refused else 2)


@pytest.mark.parametrize(
    ("checks", "refused"),
    [
        ("{}", ["unexplained"]),
        ("{unexplained: {count: 3}}", []),
        ("{unexplained: {count: 2}}", ["unexplained"]),
        ("{unexplained: 100%}", []),
        ("{unexplained: 100%, sheets: {contacts: {unexplained: {count: 0}}}}", ["unexplained"]),
    ],
)
def test_what_nobody_can_explain_is_refused_unless_the_spec_bears_with_it(
    work_bench: Bench, checks: str, refused: list[str]
) -> None:
    work_bench.spec_text(("export:", f"checks: {checks}\nexport:"))
    work_bench.approved()
    work_bench.agent.drift = "drifted"
    outcome = work_bench.plan(refresh=True)
    assert [check.name for check in outcome.checks if not check.ok] == refused
    assert outcome.exit_code == (4 if refused else 2)
    assert work_bench.approve().exit_code == (4 if refused else 0)


def test_what_was_approved_under_other_limits_is_refused_by_todays(work_bench: Bench) -> None:
    work_bench.approved()
    work_bench.spec_text(("export:", "checks: {invalid_rows: {count: 0}}\nexport:"))
    planned = work_bench.plan()
    assert planned.exit_code == 4
    work_bench.sent()
    outcome = work_bench.apply()
    assert outcome.exit_code == 4
    assert outcome.error is not None
    assert outcome.error.reasons == ("contacts: invalid_rows 1 of 0",)
    assert work_bench.sent() == []
    work_bench.spec_text(("count: 0", "count: 1"))
    assert work_bench.apply().status == "applied"


@pytest.mark.parametrize(("digest", "expires"), [("0123456", "2099-12-31"), ("THIS", "2026-01-01")])
def test_an_override_for_another_digest_or_of_another_day_lets_nothing_pass(
    work_bench: Bench, digest: str, expires: str
) -> None:
    work_bench.spec_text(("export:", "checks: {invalid_rows: {count: 0}}\nexport:"))
    found = work_bench.plan().digest or ""
    digest = digest.replace("THIS", found[:7])
    override = f"{{check: invalid_rows, digest: '{digest}', reason: agreed, expires: {expires}}}"
    work_bench.spec_text(("{count: 0}}", f"{{count: 0}}, overrides: [{override}]}}"))
    assert work_bench.plan().exit_code == 4
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
