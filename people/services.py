"""What may be done to people's own settings."""

from django.db import transaction

from people.models import User


def edit_profile(*, user: User, expected_version: int, **values: str) -> User:
    """Change the user's own name or language. Raise StaleVersion when somebody else did meanwhile."""
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.expect(expected_version, already=locked.holds(**values))
        locked.change(**values)
    return locked
