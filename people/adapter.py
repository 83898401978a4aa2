"""How django-allauth signs people in here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the municipality, and passwords work only where the deployment says so."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: nobody makes their own account."""
        return False

    def clean_email(self, email: str) -> str:
        """Refuse: the municipality gives people their address, and a lost password is not mended by mail.

        allauth asks this of addresses that people add to themselves, and of those that a password is reset for.
        """
        raise ValidationError("Ask your municipality.", code="not_yours")

    def can_delete_email(self, email_address: Any) -> bool:
        """Refuse, as above: the address is where the code goes."""
        return False

    def add_message(self, *args: Any, **kwargs: Any) -> None:
        """Leave no messages: in the back office they would tell whose address is known."""

    def send_confirmation_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: the addresses that the municipality gives are trusted."""

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check a password, unless passwords are off: then no password is right."""
        return super().authenticate(request, **credentials) if settings.PASSWORD_LOGIN else None
