"""More words of the lexicon: people, staff, tickets; the form is that of ``concepts``."""

PEOPLE_TERMS = """
first name: fornamn, fornavn, etunimi, keresztnev, prenume, nome di battesimo, primeiro nome,
  nombre de pila, primer nombre, first nm, frst nm, rufname, krestni jmeno, imiona, roepnaam,
  givenname
last name: efternamn, efternavn, etternavn, sukunimi, vezeteknev, apelido, ultimo nome, lst nm,
  primer apellido, zuname, family nm, sn, geslachtsnaam, nom famille, nom usuel
full name: hela namnet, fullstandigt namn, fulde navn, fullt navn, nombre y apellidos, nom et
  prenom, nom prenom, nome e cognome, imie i nazwisko, jmeno a prijmeni, vor und nachname, koko
  nimi, name of person, whole name, cn, kontaktname, contactnaam
name: namn, navn, nimi, nome, nev, nume, nm, name1, naziv
job title: befattning, stilling, stillingsbetegnelse, titulation, nimike, qualifica, mansione,
  ruolo, puesto de trabajo, intitule du poste, intitule poste, emploi, metier, stellenbezeichnung,
  positionsbezeichnung, berufsbezeichnung, functietitel, pracovni pozice, pozice, funkce, rolle,
  role, job, job role, job name, designation, work title, tytul zawodowy, cargo actual, yrkestitel
email: e postadress, epostadress, e postadresse, epostadresse, e mailadres, emailadres, adresse
  mail, adresse electronique, direccion de correo, correo corporativo, correo e, mail dienstlich,
  indirizzo mail, indirizzo e mail, indirizzo email, endereco de email, sahkoposti, adres e mail,
  e mailova adresa, mailadresse, emailadresse, smtp addr, mail id, email id, e adresse
phone: tlf, tlf nr, tlfnr, puhelin, puhelinnumero, telefonni cislo, nr telefonu, numer telefonu,
  telefon stacjonarny, tel fixe, telephone fixe, fixe, telefono fijo, telefono fisso, telefono
  ufficio, fast telefon, festnetz, vaste telefoon, telf1, ph, ph no, landline, home phone, work
  phone, phone 1, numero di telefono, numero de telefono, numero de telefone, contact no
mobile: mobilnummer, mobil nr, mobiltlf, mobiltelefonnummer, telefono movil, numero movil, tel
  portable, telephone portable, numero de portable, tel mobile, numero cellulare, telefon
  komorkowy, komorka, kannykka, matkapuhelin, telemovel, mobiele telefoon, gsm nummer, mob,
  mobilni telefon, natel
address: morada, domicilio, postadress, postadresse, osoite, dom, lakcim, adres zamieszkania, full
  address, address full, domicile, residence address
street: gatuadress, gata, gade, gateadresse, vejnavn, adressrad 1, adresse 1, n et voie, numero et
  voie, voie, katuosoite, calle y numero, ulica i numer, ulica a cislo, indirizzo 1, strasse und
  hausnummer, strasse hausnr, strasse nr, str nr, straat en huisnummer, addr 1, addr line 1,
  stras, utca, cadde, address street, adres 1, endereco 1
city: postort, poststed, commune, localidad, localita, comune, poblacion, kaupunki, miejscowosc,
  obec, concelho, town city, city town, bynavn, ort01, cty, varos, oras, sehir, gemeente,
  gemeinde, localite
zip: postnummer, postnr, codice postale, postinumero, c p, cp, pstlz, iranyitoszam, cod postal,
  postal, cod post, zip cd
country: nazione, nacion, maa, orszag, tara, ulke, land1, ctry, landnaam, pays de residence, stat,
  landsnavn
kraj: kraj kod
company: foretag, foretagsnamn, virksomhed, virksomhedsnavn, bedrift, firmanavn, firmanamn,
  yritys, ragione sociale, raison sociale, razon social, razao social, denominacion social, nazwa
  firmy, nazev firmy, organisationsnamn, account name, handelsnaam, cegnev, denumire firma,
  arbeitgeber, empresa nombre, nom entreprise, nom societe, nome azienda, nome empresa,
  organization name, bukrs
department: avdelning, afdelning, avdeling, osasto, dzial, oddeleni, abt, ufficio, service, area,
  dpto, departement rh, org unit, organizational unit, business unit, kostenstellenbezeichnung,
  stredisko, odbor
employee: anstalld, medarbejder, ansatt, tyontekija, medarbetare, collaboratore, colaborador,
  salarie, funcionario, trabajador, emp
employee number: employee id, employee no, staff no, staff id, staff number, personalnummer,
  personalnr, personal nr, pers nr, matricule, matricola, no empleado, n empleado, numero de
  empleado, codigo empleado, anstallningsnummer, anstallningsnr, medarbejdernummer, medarbejdernr,
  ansattnummer, numer pracownika, nr ewidencyjny, osobni cislo, personeelsnummer,
  medewerkernummer, payroll id, badge, payroll number, worker id, numero matricola, numero
  funcionario, emp no, emp id, emp num
manager: vorgesetzte, vorgesetzte r, fuhrungskraft, chef, responsable directo, responsable
  hierarchique, superieur hierarchique, n 1, responsabile, superviseur, supervisore, przelozony,
  nadrizeny, vedouci, narmaste chef, naermeste leder, leder, esimies, line manager, manager name,
  mgr, teamlead, superior, gestor, chefe, direct manager, reporting manager
hire date: eintritt, eintrittsdat, einstellung, anstellungsdatum, date d entree, date entree, date
  d embauche, fecha de ingreso, fecha ingreso, fecha incorporacion, fecha de incorporacion, fecha
  alta empresa, data assunzione, data di assunzione, data de admissao, data admissao, admissao,
  datum in dienst, in dienst, indiensttreding, anstallningsdatum, anstalld sedan,
  ansaettelsesdato, ansettelsesdato, data zatrudnienia, datum nastupu, nastup, joining date, date
  of joining, doj, hired on, employment start, employment start date, original hire date,
  tyosuhteen alku
termination date: leaving date, leave date, exit date, date left, left on, austritt,
  austrittsdatum, kundigungsdatum, date de sortie, date sortie, date de depart, fecha de baja,
  fecha baja, fecha de salida, data cessazione, data di cessazione, data de saida, data saida,
  datum uit dienst, uit dienst, fratradelsesdato, fratraedelsesdato, sluttdato, slutdatum, data
  zwolnienia, datum ukonceni, termination, terminated, last day, last working day, end of
  employment, employment end, resignation date, separation date
birth date: fodelsedatum, fodselsdato, fodselsdag, fodelsedag, syntymaaika, datum narozeni,
  narozen, geb datum, geb, geb dat, geburtsdat, data nascimento, data nascita, date naissance, d
  naissance, szuletesi datum, dogum tarihi, fecha nacimiento, f nacimiento, birth dt, urodzony,
  geboren, ne le, nato il, fodt
gender: kon, kjonn, geschl, genero, sukupuoli, civilite sexe, gend, m f
salary: bruttogehalt, jahresgehalt, monatsgehalt, bruttolohn, lon, manadslon, arslon, lonn,
  sueldo, sueldo bruto, salario bruto, salario bruto anual, retribuzione, ral, remuneracao,
  remuneration, brutosalaris, bruto salaris, salaire brut, salaire annuel, mzda, hruba mzda, plat,
  wynagrodzenie, pensja, palkka, base salary, annual salary, gross salary, base pay, pay rate,
  annual pay, stipendio lordo
requester: requested by, reporter, reported by, submitter, submitted by, raised by, opened by,
  melder, gemeldet von, antragsteller, demandeur, demande par, solicitante, richiedente, segnalato
  da, aanvrager, ingediend door, zadavatel, nahlasil, zglaszajacy, zgloszone przez, anmalare,
  rapporteret af, innmelder, ilmoittaja, caller, requestor, requestor name, customer contact
owner: bearbeiter, sachbearbeiter, zugewiesen an, assigned agent, assigned user, traite par,
  assigne a, asignado a, assegnato a, toegewezen aan, behandelaar, handlaggare, ansvarlig,
  ansvarig, przypisany do, prirazeno, resitel, atribuido a, vastuuhenkilo, agent name, handled by,
  record owner
created: opened, opened at, opened on, open date, date opened, reported on, reported at, eroffnet,
  eroffnet am, eroffnungsdatum, eingang am, eingegangen, eingegangen am, ouvert le, ouverture,
  date ouverture, abierto, abierto el, fecha apertura, aperto il, otevreno, geopend, geopend op,
  utworzono, utworzony, data utworzenia, vytvoreno, datum vytvoreni, skapad, skapat, skapad datum,
  oprettet, opprettet, oprettelsesdato, luotu, luontipaiva, criado, criado em, data de criacao,
  data di creazione, creato il, fecha creacion, cree, date creation, creation time, created dt,
  crt dt, create dt, erfasst am, erfasst, angelegt
updated: last activity, last update, last updated at, zuletzt geandert, zuletzt geandert am,
  letzte anderung, letzte aktualisierung, derniere modification, date de modification, mis a jour
  le, ultima modificacion, ultima actualizacion, ultima modifica, data modifica, ultima
  atualizacao, atualizado em, laatst gewijzigd, laatste wijziging, senast andrad, andrad, sidst
  aendret, aendret, sist endret, endret, ostatnia modyfikacja, data modyfikacji, zmodyfikowano,
  posledni zmena, zmeneno, muokattu, upd dt, modified dt, last change, last changed on, edited
closed: resolved, resolved on, resolved date, resolution date, solved, solved at, completed at,
  completed on, geschlossen, geschlossen am, erledigt am, abgeschlossen, abgeschlossen am, ferme
  le, date fermeture, date de fermeture, resolu le, cerrado, cerrado el, fecha cierre, chiuso,
  chiuso il, data chiusura, fechado, fechado em, data de fecho, gesloten, gesloten op, stangd,
  lukket, avsluttet, zamknieto, zamkniete, data zamkniecia, uzavreno, datum uzavreni, suljettu,
  done at, finished at
ticket: ticket id, ticket number, ticket no, case number, case id, case no, incident id, incident
  number, issue id, issue key, vorgangsnummer, vorgangsnr, ticketnummer, fallnummer, arendenummer,
  sagsnummer, saksnummer, numer zgloszenia, zgloszenie, cislo pozadavku, numero ticket, numero de
  ticket, meldingsnummer, request id, anfragenummer
subject: summary, arende, emne, rubrik, overskrift, temat, predmet, aihe, issue summary, short
  description, kurzbeschreibung, short text, kurztext, sujet, objet de la demande, resume demande
description: beskrivning, beskrivelse, kuvaus, descricao, long description, langtext, popis
  produktu, opis produktu, item description, itm desc, product description, full description, body
  html, dettaglio
priority: prioritet, priorytet, pilnosc, nalehavost, urgence, urgencia, urgenza, prio,
  kiireellisyys
language: sprak, sprog, kieli, jezyk komunikacji, preferred language
subscribed: nyhetsbrev, nyhedsbrev, accepts marketing, email marketing, marketing opt in
note: anteckning, anteckningar, bemaerkning, merknad, huomautus, nota interna, annotazioni, obs,
  observacao
"""
