"""The main job over HTTP, with nothing but an address and the accounts that the demo prints.

By hand, against a running demo: `.venv/bin/python -m tests.journeys.main_job [URL [FOLDER OF PICTURES]]`.
"""

import io
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self
from uuid import uuid4
from zoneinfo import ZoneInfo

import httpx
from PIL import Image, ImageDraw

PASSWORD = "tillfalle-demo"
READY_SECONDS = 30
STOCKHOLM = ZoneInfo("Europe/Stockholm")
Json = Any


class Phone:
    """Somebody signed in, on a phone."""

    def __init__(self, url: str, email: str, *, language: str = "sv") -> None:
        """Sign in."""
        self.http = httpx.Client(
            base_url=url, timeout=30, headers={"Accept-Language": language}, follow_redirects=True
        )
        answer = self.http.post("/_allauth/app/v1/auth/login", json={"email": email, "password": PASSWORD})
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['meta']['access_token']}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.http.close()

    def __call__(self, method: str, path: str, status: int = 200, **options: Any) -> Json:
        """Call, and expect a status; return what was answered."""
        answer = self.http.request(method, f"/api/v1{path}", **options)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        if status >= 400:
            assert answer.headers["Content-Type"] == "application/problem+json"
        is_json = answer.headers.get("Content-Type", "").endswith("json")
        return answer.json() if is_json else answer.content

    def get(self, path: str, status: int = 200) -> Json:
        """Read."""
        return self("GET", path, status)

    def post(self, path: str, body: Json = None, status: int = 200) -> Json:
        """Do."""
        return self("POST", path, status, json=body or {})


def drawn_receipts(count: int = 10) -> list[bytes]:
    """Draw till receipts."""
    found = []
    for number in range(count):
        picture = Image.new("RGB", (900, 1400), "white")
        text = f"KIOSK EXEMPEL\n\nSUMMA {49 + number},00 SEK\nMoms 12 %"
        ImageDraw.Draw(picture).multiline_text((90, 90), text, fill="black", font_size=48)
        file = io.BytesIO()
        picture.save(file, "JPEG")
        found.append(file.getvalue())
    return found


def plan_until_exceeded(karin: Phone, assignment: str) -> list[str]:
    """Plan one occasion after the other in a month to come, until the quota says no; then cancel the last.

    The policy may let people go ahead of themselves, and so a little further than to 0.
    """
    day = (
        datetime.now(STOCKHOLM).replace(day=1, hour=17, minute=0, second=0, microsecond=0) + timedelta(days=62)
    ).replace(day=2)
    month = f"{day:%Y-%m}"
    left = karin.get(f"/assignments/{assignment}/quota?month={month}")["remaining"]
    planned: list[str] = []
    while True:
        starts_at = day + timedelta(days=len(planned))
        body = {
            "id": str(uuid4()),
            "assignment": assignment,
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=2)).isoformat(),
            "title": "Bio",
        }
        if _is_refused(karin, body):
            break
        planned.append(body["id"])
        assert karin.post("/occasions", body)["id"] == body["id"]  # The answer was lost.
    quota = karin.get(f"/assignments/{assignment}/quota?month={month}")
    assert quota["remaining"] == left - len(planned) <= 0
    assert quota["remaining"] == quota["granted"] + quota["carried_in"] + quota["adjustments"] - quota["planned"]
    karin.post(f"/occasions/{planned[-1]}/cancel", {"cancelled_by": "contact_person", "reason": "En för mycket."})
    again = karin.get(f"/assignments/{assignment}/quota?month={month}")
    assert again["remaining"] == quota["remaining"] + 1
    return planned


def _is_refused(karin: Phone, body: Json) -> bool:
    """Plan, and tell whether the quota is exceeded by it."""
    answer = karin.http.post("/api/v1/occasions", json=body)
    assert answer.status_code in (201, 409), answer.text
    assert answer.status_code == 201 or answer.json()["code"] == "quota_exceeded", answer.text
    return answer.status_code == 409


def log_what_was_held(karin: Phone, assignment: str) -> str:
    """Complete the occasion that waits since yesterday, with two activities."""
    unlogged = karin.get(f"/occasions?status=planned&assignment={assignment}")["results"]
    occasion = next(
        one for one in reversed(unlogged) if datetime.fromisoformat(one["ends_at"]) < datetime.now(STOCKHOLM)
    )
    done = {"activities": [{"kind": "walk"}, {"kind": "coffee", "note": "Semlor"}], "note": "En fin dag."}
    held = karin.post(f"/occasions/{occasion['id']}/complete", done)
    assert held["status"] == "completed"
    assert [activity["kind"] for activity in held["activities"]] == ["walk", "coffee"]
    assert karin.post(f"/occasions/{occasion['id']}/complete", done) == held
    return str(occasion["id"])


def claim(karin: Phone, assignment: str, occasion: str, pictures: list[bytes]) -> list[Json]:
    """Send each receipt in with an expense, and submit it."""
    claimed = []
    for number, picture in enumerate(pictures):
        receipt = karin("POST", "/receipts", 201, files={"file": ("kvitto.jpg", picture)})
        assert receipt["status"] == "processing"  # and nobody waits: it is claimed and submitted meanwhile
        expense = karin.post(
            "/expenses",
            {
                "assignment": assignment,
                "occasion": occasion,
                "category": "meal",
                "claimed_amount": f"{49 + number}.00",
                "spent_on": f"{datetime.now(STOCKHOLM) - timedelta(days=1):%Y-%m-%d}",
                "receipt": receipt["id"],
            },
            201,
        )
        assert karin.post(f"/expenses/{expense['id']}/submit")["status"] == "submitted"
        claimed.append(expense)
    return claimed


def look_at(inger: Phone, claimed: list[Json]) -> None:
    """See each receipt, once it has been looked through."""
    for one in claimed:
        path, deadline = f"/receipts/{one['receipt']}", time.monotonic() + READY_SECONDS
        while inger.get(path)["status"] == "processing" and time.monotonic() < deadline:
            time.sleep(0.1)
        assert inger.get(path)["status"] == "ready"
        assert Image.open(io.BytesIO(inger.get(f"{path}/preview"))).format == "WEBP"


def decide(inger: Phone, claimed: list[Json]) -> None:
    """Look at a receipt, approve one expense for less, return one and reject one."""
    waiting = {one["id"] for one in inger.get("/expenses?status=submitted&limit=200")["results"]}
    assert waiting >= {one["id"] for one in claimed}
    look_at(inger, claimed)
    less, returned, rejected = (f"/expenses/{one['id']}" for one in claimed[:3])
    assert (
        inger.post(f"{less}/approve", {"approved_amount": "40.00"}, 400)["errors"][0]["code"] == "reason_required"
    )
    approved = inger.post(f"{less}/approve", {"approved_amount": "40.00", "reason": "Pant ersätts inte."})
    assert (approved["status"], approved["approved_amount"]) == ("approved", "40.00")
    assert inger.post(f"{returned}/return", {"reason": "Ta om bilden."})["status"] == "returned"
    assert inger.post(f"{rejected}/reject", {"reason": "Hör inte hit."})["status"] == "rejected"
    assert inger.post(f"{rejected}/approve", status=409)["present"]["status"] == "rejected"


def see_it_all(karin: Phone, claimed: list[Json]) -> None:
    """Read what the coordinator decided, and be told of it."""
    seen = [karin.get(f"/expenses/{one['id']}") for one in claimed[:3]]
    assert [one["status"] for one in seen] == ["approved", "returned", "rejected"]
    assert [one["reason"] for one in seen] == ["Pant ersätts inte.", "Ta om bilden.", "Hör inte hit."]
    told = {(one["kind"], one["subject"]["id"]) for one in karin.get("/notifications?unread=true")["results"]}
    wanted = zip(
        ["expense_approved", "expense_returned", "expense_rejected"], (one["id"] for one in claimed), strict=False
    )
    assert told >= set(wanted)
    assert karin.get("/home")["unread"] >= 3


def find_nothing(stranger: Phone, paths: list[str]) -> None:
    """Be told of each thing that it does not exist."""
    for path in paths:
        assert stranger.get(path, 404)["code"] == "not_found"
    for path in paths:
        if path.startswith("/occasions/"):
            stranger.post(f"{path}/complete", status=404)
        elif path.startswith("/expenses/") and path.count("/") == 2:
            stranger.post(f"{path}/submit", status=404)


def run(url: str, pictures: list[bytes], tell: Callable[[str], object] = print) -> list[Json]:
    """Do the main job; return the expenses that were claimed. Raise AssertionError where it fails."""
    with (
        Phone(url, "kontaktperson1@kalix.example") as karin,
        Phone(url, "samordnare@kalix.example") as inger,
        Phone(url, "kontaktperson1@leksand.example") as stranger,
    ):
        device = {"platform": "android", "fid": f"phone-{uuid4()}", "locale": "sv-SE", "app_version": "1.0.0"}
        karin("PUT", f"/devices/{uuid4()}", 201, json=device)
        home = karin.get("/home")
        tell(f"signed in; home shows {len(home['assignments'])} assignments and {home['to_do']}")
        assignment = next(one["id"] for one in home["assignments"] if one["quota"]["granted"] == 4)
        planned = plan_until_exceeded(karin, assignment)
        tell(f"planned {len(planned)} occasions, the next one exceeded the quota; cancelled the last")
        occasion = log_what_was_held(karin, assignment)
        tell("completed yesterday's with two activities")
        started = time.monotonic()
        claimed = claim(karin, assignment, occasion, pictures)
        tell(f"claimed {len(claimed)} receipts in {time.monotonic() - started:.1f} s")
        decide(inger, claimed)
        tell("the coordinator approved one for less, returned one, rejected one")
        see_it_all(karin, claimed)
        tell("the contact person sees it all")
        paths = [f"/assignments/{assignment}{part}" for part in ("", "/quota", "/allowance")]
        paths += [f"/occasions/{one}" for one in (*planned, occasion)] + [
            f"/expenses/{one['id']}" for one in claimed
        ]
        paths += [f"/receipts/{one['receipt']}{part}" for one in claimed for part in ("", "/file", "/preview")]
        find_nothing(stranger, paths)
        tell(f"a contact person of the other municipality found none of {len(paths)}")
    return claimed


if __name__ == "__main__":
    given = dict(enumerate(sys.argv[1:]))
    folder = Path(given[1]) if 1 in given else None
    found = [path.read_bytes() for path in sorted(folder.glob("*.jpg"))[:10]] if folder else drawn_receipts()
    run(given.get(0, "http://127.0.0.1:8000"), found)
