"""A rehearsal: the same commands against vernctl's own server, with everything in its own place."""

from __future__ import annotations

from vernctl.spec.model import Project


def rehearsal_of(project: Project) -> Project:
    """The project as a rehearsal sees it: the embedded endpoint, and local state of its own, so
    that neither the journal nor the data of what is real has a part in it."""
    rehearsing = project.model_copy(
        update={"rehearsal": True, "overridden": True, "endpoint": project.endpoints["embedded"]}
    )
    data = rehearsing.local / "data"
    embedded = project.embedded.model_copy(update={"data": data, "limits": "off"})
    return rehearsing.model_copy(update={"embedded": embedded})
