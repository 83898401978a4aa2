"""What the people of the demo do when they meet, and what comes in between."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from assignments.models import Assignment
from core.periods import local_moment
from occasions.models import Activity, ActivityKind, Occasion

EVENING, MORNING, DAY_OUT = time(17), time(8), time(10)


@dataclass(frozen=True)
class Meeting:
    """What is done, from when on the wall, for how long. `came` tells what became of it."""

    title: str
    kind: str
    minutes: int = 120
    at: time = EVENING
    came: str = "completed"


COFFEE = Meeting("Fika på stan", "coffee")
WALK = Meeting("Promenad vid älven", "walk")
CINEMA = Meeting("Bio", "cinema")
MUSEUM = Meeting("Museum och lunch", "outing", minutes=270, at=time(12))
TRIP = Meeting("Dagsutflykt", "outing", minutes=360, at=DAY_OUT)
BREAKFAST = Meeting("Frukost ute", "coffee", minutes=90, at=MORNING)
STAY = Meeting("Helg hemma hos oss", "other", minutes=48 * 60)
CALLED_OFF = Meeting("Simhall", "training", came="cancelled")
CALLED_OFF_LATE = Meeting("Bowling", "training", came="cancelled late")
NOBODY_CAME = Meeting("Fika på stan", "coffee", came="no_show")
NOTICE = {"cancelled": timedelta(days=3), "cancelled late": timedelta(hours=3)}


def times(assignment: Assignment, on: date, meeting: Meeting) -> dict[str, Any]:
    """Return when a meeting starts and ends."""
    starts_at = local_moment(on, meeting.at, assignment.municipality.zone)
    # By the clock on the wall, also on the weekend when it is changed.
    ends = datetime.combine(on, meeting.at) + timedelta(minutes=meeting.minutes)
    ends_at = local_moment(ends.date(), ends.time(), assignment.municipality.zone)
    return {"starts_at": starts_at, "ends_at": ends_at}


def meet(assignment: Assignment, days: Iterable[date], meetings: Iterable[Meeting], today: date) -> None:
    """Meet on each of the days. Nobody has logged yesterday's yet."""
    for on, meeting in zip(days, meetings, strict=True):
        been = on < today - timedelta(days=1)
        _meet(assignment, on, meeting, meeting.came if been else "planned")


def _meet(assignment: Assignment, on: date, meeting: Meeting, came: str) -> None:
    when = times(assignment, on, meeting)
    occasion = Occasion.objects.create(
        assignment=assignment,
        contact_person=assignment.contact_person,
        title=meeting.title,
        status=came.split()[0],
        **when,
        **_said(came, when["starts_at"]),
    )
    if came == "completed":
        kinds = ActivityKind.objects.filter(municipality=assignment.municipality)
        Activity.objects.create(occasion=occasion, kind=kinds.get(code=meeting.kind), position=0)


def _said(came: str, starts_at: datetime) -> dict[str, Any]:
    if came in NOTICE:
        return {"cancelled_by": "client", "reason": "Sjuk", "cancelled_at": starts_at - NOTICE[came]}
    return {"cancelled_by": "client", "reason": ""} if came == "no_show" else {}
