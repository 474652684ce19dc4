"""Runs over real HTTP: what each request does to a run, and what it refuses."""

from __future__ import annotations

import shutil
import time
from typing import Any

import httpx
import pytest

STRANGE = "Email,Status,Note\na@x.test,lead,\n"
MAP = "Map them all to 'Open'"


def test_a_migration_goes_from_files_to_exported_rows(api: Any) -> None:
    api.upload(STRANGE)
    run = api.do("generate")
    assert run["status"] == "blocked" and run["blocked_reason"] == "question"
    [question] = run["questions"]
    assert question["options"][0] == {"id": "a", "label": MAP}
    answered = api.answer(run["run_id"], [{"id": question["id"], "value": MAP}])
    assert answered.json() == {"run_id": run["run_id"], "status": "running"}
    assert api.settled(run["run_id"])["status"] == "awaiting_approval"
    assert api.do("update", "upper Email")["run_id"] == run["run_id"]
    [contacts, _] = api.get("/preview").json()["sheets"]
    assert contacts["rows"] == [["Email", "Status", "Note"], ["A@X.TEST", "Open", ""]]
    done = api.do("execute")
    assert done["status"] == "completed" and done["report"]["inserted"] == 1
    assert api.get("/log").json()["runs"][-1]["outcome"]["rows_written"] == 1
    assert api.get("/exports/contacts.csv").text.splitlines()[1] == "A@X.TEST,Open,"


def test_a_generate_is_queued_and_a_resuming_run_is_running_before_the_reply(
    api: Any, engine: Any
) -> None:
    api.upload()
    engine.hold()
    opened = api.post("/runs", {"kind": "generate"}).json()
    assert opened["status"] == "queued"
    assert opened["poll_url"].endswith(f"/api/v1/migrations/{api.id}/runs/{opened['run_id']}")
    assert api.run(opened["run_id"])["status"] in {"queued", "running"}
    engine.let_go()
    api.settled(opened["run_id"])
    engine.hold()
    resumed = api.post("/runs", {"kind": "execute"}).json()
    assert resumed["status"] == "running" and resumed["run_id"] == opened["run_id"]
    assert api.run(opened["run_id"])["status"] == "running"


def test_a_second_run_is_refused_with_the_active_runs_id(api: Any, engine: Any) -> None:
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    for kind in ("generate", "update", "clarify", "execute"):
        refused = api.post("/runs", {"kind": kind, "message": "upper Email"})
        assert refused.status_code == 409 and refused.json()["run_id"] == run_id


def test_a_blocked_run_still_holds_the_migration(api: Any) -> None:
    api.upload(STRANGE)
    blocked = api.do("generate")
    refused = api.post("/runs", {"kind": "generate"})
    assert refused.status_code == 409 and refused.json()["run_id"] == blocked["run_id"]


def test_generate_needs_a_file(api: Any) -> None:
    refused = api.post("/runs", {"kind": "generate"})
    assert refused.status_code == 400
    assert refused.json() == {
        "error": "This migration has no files yet; upload at least one first."
    }


def test_nothing_can_be_resumed_before_the_first_preview(api: Any) -> None:
    refused = api.post("/runs", {"kind": "execute"})
    assert refused.status_code == 409 and "run_id" not in refused.json()


def test_an_executed_run_is_no_longer_resumable(api: Any) -> None:
    api.previewed()
    api.do("execute")
    for kind in ("update", "clarify", "execute"):
        refused = api.post("/runs", {"kind": kind, "message": "upper Email"})
        assert refused.status_code == 409 and "no longer resumable" in refused.json()["error"]
    assert api.get("/preview").json()["status"] == "completed"


def test_a_second_execute_replaces_the_first_import(api: Any) -> None:
    first = api.previewed()
    api.do("execute")
    second = api.do("generate")
    assert second["run_id"] != first
    api.do("execute")
    outcomes = [
        run["outcome"] for run in api.get("/log").json()["runs"] if run["kind"] == "execute"
    ]
    assert [outcome["replaced_existing_data"] for outcome in outcomes] == [False, True]


def test_update_and_clarify_need_a_message(api: Any) -> None:
    api.previewed()
    for kind in ("update", "clarify"):
        assert api.post("/runs", {"kind": kind, "message": "  "}).status_code == 400


def test_extracting_without_a_connection_is_refused(api: Any) -> None:
    api.upload()
    body = {"kind": "generate", "extract_via_api": True}
    assert api.post("/runs", body).status_code == 400


def test_clarify_answers_in_the_thread_and_changes_nothing(api: Any) -> None:
    run_id = api.previewed()
    before = api.get("/preview").content
    after = api.get("/thread").json()["last_sequence"]
    assert api.do("clarify", "Which column?")["status"] == "awaiting_approval"
    said = [e["data"] for e in api.events(after=after) if e["type"] == "message"]
    assert said[0] == {"role": "user", "text": "Which column?"}
    assert "".join(said[1:]).strip() == "You asked: Which column?. There are 2 sheets."
    assert api.get("/preview").content == before and api.run(run_id)["status"]


def test_a_new_generate_forgets_messages_and_answers(api: Any) -> None:
    api.upload(STRANGE)
    run = api.do("generate")
    api.answer(run["run_id"], MAP)
    api.settled(run["run_id"])
    api.do("update", "upper Email")
    again = api.do("generate")
    assert again["status"] == "blocked"
    api.answer(again["run_id"], MAP)
    api.settled(again["run_id"])
    assert api.get("/preview").json()["sheets"][0]["rows"][1][0] == "a@x.test"


def test_a_fresh_question_after_an_answer_has_an_id_of_its_own(api: Any) -> None:
    api.upload(STRANGE)
    run = api.do("generate")
    api.answer(run["run_id"], MAP)
    api.settled(run["run_id"])
    blocked = api.do("update", "do something")
    assert [q["id"] for q in run["questions"]] == ["q1"]
    assert [q["id"] for q in blocked["questions"]] == ["q2"]
    assert api.answer(run["run_id"], [{"id": "q1", "value": MAP}]).status_code == 400
    assert api.answer(run["run_id"], "never mind").status_code == 200
    assert api.settled(run["run_id"])["answers"] == {"q2": "never mind"}


def test_a_run_that_is_answered_at_once_goes_on_while_its_work_is_still_cleared_away(
    api: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    clear_away = shutil.rmtree

    def slowly(*arguments: Any, **options: Any) -> None:
        time.sleep(0.3)
        clear_away(*arguments, **options)

    monkeypatch.setattr(shutil, "rmtree", slowly)
    api.upload(STRANGE)
    run = api.do("generate")
    api.answer(run["run_id"], [{"id": "q1", "value": MAP}])
    assert api.settled(run["run_id"])["status"] == "awaiting_approval"


def test_an_answer_must_fit_its_question(api: Any) -> None:
    api.upload(STRANGE)
    run = api.do("generate")
    refused = {
        "unknown": api.answer(run["run_id"], [{"id": "q9", "value": MAP}]),
        "not offered": api.answer(run["run_id"], [{"id": "q1", "value": "Map them"}]),
        "free text": api.answer(run["run_id"], "whatever"),
        "twice": api.answer(run["run_id"], [{"id": "q1", "value": MAP}] * 2),
        "none": api.answer(run["run_id"], []),
        "no text": api.answer(run["run_id"], [{"id": "q1", "value": 5}]),
        "nothing": api.post(f"/runs/{run['run_id']}/messages", {}),
    }
    assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(
        refused, 400
    )
    assert "Leave them as they are" in refused["not offered"].json()["error"]
    assert api.run(run["run_id"])["status"] == "blocked"


def test_free_text_cannot_answer_two_questions(api: Any) -> None:
    api.previewed()
    api.upload(STRANGE, "more.csv")
    run = api.do("generate")
    assert len(run["questions"]) == 1
    api.answer(run["run_id"], MAP)
    api.settled(run["run_id"])
    first = api.do("update", "this")
    assert api.answer(first["run_id"], "that").status_code == 200


def test_an_answer_to_a_run_that_asks_nothing_is_a_conflict(api: Any) -> None:
    run_id = api.previewed()
    assert api.answer(run_id, "hello").status_code == 409


def test_answers_are_read_back_with_the_run(api: Any) -> None:
    api.upload(STRANGE)
    run = api.do("generate")
    assert "answers" not in run
    api.answer(run["run_id"], [{"id": "q1", "value": MAP}])
    assert api.settled(run["run_id"])["answers"] == {"q1": MAP}


def test_a_run_can_be_canceled_at_every_stage(connect: Any, engine: Any) -> None:
    working, blocked, waiting = connect(), connect(), connect()
    waiting_run = waiting.previewed()
    blocked.upload(STRANGE)
    blocked_run = blocked.do("generate")["run_id"]
    working.upload()
    engine.hold()
    working_run = working.start("generate")
    cases = ((working, working_run), (blocked, blocked_run), (waiting, waiting_run))
    for api, run_id in cases:
        canceled = api.cancel(run_id)
        assert canceled.status_code == 200 and canceled.json()["status"] == "canceled"
        assert api.run(run_id)["status"] == "canceled"
        assert api.post("/runs", {"kind": "execute"}).status_code == 409
    engine.let_go()
    assert working.do("generate")["status"] == "awaiting_approval"


def test_a_canceled_execute_leaves_the_earlier_import_alone(api: Any, engine: Any) -> None:
    api.previewed()
    api.do("execute")
    before = api.get("/exports/contacts.csv", filter="all").text
    api.do("generate")
    api.do("update", "upper Email")
    engine.hold()
    run_id = api.start("execute")
    api.cancel(run_id)
    engine.let_go()
    assert api.get("/exports/contacts.csv", filter="all").text == before
    outcome = api.get("/log").json()["runs"][-1]["outcome"]
    assert outcome["rows_written"] == 0 and outcome["error"] == "Canceled."


def test_a_run_that_has_ended_stays_as_it_is_when_canceled(api: Any) -> None:
    run_id = api.previewed()
    api.do("execute")
    assert api.cancel(run_id).json()["status"] == "completed"


def test_cancel_takes_no_other_status(api: Any) -> None:
    run_id = api.previewed()
    answer = api.http.patch(f"{api.base}/runs/{run_id}", json={"status": "completed"})
    assert answer.status_code == 400


def test_what_the_engine_cannot_do_fails_the_run_in_its_own_words(api: Any) -> None:
    api.previewed()
    failed = api.do("update", "fail")
    assert failed["status"] == "failed" and failed["error"] == "This file cannot be read."
    kinds = [event["type"] for event in api.events()]
    assert kinds[-2:] == ["error", "status"]


def test_a_bug_of_the_engine_fails_the_run_without_its_details(api: Any) -> None:
    api.previewed()
    failed = api.do("update", "crash")
    assert failed["status"] == "failed" and "a bug" not in failed["error"]


def test_runs_and_migrations_of_nobody_are_not_found(api: Any) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    assert api.get(f"/runs/{nobody}").status_code == 404
    assert api.cancel(nobody).status_code == 404
    assert api.answer(nobody, "x").status_code == 404
    for path in ("files", "preview", "thread", "thread/stream", "log", "knowledge"):
        assert api.http.get(f"/migrations/{nobody}/{path}").status_code == 404
    assert api.http.get("/migrations/not-an-id/preview").status_code == 404
    assert api.http.post(f"/migrations/{nobody}/runs", json={"kind": "execute"}).status_code == 404


def test_a_body_that_is_no_json_is_refused_with_a_sentence(api: Any) -> None:
    for body in (b"{", b"", b"[]", b'{"kind": "dance"}', b'{"kind": "update", "message": 5}'):
        answer = api.http.post(f"{api.base}/runs", content=body)
        assert answer.status_code == 400 and answer.json()["error"].endswith(".")


def test_a_body_that_is_too_large_is_refused(api: Any) -> None:
    answer = api.http.post(f"{api.base}/runs", content=b" " * 1_100_000)
    assert answer.status_code == 413


def test_every_answer_names_the_server(api: Any) -> None:
    answers = (
        api.get("/preview"),
        api.http.get("/nowhere"),
        api.http.delete("/templates"),
        httpx.get(f"{api.http.base_url}sources"),
    )
    assert [answer.status_code for answer in answers] == [404, 404, 405, 401]
    for answer in answers:
        assert answer.headers["x-vernctl-server"] == "embedded; engine=1"
        assert list(answer.json()) == ["error"]
