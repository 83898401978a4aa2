"""What test_repeated_calls.py asks of every route, asked of those that need a bucket."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from expenses.models import Receipt
from tests import world
from tests.api.route_table import OWNER
from tests.api.test_repeated_calls import CONTRADICTIONS, NEW, Call, call_of, check_repeats
from tests.api.test_routes import Scene, scene
from tests.doubles import s3
from tests.expenses.calls import jpeg
from tests.expenses.test_bucket import bucket, server

__all__ = ["bucket", "scene", "server"]
pytestmark = [
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
    pytest.mark.xdist_group("s3"),
]


@pytest.fixture
def noon() -> Iterator[None]:
    """Stop the clock at the hour that the server of the bucket knows."""
    with time_machine.travel(datetime.now(UTC), tick=False):
        yield


def test_a_receipt_that_is_announced_three_times_is_one(scene: Scene) -> None:
    call = call_of("POST", "receipt-uploads", scene)._replace(user=scene.people[OWNER])
    check_repeats(call, CONTRADICTIONS["POST", "receipt-uploads"])


def test_a_receipt_that_came_in_is_confirmed_once(scene: Scene, bucket: Any) -> None:
    karin, sent = scene.people[OWNER], jpeg()
    about = {"id": NEW, "sha256": hashlib.sha256(sent).hexdigest(), "size": len(sent), "media_type": "image/jpeg"}
    assert world.signed_in(karin).post(reverse("receipt-uploads"), about).status_code == 201
    bucket.put_object(Bucket=s3.BUCKET, Key=Receipt.objects.get(pk=NEW).original.name, Body=sent)
    check_repeats(Call(karin, "POST", reverse("receipt-uploaded", args=[NEW]), {}), None)
