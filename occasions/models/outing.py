"""One outing with several clients."""

from django.db import models

from core.models import BaseQuerySet, RepeatableModel
from people.models import User


class Outing(RepeatableModel):
    """What the occasions of siblings have in common: one contact person, met by several clients at once."""

    contact_person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="outings")

    objects = BaseQuerySet["Outing"].as_manager()
