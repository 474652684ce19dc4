"""The journal survives a crash at any byte, and what it adds up to is what was really asked."""

from pathlib import Path

import pytest
from pydantic import JsonValue

from vernctl.errors import JournalError
from vernctl.workflow.journal import Journal

QUESTION: dict[str, JsonValue] = {"question": "Which?", "answer": "A", "rule": "Which"}


def journal(folder: Path) -> Journal:
    return Journal(folder, "embedded", "acme-001-0123456789ab")


def filled(folder: Path) -> Journal:
    book = journal(folder)
    book.result(book.intend("create", external_id="x"), migration_id="m1")
    book.result(book.intend("upload", files=["a.csv"]))
    book.result(book.intend("generate", sequence=3), run_id="r1")
    book.result(book.intend("answer", sequence=4, questions=[QUESTION]))
    book.result(book.intend("update", sequence=9, messages=["Trim."]), run_id="r1")
    return book


def test_what_was_asked_is_known_again_after_reading_it_back(tmp_path: Path) -> None:
    written = filled(tmp_path).known
    read = journal(tmp_path).known
    assert read == written
    assert (read.migration_id, read.run_id, read.applied) == ("m1", "r1", ("Trim.",))
    assert [question.answer for question in read.questions] == ["A"]


def test_a_generate_forgets_the_messages_and_questions_before_it(tmp_path: Path) -> None:
    book = filled(tmp_path)
    book.result(book.intend("generate", sequence=12), run_id="r2")
    assert (book.known.run_id, book.known.applied, book.known.questions) == ("r2", (), ())


def test_an_intent_without_a_result_stays_open_and_changes_nothing(tmp_path: Path) -> None:
    book = filled(tmp_path)
    book.intend("update", sequence=15, messages=["Upper."])
    again = journal(tmp_path).known
    assert again.open is not None
    assert again.open.name == "update"
    assert again.applied == ("Trim.",)


def test_a_request_that_never_took_place_changes_nothing(tmp_path: Path) -> None:
    book = filled(tmp_path)
    book.result(book.intend("update", sequence=15, messages=["Upper."]), done=False)
    assert (book.known.open, book.known.applied) == (None, ("Trim.",))


def test_a_torn_last_line_is_cut_off_wherever_it_was_torn(tmp_path: Path) -> None:
    before = filled(tmp_path).known
    path = journal(tmp_path).path
    whole = path.read_bytes()
    for torn in (b"{", b'{"v":1,"n":11', b'{"v":1,"n":11,"at":"x","event":"intent"}'):
        path.write_bytes(whole + torn)
        assert journal(tmp_path).known == before
        assert path.read_bytes() == whole


def test_damage_in_the_middle_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = filled(tmp_path).path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"{not json}\n", *lines[3:]]))
    with pytest.raises(JournalError, match="line 3"):
        journal(tmp_path)


def test_a_line_that_went_missing_is_an_error(tmp_path: Path) -> None:
    path = filled(tmp_path).path
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], *lines[3:]]))
    with pytest.raises(JournalError):
        journal(tmp_path)


def test_an_execute_is_under_way_until_its_end_is_written_down(tmp_path: Path) -> None:
    book = filled(tmp_path)
    book.result(book.intend("execute", sequence=20, digest="d1"), run_id="r1")
    under_way = book.known
    book.fact("executed", digest="d1", status="completed", receipt="0001")
    ended = book.known
    assert (under_way.executing, ended.executing) == ("d1", None)
    assert ended.executed is not None
    assert ended.executed.status == "completed"


def test_a_lost_preview_is_forgotten_until_the_next_generate(tmp_path: Path) -> None:
    book = filled(tmp_path)
    book.fact("lost")
    lost = book.known
    book.result(book.intend("generate", sequence=30), run_id="r3")
    assert (lost.lost, book.known.lost) == (True, False)


def test_a_late_line_of_who_had_lost_the_lease_is_passed_over(tmp_path: Path) -> None:
    late = journal(tmp_path)
    late.result(late.intend("create", external_id="x"), migration_id="m1")
    after = journal(tmp_path)
    after.result(after.intend("upload", files=["a.csv"]))
    intent = after.intend("generate", sequence=3)
    late.fact("forgotten", migration_id="m1")
    after.result(intent, run_id="r1")
    read = journal(tmp_path).known
    assert (read.migration_id, read.uploaded, read.run_id, read.open) == ("m1", True, "r1", None)


def test_two_last_lines_of_one_number_are_an_error(tmp_path: Path) -> None:
    filled(tmp_path)
    first, second = journal(tmp_path), journal(tmp_path)
    first.fact("forgotten", migration_id="m1")
    second.fact("forgotten", migration_id="m1")
    with pytest.raises(JournalError, match="line 12 of the journal"):
        journal(tmp_path)
