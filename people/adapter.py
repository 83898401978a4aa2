"""How django-allauth signs people in here."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts are made by the municipality, and passwords work only where the deployment says so."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: nobody makes their own account."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Any:
        """Check a password, unless passwords are off: then no password is right."""
        return super().authenticate(request, **credentials) if settings.PASSWORD_LOGIN else None
