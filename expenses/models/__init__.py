"""Expenses and their receipts."""

from expenses.models.category import ExpenseCategory
from expenses.models.expense import READERS, Expense, ExpenseQuerySet
from expenses.models.receipt import Receipt, ReceiptQuerySet, receipt_path

__all__ = [
    "READERS",
    "Expense",
    "ExpenseCategory",
    "ExpenseQuerySet",
    "Receipt",
    "ReceiptQuerySet",
    "receipt_path",
]
