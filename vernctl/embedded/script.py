"""A scenario for tests: what the server shall do whatever the data says, from one YAML file.

``runs`` change what becomes of a run's steps: ``kind`` and ``migration`` (its external_id or name)
say which; ``ask`` questions, wait for ``credentials``, ``delay`` (s), ``fail`` with a sentence.
``requests`` change answers: ``method`` and ``path`` (a glob below /api/v1) say which; ``delay``,
answer with a ``status`` (and ``retry_after``, ``error``), or ``lose`` the request before or the
reply after it was served. ``skip`` lets so many pass first, ``times`` is how often it happens (a
run: every time; a request: once). Turns are counted in memory: a restarted server begins anew.
"""

from __future__ import annotations

import asyncio
import fnmatch
import json
import threading
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vernctl.embedded.yamlnodes import NodeReader
from vernctl.engine.model import EngineQuestion, question_key
from vernctl.errors import Place, Problem, SpecError

Seconds = Annotated[float, Field(ge=0, le=3_600)]
Count = Annotated[int, Field(ge=0)]


class _Turn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    skip: Count = 0
    delay: Seconds = 0


class Asked(_Turn):
    """One question of a scenario."""

    question: str
    context: str = ""
    options: tuple[str, ...] = ()
    custom: bool = True


class Secrets(_Turn):
    """What a run waits for: the fields of a form. ``source``: whose; without one the migration's
    own connection's. ``reject``: so many times what is given is not taken, and asked for anew."""

    source: str | None = None
    reject: Count = 0
    fields: Annotated[tuple[str, ...], Field(min_length=1)] = ("token",)
    reason: str = "the script says so."


class RunTurn(_Turn):
    """What becomes of the steps that it matches."""

    kind: Literal["generate", "update", "clarify", "execute", "import"] | None = None
    migration: str | None = None
    times: Count | None = None
    ask: tuple[Asked, ...] = ()
    credentials: Secrets | None = None
    fail: str | None = None


class RequestTurn(_Turn):
    """What becomes of the requests that it matches."""

    method: str = "*"
    path: str = "*"
    times: Count = 1
    status: Annotated[int, Field(ge=400, le=599)] | None = None
    retry_after: Count | None = None
    error: str = "The script says so."
    lose: Literal["request", "reply"] | None = None


class Scenario(BaseModel):
    """A whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    runs: tuple[RunTurn, ...] = ()
    requests: tuple[RequestTurn, ...] = ()


def load_scenario(path: Path) -> Scenario:
    """Read a scenario. Raises SpecError with every problem."""
    reader = NodeReader(path)
    found = reader.json(reader.root())
    try:
        return Scenario.model_validate(found or {})
    except ValidationError as error:
        raise SpecError(
            [
                Problem(Place(str(path)), f"{'.'.join(map(str, one['loc']))}: {one['msg']}")
                for one in error.errors(include_url=False)
            ]
        ) from error


class Script:
    """A scenario as it is played."""

    def __init__(self, scenario: Scenario | None = None) -> None:
        self.scenario = scenario or Scenario()
        self._lock = threading.Lock()
        self._seen: Counter[int] = Counter()
        self._asked_secrets: Counter[str] = Counter()

    def of_step(self, kind: str, step: str, names: frozenset[str]) -> RunTurn | None:
        """The first turn that this step is to take; a step that goes on takes the same one."""
        with self._lock:
            for turn in self.scenario.runs:
                fits = turn.kind in {None, kind} and (
                    turn.migration is None or turn.migration in names
                )
                if fits and self._is_due(turn, turn.times, step):
                    return turn
        return None

    def of_request(self, method: str, path: str) -> RequestTurn | None:
        """The first turn that this request is to take."""
        with self._lock:
            for turn in self.scenario.requests:
                fits = turn.method in {"*", method} and fnmatch.fnmatchcase(path, turn.path)
                if fits and self._is_due(turn, turn.times, None):
                    return turn
        return None

    def _is_due(self, turn: _Turn, times: int | None, step: str | None) -> bool:
        known = hash((id(turn), step))
        if step is not None and self._seen[known]:
            return True
        self._seen[id(turn)] += 1
        number = self._seen[id(turn)] - turn.skip
        due = number >= 1 and (times is None or number <= times)
        if due and step is not None:
            self._seen[known] = 1
        return due

    def open_questions(
        self, turn: RunTurn, answers: Mapping[str, str]
    ) -> tuple[EngineQuestion, ...]:
        """What the turn asks and nobody has answered yet."""
        asked = (
            EngineQuestion(
                key=question_key("script", one.question, one.context),
                question=one.question,
                context=one.context,
                options=one.options,
                allow_custom=one.custom or not one.options,
            )
            for one in turn.ask
        )
        return tuple(question for question in asked if question.key not in answers)

    def secrets_request(
        self, turn: RunTurn, run: str, attached: tuple[str, str] | None
    ) -> dict[str, JsonValue] | None:
        """What the run has to be given first; None once it was asked for it often enough.

        ``attached``: id and source key of the migration's connection.
        """
        wanted = turn.credentials
        if wanted is None or self._asked_secrets[run] > wanted.reject:
            return None
        self._asked_secrets[run] += 1
        name = wanted.source or (attached[1] if attached else "Live source")
        again = self._asked_secrets[run] > 1
        return {
            "connection_id": attached[0] if attached else run,
            "source_key": name.lower().replace(" ", "_"),
            "source_name": name,
            "reason": f"rejected; {wanted.reason}" if again else wanted.reason,
            "schema": {field: {"type": "string", "required": True} for field in wanted.fields},
        }

    def take_back_secrets_request(self, run: str) -> None:
        """A request that never reached anybody does not count."""
        self._asked_secrets[run] -= 1


class Scripted:
    """Lets requests take their turns before anything else sees them."""

    def __init__(self, app: ASGIApp, script: Script) -> None:
        self._app = app
        self._script = script

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve, delay, answer otherwise, or drop the connection."""
        path = str(scope["path"]).removeprefix("/api/v1")
        turn = self._script.of_request(scope["method"], path)
        if turn is None:
            await self._app(scope, receive, send)
            return
        await asyncio.sleep(turn.delay)
        if turn.lose is not None:
            if turn.lose == "reply":
                await self._app(scope, receive, _unheard)
            await _drop(receive, send)
        elif turn.status is not None:
            await _answer(turn, send)
        else:
            await self._app(scope, receive, send)


async def _unheard(message: Message) -> None:
    """Take an answer that nobody is to get."""


async def _drop(receive: Receive, send: Send) -> None:
    """Reset the connection. ASGI has no word for it: the server's own transport is asked."""
    transport: asyncio.Transport = send.__self__.transport  # type: ignore[attr-defined]
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answer(turn: RequestTurn, send: Send) -> None:
    body = json.dumps({"error": turn.error}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if turn.retry_after is not None:
        headers.append((b"retry-after", b"%d" % turn.retry_after))
    await send({"type": "http.response.start", "status": turn.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
