"""The people of the demo, and who is appointed to whom."""

from datetime import date
from decimal import Decimal
from typing import Any

from allauth.account.models import EmailAddress

from assignments.models import Assignment, Decision
from people.models import Client, Membership, Municipality, Role, User

ACCOUNTS = [
    ("kontaktperson1", "Karin Ek", Role.CONTACT_PERSON),
    ("kontaktperson2", "Sven Lund", Role.CONTACT_PERSON),
    ("samordnare", "Inger Berg", Role.COORDINATOR),
    ("handlaggare", "Bo Falk", Role.CASE_OFFICER),
    ("lon", "Lena Hed", Role.PAYROLL_OFFICER),
    ("admin", "Ada Nyman", Role.ADMINISTRATOR),
]


def make_users(municipality: Municipality, hashed: str) -> dict[str, User]:
    """Make everybody who signs in, by the first part of their address."""
    return {name: _user(name, full_name, role, municipality, hashed) for name, full_name, role in ACCOUNTS}


def _user(name: str, full_name: str, role: Role, municipality: Municipality, hashed: str) -> User:
    email = f"{name}@{municipality.code}.example"
    user = User.objects.create(email=email, name=full_name, password=hashed)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    Membership.objects.create(user=user, municipality=municipality, role=role)
    return user


def appoint(
    contact_person: User, decision: Decision, *, fee: str = "948.00", allowance: str = "600.00"
) -> Assignment:
    """Appoint somebody from the decision's first day on."""
    return Assignment.objects.create(
        decision=decision,
        contact_person=contact_person,
        first_day=decision.first_day,
        fee=Decimal(fee),
        allowance=Decimal(allowance),
    )


def decide(
    municipality: Municipality, number: int, client_name: str, units: str, first_day: date, **values: Any
) -> Decision:
    """Make a client, and a decision on so many units a period."""
    reference = f"{municipality.code.upper()}-{number}"
    client = Client.objects.create(municipality=municipality, reference=f"B-{reference}", name=client_name)
    return Decision.objects.create(
        client=client,
        reference=reference,
        legal_basis_id="sol-2025" if first_day >= date(2025, 7, 1) else "sol-2001",
        units=Decimal(units),
        first_day=first_day,
        **values,
    )
