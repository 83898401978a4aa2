"""The back office's page about periodic work, for the operator."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from core.models import Heartbeat


@admin.register(Heartbeat)
class HeartbeatAdmin(ModelAdmin):  # type: ignore[misc]
    """When each periodic task last ran. Only to be read, and only by the operator: others have no rights."""

    list_display = ("task", "started_at", "finished_at", "count", "failed_at", "error")
    ordering = ("task",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: tasks tell it themselves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, as above."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse, as above."""
        return False
