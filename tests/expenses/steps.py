"""What people try with expenses, mostly who may and sometimes who may not."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

KINDS = [
    "edit_what_counts", "claim", "exchange_the_receipt", "edit_the_note", "submit", "submit", "approve", "approve",
    "approve", "send_back", "reject", "undo", "undo", "pay", "pay", "take_or_let_go", "take_the_next",
    "decide_on_many", "decide_on_many", "name_or_end_a_deputy",
]  # fmt: skip


@dataclass(frozen=True)
class Step:
    """Something that somebody tries, mostly somebody who may."""

    what: str
    who: str
    number: int
    other: int
    amount: Decimal | None
    reason: str
    code: str
    action: str
    category: str

    @property
    def claimant(self) -> str:
        return "karin" if self.other else self.who

    @classmethod
    def thrown(cls, dice: Random) -> "Step":
        """Make one up: all that can be tried is about as likely, which drawing piece by piece is not."""
        amount = Decimal(dice.randrange(1, 50000)) / 100
        return cls(
            what=dice.choice(KINDS),
            who=dice.choice(["inger", "bengt"] * 4 + ["dag", "dag", "karin"]),
            number=dice.randrange(4),
            other=dice.randrange(4),
            amount=dice.choice([None, None, amount, *(Decimal(number) for number in (100, 250, 300, 400))]),
            reason=dice.choice(["", "Så är det.", "Därför."]),
            code=dice.choice(["", "wrong_amount", "wrong_amount", "other", "not_readable"]),
            action=dice.choice(["approve", "approve", "return", "reject"]),
            category=dice.choice(["coins", "coins", "meal", "ticket"]),
        )


def several(seed: int) -> list[Step]:
    """Make up some steps in a row."""
    dice = Random(seed)
    return [Step.thrown(dice) for _ in range(10)]


STEPS = st.integers(min_value=0, max_value=2**64).map(several)
