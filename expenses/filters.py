"""What lists of expenses can be filtered by."""

from django_filters import rest_framework as filters

from expenses.models import Expense, PreApproval

ISO = ["%Y-%m-%d"]  # Django would also read the dates of the caller's language, and guess what 05/06 is


class ExpenseFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=&occasion=&category=&status=&spent_from=&spent_to=`."""

    assignment = filters.UUIDFilter(field_name="assignment")
    occasion = filters.UUIDFilter(field_name="occasion")
    category = filters.CharFilter(field_name="category__code")
    spent_from = filters.DateFilter(field_name="spent_on", lookup_expr="gte", input_formats=ISO)
    spent_to = filters.DateFilter(field_name="spent_on", lookup_expr="lte", input_formats=ISO)

    class Meta:
        model = Expense
        fields = ["status"]


class PreApprovalFilter(filters.FilterSet):  # type: ignore[misc]
    """`?assignment=&status=`."""

    assignment = filters.UUIDFilter(field_name="assignment")

    class Meta:
        model = PreApproval
        fields = ["status"]
