"""What every page of the back office has in common: an administrator sees their own municipality, and no more."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import get_language
from unfold.admin import ModelAdmin

from core.errors import DomainError
from core.text import known_language
from people.models import Municipality, Role, User


def administered(user: Any) -> "QuerySet[Municipality]":
    """Return the municipalities that somebody looks after: all of them for the operator."""
    if not isinstance(user, User):
        return Municipality.objects.none()
    if user.is_superuser:
        return Municipality.objects.all()
    return Municipality.objects.filter(pk__in=user.municipality_ids(Role.ADMINISTRATOR))


class BackOfficeAdmin(ModelAdmin):  # type: ignore[misc]
    """Lets administrators in, instead of Django's permissions, which nobody is given here."""

    actions = None
    fixed: tuple[str, ...] = ()  # fields that can't be changed once the row is there

    def may_enter(self, request: HttpRequest) -> bool:
        """Tell whether the page is for this person at all."""
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show the app to those whom one of its pages is for."""
        return self.may_enter(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let people see what the list shows them, however they got its id."""
        return self.may_enter(request) and (obj is None or self.get_queryset(request).filter(pk=obj.pk).exists())

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Let whoever may enter add."""
        return self.may_enter(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Let people change what they see."""
        return self.has_view_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Refuse: what is no longer used is deactivated, so that the past stays readable."""
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only the list's own filters: others would let hidden fields be guessed letter by letter."""
        return any(lookup == name or lookup.startswith(f"{name}__") for name in self.list_filter)

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Keep what a row is known by."""
        return (*self.readonly_fields, *(self.fixed if obj else ()))

    def save_model(self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool) -> None:
        """Write a new row, or what changed of an old one."""
        if not change:
            obj.save()
            return
        locked = type(obj)._default_manager.select_for_update().get(pk=obj.pk)
        locked.change(**{name: form.cleaned_data[name] for name in form.changed_data})

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the form; say in words what a service refuses."""
        try:
            return super().changeform_view(request, *args, **kwargs)  # type: ignore[no-any-return]
        except DomainError as error:
            messages.error(request, error.detail(known_language(get_language())))
            return HttpResponseRedirect(urlsplit(request.get_full_path()).path)


class MunicipalAdmin(BackOfficeAdmin):
    """Rows that belong to a municipality."""

    fixed: tuple[str, ...] = ("municipality",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Any]":
        """Keep the rows of the municipalities that the caller looks after."""
        rows: QuerySet[Any] = super().get_queryset(request)
        return rows.filter(municipality__in=administered(request.user)).select_related("municipality")

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the municipalities that the caller looks after; the one there is, chosen already."""
        if db_field.related_model is Municipality:
            kwargs["queryset"] = own = administered(request.user)
            if len(own) == 1:
                kwargs["initial"] = own[0]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
