"""A push on the wire, and what becomes of it: real client, real sockets, a double of FCM's HTTP v1."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.fcm import FirebaseSender, Outcome, Push, Sender, SendResult, parse_retry_after
from tests.doubles.fcm import FcmDouble

NOW = datetime(2026, 11, 22, 14, 0, tzinfo=UTC)
KARINS_PHONE = "fid-of-karins-phone"
PUSH = Push(
    notification_id="0c6f4d5e-9a0c-4a53-8f0e-1f6f2f3f4f5f",
    kind="occasion_soon",
    title="Påminnelse",
    body="Du har något inplanerat. Öppna appen för att se mer.",
    collapse_key="occasion_soon:7",
    expires_at=NOW + timedelta(hours=2),
    urgent=False,
    token=None,
    fid=KARINS_PHONE,
)


def send(sender: Sender, **changes: Any) -> SendResult:
    return sender.send(replace(PUSH, **changes), now=NOW)


# What arrives


def test_a_push_arrives_with_the_whole_message(firebase: FirebaseSender, double: FcmDouble) -> None:
    result = send(firebase)

    [received] = double.messages
    assert result == SendResult(Outcome.SENT, received.name)
    assert received.name.startswith("projects/tillfalle-test/messages/")
    topic = received.message["webpush"]["headers"].pop("Topic")
    assert len(topic) == 32
    assert received.message == {
        "fid": KARINS_PHONE,
        "notification": {"title": PUSH.title, "body": PUSH.body},
        "data": {"notification_id": PUSH.notification_id, "kind": "occasion_soon"},
        "android": {
            "collapse_key": "occasion_soon:7",
            "ttl": "7200s",
            "priority": "normal",
            "notification": {"tag": "occasion_soon:7"},
        },
        "apns": {
            "headers": {
                "apns-collapse-id": "occasion_soon:7",
                "apns-expiration": str(int(NOW.timestamp()) + 7200),
                "apns-priority": "5",
            }
        },
        "webpush": {"headers": {"TTL": "7200", "Urgency": "normal"}},
    }


def test_an_urgent_push_may_wake_the_phone(firebase: FirebaseSender, double: FcmDouble) -> None:
    send(firebase, urgent=True)

    message = double.messages[0].message
    assert message["android"]["priority"] == "high"
    assert message["apns"]["headers"]["apns-priority"] == "10"
    assert message["apns"]["payload"] == {"aps": {"sound": "default"}}
    assert message["webpush"]["headers"]["Urgency"] == "high"


@pytest.mark.parametrize(
    ("fid", "token", "used"),
    [
        ("a-fid", None, {"fid": "a-fid"}),
        (None, "a-token", {"token": "a-token"}),
        ("", "a-token", {"token": "a-token"}),
        ("a-fid", "a-token", {"fid": "a-fid"}),
    ],
)
def test_exactly_one_address_is_used_and_fid_goes_first(
    firebase: FirebaseSender, double: FcmDouble, fid: str | None, token: str | None, used: dict[str, str]
) -> None:
    assert send(firebase, fid=fid, token=token).outcome == Outcome.SENT

    message = double.messages[0].message
    assert {name: message[name] for name in ("fid", "token") if name in message} == used


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (None, 86_400),
        (timedelta(days=3), 259_200),
        (timedelta(days=60), 2_419_200),
        (timedelta(seconds=90, milliseconds=700), 90),
        (timedelta(minutes=-5), 0),
    ],
)
def test_a_push_dies_when_it_is_of_no_more_use(
    firebase: FirebaseSender, double: FcmDouble, expires_in: timedelta | None, seconds: int
) -> None:
    send(firebase, expires_at=None if expires_in is None else NOW + expires_in)

    message = double.messages[0].message
    assert message["android"]["ttl"] == f"{seconds}s"
    assert message["webpush"]["headers"]["TTL"] == str(seconds)
    expiration = int(message["apns"]["headers"]["apns-expiration"])
    assert expiration == (NOW.timestamp() + seconds if seconds else 0)


def test_long_collapse_keys_stay_apart_within_the_limits(firebase: FirebaseSender, double: FcmDouble) -> None:
    for key in ("k" * 64, "k" * 65, "k" * 66, "påminnelse"):
        assert send(firebase, collapse_key=key).outcome == Outcome.SENT

    messages = [received.message for received in double.messages]
    ids = [message["apns"]["headers"]["apns-collapse-id"] for message in messages]
    topics = [message["webpush"]["headers"]["Topic"] for message in messages]
    assert ids[0] == "k" * 64
    assert len(set(ids)) == len(set(topics)) == 4
    assert {len(one) for one in ids} == {64}
    assert [message["android"]["collapse_key"] for message in messages][3] == "påminnelse"


# What comes back


@pytest.mark.parametrize(
    ("kind", "outcome", "code"),
    [
        ("unregistered", Outcome.GONE, "UNREGISTERED"),
        ("sender_mismatch", Outcome.WRONG_SENDER, "SENDER_ID_MISMATCH"),
        ("invalid_argument", Outcome.OUR_BUG, "INVALID_ARGUMENT"),
        ("quota", Outcome.BRAKE, "QUOTA_EXCEEDED"),
        ("unavailable", Outcome.UNAVAILABLE, "UNAVAILABLE"),
        ("internal", Outcome.UNAVAILABLE, "INTERNAL"),
        ("unauthorised", Outcome.UNAUTHORISED, "UNAUTHENTICATED"),
        ("forbidden", Outcome.UNAUTHORISED, "PERMISSION_DENIED"),
        ("third_party_auth", Outcome.UNAUTHORISED, "THIRD_PARTY_AUTH_ERROR"),
        ("html", Outcome.UNAVAILABLE, "HTTP_502"),
        ("drop_before", Outcome.UNAVAILABLE, "UNAVAILABLE"),
    ],
)
def test_every_refusal_has_its_outcome(
    firebase: FirebaseSender, double: FcmDouble, kind: str, outcome: Outcome, code: str
) -> None:
    double.fail(kind, address=KARINS_PHONE)

    assert send(firebase) == SendResult(outcome, None, code)
    assert double.messages == []
    assert send(firebase, fid="fid-of-somebody-else").outcome == Outcome.SENT


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (200, Outcome.UNAVAILABLE),
        (400, Outcome.OUR_BUG),
        (404, Outcome.UNAVAILABLE),
        (413, Outcome.OUR_BUG),
        (429, Outcome.BRAKE),
        (504, Outcome.UNAVAILABLE),
    ],
)
def test_a_gateways_page_ends_no_device(
    firebase: FirebaseSender, double: FcmDouble, status: int, outcome: Outcome
) -> None:
    double.fail("html", status=status)

    result = send(firebase)
    assert result.outcome == outcome
    assert result.error_code == ("UNKNOWN" if status == 200 else f"HTTP_{status}")


@pytest.mark.parametrize("status", [200, 503])
@pytest.mark.parametrize(
    "body",
    [
        "[]",
        "7",
        "{}",
        '{"error": "no"}',
        '{"error": {"details": 1}}',
        '{"error": {"status": 5}}',
        "\udcff\udcfe",
    ],
)
def test_an_answer_in_no_known_form_is_survived(
    firebase: FirebaseSender, double: FcmDouble, status: int, body: str
) -> None:
    double.fail("html", status=status, body=body)

    result = send(firebase)
    assert result.outcome == Outcome.UNAVAILABLE
    assert result.error_code in ("UNREADABLE_ANSWER", "UNKNOWN", "HTTP_503")


def test_not_found_in_googles_form_is_gone_even_without_fcms_word(
    firebase: FirebaseSender, double: FcmDouble
) -> None:
    double.fail("html", status=404, body='{"error": {"code": 404, "status": "NOT_FOUND"}}')

    assert send(firebase) == SendResult(Outcome.GONE, None, "NOT_FOUND")


def test_a_push_without_an_address_is_our_bug_and_never_leaves(
    firebase: FirebaseSender, double: FcmDouble
) -> None:
    assert send(firebase, fid=None) == SendResult(Outcome.OUR_BUG, None, "INVALID_MESSAGE")
    assert double.sends == 0


def test_a_push_that_is_too_big_is_our_bug(firebase: FirebaseSender, double: FcmDouble) -> None:
    assert send(firebase, body="å" * 5_000) == SendResult(Outcome.OUR_BUG, None, "INVALID_ARGUMENT")


# When to come back


@pytest.mark.parametrize(("kind", "outcome"), [("quota", Outcome.BRAKE), ("unavailable", Outcome.UNAVAILABLE)])
@pytest.mark.parametrize("retry_after", ["30", "Sun, 22 Nov 2026 14:00:30 GMT"])
def test_fcm_may_say_when_to_come_back(
    firebase: FirebaseSender, double: FcmDouble, kind: str, outcome: Outcome, retry_after: str
) -> None:
    double.fail(kind, retry_after=retry_after)

    result = send(firebase)
    assert (result.outcome, result.retry_after_seconds) == (outcome, 30.0)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("2.5", 2.5),
        ("-4", 0.0),
        ("999999999", 86_400.0),
        ("inf", 86_400.0),
        ("nan", None),
        ("soon", None),
        ("", None),
        (None, None),
        ("Sun, 22 Nov 2026 13:00:00 GMT", 0.0),
        ("Sunday, 22-Nov-26 14:01:00 GMT", 60.0),
        ("Sun Nov 22 14:01:00 2026", 60.0),
        ("Sun, 22 Nov 2026 15:01:00 +0100", 60.0),
    ],
)
def test_retry_after_is_read_in_every_form(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, now=NOW) == seconds


@settings(deadline=None)
@given(st.text() | st.from_regex(r"Sun, \d+ Nov \d+ \d+:\d+:\d+ [+-]\d+", fullmatch=True))
def test_no_retry_after_upsets_us(value: str) -> None:
    seconds = parse_retry_after(value, now=NOW)
    assert seconds is None or 0 <= seconds <= 86_400
