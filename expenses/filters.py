"""What lists of expenses can be filtered by."""

from datetime import date, time
from typing import cast

from django.db.models import Q
from django.utils import timezone
from django_filters import rest_framework as filters

from core.periods import DAY, local_moment
from expenses.models import Expense, ExpenseQuerySet, PreApproval
from people.models import User

ISO = ["%Y-%m-%d"]  # Django would also read the dates of the caller's language, and guess what 05/06 is
# Days whose midnights are moments everywhere.
FIRST, LAST = date.min + DAY, date.max - DAY
YES_OR_NO = [("true", "true"), ("false", "false")]
MONEY = {"max_digits": 9, "decimal_places": 2}  # as core.serializers.MoneyField has it
HANDS = [("mine", "mine"), ("free", "free"), ("others", "others")]


class SpendingFilter(filters.FilterSet):  # type: ignore[misc]
    """What was claimed for what."""

    assignment = filters.UUIDFilter(field_name="assignment")
    category = filters.CharFilter(field_name="category__code")
    spent_from = filters.DateFilter(field_name="spent_on", lookup_expr="gte", input_formats=ISO)
    spent_to = filters.DateFilter(field_name="spent_on", lookup_expr="lte", input_formats=ISO)


class ExpenseFilter(SpendingFilter):
    """`?assignment=&occasion=&category=&status=&spent_from=&spent_to=`."""

    occasion = filters.UUIDFilter(field_name="occasion")

    class Meta:
        model = Expense
        fields = ["status"]


class QueueFilter(SpendingFilter):
    """Whose it is, when it came in (days of the municipality's), how much it is, and in whose hand."""

    municipality = filters.UUIDFilter(field_name="assignment__decision__client__municipality")
    contact_person = filters.UUIDFilter(field_name="assignment__contact_person")
    submitted_from = filters.DateFilter(method="came_in_from", input_formats=ISO)
    submitted_to = filters.DateFilter(method="came_in_to", input_formats=ISO)
    min_amount = filters.NumberFilter(field_name="claimed_amount", lookup_expr="gte", **MONEY)
    max_amount = filters.NumberFilter(field_name="claimed_amount", lookup_expr="lte", **MONEY)
    has_receipt = filters.ChoiceFilter(choices=YES_OR_NO, field_name="receipt", method="has")
    needs_second_person = filters.ChoiceFilter(choices=YES_OR_NO, field_name="first_approved_at", method="has")
    in_hand = filters.ChoiceFilter(choices=HANDS, method="in_hand_of")

    def came_in_from(self, rows: ExpenseQuerySet, name: str, day: date) -> ExpenseQuerySet:
        """Keep those that came in on the day or after it."""
        return self._came_in(rows, "gte", day)

    def came_in_to(self, rows: ExpenseQuerySet, name: str, day: date) -> ExpenseQuerySet:
        """Keep those that came in on the day or before it."""
        return self._came_in(rows, "lt", day)

    def _came_in(self, rows: ExpenseQuerySet, side: str, day: date) -> ExpenseQuerySet:
        """Hold each municipality's expenses against its own midnight."""
        wanted = Q(pk__in=[])
        for municipality in {one.municipality for one in self._user.active_memberships}:
            on = min(max(day, FIRST), LAST)
            midnight = local_moment(on if side == "gte" else on + DAY, time.min, municipality.zone)
            here = Q(assignment__decision__client__municipality=municipality.pk)
            wanted |= here & Q(**{f"submitted_at__{side}": midnight})
        return rows.filter(wanted)

    def has(self, rows: ExpenseQuerySet, name: str, wanted: str) -> ExpenseQuerySet:
        """Keep those that have something, or that lack it."""
        return rows.filter(**{f"{name}__isnull": wanted == "false"})

    def in_hand_of(self, rows: ExpenseQuerySet, name: str, whose: str) -> ExpenseQuerySet:
        """Keep those in the caller's hand, in somebody else's, or in nobody's."""
        held = Q(in_hand_until__gt=timezone.now())
        mine = Q(in_hand_of=self._user)
        if whose == "free":
            return rows.exclude(held)
        return rows.filter(held & mine if whose == "mine" else held & ~mine)

    @property
    def _user(self) -> User:
        return cast(User, self.request.user)


class PreApprovalFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=&status=`."""

    assignment = filters.UUIDFilter(field_name="assignment")

    class Meta:
        model = PreApproval
        fields = ["status"]
