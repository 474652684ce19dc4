"""The language that a table's column names are in, where that is certain.

Words of exports that one language writes and the others here do not; what several share ("Name",
"Status", "E-Mail", "Total", "Code") says nothing. Words are plain, as ``names.words_of`` has them.
"""

from __future__ import annotations

from collections.abc import Sequence

from vernctl.engine.names import words_of

_WORDS: dict[str, str] = {
    "en": "first last street city country company customer order phone address state birth "
    "created updated amount price quantity currency invoice employee employer due balance "
    "description date account owner number website gender notes department shipped required",
    "de": "vorname nachname familienname strasse hausnummer plz postleitzahl ort stadt firma kunde "
    "kunden kundennummer telefon telefonnummer geburtsdatum anrede betrag wahrung waehrung "
    "rechnung rechnungsnummer preis menge mitarbeiter erstellt geandert bemerkung "
    "buchungstag wertstellung verwendungszweck empfanger beschreibung bezeichnung umsatz",
    "fr": "prenom rue ville pays societe entreprise client telephone naissance montant devise "
    "facture prix quantite libelle solde courriel adresse numero postal commande compte nom",
    "es": "apellido apellidos calle ciudad empresa telefono nacimiento importe fecha moneda "
    "factura precio cantidad correo direccion pais saldo concepto cuenta nombre codigo",
    "it": "cognome citta azienda nascita importo valuta fattura prezzo quantita indirizzo "
    "telefono paese saldo causale conto ragione sociale",
    "pt": "sobrenome rua cidade nascimento valor moeda fatura preco quantidade endereco "
    "nome pais empresa conta descricao",
    "nl": "voornaam achternaam straat huisnummer plaats woonplaats bedrijf bedrijfsnaam klant "
    "geboortedatum bedrag valuta factuur prijs aantal telefoonnummer naam omschrijving rekening "
    "munt kaarthouder koers",
    "pl": "imie nazwisko ulica miasto firma klient kwota waluta faktura cena ilosc urodzenia adres "
    "nazwa numer opis rachunek",
    "cs": "jmeno prijmeni ulice mesto firma zakaznik castka mena faktura cena mnozstvi narozeni "
    "nazev cislo popis ucet psc",
}
_SETS = {language: frozenset(words.split()) for language, words in _WORDS.items()}
#: So many different words of the language, and so many times those of the next one.
_LEAST = 2
_AHEAD = 3


def language_of(headers: Sequence[str]) -> str | None:
    """The ISO 639-1 code of the language of these column names, None where it is not certain."""
    words = {word for header in headers for word in words_of(header)}
    votes = sorted(
        ((len(words & known), language) for language, known in _SETS.items()),
        key=lambda vote: (-vote[0], vote[1]),
    )
    (most, language), (next_most, _) = votes[:2]
    return language if most >= _LEAST and most >= _AHEAD * next_most else None
