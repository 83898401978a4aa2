"""How expenses and allowances look to the phone."""

from typing import Any

from django.utils import timezone
from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import ActionSerializer, CommandSerializer, IdField, MoneyField, UnitsField
from core.text import known_language
from expenses.looking import read_signals
from expenses.mileage import LONGEST, SHORTEST
from expenses.models import NO_MILEAGE, Duplicate, Expense, ExpenseCategory
from expenses.rules import allowed_actions
from expenses.signals import TEXTS
from expenses.standing import confers_about, obstacles_of
from people.serializers import PersonSerializer


class InHandSerializer(serializers.Serializer[Any]):
    """Who looks at it, and until when nobody else may."""

    by = PersonSerializer()
    until = serializers.DateTimeField()


class FirstApprovalSerializer(serializers.Serializer[Any]):
    """The first of two approvals: the second may be of as much at most."""

    by = PersonSerializer()
    at = serializers.DateTimeField()
    approved_amount = MoneyField()


class SignalSerializer(serializers.Serializer[Any]):
    """Something to look at beside an expense. It blocks nothing by itself."""

    kind = serializers.ChoiceField(list(TEXTS))
    detail = serializers.CharField(help_text="In the caller's language.")
    expense = serializers.UUIDField(allow_null=True, help_text="The other one that looks the same.")
    duplicate = serializers.UUIDField(allow_null=True, help_text="By which a coordinator answers.")
    answer = serializers.ChoiceField(Duplicate.Answer.choices, allow_null=True)


class KilometresField(UnitsField):
    """Kilometres as a number: `12` or `12.5`."""

    step = 0.1


class MileageSerializer(CommandSerializer):
    """A drive with one's own car: places and purpose as the claimant writes them, all of it once it is sent in."""

    to = serializers.CharField(max_length=200, required=False, allow_blank=True)
    purpose = serializers.CharField(max_length=200, required=False, allow_blank=True)
    km = KilometresField(min_value=SHORTEST, max_value=LONGEST, required=False, allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        """Add the field whose name Python keeps to itself."""
        start = serializers.CharField(max_length=200, required=False, allow_blank=True)
        return {"from": start} | super().get_fields()


class PricedMileageSerializer(MileageSerializer):
    """A drive with its rate: of a draft as it was last looked up, then the one that it came in with."""

    rate = MoneyField(help_text="SEK per km; null where a draft says neither how far nor when.", allow_null=True)


class ExpenseSerializer(serializers.ModelSerializer[Expense]):
    """An expense and what may be done with it now."""

    category = serializers.SlugRelatedField[ExpenseCategory](slug_field="code", read_only=True, allow_null=True)
    in_hand = serializers.SerializerMethodField(help_text="For coordinators only.")
    first_approval = serializers.SerializerMethodField()
    signals = serializers.SerializerMethodField()
    mileage = serializers.SerializerMethodField()
    allowed_actions = serializers.SerializerMethodField()

    class Meta:
        model = Expense
        fields = [
            "id", "assignment", "occasion", "category", "claimed_amount", "approved_amount", "spent_on", "receipt",
            "pre_approval", "mileage", "note", "status", "reason_code", "reason", "submitted_at", "decided_at",
            "in_hand", "first_approval", "signals", "allowed_actions", "version",
        ]  # fmt: skip

    @extend_schema_field(InHandSerializer(allow_null=True))
    def get_in_hand(self, expense: Expense) -> Any:
        """Tell coordinators whether one of them looks at it now."""
        if expense.in_hand_until is None or expense.in_hand_until <= timezone.now() or not self._confers(expense):
            return None
        return InHandSerializer({"by": expense.in_hand_of, "until": expense.in_hand_until}).data

    @extend_schema_field(FirstApprovalSerializer(allow_null=True))
    def get_first_approval(self, expense: Expense) -> Any:
        """Tell both sides of the first of two approvals, as the history does."""
        if expense.first_approved_at is None:
            return None
        first = {"by": expense.first_approved_by, "at": expense.first_approved_at}
        return FirstApprovalSerializer(first | {"approved_amount": expense.first_approved_amount}).data

    def _confers(self, expense: Expense) -> bool:
        return confers_about(expense, self.context["request"].user)

    @extend_schema_field(SignalSerializer(many=True))
    def get_signals(self, expense: Expense) -> Any:
        """Tell both sides what to look at."""
        language = known_language(get_language())
        signals = read_signals(expense, user=self.context["request"].user, now=timezone.now(), language=language)
        return SignalSerializer(signals, many=True).data

    @extend_schema_field(PricedMileageSerializer(allow_null=True))
    def get_mileage(self, expense: Expense) -> Any:
        """Say where, why and how far somebody drove; null when nothing was driven."""
        if expense.holds(**NO_MILEAGE):
            return None
        names = ("from", "to", "purpose", "km", "rate")
        return PricedMileageSerializer({name: getattr(expense, f"mileage_{name}") for name in names}).data

    @extend_schema_field(ActionSerializer(many=True))
    def get_allowed_actions(self, expense: Expense) -> list[dict[str, Any]]:
        """Tell the app what it may offer, so that it never guesses."""
        obstacles = obstacles_of(expense, self.context["request"].user, timezone.now())
        return [vars(action) for action in allowed_actions(expense.status, obstacles)]


class EditExpenseSerializer(CommandSerializer):
    """What may be changed of an expense."""

    category = serializers.SlugField(max_length=50, required=False, allow_null=True)
    claimed_amount = MoneyField(required=False, allow_null=True)
    spent_on = serializers.DateField(required=False, allow_null=True)
    occasion = IdField(required=False, allow_null=True)
    receipt = IdField(required=False, allow_null=True)
    pre_approval = IdField(required=False, allow_null=True)
    mileage = MileageSerializer(required=False, allow_null=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class ClaimExpenseSerializer(EditExpenseSerializer):
    """What there is so far of a draft: the rest may come until it is sent in."""

    id = IdField(required=False)
    assignment = IdField()


class SubmitSerializer(CommandSerializer):
    """Submitting says nothing more."""
