"""Exports of well-known kinds of systems, invented from general knowledge, with truth by hand.

A line of a table is ``source header | kind of values | target column`` (empty: no target). SEEN
tables may be looked at while the matcher is improved; KEPT ones are only scored.
"""

from __future__ import annotations

import random
from typing import NamedTuple


class Export(NamedTuple):
    """One invented export: the template it is for, its headers, kinds of values, and truth."""

    system: str
    template: str
    columns: tuple[tuple[str, str, str], ...]


TEMPLATES: dict[str, str] = {
    "contacts": "First Name, Last Name, Email, Phone, Mobile, Job Title, Company, Street, City, "
    "Postal Code, Country, Created At, Birthday",
    "transactions": "Booking Date, Value Date, Payee, Payee IBAN, Purpose, Amount, Currency, "
    "Balance, Transaction Type",
    "employees": "Employee Number, First Name, Last Name, Email, Department, Job Title, Manager, "
    "Hire Date, Termination Date, Salary, Date of Birth, Gender",
    "products": "SKU, Name, Description, Category, Price, Cost, Stock, Barcode, Weight, Brand",
    "orders": "Order Number, Order Date, Customer, Customer Email, Status, Subtotal, Tax, "
    "Shipping Cost, Total, Currency",
    "invoices": "Invoice Number, Invoice Date, Due Date, Customer, Net Amount, Tax, Total, "
    "Currency, Status",
    "tickets": "Ticket ID, Subject, Description, Status, Priority, Requester, Assignee, "
    "Created At, Updated At, Closed At",
}

_SEEN = """
= German bank, transactions
Auftragskonto | iban |
Buchungstag | dmy2 | Booking Date
Valutadatum | dmy2 | Value Date
Buchungstext | booking | Transaction Type
Verwendungszweck | memo | Purpose
Glaeubiger ID | code |
Kundenreferenz (End-to-End) | code |
Beguenstigter/Zahlungspflichtiger | person | Payee
Kontonummer/IBAN | iban | Payee IBAN
BIC (SWIFT-Code) | bic |
Betrag | comma | Amount
Waehrung | currency | Currency
= Swedish bank, transactions
Bokföringsdag | iso | Booking Date
Valutadag | iso | Value Date
Text | memo | Purpose
Mottagare | person | Payee
Belopp | comma | Amount
Saldo | comma | Balance
Valuta | currency | Currency
= French bank, transactions
Date de comptabilisation | dmy | Booking Date
Date de valeur | dmy | Value Date
Type opération | booking | Transaction Type
Libellé | memo | Purpose
Bénéficiaire | person | Payee
Montant | comma | Amount
Devise | currency | Currency
Solde | comma | Balance
= Polish bank, transactions
Data księgowania | iso | Booking Date
Data waluty | iso | Value Date
Nadawca / Odbiorca | person | Payee
Rachunek kontrahenta | iban | Payee IBAN
Tytułem | memo | Purpose
Kwota operacji | comma | Amount
Waluta | currency | Currency
Saldo po operacji | comma | Balance
Rodzaj operacji | booking | Transaction Type
= Italian CRM, contacts
ID Contatto | int |
Nome | first | First Name
Cognome | last | Last Name
Indirizzo e-mail | email | Email
Telefono ufficio | phone | Phone
Cellulare | phone | Mobile
Qualifica | title | Job Title
Ragione sociale | company | Company
Via | street | Street
Città | city | City
CAP | zip | Postal Code
Nazione | country | Country
Data di creazione | dmy | Created At
= Spanish HR, employees
Nº empleado | int | Employee Number
Nombre | first | First Name
Apellidos | last | Last Name
Correo corporativo | email | Email
Departamento | dept | Department
Puesto de trabajo | title | Job Title
Responsable directo | person | Manager
Fecha de incorporación | dmy | Hire Date
Fecha de baja | dmy | Termination Date
Salario bruto anual | comma | Salary
Fecha de nacimiento | dmy | Date of Birth
Sexo | gender | Gender
Centro de coste | code |
= Shop English, orders
Name | order | Order Number
Email | email | Customer Email
Financial Status | paid | Status
Paid at | isot |
Currency | currency | Currency
Subtotal | money | Subtotal
Shipping | money | Shipping Cost
Taxes | money | Tax
Total | money | Total
Discount Code | code |
Created at | isot | Order Date
Billing Name | person | Customer
Billing City | city |
= Dutch accounting, invoices
Factuurnummer | order | Invoice Number
Factuurdatum | dmy | Invoice Date
Vervaldatum | dmy | Due Date
Relatie | company | Customer
Bedrag excl. btw | comma | Net Amount
Btw-bedrag | comma | Tax
Bedrag incl. btw | comma | Total
Valuta | currency | Currency
Status | paid | Status
Omschrijving | memo |
= Czech shop, products
Kód | code | SKU
Název | product | Name
Popis | memo | Description
Kategorie | dept | Category
Prodejní cena | comma | Price
Nákupní cena | comma | Cost
Skladem | int | Stock
EAN | ean | Barcode
Hmotnost | comma | Weight
Výrobce | company | Brand
= Helpdesk English, tickets
Id | int | Ticket ID
Summary | memo | Subject
Body | memo | Description
State | paid | Status
Urgency | level | Priority
Reported By | person | Requester
Assigned To | person | Assignee
Opened | isot | Created At
Last Activity | isot | Updated At
Resolved | isot | Closed At
Tags | dept |
"""

_KEPT = """
= Austrian bank, transactions
Buchungsdatum | dmy | Booking Date
Valuta | dmy | Value Date
Partnername | person | Payee
Partner IBAN | iban | Payee IBAN
Buchungs-Details | memo | Purpose
Betrag | comma | Amount
Währung | currency | Currency
Belegdaten | code |
= Spanish bank, transactions
Fecha contable | dmy | Booking Date
F. Valor | dmy | Value Date
Concepto | memo | Purpose
Ordenante/Beneficiario | person | Payee
Importe | comma | Amount
Divisa | currency | Currency
Saldo disponible | comma | Balance
Oficina | int |
= Portuguese bank, transactions
Data Lançamento | dmy | Booking Date
Data Valor | dmy | Value Date
Descrição | memo | Purpose
Montante | comma | Amount
Moeda | currency | Currency
Saldo Contabilístico | comma | Balance
= Danish bank, transactions
Bogføringsdato | dmy | Booking Date
Valørdato | dmy | Value Date
Tekst | memo | Purpose
Modtager | person | Payee
Beløb | comma | Amount
Valuta | currency | Currency
Saldo | comma | Balance
= English neobank, transactions
Type | booking | Transaction Type
Product | dept |
Started Date | isot | Value Date
Completed Date | isot | Booking Date
Description | memo | Purpose
Amount | money | Amount
Fee | money |
Currency | currency | Currency
State | paid |
Balance | money | Balance
= French CRM, contacts
Identifiant | int |
Prénom | first | First Name
Nom de famille | last | Last Name
Adresse électronique | email | Email
Tél. fixe | phone | Phone
Tél. portable | phone | Mobile
Intitulé du poste | title | Job Title
Raison sociale | company | Company
N° et voie | street | Street
Commune | city | City
Code postal | zip | Postal Code
Pays | country | Country
Créé le | dmy | Created At
Date de naissance | dmy | Birthday
= Swedish CRM, contacts
Förnamn | first | First Name
Efternamn | last | Last Name
E-postadress | email | Email
Telefonnummer | phone | Phone
Mobilnummer | phone | Mobile
Befattning | title | Job Title
Företag | company | Company
Gatuadress | street | Street
Ort | city | City
Postnummer | zip | Postal Code
Land | country | Country
Skapad | iso | Created At
= German HR, employees
Personalnr. | int | Employee Number
Vorname | first | First Name
Name | last | Last Name
E-Mail dienstl. | email | Email
Kostenstelle | code |
Abt. | dept | Department
Stellenbezeichnung | title | Job Title
Vorgesetzte/r | person | Manager
Eintritt | dmy | Hire Date
Austritt | dmy | Termination Date
Bruttogehalt | comma | Salary
Geb.-Datum | dmy | Date of Birth
Geschl. | gender | Gender
= Abbreviated ERP, products
MATNR | code | SKU
MAKTX | product | Name
ITM_DESC | memo | Description
PROD_GRP | dept | Category
SLS_PRC | money | Price
STD_CST | money | Cost
QTY_OH | int | Stock
EAN11 | ean | Barcode
NET_WGT | money | Weight
BRND | company | Brand
= Polish shop, orders
Numer zamówienia | order | Order Number
Data zamówienia | iso | Order Date
Klient | person | Customer
E-mail klienta | email | Customer Email
Status zamówienia | paid | Status
Wartość netto | comma | Subtotal
VAT | comma | Tax
Koszt dostawy | comma | Shipping Cost
Wartość brutto | comma | Total
Waluta | currency | Currency
= Portuguese accounting, invoices
N.º Fatura | order | Invoice Number
Data de emissão | dmy | Invoice Date
Data de vencimento | dmy | Due Date
Cliente | company | Customer
Total sem IVA | comma | Net Amount
IVA | comma | Tax
Total com IVA | comma | Total
Moeda | currency | Currency
Estado | paid | Status
= German helpdesk, tickets
Vorgangsnummer | int | Ticket ID
Betreff | memo | Subject
Beschreibung | memo | Description
Status | paid | Status
Dringlichkeit | level | Priority
Gemeldet von | person | Requester
Bearbeiter | person | Assignee
Eröffnet am | dmy | Created At
Zuletzt geändert | dmy | Updated At
Geschlossen am | dmy | Closed At
"""

#: Written after the words of the lexicon, without looking at them.
_LATE = """
= Money transfer English, transactions
TransferWise ID | code |
Date | dmy | Booking Date
Amount | money | Amount
Currency | currency | Currency
Description | memo | Purpose
Payment Reference | code |
Running Balance | money | Balance
Payee Name | person | Payee
Payee Account Number | iban | Payee IBAN
Merchant | company |
= Swiss bank, transactions
Abschlussdatum | dmy | Booking Date
Valutadatum | dmy | Value Date
Beschreibung1 | memo | Purpose
Einzelbetrag | comma | Amount
Whrg. | currency | Currency
Saldo | comma | Balance
= Pipeline CRM English, contacts
Person - Name | person |
Person - First name | first | First Name
Person - Last name | last | Last Name
Person - Email - Work | email | Email
Person - Phone - Work | phone | Phone
Person - Phone - Mobile | phone | Mobile
Person - Organization | company | Company
Person - Job title | title | Job Title
Person - Postal address city | city | City
Person - Postal address ZIP code | zip | Postal Code
Person - Postal address country | country | Country
Person - Person created | isot | Created At
Person - Birthday | iso | Birthday
= Danish shop, orders
Ordrenr. | order | Order Number
Bestillingsdato | iso | Order Date
Kundens navn | person | Customer
Kundens e-mail | email | Customer Email
Ordrestatus | paid | Status
Subtotal ekskl. moms | comma | Subtotal
Momsbeløb | comma | Tax
Levering | comma | Shipping Cost
I alt inkl. moms | comma | Total
Valutakode | currency | Currency
= Norwegian HR, employees
Ansattnr | int | Employee Number
Fornavn | first | First Name
Etternavn | last | Last Name
E-post jobb | email | Email
Avd. | dept | Department
Stillingstittel | title | Job Title
Nærmeste leder | person | Manager
Ansatt dato | dmy | Hire Date
Sluttdato | dmy | Termination Date
Årslønn | comma | Salary
Fødselsdato | dmy | Date of Birth
Kjønn | gender | Gender
= Polish accounting, invoices
Nr dokumentu | order | Invoice Number
Data wyst. | iso | Invoice Date
Termin płatności | iso | Due Date
Nabywca | company | Customer
Netto | comma | Net Amount
Kwota VAT | comma | Tax
Do zapłaty brutto | comma | Total
Waluta | currency | Currency
Status płatności | paid | Status
= Issue tracker English, tickets
Issue key | code | Ticket ID
Summary | memo | Subject
Description | memo | Description
Status | paid | Status
Priority | level | Priority
Reporter | person | Requester
Assignee | person | Assignee
Created | isot | Created At
Updated | isot | Updated At
Resolved | isot | Closed At
Sprint | dept |
= Italian wholesaler, products
Cod. Art. | code | SKU
Descrizione articolo | product | Name
Note estese | memo | Description
Categoria merceologica | dept | Category
Listino | comma | Price
Costo ultimo | comma | Cost
Giacenza | int | Stock
Cod. a barre | ean | Barcode
Peso netto | comma | Weight
Marchio | company | Brand
"""


def exports(which: str) -> list[Export]:
    """The tables that are ``seen``, ``kept`` or written ``late``, in order."""
    found: list[Export] = []
    for line in {"seen": _SEEN, "kept": _KEPT, "late": _LATE}[which].strip().splitlines():
        if line.startswith("= "):
            system, _, template = line[2:].rpartition(", ")
            found.append(Export(system, template, ()))
        else:
            header, kind, target = (part.strip() for part in line.split("|"))
            last = found.pop()
            found.append(last._replace(columns=(*last.columns, (header, kind, target))))
    return found


_FIRST = [
    "Ann",
    "Bo",
    "Carla",
    "Dirk",
    "Eva",
    "Finn",
    "Greta",
    "Hugo",
    "Ines",
    "Jan",
    "Katja",
    "Luis",
]
_LAST = [
    "Lind",
    "Novak",
    "Rossi",
    "Meyer",
    "Garcia",
    "Kowalska",
    "Silva",
    "Jensen",
    "Dubois",
    "Berg",
    "Peeters",
]
_LISTS = {
    "first": _FIRST,
    "last": _LAST,
    "company": ["Acme GmbH", "Bolt SA", "Cog AB", "Dot Ltd", "Elm BV", "Fir SpA", "Gum Sp. z o.o."],
    "currency": ["EUR", "EUR", "EUR", "USD", "SEK"],
    "booking": ["SEPA", "Card payment", "Transfer", "Direct debit", "Fee"],
    "memo": ["Rent for May 2024", "Order 4711, thanks", "Monthly plan", "Broken screen on tablet"],
    "title": ["Sales Manager", "Engineer", "Controller", "Head of Support"],
    "street": ["Main St 1", "Hauptstr. 12", "Rue de Lille 5", "Calle Mayor 33"],
    "city": ["Berlin", "Lyon", "Porto", "Oslo", "Praha"],
    "zip": ["10115", "69001", "4000", "0150", "110 00"],
    "country": ["Germany", "France", "Portugal", "Norway"],
    "dept": ["Sales", "Support", "Finance", "Logistics"],
    "gender": ["m", "f", "f", "d"],
    "paid": ["paid", "open", "pending"],
    "level": ["low", "normal", "high"],
    "product": ["Desk lamp", "Office chair", "USB cable 2m", "Paper A4"],
}


def cells(kind: str, rows: int, seed: str) -> list[str]:
    """Values of one kind, the same for the same seed."""
    rng = random.Random(f"{kind} {seed}")
    return [_cell(kind, rng, row) for row in range(rows)]


def _cell(kind: str, rng: random.Random, row: int) -> str:
    if kind in _LISTS:
        return rng.choice(_LISTS[kind])
    day, month, year = rng.randint(1, 28), rng.randint(1, 12), rng.randint(2021, 2024)
    whole, part = rng.randint(-900, 2400), rng.randint(0, 99)
    digits = "".join(str(rng.randint(0, 9)) for _ in range(18))
    person = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}"
    return {
        "dmy": f"{day:02}.{month:02}.{year}",
        "dmy2": f"{day:02}.{month:02}.{year % 100:02}",
        "iso": f"{year}-{month:02}-{day:02}",
        "isot": f"{year}-{month:02}-{day:02} 1{row % 10}:24:05",
        "person": person,
        "email": f"{person.lower().replace(' ', '.')}{row}@x.test",
        "phone": f"+49 30 {digits[:7]}",
        "iban": f"DE{digits[:2]} {digits[2:6]} {digits[6:10]} {digits[10:14]} {digits[14:18]} 00",
        "bic": f"GENODE{digits[0]}M",
        "comma": f"{whole},{part:02}",
        "money": f"{abs(whole)}.{part:02}",
        "int": str(1000 + row),
        "order": f"#{2000 + row}",
        "ean": f"40{digits[:11]}",
        "code": f"{'ABCD'[row % 4]}-{digits[:4]}",
    }[kind]
