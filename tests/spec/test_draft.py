"""A message is added to a spec's file without moving anything that stands there."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from vernctl.errors import UsageError
from vernctl.spec.draft import with_refinement

HEAD = "version: 1  # a comment\n\nmigration: {name: Acme}\n"
FILES = {
    "a list": (
        f"{HEAD}refine:\n  - One.  # why\n  - {{id: two, message: Two.}}\n\n# end\nfiles: [a]\n"
    ),
    "a list at the end": f"{HEAD}refine:\n- One.",
    "no list": f"{HEAD}files: [a]",
    "an empty list": f"{HEAD}refine: []  # none\nfiles: [a]\n",
    "a list on one line": f'{HEAD}refine: [One., "Two."]\nfiles: [a]\n',
    "a list over lines": f"{HEAD}refine: [\n  One.,\n  Two.\n]\n",
    "a bare key": f"{HEAD}refine:   # later\nfiles: [a]\n",
    "a block of text": (
        f"{HEAD}refine:\n  - |\n    One.\n    More.\n\n\n# about files\nfiles: [a]\n"
    ),
    "a folded block": (
        f"{HEAD}refine:\n  - id: x\n    message: >-\n      One.\n      More.\nfiles: [a]\n"
    ),
    "Windows lines": f"{HEAD}refine:\n  - One.\nfiles: [a]\n".replace("\n", "\r\n"),
}


@pytest.mark.parametrize("text", FILES.values(), ids=FILES)
def test_the_message_is_the_last_and_every_other_byte_stays(text: str) -> None:
    added = with_refinement(text.encode(), "Trim it.", "acme.yaml").decode()
    before, after = yaml.safe_load(text), yaml.safe_load(added)
    assert after == {**before, "refine": [*(before.get("refine") or []), "Trim it."]}
    assert _without_one_piece(added, text)


def test_the_message_stands_in_line_with_the_others() -> None:
    added = with_refinement(FILES["a list"].encode(), 'Map "A" to B: now # not a comment', "s")
    assert '  - "Map \\"A\\" to B: now # not a comment"\n\n# end\n' in added.decode()


def test_the_line_ends_of_the_file_are_kept() -> None:
    added = with_refinement(FILES["Windows lines"].encode(), "Trim it.", "s").decode()
    assert added.count("\n") == added.count("\r\n")


@pytest.mark.parametrize(
    "text",
    ["{version: 1, refine: [a]}", "base: &b [a]\nrefine: *b\n", "- a\n", "", "refine: text\n"],
)
def test_what_cannot_be_added_to_is_left_and_the_line_is_told(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        with_refinement(text.encode(), "Trim it.", "specs/acme.yaml")
    assert caught.value.next is not None
    assert '- "Trim it."' in caught.value.next


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60))
def test_any_message_is_read_back_as_it_was_said(message: str) -> None:
    added = with_refinement(FILES["a list"].encode(), message, "s")
    assert yaml.safe_load(added.decode())["refine"][-1] == message


def _without_one_piece(longer: str, shorter: str) -> bool:
    extra = len(longer) - len(shorter)
    return any(longer[:i] + longer[i + extra :] == shorter for i in range(len(shorter) + 1))
