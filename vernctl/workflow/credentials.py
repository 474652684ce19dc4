"""Credentials of a live source: given to a run that waits for them, once, and kept nowhere.

References are resolved when the run asks, not before. The secrets leave through
``POST …/credentials`` alone; the journal learns which fields were given, and a short salted trace
by which the same rejected secrets are known again, so that they are not tried over and over
against the customer's system.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import os
from collections.abc import Mapping

from pydantic import JsonValue

from vernctl.api.guard import HIDDEN, secrets_in
from vernctl.api.models import CredentialRequest, Run
from vernctl.errors import (
    BadRequestError,
    ConflictError,
    CredentialsError,
    Place,
    Problem,
    RateLimitedError,
    ServerError,
    SpecError,
    UnreachableError,
)
from vernctl.spec.model import Connection, Project, Spec
from vernctl.spec.secrets import resolve_secret
from vernctl.workflow.known import Entry, GivenCredentials
from vernctl.workflow.line import Line
from vernctl.workflow.requests import out_of_quota

#: Four bytes tell a secret from another one by chance of 1 in 4e9, and do not lead back to it.
_TRACE_BYTES = 4
#: How often a service that says "no active request yet" is asked again.
_LOOKS = 3


def waiting_for(run: Run) -> str:
    """A run that waits for credentials, in a sentence."""
    request = run.credential_request or CredentialRequest()
    fields = ", ".join(fields_of(request.schema_)[0])
    source = request.source_name or request.source_key or "a live source"
    return f"The run waits for credentials of {source}{f': {fields}' if fields else ''}."


def refuse_unset(spec: Spec, project: Project) -> None:
    """Raise SpecError for references that lead nowhere, before anything is sent for a new customer.

    Environment and files are looked at, and forgotten again; no command is run.
    """
    connection = spec.connection
    problems: list[Problem] = []
    for reference in connection.credentials.values() if connection else ():
        if reference.command is not None:
            continue
        try:
            resolve_secret(reference, root=project.root, commands=False)
        except SpecError as error:
            problems += error.problems
    if problems:
        raise SpecError(problems, next=f"Then vernctl plan {spec.shown_path}.")


async def give_credentials(line: Line, run: Run, before: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Give a blocked run the secrets that it asks for; returns them.

    ``before``: what this command has given right before; that it asks again means that they were
    rejected. Raises CredentialsError, the run left blocked, where the spec has not what is asked
    for or the source does not take it; QuotaError and ApiError as any request.
    """
    session, journal, spec = line.session, line.journal, line.spec
    request = run.credential_request or CredentialRequest()
    connection = _wanted(spec, run, request)
    if before:
        raise _rejected(spec, run, request, before)
    secrets = await _resolved(line, run, request, connection)
    tried = [one for one in journal.known.tried if one.run_id == run.run_id]
    given = secrets_in(secrets) or ("",)
    if any(_same(one, secrets) for one in tried):
        raise _rejected(spec, run, request, given)
    session.listener.say(spec.name, "credentials", ", ".join(sorted(secrets)))
    await _send(line, run, request.connection_id, secrets)
    return given


async def _send(
    line: Line, run: Run, connection_id: str | None, secrets: Mapping[str, JsonValue]
) -> None:
    """Send them, journalled before; what became of a lost request is told by reading, and sending
    once more is safe."""
    session, journal = line.session, line.journal
    migration_id = journal.known.migration_id or ""
    for look in range(_LOOKS):
        await session.gate.admit(journal.address, ("agent",), "credentials")
        session.budget.made(journal.address)
        intent = await _intend(line, run, secrets)
        try:
            await session.client.submit_credentials(
                migration_id, run.run_id, secrets, connection_id
            )
        except (UnreachableError, ServerError):
            if await line.settle():
                return
            if look:
                raise
        except RateLimitedError as limited:
            journal.result(intent, done=False)
            raise out_of_quota(limited, "credentials") from limited
        except ConflictError as conflict:
            # Given by somebody else, or not asked for yet: the run itself tells which.
            if await line.settle(conflict):
                return
            if look == _LOOKS - 1:
                raise
            await asyncio.sleep(session.poll_seconds)
        except BadRequestError as refused:
            journal.result(intent, done=False)
            why = f"the service does not take them: {refused.message}"
            raise _error(line.spec, run, why) from None
        else:
            journal.result(intent)
            return


async def _intend(line: Line, run: Run, secrets: Mapping[str, JsonValue]) -> Entry:
    salt, fields = os.urandom(8).hex(), list[JsonValue](sorted(secrets))
    return line.journal.intend(
        "credentials",
        sequence=await line.mark(),
        run_id=run.run_id,
        fields=fields,
        salt=salt,
        trace=await asyncio.to_thread(_trace, salt, secrets),
    )


def _wanted(spec: Spec, run: Run, request: CredentialRequest) -> Connection:
    """The spec's connection, where the request is for it. Secrets go to no other source."""
    source = request.source_key or request.source_name or "a live source"
    connection = spec.connection
    if connection is None:
        raise _error(spec, run, f"the run asks for credentials of {source}; the spec names none.")
    asked = request.source_key
    if asked is not None and asked.lower() != connection.source_key:
        raise _error(
            spec,
            run,
            f"the run asks for credentials of {asked}, and the spec's are for "
            f"{connection.source_key}; none were sent.",
        )
    return connection


async def _resolved(
    line: Line, run: Run, request: CredentialRequest, connection: Connection
) -> dict[str, JsonValue]:
    """The secrets of the fields that are asked for, as their schema wants them."""
    spec, session = line.spec, line.session
    fields, required = fields_of(request.schema_)
    missing = [name for name in required if name not in connection.credentials]
    wanted = [name for name in fields or connection.credentials if name in connection.credentials]
    if missing or not wanted:
        asked = ", ".join(missing or fields) or "nothing that can be named"
        has = ", ".join(connection.credentials) or "none"
        raise _error(
            spec,
            run,
            f"the live source asks for {asked}; `connection.credentials` has {has}.",
            next=f"Add the reference under `connection.credentials` "
            f"({connection.place}) and plan again.",
        )
    found: dict[str, JsonValue] = {}
    for name in wanted:
        reference = connection.credentials[name]
        try:
            secret = await asyncio.to_thread(
                resolve_secret, reference, root=session.project.root, commands=session.commands
            )
        except SpecError as error:
            said = error.problems[0].message
            raise _error(
                spec, run, f"{name}: {said}.", place=reference.place, next=error.next
            ) from None
        value = _fitting(secret, fields.get(name))
        if value is None:
            why = f"{name} is not of the form that the live source asks for."
            raise _error(spec, run, why, place=reference.place)
        found[name] = value
    return found


def fields_of(
    schema: Mapping[str, JsonValue],
) -> tuple[dict[str, Mapping[str, JsonValue]], tuple[str, ...]]:
    """The fields of a credential request, and those that must be given.

    The API keys fields by name, and does not pin what stands there: a field is required unless it
    says otherwise. A JSON Schema of an object is read as one, too.
    """
    properties = schema.get("properties")
    if schema.get("type") == "object" and isinstance(properties, dict):
        named = properties
        listed = schema.get("required")
        required = tuple(str(name) for name in listed) if isinstance(listed, list) else ()
        return {name: _as_map(field) for name, field in named.items()}, required
    fields = {name: _as_map(field) for name, field in schema.items()}
    return fields, tuple(name for name, field in fields.items() if field.get("required", True))


def _as_map(field: JsonValue) -> Mapping[str, JsonValue]:
    return field if isinstance(field, dict) else {}


def _fitting(secret: str, field: Mapping[str, JsonValue] | None) -> JsonValue:
    """The secret as the field wants it; None where it cannot be. A pattern is never compiled."""
    field = field or {}
    least, most, offered = field.get("minLength"), field.get("maxLength"), field.get("enum")
    if isinstance(least, int) and len(secret) < least:
        return None
    if isinstance(most, int) and len(secret) > most:
        return None
    if isinstance(offered, list) and secret not in offered:
        return None
    match field.get("type"):
        case "integer" | "number":
            return int(secret) if secret.isascii() and secret.isdigit() else None
        case "boolean":
            return {"true": True, "false": False}.get(secret)
        case _:
            return secret


def _trace(salt: str, secrets: Mapping[str, JsonValue]) -> str:
    """What tells these secrets from others, and does not tell them."""
    text = json.dumps(secrets, sort_keys=True).encode()
    made = hashlib.scrypt(text, salt=bytes.fromhex(salt), n=1 << 14, r=8, p=1, dklen=_TRACE_BYTES)
    return made.hex()


def _same(given: GivenCredentials, secrets: Mapping[str, JsonValue]) -> bool:
    return hmac.compare_digest(given.trace, _trace(given.salt, secrets))


def _rejected(
    spec: Spec, run: Run, request: CredentialRequest, given: tuple[str, ...]
) -> CredentialsError:
    """``given`` is not repeated, should the source's own words do so."""
    assert spec.connection is not None  # they were given from it
    source = request.source_name or spec.connection.source_key
    names = ", ".join(spec.connection.credentials)
    why = f": {request.reason}" if request.reason else "."
    for secret in filter(None, given):
        why = why.replace(secret, HIDDEN)
    return _error(
        spec,
        run,
        f"{source} rejected the credentials that were given ({names}){why}",
        place=spec.connection.place,
        next=f"Put the right ones where the references lead, then vernctl plan {spec.shown_path}; "
        "the same are not sent again.",
    )


def _error(
    spec: Spec,
    run: Run,
    message: str,
    *,
    place: Place | None = None,
    next: str | None = None,  # noqa: A002
) -> CredentialsError:
    return CredentialsError(
        message,
        run_id=run.run_id,
        place=place,
        next=next or f"Mend `connection:` in {spec.shown_path}, then plan again.",
    )
