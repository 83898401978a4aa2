"""The back office's forms about people."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from people.models import Membership, Municipality, Role


class MunicipalityForm(forms.ModelForm):  # type: ignore[type-arg]
    """A municipality's name and zone."""

    def clean_time_zone(self) -> str:
        """Refuse a zone that nobody knows."""
        zone = str(self.cleaned_data["time_zone"])
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            raise ValidationError("Tidszonen finns inte. Skriv till exempel Europe/Stockholm.") from None
        return zone


class UserForm(forms.ModelForm):  # type: ignore[type-arg]
    """A user as the municipality knows them."""

    def clean_email(self) -> str:
        """Keep addresses in lower case, as they are compared."""
        return str(self.cleaned_data["email"]).strip().lower()


class InvitationForm(UserForm):
    """A new user with their first role; one who has an account already is given the role."""

    municipality = forms.ModelChoiceField(Municipality.objects.none(), label="Kommun")
    role = forms.ChoiceField(choices=Role.choices, label="Roll")

    def _get_validation_exclusions(self) -> set[str]:
        """Let the address be known already: the service gives its owner the role."""
        return super()._get_validation_exclusions() | {"email"}  # type: ignore[misc, no-any-return]


class PersonChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A choice of people by what they are called: their ids tell nobody who they are."""

    def label_from_instance(self, obj: Any) -> str:
        """Name a person to the administrator."""
        return f"{obj.name} <{obj.email}>" if obj.name else obj.email


class MembershipForm(forms.ModelForm):  # type: ignore[type-arg]
    """A user's role in a municipality."""

    class Meta:
        model = Membership
        fields = ["user", "municipality", "role", "is_active"]
        field_classes = {"user": PersonChoiceField}
