"""The agent's runs: started, followed by polling, answered, cancelled.

Nothing here but the poll is ever sent twice by itself: a lost reply of a start, an answer or an
execute is resolved by reading, and that is the caller's to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from vernctl.api.calls import reading, writing
from vernctl.api.guard import secrets_in, segment
from vernctl.api.models import Answer, Run, RunAccepted, RunKind
from vernctl.api.quota import QuotaName
from vernctl.api.verbs import Verbs


class RunVerbs(Verbs):
    """Runs of one migration; at most one of them is in flight."""

    async def start_run(
        self,
        migration_id: str,
        kind: RunKind,
        *,
        message: str | None = None,
        extract_via_api: bool | None = None,
    ) -> RunAccepted:
        """Start ``generate``, or resume the last run with the other kinds (``POST …/runs``).

        ``message`` is required for update and clarify; ``extract_via_api`` is for generate alone.
        Costs one agent call, generate one of its own class too. Sent once. ConflictError carries
        the ``run_id`` in flight; RateLimitedError the ids of ``runs`` that fill the account.
        """
        body: dict[str, JsonValue] = {"kind": kind}
        if message is not None:
            body["message"] = message
        if extract_via_api is not None:
            body["extract_via_api"] = extract_via_api
        costs: tuple[QuotaName, ...] = ("generate", "agent") if kind == "generate" else ("agent",)
        call = writing("POST", _runs(migration_id), body, costs=costs)
        return await self._transport.fetch(call, RunAccepted)

    async def get_run(self, migration_id: str, run_id: str) -> Run:
        """The run's state now (``GET …/runs/{run_id}``). Costs one read."""
        return await self._transport.fetch(reading(_run(migration_id, run_id)), Run)

    async def cancel_run(self, migration_id: str, run_id: str) -> Run:
        """Ask the run to stop; the answer is its state after that (``PATCH …/runs/{run_id}``)."""
        call = writing(
            "PATCH", _run(migration_id, run_id), {"status": "cancel_requested"}, costs=()
        )
        return await self._transport.fetch(call, Run)

    async def answer(
        self, migration_id: str, run_id: str, answers: Sequence[Answer] | str
    ) -> RunAccepted:
        """Answer every question of a block at once, or in free words (``POST …/messages``).

        Costs one agent call. Sent once. ConflictError: the run is not blocked on a question.
        BadRequestError: an id that the run did not ask.
        """
        said: JsonValue = (
            answers
            if isinstance(answers, str)
            else [{"id": answer.id, "value": answer.value} for answer in answers]
        )
        call = writing(
            "POST", f"{_run(migration_id, run_id)}/messages", {"answers": said}, costs=("agent",)
        )
        return await self._transport.fetch(call, RunAccepted)

    async def submit_credentials(
        self,
        migration_id: str,
        run_id: str,
        credentials: Mapping[str, JsonValue],
        connection_id: str | None = None,
    ) -> RunAccepted:
        """Give a blocked run the secrets that it asked for (``POST …/credentials``).

        ``connection_id`` guards against another connection than the one that was read about. Costs
        one agent call. The secrets are in no error and no trace.
        """
        body: dict[str, JsonValue] = {"credentials": dict(credentials)}
        if connection_id is not None:
            body["connection_id"] = connection_id
        call = writing(
            "POST",
            f"{_run(migration_id, run_id)}/credentials",
            body,
            costs=("agent",),
            secrets=secrets_in(dict(credentials)),
        )
        return await self._transport.fetch(call, RunAccepted)


def _runs(migration_id: str) -> str:
    return f"/migrations/{segment(migration_id)}/runs"


def _run(migration_id: str, run_id: str) -> str:
    return f"{_runs(migration_id)}/{segment(run_id)}"
