"""Recording the people that a register names: clients, and users with a role."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from people.models import Client, Membership, Municipality, Role, User
from people.recording import BATCH, Tally, record_rows


def record_clients(
    *, municipality: Municipality, names: Mapping[str, str], now: datetime
) -> tuple[dict[str, Client], Tally]:
    """Record the clients of a municipality by their references. The caller holds the municipality's lock."""
    wanted = {
        reference: {"municipality_id": municipality.pk, "reference": reference, "name": name}
        for reference, name in names.items()
    }
    present = Client.objects.filter(municipality=municipality)
    return record_rows(Client, wanted, present=present, key=lambda client: client.reference, now=now)


@dataclass
class RecordedMembers:
    """Users by their e-mail addresses, and those among them whose account or role was left as it was."""

    users: dict[str, User] = field(default_factory=dict)
    tally: Tally = field(default_factory=Tally)
    deactivated: set[str] = field(default_factory=set)
    named_elsewhere: set[str] = field(default_factory=set)


def record_members(
    *, municipality: Municipality, role: Role, names: Mapping[str, str], now: datetime
) -> RecordedMembers:
    """Give each address (in lower case) a user who can sign in by code, and the role in the municipality.

    Who is deactivated stays so, and who has roles elsewhere keeps their name: neither is a list's to change.
    """
    with transaction.atomic():
        before = set(User.objects.filter(email__in=names).values_list("email", flat=True))
        new = [
            User(email=email, name=name, password=make_password(None))
            for email, name in sorted(names.items())
            if email not in before
        ]
        # Another municipality may record the same address at this moment: the quicker one makes the user.
        User.objects.bulk_create(new, batch_size=BATCH, ignore_conflicts=True)
        users = User.objects.filter(email__in=names).order_by("pk").select_for_update(no_key=True)
        recorded = RecordedMembers(users={user.email: user for user in users})
        changed = _rename(recorded, municipality, names, now)
        changed |= _add_addresses(recorded.users)
        changed |= _add_roles(recorded, municipality, role)
    created = recorded.users.keys() - before
    changed -= created
    recorded.tally = Tally(len(created), len(changed), len(names) - len(created) - len(changed))
    return recorded


def _rename(
    recorded: RecordedMembers, municipality: Municipality, names: Mapping[str, str], now: datetime
) -> set[str]:
    elsewhere = set(_ids(Membership.objects.exclude(municipality=municipality), recorded.users))
    differing = {email for email, user in recorded.users.items() if user.name != names[email]}
    recorded.named_elsewhere = {
        email for email in differing if recorded.users[email].pk in elsewhere or recorded.users[email].is_superuser
    }
    renamed = differing - recorded.named_elsewhere
    for user in (recorded.users[email] for email in renamed):
        user.name, user.version, user.updated_at = names[user.email], user.version + 1, now
    rows = [recorded.users[email] for email in renamed]
    User.objects.bulk_update(rows, ["name", "version", "updated_at"], batch_size=BATCH)
    return renamed


def _add_addresses(users: Mapping[str, User]) -> set[str]:
    """Sign-in by code trusts the addresses that the municipality gave."""
    known = set(EmailAddress.objects.filter(email__in=users).values_list("email", flat=True))
    missing = users.keys() - known
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=users[email], email=email, verified=True, primary=True) for email in sorted(missing)],
        batch_size=BATCH,
    )
    return missing


def _add_roles(recorded: RecordedMembers, municipality: Municipality, role: Role) -> set[str]:
    here = Membership.objects.filter(municipality=municipality, role=role)
    having = set(_ids(here, recorded.users))
    inactive = set(_ids(here.filter(is_active=False), recorded.users))
    recorded.deactivated = {
        email for email, user in recorded.users.items() if user.pk in inactive or not user.is_active
    }
    missing = {email for email, user in recorded.users.items() if user.pk not in having}
    Membership.objects.bulk_create(
        [Membership(user=recorded.users[email], municipality=municipality, role=role) for email in missing],
        batch_size=BATCH,
    )
    return missing


def _ids(memberships: Any, users: Mapping[str, User]) -> Any:
    return memberships.filter(user__in=[user.pk for user in users.values()]).values_list("user", flat=True)
