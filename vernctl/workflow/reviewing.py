"""Review: what is pending, decided spec by spec. Every decision is done when it is taken."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from vernctl.errors import RefusedError, UsageError, VernctlError
from vernctl.snapshot.digest import short
from vernctl.spec.draft import with_refinement
from vernctl.spec.load import load_spec
from vernctl.spec.model import Project, Spec
from vernctl.spec.write import replace_file
from vernctl.workflow.approving import approve_spec, weigh_pending
from vernctl.workflow.outcome import SpecOutcome
from vernctl.workflow.pages import Pages
from vernctl.workflow.results import stopped

Verb = Literal["accepted", "rejected", "skipped"]


class Decision(NamedTuple):
    """What was decided of one spec, and what came of it in words."""

    name: str
    path: str
    verb: Verb
    said: str


class Review:
    """The specs with something to decide, and the ledger of what has been decided.

    ``outcomes`` are those to look at, by the spec's path: ``changed``, or ``refused`` with the
    reason why it cannot be accepted. Specs without anything pending are left out.
    """

    def __init__(self, project: Project, specs: Sequence[Spec], pages: Pages) -> None:
        self._project = project
        self._pages = pages
        self._specs: dict[str, Spec] = {}
        self.outcomes: dict[str, SpecOutcome] = {}
        self.ledger: dict[str, Decision] = {}
        for spec in specs:
            outcome = self._weighed(spec) if spec.state == "active" else None
            if outcome is not None:
                self._specs[spec.shown_path] = spec
                self.outcomes[spec.shown_path] = outcome

    @property
    def open(self) -> Mapping[str, SpecOutcome]:
        """What is still to be decided, in order."""
        return {path: o for path, o in self.outcomes.items() if path not in self.ledger}

    def accept(self, path: str, digest: str) -> Decision:
        """Approve exactly the preview with this digest.

        Raises RefusedError where something else is pending by now, or a check does not hold.
        """
        spec = self._spec(path)
        if digest != self.outcomes[path].digest:
            raise RefusedError(
                f"{spec.name} was not shown as {short(digest)}.",
                rule="stale",
                remote="Nothing was approved.",
            )
        outcome = approve_spec(self._project, spec, self._pages, digest=digest)
        if outcome.error is not None:
            raise RefusedError(
                outcome.error.message,
                rule="check",
                reasons=outcome.error.reasons,
                remote="Nothing was approved.",
                next=outcome.next,
            )
        return self._decide(path, "accepted", outcome.facts[0])

    def reject(self, path: str, message: str) -> Decision:
        """Write ``message`` into the spec as its last refinement; the next plan sends it.

        Raises UsageError where the message is empty, already there, or cannot be written in
        without touching the rest of the file.
        """
        spec = self._spec(path)
        said = message.strip()
        if not said:
            raise UsageError("A rejection needs a message: what should be otherwise?")
        if " ".join(said.split()) in {" ".join(r.message.split()) for r in spec.refine}:
            raise UsageError(f"{spec.shown_path} has this message already.")
        file = spec.path.resolve()  # a link stays one
        before = file.read_bytes()
        replace_file(file, with_refinement(before, said, spec.shown_path))
        try:
            load_spec(spec.path, self._project)
        except VernctlError:
            replace_file(file, before)
            raise
        words = f"the message is in {spec.shown_path}; next: vernctl plan {spec.shown_path}"
        return self._decide(path, "rejected", words)

    def skip(self, path: str) -> Decision:
        """Leave it pending."""
        self._spec(path)
        return self._decide(path, "skipped", "still pending")

    def _spec(self, path: str) -> Spec:
        if path not in self.open:
            raise UsageError(f"{path} is not open for a decision.")
        return self._specs[path]

    def _decide(self, path: str, verb: Verb, said: str) -> Decision:
        decision = Decision(self._specs[path].name, path, verb, said)
        self.ledger[path] = decision
        return decision

    def _weighed(self, spec: Spec) -> SpecOutcome | None:
        try:
            return weigh_pending(self._project, spec).outcome
        except RefusedError as error:
            if error.rule == "not_approved":  # nothing is pending
                return None
            return stopped(spec, "show", error, None)
