"""A coordinator gets in touch with a contact person, without a word about whom."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from assignments.models import Assignment, OwnAssignment
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from people.models import Role, User


def nudge(*, user: User, assignment_id: UUID, now: datetime) -> tuple[Notification, bool]:
    """Ask the contact person of an assignment to look at it; return what they were told and whether it is new.

    Once a day, whoever asks. Raise NotYours unless the user coordinates where it is, or OwnAssignment.
    """
    with transaction.atomic():
        led = Assignment.objects.with_decision().visible_to(user, now=now, roles={Role.COORDINATOR})
        assignment = led.get_one(assignment_id)
        if assignment.contact_person_id == user.pk:
            raise OwnAssignment
        told = notify(
            recipients=[assignment.contact_person],
            kind=Kind.NUDGE,
            subject_type="assignment",
            subject_id=assignment.pk,
            dedup_key=f"{assignment.pk}:{assignment.municipality.today(now)}",
            now=now,
        )
        nudges = assignment.contact_person.notifications.filter(kind=Kind.NUDGE, subject_id=assignment.pk)
        return nudges.latest("created_at"), bool(told)
