"""How a deployment gets its first municipality and administrator."""

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from expenses.models import MileageRate
from people.models import Membership, Municipality, Role, User
from tests.people.phone import code_sent_to

pytestmark = pytest.mark.django_db


def create(code: str = "kalix", name: str = "Kalix kommun", email: str = "Ada@Kalix.example") -> str:
    out = io.StringIO()
    call_command("create_municipality", code, name, "--administrator", email, stdout=out)
    return out.getvalue()


def test_the_administrator_can_go_straight_to_the_back_office() -> None:
    assert "Next: add a policy" in create()
    ada = User.objects.get()
    assert (ada.email, ada.has_usable_password(), ada.roles) == ("ada@kalix.example", False, {Role.ADMINISTRATOR})
    browser = Client()
    browser.post("/admin/login/", {"username": ada.email})
    browser.post("/admin/login/", {"username": ada.email, "password": code_sent_to(ada.email)})
    assert "Kalix kommun" in browser.get("/admin/people/municipality/").content.decode()


def test_kilometres_are_repaid_at_once() -> None:
    create()
    assert MileageRate.objects.in_force(Municipality.objects.get(), date(2026, 6, 5)).rate == Decimal("2.50")


def test_again_it_changes_nothing() -> None:
    create()
    models = (Municipality, User, Membership, MileageRate)
    before: Any = [list(model.objects.values()) for model in models]
    assert "there already" in create(name="Another name")
    assert [list(model.objects.values()) for model in models] == before


def test_another_administrator_is_added() -> None:
    create()
    create(email="bea@kalix.example")
    assert Membership.objects.filter(role=Role.ADMINISTRATOR).count() == 2


def test_it_lets_an_administrator_back_in() -> None:
    create()
    Membership.objects.update(is_active=False)
    assert "has an administrator now" in create()
    assert User.objects.get().is_staff


@pytest.mark.parametrize(
    ("code", "name", "email"),
    [
        ("Kalix kommun", "Kalix", "ada@kalix.example"),
        ("x" * 51, "Kalix", "ada@kalix.example"),
        ("kalix", " ", "ada@kalix.example"),
        ("kalix", "x" * 101, "ada@kalix.example"),
        ("kalix", "Kalix", "ada"),
    ],
)
def test_what_is_no_code_name_or_address_is_refused(code: str, name: str, email: str) -> None:
    with pytest.raises(CommandError):
        create(code, name, email)
    assert not Municipality.objects.exists()
