"""The back office's pages about categories of expenses and stored files. Expenses and receipts have none."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from expenses.models import ExpenseCategory, StorageCheck
from people.back_office import BackOfficeAdmin, MunicipalAdmin


@admin.register(ExpenseCategory)
class ExpenseCategoryAdmin(MunicipalAdmin):
    """What the municipality repays."""

    fields = ("municipality", "code", "name_sv", "name_en", "needs_receipt", "is_active")
    fixed = ("municipality", "code")
    list_display = ("name_sv", "name_en", "code", "municipality", "needs_receipt", "is_active")
    list_filter = ("is_active", "needs_receipt")
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
