"""The exception tree. Every error says what happened, where, what became of remote data, what next.

VernctlError                        exit  1
├── UsageError                           64   the command line itself is wrong
├── SpecError                             1   a spec, vernctl.yaml or catalog is wrong: all of it
├── SnapshotError                         1   a snapshot is corrupt, edited by hand, or too new
├── JournalError                          1   the local journal cannot be trusted
├── BusyError                             1   another vernctl holds what this one needs
├── InputError                            1   a customer's file is missing or cannot be read
├── RefusedError                          4   a safety rule says no (stale, not approved, …)
├── UnansweredError                       3   a question has no answer in the spec
│   └── CredentialsError                      a live source has no credentials that it takes
├── QuotaError                            5   the account's hour is used up; nothing was lost
├── RunFailedError                        1   the agent's run failed or was cancelled
├── PartialImportError                    6   rows were written, the execute did not finish
└── ApiError                              1   the service answered with an error, or not at all
    ├── UnauthorizedError                     401
    ├── ForbiddenError                        403
    ├── NotFoundError                         404
    ├── ConflictError                         409 (carries run_id where the body does)
    ├── GoneError                             410
    ├── BadRequestError                       400, 412, 413, 422
    ├── RateLimitedError                      429 (carries retry_after)
    ├── ServerError                           5xx
    ├── UnreachableError                      no connection, TLS, time-out, truncated body
    └── ContractError                         an answer that is not what the contract promises
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, order=True)
class Place:
    """A position in a text file; line and column count from 1. Printed as ``file:line:column``."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return (
            f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"
        )


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a file that a person wrote: where, what, and how to mend it."""

    place: Place
    message: str

    def __str__(self) -> str:
        return f"{self.place}   {self.message}"


class VernctlError(Exception):
    """Base of every error that vernctl raises on purpose.

    ``kind`` is the stable name in ``--format json``; ``place`` is where the cause was written;
    ``remote`` says what became of remote data; ``next`` is the command (or edit) that goes on.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        message: str,
        *,
        place: Place | None = None,
        reasons: Sequence[str] = (),
        remote: str | None = None,
        next: str | None = None,  # noqa: A002 - the word of the JSON document
    ) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.reasons = tuple(reasons)
        self.remote = remote
        self.next = next


class UsageError(VernctlError):
    """The command line asks for something that does not exist or does not go together."""

    kind = "usage"
    exit_code = 64


class SpecError(VernctlError):
    """One or more problems in files that a person wrote; all of them at once.

    ``remote`` where the problem shows only against an answer of the service.
    """

    kind = "spec"

    def __init__(
        self,
        problems: Sequence[Problem],
        *,
        remote: str = "Nothing was sent.",
        next: str | None = None,  # noqa: A002
    ) -> None:
        self.problems = tuple(sorted(problems))
        count = len(self.problems)
        message = f"{count} problem{'s' if count != 1 else ''}. {remote}"
        place = self.problems[0].place if self.problems else None
        super().__init__(
            message, place=place, reasons=[str(problem) for problem in self.problems], next=next
        )


class SnapshotError(VernctlError):
    """A snapshot that cannot be believed: corrupt, edited by hand, or of a newer format."""

    kind = "snapshot"


class JournalError(VernctlError):
    """The journal of this checkout is damaged beyond a torn last line."""

    kind = "journal"


class BusyError(VernctlError):
    """Somebody else holds a lock; the message names the process, host and since when."""

    kind = "busy"


class InputError(VernctlError):
    """A customer's file is missing, unreadable or not what its name says."""

    kind = "input"


class RefusedError(VernctlError):
    """A safety rule says no. ``rule``: check, stale, not_approved, unknown_preview, stranger."""

    kind = "refused"
    exit_code = 4

    def __init__(
        self,
        message: str,
        *,
        rule: str,
        place: Place | None = None,
        reasons: Sequence[str] = (),
        remote: str | None = "Nothing was executed.",
        next: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(message, place=place, reasons=reasons, remote=remote, next=next)
        self.rule = rule


class OvertakenError(RefusedError):
    """An execute was refused, for another one, or a run, has come before it; nothing was done."""


class UnansweredError(VernctlError):
    """A question that no answer rule settles, or that two rules would. Nothing was guessed."""

    kind = "unanswered"
    exit_code = 3


class CredentialsError(UnansweredError):
    """A run waits for credentials that the spec does not give, or that the source does not take.

    The run is left blocked, unless ``canceled``; no secret is part of what is said.
    """

    kind = "credentials"

    def __init__(
        self,
        message: str,
        *,
        run_id: str,
        place: Place | None = None,
        canceled: bool = False,
        next: str | None = None,  # noqa: A002
    ) -> None:
        left = "the run was canceled, its slot is free." if canceled else "the run waits."
        super().__init__(message, place=place, remote=f"Nothing was imported; {left}", next=next)
        self.run_id = run_id
        self.canceled = canceled


class QuotaError(VernctlError):
    """The account's limit is reached. ``resume_at`` is unix seconds, where known."""

    kind = "quota"
    exit_code = 5

    def __init__(
        self,
        message: str,
        *,
        resume_at: float | None = None,
        next: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(message, remote="Nothing was lost.", next=next)
        self.resume_at = resume_at


class RunFailedError(VernctlError):
    """The agent's run ended as failed or canceled."""

    kind = "run_failed"


class PartialImportError(VernctlError):
    """An execute ended badly after rows were, or may have been, written."""

    kind = "partial"
    exit_code = 6


class ApiError(VernctlError):
    """The service refused a request or could not be reached. ``status``: HTTP status, if any."""

    kind = "api"

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        request: str | None = None,
        remote: str | None = None,
        next: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(message, remote=remote, next=next)
        self.status = status
        self.request = request


class UnauthorizedError(ApiError):
    """401: the key is missing, malformed or revoked."""

    kind = "unauthorized"


class ForbiddenError(ApiError):
    """403: the account has no active plan."""

    kind = "forbidden"


class NotFoundError(ApiError):
    """404: not there, or not in this account (the API never says which)."""

    kind = "not_found"


class ConflictError(ApiError):
    """409. ``run_id`` is the active run where the body names one; ``retry_after`` in seconds.

    ``company_id``: the company that has the external_id already, where the body names it.
    """

    kind = "conflict"

    def __init__(
        self,
        message: str,
        *,
        run_id: str | None = None,
        company_id: str | None = None,
        retry_after: float | None = None,
        status: int | None = 409,
        request: str | None = None,
        remote: str | None = None,
        next: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(message, status=status, request=request, remote=remote, next=next)
        self.run_id = run_id
        self.company_id = company_id
        self.retry_after = retry_after


class GoneError(ApiError):
    """410: an export that has expired."""

    kind = "gone"


class BadRequestError(ApiError):
    """400, 412, 413, 422: the service did not accept what was sent."""

    kind = "bad_request"


class RateLimitedError(ApiError):
    """429. ``retry_after`` in seconds; ``runs``: ids of the runs that fill the account's slots."""

    kind = "rate_limited"

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        runs: Sequence[str] = (),
        request: str | None = None,
    ) -> None:
        super().__init__(message, status=429, request=request)
        self.retry_after = retry_after
        self.runs = tuple(runs)


class ServerError(ApiError):
    """5xx: the service failed."""

    kind = "server"


class UnreachableError(ApiError):
    """No answer: refused connection, TLS, time-out, a body cut short."""

    kind = "unreachable"


class ContractError(ApiError):
    """An answer that does not have the shape that the contract promises."""

    kind = "contract"
