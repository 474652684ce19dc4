"""What the doctor found, as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from vernctl.render.escape import WHOLE, text_safe

if TYPE_CHECKING:
    from vernctl.workflow.doctor import Finding


def as_text(findings: Sequence[Finding]) -> str:
    """One line for each thing that was looked at, and below it how to mend what is not ok."""
    lines = []
    for finding in findings:
        lines.append(f"{finding.health:<6}{finding.name:<9}{text_safe(finding.says, WHOLE)}")
        if finding.mend and finding.health != "ok":
            lines.append(f"{'':15}{text_safe(finding.mend, WHOLE)}")
    bad = sum(finding.health == "bad" for finding in findings)
    lines += ["", f"{bad} to mend." if bad else "Fit for work."]
    return "\n".join(lines) + "\n"
