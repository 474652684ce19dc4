"""The planner: what has to be asked of the service, as little as possible, and why.

``decide`` is the design's table, "the first that holds", as one pure function from what is known
to a :class:`Plan`. The steps of that plan are the one list that is printed and performed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

from vernctl.errors import RefusedError
from vernctl.snapshot.model import RecordedQuestion
from vernctl.workflow.asked import answer_today
from vernctl.workflow.outcome import Cost, Step, StepKind
from vernctl.workflow.wishes import Desired, Recorded, applied_order, changes_between

Case = Literal["new", "attach", "imported", "read", "refine", "regenerate", "blocked"]


class PlannedStep(Step):
    """A step with what it sends. ``messages`` go out as one update."""

    messages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Situation:
    """Everything the table looks at.

    ``run`` is the status of the migration's latest run (None: none yet); ``known`` what led to the
    server's preview, None where this checkout does not know that preview; ``earlier`` what an
    older preview was made with, for the order of messages and the questions to expect;
    ``credentialed``: the service was given the live source's credentials before; ``which`` names
    that run for a person.
    """

    exists: bool
    run: str | None
    ours: bool
    known: Recorded | None
    imported: bool
    earlier: Recorded | None
    uploaded: bool
    credentialed: bool = False
    which: str = ""


@dataclass(frozen=True)
class Plan:
    """One case of the table with its steps; ``questions`` are those to expect on the way."""

    case: Case
    steps: tuple[PlannedStep, ...] = ()
    questions: tuple[RecordedQuestion, ...] = ()
    unanswered: tuple[RecordedQuestion, ...] = ()

    @property
    def cost(self) -> Cost:
        """What the steps take of the account's limits."""
        return cost_of(self.steps)


@dataclass(frozen=True)
class Options:
    """What a person may ask the planner to do otherwise."""

    replace: bool = False
    refresh: bool = False
    reorder: bool = False


def one_by_one(plan: Plan) -> Plan:
    """The same plan with an update for every message (``plan --step``)."""
    steps: list[PlannedStep] = []
    for step in plan.steps:
        if step.kind != "update":
            steps.append(step)
            continue
        for message in step.messages:
            said = step.model_copy(update={"messages": (message,), "detail": message})
            steps.append(said)
    return replace(plan, steps=tuple(steps))


def steps_for(plan: Plan) -> tuple[PlannedStep, ...]:
    """The one list that ``plan`` prints and ``perform`` walks."""
    return plan.steps


def cost_of(steps: Sequence[Step]) -> Cost:
    """Requests by the account's scarce limits; ``agent_max`` allows one more block per run."""
    kinds = Counter(step.kind for step in steps)
    agent = sum(step.agent_calls for step in steps)
    runs = kinds["generate"] + kinds["update"]
    return Cost(
        create=kinds["create"], generate=kinds["generate"], agent=agent, agent_max=agent + runs
    )


def decide(situation: Situation, desired: Desired, options: Options) -> Plan:
    """The design's table: a, b, b2, c, d, e; the first that holds.

    Raises RefusedError for a stranger's run and for a preview that this checkout does not know.
    """
    anew = partial(_from_scratch, situation, desired, reorder=options.reorder)
    if not situation.exists:
        return anew("the address is new", create=True)
    if situation.run in ("queued", "running", "blocked"):
        if not situation.ours:
            raise _stranger(situation)
        return Plan("attach")
    known = situation.known
    if situation.imported and known is not None:
        change = changes_between(known, desired)
        asked_for = _asked_for(known, desired, options)
        if change.is_nothing and not asked_for:
            return Plan("imported", questions=known.questions)
        if change.only_lost_answers and not asked_for:
            return Plan("blocked", questions=known.questions, unanswered=change.unanswered)
        return anew(f"{change.why or asked_for}; an import has completed")
    if situation.run in (None, "failed", "canceled"):
        reason = "no preview yet" if situation.run is None else f"the last run {situation.run}"
        return anew(reason)
    if known is None:
        if options.replace:
            return anew("the unknown preview is to be replaced")
        raise RefusedError(
            "the service holds a preview that this checkout does not know.",
            rule="unknown_preview",
            reasons=("another branch's, another person's, or made by hand",),
            next="`vernctl plan --replace` makes a new one in its place.",
        )
    return _from_known(situation, known, desired, options)


def _from_known(situation: Situation, known: Recorded, desired: Desired, options: Options) -> Plan:
    """Case c: a preview that is known; the cheapest way to the one that is wanted."""
    change = changes_between(known, desired)
    if asked_for := _asked_for(known, desired, options):
        return _from_scratch(situation, desired, asked_for, reorder=options.reorder)
    if change.only_lost_answers:
        return Plan("blocked", questions=known.questions, unanswered=change.unanswered)
    if change.needs_generate:
        return _from_scratch(situation, desired, change.why)
    if change.added:
        update = _update(change.added, change.why)
        return Plan("refine", (update,), questions=known.questions)
    return Plan("read", questions=known.questions)


def _asked_for(known: Recorded, desired: Desired, options: Options) -> str:
    """Why a person wants a generate although nothing may have changed; '' where nobody does."""
    if options.refresh:
        return "a fresh run was asked for"
    if options.reorder and known.messages != desired.messages:
        return "the order of the messages is to count"
    return ""


def _from_scratch(
    situation: Situation,
    desired: Desired,
    reason: str,
    *,
    create: bool = False,
    reorder: bool = False,
) -> Plan:
    earlier = situation.known or situation.earlier
    recorded = earlier.messages if earlier and not reorder else ()
    messages = applied_order(recorded, desired.messages)
    expected = earlier.questions if earlier else ()
    steps: list[PlannedStep] = []
    if create:
        steps.append(_step("create", reason))
    if desired.files and (create or not situation.uploaded):
        steps.append(_step("upload", "a fresh migration has no files" if create else reason))
    if desired.knowledge is not None or (earlier and earlier.knowledge):
        steps.append(_step("knowledge", "the agent reads it before each run"))
    if desired.connection is not None:
        steps.append(_step("connect", "the live source is read by a generate"))
    elif earlier and earlier.connection is not None:
        steps.append(_step("connect", "the spec has no live source any more"))
    steps.append(_step("generate", reason, agent_calls=1))
    if desired.credentials and not situation.credentialed:
        names = ", ".join(desired.credentials)
        why = "the live source asks for them"
        steps.append(_step("credentials", why, agent_calls=1, detail=names))
    answered = tuple(q for q in expected if answer_today(q, desired.rules) is not None)
    if answered:
        count = f"{len(answered)} question{'' if len(answered) == 1 else 's'}"
        steps.append(_step("answer", "asked the last time", agent_calls=1, detail=count))
    if messages:
        steps.append(_update(messages, "a generate starts without messages"))
    return Plan("new" if create else "regenerate", tuple(steps), questions=answered)


def _update(messages: Sequence[str], reason: str) -> PlannedStep:
    count = len(messages)
    detail = "1 message" if count == 1 else f"{count} messages, in one"
    return PlannedStep(
        kind="update", reason=reason, agent_calls=1, detail=detail, messages=tuple(messages)
    )


def _step(kind: StepKind, reason: str, *, agent_calls: int = 0, detail: str = "") -> PlannedStep:
    return PlannedStep(kind=kind, reason=reason, agent_calls=agent_calls, detail=detail)


def _stranger(situation: Situation) -> RefusedError:
    return RefusedError(
        f"a run that this checkout did not start is {situation.run} on this migration.",
        rule="stranger",
        reasons=(situation.which,) if situation.which else (),
        remote="Nothing was sent; that run goes on.",
        next="Wait for it, or `vernctl cancel` it if you know that nobody needs it.",
    )
