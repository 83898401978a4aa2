"""Administrators sign in to the back office by the code that the app uses."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from pytest_django import Settings

from people.models import Municipality, User
from tests.people import office
from tests.people.phone import code_sent_to

LOGIN = "/admin/login/"
PASSWORD = "a long password of Ada's"


@pytest.fixture
def ada(kalix: Municipality) -> User:
    """The administrator of Kalix."""
    return office.administrator(kalix)


def post(browser: Client, email: str, secret: str = "") -> Any:
    return browser.post(f"{LOGIN}?next=/admin/", {"username": email, "password": secret})


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


def test_ada_asks_for_a_code_and_comes_in(ada: User) -> None:
    browser = Client()
    asked = post(browser, "Ada@Kalix.example")
    assert "har vi skickat en kod dit" in asked.content.decode()
    assert not is_in(browser)
    answer = post(browser, ada.email, code_sent_to(ada.email).lower())
    assert answer.status_code == 302
    assert answer["Location"] == "/admin/"
    assert is_in(browser)
    assert browser.cookies["sessionid"]["max-age"] in (9 * 3600 - 1, 9 * 3600)
    assert browser.cookies["sessionid"]["httponly"]


def test_the_operator_comes_in_too(db: Any) -> None:
    operator = office.operator()
    browser = Client()
    post(browser, operator.email)
    post(browser, operator.email, code_sent_to(operator.email))
    assert is_in(browser)


def test_a_wrong_code_opens_nothing_and_a_few_end_it(ada: User) -> None:
    browser = Client()
    post(browser, ada.email)
    code = code_sent_to(ada.email)
    for _ in range(3):
        assert post(browser, ada.email, "WRONG1").status_code == 200
    post(browser, ada.email, code)
    assert not is_in(browser)


def test_a_code_is_for_its_own_address_browser_and_time(ada: User, kalix: Municipality, noon: Any) -> None:
    browser, other = Client(), Client()
    post(browser, ada.email)
    code = code_sent_to(ada.email)
    post(other, ada.email, code)
    assert not is_in(other)
    noon.shift(3600)
    post(browser, ada.email, code)
    assert not is_in(browser)


def test_nobody_learns_whose_address_is_an_administrators(ada: User, karin: User) -> None:
    pages = set()
    for email in (ada.email, karin.email, "nobody@kalix.example"):
        page = post(Client(), email).content.decode().replace(email, "")
        pages.add(re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page))
    assert len(pages) == 1
    assert [message.to for message in mail.outbox] == [[ada.email]]


def test_a_contact_person_does_not_come_in_by_the_apps_code(karin: User) -> None:
    browser = Client()
    asked = browser.post(
        "/_allauth/app/v1/auth/code/request", {"email": karin.email}, content_type="application/json"
    )
    browser.cookies["sessionid"] = asked.json()["meta"]["session_token"]
    post(browser, karin.email, code_sent_to(karin.email))
    assert not is_in(browser)


@pytest.mark.parametrize("allowed", [True, False])
def test_a_password_works_only_where_the_deployment_says_so(ada: User, settings: Settings, allowed: bool) -> None:
    settings.PASSWORD_LOGIN = allowed
    ada.set_password(PASSWORD)
    ada.save()
    browser = Client()
    post(browser, ada.email, PASSWORD)
    assert is_in(browser) is allowed


@pytest.mark.usefixtures("own_cache")
def test_passwords_are_not_tried_without_end(ada: User, settings: Settings) -> None:
    settings.PASSWORD_LOGIN = True
    ada.set_password(PASSWORD)
    ada.save()
    for _ in range(6):
        post(Client(), ada.email, "wrong")
    browser = Client()
    post(browser, ada.email, PASSWORD)
    assert not is_in(browser)


def test_a_deactivated_administrator_gets_no_code(ada: User) -> None:
    ada.is_active = False
    ada.save()
    browser = Client()
    post(browser, ada.email)
    assert mail.outbox == []


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(ada: User, target: str) -> None:
    browser = Client()
    post(browser, ada.email)
    answer = browser.post(
        f"{LOGIN}?next={target}", {"username": ada.email, "password": code_sent_to(ada.email), "next": target}
    )
    assert "elsewhere" not in answer["Location"]
    assert "javascript" not in answer["Location"]


def test_an_odd_address_or_code_is_only_wrong(ada: User) -> None:
    browser = Client()
    for email in ("", "no address", "a@b\x00.example", "x" * 1000, "å@b.example"):
        for secret in ("", "å", "x" * 5000, "\x00"):
            assert post(browser, email, secret).status_code == 200
    post(browser, ada.email)
    assert post(browser, ada.email, "ÅÄÖ").status_code == 200


def test_signing_out_ends_it(ada: User) -> None:
    browser = office.at(ada)
    assert is_in(browser)
    browser.post("/admin/logout/")
    assert not is_in(browser)
