"""Paths below /api/v1 that are about expenses."""

from django.urls import path

from expenses import (
    allowance_views,
    category_views,
    deciding_views,
    direct_upload_views,
    duplicate_views,
    history_views,
    pre_approval_views,
    queue_views,
    receipt_views,
    views,
)

urlpatterns = [
    path("expense-categories", category_views.ExpenseCategoriesView.as_view(), name="expense-categories"),
    path(
        "assignments/<uuid:assignment_id>/expense-categories",
        category_views.ClaimableCategoriesView.as_view(),
        name="claimable-categories",
    ),
    path(
        "assignments/<uuid:assignment_id>/expense-categories/<slug:code>",
        category_views.ClaimableCategoryView.as_view(),
        name="claimable-category",
    ),
    path("assignments/<uuid:assignment_id>/allowance", allowance_views.AllowanceView.as_view(), name="allowance"),
    path("allowances", allowance_views.AllowancesView.as_view(), name="allowances"),
    path("pre-approvals", pre_approval_views.PreApprovalsView.as_view(), name="pre-approvals"),
    path(
        "pre-approvals/<uuid:pre_approval_id>", pre_approval_views.PreApprovalView.as_view(), name="pre-approval"
    ),
    path(
        "pre-approvals/<uuid:pre_approval_id>/withdraw",
        pre_approval_views.WithdrawPreApprovalView.as_view(),
        name="withdraw-pre-approval",
    ),
    path(
        "pre-approvals/<uuid:pre_approval_id>/approve",
        pre_approval_views.ApprovePreApprovalView.as_view(),
        name="approve-pre-approval",
    ),
    path(
        "pre-approvals/<uuid:pre_approval_id>/decline",
        pre_approval_views.DeclinePreApprovalView.as_view(),
        name="decline-pre-approval",
    ),
    path("receipts", receipt_views.ReceiptsView.as_view(), name="receipts"),
    path("receipts/uploads", direct_upload_views.UploadsView.as_view(), name="receipt-uploads"),
    path(
        "receipts/<uuid:receipt_id>/uploaded", direct_upload_views.UploadedView.as_view(), name="receipt-uploaded"
    ),
    path("receipts/<uuid:receipt_id>", receipt_views.ReceiptView.as_view(), name="receipt"),
    path("receipts/<uuid:receipt_id>/file", receipt_views.ReceiptFileView.as_view(), name="receipt-file"),
    path(
        "receipts/<uuid:receipt_id>/preview",
        receipt_views.ReceiptPreviewView.as_view(),
        name="receipt-preview",
    ),
    path(
        "receipts/<uuid:receipt_id>/pages/<int:number>",
        receipt_views.ReceiptPageView.as_view(),
        name="receipt-page",
    ),
    path("expenses", views.ExpensesView.as_view(), name="expenses"),
    path("expenses/queue", queue_views.QueueView.as_view(), name="expense-queue"),
    path("expenses/take-next", queue_views.TakeNextView.as_view(), name="take-next-expenses"),
    path("expenses/decisions", deciding_views.DecisionsView.as_view(), name="decide-expenses"),
    path("expense-reasons", deciding_views.ExpenseReasonsView.as_view(), name="expense-reasons"),
    path("expenses/<uuid:expense_id>", views.ExpenseView.as_view(), name="expense"),
    path("expenses/<uuid:expense_id>/submit", views.SubmitExpenseView.as_view(), name="submit-expense"),
    path(
        "expenses/<uuid:expense_id>/approve", deciding_views.ApproveExpenseView.as_view(), name="approve-expense"
    ),
    path("expenses/<uuid:expense_id>/return", deciding_views.ReturnExpenseView.as_view(), name="return-expense"),
    path("expenses/<uuid:expense_id>/reject", deciding_views.RejectExpenseView.as_view(), name="reject-expense"),
    path("expenses/<uuid:expense_id>/undo", deciding_views.UndoExpenseView.as_view(), name="undo-expense"),
    path("expenses/<uuid:expense_id>/take", queue_views.TakeExpenseView.as_view(), name="take-expense"),
    path("expenses/<uuid:expense_id>/release", queue_views.ReleaseExpenseView.as_view(), name="release-expense"),
    path("expenses/<uuid:expense_id>/history", history_views.ExpenseHistoryView.as_view(), name="expense-history"),
    path("expenses/<uuid:expense_id>/notes", history_views.ExpenseNotesView.as_view(), name="expense-notes"),
    path(
        "expenses/<uuid:expense_id>/duplicates/<uuid:duplicate_id>/answer",
        duplicate_views.AnswerDuplicateView.as_view(),
        name="answer-duplicate",
    ),
]
