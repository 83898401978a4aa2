"""What may be done to people: by themselves, and by those who look after a municipality."""

from typing import Any
from uuid import UUID

from allauth.account.models import EmailAddress
from django.db import transaction

from core.errors import DomainError, NotYours
from core.text import Text
from people.models import Membership, Municipality, Role, User


class RolesElsewhere(DomainError):
    """The user is another municipality's too, or the operator, and is not one administrator's to change."""

    code = "roles_elsewhere"
    text = Text(
        sv="Användaren har roller även hos andra. Ändra rollen här i stället.",
        en="The user has roles elsewhere too. Change the role here instead.",
    )


class OwnAccess(DomainError):
    """Nobody shuts themselves out: another administrator has to."""

    code = "own_access"
    text = Text(
        sv="Du kan inte stänga av dig själv. Be en annan förvaltare.",
        en="You can't shut yourself out. Ask another administrator.",
    )


def edit_profile(*, user: User, expected_version: int, **values: str) -> User:
    """Change the user's own name or language. Raise StaleVersion when somebody else did meanwhile."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.expect(expected_version, already=locked.holds(**values))
        locked.change(**values)
    return locked


def create_municipality(*, code: str, name: str, administrator_email: str) -> bool:
    """Make sure that a municipality and an administrator of it exist; tell whether either had to be made.

    A municipality that is there keeps its name, and a user theirs.
    """
    with transaction.atomic():
        municipality, made = Municipality.objects.get_or_create(code=code, defaults={"name": name})
        user, new = _find_or_create_user(administrator_email)
        given = _give_role(user, municipality, Role.ADMINISTRATOR)
        # Whoever runs the command has no other way back in when every administrator is shut out.
        back = user.memberships.get(municipality=municipality, role=Role.ADMINISTRATOR).change(is_active=True)
    return made or new or given or back


def invite_user(
    *, by: User, email: str, municipality: Municipality, role: str, name: str = "", language: str = "sv"
) -> User:
    """Give the person at an address a role, and an account when there is none; they sign in by a code.

    Who has an account keeps its name and language. Raise NotYours for a municipality that `by` does not
    administer.
    """
    _expect_administered(by, municipality.pk)
    with transaction.atomic():
        user, _ = _find_or_create_user(email, name=name, language=language)
        _give_role(user, municipality, role)
    return user


def edit_user(*, by: User, user_id: UUID, **values: Any) -> User:
    """Change a user's e-mail, name, language or is_active on behalf of their municipality.

    A new address and a deactivation sign the user out everywhere and end their password. Raise NotYours,
    RolesElsewhere, or OwnAccess.
    """
    with transaction.atomic():
        user = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
        if user is None:
            raise NotYours
        expect_may_edit(by, user)
        if user.pk == by.pk and values.get("is_active") is False:
            raise OwnAccess(field="is_active")
        moved = user.change(**values) and ("email" in values or values.get("is_active") is False)
        if moved:
            # Sessions are bound to the password, also to the one that nothing matches.
            user.set_unusable_password()
            user.save(update_fields=["password"])
            EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
            _trust_address(user)
    return user


def expect_may_edit(by: User, user: User) -> None:
    """Raise NotYours or RolesElsewhere unless the user is only of municipalities that `by` administers.

    A role elsewhere counts even when it is deactivated: it can come back, to whoever has the account then.
    """
    if by.is_superuser:
        return
    held = set(user.memberships.values_list("municipality", flat=True))
    own = by.municipality_ids(Role.ADMINISTRATOR)
    if not held & own:
        raise NotYours
    if user.is_superuser or held - own:
        raise RolesElsewhere


def add_membership(*, by: User, user: User, municipality: Municipality, role: str) -> Membership:
    """Give a user a role, or back the one they had. Raise NotYours unless `by` administers the municipality."""
    _expect_administered(by, municipality.pk)
    with transaction.atomic():
        _give_role(user, municipality, role)
        membership = Membership.objects.select_for_update().get(user=user, municipality=municipality, role=role)
        membership.change(is_active=True)
    return membership


def set_membership_active(*, by: User, membership_id: UUID, is_active: bool) -> Membership:
    """Take a role away at once, or give it back. Raise NotYours, or OwnAccess for one's own administration."""
    with transaction.atomic():
        membership = Membership.objects.select_for_update().filter(pk=membership_id).first()
        if membership is None:
            raise NotYours
        _expect_administered(by, membership.municipality_id)
        if not is_active and membership.user_id == by.pk and membership.role == Role.ADMINISTRATOR:
            raise OwnAccess(field="is_active")
        membership.change(is_active=is_active)
    return membership


def _expect_administered(by: User, municipality_id: UUID) -> None:
    if not by.is_superuser and municipality_id not in by.municipality_ids(Role.ADMINISTRATOR):
        raise NotYours(field="municipality")


def _find_or_create_user(email: str, **values: str) -> tuple[User, bool]:
    email = email.strip().lower()
    user = User.objects.filter(email=email).first()
    new = user is None
    user = user or User.objects.create_user(email, **values)
    _trust_address(user)
    return user, new


def _give_role(user: User, municipality: Municipality, role: str) -> bool:
    """Add the role unless the user has or had it: what was taken away does not come back by itself."""
    return Membership.objects.get_or_create(user=user, municipality=municipality, role=role)[1]


def _trust_address(user: User) -> None:
    """Let sign-in by code use the address that the municipality gave."""
    if not EmailAddress.objects.filter(email=user.email).exists():
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
