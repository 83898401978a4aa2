"""How people want to be told of what."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from core.errors import InvalidInput
from core.text import Text
from notifications.messages import MESSAGES, Kind, message_of
from notifications.models import Delivery, NotificationPreference
from people.models import User

CHANNELS = frozenset(Delivery.Channel)


class KindMandatory(InvalidInput):
    """Somebody would wait for money in vain."""

    code = "kind_mandatory"
    text = Text(sv="{kind} går inte att stänga av.", en="{kind} can't be switched off.")


def preference_of(user: User) -> NotificationPreference:
    """Return how somebody wants to be told: what they said, or what holds for whoever never did."""
    said = NotificationPreference.objects.filter(user=user).first()
    return said or NotificationPreference.unsaid(user)


def preferences_of(user_ids: Collection[UUID]) -> dict[UUID, NotificationPreference]:
    """Return how each of some people wants to be told, in one query."""
    said = {row.user_id: row for row in NotificationPreference.objects.filter(user__in=user_ids)}
    unsaid = NotificationPreference.unsaid()
    return {user_id: said.get(user_id, unsaid) for user_id in user_ids}


def kinds_for(user: User) -> list[Kind]:
    """Return the kinds that somebody's roles have them told of."""
    return [kind for kind in Kind if MESSAGES[kind].audience in user.roles]


def set_preferences(
    *,
    user: User,
    kinds: Iterable[Mapping[str, Any]] = (),
    expected_version: int | None = None,
    **values: Any,
) -> NotificationPreference:
    """Change what is given of how the user wants to be told; the same again changes nothing.

    `values` are `lead_times` (minutes), `quiet_from` and `quiet_until` (both None for no quiet hours), `time_zone`
    and `digest_at`; each of `kinds` says of one `kind` whether it comes by a channel. Raise KindMandatory or
    StaleVersion.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # a row that is not there can't be locked
        row = preference_of(user)
        muted = set(row.muted)
        for one in kinds:
            for channel in CHANNELS & one.keys():
                name = f"{channel}:{one['kind']}"
                if one[channel]:
                    muted.discard(name)
                elif message_of(one["kind"]).mandatory:
                    raise KindMandatory(field="kinds", kind=one["kind"])
                else:
                    muted.add(name)
        wanted: dict[str, Any] = {**values, "muted": sorted(muted)}
        if expected_version is not None:
            row.expect(expected_version, already=row.holds(**wanted))
        if row._state.adding:
            row.save(force_insert=True)
        row.change(**wanted)
    return row
