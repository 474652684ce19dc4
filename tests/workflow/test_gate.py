"""The gate before every request that an hourly limit counts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from vernctl.api.calls import reading
from vernctl.api.policy import Policy
from vernctl.api.quota import Ledger
from vernctl.api.transport import Transport
from vernctl.errors import QuotaError
from vernctl.workflow.gate import Gate


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger that nothing has been spent in; its clock stands still."""
    return Ledger("https://x.test/api/v1", "key", folder=tmp_path, clock=lambda: 1_000_000.0)


def _free(ledger: Ledger) -> dict[str, int]:
    return {state.name: state.free for state in ledger.states()}


def test_what_is_admitted_is_spent_once_although_the_transport_notes_it_too(ledger: Ledger) -> None:
    asyncio.run(Gate(ledger).admit("a", ("generate", "agent"), "generate"))
    ledger.spend(("generate", "agent"))
    assert (_free(ledger)["generate"], _free(ledger)["agent"]) == (0, 4)


def test_what_is_over_the_limit_says_when_to_come_back(ledger: Ledger) -> None:
    gate = Gate(ledger)
    asyncio.run(gate.admit("a", ("create",), "create"))
    with pytest.raises(QuotaError) as refused:
        asyncio.run(gate.admit("b", ("create",), "create"))
    assert refused.value.resume_at == pytest.approx(1_003_601.0)


def test_who_reserves_is_admitted_without_being_asked_for_more(ledger: Ledger) -> None:
    gate = Gate(ledger)
    asyncio.run(gate.reserve("a", ("generate", "agent"), "generate"))
    assert asyncio.run(gate.admit("a", ("generate", "agent"), "generate")) is False
    assert _free(ledger)["agent"] == 4


def test_what_was_reserved_and_never_asked_for_is_free_again(ledger: Ledger) -> None:
    gate = Gate(ledger)

    async def work() -> None:
        async with gate.working("a", "acme"):
            await gate.reserve("a", ("generate", "agent"), "generate")

    asyncio.run(work())
    assert (_free(ledger)["generate"], _free(ledger)["agent"]) == (1, 5)


def test_calls_are_kept_for_a_spec_that_generates(ledger: Ledger) -> None:
    gate = Gate(ledger)
    gate.expect("maker", 3)
    for address in ("b", "c"):
        asyncio.run(gate.admit(address, ("agent",), "update"))
    with pytest.raises(QuotaError):
        asyncio.run(gate.admit("d", ("agent",), "update"))
    asyncio.run(gate.admit("maker", ("generate", "agent"), "generate"))


def test_without_a_ledger_nobody_waits() -> None:
    gate = Gate()
    for number in range(9):
        assert asyncio.run(gate.admit(str(number), ("create",), "create")) is False


def test_a_fourth_run_waits_for_a_slot(ledger: Ledger) -> None:
    gate = Gate(ledger)

    async def work() -> bool:
        for address in ("a", "b", "c"):
            await gate.admit(address, ("agent",), "update")
        fourth = asyncio.create_task(gate.admit("d", ("agent",), "update"))
        await asyncio.sleep(0)
        waits = not fourth.done()
        async with gate.working("a", "acme"):
            pass
        await fourth
        return waits

    assert asyncio.run(work())


def test_a_request_that_was_long_under_way_is_counted_from_its_answer(tmp_path: Path) -> None:
    now = [1_000_000.0]
    ledger = Ledger("https://x.test/api/v1", "key", folder=tmp_path, clock=lambda: now[0])
    ledger.spend(("generate",))
    now[0] += 20.0
    ledger.learn(("generate",), {}, 1_000_000.0)
    assert ledger.resume_at(("generate",)) == pytest.approx(1_003_621.0)


def test_reads_that_wait_for_the_minutes_limit_go_in_the_order_in_which_they_came(
    tmp_path: Path,
) -> None:
    now = [1_000_000.0]
    ledger = Ledger("http://127.0.0.1:9/api/v1", "key", folder=tmp_path, clock=lambda: now[0])
    for _ in range(30):
        ledger.spend(("reads",))

    async def sleep(seconds: float) -> None:
        now[0] += seconds / 4
        await asyncio.sleep(0)

    async def read(transport: Transport, number: int, went: list[int]) -> None:
        await transport._afford(reading(f"/{number}"))
        went.append(number)

    async def main() -> list[int]:
        went: list[int] = []
        policy = Policy(sleep=sleep, patience=1_000.0)
        transport = Transport("http://127.0.0.1:9/api/v1", "key", policy=policy, ledger=ledger)
        await asyncio.gather(*(read(transport, number, went) for number in range(6)))
        return went

    assert asyncio.run(main()) == [0, 1, 2, 3, 4, 5]
