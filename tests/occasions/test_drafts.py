"""What is written about an occasion is kept, on whichever phone, until it is logged; nothing old comes back."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import Assignment
from notifications.models import Notification
from notifications.subjects import outdated_among
from occasions.draft_expiry import expire_occasion_drafts
from occasions.models import OccasionDraft
from people.models import Municipality, User
from tests import world
from tests.occasions.calls import YESTERDAY, act, cancel, plan, problem

pytestmark = pytest.mark.usefixtures("noon")
DAY = timedelta(days=1)
HALF_WRITTEN: dict[str, Any] = {
    "note": "Vi gick på bio och sedan",
    "activities": [{"kind": "cinema"}, {"note": "något mer"}, {}],
    "starts_at": YESTERDAY,
    "units": 1.5,
}


def save(user: User, assignment: Assignment, occasion_id: Any, seen: int | None = None, **values: Any) -> Any:
    """Save what is written so far, in place of the version that was seen."""
    headers = {} if seen is None else {"If-Match": f'"{seen}"'}
    body = {"assignment": str(assignment.pk), **values}
    return world.signed_in(user).put(f"/api/v1/occasion-drafts/{occasion_id}", body, headers=headers)


def read(user: User, occasion_id: Any) -> Any:
    return world.signed_in(user).get(f"/api/v1/occasion-drafts/{occasion_id}")


def discard(user: User, occasion_id: Any) -> Any:
    return world.signed_in(user).delete(f"/api/v1/occasion-drafts/{occasion_id}")


def listed(user: User) -> list[str]:
    return [one["id"] for one in world.signed_in(user).get("/api/v1/occasion-drafts").json()["results"]]


@pytest.fixture
def occasion_id(assignment: Assignment) -> UUID:
    """An occasion that was held yesterday, and nobody logged."""
    return world.make_occasion(assignment, world.NOW - DAY).pk


def test_karin_writes_half_of_it_and_goes_on_with_another_phone(
    karin: User, assignment: Assignment, occasion_id: UUID
) -> None:
    first = save(karin, assignment, occasion_id, **HALF_WRITTEN)
    assert (first.status_code, first["ETag"]) == (201, '"1"')
    shown = read(karin, occasion_id).json()
    assert (shown["note"], shown["units"], shown["ends_at"]) == (HALF_WRITTEN["note"], 1.5, None)
    kinds = [(one["kind"], one["note"]) for one in shown["activities"]]
    assert kinds == [("cinema", ""), ("", "något mer"), ("", "")]
    more = save(karin, assignment, occasion_id, 1, note="Vi gick på bio och sedan hem.")
    assert (more.status_code, more.json()["activities"], more["ETag"]) == (200, [], '"2"')


def test_the_same_again_is_no_news(karin: User, assignment: Assignment, occasion_id: UUID) -> None:
    first = save(karin, assignment, occasion_id, **HALF_WRITTEN)
    for seen in (None, 1, 7):
        again = save(karin, assignment, occasion_id, seen, **HALF_WRITTEN)
        assert (again.status_code, again.json()) == (200, first.json())


def test_an_old_autosave_does_not_bring_old_text_back(
    karin: User, assignment: Assignment, occasion_id: UUID
) -> None:
    save(karin, assignment, occasion_id, note="Vi")
    save(karin, assignment, occasion_id, 1, note="Vi gick hem.")
    for seen in (None, 1):
        stale = save(karin, assignment, occasion_id, seen, note="Vi g")
        assert problem(stale, 412, "stale_version")["present"]["note"] == "Vi gick hem."
    assert read(karin, occasion_id).json()["note"] == "Vi gick hem."


@pytest.mark.parametrize("how", ["complete", "cancel", "no-show"])
def test_logging_it_ends_its_draft_and_a_late_autosave_is_told_why(
    karin: User, assignment: Assignment, occasion_id: UUID, how: str
) -> None:
    save(karin, assignment, occasion_id, **HALF_WRITTEN)
    answer = cancel(karin, occasion_id) if how == "cancel" else act(karin, occasion_id, how)
    assert answer.status_code == 200
    assert read(karin, occasion_id).status_code == 404
    for seen in (None, 1, 2):
        problem(save(karin, assignment, occasion_id, seen, note="Vi g"), 409, "occasion_closed")
    assert listed(karin) == []


def test_what_nobody_planned_is_written_under_the_id_that_it_will_have(
    karin: User, assignment: Assignment
) -> None:
    row_id = uuid4()
    assert save(karin, assignment, row_id, note="Vi sågs på torget").status_code == 201
    assert listed(karin) == [str(row_id)]
    assert plan(karin, assignment, YESTERDAY, id=str(row_id)).status_code == 201
    assert listed(karin) == []
    problem(save(karin, assignment, row_id, 1, note="Vi s"), 409, "occasion_closed")


def test_what_is_thrown_away_is_gone_and_can_be_begun_anew(
    karin: User, assignment: Assignment, occasion_id: UUID
) -> None:
    save(karin, assignment, occasion_id, note="Vi")
    assert [discard(karin, occasion_id).status_code for _ in range(2)] == [204, 204]
    assert read(karin, occasion_id).status_code == 404
    problem(save(karin, assignment, occasion_id, 1, note="Vi"), 409, "draft_ended")
    anew = save(karin, assignment, occasion_id, note="Hon")
    assert (anew.status_code, anew.json()["version"]) == (201, 3)
    assert save(karin, assignment, uuid4(), 1, note="Vi").status_code == 404


def test_nobody_else_ever_reads_it(
    karin: User, sven: User, inger: User, kalix: Municipality, assignment: Assignment, occasion_id: UUID
) -> None:
    save(karin, assignment, occasion_id, **HALF_WRITTEN)
    assert [read(one, occasion_id).status_code for one in (sven, inger)] == [404, 403]
    assert discard(sven, occasion_id).status_code == 404
    assert save(sven, assignment, occasion_id, note="x").status_code == 404
    svens = world.make_assignment(sven, kalix)
    taken = problem(save(sven, svens, occasion_id, note="x"), 409, "id_conflict")
    assert "present" not in taken
    Assignment.objects.filter(pk=assignment.pk).update(contact_person=sven)
    assert read(sven, occasion_id).status_code == 404
    assert listed(sven) == []


def test_a_draft_is_about_one_assignment(
    karin: User, kalix: Municipality, assignment: Assignment, occasion_id: UUID
) -> None:
    other = world.make_assignment(karin, kalix, client_name="Nils")
    problem(save(karin, other, occasion_id, note="x"), 409, "id_conflict")
    row_id = uuid4()
    save(karin, assignment, row_id, note="x")
    problem(save(karin, other, row_id, note="x"), 409, "id_conflict")


def test_when_the_assignment_has_ended_nobody_sees_it(
    karin: User, assignment: Assignment, occasion_id: UUID
) -> None:
    save(karin, assignment, occasion_id, **HALF_WRITTEN)
    Assignment.objects.update(last_day=(world.NOW - DAY).date())
    found = [
        read(karin, occasion_id),
        discard(karin, occasion_id),
        save(karin, assignment, occasion_id, 1, note=""),
    ]
    assert [answer.status_code for answer in found] == [404, 404, 404]


def test_the_list_asks_as_much_however_many_there_are(karin: User, assignment: Assignment) -> None:
    counts = []
    for _ in range(2):
        save(karin, assignment, uuid4(), note="x")
        client = world.signed_in(karin)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get("/api/v1/occasion-drafts").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 2


def test_what_nobody_goes_on_with_is_told_of_and_ends_five_days_later(
    karin: User, assignment: Assignment, occasion_id: UUID
) -> None:
    save(karin, assignment, occasion_id, **HALF_WRITTEN)
    last = world.NOW + 25 * DAY
    with time_machine.travel(last, tick=False):
        assert [expire_occasion_drafts(last) for _ in range(2)] == [1, 0]
    (told,) = Notification.objects.filter(kind="draft_expiring")
    assert (told.subject_type, told.subject_id, told.recipient) == ("occasion_draft", occasion_id, karin)
    assert not outdated_among([told], last)
    assert [expire_occasion_drafts(last + 5 * DAY) for _ in range(2)] == [1, 0]
    assert OccasionDraft.objects.get().discarded_at == last + 5 * DAY
    assert outdated_among([told], last + 5 * DAY) == {told.pk}


@pytest.mark.parametrize(
    ("name", "value"),
    [("note", None), ("note", "x" * 4001), ("activities", ["bio"]), ("activities", [{"kind": "x" * 51}]),
     ("activities", [{}] * 21), ("starts_at", "2026-06-09T15:00:00"), ("units", "many"), ("status", "completed")],
    ids=lambda value: str(value)[:20],
)  # fmt: skip
def test_lax_is_not_careless(karin: User, assignment: Assignment, name: str, value: Any) -> None:
    problem(save(karin, assignment, uuid4(), **{name: value}), 400, "invalid")
    assert not OccasionDraft.objects.exists()
