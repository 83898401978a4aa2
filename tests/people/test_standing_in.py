"""Whoever calls is found in one query, and a stand-in sees in prepared questions what the user sees."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from allauth.headless.tokens.strategies.jwt import internal as tokens
from pytest_django import DjangoAssertNumQueries

from assignments.models import Assignment
from core.prepared import Question, ask, blank
from people.models import Municipality, Role, User
from people.standing_in import NOW, roles_of, stand_in, values_of
from tests import world
from tests.people.phone import Phone

JULY = datetime(2026, 7, 10, 10, tzinfo=UTC)


def test_who_is_calling_takes_one_query(karin: User, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    phone = Phone().sign_in(karin)
    phone.me()
    with django_assert_num_queries(1):
        assert phone.me().json()["email"] == karin.email
    with django_assert_num_queries(2):
        phone.call("GET", "/api/v1/home")


def test_another_password_ends_what_was_signed_in_before(karin: User) -> None:
    phone = Phone().sign_in(karin)
    karin.set_password("another password of Karin's")
    karin.save()
    assert phone.me().status_code == 401


def test_a_session_is_good_only_for_whom_it_was_made(karin: User, sven: User) -> None:
    phone, other = Phone().sign_in(karin), Phone().sign_in(sven)
    mine, theirs = (tokens.decode_token(one.access_token, "access") for one in (phone, other))
    assert mine is not None
    assert theirs is not None
    phone.access_token, _ = tokens.create_token("access", sub=mine["sub"], sid=theirs["sid"], expires_in=60)
    assert phone.me().status_code == 401


def test_a_new_role_and_the_first_day_as_a_deputy_hold_at_once(
    karin: User, inger: User, kalix: Municipality, noon: Any
) -> None:
    phone = Phone().sign_in(karin)
    world.make_deputy(karin, inger, kalix, first_day=date(2026, 6, 11), last_day=date(2026, 6, 11))
    assert phone.call("GET", "/api/v1/expenses/queue").status_code == 403
    noon.move_to(world.NOW.replace(day=11))
    phone = Phone().sign_in(karin)
    assert phone.call("GET", "/api/v1/expenses/queue").status_code == 200
    inger.memberships.update(is_active=False)
    assert phone.call("GET", "/api/v1/expenses/queue").status_code == 403


@pytest.mark.parametrize("now", [world.NOW, JULY])
def test_a_stand_in_sees_what_the_user_sees(
    now: datetime, karin: User, sven: User, inger: User, lars: User, kalix: Municipality, leksand: Municipality
) -> None:
    for user, municipality in ((karin, kalix), (sven, kalix), (karin, leksand)):
        for last_day in (None, date(2026, 6, 10), date(2026, 6, 9), date(2026, 7, 31)):
            world.make_assignment(user, municipality, last_day=last_day)
    world.add_roles(karin, leksand, Role.CONTACT_PERSON, Role.CASE_OFFICER)
    world.add_roles(sven, leksand, Role.COORDINATOR, Role.PAYROLL_OFFICER)
    world.make_deputy(sven, inger, kalix)
    nobody = User.objects.create_user("guest@kalix.example")
    for user in (karin, sven, inger, lars, nobody):
        user = User.objects.get(pk=user.pk)
        for roles in ({Role.CONTACT_PERSON}, {Role.COORDINATOR}, set(Role)):
            seen = Assignment.objects.visible_to(stand_in(roles_of(user)), now=NOW, roles=roles)
            (found,) = ask([Question.of(seen.values_list("pk"))], values_of(user, now))
            wanted = Assignment.objects.visible_to(user, now=now, roles=roles)
            assert {pk for (pk,) in found} == set(wanted.values_list("pk", flat=True))


@pytest.mark.django_db
def test_many_questions_are_one_query_and_find_each_its_own(
    kalix: Municipality, leksand: Municipality, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    wanted = blank(UUID, 7)
    one = Question.of(Municipality.objects.filter(pk=wanted).values_list("code"))
    none = Question.of(Municipality.objects.none().values_list("code"))
    count = Question.how_many(Municipality.objects.exclude(pk=wanted))
    with django_assert_num_queries(1):
        assert ask([one, none, count], {wanted: kalix.pk}) == [[("kalix",)], [], [(1,)]]
    assert ask([one, count], {wanted: uuid4()}) == [[], [(2,)]]
    assert ask([none], {}) == [[]]
