"""The words themselves: what business people call things, in several languages.

General knowledge, kept small enough to read. An entry is ``concept: term, term, …``, indented
where it goes on; terms are written without accents, in lower case, words parted by blanks. A
concept's own name is a term of it. English, German, French, Spanish, Italian, Portuguese, Dutch,
Polish, Czech.
"""

CONCEPT_TERMS = """
first name: given name, forename, fname, vorname, prenom, nombre, nome proprio, voornaam, imie,
  jmeno, christian name, name first
last name: surname, family name, lname, nachname, familienname, nom de famille, nom, apellido,
  apellidos, cognome, sobrenome, achternaam, nazwisko, prijmeni, name last
middle name: second name, middle initial, zweiter vorname, deuxieme prenom, segundo nombre,
  tussenvoegsel
full name: display name, complete name, person name, contact name, vollstandiger name, nom
  complet, nombre completo, nome completo, volledige naam
name: bezeichnung, naam, nazwa, nazev, denominazione
title: titel, titre, titulo, titolo, headline
label: caption, beschriftung, display label
salutation: honorific, anrede, civilite, tratamiento, aanhef, name prefix, form of address
job title: position, occupation, function, profession, job position, beruf, stellung, funktion,
  poste, fonction, cargo, puesto, functie, stanowisko
email: e mail, mail, email address, e mail address, mail address, email addr, mailadresse,
  courriel, correo, correo electronico, posta elettronica, adres email, eposta, epost
phone: telephone, tel, phone number, telephone number, contact number, phone no, tel no, telefon,
  telefonnummer, rufnummer, telefono, telefone, numero de telephone, telefoon, telefoonnummer, fon
mobile: mobile phone, cell, cell phone, cellphone, mobile number, handy, handynummer, mobil,
  mobiltelefon, portable, movil, celular, mobiel, gsm, cellulare, sms, mobilfunk, whatsapp
fax: facsimile, fax number, telefax, faxnummer, telecopie
website: web site, web page, webpage, homepage, home page, url, web address, webseite, site web,
  sitio web, sito web, internet, web, site
domain: domain name, web domain
address: addr, postal address, mailing address, anschrift, adresse, direccion, indirizzo,
  endereco, adres, adresa, domicile
street: street address, address line 1, address 1, address line, strasse, str, rue, calle, straat,
  via, rua, ulica, ulice, straatnaam
street 2: address line 2, address 2, suite, apartment, apt, unit, adresszusatz, complement
  adresse, toevoeging
house number: hausnummer, huisnummer, numero de rue, street number
city: town, municipality, locality, stadt, ort, wohnort, ville, ciudad, citta, cidade, stad,
  plaats, woonplaats, miasto, mesto
state: province, region, bundesland, county, departement, provincia, regione, provincie,
  wojewodztwo, territory
zip: postal code, zip code, zipcode, postcode, post code, plz, postleitzahl, code postal, codigo
  postal, cap, cep, kod pocztowy, psc, zip postal code
country: country name, country region, land, pays, pais, paese, kraj pochodzenia, zeme, nation,
  staat
country code: iso country, landercode, code pays, landcode
company: company name, organization, organisation, firm, business, business name, firma,
  unternehmen, firmenname, societe, entreprise, empresa, azienda, societa, bedrijf, bedrijfsnaam,
  spolecnost, employer, org, corporation
account: konto, compte, cuenta, conto, rekening, ucet
customer: client, kunde, cliente, klant, klient, zakaznik, buyer, purchaser, patron, kunden
contact: person, ansprechpartner, contacto, contatto, kontakt, contactpersoon, people
lead: prospect, interessent, prospecto
supplier: vendor, lieferant, kreditor, fournisseur, proveedor, fornitore, fornecedor, leverancier,
  dostawca, dodavatel, seller, creditor
employee: staff, worker, mitarbeiter, employe, empleado, dipendente, medewerker, pracownik,
  zamestnanec, personnel
owner: account manager, assigned to, assignee, responsible, sales rep, representative, besitzer,
  verantwortlich, zustandig, proprietaire, responsable, propietario, eigenaar, agent, account
  owner, rep, betreuer
manager: supervisor, boss, reports to, vorgesetzter, superieur, jefe, leidinggevende
user: username, user name, login, benutzer, benutzername, utilisateur, usuario, utente, gebruiker,
  gebruikersnaam, nickname
password: passwort, kennwort, mot de passe, contrasena, wachtwoord
department: division, abteilung, departamento, reparto, afdeling, team, dept
id: identifier, key, uid, guid, uuid, kennung, identifiant, identificador, identificativo, record
  id, ident
number: no, nr, num, nbr, nummer, numero, cislo, numer, n
code: kode, kurzel, codigo, codice, kod
external id: foreign id, external key, legacy id, source id, old id, fremdschlussel, original id,
  external ref
reference: ref, referenz, referencia, riferimento, referentie, kenmerk, reference number, verweis
sku: article number, item number, product code, item code, part number, artikelnummer, artikelnr,
  artnr, bestellnummer, reference article, codigo de producto, codice articolo, product number,
  stock code, article no, product sku
product: item, article, artikel, produkt, produit, producto, prodotto, produto, goods, ware,
  produktname, product name, item name
barcode: ean, gtin, upc, ean code, strichcode
category: kategorie, categorie, categoria, kategoria, group, gruppe, groupe, grupo, class,
  classification, segment, klasse, warengruppe, rubrik, genre
type: typ, art, tipo, soort, kind, form
status: state of, zustand, statut, estado actual, stato, stav, stage, phase, lifecycle, lifecycle
  stage, disposition
priority: prioritat, priorite, prioridad, priorita, prioriteit, urgency, dringlichkeit, severity,
  importance
active: is active, enabled, aktiv, actif, activo, attivo, actief, live
amount: betrag, montant, importe, importo, valor, bedrag, kwota, castka, sum, value, summe, total
  amount, monto
total: gesamt, gesamtbetrag, total general, totale, totaal, celkem, razem, grand total, total
  price, gesamtsumme, total ttc
subtotal: sub total, net amount, netto, nettobetrag, zwischensumme, sous total, montant ht, net
  total, subtotaal
price: unit price, preis, prix, precio, prezzo, preco, prijs, cena, einzelpreis, stuckpreis, prix
  unitaire, list price, verkaufspreis, rate per unit, tarif
cost: kosten, cout, coste, costo, custo, purchase price, einkaufspreis, unit cost
quantity: qty, quant, menge, anzahl, quantite, cantidad, quantita, quantidade, aantal,
  hoeveelheid, ilosc, mnozstvi, pieces, pcs, units, stuck
stock: inventory, on hand, lagerbestand, bestand, units in stock, existencias, voorraad, stock
  level, stock quantity, quantity on hand
discount: rabatt, remise, descuento, sconto, desconto, korting, rabat, nachlass, sleva
tax: vat, mwst, mehrwertsteuer, ust, tva, iva, btw, gst, steuer, sales tax, impot, impuesto,
  umsatzsteuer, tax amount, dph
tax id: vat number, vat id, vat no, ustid, ust idnr, ust id, steuernummer, siret, siren, nif, cif,
  btw nummer, tin, ein, partita iva, tax number, numero tva, tax identification number, company
  registration number, dic
currency: currency code, wahrung, waehrung, devise, moneda, divisa, moeda, waluta, mena, munt,
  monnaie, iso currency
exchange rate: wechselkurs, taux de change, tipo de cambio, koers, kurs, fx rate, rate
balance: saldo, kontostand, solde, zustatek, account balance, remaining balance
fee: fees, charge, gebuhr, gebuehr, frais, comision, commissione, poplatek, commission, provision
inflow: credit, credit amount, deposit, deposits, money in, paid in, haben, gutschrift, einnahme,
  credit note amount, recette, abono, ingreso, haber, entrata, bij, wplyw, prijem, income, receipt
outflow: debit, debit amount, withdrawal, withdrawals, money out, paid out, soll, lastschrift,
  ausgabe, depense, cargo bancario, gasto, debe, uscita, af, debet, wyplyw, vydaj, spending,
  payment out
payee: beneficiary, recipient, merchant, counterparty, payee name, counterparty name, empfanger,
  zahlungsempfanger, begunstigter, beguenstigter, zahlungspflichtiger, auftraggeber, beneficiaire,
  beneficiario, ontvanger, begunstigde, tegenpartij, tegenrekening naam, handelaar, odbiorca,
  prijemce, protistrana, marchand, comerciante, contraparte, payer, zahler, shop
memo: purpose, payment reference, payment details, verwendungszweck, communication, concepto,
  causale, omschrijving, mededeling, mededelingen, zprava, popis, tytul, motif, remittance
  information, narrative, particulars
transaction type: transaction kind, booking type, buchungstext, buchungsart, umsatzart,
  transaktionstyp, type d operation, tipo de operacion
description: beschreibung, descripcion, descrizione, descricao, beschrijving, opis, desc, details,
  detail, text, abstract, zusammenfassung
note: notes, comment, comments, remark, remarks, notiz, notizen, bemerkung, bemerkungen,
  anmerkung, kommentar, commentaire, remarque, nota, notas, observaciones, opmerking, opmerkingen,
  toelichting, poznamka, uwagi, annotation
subject: betreff, objet, asunto, oggetto, assunto, onderwerp, topic, thema
message: nachricht, mensaje, messaggio, bericht, body, content
iban: bank account, bank account number, kontonummer, account number, numero de compte, numero de
  cuenta, rekeningnummer, cislo uctu, numero conto
bic: swift, swift code, bank code, blz, bankleitzahl, sort code, routing number
card: credit card, kreditkarte, carte bancaire, tarjeta, kredietkaart, card number
payment method: payment type, zahlungsart, zahlungsmittel, mode de paiement, forma de pago,
  betaalmethode, paid via
payment terms: zahlungsbedingungen, zahlungsziel, conditions de paiement, condiciones de pago,
  betaaltermijn, terms, net terms
order: purchase order, bestellung, auftrag, commande, pedido, ordine, encomenda, zamowienie,
  objednavka, bestelling, sales order
order number: order id, order no, bestellnr, auftragsnummer, numero de commande, numero de pedido,
  ordernummer, po number
invoice: bill, rechnung, facture, factura, fattura, fatura, factuur, faktura
invoice number: invoice no, invoice id, rechnungsnummer, numero de facture, numero de factura,
  factuurnummer, rechnungsnr
line: position, row, zeile, ligne, linea, regel, line number
shipping: delivery, versand, lieferung, livraison, envio, spedizione, levering, freight, shipment
billing: rechnungs, facturation, facturacion, fatturazione, invoice to
date: datum, fecha, data, dato, day, jour, tag
time: uhrzeit, zeit, heure, hora, ora, tijd, cas, clock
timestamp: datetime, date time, zeitstempel
created: created at, created on, created date, created time, date created, creation date, create
  date, create time, date added, added time, added at, added on, added, registered, registered at,
  date registered, registration date, signup date, signed up, sign up date, joined, join date,
  member since, erstellt, erstellt am, anlagedatum, erstelldatum, angelegt am, date de creation,
  cree le, fecha de creacion, fecha de alta, data creazione, aangemaakt, aanmaakdatum, entry date,
  inserted, subscribed at, subscription date, opt in date, opt in time
updated: updated at, updated on, modified, modified at, modified time, last modified, last
  changed, changed at, last updated, modification date, update date, lastmod, geandert, geandert
  am, anderungsdatum, aktualisiert, mis a jour, modifie le, fecha de modificacion, gewijzigd, date
  modified, last edited
deleted: deleted at, archived, removed, geloscht, supprime, eliminado, verwijderd, is deleted
closed: close date, closed at, closed on, closing date, abschlussdatum, date de cloture, fecha de
  cierre, sluitingsdatum, resolved at, won date
start: start date, begin, from date, valid from, beginn, startdatum, ab, debut, date de debut,
  inicio, fecha de inicio, inizio, begindatum, effective date, commencement
end: end date, until, to date, valid to, valid until, ende, enddatum, bis, fin, date de fin, fecha
  de fin, fine, einddatum, expiry, expires, expiration, expiry date, expiration date, ablaufdatum
due: due date, deadline, payment due, fallig, falligkeit, falligkeitsdatum, echeance, date
  echeance, vencimiento, scadenza, vervaldatum, faellig, due on
value date: valuta date, valutadatum, wertstellung, valuta dato, date de valeur, fecha valor,
  valutadat
booking date: posting date, transaction date, date processed, buchungstag, buchungsdatum, date
  operation, fecha operacion, boekdatum, booked on, data operazione, booked, posted,
  transactiedatum
order date: ordered at, bestelldatum, auftragsdatum, date de commande, fecha de pedido,
  orderdatum, date ordered, ordered on
invoice date: rechnungsdatum, date de facture, fecha de factura, factuurdatum, billed on, issue
  date, issued, issued at, date issued
ship date: shipped date, shipped at, versanddatum, delivery date, lieferdatum, date de livraison,
  fecha de envio, verzenddatum, leverdatum
birth date: birthday, date of birth, dob, born, geburtsdatum, geburtstag, date de naissance,
  naissance, fecha de nacimiento, data di nascita, data de nascimento, geboortedatum, birthdate,
  data urodzenia
hire date: hired, date hired, start of employment, eintrittsdatum, date embauche,
  einstellungsdatum, fecha de contratacion, employed since
gender: sex, geschlecht, sexe, sexo, sesso, geslacht, plec, pohlavi
age: alter, edad, eta, leeftijd, wiek
year: jahr, annee, ano, anno, jaar, rok
month: monat, mois, mes, mese, maand
language: sprache, langue, idioma, lingua, taal, jezyk, jazyk, locale, lang
nationality: nationalitat, nationalite, nacionalidad, citizenship, nationaliteit
marital status: familienstand, etat civil, estado civil, burgerlijke staat
ethnicity: ethnic group, ethnie
religion: faith, religione
tag: tags, labels, keywords, schlagwort, schlagworte, stichworte, mots cles, etiquetas, etiquette,
  etiketten, trefwoorden
unsubscribed: blacklisted, opted out, opt out, do not contact, email opt out, unsubscribe, unsub,
  abgemeldet, desabonne, desinscrit, dado de baja, uitgeschreven, unsubscribed at, unsubscribe
  date, suppressed, do not email
subscribed: opted in, opt in, optin, newsletter, subscriber, abonniert, abonne, suscrito,
  marketing consent, consent, email opt in, ingeschreven
source: lead source, origin, herkunft, quelle, provenance, fuente, origen, fonte, bron, channel,
  referrer, kanal
industry: branche, sector, secteur, industria, settore, bedrijfstak, trade, branch
employees: number of employees, employee count, headcount, company size, mitarbeiterzahl,
  effectif, empleados, aantal medewerkers, size of company, staff count
revenue: annual revenue, turnover, umsatz, jahresumsatz, chiffre affaires, ingresos, fatturato,
  omzet, sales
deal: opportunity, geschaft, affaire, oportunidad, opportunita, kans, verkaufschance
deal stage: sales stage, opportunity stage, pipeline stage, verkaufsphase
probability: likelihood, wahrscheinlichkeit, probabilite, probabilidad, kans op succes, win chance
pipeline: funnel, vertriebspipeline
ticket: case, issue, incident, vorgang, anfrage, request
task: todo, aufgabe, tache, tarea, taak, activity
project: projekt, projet, proyecto, progetto, projet nom
campaign: kampagne, campagne, campana, campagna
score: rating, punktzahl, bewertung, puntuacion, note globale, points, rank, grade
weight: gewicht, poids, peso, gewicht kg, mass, net weight
height: hohe, hauteur, altura, altezza, hoogte
width: breite, largeur, anchura, larghezza, breedte
length: lange, longueur, longitud, lunghezza, lengte
size: grosse, taille, talla, taglia, maat, grootte
color: colour, farbe, couleur, kleur, colore
unit: uom, unit of measure, einheit, unite, unidad, unita, eenheid, measure
image: photo, picture, bild, foto, imagen, image url, avatar, logo
latitude: lat, breitengrad
longitude: lng, lon, long, langengrad
ip: ip address, ip adresse
child: children, kinder, enfants, hijos, figli, kinderen, kids
parent: parent company, mutterfirma, societe mere, empresa matriz, moedermaatschappij, master
  record
father: vater, pere, padre, vader
mother: mutter, mere, madre, moeder
spouse: partner, wife, husband, ehepartner, conjoint
author: writer, autor, auteur, autore, verfasser, authors, created by, creator, curator, made by
publisher: verlag, editeur, editorial, uitgever, editore
salary: wage, pay, gehalt, lohn, salaire, salario, stipendio, salaris, loon, compensation
attachment: file, document, anhang, piece jointe, adjunto, bijlage, datei
location: site address, standort, lieu, ubicacion, luogo, locatie, place, residence, wohnsitz,
  branch office
warehouse: lager, entrepot, almacen, magazzino, magazijn, depot
model: modell, modele, modelo, modello
brand: make, marke, marque, marca, merk, manufacturer, hersteller, fabricant, fabricante,
  fabrikant
serial number: serial, serial no, sn, seriennummer, numero de serie, serienummer
gift: geschenk, cadeau, regalo
visible: published, public, sichtbar, veroffentlicht, online
level: tier, stufe, niveau, nivel, livello
version: revision, fassung, ausgabe nr, release
count: anzahl der, nombre de, cuenta de, numero di, how many
percent: percentage, prozent, pourcentage, porcentaje, pct, percentuale
reason: grund, raison, motivo, reden, cause
result: outcome, ergebnis, resultat, resultado, risultato
default: standard, is default, primary, principal, main, haupt, predeterminado, principale
work: business use, office, geschaftlich, dienstlich, professionnel, trabajo, lavoro, werk,
  zakelijk, bureau
home: private, personal, privat, personnel prive, casa, prive, maison
other: alternative, alternate, secondary, weitere, autre, otro, altro, ander, second, additional,
  sonstige, alt
permalink: slug, handle, alias, short name, kurzname
"""
