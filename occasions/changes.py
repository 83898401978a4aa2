"""What a phone keeps a copy of here."""

from django.db.models import Q, QuerySet

from core.changes import Scope
from occasions.models import Occasion, OccasionDraft, OccasionSeries


def changed_series(scope: Scope) -> QuerySet[OccasionSeries]:
    """Keep those that a phone has to be sent, or has to forget."""
    return OccasionSeries.objects.filter(scope.in_assignments)


def changed_occasions(scope: Scope) -> QuerySet[Occasion]:
    """Keep those that a phone has to be sent, or has to forget: also those that count otherwise than before."""
    wanted = scope.in_assignments
    for judged_from, assignments in scope.judged_from.items():
        wanted |= Q(assignment__in=assignments, starts_at__gte=judged_from)
    return Occasion.objects.filter(wanted)


def changed_drafts(scope: Scope) -> QuerySet[OccasionDraft]:
    """Keep the user's that a phone has to be sent, or has to forget."""
    return OccasionDraft.objects.filter(scope.in_assignments, author=scope.user_id)
