"""The words that an instruction may use: sheets, their columns, and the columns of the files."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import re2

from vernctl.engine.model import Column, Template
from vernctl.engine.names import words_of
from vernctl.engine.recipe.model import Recipe
from vernctl.engine.workspace import Workspace

_DETERMINERS = re2.compile(
    r"(?i)^(?:(?:the|a|an|any|every|each|all|of|in|on|for|from|our|their|its|both|entire|whole|"
    r"values? (?:of|in)|column|columns|field|fields|target|source|source column|original|"
    r"file column|spreadsheet column)\s+)+"
)
_NOISE = frozenset(
    ("column", "field", "value", "cell", "number", "address", "entry", "text", "data", "one")
)
_EVERYTHING = re2.compile(
    r"(?i)^(?:(?:all|every|each|the|of|in) )*(?:columns?|fields?|cells?|values?|everything|"
    r"everywhere|texts?|"
    r"text columns?|text fields?|all|data|cell values?)$"
)
_MANY = re2.compile(r"(?i)^(?:all|every|each|any)\b|s$")
_KINDS = {
    "phone": frozenset(("phone", "mobile", "tel", "telephone", "fax", "cellphone")),
    "email": frozenset(("email", "mail")),
    "date": frozenset(("date", "birthday", "dob", "since")),
    "name": frozenset(("name",)),
    "url": frozenset(("url", "website", "web")),
}
_KIND_WORDS = frozenset(("number", "address", "column", "field", "value"))
_SHEET = re2.compile(
    r"(?i)^(.+?),? (?:in|of|from|on|for) (?:the |sheet |every |each |all )*(\S+(?: \S+)?)(?: "
    r"sheet| table| rows?)?$"
)


class Target(NamedTuple):
    """A column of a sheet."""

    sheet: str
    column: str


class Vocabulary:
    """Finds what a phrase names. Names are compared by their words, in any case and number."""

    def __init__(self, work: Workspace, recipe: Recipe, only: Target | None = None) -> None:
        self.work = work
        self.recipe = recipe
        #: The column that an answer is about: what is left unsaid means it.
        self.only = only

    def about(self, sheet: str, column: str) -> Vocabulary:
        """The same vocabulary for an answer to a question about one column."""
        return Vocabulary(self.work, self.recipe, Target(sheet, column))

    def column(self, target: Target) -> Column:
        """The definition of a column."""
        found = self.work.template(target.sheet).column(target.column)
        assert found is not None  # targets are made of templates only
        return found

    def sheet(self, phrase: str) -> Template | None:
        """The sheet that a phrase names by its name or slug."""
        wanted = stems(phrase)
        for template in self.work.templates:
            if wanted and wanted in (stems(template.name), stems(template.slug)):
                return template
        return None

    def columns(self, phrase: str) -> tuple[Target, ...]:
        """The columns that a phrase names: one, the same in several sheets, a list, a kind, all."""
        within = [template.slug for template in self.work.templates]
        phrase = phrase.strip()
        if match := _SHEET.search(phrase):
            named = self.sheet(match.group(2))
            if named is not None:
                phrase, within = match.group(1), [named.slug]
        elif "." in phrase:
            head, _, tail = phrase.partition(".")
            named = self.sheet(head)
            if named is not None:
                phrase, within = tail, [named.slug]
        found = self._named(phrase, within)
        if found:
            return found
        parts = re2.split(r"(?i)\s*,\s*(?:and )?|\s+and\s+|\s*&\s*", phrase)
        listed = [self._named(part, within) for part in parts if part.strip()]
        if len(listed) > 1 and all(listed):
            return tuple(dict.fromkeys(target for each in listed for target in each))
        return ()

    def _named(self, phrase: str, within: Sequence[str]) -> tuple[Target, ...]:
        if _EVERYTHING.search(phrase.strip()):
            return tuple(target for target in self._all() if target.sheet in within)
        targets = [target for target in self._all() if target.sheet in within]
        exact = [target for target in targets if target.column.casefold() == phrase.casefold()]
        if exact:
            return tuple(exact)
        many = bool(_MANY.search(phrase.strip()))
        bare = _DETERMINERS.sub("", phrase.strip())
        head = re2.split(r"(?:'s|’s)? ", bare, 1)
        if len(head) == 2 and (named := self.sheet(head[0])):
            inner = [target for target in targets if target.sheet == named.slug]
            if same := _same(inner, head[1]):
                return same
        if many and (kind := self._kind(bare, targets)):
            return kind
        return _same(targets, bare) or self._from_source(bare, targets) or self._kind(bare, targets)

    def _kind(self, phrase: str, targets: Iterable[Target]) -> tuple[Target, ...]:
        """Columns of a kind: "every phone number" is Phone, Mobile and Fax."""
        wanted = [word for word in stems(phrase) if word not in _KIND_WORDS]
        for names in _KINDS.values():
            if len(wanted) == 1 and wanted[0] in names:
                return tuple(t for t in targets if names & set(stems(t.column)))
        return ()

    def _from_source(self, phrase: str, targets: Sequence[Target]) -> tuple[Target, ...]:
        wanted = stems(phrase)
        return tuple(
            target
            for target in targets
            if (sheet := self.recipe.sheet(target.sheet)) is not None
            and any(stems(source.column) == wanted for _, source in sheet.sources_of(target.column))
        )

    def source(self, phrase: str, sheet: str) -> dict[str, str]:
        """Table → column for a source column of a sheet's tables that a phrase names."""
        draft = self.recipe.sheet(sheet)
        found: dict[str, str] = {}
        bare = _DETERMINERS.sub("", re2.sub(r"(?i) (?:columns?|fields?)$", "", phrase.strip()))
        for item in draft.inputs if draft is not None else ():
            columns = self.work.loaded.tables[item.table].columns
            for wanted in (phrase.strip(), bare):
                same = [name for name in columns if name.casefold() == wanted.casefold()]
                same = same or [name for name in columns if stems(name) == stems(wanted)]
                if same:
                    found.setdefault(item.table, same[0])
        return found

    def _all(self) -> list[Target]:
        return [
            Target(template.slug, column.name)
            for template in self.work.templates
            for column in template.columns
        ]


def _same(targets: Iterable[Target], phrase: str) -> tuple[Target, ...]:
    wanted = stems(phrase)
    if not wanted:
        return ()
    targets = list(targets)
    same = [t for t in targets if stems(t.column) == wanted]
    same = same or [t for t in targets if "".join(stems(t.column)) == "".join(wanted)]
    bare = tuple(word for word in wanted if word not in _NOISE)
    same = same or [t for t in targets if bare and _bare(t.column) == bare]
    return tuple(same)


def _bare(column: str) -> tuple[str, ...]:
    return tuple(word for word in stems(column) if word not in _NOISE)


def stems(text: str) -> tuple[str, ...]:
    """The words of a name in the singular; ``E-mail`` is one word."""
    joined = re2.sub(r"(?i)\be[- ]mail", "email", text)
    return tuple(_stem(word) for word in words_of(joined))


def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "uses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
