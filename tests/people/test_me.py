"""Who am I, and what I may change of that."""

from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from core.views import version_of
from people.models import Municipality, Role, User
from tests import world
from tests.people.phone import Phone

ME = "/api/v1/me"


def patch(user: User, body: Any, *, version: str | None = '"1"', **headers: str) -> Any:
    if version is not None:
        headers["If-Match"] = version
    return world.signed_in(user).patch(ME, body, headers=headers)


def test_karin_sees_who_she_is_and_what_the_app_should_offer(
    karin: User, kalix: Municipality, settings: Settings
) -> None:
    settings.MINIMUM_APP_VERSION = "1.2.3"
    answer = world.signed_in(karin).get(ME)
    assert answer.status_code == 200
    assert version_of(answer["ETag"]) == 1
    assert answer.json() == {
        "id": str(karin.pk),
        "email": "karin@kalix.example",
        "name": "Karin",
        "language": "sv",
        "memberships": [
            {"municipality": {"id": str(kalix.pk), "code": "kalix", "name": "Kalix"}, "role": "contact_person"}
        ],
        "capabilities": {"plan_occasions": True, "claim_expenses": True, "decide_expenses": False},
        "minimum_app_version": "1.2.3",
        "version": 1,
    }


def test_a_coordinator_is_offered_to_decide(inger: User) -> None:
    offered = world.signed_in(inger).get(ME).json()["capabilities"]
    assert offered == {"plan_occasions": False, "claim_expenses": False, "decide_expenses": True}


def test_a_role_that_has_ended_is_not_told(karin: User, leksand: Municipality) -> None:
    world.add_roles(karin, leksand, Role.COORDINATOR)
    karin.memberships.filter(role=Role.COORDINATOR).update(is_active=False)
    told = world.signed_in(karin).get(ME).json()
    assert [membership["role"] for membership in told["memberships"]] == ["contact_person"]
    assert told["capabilities"]["decide_expenses"] is False


def test_asking_takes_one_query_besides_the_user(
    karin: User, kalix: Municipality, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    world.add_roles(karin, kalix, Role.COORDINATOR, Role.CASE_OFFICER)
    client = world.signed_in(karin)
    with django_assert_num_queries(1):
        client.get(ME)


def test_karin_changes_her_name_and_language(karin: User) -> None:
    answer = patch(karin, {"name": "Karin Ek", "language": "en"})
    assert answer.status_code == 200
    assert answer["ETag"] == '"2"'
    assert (answer.json()["name"], answer.json()["language"], answer.json()["version"]) == ("Karin Ek", "en", 2)


def test_a_change_without_the_version_is_refused(karin: User) -> None:
    answer = patch(karin, {"name": "Karin Ek"}, version=None)
    assert (answer.status_code, answer.json()["code"]) == (428, "version_required")


@pytest.mark.parametrize("version", ['"2"', '"0"', "*", "", '"x"', '"99999999999"'])
def test_a_change_of_another_version_is_refused_and_shows_the_present(karin: User, version: str) -> None:
    answer = patch(karin, {"name": "Karin Ek"}, version=version)
    assert (answer.status_code, answer.json()["code"]) == (412, "stale_version")
    assert answer.json()["present"]["name"] == "Karin"
    assert answer["ETag"] == '"1"'
    assert User.objects.get(pk=karin.pk).name == "Karin"


def test_the_same_change_again_is_no_conflict(karin: User) -> None:
    """The answer to the first was lost on the way."""
    assert patch(karin, {"name": "Karin Ek"}).status_code == 200
    again = patch(karin, {"name": "Karin Ek"})
    assert (again.status_code, again.json()["version"]) == (200, 2)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"colour": "red"}, "/colour", "unknown_field"),
        ({"email": "mine@elsewhere.example"}, "/email", "unknown_field"),
        ({"is_superuser": True}, "/is_superuser", "unknown_field"),
        ({"memberships": []}, "/memberships", "unknown_field"),
        ({"language": "fi"}, "/language", "invalid_choice"),
        ({"language": None}, "/language", "null"),
        ({"name": "x" * 201}, "/name", "max_length"),
        ({"name": ""}, "/name", "blank"),
        ({"name": "Karin\x00"}, "/name", "null_characters_not_allowed"),
    ],
)
def test_what_can_not_be_changed_is_named(karin: User, body: Any, pointer: str, code: str) -> None:
    answer = patch(karin, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert User.objects.get(pk=karin.pk).version == 1


def test_a_change_of_nothing_changes_nothing(karin: User) -> None:
    answer = patch(karin, {})
    assert (answer.status_code, answer.json()["version"]) == (200, 1)


def test_problems_speak_the_users_language_unless_the_call_names_one(karin: User) -> None:
    phone = Phone().sign_in(karin)
    unknown = "/api/v1/assignments/00000000-0000-4000-8000-000000000000"
    assert phone.call("GET", unknown).json()["detail"] == "Det finns inte."
    phone.call("PATCH", ME, {"language": "en"}, **{"If-Match": '"1"'})
    answer = phone.call("GET", unknown)
    assert (answer.json()["detail"], answer["Content-Language"]) == ("It does not exist.", "en")
    answer = phone.call("GET", unknown, **{"Accept-Language": "sv-SE,sv;q=0.9"})
    assert answer.json()["detail"] == "Det finns inte."
