"""The back office about categories of expenses, rates and stored files. Expenses and receipts have no pages."""

from typing import Any, cast

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from expenses import rate_services
from expenses.forms import MileageRateForm
from expenses.models import ExpenseCategory, MileageRate, StorageCheck
from people.back_office import BackOfficeAdmin, MunicipalAdmin
from people.models import User


@admin.register(ExpenseCategory)
class ExpenseCategoryAdmin(MunicipalAdmin):
    """What the municipality repays."""

    fields = ("municipality", "code", "name_sv", "name_en", "kind", "needs_receipt", "is_active")
    fixed = ("municipality", "code", "kind")
    list_display = ("name_sv", "name_en", "code", "municipality", "kind", "needs_receipt", "is_active")
    list_filter = ("is_active", "kind", "needs_receipt")
    search_fields = ("code", "name_sv", "name_en")
    ordering = ("municipality__name", "name_sv")


@admin.register(StorageCheck)
class StorageCheckAdmin(BackOfficeAdmin):
    """What the nightly look at the stored files found: the operator's, since it is about all municipalities."""

    list_display = ("started_at", "finished_at", "files", "missing_files", "changed_files", "orphaned_files")
    ordering = ("-started_at",)

    def may_enter(self, request: HttpRequest) -> bool:
        """Let the operator in."""
        return super().may_enter(request) and bool(getattr(request.user, "is_superuser", False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: the worker checks, or `manage.py check_storage`."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: what was found stays."""
        return False

    @admin.display(description="Saknas")
    def missing_files(self, check: Any) -> int:
        """Count those that are not there."""
        return len(check.missing)

    @admin.display(description="Ändrade")
    def changed_files(self, check: Any) -> int:
        """Count those that are not what they were."""
        return len(check.changed)

    @admin.display(description="Utan kvitto")
    def orphaned_files(self, check: Any) -> int:
        """Count those that no receipt knows of."""
        return len(check.orphaned)


@admin.register(MileageRate)
class MileageRateAdmin(MunicipalAdmin):
    """What a kilometre is repaid with; a rate by which something came in can only be read."""

    form = MileageRateForm
    fields = ("municipality", "first_day", "rate")
    list_display = ("first_day", "rate", "municipality")
    ordering = ("municipality__name", "-first_day")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let only those be changed by which nothing came in."""
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or not rate_services.is_used(cast(MileageRate, obj)))

    def save_model(self, request: HttpRequest, obj: MileageRate, form: Any, change: bool) -> None:
        """Write by way of the services."""
        by, values = cast(User, request.user), form.cleaned_data
        if change:
            changed = {name: values[name] for name in form.changed_data}
            rate_services.edit_mileage_rate(by=by, rate_id=obj.pk, **changed)
        else:
            obj.pk = rate_services.add_mileage_rate(by=by, **values).pk
