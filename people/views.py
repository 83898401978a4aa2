"""Who am I."""

from typing import Any, cast

from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from people import services
from people.models import User
from people.permissions import EVERYBODY
from people.serializers import MeSerializer, ProfileSerializer


class MeView(GenericAPIView[Any]):
    """The signed-in person: roles, language, what the app may offer."""

    roles = {"GET": EVERYBODY, "PATCH": EVERYBODY}
    serializer_class = MeSerializer

    def get(self, request: Request) -> Response:
        """Show the signed-in person."""
        return Response(self.get_serializer(request.user).data)

    @extend_schema(request=ProfileSerializer)
    def patch(self, request: Request, expected_version: int) -> Response:
        """Change the own name or language."""
        command = ProfileSerializer(data=request.data)
        command.is_valid(raise_exception=True)
        user = services.edit_profile(
            user=cast(User, request.user), expected_version=expected_version, **command.validated_data
        )
        return Response(self.get_serializer(user).data)
