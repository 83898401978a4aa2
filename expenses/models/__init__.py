"""Expenses, their receipts, and what rules over both."""

from expenses.models.category import ExpenseCategory, SwitchedOffCategory, check_claimable
from expenses.models.decided import FREE, NOT_APPROVED_FIRST, UNDECIDED
from expenses.models.driven import NO_MILEAGE
from expenses.models.duplicate import Duplicate, DuplicateQuerySet, Found
from expenses.models.event import ExpenseEvent, ExpenseNote
from expenses.models.expense import Expense, ExpenseQuerySet, outlays_in
from expenses.models.mileage import FIRST_DAY, MileageRate
from expenses.models.pre_approval import READERS, PreApproval, PreApprovalQuerySet
from expenses.models.receipt import Receipt, ReceiptQuerySet, receipt_path
from expenses.models.storage_check import NAMES_KEPT, StorageCheck

__all__ = [
    "FIRST_DAY",
    "FREE",
    "NAMES_KEPT",
    "NOT_APPROVED_FIRST",
    "NO_MILEAGE",
    "READERS",
    "UNDECIDED",
    "Duplicate",
    "DuplicateQuerySet",
    "Expense",
    "ExpenseCategory",
    "ExpenseEvent",
    "ExpenseNote",
    "ExpenseQuerySet",
    "Found",
    "MileageRate",
    "PreApproval",
    "PreApprovalQuerySet",
    "Receipt",
    "ReceiptQuerySet",
    "StorageCheck",
    "SwitchedOffCategory",
    "check_claimable",
    "outlays_in",
    "receipt_path",
]
