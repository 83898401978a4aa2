"""What the demo is filled with: two municipalities, and invented people in every state of things."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.core.files.base import ContentFile
from django.db import transaction
from PIL import Image, ImageDraw

from assignments.models import Assignment, Decision, Policy
from core.periods import local_moment
from expenses.models import Expense, ExpenseCategory, Receipt
from notifications.messages import Kind
from notifications.services import notify
from occasions.models import Activity, ActivityKind, Occasion
from people.models import Client, Membership, Municipality, Role, User

ACCOUNTS = [
    ("kontaktperson1", "Karin Ek", Role.CONTACT_PERSON),
    ("kontaktperson2", "Sven Lund", Role.CONTACT_PERSON),
    ("samordnare", "Inger Berg", Role.COORDINATOR),
    ("handlaggare", "Bo Falk", Role.CASE_OFFICER),
    ("lon", "Lena Hed", Role.PAYROLL_OFFICER),
    ("admin", "Ada Nyman", Role.ADMINISTRATOR),
]
ACTIVITY_KINDS = [
    ("cinema", "Bio", "Cinema"),
    ("coffee", "Fika", "Coffee"),
    ("walk", "Promenad", "Walk"),
    ("dinner", "Middag ute", "Dinner out"),
    ("training", "Träning", "Training"),
    ("outing", "Utflykt", "Outing"),
    ("other", "Annat", "Something else"),
]
EXPENSE_CATEGORIES = [
    ("ticket", "Biljett", "Ticket", True),
    ("meal", "Mat och fika", "Food and coffee", True),
    ("training", "Träning", "Training", True),
    ("other", "Annat", "Something else", True),
    ("coin_machine", "Automat utan kvitto", "Machine without receipts", False),
]


@dataclass(frozen=True)
class Place:
    """A municipality of the demo: its weights and its invented clients."""

    code: str
    name: str
    weights: list[list[int]]
    clients: tuple[str, str, str]


PLACES = [
    Place("kalix", "Kalix", [[0, 1], [300, 2], [600, 3]], ("Maj-Britt Öberg", "Nils Strand", "Elsa Vik")),
    Place("leksand", "Leksand", [[0, 1], [240, 2]], ("Gun Dahlin", "Olof Mattsson", "Siri Ahl")),
]


def seed(password: str, now: datetime) -> list[str]:
    """Fill in the municipalities that are not there yet; return their names. What is there stays as it is."""
    hashed = make_password(password)
    made = []
    for place in PLACES:
        if not Municipality.objects.filter(code=place.code).exists():
            with transaction.atomic():
                _fill(place, hashed, now)
            made.append(place.name)
    return made


def _fill(place: Place, hashed: str, now: datetime) -> None:
    municipality = Municipality.objects.create(code=place.code, name=place.name)
    today = municipality.today(now)
    Policy.objects.create(municipality=municipality, first_day=date(2020, 1, 1), weight_steps=place.weights)
    for code, sv, en in ACTIVITY_KINDS:
        ActivityKind.objects.create(municipality=municipality, code=code, name_sv=sv, name_en=en)
    for code, sv, en, needs_receipt in EXPENSE_CATEGORIES:
        ExpenseCategory.objects.create(
            municipality=municipality, code=code, name_sv=sv, name_en=en, needs_receipt=needs_receipt
        )
    users = {name: _user(name, full_name, role, municipality, hashed) for name, full_name, role in ACCOUNTS}
    karin, sven, inger = users["kontaktperson1"], users["kontaktperson2"], users["samordnare"]
    first, second, third = (
        _decision(municipality, f"{place.code.upper()}-{number}", name, units, today)
        for number, (name, units) in enumerate(zip(place.clients, (4, 2, 4), strict=True), start=1)
    )
    karins = _assignment(first, karin)
    _occasions(karins, today)
    _occasions(_assignment(third, sven), today)
    for contact_person in (karin, sven):  # Two may share one decision.
        _assignment(second, contact_person)
    _expenses(karins, inger, today, now)
    notify(
        recipients=[inger],
        kind=Kind.EXPENSES_WAITING,
        subject_type="expenses",
        subject_id=None,
        dedup_key=f"{municipality.pk}:{today}",
        now=now,
    )


def _user(name: str, full_name: str, role: Role, municipality: Municipality, hashed: str) -> User:
    email = f"{name}@{municipality.code}.example"
    user = User.objects.create(email=email, name=full_name, password=hashed)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.create(user=user, municipality=municipality, role=role)
    return user


def _decision(municipality: Municipality, reference: str, name: str, units: int, today: date) -> Decision:
    client = Client.objects.create(municipality=municipality, reference=f"B-{reference}", name=name)
    first_day = (today - timedelta(days=200)).replace(day=1)
    return Decision.objects.create(
        client=client,
        reference=reference,
        legal_basis_id="sol-2025" if first_day >= date(2025, 7, 1) else "sol-2001",
        units=Decimal(units),
        first_day=first_day,
    )


def _assignment(decision: Decision, contact_person: User) -> Assignment:
    return Assignment.objects.create(
        decision=decision,
        contact_person=contact_person,
        first_day=decision.first_day,
        fee=Decimal("948.00"),
        allowance=Decimal("600.00"),
    )


def _occasions(assignment: Assignment, today: date) -> None:
    """Meet every other week for months back; leave yesterday's unlogged and plan one in three days.

    Something is left of every month's four units, so that more can be planned.
    """
    for days, status in (
        (92, "completed"),
        (78, "no_show"),
        (64, "completed"),
        (50, "completed"),
        (36, "completed"),
    ):
        occasion = _occasion(assignment, today - timedelta(days=days), 14, status, "Fika på stan")
        if status == "completed":
            _activity(assignment, occasion, "coffee")
    _occasion(assignment, today - timedelta(days=22), 14, "cancelled", "Museum")
    _activity(assignment, _occasion(assignment, today - timedelta(days=8), 13, "completed", "Promenad"), "walk")
    _occasion(assignment, today - timedelta(days=1), 15, "planned", "Promenad vid älven")
    _occasion(assignment, today + timedelta(days=3), 17, "planned", "Bio")


def _occasion(assignment: Assignment, on: date, hour: int, status: str, title: str) -> Occasion:
    starts_at = local_moment(on, time(hour), assignment.municipality.zone)
    settled = {"cancelled_by": "client", "reason": "Sjuk"} if status in ("cancelled", "no_show") else {}
    return Occasion.objects.create(
        assignment=assignment,
        contact_person=assignment.contact_person,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=2),
        status=status,
        title=title,
        **settled,
    )


def _activity(assignment: Assignment, occasion: Occasion, kind: str) -> None:
    Activity.objects.create(
        occasion=occasion,
        kind=ActivityKind.objects.get(municipality=assignment.municipality, code=kind),
        position=0,
    )


def _expenses(assignment: Assignment, coordinator: User, today: date, now: datetime) -> None:
    """Claim an expense in every state there is."""
    for number, (status, fields) in enumerate(_states(coordinator, now)):
        spent_on = today - timedelta(days=3 * number + 2)
        amount = Decimal("89.00") + 20 * number
        Expense.objects.create(
            assignment=assignment,
            category=ExpenseCategory.objects.get(municipality=assignment.municipality, code="meal"),
            claimed_amount=amount,
            approved_amount=amount - 9 if status in ("approved", "paid") else None,
            spent_on=spent_on,
            receipt=_receipt(assignment.contact_person, amount, spent_on),
            status=status,
            **fields,
        )


def _states(coordinator: User, now: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    submitted = {"submitted_at": now - timedelta(hours=5)}
    decided = submitted | {"decided_by": coordinator, "decided_at": now - timedelta(hours=1)}
    yield "draft", {}
    yield "submitted", submitted
    yield "submitted", submitted
    yield "approved", decided | {"reason": "Pant ersätts inte."}
    yield "returned", decided | {"reason": "Datumet går inte att läsa."}
    yield "rejected", decided | {"reason": "Hör inte till uppdraget."}
    yield "paid", decided | {"reason": "Pant ersätts inte."}


def _receipt(owner: User, amount: Decimal, spent_on: date) -> Receipt:
    """Draw a till receipt and store it as an upload would be."""
    picture = Image.new("RGB", (480, 640), "white")
    text = f"CAFÉ EXEMPEL\n\n{spent_on}\n\n2 kaffe\n2 smörgås\n\nSUMMA SEK  {amount}\nMoms 12 % ingår"
    ImageDraw.Draw(picture).multiline_text((60, 60), text, fill="black", font_size=32, spacing=14)
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=80)
    receipt = Receipt(owner=owner, sha256=hashlib.sha256(file.getvalue()).hexdigest(), media_type="image/jpeg")
    receipt.file.save("receipt.jpg", ContentFile(file.getvalue()), save=False)
    receipt.preview.save("preview.jpg", ContentFile(file.getvalue()), save=False)
    receipt.save()
    return receipt
