"""Kalix: months, what is left is saved, one may go ahead, what exceeds is stopped."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assignments.decision_services import adjust_units
from assignments.rules import default_cancellations
from config.seed.days import a_friday, around_today, evenly, neighbour, on_workdays
from config.seed.expenses import drive, make_expenses
from config.seed.meetings import (
    BREAKFAST,
    CALLED_OFF,
    CALLED_OFF_LATE,
    CINEMA,
    COFFEE,
    MUSEUM,
    NOBODY_CAME,
    STAY,
    TRIP,
    WALK,
    meet,
    times,
)
from config.seed.people import appoint, decide
from core.periods import Period
from occasions.services import plan_occasion
from people.models import Municipality, User

CODE, NAME = "kalix", "Kalix"
MONTHS_BACK = 6
# Four units a month. Last month leaves one, which is saved: this month has five, all of them in use, and the next
# one is full. So there is room for going one ahead, and a day trip wants something skipped.
KARINS = {
    -6: (COFFEE, WALK, COFFEE, CINEMA),
    -5: (COFFEE, WALK, CINEMA, WALK),
    -4: (COFFEE, TRIP, WALK),
    -3: (COFFEE, NOBODY_CAME, WALK, CINEMA),
    -2: (COFFEE, CALLED_OFF, WALK, MUSEUM, CINEMA),
    -1: (COFFEE, CALLED_OFF_LATE, CINEMA),
    0: (WALK, MUSEUM, CINEMA, COFFEE, WALK),
    1: (CINEMA, COFFEE, WALK, COFFEE),
}


def policies(today: date) -> list[dict[str, Any]]:
    """Return what has held since 2020, and what will from the next New Year."""
    since_2020 = {
        "first_day": date(2020, 1, 1),
        "weight_steps": [[0, 1], [300, 2], [600, 3]],
        "highest_weight": 4,
        "partial_period": "pro_rata",
        "saving_cap": 2,
        "saving_age": 3,
        "ahead_cap": 1,
        "on_exceeded": "block",
        "cancellations": _cancellations(),
        "receipt_days": 90,
        "category_caps": {"meal": "250.00", "ticket": "400.00"},
    }
    stricter = {"weight_steps": [[0, 1], [240, 2], [600, 3]], "saving_cap": 0, "saving_age": None}
    return [since_2020, since_2020 | stricter | {"first_day": date(today.year + 1, 1, 1)}]


def _cancellations() -> list[dict[str, Any]]:
    """Let what a client cancels less than a day before use units, and be paid."""
    rows = default_cancellations()
    late = next(row for row in rows if (row["status"], row["by"]) == ("cancelled", "client"))
    in_time = late | {"notice_hours": 24}
    late |= {"units_used": True, "paid": True, "costs_repaid": True}
    return [*rows, in_time]


def fill(municipality: Municipality, users: dict[str, User], now: datetime) -> None:
    """Let Karin and Sven meet their clients, and Inger follow up."""
    today = municipality.today(now)
    months = {step: neighbour(today, "month", step, anchor=today) for step in range(-MONTHS_BACK, 2)}
    first_day = months[-MONTHS_BACK].first_day
    karin, sven, inger = users["kontaktperson1"], users["kontaktperson2"], users["samordnare"]
    maj_britt = appoint(karin, decide(municipality, 1, "Maj-Britt Öberg", "4", first_day))
    for step, meetings in KARINS.items():
        meet(maj_britt, around_today(months[step], len(meetings), today), meetings, today)
    make_expenses(maj_britt, inger, today, now)
    drive(maj_britt, today, now)
    _share(municipality, karin, sven, months, today)
    _meet_elsa(municipality, sven, inger, months, now)
    tuva = decide(municipality, 4, "Tuva Lind", "2.5", months[-5].first_day, kind="contact_family")
    weekends = [a_friday(months[step]) for step in (-5, -4, -3, -2, -1, 1)]
    meet(appoint(sven, tuva, fee="3100.00", allowance="1200.00"), weekends, [STAY] * len(weekends), today)


def _share(municipality: Municipality, karin: User, sven: User, months: dict[int, Period], today: date) -> None:
    """Let two meet the same client."""
    nils = decide(municipality, 2, "Nils Strand", "2", months[-MONTHS_BACK].first_day)
    for user, half, steps in ((karin, 0, (-2, -1, 1)), (sven, 1, (-2, -1))):
        days = on_workdays([evenly(months[step], 2)[half] for step in steps])
        meet(appoint(user, nils), days, [BREAKFAST] * len(days), today)


def _meet_elsa(
    municipality: Municipality, sven: User, inger: User, months: dict[int, Period], now: datetime
) -> None:
    """Let Sven ask the coordinator, who has given a unit more this month."""
    today = municipality.today(now)
    elsa = appoint(sven, decide(municipality, 3, "Elsa Vik", "4", months[-MONTHS_BACK].first_day))
    for step, meetings in {-2: (COFFEE, WALK, CINEMA, WALK), -1: (WALK, COFFEE, WALK), 0: (CINEMA, WALK)}.items():
        meet(elsa, on_workdays(evenly(months[step], len(meetings))), meetings, today)
    first, second, third = on_workdays(evenly(months[1], 3))
    meet(elsa, [first, third], [COFFEE, CINEMA], today)
    plan_occasion(
        user=sven,
        now=now,
        assignment=elsa.pk,
        title="Resa till Luleå",
        units=Decimal(3),
        units_reason="Vi är borta hela dagen, med restid.",
        **times(elsa, second, TRIP),
    )
    adjust_units(
        user=inger,
        now=now,
        decision_id=elsa.decision_id,
        on=today,
        units=Decimal(1),
        reason="Extra tillfälle vid födelsedagen.",
    )
