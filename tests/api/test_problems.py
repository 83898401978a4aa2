"""Whatever goes wrong, the answer is a problem that a program and a person understand."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError
from rest_framework.test import APIClient
from rest_framework.throttling import UserRateThrottle

from api.problems import FRONT_DOOR, all_codes, as_markdown, domain_errors
from assignments.models import Assignment
from people.models import User
from tests import world

ROOT = Path(__file__).parents[2]
MEMBERS = {"type", "title", "status", "detail", "code", "request_id"}


def test_docs_list_every_code() -> None:
    written = (ROOT / "docs" / "problems.md").read_text()
    assert written == as_markdown(), "run: python manage.py list_problems > docs/problems.md"


def test_no_two_errors_share_a_code() -> None:
    codes = [error.code for error in domain_errors()]
    assert len(codes) == len(set(codes))
    assert {"not_found"} == set(codes) & set(FRONT_DOOR)
    assert all(text.sv and text.en for _, text in all_codes().values())


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [("/api/v1/nothing", 404, "not_found"), ("/nothing", 404, "not_found"), ("/api/v1/home/", 404, "not_found")],
)
def test_a_path_that_does_not_exist_is_a_problem_too(path: str, status: int, code: str) -> None:
    answer = APIClient().get(path)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == code
    assert answer.json().keys() == MEMBERS


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("{", "application/json", 400, "malformed"),
        ("[]", "application/json", 400, "invalid"),
        ("[" * 200_000, "application/json", 400, "malformed"),
        ('{"\\ud800": 1}', "application/json", 400, "invalid"),
        ("null", "application/json", 400, "invalid"),
        ('"text"', "application/json", 400, "invalid"),
        ("\xff", "application/json; charset=utf-8", 400, "invalid"),
        ("<a/>", "text/xml", 415, "unsupported_media_type"),
        ("a=b", "application/x-www-form-urlencoded", 415, "unsupported_media_type"),
    ],
)
def test_a_body_that_is_no_json_object_is_refused(
    body: str, content_type: str, status: int, code: str, karin: User
) -> None:
    answer = world.signed_in(karin).post("/api/v1/occasions", body, content_type=content_type)
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] in (code, "malformed")


def test_a_method_that_a_path_does_not_have_is_405_with_allow(karin: User) -> None:
    answer = world.signed_in(karin).put("/api/v1/home", {})
    assert answer.status_code in (403, 405)
    assert answer["Content-Type"] == "application/problem+json"


def test_each_field_that_is_wrong_is_pointed_to(karin: User, assignment: Assignment) -> None:
    body = {
        "assignment": str(assignment.pk),
        "starts_at": "2026-06-12T15:00:00",
        "activities": [{}, {"kind": "no kind"}],
    }
    answer = world.signed_in(karin).post("/api/v1/occasions", body)
    found = {error["pointer"]: error["code"] for error in answer.json()["errors"]}
    assert found == {
        "/starts_at": "offset_required",
        "/ends_at": "required",
        "/activities/0/kind": "required",
        "/activities/1/kind": "invalid",
    }


def test_the_detail_is_in_the_callers_language(karin: User) -> None:
    client = world.signed_in(karin)
    assert client.get("/api/v1/expenses/no").json()["detail"] == "Det finns inte."
    english = client.get("/api/v1/expenses/no", headers={"Accept-Language": "en-GB"})
    assert english.json()["detail"] == "It does not exist."
    assert english["Content-Language"] == "en"


def test_a_decent_request_id_is_kept_and_any_other_replaced() -> None:
    kept = APIClient().get("/api/health/live", headers={"X-Request-ID": "phone-12345678"})
    assert kept["X-Request-ID"] == "phone-12345678"
    replaced = APIClient().get("/nothing", headers={"X-Request-ID": "bad id\twith tabs"})
    assert replaced["X-Request-ID"] == replaced.json()["request_id"] != "bad id\twith tabs"


def test_a_lost_database_is_503_with_the_time_to_come_back(karin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: Any, **__: Any) -> None:
        raise OperationalError("connection to server at 10.0.0.1 lost")

    client = world.signed_in(karin)
    monkeypatch.setattr("api.home._assignments", lost)
    answer = client.get("/api/v1/home")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["code"] == "unavailable"
    assert b"10.0.0.1" not in answer.content


def test_what_nobody_foresaw_is_500_without_a_word_of_it(karin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("Maj-Britt")

    client = world.signed_in(karin)
    client.raise_request_exception = False
    monkeypatch.setattr("api.home._assignments", broken)
    answer = client.get("/api/v1/home")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "internal"
    assert b"Maj-Britt" not in answer.content


def test_too_many_calls_are_told_when_to_come_back(karin: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(UserRateThrottle, "THROTTLE_RATES", {"user": "2/min"})
    client = world.signed_in(karin)
    answers = [client.get("/api/v1/notifications") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "too_many_requests"


# The last is what a cursor is made of, around a position that is no time.
BAD_PAGES = [
    "limit=0",
    "limit=201",
    "limit=x",
    "limit=-1",
    "limit=١",
    "limit=",
    f"limit={'1' * 5000}",  # more digits than Python reads as a number
    "cursor=nonsense",
    "cursor=cD1ub25zZW5zZQ==",
]


@pytest.mark.parametrize("query", BAD_PAGES, ids=range(len(BAD_PAGES)))
def test_a_page_that_can_not_be_is_refused(query: str, karin: User) -> None:
    answer = world.signed_in(karin).get(f"/api/v1/notifications?{query}")
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["pointer"] in ("/limit", "/cursor")


@pytest.mark.parametrize("month", ["2026-13", "2026", "x", "2026-00", "0000-01", "2026-1", "٢٠٢٦-٠١"])
def test_a_month_that_is_none_is_refused(month: str, karin: User, assignment: Assignment) -> None:
    client = world.signed_in(karin)
    for account in ("quota", "allowance"):
        answer = client.get(f"/api/v1/assignments/{assignment.pk}/{account}?month={month}")
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/month")


def test_large_answers_are_gzipped(karin: User, assignment: Assignment, noon: object) -> None:
    for days in range(5):
        world.make_occasion(assignment, world.NOW + timedelta(days=days))
    answer = world.signed_in(karin).get("/api/v1/occasions", headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
