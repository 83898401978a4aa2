"""The back office's pages about policies and legal bases. Clients, decisions and assignments have none."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils import timezone

from assignments import services
from assignments.models import LegalBasis, Policy
from assignments.rules import WeightTable
from people.back_office import BackOfficeAdmin, MunicipalAdmin
from people.models import User


class PolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """A policy, whose steps are a table."""

    class Meta:
        model = Policy
        fields = ["municipality", "first_day", "weight_steps"]

    def clean_weight_steps(self) -> Any:
        """Refuse steps that no occasion could be weighed by."""
        steps = self.cleaned_data["weight_steps"]
        try:
            WeightTable.parse(steps)
        except ValueError:
            raise ValidationError(
                "Skriv steg som [[0, 1], [300, 2]]: från 0 minuter, växande, med hela eller halva enheter."
            ) from None
        return steps


@admin.register(Policy)
class PolicyAdmin(MunicipalAdmin):
    """The municipality's rules; those that have begun can only be read."""

    form = PolicyForm
    fields = ("municipality", "first_day", "weight_steps")
    list_display = ("municipality", "first_day", "weight_steps")
    ordering = ("municipality__name", "-first_day")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let only those be changed that are to come."""
        allowed = super().has_change_permission(request, obj)
        if obj is None or not allowed:
            return allowed
        policy = cast(Policy, obj)
        return policy.first_day > policy.municipality.today(timezone.now())

    def save_model(self, request: HttpRequest, obj: Policy, form: "forms.ModelForm[Policy]", change: bool) -> None:
        """Write by way of the services."""
        by, now, values = cast(User, request.user), timezone.now(), form.cleaned_data
        if change:
            changed = {name: values[name] for name in form.changed_data}
            services.edit_policy(by=by, policy_id=obj.pk, now=now, **changed)
        else:
            obj.pk = services.add_policy(by=by, now=now, **values).pk


@admin.register(LegalBasis)
class LegalBasisAdmin(BackOfficeAdmin):
    """The acts that decisions stand on: they come with the product."""

    list_display = ("code", "title_sv", "first_day", "last_day")
    ordering = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: nobody makes law here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse, as above."""
        return False
