"""Who is calling."""

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import JWTTokenAuthentication
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request

from core.text import known_language


class BearerAuthentication(JWTTokenAuthentication):  # type: ignore[misc]
    """A short-lived token from sign-in, good only while its session lives."""

    def authenticate(self, request: Request) -> Any:
        """Find the user, and speak their language unless the call names one."""
        found = super().authenticate(request)
        if found and "Accept-Language" not in request.headers:
            translation.activate(known_language(found[0].language))
        return found


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
