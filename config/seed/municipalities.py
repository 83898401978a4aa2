"""What a municipality has before anybody works there."""

from collections.abc import Iterable
from typing import Any

from assignments.models import Policy
from expenses.models import ExpenseCategory
from expenses.rate_services import begin_with_a_rate
from occasions.models import ActivityKind
from people.models import Municipality

ACTIVITY_KINDS = [
    ("cinema", "Bio", "Cinema"),
    ("coffee", "Fika", "Coffee"),
    ("walk", "Promenad", "Walk"),
    ("dinner", "Middag ute", "Dinner out"),
    ("training", "Träning", "Training"),
    ("outing", "Utflykt", "Outing"),
    ("other", "Annat", "Something else"),
]
EXPENSE_CATEGORIES = [
    ("ticket", "Biljett", "Ticket", "receipt", True),
    ("meal", "Mat och fika", "Food and coffee", "receipt", True),
    ("training", "Träning", "Training", "receipt", True),
    ("other", "Annat", "Something else", "receipt", True),
    ("coin_machine", "Automat utan kvitto", "Machine without receipts", "receipt", False),
    ("car", "Egen bil", "Own car", "mileage", False),
]


def equip(municipality: Municipality, policies: Iterable[dict[str, Any]]) -> None:
    """Give a municipality the versions of its policy, and what it offers and repays."""
    Policy.objects.bulk_create(Policy(municipality=municipality, **values) for values in policies)
    ActivityKind.objects.bulk_create(
        ActivityKind(municipality=municipality, code=kind, name_sv=sv, name_en=en)
        for kind, sv, en in ACTIVITY_KINDS
    )
    ExpenseCategory.objects.bulk_create(
        ExpenseCategory(
            municipality=municipality,
            code=category,
            name_sv=sv,
            name_en=en,
            kind=kind,
            needs_receipt=needs_receipt,
        )
        for category, sv, en, kind, needs_receipt in EXPENSE_CATEGORIES
    )
    begin_with_a_rate(municipality)
