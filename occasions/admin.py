"""The back office's pages about kinds of activity, and about trying a policy. Occasions have none."""

from typing import Any, cast

from django.contrib import admin
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import action

from assignments.admin import PolicyAdmin
from assignments.models import Policy
from core.periods import Month
from occasions.forms import MonthForm
from occasions.models import ActivityKind
from occasions.trial_words import as_table
from occasions.trials import try_policy
from people.back_office import MunicipalAdmin

# The page about policies is told here of what only an app that knows occasions can do.
admin.site.unregister(Policy)


@admin.register(Policy)
class TriedPolicyAdmin(PolicyAdmin):
    """The municipality's rules, which can be tried on a month before they hold."""

    actions_detail = ("try_on_a_month", *PolicyAdmin.actions_detail)

    @action(description="Prova på en månad", url_path="try")  # type: ignore[untyped-decorator]
    def try_on_a_month(self, request: HttpRequest, object_id: str) -> TemplateResponse:
        """Show what `?month=`, or else the present month, would have been. Writes nothing. Raise Http404."""
        policy = cast("Policy | None", self.get_object(request, object_id))
        if policy is None:
            raise Http404
        form = MonthForm(request.GET or {"month": str(Month.of(policy.municipality.today(timezone.now())))})
        context: dict[str, Any] = self.admin_site.each_context(request) | {
            "title": "Prova på en månad",
            "policy": policy,
            "form": form,
        }
        if form.is_valid():
            trial = try_policy(policy.municipality, policy.rules, month=form.cleaned_data["month"])
            context |= {"trial": trial, "table": as_table(trial)}
        return TemplateResponse(request, "occasions/try_policy.html", context)


@admin.register(ActivityKind)
class ActivityKindAdmin(MunicipalAdmin):
    """What the municipality offers to do."""

    fields = ("municipality", "code", "name_sv", "name_en", "is_active")
    fixed = ("municipality", "code")
    list_display = ("name_sv", "name_en", "code", "municipality", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name_sv", "name_en")
    ordering = ("municipality__name", "name_sv")
