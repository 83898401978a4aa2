"""What a phone had to send about an assignment that had ended by then."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from assignments.models.assignment import Assignment
from core.models import BaseQuerySet, RepeatableModel
from people.models import Municipality, Role, User


class LateWriteQuerySet(BaseQuerySet["LateWrite"]):
    """Who reads which late writes."""

    def to_handle(self, user: User) -> "LateWriteQuerySet":
        """Keep those of the municipalities that the user coordinates now, their own among them."""
        here = user.municipality_ids(Role.COORDINATOR)
        return self.filter(assignment__decision__client__municipality__in=here)

    def waiting_for(self, user: User) -> "LateWriteQuerySet":
        """Keep those that nobody has handled, and that the user may."""
        return self.to_handle(user).filter(handled_at=None).exclude(assignment__contact_person=user)

    def complete(self) -> "LateWriteQuerySet":
        """Load all that an answer shows in one query."""
        return self.select_related("assignment__decision__client__municipality", "made_by", "handled_by")


class LateWrite(RepeatableModel):
    """One item of a phone's queue that came too late to be done, kept for a coordinator.

    `body` is what the phone sent, with all that it says of a client; `creates` are the ids in it that nothing has.
    """

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="late_writes")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="late_writes")
    item_id = models.UUIDField(help_text="The phone's own.")
    installation_id = models.CharField(max_length=64)
    made_at = models.DateTimeField(help_text="By the phone's clock, which may be wrong.")
    received_at = models.DateTimeField()
    method = models.CharField(max_length=10)
    path = models.CharField(max_length=200)
    body = models.JSONField()
    creates = ArrayField(models.UUIDField())
    handled_at = models.DateTimeField(null=True)
    handled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=1000, blank=True)

    objects = LateWriteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["made_by", "item_id"], name="late_write_once"),
            models.CheckConstraint(
                condition=Q(handled_at=None, handled_by=None, note="")
                | Q(handled_at__isnull=False, handled_by__isnull=False),
                name="late_write_handled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["assignment", "-received_at"], name="late_write_of_assignment"),
            models.Index(fields=["assignment"], condition=Q(handled_at=None), name="late_write_waiting"),
        ]

    @property
    def municipality(self) -> Municipality:
        """The municipality whose coordinators read it."""
        return self.assignment.municipality
