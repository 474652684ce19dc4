"""Write the example exports under ``examples/data``: two customers, every byte from one seed.

    python examples/make_data.py [DIR]

acme is a CRM (companies.csv, contacts.csv), globex a shop (shop.xlsx). All names, addresses and
numbers are invented. The mess is what real exports have: each kind is a function below that says
what it does to the clean rows, so that what an import must cope with can be read here.
"""

from __future__ import annotations

import csv
import io
import random
import re
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

SEED = 20260101
HERE = Path(__file__).parent / "data"
NBSP = "\u00a0"
Cell = str | int | float | date | None

_FIRST = (
    "Anna Björn Carla David Émilie Finn Greta Hugo Ines Jonas Karla Lars María Nils Olivia Paul "
    "Renée Sven Tara Uwe Vera Willem Yara Zoë Ahmed Beatriz Cem Dorota Elif Frank Gökhan Hanna "
    "Igor Jürgen Kaja Luís Mia Noah Oskar Petra"
)
_LAST = (
    "Andersson Bauer Castro Dubois Eriksen Fischer García Hoffmann Ivanov Jansen Keller Lindqvist "
    "Müller Novak O'Brien Petersen Quist Rossi Schröder Tamm Ulrich Vogel Wagner Yıldız Zimmermann "
    "Berg Costa Dahl Engel Frey Grünwald Hartmann Iversen Jung Koch Lange Meyer Nowak Otto Peeters"
)
_COMPANY = (
    "Aurora Birke Cobalt Delta Eiche Falken Granit Hafen Inselberg Jade Kupfer Linde Mosel "
    "Nordlicht Orion Pappel Quarz Rhein Silber Tanne Ufer Violett Weser Zeder Anker Brücken Dünen "
    "Elbe Föhn Gezeiten"
)
FIRST, LAST, COMPANY = _FIRST.split(), _LAST.split(), _COMPANY.split()
TRADE = (
    ("Logistik", "Logistics"),
    ("Software", "Software"),
    ("Werke", "Manufacturing"),
    ("Handel", "Retail"),
    ("Klinik", "Healthcare"),
    ("Finanz", "Finance"),
    ("Studio", "Other"),
)
PLACES = (
    ("München", "Germany"),
    ("Köln", "Germany"),
    ("Hamburg", "Germany"),
    ("Zürich", "Switzerland"),
    ("Genève", "Switzerland"),
    ("Wien", "Austria"),
    ("Malmö", "Sweden"),
    ("København", "Denmark"),
    ("Lyon", "France"),
    ("Zaragoza", "Spain"),
)
FORMS = ("GmbH", "AG", "KG", "A/S", "SARL", "AB")
TITLES = (
    "Head of Operations",
    "Buyer",
    "IT Manager",
    "CFO",
    "Managing Director",
    "Assistant",
    "Sales Manager",
    "Controller",
)


class Company:
    """A company before its export was messed up."""

    def __init__(self, rng: random.Random, number: int, taken: set[str]) -> None:
        while True:
            trade, self.industry = rng.choice(TRADE)
            stem = f"{rng.choice(COMPANY)} {trade}"
            if stem not in taken:
                break
        taken.add(stem)
        self.name = f"{stem} {rng.choice(FORMS)}"
        self.id = f"ACC-{number:05d}"
        self.city, self.country = rng.choice(PLACES)
        self.domain = f"{_ascii(stem).replace(' ', '-')}.example"
        self.revenue = rng.randrange(15_000_000, 4_800_000_000) / 100
        self.since = date(2012, 1, 1) + timedelta(days=rng.randrange(3600))
        self.owner = rng.choice(("mk", "tsc", "lena.b", "export"))


def write_all(folder: Path) -> None:
    """Write every example file below ``folder``."""
    acme, globex = folder / "acme", folder / "globex"
    acme.mkdir(parents=True, exist_ok=True)
    globex.mkdir(parents=True, exist_ok=True)
    rng = random.Random(SEED)
    taken: set[str] = set()
    companies = [Company(rng, 1000 + 7 * i, taken) for i in range(180)]
    (acme / "companies.csv").write_bytes(_companies(rng, companies))
    (acme / "contacts.csv").write_bytes(_contacts(rng, companies))
    (globex / "shop.xlsx").write_bytes(_workbook(random.Random(SEED + 1)))


# --- acme: the CRM ------------------------------------------------------------------------------

INDUSTRY_WRITTEN = {
    "Logistics": ("Logistics", "logistics", "Transport & Logistics"),
    "Software": ("Software", "SOFTWARE", "IT / Software"),
    "Manufacturing": ("Manufacturing", "manufacturing"),
    "Retail": ("Retail", "retail ", "Retail"),
    "Healthcare": ("Healthcare", "Health Care"),
    "Finance": ("Finance", "Finance", "Banking"),
    "Other": ("Other", "other", ""),
}
STATUS_WRITTEN = {
    "Active": ("Active", "Active", "active", "ACTIVE", " Active"),
    "Onboarding": ("Onboarding", "onboarding", "On-boarding"),
    "Paused": ("Paused", "paused", "On hold"),
    "Closed": ("Closed", "CLOSED", "CANCELLED", "Churned"),
}


def _companies(rng: random.Random, companies: Sequence[Company]) -> bytes:
    """Latin-1 with semicolons, decimal commas, German dates; three rows exported twice."""
    header = [
        "Account Name",
        "Account ID",
        "Sector",
        "Billing City",
        "Billing Country",
        "Annual Revenue (EUR)",
        "Customer since",
        "Website",
        "Account Owner",
        "Fax",
        "Last Modified",
    ]
    rows = [
        [
            _spaced(rng, company.name, 0.06),
            company.id if rng.random() > 0.05 else f"{company.id} ",
            rng.choice(INDUSTRY_WRITTEN[company.industry]),
            company.city,
            company.country if rng.random() > 0.04 else "",
            _german_number(company.revenue) if rng.random() > 0.07 else "",
            _german_or_iso(rng, company.since),
            f"https://www.{company.domain}/" if rng.random() > 0.1 else "",
            company.owner,
            "",
            f"{company.since + timedelta(days=400):%d.%m.%Y} 0{rng.randrange(6, 10)}:15",
        ]
        for company in companies
    ]
    for at in (17, 66, 131):
        rows.insert(at + 9, list(rows[at]))
    rows[40][0] = ""
    return _csv(header, rows, delimiter=";").encode("latin-1")


def _contacts(rng: random.Random, companies: Sequence[Company]) -> bytes:
    """UTF-8 with a byte order mark; the rest of the mess is in the functions that it calls."""
    header = [
        "Contact ID",
        "Surname",
        "Given name",
        "E-mail (work)",
        "E-mail (private)",
        "Tel.",
        "Position",
        "Account ID",
        "Lifecycle",
        "Created",
        "Last contacted",
        "Remarks",
        "Newsletter",
        "Legacy ID",
    ]
    rows = [_contact(rng, number, rng.choice(companies)) for number in range(1290)]
    _entered_twice(rows, header.index("E-mail (work)"), header.index("Tel."))
    _blank(rows, header.index("E-mail (work)"), range(31, 1290, 97))
    _blank(rows, header.index("Surname"), range(55, 1290, 250))
    for at in range(73, 1290, 160):
        rows[at][header.index("Account ID")] = f"ACC-9{at:04d}"
    for at in range(120, 1290, 140):
        rows.insert(at + 3, list(rows[at]))
    return ("\ufeff" + _csv(header, rows)).encode()


def _contact(rng: random.Random, number: int, company: Company) -> list[str]:
    first, last = rng.choice(FIRST), rng.choice(LAST)
    local = f"{_ascii(first)}.{_ascii(last)}{number}"
    work = f"{local}@{company.domain}"
    status = rng.choices(tuple(STATUS_WRITTEN), (70, 12, 8, 10))[0]
    created = company.since + timedelta(days=rng.randrange(30, 900))
    # Every day is 12 or below: from this column alone nobody can tell 03/04 from 04/03.
    contacted = date(2025, rng.randrange(1, 13), rng.randrange(1, 13))
    return [
        f"C{200_000 + 3 * number}",
        _spaced(rng, last, 0.05),
        _spaced(rng, first, 0.05),
        rng.choice((work, work, work, work.title(), f" {work}", work.upper())),
        f"{_ascii(first)}{number}@mail.example" if rng.random() < 0.3 else "",
        _phone(rng),
        rng.choice(TITLES),
        rng.choice((company.id, company.id, company.id, company.id.lower(), f"{company.id} ")),
        rng.choice(STATUS_WRITTEN[status]),
        _german_or_iso(rng, created),
        f"{contacted:%d/%m/%Y}",
        _remark(rng),
        rng.choice(("yes", "no", "Yes", "NO", "Yes")),
        "",
    ]


def _entered_twice(rows: list[list[str]], mail: int, phone: int) -> None:
    """Ten people were entered a second time: another id, the address in another case, no phone."""
    for at in range(60, 1290, 125):
        again = list(rows[at])
        again[0], again[mail], again[phone] = f"C{900_000 + at}", again[mail].swapcase(), ""
        rows.append(again)


def _blank(rows: list[list[str]], column: int, at: range) -> None:
    for row in at:
        rows[row][column] = ""


def _phone(rng: random.Random) -> str:
    digits = f"{rng.randrange(1_000_000, 9_999_999)}"
    written: tuple[Callable[[], str], ...] = (
        lambda: f"+49 89 {digits}",
        lambda: f" 089/{digits} ",
        lambda: f"+49{NBSP}89{NBSP}{digits[:3]}{NBSP}{digits[3:]}",
        lambda: f"(089) {digits}",
        lambda: "",
    )
    return rng.choice(written)()


def _remark(rng: random.Random) -> str:
    remarks = (
        'Met at the fair,\nwants "the short offer".',
        "=see contract",
        "Prefers phone; no mail",
    )
    return rng.choice(remarks) if rng.random() < 0.08 else ""


# --- globex: the shop ---------------------------------------------------------------------------

CATEGORIES = ("Lamps", "Chairs", "Tables", "Storage", "Textiles")
ORDER_STATUS = ("Open", "Paid", "Shipped", "Returned", "Cancelled")
STATUS_IN_SHOP = {
    "Open": ("Open", "open"),
    "Paid": ("Paid", "PAID", "paid "),
    "Shipped": ("Shipped", "shipped"),
    "Returned": ("Returned", "Refund"),
    "Cancelled": ("Cancelled", "canceled", "Void"),
}
MATERIALS = ("Oak", "Steel", "Linen", "Glass", "Walnut", "Wool", "Rattan", "Brass")
MODELS = ("Arvid", "Bodil", "Calle", "Disa", "Ebbe", "Freja", "Gorm", "Hedda", "Ivar", "Jorun")


def _workbook(rng: random.Random) -> bytes:
    """Three sheets: products under a title, orders, and a pivot that is of no use."""
    book = Workbook()
    products = book.active
    products.title = "Products"
    skus = _fill_products(rng, products)
    _fill_orders(rng, book.create_sheet("Orders"), skus)
    pivot = book.create_sheet("Pivot")
    pivot.append(["Sum of turnover by month"])
    for month in range(1, 13):
        pivot.append([f"2025-{month:02d}", rng.randrange(9_000, 40_000)])
    stream = io.BytesIO()
    book.save(stream)
    return _without_clock(stream.getvalue())


def _fill_products(rng: random.Random, sheet: Worksheet) -> list[str]:
    sheet.append(["Globex Living · product list"])
    sheet.append(["Exported by shop admin, prices incl. VAT"])
    sheet.append([])
    header = [
        "Article no.",
        "Title",
        "Group",
        "Retail price",
        "Curr.",
        "On sale",
        "Launched",
        "EAN",
    ]
    sheet.append([*header, "Internal note"])
    for cell in sheet[4]:
        cell.font = Font(bold=True)
    skus = [f"{'LCTSX'[i % 5]}{'AEIOU'[i % 5]}{'MRB'[i % 3]}-{1000 + 3 * i}" for i in range(160)]
    for i, sku in enumerate(skus):
        price = rng.randrange(900, 89_900) / 100
        launched = date(2019, 1, 1) + timedelta(days=rng.randrange(2000))
        sheet.append(
            [
                sku if i % 19 else f" {sku.lower()}",
                f"{rng.choice(MODELS)} {rng.choice(MATERIALS)} {CATEGORIES[i % 5][:-1]} {i}",
                rng.choice((CATEGORIES[i % 5], CATEGORIES[i % 5].upper(), CATEGORIES[i % 5])),
                _price(rng, price),
                rng.choice(("EUR", "EUR", "eur")),
                rng.choice(("Yes", "yes", "No")),
                launched if i % 4 else f"{launched:%d.%m.%Y}",
                f"40{rng.randrange(10**10, 10**11)}",
                None,
            ]
        )
    return skus


def _fill_orders(rng: random.Random, sheet: Worksheet, skus: Sequence[str]) -> None:
    sheet.append(
        [
            "Order no",
            "Order date",
            "Article no.",
            "Qty",
            "Amount",
            "State",
            "Buyer e-mail",
            "Invoice e-mail",
            "Delivery note",
        ]
    )
    rows = [_order(rng, number, rng.choice(skus)) for number in range(640)]
    for at in range(70, 640, 190):
        rows.insert(at + 2, list(rows[at]))
    for at in range(35, 640, 130):  # corrected later: the same order again, as it stands now
        rows.append([*rows[at][:5], "Returned", *rows[at][6:]])
    for row in rows:
        sheet.append(row)


def _order(rng: random.Random, number: int, sku: str) -> list[Cell]:
    ordered = date(2025, 1, 1) + timedelta(days=rng.randrange(330))
    quantity = rng.randrange(1, 9)
    buyer = f"{_ascii(rng.choice(FIRST))}.{_ascii(rng.choice(LAST))}@buyers.example"
    reference = rng.choice((sku, sku, sku, sku.lower(), f"{sku} ", sku))
    if number % 90 == 41:
        reference = "GIFT-CARD"
    return [
        f"SO-{50_000 + number}" if number % 211 else None,
        ordered if number % 3 else f"{ordered:%Y-%m-%d}",
        reference,
        quantity if number % 17 else f"{quantity} pcs",
        _price(rng, quantity * rng.randrange(900, 40_000) / 100),
        rng.choice(STATUS_IN_SHOP[rng.choices(ORDER_STATUS, (10, 25, 50, 8, 7))[0]]),
        rng.choice((buyer, buyer.upper(), f"{buyer} ")),
        f"invoices@{_ascii(rng.choice(LAST))}.example" if rng.random() < 0.45 else None,
        "Ring twice,\nleave at the door" if rng.random() < 0.04 else None,
    ]


def _price(rng: random.Random, price: float) -> Cell:
    """Mostly numbers, some as text with a currency sign or a decimal comma."""
    return rng.choice(
        (
            price,
            price,
            price,
            f"{price:,.2f} €".replace(",", " ").replace(".", ","),
            f"€ {price:.2f}",
        )
    )


def _without_clock(xlsx: bytes) -> bytes:
    """The same workbook with every time stamp fixed, so that equal content is equal bytes."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx)) as old, zipfile.ZipFile(result, "w") as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = re.sub(
                    rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2026-01-01T00:00:00Z", content
                )
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.external_attr = 0o644 << 16
            new.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    return result.getvalue()


# --- writing ------------------------------------------------------------------------------------


def _csv(header: Sequence[str], rows: Sequence[Sequence[str]], *, delimiter: str = ",") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.lower().replace("ı", "i").replace("ø", "o"))
    return "".join(letter for letter in plain if letter.isascii() and letter not in "'")


def _spaced(rng: random.Random, text: str, share: float) -> str:
    if rng.random() >= share:
        return text
    return rng.choice((f" {text}", f"{text}{NBSP}", text.replace(" ", "  ", 1) + " "))


def _german_number(value: float) -> str:
    return f"{value:,.2f}".translate(str.maketrans(",.", ".,"))


def _german_or_iso(rng: random.Random, day: date) -> str:
    return f"{day:%d.%m.%Y}" if rng.random() < 0.8 else day.isoformat()


if __name__ == "__main__":
    write_all(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
