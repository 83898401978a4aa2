"""Expenses and their receipts."""

from expenses.models.category import ExpenseCategory
from expenses.models.expense import READERS, Expense, ExpenseQuerySet
from expenses.models.receipt import Receipt, ReceiptQuerySet, receipt_path
from expenses.models.storage_check import NAMES_KEPT, StorageCheck

__all__ = [
    "NAMES_KEPT",
    "READERS",
    "Expense",
    "ExpenseCategory",
    "ExpenseQuerySet",
    "Receipt",
    "ReceiptQuerySet",
    "StorageCheck",
    "receipt_path",
]
