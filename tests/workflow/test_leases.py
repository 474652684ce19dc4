"""Two vernctls on one spec: one waits, takes over what was left, or notices that it has lost."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from bench import Bench, bench
from patient import SECONDS, Patient, agent_of, vernctl

from vernctl.api.client import MigrationClient
from vernctl.errors import RefusedError
from vernctl.workflow import leasefile
from vernctl.workflow.lease import holder_of, lease, still_held
from vernctl.workflow.progress import Silent

APPLY = ("apply", "--yes", "specs/acme.yaml")


@pytest.fixture
def patient(tmp_path: Path) -> Iterator[Bench]:
    """A customer whose agent is held while it authors."""
    agent = Patient("author")
    with bench(tmp_path / "project", agent=agent) as made:
        try:
            yield made
        finally:
            agent.go.set()


class Hearing(Silent):
    """Keeps the words for a person who waits."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, spec: str, phase: str, text: str) -> None:
        self.said.append(phase)


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leases that expire before a test loses patience."""
    monkeypatch.setattr(leasefile, "HEARTBEAT", 0.1)
    monkeypatch.setattr(leasefile, "EXPIRY", 0.4)


def at_work(bench: Bench, host: str = "") -> subprocess.Popen[str]:
    """An apply that has come as far as the agent."""
    process = vernctl(bench, *APPLY, host=host)
    assert agent_of(bench).reached.wait(SECONDS)
    return process


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, said = process.communicate(timeout=SECONDS)
    return process.returncode, out + said


def held_by(bench: Bench) -> leasefile.Holder:
    found = leasefile.read(bench.root / ".vernctl/locks/acme.lease")
    assert found is not None
    return found


def elsewhere(**fields: str) -> leasefile.Holder:
    """A lease of another host, whose process this kernel knows nothing of."""
    holder = leasefile.Holder.here("apply")
    return holder.model_copy(update={"machine": "another", "host": "elsewhere", **fields})


def test_a_stopped_process_finds_out_that_its_lease_was_taken_over_and_sends_nothing_more(
    patient: Bench,
) -> None:
    stopped = at_work(patient, host="a")
    stopped.send_signal(signal.SIGSTOP)
    other = vernctl(patient, *APPLY, host="b")
    agent_of(patient).go.set()
    code, said = ended(other)
    assert code == 0, said
    assert f"taken over from vernctl apply (process {stopped.pid} on" in said
    stopped.send_signal(signal.SIGCONT)
    code, said = ended(stopped)
    assert code == 4, said
    assert "this process held acme and lost it" in said
    assert "nothing was sent since" in said
    assert patient.agent.calls.count("execute") == 1
    later = patient.apply()
    assert later.status == "unchanged", later.error


def test_a_lease_of_another_host_is_waited_for_while_it_has_a_heartbeat(patient: Bench) -> None:
    first = at_work(patient, host="a")
    second = vernctl(patient, *APPLY, host="b")
    assert second.stderr is not None
    told = second.stderr.readline()
    assert f"waiting for vernctl apply (process {first.pid} on" in told
    before = held_by(patient)
    with pytest.raises(subprocess.TimeoutExpired):
        second.wait(1.5)
    assert held_by(patient).token == before.token
    assert held_by(patient).heartbeat > before.heartbeat
    agent_of(patient).go.set()
    for process in (first, second):
        code, said = ended(process)
        assert code == 0, said
        assert "taken over" not in said
    assert patient.agent.calls.count("execute") == 1


def test_a_killed_process_leaves_nothing_that_its_own_host_would_wait_for(patient: Bench) -> None:
    killed = at_work(patient)
    killed.kill()
    ended(killed)
    assert held_by(patient).pid == killed.pid
    agent_of(patient).go.set()
    code, said = ended(vernctl(patient, *APPLY))
    assert code == 0, said
    assert "waiting" not in said
    assert patient.agent.calls.count("execute") == 1
    assert not (patient.root / ".vernctl/locks/acme.lease").exists()


def test_status_tells_whose_the_lease_is_and_how_fresh(patient: Bench) -> None:
    first = at_work(patient, host="a")
    _, told = ended(vernctl(patient, "status", "specs/acme.yaml", "--format", "json", host="b"))
    agent_of(patient).go.set()
    ended(first)
    (fact,) = json.loads(told)["specs"][0]["facts"]
    assert fact.startswith(f"At work on it: vernctl apply (process {first.pid} on ")
    for words in (", of ", ", since ", ", last heartbeat ", ", expires "):
        assert words in fact, fact


@pytest.mark.usefixtures("soon")
def test_of_two_that_take_an_expired_lease_over_at_once_one_has_it(tmp_path: Path) -> None:
    leasefile.put(tmp_path / "acme.lease", elsewhere(expires="2026-01-01T00:00:00+00:00"))
    inside, most = [0], [0]

    async def work() -> None:
        async with lease(tmp_path, "acme", "apply", Silent()):
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            await asyncio.sleep(0.2)
            still_held()
            inside[0] -= 1

    threads = [threading.Thread(target=lambda: asyncio.run(work())) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SECONDS)
    assert (most, inside) == ([1], [0])


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("locked", [True, False])
def test_only_a_lease_under_the_kernels_lock_ends_with_that_lock(
    tmp_path: Path, locked: bool
) -> None:
    # Nobody has the lock. A lease that was taken over while another had it says nothing by that.
    left = leasefile.Holder.here("apply", locked=locked)
    leasefile.put(tmp_path / "acme.lease", left)
    assert (holder_of(tmp_path, "acme") is None) is locked
    waiting = Hearing()

    async def work() -> None:
        async with lease(tmp_path, "acme", "apply", waiting):
            still_held()

    asyncio.run(work())
    assert set(waiting.said) == (set() if locked else {"waiting"})


def test_a_lease_that_looks_expired_is_not_taken_from_a_host_whose_clock_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Twice as long as a beat takes here: a machine at work may be late.
    monkeypatch.setattr(leasefile, "HEARTBEAT", 0.6)
    path = tmp_path / "acme.lease"
    beats = 0

    async def work() -> None:
        async with lease(tmp_path, "acme", "apply", Silent()):
            assert beats == 6

    async def beside() -> None:
        nonlocal beats
        waiting = asyncio.create_task(work())
        for beats in range(1, 7):
            behind = {"heartbeat": f"2020-01-01T00:00:0{beats}", "token": "one"}
            leasefile.put(path, elsewhere(expires="2020-01-01T00:01:00+00:00", **behind))
            await asyncio.sleep(0.3)
        path.unlink()
        await waiting

    asyncio.run(beside())


def test_a_lease_that_is_damaged_names_nobody(tmp_path: Path) -> None:
    (tmp_path / "acme.lease").write_text("{")
    assert holder_of(tmp_path, "acme") is None

    async def work() -> str | None:
        async with lease(tmp_path, "acme", "apply", Silent()):
            return holder_of(tmp_path, "acme")

    assert "vernctl apply (process" in (asyncio.run(work()) or "")
    assert holder_of(tmp_path, "acme") is None


def test_no_request_that_may_change_something_goes_out_without_the_lease(
    work_bench: Bench, tmp_path: Path
) -> None:
    async def work() -> list[str]:
        sent: list[str] = []
        async with MigrationClient(
            work_bench.server.url, work_bench.server.api_key, trace=sent.append
        ) as client:
            client.guard(still_held)
            async with lease(tmp_path, "acme", "apply", Silent()):
                created = await client.create_migration(name="A", external_id="a")
                leasefile.put(tmp_path / "acme.lease", elsewhere())
                await client.get_thread(created.migration.id)
                with pytest.raises(RefusedError, match="lost it"):
                    await client.start_run(created.migration.id, "generate")
        return sent

    assert [line.split()[0] for line in asyncio.run(work())] == ["POST", "GET"]
