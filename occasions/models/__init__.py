"""Occasions, what was done at them, and what plans many of them."""

from occasions.models.activity import Activity, ActivityKind, kinds_by_code
from occasions.models.calendar_link import CalendarLink
from occasions.models.draft import OccasionDraft, OccasionDraftQuerySet
from occasions.models.occasion import READERS, Occasion, OccasionQuerySet
from occasions.models.outing import Outing
from occasions.models.series import OccasionSeries, OccasionSeriesQuerySet

__all__ = [
    "READERS",
    "Activity",
    "ActivityKind",
    "CalendarLink",
    "Occasion",
    "OccasionDraft",
    "OccasionDraftQuerySet",
    "OccasionQuerySet",
    "OccasionSeries",
    "OccasionSeriesQuerySet",
    "Outing",
    "kinds_by_code",
]
