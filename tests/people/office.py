"""The back office, and who works there."""

from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

from people.models import Municipality, Role, User
from tests import world


def administrator(municipality: Municipality) -> User:
    """Make an administrator: Ada in Kalix, another Ada in Leksand."""
    return world.make_user(f"ada@{municipality.code}.example", municipality, Role.ADMINISTRATOR)


def operator() -> User:
    """Make the operator, who has no role anywhere."""
    return User.objects.create_superuser("operator@drift.example", name="Olle")


def at(user: User | None) -> Client:
    """Return a browser with which somebody, or nobody, has signed in."""
    browser = Client(headers={"Accept-Language": "sv"})
    if user is not None:
        browser.force_login(user)
    return browser


def told(answer: Any) -> str:
    """Return the messages that a page leaves for the next one."""
    return " ".join(str(message) for message in get_messages(answer.wsgi_request))


def mistakes(answer: Any) -> dict[str, list[str]]:
    """Return what is wrong with a form that was not accepted."""
    assert answer.status_code == 200
    return dict(answer.context["adminform"].form.errors)
