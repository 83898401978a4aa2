"""Phones that are registered at the same moment: one owner, no deadlock, nobody sees an error."""

from functools import partial
from typing import Any

import pytest

from notifications.models import Device
from people.models import User
from tests import world
from tests.notifications.calls import at_once, queued, register

ROUNDS = 12

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def put(user: User, installation_id: str, **address: str) -> int:
    body = {"platform": "android", "locale": "sv", "app_version": "1"} | address
    status: int = world.signed_in(user).put(f"/api/v1/devices/{installation_id}", body).status_code
    return status


def holders(**address: str) -> list[Any]:
    return list(Device.objects.filter(revoked_at=None, **address).values_list("user", flat=True))


def test_one_phone_has_one_user(karin: User, sven: User) -> None:
    for number in range(ROUNDS):
        phone = f"the-phone-{number}"
        answers = at_once(
            *(partial(put, user, phone, token=f"t{number}", fid=f"f{number}") for user in (karin, sven) * 2)
        )

        assert sorted(answers) == [200, 200, 200, 201]
        assert len(holders(installation_id=phone)) == 1


def test_one_address_belongs_to_one_phone(karin: User, sven: User) -> None:
    for number in range(ROUNDS):
        address = {"token": f"token-{number}", "fid": f"fid-{number}"}
        answers = at_once(
            partial(put, karin, f"karins-phone-{number}", **address),
            partial(put, sven, f"svens-phone-{number}", **address),
        )

        assert answers == [201, 201]
        assert len(holders(**address)) == 1


def test_phones_that_swap_their_addresses_do_not_wait_for_each_other(karin: User, sven: User) -> None:
    for number in range(ROUNDS):
        one, other = f"karins-phone-{number}", f"svens-phone-{number}"
        register(karin, one, token=f"a{number}")
        register(sven, other, token=f"b{number}")

        answers = at_once(
            partial(put, karin, one, token=f"b{number}"), partial(put, sven, other, token=f"a{number}")
        )

        assert answers == [200, 200]
        assert len(holders(token=f"a{number}")) <= 1
        assert len(holders(token=f"b{number}")) <= 1


def test_a_phone_moves_while_its_user_is_being_told(karin: User, sven: User) -> None:
    for number in range(ROUNDS):
        phone = register(karin, f"the-phone-{number}", fid=f"f{number}")

        told, moved = at_once(
            partial(queued, phone, dedup_key=f"key {number}"),
            partial(put, sven, phone.installation_id, fid=f"f{number}"),
        )

        # A delivery that was made at the last moment is stopped by its claim: see test_delivery.
        assert moved == 200
        assert not isinstance(told, Exception) or "DoesNotExist" in type(told).__name__
