"""The thread and its stream, as real clients read them."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import httpx
import pytest

from vernctl.embedded import thread

STRANGE = "Email,Status,Note\na@x.test,lead,\n"


def frames(api: Any, **params: object) -> list[tuple[str, Any]]:
    """The frames of a stream that ends, read as the simplest clients do: split at blank lines."""
    text = api.get("/thread/stream", **params).text
    assert "\r" not in text and text.endswith("\n\n")
    found = []
    for frame in text[:-2].split("\n\n"):
        if not frame.startswith(":"):
            event, data = frame.split("\n")
            found.append((event.removeprefix("event: "), json.loads(data.removeprefix("data: "))))
    return found


def test_an_empty_thread_has_no_last_sequence(api: Any) -> None:
    assert api.get("/thread").json() == {"events": [], "last_sequence": None}
    assert frames(api) == [("done", {"last_sequence": None})]


def test_sequences_rise_across_runs(api: Any) -> None:
    api.previewed()
    api.do("generate")
    sequences = [event["sequence"] for event in api.events(include="all")]
    assert sequences == list(range(1, len(sequences) + 1))


def test_after_is_strict(api: Any) -> None:
    api.previewed()
    events = api.events(include="all")
    assert api.events(include="all", after=3)[0]["sequence"] == 4
    last = events[-1]["sequence"]
    assert api.get("/thread", after=last).json() == {"events": [], "last_sequence": last}


def test_include_decides_which_events_are_shown(api: Any) -> None:
    api.previewed()
    kinds = {level: {e["type"] for e in api.events(include=level)} for level in thread.HIDDEN}
    assert "tool_call" not in kinds["user"] and "tool_call" in kinds["tools"]
    assert kinds["user"] < kinds["tools"] <= kinds["all"]
    assert api.get("/thread", include="everything").status_code == 400
    assert api.get("/thread/stream", include="everything").status_code == 400
    assert api.get("/thread", after="x").status_code == 400


def test_a_long_thread_comes_in_pages(api: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "PAGE", 2)
    api.previewed()
    seen, after = [], 0
    while page := api.events(after=after):
        seen += [event["sequence"] for event in page]
        after = api.get("/thread", after=after).json()["last_sequence"]
    streamed = [data["sequence"] for kind, data in frames(api) if kind != "done"]
    assert len(seen) > 4 and seen == sorted(set(seen)) == streamed


def test_the_engines_words_are_string_tokens_and_a_persons_an_object(api: Any) -> None:
    api.previewed()
    api.do("clarify", "Why?")
    messages = [event["data"] for event in api.events() if event["type"] == "message"]
    assert {"role": "user", "text": "Why?"} in messages
    words = "".join(data for data in messages if isinstance(data, str))
    assert words.startswith("The preview is ready: Contacts has 2 rows, 1 of those")
    others = [event["data"] for event in api.events(include="all") if event["type"] != "message"]
    assert all(isinstance(data, dict) and "role" not in data for data in others)


def test_a_stream_ends_with_done_when_the_run_is_blocked(api: Any) -> None:
    api.upload(STRANGE)
    api.start("generate")
    kinds = frames(api)
    asked = next(data for kind, data in kinds if kind == "request_input")
    assert [q["id"] for q in asked["data"]["questions"]] == ["q1"]
    assert "key" not in asked["data"]["questions"][0]
    assert kinds[-1] == ("done", {"last_sequence": kinds[-2][1]["sequence"]})


def test_the_final_status_is_readable_before_done(api: Any, engine: Any) -> None:
    api.upload()
    engine.hold()
    run_id = api.start("generate")
    threading.Timer(0.1, engine.let_go).start()
    with httpx.stream(
        "GET",
        f"{api.http.base_url}migrations/{api.id}/thread/stream",
        headers={"x-api-key": api.http.headers["x-api-key"]},
    ) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            if line == "event: done":
                assert api.run(run_id)["status"] == "awaiting_approval"
                return
    raise AssertionError("the stream ended without done")


def test_a_silent_stream_shows_signs_of_life(
    api: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "PING_SECONDS", 0.01)
    monkeypatch.setattr(engine, "_wait", lambda phase, text, progress: time.sleep(0.1))
    api.upload()
    api.start("generate")
    assert ": ping\n\n" in api.get("/thread/stream").text


def test_a_stream_closes_after_its_time_without_done(
    api: Any, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thread, "STREAM_SECONDS", 0.05)
    api.upload()
    engine.hold()
    api.start("generate")
    first = frames(api)
    assert "done" not in [kind for kind, _ in first]
    engine.let_go()
    time.sleep(0.1)
    again = frames(api, after=first[-1][1]["sequence"])
    assert again[0][1]["sequence"] > first[-1][1]["sequence"]
    assert again[-1][0] == "done"


def test_streams_end_when_the_server_stops(own_server: Any, small_api: Any, engine: Any) -> None:
    api = small_api(own_server.url, own_server.api_key)
    api.upload()
    engine.hold()
    api.start("generate")
    started = time.monotonic()
    got: list[str] = []
    reader = threading.Thread(target=lambda: got.append(api.get("/thread/stream").text))
    reader.start()
    time.sleep(0.1)
    own_server.stop()
    reader.join(5)
    assert time.monotonic() - started < 3 and "event: done" not in got[0]
