"""Taking in hand: two coordinators don't look at the same, and nobody is kept from it for long."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from assignments.models import Assignment
from expenses.models import FREE, Expense
from people.models import Role, User
from tests import world
from tests.expenses.calls import EXPENSES, act, edit, let_two_look_above, refused_with, send
from tests.expenses.test_batch import came_in

QUARTER = timedelta(minutes=15)


def shown(user: User, expense: Expense) -> Any:
    return world.signed_in(user).get(f"{EXPENSES}/{expense.pk}").json()


def take_next(user: User, count: int) -> list[str]:
    answer = send(user, "POST", f"{EXPENSES}/take-next", {"count": count})
    assert answer.status_code == 200
    return [one["id"] for one in answer.json()["results"]]


@pytest.mark.usefixtures("noon")
def test_what_inger_has_in_hand_bengt_sees_and_can_not_decide(
    inger: User, bengt: User, submitted: Expense
) -> None:
    answer = act(inger, "take", submitted)
    assert (answer.status_code, answer["ETag"]) == (200, '"1"')
    for user in (inger, bengt):
        assert shown(user, submitted)["in_hand"] == {
            "by": {"id": str(inger.pk), "name": "Inger"},
            "until": "2026-06-10T12:15:00+02:00",
        }
    for action in ("take", "release", "approve", "return", "reject"):
        refused = act(bengt, action, submitted, **({"reason": "Nej."} if action in ("return", "reject") else {}))
        assert refused_with(refused) == (409, "in_hand_of_another")
        assert refused.json()["present"]["in_hand"]["by"]["name"] == "Inger"


@pytest.mark.usefixtures("noon")
def test_it_is_between_coordinators(karin: User, inger: User, assignment: Assignment, submitted: Expense) -> None:
    act(inger, "take", submitted)
    assert shown(karin, submitted)["in_hand"] is None
    world.add_roles(karin, assignment.municipality, Role.COORDINATOR)
    assert shown(karin, submitted)["in_hand"] is None
    assert refused_with(act(karin, "take", submitted)) == (409, "own_expense")


@pytest.mark.usefixtures("noon")
def test_taking_makes_nobodys_version_stale(karin: User, inger: User, submitted: Expense) -> None:
    act(inger, "take", submitted, seen=1)
    assert edit(karin, submitted, seen=1, note="Två biljetter").status_code == 200
    assert refused_with(act(inger, "take", submitted, seen=1)) == (412, "stale_version")
    assert shown(inger, submitted)["in_hand"]["by"]["name"] == "Inger"


def test_it_ends_by_itself_and_taking_again_lengthens_it(
    noon: time_machine.Traveller, inger: User, bengt: User, submitted: Expense
) -> None:
    act(inger, "take", submitted)
    noon.shift(QUARTER - timedelta(seconds=1))
    assert refused_with(act(bengt, "take", submitted))[1] == "in_hand_of_another"
    act(inger, "take", submitted)
    noon.shift(QUARTER - timedelta(seconds=1))
    assert refused_with(act(bengt, "take", submitted))[1] == "in_hand_of_another"
    noon.shift(timedelta(seconds=1))
    assert shown(inger, submitted)["in_hand"] is None
    assert act(bengt, "take", submitted).json()["in_hand"]["by"]["name"] == "Bengt"


@pytest.mark.usefixtures("noon")
def test_it_ends_by_releasing_and_by_deciding(inger: User, bengt: User, submitted: Expense) -> None:
    for _ in range(2):
        assert act(inger, "release", submitted).json()["in_hand"] is None
    act(inger, "take", submitted)
    act(inger, "release", submitted)
    assert act(bengt, "take", submitted).status_code == 200
    assert act(bengt, "return", submitted, reason="Otydligt.").json()["in_hand"] is None
    assert refused_with(act(bengt, "take", submitted)) == (409, "expense_wrong_status")
    act(inger, "undo", submitted)
    assert act(inger, "take", submitted).status_code == 200


@pytest.mark.usefixtures("noon")
def test_the_next_are_those_that_waited_longest_and_nobody_else_has(
    inger: User, bengt: User, assignment: Assignment, elsewhere: Expense
) -> None:
    waiting = [str(one.pk) for one in came_in(assignment, 6)]
    act(bengt, "take", Expense.objects.get(pk=waiting[1]))
    assert take_next(inger, 2) == [waiting[0], waiting[2]]
    assert take_next(bengt, 3) == [waiting[1], waiting[3], waiting[4]]
    assert take_next(inger, 9) == [waiting[0], waiting[2], waiting[5]]
    assert take_next(bengt, 9) == [waiting[1], waiting[3], waiting[4]]


@pytest.mark.usefixtures("noon")
def test_asking_again_takes_no_more(inger: User, assignment: Assignment) -> None:
    waiting = [str(one.pk) for one in came_in(assignment, 4)]
    assert take_next(inger, 2) == take_next(inger, 2) == waiting[:2]
    assert take_next(inger, 3) == waiting[:3]


@pytest.mark.usefixtures("noon")
def test_ones_own_is_not_among_the_next(karin: User, assignment: Assignment, submitted: Expense) -> None:
    world.add_roles(karin, assignment.municipality, Role.COORDINATOR)
    assert take_next(karin, 5) == []


@pytest.mark.usefixtures("noon")
def test_among_the_next_is_only_what_a_deputy_may_decide(
    karin: User, inger: User, bengt: User, sven: User, assignment: Assignment
) -> None:
    kalix, today = assignment.municipality, world.NOW.date()
    world.add_roles(inger, kalix, Role.CONTACT_PERSON)
    let_two_look_above(50)
    ingers, twice, free = came_in(world.make_assignment(inger, kalix), 1) + came_in(assignment, 2)
    world.make_deputy(sven, inger, kalix, today, today)
    assert act(sven, "approve", twice).status_code == 200  # the first of two, for inger
    for user, fit in ((sven, [free]), (inger, [free]), (bengt, [ingers, twice, free])):
        waits = world.signed_in(user).get("/api/v1/home").json()["to_do"]
        assert {"kind": "expenses_waiting", "count": len(fit)} in waits
        assert set(take_next(user, 5)) == {str(one.pk) for one in fit}
        Expense.objects.update(**FREE)
    world.make_deputy(sven, bengt, kalix, today, today)
    assert take_next(sven, 5) == [str(ingers.pk), str(free.pk)]


@pytest.mark.usefixtures("noon")
@pytest.mark.parametrize("count", [0, -1, 201, "x", None])
def test_a_count_is_a_number_from_1_to_200(inger: User, count: Any) -> None:
    assert refused_with(send(inger, "POST", f"{EXPENSES}/take-next", {"count": count})) == (400, "invalid")


@pytest.mark.usefixtures("noon")
def test_taking_many_asks_no_more(inger: User, assignment: Assignment, django_assert_num_queries: Any) -> None:
    came_in(assignment, 20)
    for count in (2, 20):
        client = world.signed_in(inger)
        with django_assert_num_queries(
            13
        ):  # roles, savepoint, the user, mine, free, taking, reading (3), signals (3), release
            answer = client.post(f"{EXPENSES}/take-next", {"count": count})
        assert len(answer.json()["results"]) == count
