"""The back office's pages about municipalities, users and their roles."""

from typing import Any, cast

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db.models import ForeignKey, Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from core.errors import DomainError
from people import services
from people.back_office import BackOfficeAdmin, MunicipalAdmin, administered
from people.forms import InvitationForm, MembershipForm, MunicipalityForm, UserForm
from people.models import DEPUTY, Membership, Municipality, User

# Django and allauth bring pages of their own, where rights are given and sign-in is changed past the services.
for brought in (Group, EmailAddress, Authenticator):
    if admin.site.is_registered(brought):
        admin.site.unregister(brought)


@admin.register(Municipality)
class MunicipalityAdmin(BackOfficeAdmin):
    """One's own municipality; all of them for the operator."""

    form = MunicipalityForm
    fields = (
        "code", "name", "time_zone", "times_in_texts", "unmet_days", "behind_percent", "behind_weeks",
    )  # fmt: skip
    fixed = ("code",)
    list_display = ("name", "code", "time_zone")

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Municipality]":
        """Keep those that the caller looks after."""
        return administered(request.user)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leave new municipalities to the operator."""
        return bool(getattr(request.user, "is_superuser", False))


@admin.register(User)
class UserAdmin(BackOfficeAdmin):
    """The people of one's own municipality."""

    form = UserForm
    fields = ("email", "name", "language", "is_active")
    list_display = ("email", "name", "language", "is_active")
    list_filter = ("is_active", "language")
    search_fields = ("email", "name")
    ordering = ("email",)

    def get_queryset(self, request: HttpRequest) -> "QuerySet[User]":
        """Keep those who have, or had, a role in a municipality that the caller looks after."""
        users: QuerySet[User] = super().get_queryset(request)
        if getattr(request.user, "is_superuser", False):
            return users
        here = Membership.objects.filter(municipality__in=administered(request.user))
        return users.filter(pk__in=here.values("user"))

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show, without letting them be changed, those who are not this municipality's alone."""
        if not super().has_change_permission(request, obj):
            return False
        try:
            if obj is not None:
                services.expect_may_edit(cast(User, request.user), cast(User, obj))
        except DomainError:
            return False
        return True

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Ask for the first role of somebody new."""
        return self.fields if obj else ("email", "name", "language", "municipality", "role")

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Offer the caller's municipalities for somebody new."""
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        own = administered(request.user)
        form = super().get_form(
            request, obj, change, **kwargs | {"form": InvitationForm, "fields": list(self.fields[:3])}
        )
        form.base_fields["municipality"].queryset = own
        form.base_fields["municipality"].initial = own.first() if len(own) == 1 else None
        return form

    def save_model(self, request: HttpRequest, obj: User, form: "ModelForm[User]", change: bool) -> None:
        """Write by way of the service; the row becomes the one that the service found or made."""
        by, values = cast(User, request.user), form.cleaned_data
        if change:
            services.edit_user(by=by, user_id=obj.pk, **{name: values[name] for name in form.changed_data})
        else:
            obj.pk = services.invite_user(by=by, **values).pk


@admin.register(Membership)
class MembershipAdmin(MunicipalAdmin):
    """Who is what in one's own municipality."""

    form = MembershipForm
    fields = ("user", "municipality", "role", "is_active")
    fixed = ("person", "municipality", "role")
    list_display = ("person", "municipality", "role", "is_active")
    list_filter = ("role", "is_active")
    list_select_related = ("user", "municipality")
    search_fields = ("user__email", "user__name")
    ordering = ("user__email", "role")

    @admin.display(description="Användare", ordering="user__email")
    def person(self, membership: Membership) -> str:
        """Name the person to the administrator."""
        return f"{membership.user.name} <{membership.user.email}>"

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Membership]":
        """Load the people with their roles."""
        return super().get_queryset(request).select_related("user")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Show deputies without letting them be changed: whom they stand in for names them."""
        return super().has_change_permission(request, obj) and getattr(obj, "role", None) != DEPUTY

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        """Show whose role it is by name; a new one is active."""
        return (*self.fixed, "is_active") if obj else self.fields[:3]

    def formfield_for_foreignkey(
        self, db_field: "ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Any:
        """Offer only the people of the municipalities that the caller looks after."""
        if db_field.name == "user":
            kwargs["queryset"] = admin.site.get_model_admin(User).get_queryset(request)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(
        self, request: HttpRequest, obj: Membership, form: "ModelForm[Membership]", change: bool
    ) -> None:
        """Write by way of the services."""
        by = cast(User, request.user)
        if change:
            services.set_membership_active(by=by, membership_id=obj.pk, is_active=obj.is_active)
        else:
            services.add_membership(by=by, user=obj.user, municipality=obj.municipality, role=obj.role)
