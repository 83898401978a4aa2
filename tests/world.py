"""The people that the tests are about, and what they need to meet each other."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.base import ContentFile
from rest_framework.test import APIClient

from assignments.late_write_services import keep_late_write
from assignments.models import Assignment, Decision, LateWrite, Policy
from expenses.models import Expense, ExpenseCategory, MileageRate, PreApproval, Receipt
from notifications.models import Device, Notification
from occasions.models import ActivityKind, Occasion
from people.models import DEPUTY, Client, Membership, Municipality, Role, User
from tests.contract import DescribedClient

# A Wednesday at noon in Sweden; tests that need another time say so.
NOW = datetime(2026, 6, 10, 10, 0, tzinfo=UTC)
WEIGHTS = [[0, 1], [300, 2], [600, 3]]


def make_municipality(code: str) -> Municipality:
    """Make a municipality with a policy, activity kinds and expense categories."""
    municipality = Municipality.objects.create(code=code, name=code.capitalize())
    Policy.objects.create(municipality=municipality, first_day=date(2020, 1, 1), weight_steps=WEIGHTS)
    ActivityKind.objects.bulk_create(
        ActivityKind(municipality=municipality, code=kind, name_sv=sv, name_en=en)
        for kind, sv, en in [
            ("cinema", "Bio", "Cinema"),
            ("coffee", "Fika", "Coffee"),
            ("walk", "Promenad", "Walk"),
        ]
    )
    ExpenseCategory.objects.bulk_create(
        ExpenseCategory(
            municipality=municipality, code=category, name_sv=sv, name_en=en, needs_receipt=needs_receipt
        )
        for category, sv, en, needs_receipt in [
            ("ticket", "Biljett", "Ticket", True),
            ("meal", "Mat", "Meal", True),
            ("coins", "Myntautomat", "Coin machine", False),
        ]
    )
    return municipality


def make_user(email: str, municipality: Municipality, *roles: Role, **fields: Any) -> User:
    """Make a user with roles in a municipality."""
    user = User.objects.create_user(email, name=email.split("@")[0].capitalize(), **fields)
    add_roles(user, municipality, *roles)
    return user


def add_roles(user: User, municipality: Municipality, *roles: Role) -> None:
    """Give a user roles in a municipality."""
    for role in roles:
        Membership.objects.create(user=user, municipality=municipality, role=role)
    user.__dict__.pop("active_memberships", None)


def make_deputy(
    user: User,
    deputy_for: User,
    municipality: Municipality,
    first_day: date = date(2026, 7, 1),
    last_day: date = date(2026, 7, 31),
) -> Membership:
    """Let somebody coordinate in another's place, past every rule."""
    user.__dict__.pop("active_memberships", None)
    return Membership.objects.create(
        user=user,
        municipality=municipality,
        role=DEPUTY,
        deputy_for=deputy_for,
        first_day=first_day,
        last_day=last_day,
    )


def make_assignment(
    contact_person: User,
    municipality: Municipality,
    *,
    units: int | str = 4,
    client_name: str = "Maj-Britt Söderlund",
    first_day: date = date(2026, 1, 1),
    last_day: date | None = None,
    decision: Decision | None = None,
    allowance: str = "500.00",
) -> Assignment:
    """Make a client with a decision, unless one is given, and an assignment of it to a contact person."""
    if decision is None:
        client = Client.objects.create(municipality=municipality, reference=uuid4().hex[:12], name=client_name)
        decision = Decision.objects.create(
            client=client,
            reference=uuid4().hex[:12],
            legal_basis_id="sol-2025",
            units=Decimal(units),
            first_day=first_day,
            last_day=last_day,
        )
    return Assignment.objects.create(
        decision=decision,
        contact_person=contact_person,
        first_day=first_day,
        last_day=last_day,
        allowance=Decimal(allowance),
    )


def make_occasion(
    assignment: Assignment,
    starts_at: datetime,
    *,
    hours: float = 2,
    status: str = "planned",
    units: int | str | None = None,
    **fields: Any,
) -> Occasion:
    """Put an occasion into the database, past every rule; `units` are its own, when not what it weighs."""
    if status in ("cancelled", "no_show"):
        fields.setdefault("cancelled_by", "client")
    return Occasion.objects.create(
        assignment=assignment,
        contact_person=assignment.contact_person,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        status=status,
        own_units=None if units is None else Decimal(units),
        **fields,
    )


def make_receipt(owner: User, **fields: Any) -> Receipt:
    """Put a ready receipt without files into the database."""
    values = {"status": "ready", "sha256": "0" * 64, "media_type": "image/webp"} | fields
    return Receipt.objects.create(owner=owner, **values)


def make_stored_receipt(owner: User) -> Receipt:
    """Put a ready receipt of one page into the database and its files, which hold no pictures, where it says."""
    receipt = make_receipt(owner, sha256=hashlib.sha256(b"what arrived").hexdigest(), size=12, arrived_at=NOW)
    for field, name, content in [
        (receipt.original, "original", b"what arrived"),
        (receipt.file, "large.webp", b"RIFF a picture"),
        (receipt.preview, "preview.webp", b"RIFF a preview"),
    ]:
        field.save(name, ContentFile(content), save=False)
        receipt.checksums[field.name] = hashlib.sha256(content).hexdigest()
    receipt.save()
    return receipt


def make_notification(recipient: User, **fields: Any) -> Notification:
    """Put a notification into an inbox."""
    values = {"kind": "expense_approved", "subject_type": "expense", "dedup_key": uuid4().hex} | fields
    return Notification.objects.create(recipient=recipient, **values)


def make_expense(
    assignment: Assignment,
    *,
    status: str = "draft",
    claimed: str = "100.00",
    category: str = "ticket",
    spent_on: date = date(2026, 6, 5),
    coordinator: User | None = None,
    **fields: Any,
) -> Expense:
    """Put an expense into the database, past every rule; a decided one needs its coordinator."""
    if status not in ("draft", "submitted"):
        fields |= {"decided_by": coordinator, "decided_at": NOW}
    if status in ("approved", "paid"):
        fields.setdefault("approved_amount", Decimal(claimed))
    if status != "draft":
        fields.setdefault("submitted_at", NOW)
    return Expense.objects.create(
        assignment=assignment,
        status=status,
        claimed_amount=Decimal(claimed),
        category=ExpenseCategory.objects.get(municipality=assignment.municipality, code=category),
        spent_on=spent_on,
        **fields,
    )


def make_drive(municipality: Municipality, rate: str = "2.50") -> ExpenseCategory:
    """Let a municipality repay kilometres, at a rate that has held since 2023."""
    MileageRate.objects.create(municipality=municipality, first_day=date(2023, 1, 1), rate=Decimal(rate))
    return ExpenseCategory.objects.create(
        municipality=municipality, code="car", name_sv="Egen bil", name_en="Own car", kind="mileage"
    )


def make_pre_approval(
    assignment: Assignment,
    *,
    status: str = "waiting",
    amount: str = "800.00",
    category: str = "coins",
    coordinator: User | None = None,
    **fields: Any,
) -> PreApproval:
    """Put a question into the database, past every rule; an answered one needs its coordinator."""
    if status in ("approved", "declined"):
        fields |= {"answered_by": coordinator, "answered_at": NOW}
    if status == "declined":
        fields.setdefault("reason", "Inte den här månaden.")
    return PreApproval.objects.create(
        assignment=assignment,
        status=status,
        amount=Decimal(amount),
        category=ExpenseCategory.objects.get(municipality=assignment.municipality, code=category),
        **fields,
    )


def make_late_write(assignment: Assignment, **fields: Any) -> LateWrite:
    """Let something of its contact person's come too late for an assignment."""
    values: dict[str, Any] = {
        "item_id": uuid4(),
        "asked": uuid4().hex,
        "now": NOW,
        "installation_id": "a-phone-of-hers",
        "made_at": NOW,
        "method": "POST",
        "path": "/occasions",
        "body": {},
        "creates": [],
    }
    return keep_late_write(user=assignment.contact_person, assignment=assignment, **values | fields)


def make_device(user: User, **fields: Any) -> Device:
    """Register a phone."""
    values = {"installation_id": uuid4().hex, "platform": "android", "fid": uuid4().hex} | fields
    return Device.objects.create(user=user, locale="sv-SE", app_version="1.0.0", **values)


def signed_in(user: User, client_class: type[APIClient] = DescribedClient) -> APIClient:
    """Return a client that calls as a user, freshly loaded, takes JSON for granted and knows the contract."""
    client = client_class()
    client.default_format = "json"
    client.force_authenticate(User.objects.get(pk=user.pk))
    return client


def texts_of(objects: Iterable[Any]) -> str:
    """Return everything that some rows hold as one text, to look for what must not be there."""
    return " ".join(str(vars(row)) for row in objects)
