"""The back office's page about kinds of activity. Occasions and what was done at them have none."""

from django.contrib import admin

from occasions.models import ActivityKind
from people.back_office import MunicipalAdmin


@admin.register(ActivityKind)
class ActivityKindAdmin(MunicipalAdmin):
    """What the municipality offers to do."""

    fields = ("municipality", "code", "name_sv", "name_en", "is_active")
    fixed = ("municipality", "code")
    list_display = ("name_sv", "name_en", "code", "municipality", "is_active")
    list_filter = ("is_active",)
    search_fields = ("code", "name_sv", "name_en")
    ordering = ("municipality__name", "name_sv")
