"""Phones over the API: who has one, where it is reached, and whose it was."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from notifications.models import Delivery, Device
from people.models import User
from tests import world
from tests.notifications.calls import queued, tell

PATH = "/api/v1/devices/karins-phone"
PHONE = {"platform": "android", "fid": "fid-1", "locale": "sv-SE", "app_version": "1.0.0"}

pytestmark = pytest.mark.django_db


def put(user: User, path: str = PATH, **changes: Any) -> Any:
    body = {name: value for name, value in (PHONE | changes).items() if value is not None}
    return world.signed_in(user).put(path, body)


def test_a_phone_is_registered_once_and_again(karin: User) -> None:
    first, again = put(karin), put(karin)

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.data == again.data
    assert first.data == {
        "installation_id": "karins-phone",
        "platform": "android",
        "locale": "sv-SE",
        "app_version": "1.0.0",
        "version": 1,
    }
    assert Device.objects.get().user == karin


def test_a_phone_tells_of_its_new_address_and_version(karin: User) -> None:
    put(karin)

    answer = put(karin, fid=None, token="token-2", app_version="1.1.0")

    device = Device.objects.get()
    assert (answer.status_code, answer.data["version"]) == (200, 2)
    assert (device.token, device.fid, device.app_version) == ("token-2", "", "1.1.0")


@pytest.mark.parametrize("address", [{"token": "t" * 2048, "fid": None}, {"token": "t", "fid": "f"}])
def test_a_phone_has_a_token_or_an_installation_id_or_both(karin: User, address: dict[str, Any]) -> None:
    assert put(karin, **address).status_code == 201


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"fid": None}, "", "address_required"),
        ({"fid": ""}, "/fid", "blank"),
        ({"token": "t" * 2049}, "/token", "max_length"),
        ({"token": "åäö"}, "/token", "invalid"),
        ({"fid": "a\nb"}, "/fid", "invalid"),
        ({"fid": "f" * 201}, "/fid", "max_length"),
        ({"fid": "a\x00b"}, "/fid", "null_characters_not_allowed"),
        ({"platform": "windows"}, "/platform", "invalid_choice"),
        ({"locale": None}, "/locale", "required"),
        ({"app_version": "1" * 31}, "/app_version", "max_length"),
        ({"owner": "somebody else"}, "/owner", "unknown_field"),
    ],
)
def test_what_is_no_phone_is_refused(karin: User, changes: dict[str, Any], pointer: str, code: str) -> None:
    answer = put(karin, **changes)

    assert answer.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.data["errors"]]
    assert not Device.objects.exists()


def test_a_phone_without_a_decent_name_has_no_place(karin: User) -> None:
    assert put(karin, "/api/v1/devices/short").status_code == 404
    assert put(karin, f"/api/v1/devices/{'x' * 65}").status_code == 404


def test_a_phone_moves_to_whoever_signed_in_last(karin: User, sven: User) -> None:
    put(karin)

    answer = put(sven)

    assert answer.status_code == 200
    assert Device.objects.get().user == sven


def test_an_address_is_taken_from_the_phone_that_had_it(karin: User, sven: User) -> None:
    put(karin, token="token-1")

    put(sven, "/api/v1/devices/svens-phone", fid="fid-2", token="token-1")

    karins, svens = Device.objects.get(user=karin), Device.objects.get(user=sven)
    assert (karins.revoked_because, svens.revoked_at) == ("address_moved", None)


def test_what_waited_for_the_former_user_is_not_sent(karin: User, sven: User) -> None:
    put(karin)
    waiting = queued(Device.objects.get())

    put(sven)

    waiting.refresh_from_db()
    assert (waiting.status, waiting.error_code) == (Delivery.Status.FAILED, "device_moved")
    assert karin.notifications.count() == 1  # the inbox keeps it


def test_what_waited_for_a_phone_whose_address_moved_is_not_sent(karin: User, sven: User) -> None:
    put(karin)
    waiting = queued(Device.objects.get())

    put(sven, "/api/v1/devices/svens-phone")

    waiting.refresh_from_db()
    assert waiting.error_code == "device_moved"


def test_what_waits_for_the_same_user_follows_to_the_new_address(karin: User) -> None:
    put(karin)
    waiting = queued(Device.objects.get())

    put(karin, fid="fid-2")

    waiting.refresh_from_db()
    assert waiting.status == Delivery.Status.QUEUED


def test_a_phone_signs_off_and_on_again(karin: User) -> None:
    put(karin)
    waiting = queued(Device.objects.get())
    client = world.signed_in(karin)

    assert [client.delete(PATH).status_code for _ in range(2)] == [204, 204]
    waiting.refresh_from_db()
    assert waiting.status == Delivery.Status.FAILED
    assert tell(karin, dedup_key="2") == 1
    assert Delivery.objects.count() == 1  # a phone that signed off is told nothing more

    assert put(karin).status_code == 200
    assert Device.objects.get().revoked_at is None


def test_nobody_signs_off_the_phone_of_another(karin: User, sven: User) -> None:
    put(karin)

    assert world.signed_in(sven).delete(PATH).status_code == 404
    assert world.signed_in(sven).delete("/api/v1/devices/no-such-phone").status_code == 404
    assert Device.objects.get().revoked_at is None


def test_addresses_are_not_shown_again(karin: User) -> None:
    answer = put(karin, token="secret-token", fid="secret-fid")

    assert "secret" not in answer.content.decode()


def test_who_is_not_signed_in_has_no_phone() -> None:
    client = APIClient()

    assert client.put(PATH, PHONE, format="json").status_code == 401
    assert client.delete(PATH).status_code == 401
