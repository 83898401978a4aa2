"""A coordinator gets in touch with a contact person, without a word about whom."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from assignments.models import Assignment, OwnAssignment, is_active_contact_person
from core.errors import DomainError
from core.text import Text
from notifications.messages import Kind
from notifications.models import Notification
from notifications.services import notify
from people.models import Role, User


class NobodyToNudge(DomainError):
    """Whoever was told could not even open it."""

    code = "nobody_to_nudge"
    text = Text(sv="Ingen har det här uppdraget längre.", en="Nobody has this assignment any more.")


def nudge(*, user: User, assignment_id: UUID, now: datetime) -> tuple[Notification, bool]:
    """Ask the contact person of an assignment to look at it; return what they were told and whether it is new.

    Once a day, whoever asks. Raise NotYours unless the user coordinates where it is, OwnAssignment, or
    NobodyToNudge once it has ended.
    """
    with transaction.atomic():
        led = Assignment.objects.with_decision().visible_to(user, now=now, roles={Role.COORDINATOR})
        assignment = led.get_one(assignment_id)
        if assignment.contact_person_id == user.pk:
            raise OwnAssignment
        held = Assignment.objects.filter(is_active_contact_person(""), pk=assignment.pk)
        if not (assignment.lasts(now) and held.exists()):
            raise NobodyToNudge
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
