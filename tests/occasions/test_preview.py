"""What a preview tells is what saving then does."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any
from uuid import uuid4

import pytest

from assignments.models import Assignment, Decision
from notifications.models import Delivery, Notification
from occasions.models import Activity, Occasion
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import FRIDAY, body, cancel, edit, planned, problem, read, times
from tests.occasions.previews import TRIP, ask, at, ids, told

pytestmark = pytest.mark.usefixtures("noon")
TOTALS = (
    "period", "granted", "carried_in", "adjustments", "used", "planned", "remaining", "waiting", "carried_on",
)  # fmt: skip


def written() -> list[Any]:
    """Return all that a preview might have written, and what else there is of it."""
    return [list(model.objects.order_by("pk").values()) for model in (Occasion, Activity, Notification, Delivery)]


def totals(user: User, assignment: Assignment, starts_at: str) -> Any:
    """Read the account of the period in which something starts."""
    answer = world.signed_in(user).get(f"/api/v1/assignments/{assignment.pk}/quota", {"on": starts_at[:10]})
    assert answer.status_code == 200, answer.content
    return {name: answer.json()[name] for name in TOTALS}


def save(user: User, wish: dict[str, Any]) -> Any:
    """Do what was previewed."""
    if "assignment" in wish:
        return world.signed_in(user).post("/api/v1/occasions", wish)
    version = read(user, wish["occasion"]).json().get("version", 1)
    return edit(user, wish["occasion"], version, **{name: wish[name] for name in wish if name != "occasion"})


def agree(user: User, assignment: Assignment, wish: dict[str, Any]) -> str:
    """Expect that a preview writes nothing and tells what saving then does; return the policy's answer."""
    before = written()
    preview = told(user, **wish)
    assert written() == before
    if preview["skip"]:
        instead = told(user, **wish, skip=ids(preview["skip"]))
        assert (instead["answer"], instead["over"], instead["skip"]) == ("fits", 0, [])
    assert (preview["over"] > 0) == (preview["problem"] is not None) == (preview["answer"] != "fits")
    saved = save(user, wish)
    if preview["answer"] == "block":
        assert problem(saved, 409, "quota_exceeded")["detail"] == preview["problem"]["detail"]
        assert written() == before
        return "block"
    assert saved.status_code in (200, 201), saved.content
    occasion = saved.json()
    assert (occasion["units"], occasion["asked_units"]) == (preview["units"], preview["asked_units"])
    assert occasion["warnings"] == ([preview["problem"]] if preview["answer"] == "warn" else [])
    assert totals(user, assignment, occasion["starts_at"]) == preview["quota"]
    return str(preview["answer"])


@pytest.mark.parametrize("policy", ["warn", "ask", "block"])
def test_a_preview_tells_what_saving_does(
    policy: str, karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    kalix.policies.update(on_exceeded=policy)
    july = planned(karin, assignment, at(5, 9, month=7), 9)
    first, second = planned(karin, assignment, at(12)), planned(karin, assignment, at(13), title="Fika")
    one, other = {"occasion": first["id"]}, {"occasion": second["id"]}
    wishes: list[tuple[dict[str, Any], str]] = [
        (body(assignment, TRIP), "fits"),
        (body(assignment, at(9), note="Var igår.", activities=[{"kind": "walk"}]), "fits"),
        (body(assignment, at(16), 9), policy),
        (one | times(at(12, 9), 6), policy),
        (one | times(at(12, 9), 10), policy),
        (other | {"note": "Ta med kaffe."}, "fits"),
        (other | {"units": 2, "units_reason": "Långt."}, "fits"),
        (other | times(at(13, 18)), "fits"),
        (other | times(at(6, 9, month=7), 5), "fits"),
        (one | times(at(7, 9, month=7), 5), policy),
        # Back to June, which is over only where the policy let it.
        (one | times(at(12), 1), "warn" if policy == "warn" else "fits"),
        ({"occasion": july["id"]} | times(at(5, 9, month=7), 2), "fits"),
    ]
    answers = [agree(karin, assignment, wish) for wish, _ in wishes]
    assert answers == [answer for _, answer in wishes]


DAYS = [date(2026, 6, 1) + timedelta(days=days) for days in range(45)]


def random_month(random: Random, assignment: Assignment) -> list[Occasion]:
    """Put occasions of any length and state into June and the first half of July, on days of their own."""
    made = []
    for day in random.sample(DAYS, random.randint(4, 12)):
        starts_at = datetime.fromisoformat(at(day.day, 9, month=day.month))
        coming = starts_at > world.NOW
        status = random.choice(["planned", "planned", "cancelled"] if coming else ["completed", "no_show"])
        units = random.choice([None, None, None, 0, 1, 3])
        hours = random.choice([2, 2, 6, 10])
        made.append(world.make_occasion(assignment, starts_at, hours=hours, status=status, units=units))
    return made


def random_wish(random: Random, assignment: Assignment, occasions: list[Occasion]) -> dict[str, Any]:
    """Wish for an occasion, or for another length, time or weight of one."""
    taken = {one.starts_at.date() for one in occasions}
    day = random.choice([day for day in DAYS if day not in taken and day > world.NOW.date()])
    hours = random.choice([2, 5, 9, 10])
    when = times(at(day.day, 9, month=day.month), hours)
    asked = random.choice([{}, {}, {"units": random.choice([1, 2, 3, 5]), "units_reason": "Så blev det."}])
    planned_ones = [one for one in occasions if one.status == "planned"]
    if not planned_ones or random.random() < 0.4:
        return {"assignment": str(assignment.pk)} | when | asked
    one = random.choice(planned_ones)
    same_day = times(one.starts_at.isoformat(), hours)
    return {"occasion": str(one.pk)} | random.choice([when, same_day, {}]) | asked


@pytest.mark.parametrize("seed", range(12))
def test_a_preview_tells_what_saving_does_whatever_is_planned(
    seed: int, karin: User, kalix: Municipality, assignment: Assignment
) -> None:
    random = Random(seed)
    kalix.policies.update(
        on_exceeded=random.choice(["warn", "ask", "block"]),
        saving_cap=Decimal(random.choice([0, 0, 2])),
        ahead_cap=Decimal(random.choice([0, 0, 1])),
        highest_weight=Decimal(5),
        period=random.choice(["", "", "", "half_year"]),
    )
    Decision.objects.update(units=Decimal(random.choice([2, 4])), period=random.choice(["week", "month", "month"]))
    occasions = random_month(random, assignment)
    for _ in range(4):
        agree(karin, assignment, random_wish(random, assignment, occasions))
        occasions = list(Occasion.objects.order_by("starts_at"))


def blamed(answer: Any) -> Any:
    """Return what a problem says, but for the request's id."""
    found = problem(answer, answer.status_code, answer.json()["code"])
    return {name: found[name] for name in found if name not in ("request_id", "instance")}


def test_what_saving_refuses_a_preview_refuses_alike(
    karin: User, sven: User, kalix: Municipality, assignment: Assignment
) -> None:
    first = planned(karin, assignment)
    held, gone = planned(karin, assignment, at(9)), planned(karin, assignment, at(20))
    cancel(karin, gone["id"])
    ending = world.make_assignment(karin, kalix, last_day=date(2026, 6, 30))
    of_sven = world.make_assignment(sven, kalix)
    refused = {
        "end_before_start": body(assignment, TRIP, -1),
        "too_long": body(assignment, TRIP, 24 * 15),
        "too_far_ahead": body(assignment, "2027-07-01T15:00:00+02:00"),
        "too_long_ago": body(assignment, at(1, month=3)),
        "outside_assignment": body(ending, at(1, month=7)),
        "overlapping": body(ending, FRIDAY),
        "unknown_activity_kind": body(assignment, TRIP, 9, activities=[{"kind": "walk"}, {"kind": "opera"}]),
        "units_not_whole": body(assignment, TRIP, units=1.5, units_reason="Halv."),
        "reason_required": body(assignment, TRIP, 6, units=1),
        "units_above_highest": body(assignment, TRIP, units=4, units_reason="Mer."),
        "unknown_occasion": body(assignment, TRIP, skip=[str(uuid4())]),
        "not_found": body(of_sven, TRIP),
        "invalid": body(assignment, TRIP[:-6]),
    }
    edits = [
        {"occasion": first["id"], "activities": [{"kind": "opera"}]},
        {"occasion": first["id"], "ends_at": first["starts_at"]},
        {"occasion": first["id"], "units": 2},
        {"occasion": first["id"], "units_reason": "Utan antal."},
        {"occasion": held["id"]} | times(TRIP),
        {"occasion": held["id"]} | times(FRIDAY[:-14] + "15:30:00+02:00"),
        {"occasion": gone["id"], "note": "Nej."},
        {"occasion": str(uuid4()), "note": "Nej."},
    ]
    before = written()
    for code, wish in refused.items():
        preview, saved = blamed(ask(karin, **wish)), blamed(save(karin, wish))
        assert preview == saved
        assert preview["code"] == code
    for wish in edits:
        assert blamed(ask(karin, **wish)) == blamed(save(karin, wish)), wish
    for neither in ({}, body(assignment) | {"occasion": first["id"]}, {"assignment": str(assignment.pk)}):
        problem(ask(karin, **neither), 400, "invalid")
    assert written() == before
