"""What a phone had to send while it had no network: in order, each item on its own, as if it was called now."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.urls import ResolverMatch
from django.utils import timezone
from rest_framework.exceptions import ErrorDetail, ValidationError

from api.queue_calls import Answer, Calls, expect_database, find_route, shown_at
from api.queue_items import Item, creates_in, id_of, names_in, read_item, texts_in
from api.queue_merging import EditConflict, SameValue, compare
from assignments.late_write_services import KeptForCoordinator, find_late_writes, find_lost, keep_late_write
from assignments.models import Assignment
from assignments.sent_items import claim_item, fingerprints_of, forget_sent_items
from core.errors import DomainError, IdConflict
from core.text import Text
from notifications.models import Device
from people.models import User

TRIES = 5
NEVER = 0  # no version: an edit of it goes through only when all of it is so already
# How an assignment is found from what a path names.
ASSIGNMENT_OF = {
    "occasion_id": "occasions",
    "series_id": "series",
    "pre_approval_id": "pre_approvals",
    "expense_id": "expenses",
}


class MadeByAnother(DomainError):
    """Phones are shared: what one wrote is not booked to another."""

    status = 403
    code = "made_by_another"
    text = Text(
        sv="Det här skrevs av någon annan, eller i en annan telefon. Det skickas när den personen loggar in.",
        en="Somebody else wrote this, or on another phone. It is sent when that person signs in.",
    )


class DependencyFailed(DomainError):
    """What it builds on was not done."""

    status = 424
    code = "dependency_failed"
    text = Text(
        sv="Väntar på något tidigare i kön som inte gick igenom.",
        en="Waits for something earlier in the queue that did not go through.",
    )


class Sending:
    """One queue on its way: what it has met so far."""

    def __init__(self, calls: Calls, user: User, given: Iterable[Any], now: datetime) -> None:
        self.calls, self.user = calls, user
        self.read = [(one, _read(one)) for one in given]
        items = [item for _, item in self.read if isinstance(item, Item)]
        named = {name for item in items for name in item.names}
        ids = {item.id for item in items}
        own = Device.objects.filter(user=user, installation_id__in={item.installation_id for item in items})
        self.phones = set(own.values_list("installation_id", flat=True))
        self.done = fingerprints_of(user, ids)
        kept = find_late_writes(user, ids.union(*(item.depends_on for item in items)), named)
        self.kept = {late.item_id for late in kept}
        # By the ids of items, and of what they were to create: the ended assignments that they were about.
        self.late = {str(name): late.assignment for late in kept for name in (late.item_id, *late.creates)}
        self.pending = ids
        self.failed: set[str] = set()  # ids of items, and of what they were to create
        self.stuck: set[str] = set()  # ids of what they were about
        forget_sent_items(user, now)

    def send_all(self) -> list[dict[str, Any]]:
        """Send the items in order and return the results. Raise OperationalError when the database goes away."""
        answers: dict[UUID, Answer] = {}
        results = []
        for given, item in self.read:
            if not isinstance(item, Item):
                answer = self.calls.refuse(item)
            elif item.id in answers:  # the very same, twice
                answer = answers[item.id]
            else:
                answer = answers[item.id] = self._answer(item, timezone.now())
                self.pending.discard(item.id)
            if answer.is_failure:
                self._note_failure(given)
            results.append({"id": id_of(given), "status": answer.status, "code": answer.code, "body": answer.body})
        return results

    def _note_failure(self, given: Any) -> None:
        if not isinstance(given, dict):
            return
        self.failed |= {str(id_of(given)), *creates_in(given.get("body"))}
        self.stuck |= names_in(str(given.get("path", "")).split("/"))

    def _answer(self, item: Item, now: datetime) -> Answer:
        try:
            answer = self._send(item, now)
        except (DomainError, ValidationError) as error:
            answer = self.calls.refuse(error)
        if answer.status == 503:
            expect_database()
        return answer

    def _send(self, item: Item, now: datetime) -> Answer:
        if item.made_by != self.user.pk or item.installation_id not in self.phones:
            raise MadeByAnother
        match = find_route(item.method, item.path)
        if item.id in self.kept:
            return self._keep(item, self.late[str(item.id)], now)
        if item.id in self.done:
            return self._send_again(item, match, self.done[item.id])
        self._expect_ready(item)
        builds_on = {*item.names, *map(str, item.depends_on)} & self.late.keys()
        if builds_on:
            return self._keep(item, self.late[min(builds_on)], now)
        return self._send_once(item, match, now)

    def _expect_ready(self, item: Item) -> None:
        """Raise DependencyFailed, or ValidationError for what is to depend on something later."""
        if not self.pending.isdisjoint(item.depends_on):
            raise ValidationError({"depends_on": ErrorDetail("?", "later")})
        builds_on = item.names.union(map(str, item.depends_on))
        if not self.failed.isdisjoint(builds_on) or not self.stuck.isdisjoint(item.about):
            raise DependencyFailed

    def _send_once(self, item: Item, match: ResolverMatch, now: datetime) -> Answer:
        """Do or keep it and note that this was so, both or neither. The same item elsewhere is waited for."""
        with transaction.atomic():
            if claim_item(self.user, item.id, item.asked, now):
                answer = self._do_or_keep(item, match, now)
                if answer.is_failure:
                    transaction.set_rollback(True)
                return answer
        if late := find_late_writes(self.user, [item.id], []):
            return self._keep(item, late[0].assignment, now)
        return self._send_again(item, match, fingerprints_of(self.user, [item.id]).get(item.id, ""))

    def _do_or_keep(self, item: Item, match: ResolverMatch, now: datetime) -> Answer:
        """Make the call; keep it when it is about an assignment that has ended."""
        wanted = _wanted(item, match)
        for _ in range(TRIES):  # an assignment that comes back between two questions makes it another try
            with transaction.atomic():
                answer = self._make(item) if item.base is None else self._merge(item, match)
                if answer.is_failure:
                    transaction.set_rollback(True)
            if answer.status != 404:
                break
            if lost := find_lost(self.user, wanted, now):
                return self._keep(item, lost, now)
            if not Assignment.objects.own(self.user, now=now).filter(wanted).exists():
                break
        return answer

    def _send_again(self, item: Item, match: ResolverMatch, asked: str) -> Answer:
        """Show what an item that is done was about, as it is now, if it is still in sight. Raise IdConflict."""
        if item.asked != asked:
            raise IdConflict(field="id")
        path = shown_at(item.method, match)
        # Calls without such a path know themselves for what they are, whatever version there is by now.
        answer = self.calls.make("GET", path) if path else self._make(item, NEVER)
        return Answer(200, {} if answer.is_failure else answer.body)

    def _make(self, item: Item, version: int | None = None) -> Answer:
        return self.calls.make(item.method, item.path, item.body, item.version if version is None else version)

    def _merge(self, item: Item, match: ResolverMatch) -> Answer:
        """Edit what the phone had seen, as it is now. Raise BaseIncomplete."""
        view: Any = match.func
        same = SameValue(view.view_class.commands[item.method]())
        answer = Answer(412, {})
        for _ in range(TRIES):  # whoever edits between looking and writing makes it another look
            present = self.calls.make("GET", item.path)
            if present.is_failure:
                return present
            route, base = str(match.url_name), cast(dict[str, Any], item.base)
            found = compare(route, base=base, wanted=item.body, present=present.body, same=same)
            if found.conflicts:
                refused = self.calls.refuse(EditConflict())
                more = {"conflicts": found.conflicts, "present": present.body}
                return Answer(refused.status, refused.body | more)
            if found.holds:
                answer = self._make(item, NEVER)
            if not found.holds or answer.status == 412:
                answer = self._make(item, present.body["version"])
            if answer.status != 412:
                break
        return answer

    def _keep(self, item: Item, assignment: Assignment, now: datetime) -> Answer:
        """Keep it for a coordinator, and with it what builds on it. Raise IdConflict."""
        keep_late_write(
            user=self.user,
            assignment=assignment,
            item_id=item.id,
            asked=item.asked,
            now=now,
            installation_id=item.installation_id,
            made_at=item.made_at,
            method=item.method,
            path=item.path,
            body=item.body,
            creates=sorted(item.creates),
        )
        self.late |= dict.fromkeys({str(item.id), *item.creates}, assignment)
        return self.calls.refuse(KeptForCoordinator())


def _read(given: Any) -> Item | ValidationError:
    try:
        return read_item(given)
    except ValidationError as error:
        return error


def _wanted(item: Item, match: ResolverMatch) -> Q:
    """Tell which assignments an item is about: those that its body names, and that of the object in its path."""
    named = names_in(text for key, text in texts_in(item.body) if key == "assignment")
    wanted = Q(pk__in=named)
    for name in ASSIGNMENT_OF.keys() & match.kwargs.keys():
        wanted |= Q(**{ASSIGNMENT_OF[name]: match.kwargs[name]})
    return wanted
