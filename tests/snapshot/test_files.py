"""Snapshots on disk: exact, atomic, and not believed once they were touched."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vernctl.errors import SnapshotError
from vernctl.snapshot.build import make_snapshot
from vernctl.snapshot.files import (
    read_snapshot,
    read_snapshot_with,
    snapshot_files,
    write_snapshot,
)
from vernctl.snapshot.model import Inputs, RecordedQuestion, Snapshot
from vernctl.snapshot.sheet import InvalidCell, Sheet
from vernctl.spec.model import Review


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_what_is_read_is_what_was_written(
    data: st.DataObject, any_sheet: st.SearchStrategy[Sheet], any_cell: st.SearchStrategy[str]
) -> None:
    sheet = data.draw(any_sheet)
    text = data.draw(any_cell)
    inputs = Inputs(endpoint=text, external_id="x", knowledge=text, refinements=(text, "b\n c"))
    key = data.draw(st.lists(st.sampled_from(sheet.columns), unique=True)) if sheet.columns else []
    snapshot = make_snapshot(
        inputs,
        [sheet],
        Review(key={"contacts": tuple(key)}),
        questions=[RecordedQuestion(question=text, context=text, answer=text, rule=text)],
    )
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root, "acme.snapshot")
        write_snapshot(folder, snapshot, "review")
        assert read_snapshot(folder) == snapshot


def test_the_folder_reads_like_this(made: Snapshot, snapshot: object) -> None:
    files = snapshot_files(made)
    assert {name: data.decode() for name, data in files.items()} == snapshot


def test_no_folder_is_no_snapshot(tmp_path: Path) -> None:
    assert read_snapshot(tmp_path / "acme.snapshot") is None


def test_a_row_is_one_line_whatever_its_cells_hold(inputs: Inputs) -> None:
    sheet = Sheet(slug="s", name="S", columns=("a", "b"), rows=(("1\n2\r\n3\\n", '"x"'), ("", "")))
    files = snapshot_files(make_snapshot(inputs, [sheet], Review()))
    assert files["s.csv"] == b'a,b\n,\n1\\n2\\r\\n3\\\\n,"""x"""\n'


def test_an_invalid_cell_finds_its_row_among_equal_keys(inputs: Inputs, tmp_path: Path) -> None:
    rows = (("a", "1"), ("a", "2"), ("a", "2"))
    invalid = (InvalidCell(2, "n", "odd"), InvalidCell(0, "n", "even"))
    sheet = Sheet(slug="s", name="S", columns=("k", "n"), rows=rows, invalid=invalid)
    snapshot = make_snapshot(inputs, [sheet], Review(key={"s": ("k",)}))
    assert snapshot_files(snapshot)["s.invalid.csv"].decode() == (
        "key,nth,column,message\na,1,n,even\na,3,n,odd\n"
    )
    write_snapshot(tmp_path / "s.snapshot", snapshot, "")
    assert read_snapshot(tmp_path / "s.snapshot") == snapshot


def test_compound_keys_and_keyless_rows_are_named(inputs: Inputs) -> None:
    sheet = Sheet(
        slug="s",
        name="S",
        columns=("k", "n"),
        rows=(("a", "1"), ("a", "1")),
        invalid=(InvalidCell(1, "n", "odd"),),
    )
    keyless = snapshot_files(make_snapshot(inputs, [sheet], Review()))["s.invalid.csv"].decode()
    assert keyless.splitlines()[1].startswith("row:")
    assert keyless.splitlines()[1].endswith(",2,n,odd")
    review = Review(key={"s": ("k", "n")})
    compound = snapshot_files(make_snapshot(inputs, [sheet], review))["s.invalid.csv"].decode()
    assert compound.splitlines()[1] == '"[""a"", ""1""]",2,n,odd'


def test_a_checkout_with_crlf_line_ends_still_verifies(made: Snapshot) -> None:
    files = {name: data.replace(b"\n", b"\r\n") for name, data in snapshot_files(made).items()}
    assert read_snapshot_with(files.get, "acme.snapshot") == made


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("contacts.csv", b"cy@", b"di@", "acme.snapshot/contacts.csv cannot be trusted"),
        ("contacts.invalid.csv", b"Status", b"Email", "acme.snapshot/contacts.invalid.csv"),
        ("snapshot.yaml", b"epoch: 1", b"epoch: 2", "acme.snapshot/snapshot.yaml"),
        ("snapshot.yaml", b"answer: A", b"answer: B", "acme.snapshot/snapshot.yaml"),
        ("snapshot.yaml", b"epoch: 1", b"epoch: [", "it is not YAML"),
        ("snapshot.yaml", b"epoch: 1", b"epoch: &a 1\nb: *a", "aliases"),
    ],
)
def test_an_edited_file_is_named(
    made: Snapshot, name: str, old: bytes, new: bytes, said: str
) -> None:
    files = snapshot_files(made)
    assert old in files[name]
    files[name] = files[name].replace(old, new, 1)
    with pytest.raises(SnapshotError, match=said) as caught:
        read_snapshot_with(files.get, "acme.snapshot")
    assert "git restore acme.snapshot" in str(caught.value.next)


def test_a_missing_file_is_named(made: Snapshot, tmp_path: Path) -> None:
    folder = tmp_path / "acme.snapshot"
    write_snapshot(folder, made, "")
    (folder / "contacts.csv").unlink()
    with pytest.raises(SnapshotError, match=r"contacts\.csv cannot be trusted: it is missing"):
        read_snapshot(folder)
    (folder / "snapshot.yaml").unlink()
    with pytest.raises(SnapshotError, match=r"snapshot\.yaml cannot be trusted: it is missing"):
        read_snapshot(folder)


def test_conflict_markers_are_called_what_they_are(made: Snapshot) -> None:
    files = snapshot_files(made)
    files["contacts.csv"] += b"<<<<<<< HEAD\na,b\n=======\na,c\n>>>>>>> theirs\n"
    with pytest.raises(SnapshotError, match="conflict markers"):
        read_snapshot_with(files.get, "acme.snapshot")


def test_a_newer_format_asks_for_a_newer_vernctl(made: Snapshot) -> None:
    files = snapshot_files(made)
    files["snapshot.yaml"] = files["snapshot.yaml"].replace(b"snapshot: 1", b"snapshot: 2", 1)
    with pytest.raises(SnapshotError, match="newer vernctl") as caught:
        read_snapshot_with(files.get, "acme.snapshot")
    assert caught.value.next == "upgrade vernctl"


def test_a_snapshot_of_the_first_formats_verifies_with_every_later_vernctl() -> None:
    """These files are never written again: other people's projects hold approvals like them."""
    kept = read_snapshot(Path(__file__).parent / "formats" / "1" / "acme.snapshot")
    assert kept is not None
    assert kept.digest.startswith("03b266f")
    assert kept.sheets[0].rows[-1] == ("d@x.test", "DÉ\\, \nZWEI")
    assert [question.answer for question in kept.questions] == ["Work"]


@pytest.mark.parametrize(
    "slug", ["../up", "a/b", "", ".hidden", "con", "a.invalid", "a b", "x" * 300]
)
def test_a_slug_that_is_no_safe_file_name_is_refused(inputs: Inputs, slug: str) -> None:
    sheet = Sheet(slug=slug, name="S", columns=("a",), rows=())
    with pytest.raises(SnapshotError, match="slug"):
        snapshot_files(make_snapshot(inputs, [sheet], Review()))


def test_two_slugs_that_differ_in_case_alone_are_refused(inputs: Inputs) -> None:
    two = [Sheet(slug=slug, name="S", columns=("a",), rows=()) for slug in ("Deals", "deals")]
    with pytest.raises(SnapshotError, match="case alone"):
        snapshot_files(make_snapshot(inputs, two, Review()))


def test_a_document_with_a_field_that_nobody_knows_is_refused(made: Snapshot) -> None:
    files = snapshot_files(made)
    body = files["snapshot.yaml"].rpartition(b"checksum: ")[0].replace(b"epoch: 1", b"epoch: one")
    digest = hashlib.sha256(body).hexdigest()
    files["snapshot.yaml"] = body + f"checksum: {digest}\n".encode()
    with pytest.raises(SnapshotError, match=r"epoch: Input should be a valid integer"):
        read_snapshot_with(files.get, "acme.snapshot")


def test_files_that_are_whole_and_do_not_belong_together_have_another_digest(
    made: Snapshot,
) -> None:
    files = snapshot_files(made)
    body = files["snapshot.yaml"].rpartition(b"checksum: ")[0].replace(b"epoch: 1", b"epoch: 2")
    digest = hashlib.sha256(body).hexdigest()
    files["snapshot.yaml"] = body + f"checksum: {digest}\n".encode()
    with pytest.raises(SnapshotError, match=r"its content has not the digest 065f992"):
        read_snapshot_with(files.get, "acme.snapshot")


@pytest.mark.parametrize("text", [b"- a\n", b"\xff", b"a: " + b"[" * 5000, b""])
def test_what_is_no_document_is_refused(made: Snapshot, text: bytes) -> None:
    files = {**snapshot_files(made), "snapshot.yaml": text}
    with pytest.raises(SnapshotError, match=r"snapshot\.yaml cannot be trusted"):
        read_snapshot_with(files.get, "acme.snapshot")


def test_where_there_is_no_document_there_is_no_snapshot(made: Snapshot) -> None:
    assert read_snapshot_with(lambda name: None, "acme.snapshot") is None
