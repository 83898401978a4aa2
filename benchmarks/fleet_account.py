"""What the server has of every write, and whether each phone has what the server shows its person."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Count

from assignments.models import LateWrite
from benchmarks.fleet_network import Network
from benchmarks.fleet_phone import CREATES, Phone, Store, Write
from expenses.models import Expense, ExpenseEvent, PreApproval, Receipt
from notifications.models import Notification
from occasions.models import Activity, Occasion, OccasionSeries

LISTS = {
    "assignment": "assignments",
    "series": "occasion-series",
    "occasion": "occasions",
    "pre_approval": "pre-approvals",
    "expense": "expenses",
    "notification": "notifications",
}
TAG = re.compile(r"w\d+")
SHARED = ("submit", "read")


@dataclass
class Account:
    """What was wrong, in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)  # refused, and there all the same

    @property
    def lines(self) -> list[str]:
        """All of it, a line each."""
        return [f"{name}: {one}" for name in ("lost", "doubled", "undone") for one in getattr(self, name)]


def account_for(writes: Collection[Write], waiting: set[str], listed: list[Any]) -> Account:
    """Look for each write on the server; `waiting` are the ids of items still in a phone, `listed` late writes."""
    effects, late, found = _effects(), _late(listed), Account()
    never_made = _never_made(writes)
    submitted: Counter[str] = Counter()
    for write in writes:
        kept = late[write.item["id"]]
        if write.what in SHARED:  # two phones that say so of one object leave one effect
            submitted[write.object_id] += write.fate in ("done", "")
            there = effects[write.what, write.object_id] if write.fate == "done" else 0
        else:
            there = effects[write.tag, write.object_id if write.what == "amount" else ""]
        said = (
            f"{write.what} {write.tag} {write.item['id']}: {write.fate} {write.code}, there {there}, late {kept}"
        )
        if there + kept > 1:
            found.doubled.append(said)
        elif write.fate in ("refused", "conflict"):
            if there + kept:
                found.undone.append(said)
            elif write.code == "not_found" and (write.what in CREATES or write.object_id not in never_made):
                found.lost.append(said)  # it was the person's: to be done, or kept for a coordinator
        elif write.fate:
            if (there, kept) != ((0, 1) if write.fate == "late" else (1, 0)):
                found.lost.append(said)
        elif write.item["id"] not in waiting:
            found.lost.append(said)
    found.doubled += _done_twice(submitted)
    return found


def _never_made(writes: Collection[Write]) -> set[str]:
    """Name what was to be created, and was refused each time."""
    made: defaultdict[str, set[str]] = defaultdict(set)
    for write in writes:
        if write.what in CREATES:
            made[write.object_id].add(write.fate)
    refused = {"refused", "conflict"}
    return {object_id for object_id, fates in made.items() if fates <= refused and fates}


def _late(listed: list[Any]) -> Counter[str]:
    """Count the late writes that the coordinators' list shows, by item."""
    items = {pk: str(item) for pk, item in LateWrite.objects.values_list("pk", "item_id")}
    return Counter(items[pk] for pk in listed)


def _effects() -> Counter[tuple[str, str]]:
    """Count where each tag is; of what has no text of its own, by the object that it is about."""
    found: Counter[tuple[str, str]] = Counter()
    texts: list[str] = []
    texts += Occasion.objects.filter(series=None).values_list("place", flat=True)
    texts += OccasionSeries.objects.values_list("place", flat=True)
    for name in ("note", "title", "reason"):
        texts += Occasion.objects.values_list(name, flat=True)
    for model in (Activity, Expense, PreApproval):
        texts += model.objects.values_list("note", flat=True)
    found.update((tag, "") for text in texts for tag in TAG.findall(text))
    for event in ExpenseEvent.objects.filter(action="edit"):
        found.update(
            (one["new"], str(event.expense_id)) for one in event.changes if one["field"] == "claimed_amount"
        )
    found.update({("submit", str(event.expense_id)) for event in ExpenseEvent.objects.filter(action="submit")})
    read = Notification.objects.exclude(read_at=None).values_list("pk", "version")
    return found + Counter({("read", str(pk)): version - 1 for pk, version in read})


def _done_twice(submitted: Counter[str]) -> Iterator[str]:
    """Name the objects that more was done with than anybody asked for."""
    steps = ExpenseEvent.objects.filter(action="submit").values_list("expense").annotate(Count("pk"))
    for expense, count in steps:
        if count > submitted[str(expense)]:
            yield f"expense {expense} was submitted {count} times for {submitted[str(expense)]} items"
    done = Counter(Activity.objects.values_list("occasion", flat=True))
    for occasion in Occasion.objects.all():
        texts = f"{occasion.note} {occasion.title} {occasion.reason}"
        asked = len(TAG.findall(texts)) + done[occasion.pk]
        if occasion.version != 1 + asked:
            yield f"occasion {occasion.pk} has version {occasion.version} after {asked} writes"
    days = Counter(Occasion.objects.exclude(series=None).values_list("series", "original_day"))
    yield from (
        f"series {series} has {count} occasions on {day}" for (series, day), count in days.items() if count > 1
    )


def differences(phone: Phone) -> list[str]:
    """Tell how a phone's copy differs from what a new one is sent, and from the server's own lists."""
    receipts = [str(pk) for pk in Receipt.objects.filter(owner=UUID(phone.user_id)).values_list("pk", flat=True)]
    connection.close()  # it is this thread's
    new = Phone(
        user_id=phone.user_id,
        installation_id=phone.installation_id,
        network=Network(phone.network.port, Random(0), is_lossy=False),
        renew=phone.renew,
        chance=Random(0),
    )
    new.pull(200)
    told = _told_by_lists(new, receipts)
    new.network.close()
    return [*differ("new phone", phone.store, new.store), *differ("lists", phone.store, told)]


def differ(whose: str, store: Store, told: Store) -> Iterator[str]:
    """Tell how a store differs from what was told, as far as it keeps that."""
    yield from (f"{whose}: {key} is missing in the phone" for key in told.keys() - store.keys())
    for key, one in store.items():
        if key not in told:
            yield f"{whose}: {key} is only in the phone"
        elif other := {name: (one[name], told[key].get(name)) for name in one if one[name] != told[key].get(name)}:
            yield f"{whose}: {key} differs in {other}"


def _told_by_lists(phone: Phone, receipts: list[str]) -> Store:
    store: Store = {}
    for type_, name in LISTS.items():
        path = f"/api/v1/{name}?limit=200"
        while path:
            page = _read(phone, path) or {"results": [], "next": None}
            store |= {(type_, one["id"]): one for one in page["results"]}
            path = "/" + page["next"].split("/", 3)[3] if page["next"] else ""
    for receipt in receipts:
        if shown := _read(phone, f"/api/v1/receipts/{receipt}"):
            store["receipt", receipt] = shown
    return store


def _read(phone: Phone, path: str) -> Any:
    status, answer = phone.network.call("GET", path, phone.token)
    return answer if status == 200 else None
