"""A day trip of nine hours in both municipalities: what it would do, what to skip, and every number explained.

By hand, against a running demo: `.venv/bin/python -m tests.journeys.day_trip [URL]`.
"""

import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from tests.journeys.main_job import STOCKHOLM, Json, Phone

Tell = Callable[[str], object]


def wishes(first_day: date, last_day: date) -> Iterator[dict[str, str]]:
    """Yield the times of a trip on each day of a period, from the second on."""
    for number in range(1, (last_day - first_day).days):
        starts_at = datetime.combine(first_day + timedelta(days=number), time(9), STOCKHOLM)
        ends_at = datetime.combine(starts_at.date(), time(18), STOCKHOLM)
        yield {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}


def coming_period(phone: Phone, assignment: str) -> Json:
    """Return the account of the period after the present one."""
    present = phone.get(f"/assignments/{assignment}/quota")["period"]
    after = date.fromisoformat(present["last_day"]) + timedelta(days=1)
    return phone.get(f"/assignments/{assignment}/quota?on={after}")


def find_a_day(phone: Phone, assignment: str) -> tuple[dict[str, str], Json]:
    """Return the times of a trip that fits if something is skipped, on a day that is free, and its preview."""
    period = coming_period(phone, assignment)["period"]
    for times in wishes(date.fromisoformat(period["first_day"]), date.fromisoformat(period["last_day"])):
        answer = phone.http.post("/api/v1/occasions/preview", json={"assignment": assignment} | times)
        if answer.status_code == 200 and answer.json()["skip"]:
            return times, answer.json()
    raise AssertionError("no day on which something could be skipped")


def explain(phone: Phone, assignment: str, times: dict[str, str], tell: Tell) -> Json:
    """Tell every number of the period with its sentence; they add up."""
    quota = phone.get(f"/assignments/{assignment}/quota?on={times['starts_at'][:10]}")
    for entry in quota["entries"]:
        tell(f"  {entry['kind']:>10} {entry['units']:>4}  {entry['text']}")
    for name, kind in (
        ("granted", "granted"),
        ("used", "used"),
        ("planned", "planned"),
        ("adjustments", "adjustment"),
    ):
        assert quota[name] == sum(entry["units"] for entry in quota["entries"] if entry["kind"] == kind), name
    left = quota["granted"] + quota["carried_in"] + quota["adjustments"] - quota["used"] - quota["planned"]
    assert quota["remaining"] == left
    tell(f"  {'remaining':>10} {left:>4}")
    return quota


def skip_for_it(karin: Phone, assignment: str, tell: Tell) -> None:
    """Where the policy blocks: be refused, accept what is proposed, and take it all back."""
    times, preview = find_a_day(karin, assignment)
    assert (preview["answer"], preview["weight"]) == ("block", 2)
    assert preview["problem"]["code"] == "quota_exceeded"
    proposed = [one["id"] for one in preview["skip"]]
    tell(f"a nine-hour trip on {times['starts_at'][:10]}: {preview['problem']['detail']}")
    tell(f"proposed to skip: {', '.join(one['starts_at'][:10] + ' ' + one['title'] for one in preview['skip'])}")
    wish = {"assignment": assignment, "title": "Utflykt"} | times
    assert karin.post("/occasions", wish, 409)["code"] == "quota_exceeded"
    trip = karin.post("/occasions", wish | {"skip": proposed}, 201)
    assert (trip["units"], trip["status"]) == (2, "planned")
    explain(karin, assignment, times, tell)
    for one in proposed:
        skipped = karin.get(f"/occasions/{one}")
        assert (skipped["status"], skipped["cancelled_by"], skipped["skipped_for"]) == (
            "cancelled",
            "other",
            trip["id"],
        )
    assert karin.post(f"/occasions/{proposed[0]}/restore", status=409)["code"] == "quota_exceeded"
    karin.post(f"/occasions/{trip['id']}/cancel", {"cancelled_by": "client", "reason": "Snöstorm"})
    for one in proposed:
        assert karin.post(f"/occasions/{one}/restore")["status"] == "planned"
    tell("cancelled the trip; what was skipped is planned again")


def ask_for_it(karin: Phone, inger: Phone, assignment: str, tell: Tell) -> None:
    """Where the policy asks: wait for the coordinator, who is told and says yes."""
    times, preview = find_a_day(karin, assignment)
    assert (preview["answer"], preview["units"], preview["asked_units"]) == ("ask", 0, 2)
    tell(f"a nine-hour trip on {times['starts_at'][:10]}: {preview['problem']['detail']}")
    tell(f"proposed to skip: {', '.join(one['starts_at'][:10] + ' ' + one['title'] for one in preview['skip'])}")
    trip = karin.post("/occasions", {"assignment": assignment, "title": "Utflykt"} | times, 201)
    assert (trip["asked"], trip["units"], trip["asked_units"]) == ("waiting", 0, 2)
    assert explain(karin, assignment, times, tell)["waiting"] >= 2
    waiting = inger.get("/occasions?asked=waiting")["results"]
    assert trip["id"] in {one["id"] for one in waiting}
    told = {(one["kind"], one["subject"]["id"]) for one in inger.get("/notifications?unread=true")["results"]}
    assert ("occasion_waiting", trip["id"]) in told
    answered = inger.post(f"/occasions/{trip['id']}/approve", {"reason": "Det är länge sedan ni åkte bort."})
    assert (answered["asked"], answered["units"]) == ("approved", 2)
    told = {(one["kind"], one["subject"]["id"]) for one in karin.get("/notifications?unread=true")["results"]}
    assert ("occasion_approved", trip["id"]) in told
    tell("the coordinator approved it")
    explain(karin, assignment, times, tell)
    karin.post(f"/occasions/{trip['id']}/cancel", {"cancelled_by": "other", "reason": "Vägen är avstängd"})


def run(url: str, tell: Tell = print) -> None:
    """Plan the trip in both municipalities. Raise AssertionError where it fails."""
    for place in ("kalix", "leksand"):
        with (
            Phone(url, f"kontaktperson1@{place}.example") as karin,
            Phone(url, f"samordnare@{place}.example") as inger,
        ):
            home: Any = karin.get("/home")
            assignment = next(one["id"] for one in home["assignments"] if one["quota"]["granted"] == 4)
            tell(place)
            if place == "kalix":
                skip_for_it(karin, assignment, tell)
            else:
                ask_for_it(karin, inger, assignment, tell)


if __name__ == "__main__":
    run(sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000")
