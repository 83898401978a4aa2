"""How people look to the phone."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer
from people.models import Membership, Municipality, Role, User


class MunicipalitySerializer(serializers.ModelSerializer[Municipality]):
    """A municipality as its people see it."""

    class Meta:
        model = Municipality
        fields = ["id", "code", "name"]


class PersonSerializer(serializers.ModelSerializer[User]):
    """Somebody as others of the municipality see them."""

    class Meta:
        model = User
        fields = ["id", "name"]


class MembershipSerializer(serializers.ModelSerializer[Membership]):
    """A role in a municipality."""

    municipality = MunicipalitySerializer(read_only=True)
    role = serializers.ChoiceField(source="acts_as", choices=Role.choices, read_only=True)

    class Meta:
        model = Membership
        fields = ["municipality", "role"]


class CapabilitiesSerializer(serializers.Serializer[Any]):
    """What the app should offer this person at all."""

    plan_occasions = serializers.BooleanField()
    claim_expenses = serializers.BooleanField()
    decide_expenses = serializers.BooleanField()


class MeSerializer(serializers.ModelSerializer[User]):
    """The signed-in person."""

    memberships = MembershipSerializer(source="active_memberships", many=True, read_only=True)
    capabilities = serializers.SerializerMethodField()
    minimum_app_version = serializers.SerializerMethodField()

    class Meta:
        model = User
        fields = [
            "id",
            "email",
            "name",
            "language",
            "memberships",
            "capabilities",
            "minimum_app_version",
            "version",
        ]
        read_only_fields = fields

    @extend_schema_field(CapabilitiesSerializer)
    def get_capabilities(self, user: User) -> dict[str, bool]:
        """Derive from the roles what the app should offer."""
        is_contact_person = Role.CONTACT_PERSON in user.roles
        return {
            "plan_occasions": is_contact_person,
            "claim_expenses": is_contact_person,
            "decide_expenses": Role.COORDINATOR in user.roles,
        }

    def get_minimum_app_version(self, user: User) -> str:
        """Tell the oldest version of the app that still works with this server."""
        return str(settings.MINIMUM_APP_VERSION)


class ProfileSerializer(CommandSerializer):
    """What people may change of themselves."""

    name = serializers.CharField(max_length=200, required=False)
    language = serializers.ChoiceField(choices=User.Language.choices, required=False)
