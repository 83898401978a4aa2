"""Two hundred at once against one decision: never more than the policy allows, and no deadlock reaches anybody."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from itertools import pairwise
from time import sleep
from typing import Any

import pytest

from assignments.models import Assignment, Decision
from occasions.books import read_books
from occasions.models import Occasion
from occasions.rules import TAKES_TIME
from people.models import Municipality, Role, User
from tests import world
from tests.occasions.calls import times
from tests.occasions.threads import at_once, coming_month

pytestmark = [
    pytest.mark.xdist_group("threads"),
    # The legal bases come from a migration: what empties the database must bring them back.
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
Answers = Counter[tuple[int, str]]
ALLOWED = {200, 201, 409, 412}


class Phone:
    """A contact person who calls at random about their two assignments, and remembers what was answered."""

    def __init__(self, user: User, own: Assignment, other: Assignment, seed: int) -> None:
        self.own, self.other, self.user = own, other, user
        self.chance, self.client, self.answers = random.Random(seed), world.signed_in(user), Answers()

    def storm(self, calls: int, *doing: "Doing") -> Answers:
        """Do so many things."""
        for _ in range(calls):
            self.chance.choice(doing)(self)
        return self.answers

    def plan(self, **more: Any) -> None:
        """Plan an occasion, or log one."""
        self._post("occasions", {"assignment": str(self.own.pk), **self._when(), **more})

    def plan_skipping(self) -> None:
        """Plan an occasion instead of another one."""
        if one := self._one(status="planned"):
            self.plan(skip=[str(one.pk)])

    def move(self) -> None:
        """Move an occasion, or make it longer or shorter."""
        if one := self._one(status__in=["planned", "completed"]):
            when = self._when()
            if self.chance.random() < 0.3:
                when = times(one.starts_at.isoformat(), self.chance.choice([2, 6, 11]))
            headers = {"If-Match": f'"{one.version}"'}
            self._count(self.client.patch(f"/api/v1/occasions/{one.pk}", when, headers=headers))

    def cancel(self) -> None:
        """Cancel what is planned; a unit may be free then."""
        if one := self._one(status="planned"):
            self._post(f"occasions/{one.pk}/cancel", {"cancelled_by": "client", "reason": "Sjuk"})

    def complete(self) -> None:
        """Log that an occasion was held, perhaps longer than planned."""
        if one := self._one(starts_at__lt=datetime.now(UTC)):
            longer = times(one.starts_at.isoformat(), 6) if self.chance.random() < 0.5 else {}
            self._post(f"occasions/{one.pk}/complete", longer)

    def restore(self) -> None:
        """Take back what was skipped."""
        if one := self._one(skipped_for__isnull=False):
            self._post(f"occasions/{one.pk}/restore", {})

    def go_out(self) -> None:
        """Meet two clients at once, whose decisions are named in either order."""
        both = [{"assignment": str(one.pk)} for one in (self.own, self.other)]
        self.chance.shuffle(both)
        self._post("outings", {"occasions": both, **self._when()})

    def _one(self, **wanted: Any) -> Occasion | None:
        found = list(Occasion.objects.filter(contact_person=self.user, **wanted).order_by("pk"))
        return self.chance.choice(found) if found else None

    def _when(self) -> dict[str, str]:
        now = datetime.now(UTC).replace(microsecond=0)
        month = self.chance.choice([now - timedelta(days=8), coming_month(), coming_month() + timedelta(days=31)])
        when = month + timedelta(days=self.chance.randrange(7), hours=self.chance.choice([-4, 0, 4]))
        return times(when.isoformat(), self.chance.choice([2, 2, 6, 11]))

    def _post(self, path: str, body: dict[str, Any]) -> None:
        self._count(self.client.post(f"/api/v1/{path}", body))

    def _count(self, answer: Any) -> None:
        self.answers[answer.status_code, answer.json().get("code", "")] += 1


Doing = Callable[[Phone], None]


@pytest.fixture
def five(kalix: Municipality) -> list[tuple[User, Assignment, Assignment]]:
    """Five contact persons on one decision, and on another one."""
    people = [
        world.make_user(f"{name}@kalix.example", kalix, Role.CONTACT_PERSON)
        for name in ("maja", "nils", "olga", "per", "rut")
    ]
    shared = world.make_assignment(people[0], kalix, units=12)
    other = world.make_assignment(people[0], kalix, units=6, client_name="Bertil Lund")
    pairs = [(people[0], shared, other)]
    for one in people[1:]:
        own, others = (world.make_assignment(one, kalix, decision=known.decision) for known in (shared, other))
        pairs.append((one, own, others))
    return pairs


def call(who: tuple[User, Assignment, Assignment], seed: int, often: int, doing: Sequence[Doing]) -> Answers:
    """Let one of them do something so many times."""
    return Phone(*who, seed).storm(often, *doing)


def adjust(coordinator: User, decision: Decision) -> Answers:
    """Add a unit, and read the account."""
    client = world.signed_in(coordinator)
    given = {"on": coming_month().date().isoformat(), "units": 1, "reason": "Mer behövs"}
    return Answers([(client.post(f"/api/v1/decisions/{decision.pk}/adjustments", given).status_code, "")])


def answer(coordinator: User, seed: int) -> Answers:
    """Approve something that waits, and decline something."""
    chance, client, answers = random.Random(seed), world.signed_in(coordinator), Answers()
    to_say = ["approve", "decline"]
    for _ in range(500):
        if not to_say:
            break
        if waiting := list(Occasion.objects.filter(asked="waiting").values_list("pk", flat=True)):
            path = f"/api/v1/occasions/{chance.choice(waiting)}/{to_say[-1]}"
            said = client.post(path, {"reason": "Vi talades vid"})
            answers[said.status_code, to_say.pop() if said.status_code == 200 else said.json()["code"]] += 1
        sleep(0.02)
    return answers


def expect_nothing_over(decisions: Iterable[Decision], besides: Iterable[Occasion] = ()) -> None:
    left_out = {str(one.pk) for one in besides}
    for book in read_books(decisions).values():
        book = replace(book, uses={key: use for key, use in book.uses.items() if key not in left_out})
        assert [quota for quota in book.ledger(book.terms.first_day).quotas if quota.over] == []


def expect_nobody_in_two_places() -> None:
    held = Occasion.objects.filter(status__in=TAKES_TIME).order_by("contact_person", "starts_at", "ends_at")
    for one, following in pairwise(held):
        siblings = one.outing_id is not None and one.outing_id == following.outing_id
        if one.contact_person_id == following.contact_person_id and not siblings:
            assert one.ends_at <= following.starts_at


def test_of_two_hundred_at_once_nobody_takes_more_than_the_policy_allows(
    five: list[tuple[User, Assignment, Assignment]], inger: User, kalix: Municipality
) -> None:
    kalix.policies.update(saving_cap=2, ahead_cap=1)
    decisions = [five[0][1].decision, five[0][2].decision]
    for _, own, _ in five:
        for days in (3, 1):
            world.make_occasion(own, coming_month() - timedelta(days=days))
    doing = [
        Phone.plan, Phone.plan, Phone.plan_skipping, Phone.move, Phone.move, Phone.cancel, Phone.complete,
        Phone.restore, Phone.go_out,
    ]  # fmt: skip
    calls = [partial(call, five[seed % 5], seed, 2, doing) for seed in range(195)]
    calls += [partial(adjust, inger, decisions[0])] * 5
    counted = sum(at_once(calls), Answers())
    assert {status for status, _ in counted} - {400} <= ALLOWED, counted
    assert {code for status, code in counted if status == 400} <= {"unknown_occasion"}, counted
    expected = {(200, ""), (201, ""), (409, "quota_exceeded"), (409, "overlapping")}
    assert expected <= counted.keys(), counted
    expect_nothing_over(decisions)
    expect_nobody_in_two_places()


def test_what_waits_counts_only_once_the_coordinator_has_said_yes(
    five: list[tuple[User, Assignment, Assignment]], inger: User, kalix: Municipality
) -> None:
    kalix.policies.update(on_exceeded="ask")
    decision = five[0][1].decision
    decision.change(units=Decimal(2))
    doing = [Phone.plan, Phone.plan, Phone.cancel]
    calls = [partial(call, five[seed % 5], seed, 5, doing) for seed in range(15)]
    calls += [partial(answer, inger, seed) for seed in range(5)]
    counted = sum(at_once(calls), Answers())
    assert {status for status, _ in counted} <= ALLOWED, counted
    approved = Occasion.objects.filter(asked="approved")
    assert counted[200, "approve"]
    assert counted[200, "decline"]
    expect_nothing_over([decision], besides=approved)
    expect_nobody_in_two_places()
