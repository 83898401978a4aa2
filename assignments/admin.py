"""The back office's pages about policies and legal bases. Clients, decisions and assignments have none."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action

from assignments import services
from assignments.forms import PolicyForm
from assignments.models import LegalBasis, Policy
from assignments.policy_words import (
    LABELS,
    ahead_in_words,
    cancellations_in_words,
    caps_in_words,
    saving_in_words,
    weights_in_words,
)
from people.back_office import BackOfficeAdmin, MunicipalAdmin
from people.models import User

# How a table is shown that can only be read.
IN_WORDS = {"weight_steps": "weights", "cancellations": "cases", "category_caps": "caps"}


@admin.register(Policy)
class PolicyAdmin(MunicipalAdmin):
    """The municipality's rules; those that have begun can only be read."""

    form = PolicyForm
    fieldsets = (
        (None, {"fields": ("municipality", "first_day")}),
        ("Tillfällen", {"fields": ("weight_steps", "highest_weight", "day_parted_at")}),
        ("Perioder", {"fields": ("period", "partial_period")}),
        (
            "Det som blir över, och det som inte räcker",
            {"fields": ("saving_cap", "saving_age", "ahead_cap", "on_exceeded")},
        ),
        ("Inställt och uteblivet", {"fields": ("cancellations",)}),
        ("Aktiviteter", {"fields": ("activity_kinds",)}),
        (
            "Utlägg",
            {"fields": ("receipt_days", "category_caps", "ask_first_above", "second_person_above")},
        ),
    )
    list_display = ("begins", "where", "weights", "counted_over", "left_over", "ahead", "exceeded")
    list_display_links = ("begins",)
    ordering = ("municipality__name", "-first_day")
    actions_detail: tuple[str, ...] = ("new_version",)

    @admin.display(description="Kommun", ordering="municipality__name")
    def where(self, policy: Policy) -> str:
        """Name the municipality."""
        return str(policy.municipality)

    @admin.display(description="Gäller från", ordering="first_day")
    def begins(self, policy: Policy) -> str:
        """Write the first day as it is written in a query, and tell whether it is to come."""
        return f"{policy.first_day}{' (kommande)' if self._is_to_come(policy) else ''}"

    @admin.display(description=LABELS["weight_steps"])
    def weights(self, policy: Policy) -> str:
        """Say what an occasion weighs."""
        return weights_in_words(policy.rules.weights)

    @admin.display(description="Räknas över")
    def counted_over(self, policy: Policy) -> str:
        """Say over which periods."""
        return str(policy.get_period_display())

    @admin.display(description="Blir över")
    def left_over(self, policy: Policy) -> str:
        """Say what is saved."""
        return saving_in_words(policy.rules)

    @admin.display(description="Förskott")
    def ahead(self, policy: Policy) -> str:
        """Say what may be used ahead."""
        return ahead_in_words(policy.rules)

    @admin.display(description="Räcker inte")
    def exceeded(self, policy: Policy) -> str:
        """Say what happens then."""
        return str(policy.get_on_exceeded_display())

    @admin.display(description=LABELS["cancellations"])
    def cases(self, policy: Policy) -> str:
        """Say what follows from cancelling."""
        return "\n".join(cancellations_in_words(policy.rules.cancellations))

    @admin.display(description=LABELS["category_caps"])
    def caps(self, policy: Policy) -> str:
        """Say what is approved at most."""
        return caps_in_words(policy.rules.category_caps)

    @action(description="Ny version utifrån denna", url_path="new-version")  # type: ignore[untyped-decorator]
    def new_version(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Begin a new version with what this one says."""
        return HttpResponseRedirect(f"{reverse('admin:assignments_policy_add')}?from={object_id}")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Fill in what the version `?from=` says, except its day. Raise Http404 for one that is not there."""
        if "from" not in request.GET:
            return super().get_changeform_initial_data(request)  # type: ignore[no-any-return]
        policy = self.get_object(request, request.GET["from"])
        if policy is None:
            raise Http404
        return {name: getattr(policy, name) for name in PolicyForm.Meta.fields if name != "first_day"}

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        """Read out the tables of what can't be changed any more."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (name, options | {"fields": [IN_WORDS.get(field, field) for field in options["fields"]]})
            for name, options in fieldsets
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Keep what a row is known by, and what is read out."""
        return (*super().get_readonly_fields(request, obj), *IN_WORDS.values())

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let only those be changed that are to come."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or self._is_to_come(cast(Policy, obj)))

    def save_model(self, request: HttpRequest, obj: Policy, form: "forms.ModelForm[Policy]", change: bool) -> None:
        """Write by way of the services."""
        by, now, values = cast(User, request.user), timezone.now(), form.cleaned_data
        if change:
            changed = {name: values[name] for name in form.changed_data}
            services.edit_policy(by=by, policy_id=obj.pk, now=now, **changed)
        else:
            obj.pk = services.add_policy(by=by, now=now, **values).pk

    def _is_to_come(self, policy: Policy) -> bool:
        return policy.first_day > policy.municipality.today(timezone.now())


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
