"""What is done at occasions."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import models
from django.db.models import Q

from assignments.models import Policy
from assignments.rules import UNWRITTEN
from core.models import BaseModel, BaseQuerySet
from people.models import Municipality


class ActivityKindQuerySet(BaseQuerySet["ActivityKind"]):
    """Which kinds are offered where."""

    def offered_by(self, municipalities: Iterable[Municipality], *, now: datetime) -> "ActivityKindQuerySet":
        """Keep the kinds in use that each municipality's policy has today."""
        here = list(municipalities)
        versions = Policy.versions_for(one.pk for one in here)
        wanted = Q(pk__in=[])
        for one in here:
            kinds = versions.get(one.pk, UNWRITTEN).in_force(one.today(now)).activity_kinds
            wanted |= Q(municipality=one, code__in=kinds) if kinds else Q(municipality=one)
        return self.filter(wanted, is_active=True)


class ActivityKind(BaseModel):
    """Something a municipality offers to do: cinema, coffee, a walk."""

    municipality = models.ForeignKey(Municipality, on_delete=models.PROTECT, related_name="activity_kinds")
    code = models.SlugField()
    name_sv = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)

    objects = ActivityKindQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["municipality", "code"], name="activity_kind_code_once"),
        ]


class Activity(BaseModel):
    """What was done at an occasion."""

    occasion = models.ForeignKey("occasions.Occasion", on_delete=models.CASCADE, related_name="activities")
    kind = models.ForeignKey(ActivityKind, on_delete=models.PROTECT)
    note = models.CharField(max_length=500, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name_plural = "activities"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["occasion", "position"], name="activity_position_once"),
        ]


def kinds_by_code(municipality_id: UUID, codes: Iterable[str]) -> dict[str, ActivityKind]:
    """Return the municipality's kinds in use among the codes."""
    kinds = ActivityKind.objects.filter(municipality=municipality_id, is_active=True, code__in=set(codes))
    return {kind.code: kind for kind in kinds}
