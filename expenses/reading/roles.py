"""Tell what each row of a receipt with an amount is: total, tax, cash, change … by its words. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from expenses.reading.amounts import amounts_in, whole_in, without_amounts
from expenses.reading.lines import Row
from expenses.reading.words import any_of, mended, squeezed

SMALL = Decimal("1.00")  # a rounding is less
MOST_TAX = Decimal("0.3")  # of what it is on
SUMMARY_ROWS = 5  # how many rows a table of taxes may have


class Role(Enum):
    """Name what a row's amount is; the value says how much the words alone tell of the total."""

    FINAL = 4.0  # net total, att betala: what is left to pay
    TOTAL = 3.0
    WEAK_TOTAL = 1.2  # total of 3 pieces, amount
    SUBTOTAL = 1.0
    NET = 0.3  # before tax
    TAX = 0.0
    ROUNDING = -0.1
    CASH = 1.1
    CARD = 2.0
    CHANGE = -0.2
    ASIDE = -0.3  # savings, points, limits: none of the sum
    ITEM = 0.1


# Longer words that are set right when the engine takes one letter for another.
_VOCABULARY = (
    "total", "totalt", "summa", "subtotal", "delsumma", "change", "rounding", "rounded", "kontant", "vaxel",
    "betala", "betalt", "supplies", "amount", "payable", "discount", "tillbaka", "oresavrundning", "avrundning",
    "inclusive", "tendered",
)  # fmt: skip
# The first that is found tells. Engines leave out letters they don't know: Växel is read as Vxel too.
_ROLES = [
    (
        """saving saved sparat point poang bonus saldo balance(?!due) supplies ^mtd limit deposit medlem member
        earned ^age$ unitprice ja?mfo?rpris utbet""",
        Role.ASIDE,
    ),
    ("^(total)?(gst|tax|vat|sst|moms|servicetax|salestax).*(?<!incl)(?<!incof)total$", Role.TAX),
    ("^(cash)?change changedue change(cash|rm)?$ va?xel tillbaka ^baki ^a?ter$ a?terbet", Role.CHANGE),
    ("excl exc?gst beforetax beforegst exkl netto(?!tal) withouttax utanmoms", Role.NET),
    ("^total.{0,2}includes(gst|to)", Role.WEAK_TOTAL),  # some print the tax there, some the total
    (
        """^(incl|varav|inkl).*(moms|gst|tax|vat) ^moms momsbelopp momstotal
        ^(totalt?|summa)(gst|tax|vat|moms|sst)(?!incl)
        ^(add)?(gst|sst|vat|tax|servicetax|servtax)(?!.*(total|sales)incl)
        varav serv(ice)?(charge|chg|chrg) ^servchar serviceavgift""",
        Role.TAX,
    ),
    ("subtot delsumma deltotal mellansumma ^subt", Role.SUBTOTAL),
    (
        """net+total netamount net+amt grandtotal finaltotal totalpayable amountpayable amountdue totaldue
        balancedue attbetala totalrounded roundedtotal totalamtrounded totalamountrounded totalafterround
        afterrounding totalafteradj amtpaid amountpaid billtotal totalbill tobepaid jumlahbesar perludibayar
        slutsumma totalsumma summatotal topay$ ko?psumma""",
        Role.FINAL,
    ),
    ("round rnd avrund bundar", Role.ROUNDING),
    ("discount ^disc disc$ rabatt diskaun voucher coupon", Role.ASIDE),
    (
        """total(qty|quantity|item|pcs|unit|antal|artik|pieces) totalt?.{0,3}(varor|artiklar|items?)$
        (qty|item)s?total antal ^qty ^items?$ itemcount noofitem""",
        Role.WEAK_TOTAL,
    ),
    (
        """^(by)?cash cash$ kontant tendered tender$ tunai mottaget erha?llet received ^payment ^paid accepted
        inserted ^betalt ^paying bayaran""",
        Role.CASH,
    ),
    (
        """visa master maestro amex ^kort kort$ debit credit ^card card$ swish ewallet ^cc kredit paidby nets$
        touchngo grabpay boost""",
        Role.CARD,
    ),
    (
        "^total(?!price) total(amount|amt|incl|sale) total$ totalt summa(?!ry) jumlah belopp ^ko?p$ ^nett?$",
        Role.TOTAL,
    ),
    ("^amount amount$ ^amt ^price$ ^pris$", Role.WEAK_TOTAL),
]
_RULES = [(any_of(words), role) for words, role in _ROLES]
_SUMMARY = any_of(
    """summary taxcode taxrate gstamount taxablesales momsnetto nettomoms momssats nettobrutto momsunderlag
    momsinkl momsexkl momsbrutto ^skatt"""
)
_CURRENCY = re.compile(r"\b(?:kr|sek|rm|myr)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold a row's amounts, the last being the one it is about, and what they are."""

    role: Role
    label: str  # squeezed
    values: tuple[Decimal, ...]
    place: int  # of the row, from the top
    confidence: float
    in_summary: bool  # inside a table of taxes

    @property
    def value(self) -> Decimal:
        """Return the amount the row is about."""
        return self.values[-1]


def entries_of(rows: Iterable[Row]) -> list[Entry]:
    """Return the rows that hold amounts; one with words alone takes those of a row below that has nothing else."""
    entries: list[Entry] = []
    waiting: tuple[str, float] | None = None
    summary_until = -1
    for place, row in enumerate(rows):
        label = _label(row)
        values = _values(row, label)
        if _SUMMARY.search(label) and not values[1:]:
            summary_until = place + SUMMARY_ROWS
        if not values:
            waiting = (
                (label, row.confidence)
                if _role(label) in {Role.FINAL, Role.TOTAL, Role.CASH, Role.CHANGE}
                else None
            )
            continue
        confidence = row.confidence
        if waiting and not label:
            label, confidence = waiting[0] + label, min(confidence, waiting[1])
        waiting = None
        role = _role(label)
        in_summary = place <= summary_until
        if role in {Role.TOTAL, Role.WEAK_TOTAL} and in_summary and is_taxed(*values[-2:]):
            role = Role.TAX
        if role == Role.ROUNDING and abs(values[-1]) >= SMALL:
            role = Role.FINAL
        entries.append(Entry(role, label, values, place, confidence, in_summary))
    return entries


def is_taxed(*pair: Decimal) -> bool:
    """Tell whether of two amounts one may be the other's tax."""
    return len(pair) == 2 and 0 <= min(pair) <= MOST_TAX * max(pair)


def _label(row: Row) -> str:
    words = " ".join(mended(without_amounts(piece.text), _VOCABULARY) for piece in row.pieces)
    return squeezed(_CURRENCY.sub(" ", words))


def _values(row: Row, label: str) -> tuple[Decimal, ...]:
    values = [amount.value for piece in row.pieces for amount in amounts_in(piece.text)]
    if not values and len(row.pieces) > 1 and _role(label) in {Role.FINAL, Role.TOTAL}:
        whole = whole_in(row.pieces[-1].text)
        if whole is not None:
            values = [whole]
    return tuple(values)


def _role(label: str) -> Role:
    return next((role for pattern, role in _RULES if pattern.search(label)), Role.ITEM)
