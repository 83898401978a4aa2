"""Who am I."""

from typing import cast

from rest_framework.request import Request
from rest_framework.response import Response

from core.views import CommandView
from people import services
from people.models import User
from people.permissions import EVERYBODY
from people.serializers import MeSerializer, ProfileSerializer


class MeView(CommandView):
    """The signed-in person: roles, language, what the app may offer."""

    commands = {"PATCH": ProfileSerializer}
    roles = {"GET": EVERYBODY, "PATCH": EVERYBODY}
    serializer_class = MeSerializer

    def get(self, request: Request) -> Response:
        """Show the signed-in person."""
        return self.show(request.user)

    def patch(self, request: Request) -> Response:
        """Change the own name or language."""
        user = services.edit_profile(
            user=cast(User, request.user), expected_version=self.expected_version(request), **self.command(request)
        )
        return self.show(user)
