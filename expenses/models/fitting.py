"""Which rows are for somebody to look at: what `rules.choose_capacity` lets through, asked of the database."""

from collections.abc import Callable
from uuid import UUID

from django.db.models import Q

from people.models import Role, User


def fitting(user: User, is_of: Callable[[UUID], Q]) -> Q:
    """Keep what somebody coordinates in their own right or for anybody whose it is not, never what is theirs.

    `is_of` tells of an assignment's rows whose they are: the claimant's, or also who approved first.
    """
    found = Q(pk__in=[])
    for membership in user.active_memberships:
        if membership.acts_as == Role.COORDINATOR:
            here = Q(assignment__decision__client__municipality=membership.municipality_id)
            principal = membership.deputy_for_id
            found |= here if principal is None else here & ~is_of(principal)
    return found & ~is_of(user.pk)
