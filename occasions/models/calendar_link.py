"""What lets a calendar read along."""

from django.core.signing import BadSignature, Signer
from django.db import models
from django.db.models import Q

from core.errors import NotYours
from core.models import BaseModel, BaseQuerySet
from people.models import User


class CalendarLinkQuerySet(BaseQuerySet["CalendarLink"]):
    """Questions about calendar links."""

    def in_force(self) -> "CalendarLinkQuerySet":
        """Keep those that nobody revoked."""
        return self.filter(revoked_at=None)

    def get_by_secret(self, secret: str) -> "CalendarLink":
        """Return the link in force that a secret is the key to. Raise NotYours, whatever is wrong with it."""
        try:
            link_id = _calendar_signer().unsign(secret)
        except BadSignature:
            raise NotYours from None
        return self.in_force().get_one(link_id)


class CalendarLink(BaseModel):
    """What lets a calendar read a contact person's occasions without signing in, until it is revoked."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_links")
    revoked_at = models.DateTimeField(null=True)

    objects = CalendarLinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(revoked_at=None), name="calendar_link_once"),
        ]

    @property
    def secret(self) -> str:
        """The key: the id and its signature. It is stored nowhere, so a copy of the database opens nothing."""
        return _calendar_signer().sign(self.pk.hex)


def _calendar_signer() -> Signer:
    """Return what makes and knows secrets. Hex, base64 and a point need no escaping in a path."""
    return Signer(salt="occasions.calendar_link", sep=".")
