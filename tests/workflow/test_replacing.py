"""An import that replaces another: the old rows are kept, and what is new is told."""

from bench import CONTACTS, Bench


def import_again(bench: Bench) -> None:
    bench.spec_text(("  - upper Name\n", "  - upper Name\n  - upper Note\n"))
    bench.approved()


def test_what_is_replaced_is_exported_before(work_bench: Bench) -> None:
    work_bench.spec_text(("export:", "review: {backup: true}\nexport:"))
    work_bench.imported()
    import_again(work_bench)
    outcome = work_bench.apply()
    assert outcome.facts[0].startswith("REPLACED")
    kept = work_bench.root / ".vernctl" / "backups" / "acme" / "before-0002" / "contacts.csv"
    assert "a@x.test,ANN,one" in kept.read_text()


def test_without_the_wish_nothing_is_backed_up(work_bench: Bench) -> None:
    work_bench.imported()
    import_again(work_bench)
    assert work_bench.apply().status == "applied"
    assert not (work_bench.root / ".vernctl" / "backups").exists()


def test_a_delta_holds_the_rows_that_are_new_changed_or_gone(work_bench: Bench) -> None:
    work_bench.imported()
    work_bench.data(CONTACTS.replace("Bob", "Bobby") + "d@x.test,Dan,four\n")
    work_bench.imported()
    delta = (work_bench.root / "out" / "acme" / "contacts.delta.csv").read_text().splitlines()
    assert delta == [
        "_change,Email,Name,Note",
        "added,d@x.test,DAN,four",
        "changed,b@x.test,BOBBY,two",
    ]


def test_results_that_a_person_edited_are_no_base_for_a_delta(work_bench: Bench) -> None:
    work_bench.imported()
    (work_bench.root / "out" / "acme" / "contacts.csv").write_text("Email,Name,Note\n")
    work_bench.data(CONTACTS + "d@x.test,Dan,four\n")
    work_bench.imported()
    assert not (work_bench.root / "out" / "acme" / "contacts.delta.csv").exists()
