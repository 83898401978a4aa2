"""What a contact person does on a phone, and how they answer when something comes back.

Each write leaves a tag of its own somewhere on the server, so that it can be found again, once.
"""

import itertools
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

from benchmarks.fleet_phone import Phone, Write

EDITABLE = ("planned", "completed")
LONGEST_TITLE = 150


class Budget:
    """How many writes are still to be made by all phones together."""

    def __init__(self, count: int) -> None:
        """Take how many."""
        self.count, self.made = count, 0
        self.writes: list[Write] = []
        self._numbers = itertools.count(1)
        self._lock = Lock()

    def take(self) -> int | None:
        """Return the number of the next write; None when there are none left."""
        with self._lock:
            if self.made >= self.count:
                return None
            self.made += 1
            return next(self._numbers)  # which comes once, also where a write was given back

    def give_back(self) -> None:
        """Let somebody else make it."""
        with self._lock:
            self.made -= 1


class People:
    """All contact persons: the writes that they made."""

    def __init__(self, budget: Budget) -> None:
        """Take how many they are to make."""
        self.budget = budget

    def write(self, phone: Phone) -> bool:
        """Do something on a phone; return False when there is nothing more to do."""
        number = self.budget.take()
        if number is None:
            return False
        wishes = phone.chance.choices(list(WISHES), list(WEIGHTS), k=4)
        for what in wishes:
            if found := WISHES[what](phone, f"w{number}", number):
                method, path, body, base = found
                self._note(phone, phone.queue.append, what, f"w{number}", item_of(phone, method, path, body, base))
                return True
        self.budget.give_back()
        return True

    def correct(self, phone: Phone, write: Write, answer: Any) -> Write | None:
        """Say again what was refused, as a new item, if it can be said otherwise."""
        mend = MENDED.get(str(write.code))
        number = self.budget.take() if mend else None
        if mend is None or number is None:
            return None
        kept: list[Write] = []
        changed = mend(phone, write, answer, f"w{number}", number)
        if changed is None:
            self.budget.give_back()
            return None
        body, base = changed
        item = item_of(phone, write.item["method"], write.item["path"], body, base)
        self._note(phone, kept.append, write.what, f"w{number}", item)
        return kept[0]

    def _note(
        self, phone: Phone, keep: Callable[[Write], None], what: str, tag: str, item: dict[str, Any]
    ) -> None:
        write = Write(what, item["body"].get("claimed_amount", tag) if what == "amount" else tag, item)
        self.budget.writes.append(write)
        keep(write)


def item_of(phone: Phone, method: str, path: str, body: Any, base: Any) -> dict[str, Any]:
    """Return an item of the phone's queue."""
    item = {
        "id": phone.new_id(),
        "made_by": phone.user_id,
        "installation_id": phone.installation_id,
        "made_at": phone.now().isoformat(),
        "method": method,
        "path": path,
        "body": body,
    }
    waits_for = [
        one.item["id"] for one in phone.queue if path.split("/")[2:] and path.split("/")[2] == one.object_id
    ]
    if waits_for:
        item["depends_on"] = waits_for[:1]
    return item if base is None else item | {"base": base}


Found = tuple[str, str, dict[str, Any], Any] | None
Mended = tuple[dict[str, Any], Any] | None


def amount_of(number: int) -> str:
    """Return an amount (SEK) that no other write has."""
    return f"{100 + number / 100:.2f}"


def _times(phone: Phone) -> dict[str, str]:
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    start = midnight + timedelta(days=phone.chance.randint(-60, 60), hours=phone.chance.randint(6, 20))
    return {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}


def _pick(phone: Phone, type_: str, fits: Callable[[Any], bool]) -> tuple[str, Any] | None:
    fitting = [(row_id, one) for row_id, one in sorted(phone.shows(type_).items()) if fits(one)]
    return phone.chance.choice(fitting) if fitting else None


def _new(phone: Phone, path: str, **body: Any) -> Found:
    own = _pick(phone, "assignment", lambda _: True)
    return ("POST", path, {"id": phone.new_id(), "assignment": own[0], **body}, None) if own else None


def _plan(phone: Phone, tag: str, number: int) -> Found:
    return _new(phone, "/occasions", place=tag, **_times(phone))


def _series(phone: Phone, tag: str, number: int) -> Found:
    return _new(phone, "/occasion-series", rule="FREQ=WEEKLY;COUNT=3", place=tag, **_times(phone))


def _ask(phone: Phone, tag: str, number: int) -> Found:
    return _new(phone, "/pre-approvals", category="coins", amount=amount_of(number), note=tag)


def _claim(phone: Phone, tag: str, number: int) -> Found:
    spent_on = (phone.now() - timedelta(days=phone.chance.choice((0, 0, 1, 5, 20)))).date()
    body: dict[str, Any] = {"category": "coins", "claimed_amount": amount_of(number), "note": tag}
    found = _new(phone, "/expenses", spent_on=spent_on.isoformat(), **body)
    if found and phone.chance.random() < 0.3 and (receipt := _pick(phone, "receipt", lambda _: True)):
        found[2].update(receipt=receipt[0], category="ticket")
    own = found[2]["assignment"] if found else ""
    if (
        found
        and phone.chance.random() < 0.5
        and (about := _pick(phone, "occasion", lambda one: one["assignment"] == own))
    ):
        found[2]["occasion"] = about[0]
    return found


def _append(field: str, longest: int) -> Callable[[Phone, str, int], Found]:
    def add(phone: Phone, tag: str, number: int) -> Found:
        found = _pick(phone, "occasion", lambda one: one["status"] in EDITABLE and len(one[field]) < longest)
        if not found:
            return None
        row_id, seen = found
        return "PATCH", f"/occasions/{row_id}", {field: f"{seen[field]} {tag}".strip()}, seen

    return add


def _complete(phone: Phone, tag: str, number: int) -> Found:
    now = phone.now()
    found = _pick(
        phone,
        "occasion",
        lambda one: (
            one["status"] in EDITABLE
            and not one.get("activities")
            and not one.get("settled")
            and datetime.fromisoformat(one["starts_at"]) < now
        ),
    )
    activity = {"kind": "coffee", "note": tag}
    return ("POST", f"/occasions/{found[0]}/complete", {"activities": [activity]}, None) if found else None


def _cancel(phone: Phone, tag: str, number: int) -> Found:
    found = _pick(phone, "occasion", lambda one: one["status"] == "planned")
    return (
        ("POST", f"/occasions/{found[0]}/cancel", {"cancelled_by": "client", "reason": tag}, None)
        if found
        else None
    )


def _submit(phone: Phone, tag: str, number: int) -> Found:
    found = _pick(phone, "expense", lambda one: one["status"] in ("draft", "returned"))
    return ("POST", f"/expenses/{found[0]}/submit", {}, None) if found else None


def _amount(phone: Phone, tag: str, number: int) -> Found:
    found = _pick(phone, "expense", lambda one: one["status"] != "rejected")
    if not found:
        return None
    return "PATCH", f"/expenses/{found[0]}", {"claimed_amount": amount_of(number)}, found[1]


def _read(phone: Phone, tag: str, number: int) -> Found:
    found = _pick(phone, "notification", lambda one: one["read_at"] is None)
    return ("POST", f"/notifications/{found[0]}/read", {}, None) if found else None


WISHES: Mapping[str, Callable[[Phone, str, int], Found]] = {
    "plan": _plan,
    "note": _append("note", 3000),
    "title": _append("title", LONGEST_TITLE),
    "complete": _complete,
    "cancel": _cancel,
    "claim": _claim,
    "submit": _submit,
    "amount": _amount,
    "series": _series,
    "ask": _ask,
    "read": _read,
}
WEIGHTS = (6, 6, 4, 3, 1, 5, 5, 3, 1, 1, 2)


def _choose(phone: Phone, write: Write, answer: Any, tag: str, number: int) -> Mended:
    """Keep what the other wrote, and add one's own; of two amounts a third."""
    present, [field] = answer["present"], write.item["body"]
    if field == "claimed_amount":
        return {field: amount_of(number)}, present
    both = f"{present[field]} {tag}".strip()
    return ({field: both}, present) if len(both) < LONGEST_TITLE else None


def _another_time(phone: Phone, write: Write, answer: Any, tag: str, number: int) -> Mended:
    return write.item["body"] | {"place": tag} | _times(phone), None


def _another_day(phone: Phone, write: Write, answer: Any, tag: str, number: int) -> Mended:
    day = (phone.now() - timedelta(days=3)).date().isoformat()
    body = write.item["body"] | {"spent_on": day}
    return (body | {"note": tag}, None) if write.what == "claim" else None


MENDED: Mapping[str, Callable[[Phone, Write, Any, str, int], Mended]] = {
    "edit_conflict": _choose,
    "overlapping": _another_time,
    "spent_in_future": _another_day,
}
