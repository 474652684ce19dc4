"""More words of the lexicon: banks, bookkeeping, trade; the form is that of ``concepts``.

Beside the languages there: Swedish, Danish, Norwegian, and a little Finnish.
"""

MONEY_TERMS = """
booking date: bokforingsdag, bokforingsdatum, bokforingsdato, bogforingsdato, bogforingsdag,
  bokfort, bokfort dato, bogfort, data ksiegowania, data operacji, data transakcji, datum
  zauctovani, datum provedeni, datum transakce, data contabile, data registrazione, fecha
  contable, fecha de operacion, fecha movimiento, fecha de movimiento, data lancamento, data
  movimento, data mov, data transacao, date de comptabilisation, date d operation, date comptable,
  date de transaction, date transaction, boekingsdatum, datum boeking, transaktionsdatum,
  transaktionsdato, transaktionsdag, tapahtumapaiva, kirjauspaiva, buchungszeitpunkt, buchungsdat,
  date posted, posted date, posted on, completed date, date completed, cleared date, transaction
  time, txn date, trans date, budat, umsatzdatum
value date: valor, valordato, valutadag, valutadato, rentedatum, rentedato, data waluty, datum
  valuty, data valuta, f valor, date valeur, data valor, arvopaiva, wertstellungsdatum,
  wertstellungstag, wert, effective on, val date, started date
valuta: valutas
amount: belopp, belob, beloep, belop, montante, montant operation, kwota operacji, kwota
  transakcji, castka transakce, suma, summa, maara, transaction amount, booking amount, amt,
  wrbtr, importe operacion, importo operazione, valor operacao
revenue: vendas, ventas, omsattning, omsaetning, liikevaihto, przychod, obrat
balance: solde apres, saldo po operacji, saldo contabile, saldo disponible, saldo contabilistico,
  saldo po transakcji, kontosaldo, saldo nach buchung, running balance, available balance, bal,
  beholdning, bilans, konecny zustatek, closing balance, ledger balance
payee: mottagare, modtager, mottaker, motpart, betalningsmottagare, avsandare, afsender, avsender,
  destinataire, tiers, contrepartie, donneur d ordre, ordenante, ordinante, controparte, nadawca,
  kontrahent, nazev protiuctu, jmeno protistrany, nazwa kontrahenta, partnername, partner name,
  zahlungsbeteiligter, name zahlungsbeteiligter, zahlungspartner, saaja, maksaja, naam
  tegenpartij, naam begunstigde, name of counterparty, other party, sender, destinatario,
  transaction partner, zahlungsempfanger auftraggeber, paid to, vendor name payee
payee account: payee iban, counterparty account, counterparty iban, iban tegenpartij,
  tegenrekening, tegenrekening iban, rekening tegenpartij, gegenkonto, gegenkonto iban, partner
  iban, partner kontonummer, iban zahlungsbeteiligter, kontonummer iban, compte contrepartie,
  compte beneficiaire, iban beneficiaire, cuenta beneficiario, cuenta destino, rachunek
  kontrahenta, rachunek odbiorcy, konto kontrahenta, protiucet, cislo protiuctu, ucet protistrany,
  conto beneficiario, conta destino, modtagerkonto, mottagarkonto, til konto, saajan tilinumero,
  kontonummer empfanger, beneficiary account, recipient account
account owner: auftragskonto, own account, eigene iban, account holder, kontoinhaber
memo: tytulem, tytul operacji, opis operacji, opis transakcji, meddelande, meddelelse, melding,
  besked, buchungsdetails, buchungs details, zahlungsgrund, zahlungsreferenz, verwendung,
  zahlungszweck, descrizione operazione, causale operazione, descritivo, viesti, selite, zprava
  pro prijemce, transaction description, transaction details, transaction information, statement
  text, reference text, vwz, concepto movimiento
label: libelle, libelle operation, libelle compte, intitule, opschrift, oznaczenie
transaction type: type operation, type d operation, rodzaj operacji, rodzaj transakcji, typ
  operacji, typ transakcji, typ transakce, typ pohybu, typ pohybu na uctu, tipo movimento, tipo
  movimiento, tipo operacion, tipo operazione, tipo transacao, transaktionstype, tapahtumalaji,
  mutatiesoort, soort transactie, transactiesoort, transactietype, transaction code, txn type,
  trans type, mouvement, categorie operation
debit credit: soll haben, soll haben kennzeichen, sh kennzeichen, af bij, dc, d c, cd, debit
  credit indicator, credit debit indicator, credit debit, cr dr, dr cr, debet credit, kierunek,
  sens, signe, wn ma, direction
inflow: avoir, crediti, accredito, accrediti, creditos, abonos, ingresos cuenta, inbetalning,
  insattning, indbetaling, ind, inn, pa konto, uznania, wplywy, kredit, kreditbelopp, eingang,
  zahlungseingang, geldeingang, prijmy, credit eur, money received, amount credit, credited amount
outflow: debiti, addebito, addebiti, debitos, cargos, uttag, utbetalning, udbetaling, ut, ut av
  konto, obciazenia, wydatki, debetbelopp, ausgang, zahlungsausgang, geldausgang, vydaje, debit
  eur, money spent, amount debit, debited amount, depenses, retrait
fee: avgift, gebyr, oplata, prowizja, taxa, comissao, spese, kostnad, fee amount, entgelt
iban: numer rachunku, numer konta, rachunek, kontonr, konto nr, tilinumero, numero conta, numero
  de conta, account no, acct no, acct number, bankkonto, bankrekening, cuenta bancaria, conta
  bancaria, compte bancaire, bban
bic: bic swift, swift bic, bic swift code, kod banku, bank id, codigo banco, abi, bank identifier
  code
currency: munteenheid, valutakode, valutakod, curr, crcy, ccy, waers, kod waluty, kod meny, codigo
  moneda, code devise, codice valuta, kontowahrung, mena uctu, valuutta
exchange rate: vekselkurs, vaxelkurs, valutakurs, kurs waluty, tasso di cambio, taxa de cambio, fx
payment method: betalingsmetode, betalningssatt, betalingsmate, metoda platnosci, zpusob platby,
  metodo di pagamento, modalita di pagamento, metodo de pago, metodo de pagamento, payment
  gateway, gateway, tender, paymethod, pmt method, moyen de paiement, mode de reglement, maksutapa
payment terms: betalningsvillkor, betalingsbetingelser, warunki platnosci, platebni podminky,
  termini di pagamento, condicoes de pagamento, terms of payment
order number: ordrenummer, ordrenr, ordernr, order name, bestallningsnummer, tilausnumero, numer
  zamowienia, nr zamowienia, cislo objednavky, numero ordine, numero d ordine, n commande, no
  commande, num pedido, n pedido, num encomenda, n encomenda, order ref, order reference,
  auftragsnr, bestelnummer, vbeln, sales order number, so number, ord no, ord num
order date: data zamowienia, datum objednavky, data ordine, data do pedido, ordredato,
  tilauspaiva, fecha del pedido, date commande, placed at, placed on, purchase date, purchased at,
  ordered, purchased on, bestelldat, besteldatum, order time, order created, data encomenda,
  bestallningsdatum
invoice number: fakturanummer, fakturanr, numer faktury, nr faktury, cislo faktury, numero
  fattura, n fattura, n fatura, numero fatura, no facture, n facture, n factura, num factura,
  laskun numero, laskunumero, rechnungsnr, rechnung nr, re nr, inv no, inv num, inv number,
  document number, belegnummer, belegnr, bill number, bill no, doklad
invoice date: fakturadatum, fakturadato, data faktury, data wystawienia, datum vystaveni, data
  fattura, data emissione, data di emissione, data de emissao, data emissao, date d emission, date
  emission, date facturation, date facture, fecha emision, fecha de emision, fecha factura,
  rechnungsdat, laskun paivays, bill date, billing date, inv date, bldat, document date,
  belegdatum
due: forfallodatum, forfaldsdato, forfallsdato, forfallodag, termin platnosci, data platnosci,
  datum splatnosti, splatnost, data scadenza, data di scadenza, data de vencimento, data
  vencimento, vencimento, date d echeance, fecha de vencimiento, fecha vencimiento, zahlbar bis,
  erapaiva, eraantyy, pay by, payable by, fallig am, faellig am, due dt, payment date due
subtotal: excl vat, excl btw, excl tax, excluding vat, bedrag excl btw, totaal excl btw, total ht,
  ht, prix ht, ohne mwst, exkl mwst, sem iva, total sem iva, sin iva, base imponible, imponibile,
  totale imponibile, bez dph, celkem bez dph, netto bedrag, summe netto, wartosc netto, kwota
  netto, suma netto, netwr, net, net value, belopp exkl moms, exkl moms, ekskl moms, eks mva,
  veroton, amount excl, taxable amount, valor liquido, total liquido
total: incl vat, incl btw, incl tax, including vat, bedrag incl btw, totaal incl btw, ttc, montant
  ttc, com iva, total com iva, con iva, total con iva, s dph, celkem s dph, brutto, bruttobetrag,
  summe brutto, wartosc brutto, kwota brutto, gross, gross amount, gross total, inkl mwst, inkl
  moms, inkl mva, totalt, i alt, sammanlagt, att betala, do zaplaty, k uhrade, amount due, total
  due, importe total, importo totale, valor total, tot, order total, invoice total, totalbelopp,
  totalbelob, yhteensa, endbetrag, rechnungsbetrag, total factura, totale fattura
tax: moms, mva, momsbelopp, momsbelob, podatek, kwota vat, kwota podatku, sazba dph, alv, btw
  bedrag, montant tva, imposta, taxes, total tax, vat amount, tax total, steuerbetrag, mwst
  betrag, cuota iva, importe iva, importo iva, valor iva, mwsbk
tax id: org nr, organisationsnummer, cvr, cvr nummer, y tunnus, nip, regon, codice fiscale, p iva,
  piva, cuit, rut, rfc, cnpj, nipc, contribuinte, numero de identificacion fiscal, ico, abn, vat
  registration number, vat reg no, uid nummer, kvk, kvk nummer, steuernr
shipping cost: shipping costs, delivery cost, koszt dostawy, koszty dostawy, versandkosten,
  lieferkosten, frais de port, frais de livraison, gastos de envio, costes de envio, spese di
  spedizione, costi di spedizione, portes, portes de envio, custo de envio, verzendkosten, frakt,
  fragt, fraktkostnad, postovne, doprava, cena dopravy, shipping fee, shipping amount, shipping
  charge, shipping total, shipping price, freight cost, toimituskulut, porto
discount: rabais, rabatt betrag, rabat kwota, descuento total, sconto totale, avdrag, alennus,
  disc, discount amount, znizka
price: prodejni cena, prix de vente, precio de venta, pvp, prezzo di vendita, preco de venda,
  verkoopprijs, forsaljningspris, salgspris, cena sprzedazy, cena jednostkowa, vk preis, vk, sales
  price, selling price, sell price, retail price, sale price, pris, styckpris, stykpris, hinta,
  prc, msrp, precio unitario, prezzo unitario, preco unitario, eenheidsprijs, cena za kus, sls prc
cost: nakupni cena, inkopspris, indkobspris, innkjopspris, cena zakupu, prix d achat, prix achat,
  precio de compra, precio coste, prezzo di acquisto, preco de custo, preco de compra,
  inkoopprijs, ek preis, ek, buying price, cost price, wholesale price, standard cost, cst, cogs,
  ostohinta
sku: matnr, artikelkod, varenummer, varenr, tuotekoodi, indeks, indeks produktu, kod produktu, kod
  zbozi, kod artykulu, symbol, codice prodotto, cod articolo, cod prodotto, referencia producto,
  ref produit, reference produit, code article, code produit, codigo articulo, codigo do produto,
  art nr, art no, item no, part no, mpn, material, material number, materialnummer, stock number
product: vara, vare, varenavn, varunamn, tuote, towar, nazwa produktu, nazwa towaru, zbozi, nazev
  produktu, nazev zbozi, nombre producto, nome prodotto, nome produto, nom produit,
  artikelbezeichnung, artikelname, artikelnaam, productnaam, maktx, designation produit, itm
barcode: ean13, ean 13, ean8, ean11, ean upc, kod kreskowy, carovy kod, code barre, code barres,
  codigo de barras, codice a barre, streepjescode, streckkod, stregkode, strekkode, viivakoodi
stock: skladem, na sklade, sklad, stav skladu, zasoba, lagersaldo, lagerbeholdning, varastosaldo,
  stan magazynowy, stan, ilosc w magazynie, giacenza, disponibilita, quantite en stock, en stock,
  stock disponible, qty on hand, qty oh, quantity available, available quantity, inventory
  quantity, in stock, available stock, estoque
quantity: antal, antall, maara kpl, mnozstvi ks, pocet, pocet kusu, ilosc sztuk, qta, cant, qtd,
  menge stk
category: kategori, kategoria produktu, luokka, dzial produktu, prod grp, product group, product
  type, artikelgruppe, varugrupp, varegruppe, matkl, famille, famille produit, rubro, reparto
  merceologico, cat, product category, collection, tuoteryhma, skupina
weight: vikt, vaegt, vekt, paino, waga, hmotnost, wgt, ntgew, weight kg, masa, peso neto, poids
  net
brand: vyrobce, znacka, producent, tillverkare, varumarke, maerke, merke, produttore, valmistaja,
  mfr, mfg, manufacturer name, product vendor, brnd, marka, herstellername
unit: enhet, enhed, jednostka, jednostka miary, jednotka, mj, yksikko, meins, me, unite de mesure
warehouse: magazyn, lagerort, deposito, bodega, armazem, varasto, magasin, wh
supplier: leverantor, leverandor, toimittaja, dodavatel nazev, supplier name, vendor name,
  kreditorname
status: estatus, tila, stan realizacji, etat, tilstand, sts, order status, payment status,
  financial status, zahlungsstatus, betaalstatus, paid status
estado: estado pedido, estado factura
customer: kund, kundnamn, kundenavn, kundenname, asiakas, relatie, debiteur, debitor, afnemer,
  odberatel, nabywca, bill to, bill to name, sold to, billing name, ship to name, cust, client
  name, customer name, nom client, nombre cliente, nome cliente, nazwa klienta, nazev zakaznika,
  klantnaam, acheteur, comprador, destinataire facture, rechnungsempfanger, besteller, kaufer
"""
