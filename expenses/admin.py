"""The back office's page about categories of expenses. Expenses and receipts have none."""

from django.contrib import admin

from expenses.models import ExpenseCategory
from people.back_office import MunicipalAdmin


@admin.register(ExpenseCategory)
class ExpenseCategoryAdmin(MunicipalAdmin):
    """What the municipality repays."""

    fields = ("municipality", "code", "name_sv", "name_en", "needs_receipt", "is_active")
    fixed = ("municipality", "code")
    list_display = ("name_sv", "name_en", "code", "municipality", "needs_receipt", "is_active")
    list_filter = ("is_active", "needs_receipt")
    search_fields = ("code", "name_sv", "name_en")
    ordering = ("municipality__name", "name_sv")
