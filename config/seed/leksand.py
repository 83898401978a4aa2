"""Leksand: four weeks at a time, nothing is saved, what exceeds is asked of the coordinator."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from config.seed.days import around_today, evenly, neighbour
from config.seed.expenses import drive, make_expenses
from config.seed.meetings import (
    BREAKFAST,
    CALLED_OFF,
    CINEMA,
    COFFEE,
    NOBODY_CAME,
    TRIP,
    WALK,
    Meeting,
    meet,
    times,
)
from config.seed.people import appoint, decide
from core.periods import Period
from expenses.pre_approval_services import ask_first
from occasions.outing_services import plan_outing
from occasions.services import plan_occasion
from people.models import Municipality, User

CODE, NAME = "leksand", "Leksand"
PERIODS_BACK = 5
# Four units in four weeks: one is left now, and the next four weeks are full.
KARINS = {
    -5: (COFFEE, WALK, COFFEE, CINEMA),
    -4: (COFFEE, TRIP, WALK),
    -3: (WALK, COFFEE, CINEMA),
    -2: (COFFEE, NOBODY_CAME, WALK, CINEMA),
    -1: (WALK, CALLED_OFF, COFFEE),
    0: (COFFEE, WALK, CINEMA),
    1: (WALK, COFFEE, CINEMA, COFFEE),
}
SLEDDING = Meeting("Pulka i backen", "outing", minutes=180, at=TRIP.at)
LUNCH = Meeting("Lunch på hotellet", "dinner", at=TRIP.at)


def policies(today: date) -> list[dict[str, Any]]:
    """Return what has held since 2020."""
    return [
        {
            "first_day": date(2020, 1, 1),
            "weight_steps": [[0, 1], [240, 2]],
            "on_exceeded": "ask",
            "ask_first_above": "500.00",
        }
    ]


def fill(municipality: Municipality, users: dict[str, User], now: datetime) -> None:
    """Let Karin ask for more than there is, and Sven take two siblings out."""
    today = municipality.today(now)
    first_day = neighbour(today, "month", -6, anchor=today).first_day
    weeks = {step: neighbour(today, "four_weeks", step, anchor=first_day) for step in range(-PERIODS_BACK, 2)}
    karin, sven, inger = users["kontaktperson1"], users["kontaktperson2"], users["samordnare"]
    gun = appoint(karin, decide(municipality, 1, "Gun Dahlin", "4", first_day, period="four_weeks"))
    for step, meetings in KARINS.items():
        meet(gun, around_today(weeks[step], len(meetings), today), meetings, today)
    make_expenses(gun, inger, today, now)
    drive(gun, today, now)
    ask_first(
        user=karin,
        now=now,
        assignment=gun.pk,
        category="ticket",
        amount=Decimal("850.00"),
        planned_on=today + timedelta(days=20),
        note="Två biljetter till julkonserten.",
    )
    olof = decide(municipality, 2, "Olof Mattsson", "12", first_day, period="half_year")
    for user, half in ((karin, 0), (sven, 1)):
        days = [evenly(weeks[step], 2)[half] for step in (-2, -1, 1)]
        meet(appoint(user, olof), days, [BREAKFAST] * len(days), today)
    free = weeks[1].first_day + timedelta(days=weeks[1].days // 4)
    plan_occasion(user=karin, now=now, assignment=gun.pk, title=LUNCH.title, **times(gun, free, LUNCH))
    _take_siblings_out(municipality, sven, weeks, first_day, now)


def _take_siblings_out(
    municipality: Municipality, sven: User, weeks: dict[int, Period], first_day: date, now: datetime
) -> None:
    """Go out with both at once: it was fun, and will be again."""
    siblings = [
        appoint(sven, decide(municipality, number, name, "2", first_day, period="four_weeks"))
        for number, name in ((3, "Siri Ahl"), (4, "Vidar Ahl"))
    ]
    for step, activities in ((-1, [{"kind": "outing", "note": "Båda vågade hela backen."}]), (1, [])):
        plan_outing(
            user=sven,
            now=now,
            occasions=[{"assignment": one.pk} for one in siblings],
            title=SLEDDING.title,
            activities=activities,
            **times(siblings[0], evenly(weeks[step], 2)[0], SLEDDING),
        )
