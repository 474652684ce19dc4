"""What business people call things: terms → concepts, and which concepts are near each other."""

from __future__ import annotations

from vernctl.engine.concepts import CONCEPT_TERMS
from vernctl.engine.concepts_money import MONEY_TERMS
from vernctl.engine.concepts_people import PEOPLE_TERMS
from vernctl.engine.nearness import NEAR_CONCEPTS

#: Units that qualify another and seldom name a column by themselves, and what they still weigh.
QUALIFIERS: dict[str, float] = {
    **dict.fromkeys(
        ("default", "work", "home", "other", "value", "info", "field", "current", "new", "old",
         "last", "first", "full", "total", "is", "has", "raw", "data", "text", "record",
         "property", "custom", "attribute", "system"),
        0.4,
    ),
    # The currency of an amount.
    **dict.fromkeys(
        ("eur", "usd", "gbp", "chf", "sgd", "aud", "cad", "czk", "pln", "sek", "nok", "dkk", "jpy"),
        0.4,
    ),
    # The first of several is the one that is meant, the others less so.
    "1": 0.2, "2": 0.6, "3": 0.6, "4": 0.6,
}  # fmt: skip

#: Two units that together are one ("E-Mail-Adresse", "Handy-Nr.").
TOGETHER = {
    ("email", "address"): "email",
    ("phone", "number"): "phone",
    ("mobile", "number"): "mobile",
    ("fax", "number"): "fax",
    ("website", "address"): "website",
    ("order", "number"): "order number",
    ("order", "id"): "order number",
    ("invoice", "number"): "invoice number",
    ("invoice", "id"): "invoice number",
    ("zip", "number"): "zip",
    ("birth", "date"): "birth date",
    ("full name", "name"): "full name",
    ("street", "2"): "street 2",
    ("address", "2"): "street 2",
    ("street", "address"): "street",
    ("address", "street"): "street",
    ("address", "city"): "city",
    ("address", "zip"): "zip",
    ("address", "state"): "state",
    ("address", "country"): "country",
    ("payee", "iban"): "payee account",
    ("iban", "payee"): "payee account",
    ("payee", "account"): "payee account",
    ("payee", "name"): "payee",
    ("iban", "number"): "iban",
    ("shipping", "cost"): "shipping cost",
    ("shipping", "fee"): "shipping cost",
    ("shipping", "price"): "shipping cost",
    ("employee", "number"): "employee number",
    ("employee", "id"): "employee number",
    ("employee", "code"): "employee number",
    ("ticket", "id"): "ticket",
    ("ticket", "number"): "ticket",
    ("end", "employee"): "termination date",
    ("amount", "subtotal"): "subtotal",
    ("amount", "total"): "total",
    ("amount", "tax"): "tax",
    ("total", "subtotal"): "subtotal",
    ("subtotal", "total"): "subtotal",
    ("customer", "name"): "customer",
    ("company", "name"): "company",
    ("balance", "booking"): "balance",
    ("status", "order"): "status",
    ("status", "invoice"): "status",
}

#: Heads that nearly every table has; alone they mean the table's own ("Name" of companies).
GENERIC = frozenset(
    ("name", "id", "number", "code", "type", "status", "description", "note", "date", "category",
     "created", "updated", "active", "reference", "owner", "address", "phone", "email", "website",
     "external id")
)  # fmt: skip


def _parse_concepts() -> dict[tuple[str, ...], str]:
    terms: dict[tuple[str, ...], str] = {}
    for line in (
        "".join((CONCEPT_TERMS, MONEY_TERMS, PEOPLE_TERMS)).replace("\n  ", " ").splitlines()
    ):
        concept, _, names = line.partition(":")
        for name in (concept, *names.split(",")):
            if name.strip():
                terms.setdefault(tuple(name.split()), concept)
    return terms


def _parse_near() -> dict[frozenset[str], float]:
    near: dict[frozenset[str], float] = {}
    for entry in " ".join(NEAR_CONCEPTS.split()).split("; "):
        pair, _, weight = entry.rpartition(" ")
        near[frozenset(pair.split(" ~ "))] = float(weight)
    return near


#: A term's words → its concept.
TERMS = _parse_concepts()
#: The same terms written together ("lastname"), where that is no other term.
JOINED = {"".join(words): concept for words, concept in reversed(TERMS.items())}
#: Pairs of concepts → how near they are.
NEAR = _parse_near()
#: Every concept.
CONCEPTS = frozenset(TERMS.values())
#: The longest term, in words.
LONGEST = max(map(len, TERMS))
