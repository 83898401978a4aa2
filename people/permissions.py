"""Closed by default: a view says which roles may do what, or nobody may."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission

from people.models import Role, User

if TYPE_CHECKING:  # DRF's settings load this file while its views are being loaded.
    from rest_framework.request import Request
    from rest_framework.views import APIView

EVERYBODY = frozenset(Role.values)


class RolePermission(BasePermission):
    """Let in who holds, in any municipality, a role that the view's `roles` gives the method.

    `roles` is a mapping from method to roles. Which rows they reach is for `.visible_to(user)`.
    """

    def has_permission(self, request: "Request", view: "APIView") -> bool:
        """Tell whether the request's user holds a role for the request's method. Raise MethodNotAllowed."""
        method = "GET" if request.method in ("HEAD", "OPTIONS") else str(request.method)
        if not hasattr(view, method.lower()):
            raise MethodNotAllowed(method)
        wanted = getattr(view, "roles", {}).get(method, frozenset())
        user = request.user
        return isinstance(user, User) and bool(wanted & user.roles)
