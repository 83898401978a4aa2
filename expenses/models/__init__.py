"""Expenses, their receipts, and what rules over both."""

from expenses.models.category import ExpenseCategory, SwitchedOffCategory, check_claimable
from expenses.models.expense import NO_MILEAGE, Expense, ExpenseQuerySet
from expenses.models.mileage import FIRST_DAY, MileageRate
from expenses.models.pre_approval import READERS, PreApproval, PreApprovalQuerySet
from expenses.models.receipt import Receipt, ReceiptQuerySet, receipt_path
from expenses.models.storage_check import NAMES_KEPT, StorageCheck

__all__ = [
    "FIRST_DAY",
    "NAMES_KEPT",
    "NO_MILEAGE",
    "READERS",
    "Expense",
    "ExpenseCategory",
    "ExpenseQuerySet",
    "MileageRate",
    "PreApproval",
    "PreApprovalQuerySet",
    "Receipt",
    "ReceiptQuerySet",
    "StorageCheck",
    "SwitchedOffCategory",
    "check_claimable",
    "receipt_path",
]
