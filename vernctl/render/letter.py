"""The open questions of an import as a page to send to the customer."""

from __future__ import annotations

from vernctl.render.markdown.build import prose
from vernctl.render.text.questions import open_questions
from vernctl.workflow.outcome import SpecOutcome


def questions_page(outcome: SpecOutcome) -> str:
    """Markdown: every open question with what may be answered, and room for the answer."""
    asked = open_questions(outcome)
    title = prose(outcome.title or outcome.name)
    if not asked:
        return f"# {title}: no open questions about your import\n"
    lines = [f"# {title}: questions about your import", ""]
    lines += ["Your data is not imported yet. Please tell us what is right:", ""]
    for number, question in enumerate(asked, start=1):
        lines += [f"## {number}. {prose(question.question, 600)}", ""]
        lines += [prose(question.context, 600), ""] if question.context else []
        lines += [f"- [ ] {prose(option.label, 200)}" for option in question.options]
        if question.allow_custom:
            lines.append("- [ ] something else: ______" if question.options else "Answer: ______")
        lines.append("")
    return "\n".join(lines)
