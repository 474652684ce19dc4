"""Which concepts of the lexicon are meant by one another's names: ``one ~ other weight; …``."""

#: How often (0 to 1) the one is written where the other is meant.
NEAR_CONCEPTS = """
phone ~ mobile 0.86; email ~ website 0.1; street ~ address 0.86; description ~ note 0.72;
description ~ memo 0.82; transaction type ~ type 0.86; transaction type ~ memo 0.62; transaction
type ~ description 0.6; memo ~ note 0.75; memo ~ subject 0.6; memo ~ reference 0.6; payee ~
description 0.55; payee ~ customer 0.6; payee ~ name 0.62; payee ~ supplier 0.7; amount ~ inflow
0.74; amount ~ outflow 0.6; amount ~ total 0.85; amount ~ price 0.68; amount ~ subtotal 0.62;
amount ~ revenue 0.62; total ~ subtotal 0.55; price ~ cost 0.55; date ~ booking date 0.9; date ~
value date 0.82; date ~ timestamp 0.85; date ~ order date 0.85; date ~ invoice date 0.85; date ~
created 0.68; booking date ~ value date 0.7; created ~ timestamp 0.6; start ~ hire date 0.6; time
~ timestamp 0.7; end ~ due 0.66; end ~ closed 0.55; created ~ start 0.4; name ~ label 0.8; name ~
title 0.78; title ~ subject 0.8; title ~ job title 0.72; title ~ salutation 0.5; name ~ full name
0.86; name ~ company 0.55; name ~ subject 0.66; name ~ product 0.6; user ~ full name 0.35; user ~
email 0.35; company ~ account 0.7; company ~ customer 0.68; customer ~ account 0.62; customer ~
contact 0.62; contact ~ full name 0.6; lead ~ contact 0.6; country ~ country code 0.86; state ~
location 0.45; city ~ location 0.6; address ~ location 0.7; location ~ country 0.3; id ~ number
0.72; id ~ code 0.7; number ~ code 0.62; id ~ external id 0.86; id ~ reference 0.66; number ~
reference 0.66; sku ~ code 0.66; sku ~ id 0.6; number ~ count 0.72; quantity ~ count 0.72;
quantity ~ number 0.5; quantity ~ stock 0.5; order ~ order number 0.82; invoice ~ invoice number
0.82; order number ~ reference 0.6; order number ~ id 0.62; invoice number ~ id 0.62; tax ~ tax id
0.4; iban ~ account 0.66; status ~ active 0.6; status ~ deal stage 0.86; category ~ type 0.72;
category ~ tag 0.55; category ~ industry 0.5; type ~ level 0.4; subscribed ~ status 0.45;
unsubscribed ~ status 0.45; owner ~ employee 0.6; owner ~ manager 0.66; supplier ~ company 0.66;
author ~ user 0.6; author ~ employee 0.6; manager ~ employee 0.66; manager ~ user 0.6; owner ~
user 0.6; author ~ owner 0.5; industry ~ type 0.35; deal ~ order 0.4; visible ~ active 0.6; child
~ count 0.2; website ~ domain 0.86; permalink ~ id 0.5; permalink ~ code 0.5; model ~ product 0.5;
brand ~ supplier 0.55; task ~ subject 0.5; ticket ~ subject 0.4; note ~ message 0.66; description
~ message 0.62; score ~ level 0.5; employees ~ size 0.5; fee ~ cost 0.66; discount ~ percent 0.4;
line ~ number 0.5; job title ~ name 0.3; valuta ~ currency 0.92; valuta ~ value date 0.85; estado
~ status 0.92; estado ~ state 0.9; kraj ~ country 0.92; kraj ~ state 0.9; payee account ~ iban
0.86; payee account ~ account 0.55; payee account ~ payee 0.5; account owner ~ iban 0.4; label ~
memo 0.75; label ~ description 0.72; label ~ product 0.6; termination date ~ end 0.8; termination
date ~ closed 0.4; shipping ~ shipping cost 0.86; shipping cost ~ fee 0.5; employee number ~ id
0.7; employee number ~ number 0.66; employee number ~ employee 0.62; employee number ~ external id
0.6; requester ~ customer 0.62; requester ~ contact 0.62; requester ~ author 0.7; requester ~ user
0.5; requester ~ full name 0.55; ticket ~ id 0.66; ticket ~ number 0.66; ticket ~ reference 0.55;
order date ~ created 0.72; invoice date ~ created 0.62; inflow ~ total 0.4; description ~ subject
0.6; debit credit ~ transaction type 0.6; debit credit ~ type 0.6; transaction type ~ category
0.6; customer ~ name 0.5; customer ~ full name 0.62; order number ~ number 0.66; invoice number ~
number 0.66; kraj ~ location 0.3; created ~ booking date 0.5
"""
