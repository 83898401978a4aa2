"""A phone that signs in over the real endpoints."""

import re
from typing import Any

from django.core import mail
from django.test import Client

from people.models import User

AUTH = "/_allauth/app/v1"


class Phone:
    """What the app does: it keeps a session token until it has an access token."""

    def __init__(self) -> None:
        self.client = Client()
        self.session_token = ""
        self.access_token = ""
        self.refresh_token = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call an endpoint with the tokens there are, and keep those that come back."""
        if self.access_token:
            headers["Authorization"] = f"Bearer {self.access_token}"
        elif self.session_token:
            headers["X-Session-Token"] = self.session_token
        content = {"data": body, "content_type": "application/json"} if body is not None else {}
        answer: Any = (
            self.client.generic(method, path, headers=headers)
            if not content
            else getattr(self.client, method.lower())(path, **content, headers=headers)
        )
        self._keep(answer)
        return answer

    def _keep(self, answer: Any) -> None:
        if not answer["Content-Type"].startswith("application/json"):
            return
        meta = answer.json().get("meta", {}) if isinstance(answer.json(), dict) else {}
        self.session_token = meta.get("session_token") or self.session_token
        self.access_token = meta.get("access_token") or self.access_token
        self.refresh_token = meta.get("refresh_token") or self.refresh_token

    def ask_for_code(self, email: str) -> Any:
        """Ask for a code by e-mail."""
        return self.call("POST", f"{AUTH}/auth/code/request", {"email": email})

    def confirm(self, code: str) -> Any:
        """Send the code."""
        return self.call("POST", f"{AUTH}/auth/code/confirm", {"code": code})

    def sign_in(self, user: User) -> "Phone":
        """Sign in by code, from the beginning to the end."""
        self.ask_for_code(user.email)
        answer = self.confirm(code_sent_to(user.email))
        assert answer.status_code == 200, answer.content
        return self

    def me(self) -> Any:
        """Ask who is signed in."""
        return self.call("GET", "/api/v1/me")


def code_sent_to(email: str) -> str:
    """Return the code of the last mail, which went to this address alone."""
    message = mail.outbox[-1]
    assert message.to == [email]
    (code,) = re.findall(r"^\s*([A-Z0-9]{3,}(?:-[A-Z0-9]{3,})?)\s*$", str(message.body), re.MULTILINE)
    return str(code)
