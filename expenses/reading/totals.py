"""Find what was paid: by the words beside each amount, and by what the amounts say of each other. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, auto
from itertools import combinations, pairwise

from expenses.reading.lines import Row
from expenses.reading.roles import Entry, Role, entries_of, is_taxed
from expenses.reading.suggestion import Suggested

LABELLED = {Role.FINAL, Role.TOTAL}
CLEAR = 0.85  # the engine's own measure, from which a misread figure is rare
ZERO = Decimal(0)
CENT = Decimal("0.01")
RATES = (6, 12, 25)  # per cent: those of Sweden, and of Malaysia once


class Proof(Enum):
    """Name what speaks for a total beside the words next to it."""

    CHANGE = auto()  # cash less change
    PAID = auto()  # the same was paid, in cash or by card
    TAX = auto()  # net and tax make it up
    ITEMS = auto()  # the items make it up
    ROUNDING = auto()  # another total and the rounding make it up
    AGAIN = auto()  # it stands beside the word total more than once


_WEIGHTS = {
    Proof.CHANGE: 3.0,
    Proof.PAID: 1.2,
    Proof.TAX: 2.0,
    Proof.ITEMS: 1.5,
    Proof.ROUNDING: 2.0,
    Proof.AGAIN: 0.5,
}


@dataclass(slots=True)
class _Candidate:
    entries: list[Entry] = field(default_factory=list)
    proofs: set[Proof] = field(default_factory=set)
    against: float = 0.0

    @property
    def score(self) -> float:
        words = max((entry.role.value for entry in self.entries), default=0.0)
        place = max((entry.place for entry in self.entries if entry.role in LABELLED), default=0)
        return words + sum(_WEIGHTS[proof] for proof in self.proofs) - self.against + 0.005 * place

    @property
    def is_labelled(self) -> bool:
        return any(entry.role in LABELLED for entry in self.entries)


def find_total(rows: Iterable[Row]) -> Suggested[Decimal] | None:
    """Return what was paid, with high confidence only where words and sums agree."""
    entries = entries_of(rows)
    sums = _sums(entries)
    candidates = _candidates(entries, sums)
    if not candidates:
        return None
    _weigh(candidates, sums, entries)
    value = max(candidates, key=lambda value: candidates[value].score)
    # A subtotal may hold its tax already, so that only net amounts can speak against a total.
    contradicted = any(sums[Proof.CHANGE] | _with_tax(entries, Role.NET)) and not (
        candidates[value].proofs & {Proof.CHANGE, Proof.TAX}
    )
    return Suggested(value, _confidence(value, candidates, is_contradicted=contradicted))


def _candidates(entries: Sequence[Entry], sums: dict[Proof, set[Decimal]]) -> dict[Decimal, _Candidate]:
    roles = {*LABELLED, Role.WEAK_TOTAL, Role.SUBTOTAL, Role.CARD, Role.CASH}
    candidates: dict[Decimal, _Candidate] = defaultdict(_Candidate)
    for entry in entries:
        value = abs(entry.value)
        if entry.role in roles and value > 0:
            candidates[value].entries.append(entry)
    # What two sums agree on may be a total that was misread where it stands.
    for one, other in combinations((Proof.CHANGE, Proof.TAX, Proof.ITEMS), 2):
        for value in sums[one] & sums[other]:
            if value > 0:
                candidates[value].proofs |= {one, other}
    return dict(candidates)


def _weigh(
    candidates: dict[Decimal, _Candidate], sums: dict[Proof, set[Decimal]], entries: Sequence[Entry]
) -> None:
    roundings, taxes = _roundings(entries), _taxes(entries)
    for value, candidate in candidates.items():
        if any(_holds_tax(value, tax) for tax in taxes):
            candidate.proofs.add(Proof.TAX)
        candidate.proofs |= {proof for proof, values in sums.items() if value in values}
        if sum(entry.role in LABELLED for entry in candidate.entries) > 1:
            candidate.proofs.add(Proof.AGAIN)
        # What is rounded is not yet what is paid, and cash is more than it where change was given.
        if any(value + rounding in candidates for rounding in roundings):
            candidate.against += 2.0
        if any(entry.role == Role.CASH for entry in candidate.entries) and sums[Proof.CHANGE] - {value}:
            candidate.against += 0.8


def _sums(entries: Sequence[Entry]) -> dict[Proof, set[Decimal]]:
    def values(*roles: Role) -> set[Decimal]:
        return {abs(entry.value) for entry in entries if entry.role in roles}

    cash, roundings = values(Role.CASH, Role.CARD), _roundings(entries)
    totals = values(*LABELLED, Role.WEAK_TOTAL, Role.SUBTOTAL)
    with_rounding = {ZERO, *roundings}
    return {
        Proof.CHANGE: _less_change(entries),
        Proof.PAID: cash,
        Proof.TAX: {
            made + rounding for made in _with_tax(entries, Role.NET, Role.SUBTOTAL) for rounding in with_rounding
        },
        Proof.ITEMS: {made + rounding for made in _items(entries) for rounding in with_rounding},
        Proof.ROUNDING: {total + rounding for total in totals for rounding in roundings},
        Proof.AGAIN: set(),
    }


def _less_change(entries: Sequence[Entry]) -> set[Decimal]:
    """Return cash less change; what stands just above the change is cash, whatever its words were read as."""
    given = {abs(entry.value) for entry in entries if entry.role in {Role.CASH, Role.CARD}}
    made = set()
    for above, entry in pairwise(entries):
        if entry.role == Role.CHANGE:
            back = abs(entry.value)
            made |= {cash - back for cash in {*given, abs(above.value)} if 0 < back < cash}
    return made


def _roundings(entries: Sequence[Entry]) -> set[Decimal]:
    return {entry.value for entry in entries if entry.role == Role.ROUNDING and entry.value}


def _with_tax(entries: Sequence[Entry], *roles: Role) -> set[Decimal]:
    """Return what tax and the amounts of these roles make, and the rows of the table of taxes."""
    nets = {entry.value for entry in entries if entry.role in roles}
    taxes = _taxes(entries)
    made = {net + tax for net in nets for tax in {*taxes, sum(taxes, ZERO)} if 0 < tax < net}
    table = [entry.values for entry in entries if entry.in_summary or entry.role == Role.TAX]
    columns = [
        net + tax for values in table for net, tax in pairwise(values) if is_taxed(net, tax) and net and tax
    ]
    # No tax proves nothing.
    return made | {*columns, sum(columns, ZERO)} - {ZERO}


def _taxes(entries: Sequence[Entry]) -> list[Decimal]:
    return [
        entry.value for entry in entries if entry.role == Role.TAX and len(entry.values) == 1 and entry.value > 0
    ]


def _holds_tax(value: Decimal, tax: Decimal) -> bool:
    """Tell whether the tax is that of a total at one of the usual rates."""
    return any(abs(value * rate / (100 + rate) - tax) < CENT for rate in RATES)


def _items(entries: Sequence[Entry]) -> set[Decimal]:
    """Return what the rows above the first sum make."""
    first = next((at for at, entry in enumerate(entries) if entry.role in {*LABELLED, Role.SUBTOTAL, Role.NET}), 0)
    items = [entry.value for entry in entries[:first] if entry.role in {Role.ITEM, Role.ASIDE}]
    return {sum(items, ZERO)} if items else set()


def _confidence(value: Decimal, candidates: dict[Decimal, _Candidate], *, is_contradicted: bool) -> float:
    best = candidates[value]
    strong = best.proofs - {Proof.AGAIN}
    if best.is_labelled:
        confidence = (0.6, 0.93, 0.97, 0.98)[min(len(strong), 3)]
        if not strong and Proof.AGAIN in best.proofs:
            confidence = 0.75
    else:
        confidence = (0.5 if len(candidates) == 1 else 0.3, 0.6, 0.8, 0.85)[min(len(strong), 3)]
    rival = max(
        (other for amount, other in candidates.items() if amount != value),
        key=lambda other: other.score,
        default=None,
    )
    if rival is not None and best.score - rival.score < 1.0:
        confidence -= 0.2
    if max((entry.confidence for entry in best.entries), default=0) < CLEAR:
        confidence -= 0.15
    if is_contradicted:
        confidence -= 0.1
    return round(max(confidence, 0.05), 2)
