"""Signing in to the back office: by a code sent by e-mail, as in the app."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import RequestLoginCodeForm
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.internal.stagekit import clear_login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from allauth.core.internal.cryptokit import compare_user_code
from django.conf import settings
from django.core.exceptions import ValidationError
from unfold.forms import AuthenticationForm

from people.models import User

WORKING_DAY = timedelta(hours=9)


class SignInForm(AuthenticationForm):  # type: ignore[misc]
    """An address, and once it has been sent, the code. A password does where the deployment allows them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = "E-post"
        self.fields["password"].label = "Kod eller lösenord" if settings.PASSWORD_LOGIN else "Kod"
        self.fields["password"].required = False
        self.fields["password"].help_text = "Lämna tomt, så skickar vi en kod till adressen."
        self.fields["password"].widget.attrs["autocomplete"] = "one-time-code"

    def clean(self) -> dict[str, Any]:
        """Find the user, or send a code. Raises ValidationError until somebody may come in."""
        email = str(self.cleaned_data.get("username", "")).strip().lower()
        secret = str(self.cleaned_data.get("password", "")).strip()
        if not secret:
            self._send_code(email)
            raise ValidationError(
                "Om adressen är en förvaltares har vi skickat en kod dit. Skriv koden.", code="sent"
            )
        user = self._by_code(email, secret) or get_adapter().authenticate(
            self.request, email=email, password=secret
        )
        if user is None:
            raise self.get_invalid_login_error()
        self.confirm_login_allowed(user)
        self.user_cache = user
        # A browser in an office is shared more easily than a phone.
        self.request.session.set_expiry(WORKING_DAY)
        return dict(self.cleaned_data)

    def _send_code(self, email: str) -> None:
        """Send a code to somebody whom the back office would let in; the others are not told apart."""
        request = RequestLoginCodeForm({"email": email})
        if not request.is_valid():
            raise ValidationError([error for errors in request.errors.values() for error in errors])
        user: User | None = request._user
        if user is not None and user.is_staff:
            LoginCodeVerificationProcess.initiate(request=self.request, user=user, email=email)

    def _by_code(self, email: str, code: str) -> User | None:
        """Return whose code it is. A few wrong ones end it."""
        stage = LoginStageController.enter(self.request, LoginByCodeStage.key)
        process = LoginCodeVerificationProcess.resume(stage) if stage else None
        if process is None or process.state.get("email") != email:
            return None
        if not compare_user_code(actual=code, expected=process.code):
            process.record_invalid_attempt()
            return None
        user: User | None = process.user
        clear_login(self.request)
        return user
