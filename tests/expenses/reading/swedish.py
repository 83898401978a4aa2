"""Swedish receipts and card slips of made-up sellers, each with what it says."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple


class Printed(NamedTuple):
    """Hold a text and what is to be read off it."""

    text: str
    total: str
    day: date
    seller: str
    is_card_slip: bool = False

    @property
    def amount(self) -> Decimal:
        return Decimal(self.total)


DAY = date(2026, 11, 14)

GROCER = Printed(
    """
ALMBYNS LIVS AB
Storgatan 12
952 31 KALIX
Org.nr 556123-4567
Tel 0923-123 45

2026-11-14  16:42   Kassa 2
Kvitto nr 10482

Mjölk 1,5%               18,90
Bröd råg                 32,50
Kaffe 450g               64,90
Pant                      2,00

SUMMA                   118,30
Öresavrundning           -0,30
ATT BETALA              118,00

Kontant                 200,00
Växel                    82,00

Moms%   Moms   Netto    Brutto
12,00  12,46  103,84    116,30
Tack för besöket!
""",
    "118.00",
    DAY,
    "ALMBYNS LIVS AB",
)
CINEMA = Printed(
    """
Biograf Norrsken
Kalix Folkets Hus ekonomisk förening
Valhallavägen 3, Kalix

Datum: 14/11-26   Tid: 18:30

2 st Biljett vuxen     260,00
1 st Popcorn stor       45,00

TOTALT                 305,00
varav moms 6%           14,72
varav moms 12%           4,82

Kort                   305,00
Spara kvittot
""",
    "305.00",
    DAY,
    "Biograf Norrsken",
)
CAFE = Printed(
    """
KAFÉ STRANDBODEN HB
Hamnplan 1
793 30 LEKSAND
Org nr: 969700-1234

14 nov 2026   10:15

Kaffe                    35:-
Kanelbulle               28:-
Smörgås ost              55:-

TOTAL                   118:-

Betalt med kort         118:-
Moms 12%              12,64
""",
    "118.00",
    DAY,
    "KAFÉ STRANDBODEN HB",
)
BIG_SUM = Printed(
    """
NORDLJUS SPORT AB
Köpmangatan 5
Datum 2026-11-14
Kvitto

Längdskidor set       1 099,00
Stavar kolfiber         135,50

Antal varor: 2
Totalt SEK            1 234,50

Bankkort              1 234,50
Moms 25%                246,90
Netto                   987,60
""",
    "1234.50",
    DAY,
    "NORDLJUS SPORT AB",
)
GLUED = Printed(
    """
BOWLINGHALLEN I TOREBY AB
Org.nr:556987-6543
2026-11-14 14:05

Bowling 1 h             199,00
Skohyra                  40,00
SUMMA:239,00
KONTANT240,00
TILLBAKA1,00
MOMS 6%:13,53
""",
    "239.00",
    DAY,
    "BOWLINGHALLEN I TOREBY AB",
)
DISCOUNT = Printed(
    """
Välkommen till
SIMHALLEN BLÅSTJÄRNAN
Kvitto 88123
26-11-14 09:12  Kassör: 14

Entré vuxen              80,00
Entré barn               40,00
Rabatt                  -20,00
Delsumma                100,00
Att betala              100,00
Swish                   100,00
Moms 6,00%                5,66
Medlem sedan 2019-03-01
""",
    "100.00",
    DAY,
    "SIMHALLEN BLÅSTJÄRNAN",
)
PIZZERIA = Printed(
    """
PIZZERIA VESUVIO
Ågatan 7, Kalix
0923-555 12

#0042   2026.11.14   19:55

1 Capricciosa           105,00
1 Vesuvio                95,00
2 Läsk 33cl              50,00

SUBTOTAL                250,00
MOMS 12%                 26,79
TOTAL                   250,00
KORT                    250,00
""",
    "250.00",
    DAY,
    "PIZZERIA VESUVIO",
)
RECEIPT_WITH_CARD_PART = Printed(
    """
ICELUNDS BOK & PAPPER AB
Torget 2
Org.nr 556321-0001

2026-11-14 12:01

Pysselbok               129,00
Färgpennor               79,00
Totalt                  208,00
Moms 25%                 41,60

Butiksnr: 1029384
Term: 11223344
KÖP                 208,00 SEK
Bankkort
**** **** **** 4821
AID: A0000000031010
TVR: 0000008000
Ref: 004512    Godkänd
Spara kvittot
""",
    "208.00",
    DAY,
    "ICELUNDS BOK & PAPPER AB",
)
CARD_SLIP = Printed(
    """
STRANDKIOSKEN
KALIX
TERM: 9087-112233
2026-11-14 13:37

KÖP
Belopp           SEK 129,00
Totalt           SEK 129,00

VISA  ************1234
Kontaktlös
AID: A0000000031010
TVR: 0000000000
Ref.nr: 123456  Godkänd

Kundens ex.
SPARA KVITTOT
""",
    "129.00",
    DAY,
    "STRANDKIOSKEN",
    is_card_slip=True,
)
ENGLISH_SLIP = Printed(
    """
MUSEUM CAFE AB
Terminal ID: 55443322
Date 14/11/2026  Time 15:20
MASTERCARD  **** 9912
PURCHASE
AMOUNT       SEK 86.00
APPROVED
Auth code 002211
Customer copy
""",
    "86.00",
    DAY,
    "MUSEUM CAFE AB",
    is_card_slip=True,
)
CROWNS = Printed(
    """
Kiosken vid älven
14/11-2026  kl 11:20
Varmkorv                 30
Glass                    25
Summa                    55 kr
Kontant                 100 kr
Åter                     45 kr
""",
    "55.00",
    DAY,
    "Kiosken vid älven",
)
BUS = Printed(
    """
LÄNSBUSSEN I NORR AB
Biljett enkel vuxen
2026-11-14 07:45
Giltig till 2026-11-15 07:45
Pris               47,00 kr
Varav moms 6%       2,66 kr
Betalt             47,00 kr
Kort
Org.nr 556444-7777
""",
    "47.00",
    DAY,
    "LÄNSBUSSEN I NORR AB",
)
CRAFTS = Printed(
    """
HANTVERKSBODEN HB
Kyrkvägen 8, 793 31 Leksand
Kvittodatum  2026-11-14
Garn ull 3 x 45,00      135,00
Stickor                  59,90
Totalt att betala:      194,90
Kontokort               194,90
Moms 25% på 155,92       38,98
Öppet köp till 2026-12-14
""",
    "194.90",
    DAY,
    "HANTVERKSBODEN HB",
)

ALL = [
    GROCER, CINEMA, CAFE, BIG_SUM, GLUED, DISCOUNT, PIZZERIA, RECEIPT_WITH_CARD_PART, CARD_SLIP, ENGLISH_SLIP,
    CROWNS, BUS, CRAFTS,
]  # fmt: skip
