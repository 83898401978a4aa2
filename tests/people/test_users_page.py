"""What an administrator may do to people, and what must not be possible by any page."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client
from django.urls import reverse

from people import services
from people.models import Membership, Municipality, Role, User
from people.services import OwnAccess, RolesElsewhere
from tests import world
from tests.people import office

USERS = "/admin/people/user/"
MEMBERSHIPS = "/admin/people/membership/"


@pytest.fixture
def ada(kalix: Municipality) -> User:
    """The administrator of Kalix."""
    return office.administrator(kalix)


@pytest.fixture
def browser(ada: User) -> Client:
    """Ada's browser."""
    return office.at(ada)


def page(user: User) -> str:
    return f"{USERS}{user.pk}/change/"


def edited(user: User, **values: str) -> dict[str, str]:
    return {"email": user.email, "name": user.name, "language": user.language, "is_active": "on"} | values


def test_ada_invites_eva_who_can_then_sign_in_by_code(browser: Client, kalix: Municipality) -> None:
    values = {"email": "Eva@Kalix.example", "name": "Eva", "language": "sv", "municipality": kalix.pk}
    answer = browser.post(f"{USERS}add/", values | {"role": "coordinator"})
    eva = User.objects.get(email="eva@kalix.example")
    assert answer.status_code == 302
    assert eva.roles == {Role.COORDINATOR}
    assert not eva.has_usable_password()
    assert EmailAddress.objects.get(user=eva).verified
    assert str(eva.pk) in office.told(answer)


def test_inviting_somebody_of_another_municipality_gives_a_role_and_changes_nothing_else(
    browser: Client, kalix: Municipality, anna: User
) -> None:
    values = {"email": anna.email, "name": "Mine now", "language": "en", "municipality": kalix.pk}
    browser.post(f"{USERS}add/", values | {"role": "contact_person"})
    again = User.objects.get(pk=anna.pk)
    assert (again.name, again.language, again.version) == (anna.name, anna.language, anna.version)
    assert len(again.municipality_ids(Role.CONTACT_PERSON)) == 2


def test_nobody_is_invited_to_another_municipality(browser: Client, leksand: Municipality) -> None:
    values = {"email": "eva@kalix.example", "name": "Eva", "language": "sv", "municipality": leksand.pk}
    answer = browser.post(f"{USERS}add/", values | {"role": "administrator"})
    assert "municipality" in office.mistakes(answer)
    assert "eksand" not in answer.content.decode()
    assert not User.objects.filter(email="eva@kalix.example").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "no address"), ("email", ""), ("language", "fi"), ("role", "operator"), ("name", "x" * 201)],
)
def test_an_invitation_says_what_is_wrong(browser: Client, kalix: Municipality, field: str, value: str) -> None:
    values = {
        "email": "eva@kalix.example",
        "name": "Eva",
        "language": "sv",
        "municipality": kalix.pk,
        "role": "coordinator",
    }
    assert field in office.mistakes(browser.post(f"{USERS}add/", values | {field: value}))


def test_ada_changes_karins_name_and_the_version_counts_it(browser: Client, karin: User) -> None:
    assert browser.post(page(karin), edited(karin, name="Karin Falk")).status_code == 302
    again = User.objects.get(pk=karin.pk)
    assert (again.name, again.version) == ("Karin Falk", karin.version + 1)


def test_saving_without_a_change_changes_nothing(browser: Client, karin: User) -> None:
    browser.post(page(karin), edited(karin))
    assert User.objects.get(pk=karin.pk).version == karin.version


def test_a_new_address_is_trusted_and_the_old_one_forgotten(browser: Client, karin: User) -> None:
    EmailAddress.objects.create(user=karin, email=karin.email, verified=True, primary=True)
    phone = office.at(karin)
    browser.post(page(karin), edited(karin, email="Karin.Ek@kalix.example"))
    (address,) = EmailAddress.objects.filter(user=karin)
    assert (address.email, address.verified, address.primary) == ("karin.ek@kalix.example", True, True)
    assert "_auth_user_id" in phone.session
    assert not phone.get("/admin/").wsgi_request.user.is_authenticated


def test_an_address_that_another_has_is_refused(browser: Client, karin: User, sven: User) -> None:
    assert "email" in office.mistakes(browser.post(page(karin), edited(karin, email=sven.email.upper())))


def test_a_deactivated_user_does_not_come_back_with_old_sessions(ada: User, karin: User) -> None:
    phone = office.at(karin)
    services.edit_user(by=ada, user_id=karin.pk, is_active=False)
    services.edit_user(by=ada, user_id=karin.pk, is_active=True)
    assert not phone.get("/admin/").wsgi_request.user.is_authenticated


@pytest.mark.parametrize(
    "wish",
    [
        {"is_superuser": "on"},
        {"is_staff": "on"},
        {"groups": "1"},
        {"user_permissions": "1"},
        {"password": "a new password for Karin"},
        {"password1": "a new password for Karin", "password2": "a new password for Karin"},
    ],
)
def test_no_page_gives_rights_or_passwords(browser: Client, karin: User, ada: User, wish: dict[str, str]) -> None:
    for user in (karin, ada):
        browser.post(page(user), edited(user) | wish)
        again = User.objects.get(pk=user.pk)
        assert not again.is_superuser
        assert again.password == user.password
        assert not again.groups.exists()
        assert not again.user_permissions.exists()
    content = browser.get(page(karin)).content.decode()
    assert not any(
        f'name="{name}"' in content for name in ("password", "is_superuser", "groups", "user_permissions")
    )
    assert karin.password not in content
    assert browser.get(f"{USERS}{karin.pk}/password/").status_code in (302, 404)


@pytest.mark.parametrize("active_there", [True, False])
def test_who_has_a_role_elsewhere_cannot_be_taken_over(
    browser: Client, ada: User, karin: User, leksand: Municipality, active_there: bool
) -> None:
    """A role that is deactivated could be given back, to whoever had the account by then."""
    Membership.objects.create(user=karin, municipality=leksand, role=Role.COORDINATOR, is_active=active_there)
    assert browser.get(page(karin)).status_code == 200
    assert browser.post(page(karin), edited(karin, email="mine@kalix.example")).status_code == 403
    with pytest.raises(RolesElsewhere):
        services.edit_user(by=ada, user_id=karin.pk, is_active=False)
    assert User.objects.get(pk=karin.pk).email == karin.email


def test_but_their_role_here_can_be_taken_away(browser: Client, karin: User, leksand: Municipality) -> None:
    world.add_roles(karin, leksand, Role.CONTACT_PERSON)
    here = karin.memberships.exclude(municipality=leksand).get()
    browser.post(f"{MEMBERSHIPS}{here.pk}/change/", {})
    assert User.objects.get(pk=karin.pk).municipality_ids() == {leksand.pk}


def test_the_operator_is_nobodys_to_change(browser: Client, ada: User, kalix: Municipality) -> None:
    operator = office.operator()
    assert browser.post(page(operator), edited(operator)).status_code == 302
    world.add_roles(operator, kalix, Role.COORDINATOR)
    assert browser.post(page(operator), edited(operator, email="mine@kalix.example")).status_code == 403
    with pytest.raises(RolesElsewhere):
        services.edit_user(by=ada, user_id=operator.pk, email="mine@kalix.example")


def test_nobody_shuts_themselves_out(browser: Client, ada: User) -> None:
    answer = browser.post(page(ada), {"email": ada.email, "name": "Ada", "language": "sv"})
    assert "Du kan inte stänga av dig själv" in office.told(answer)
    own = ada.memberships.get()
    answer = browser.post(f"{MEMBERSHIPS}{own.pk}/change/", {})
    assert answer.status_code == 302
    assert "Du kan inte stänga av dig själv" in office.told(answer)
    assert User.objects.get(pk=ada.pk).is_staff
    with pytest.raises(OwnAccess):
        services.edit_user(by=ada, user_id=ada.pk, is_active=False)


def test_a_role_is_given_taken_and_given_back(browser: Client, karin: User, kalix: Municipality) -> None:
    values = {"user": karin.pk, "municipality": kalix.pk, "role": "coordinator"}
    assert browser.post(f"{MEMBERSHIPS}add/", values).status_code == 302
    given = Membership.objects.get(user=karin, role=Role.COORDINATOR)
    browser.post(f"{MEMBERSHIPS}{given.pk}/change/", {})
    assert User.objects.get(pk=karin.pk).roles == {Role.CONTACT_PERSON}
    browser.post(f"{MEMBERSHIPS}{given.pk}/change/", {"is_active": "on"})
    assert User.objects.get(pk=karin.pk).roles == {Role.CONTACT_PERSON, Role.COORDINATOR}
    assert Membership.objects.get(pk=given.pk).version == 3


def test_the_same_role_twice_is_refused(browser: Client, karin: User, kalix: Municipality) -> None:
    values = {"user": karin.pk, "municipality": kalix.pk, "role": "contact_person"}
    assert office.mistakes(browser.post(f"{MEMBERSHIPS}add/", values))


def test_roles_are_not_given_to_or_by_another_municipality(
    browser: Client, anna: User, karin: User, kalix: Municipality, leksand: Municipality
) -> None:
    form = browser.get(f"{MEMBERSHIPS}add/").content.decode()
    assert karin.email in form
    assert anna.email not in form
    assert str(leksand.pk) not in form
    for values in ({"user": anna.pk, "municipality": kalix.pk}, {"user": karin.pk, "municipality": leksand.pk}):
        assert office.mistakes(browser.post(f"{MEMBERSHIPS}add/", values | {"role": "administrator"}))
    assert Membership.objects.count() == 3


def test_a_role_is_not_moved_to_another_person_or_place(
    browser: Client, karin: User, sven: User, leksand: Municipality
) -> None:
    own = karin.memberships.get()
    wish = {"user": sven.pk, "municipality": leksand.pk, "role": "administrator", "is_active": "on"}
    browser.post(f"{MEMBERSHIPS}{own.pk}/change/", wish)
    again = Membership.objects.get(pk=own.pk)
    assert (again.user, again.municipality_id, again.role) == (karin, own.municipality_id, Role.CONTACT_PERSON)


def test_being_an_administrator_in_one_place_shows_nothing_of_another(
    kalix: Municipality, leksand: Municipality, anna: User, lars: User
) -> None:
    """Anna is a contact person in Leksand, and looks after Kalix."""
    world.add_roles(anna, kalix, Role.ADMINISTRATOR)
    content = office.at(anna).get(USERS).content.decode()
    assert anna.email in content
    assert lars.email not in content


def test_the_operator_adds_a_municipality_and_sees_all(kalix: Municipality, karin: User, anna: User) -> None:
    browser = office.at(office.operator())
    values = {"code": "kiruna", "name": "Kiruna", "time_zone": "Europe/Stockholm", "behind_weeks": 8}
    assert browser.post("/admin/people/municipality/add/", values).status_code == 302
    assert Municipality.objects.filter(code="kiruna").exists()
    content = browser.get(USERS).content.decode()
    assert karin.email in content
    assert anna.email in content


@pytest.mark.parametrize("zone", ["Europe/Kalix", "../etc/passwd", "", "/etc/localtime", "Europe"])
def test_a_zone_that_nobody_knows_is_refused(browser: Client, kalix: Municipality, zone: str) -> None:
    path = f"/admin/people/municipality/{kalix.pk}/change/"
    assert "time_zone" in office.mistakes(browser.post(path, {"name": "Kalix", "time_zone": zone}))


def test_a_municipality_keeps_its_code(browser: Client, kalix: Municipality) -> None:
    path = f"/admin/people/municipality/{kalix.pk}/change/"
    browser.post(
        path, {"name": "Kalix kommun", "time_zone": "Europe/Helsinki", "behind_weeks": 8, "code": "leksand"}
    )
    again = Municipality.objects.get(pk=kalix.pk)
    assert (again.code, again.name, again.time_zone) == ("kalix", "Kalix kommun", "Europe/Helsinki")


def test_history_names_fields_and_nobody(browser: Client, karin: User, ada: User) -> None:
    browser.post(page(karin), edited(karin, name="Karin Falk"))
    content: Any = browser.get(f"{USERS}{karin.pk}/history/").content.decode()
    assert "Falk" not in content
    assert reverse("admin:people_user_change", args=[karin.pk]) in content
