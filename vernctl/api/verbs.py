"""What every group of verbs has."""

from __future__ import annotations

from vernctl.api.transport import Transport


class Verbs:
    """Base of the groups that make up :class:`vernctl.api.client.MigrationClient`."""

    _transport: Transport
