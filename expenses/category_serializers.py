"""How what may be claimed looks to the phone."""

from decimal import Decimal

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import CommandSerializer, MoneyField
from core.text import known_language
from expenses.models import ExpenseCategory


class ExpenseCategorySerializer(serializers.ModelSerializer[ExpenseCategory]):
    """Something that is repaid."""

    name = serializers.SerializerMethodField()
    needs_receipt = serializers.BooleanField(source="wants_receipt")

    class Meta:
        model = ExpenseCategory
        fields = ["code", "name", "needs_receipt", "kind", "municipality"]

    def get_name(self, category: ExpenseCategory) -> str:
        """Say it in the caller's language."""
        return str(getattr(category, f"name_{known_language(get_language())}"))


class ClaimableCategorySerializer(ExpenseCategorySerializer):
    """What is repaid in an assignment today; the context holds its policy and what is switched off.

    `cap` is the most that is approved of one expense, `ask_first_above` what has to be approved beforehand (SEK).
    """

    cap = serializers.SerializerMethodField()
    ask_first_above = serializers.SerializerMethodField()
    claimable = serializers.SerializerMethodField()

    class Meta(ExpenseCategorySerializer.Meta):
        fields = ["code", "name", "needs_receipt", "kind", "cap", "ask_first_above", "claimable"]

    @extend_schema_field(MoneyField(allow_null=True))
    def get_cap(self, category: ExpenseCategory) -> str | None:
        """Say what is approved at most."""
        return _money(self.context["policy"].cap_of(category.code))

    @extend_schema_field(MoneyField(allow_null=True))
    def get_ask_first_above(self, category: ExpenseCategory) -> str | None:
        """Say from where on to ask first."""
        return _money(self.context["policy"].ask_first_above)

    def get_claimable(self, category: ExpenseCategory) -> bool:
        """Tell whether it may be claimed here."""
        return category.pk not in self.context["switched_off"]


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


class SwitchCategorySerializer(CommandSerializer):
    """Whether it may be claimed in the assignment."""

    claimable = serializers.BooleanField()
