"""Who is calling."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from allauth.headless.tokens.strategies.jwt import internal as tokens
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import translation
from django.utils.crypto import constant_time_compare
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request

from core.text import known_language
from people.models import User
from people.standing_in import read_signed_in


class BearerAuthentication(JWTTokenAuthentication):  # type: ignore[misc]
    """A short-lived token from sign-in, good only while its session lives."""

    def authenticate(self, request: Request) -> Any:
        """Find the user, and speak their language unless the call names one."""
        found = super().authenticate(request)
        if found and "Accept-Language" not in request.headers:
            translation.activate(known_language(found[0].language))
        return found

    def authenticate_credentials(self, key: str) -> Any:
        """Find the user of a token in one query. Raise AuthenticationFailed.

        Whatever is not just as it should be is left for django-allauth to judge, which asks step by step.
        """
        return _read_in_one(key) or super().authenticate_credentials(key)


def _read_in_one(key: str) -> tuple[User, dict[str, Any]] | None:
    """Return the user and what the token says, if it is good beyond doubt and its session lives."""
    payload = tokens.decode_token(key, "access")
    session_key = payload and tokens.session_key_from_sid(payload["sid"])
    if not payload or not session_key:
        return None
    found = read_signed_in(UUID(payload["sub"]), session_key)
    if found is None:
        return None
    user, session_data = found
    good = session_data is not None and _is_of(SessionStore().decode(session_data), user)
    return (user, payload) if good else None


def _is_of(session: Mapping[str, Any], user: User) -> bool:
    """Tell what `django.contrib.auth.get_user` does: whether a session is of a user who may sign in."""
    return (
        user.is_active
        and session.get(SESSION_KEY) == str(user.pk)
        and session.get(BACKEND_SESSION_KEY) in settings.AUTHENTICATION_BACKENDS
        and constant_time_compare(session.get(HASH_SESSION_KEY, ""), user.get_session_auth_hash())
    )


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Tells the schema of it."""

    target_class = BearerAuthentication
    name = "bearer"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Describe the header."""
        return {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "`meta.access_token` of `POST /_allauth/app/v1/auth/login`.",
        }
