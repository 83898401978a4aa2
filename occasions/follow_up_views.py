"""What there is to follow up, over HTTP."""

from typing import Any, cast

from django.utils import timezone
from rest_framework.generics import ListAPIView

from assignments.models import Decision
from occasions.follow_up import FollowUps, watched
from occasions.follow_up_serializers import FollowUpSerializer
from people.models import Role, User


class FollowUpView(ListAPIView[Any]):
    """Clients whom nobody has met for long, and decisions of which too little is used."""

    roles = {"GET": frozenset({Role.COORDINATOR})}
    serializer_class = FollowUpSerializer
    queryset = Decision.objects.none()
    ordering = ("id",)

    def get_queryset(self) -> Any:
        """Limit to the municipalities that the caller coordinates now."""
        held = cast(User, self.request.user).active_memberships
        led = {one.municipality for one in held if one.acts_as == Role.COORDINATOR}
        return FollowUps(watched(led, timezone.now()))
