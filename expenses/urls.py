"""Paths below /api/v1 that are about expenses."""

from django.urls import path

from expenses import deciding_views, direct_upload_views, receipt_views, views

urlpatterns = [
    path("expense-categories", views.ExpenseCategoriesView.as_view(), name="expense-categories"),
    path("assignments/<uuid:assignment_id>/allowance", views.AllowanceView.as_view(), name="allowance"),
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
    path("expenses/<uuid:expense_id>", views.ExpenseView.as_view(), name="expense"),
    path("expenses/<uuid:expense_id>/submit", views.SubmitExpenseView.as_view(), name="submit-expense"),
    path(
        "expenses/<uuid:expense_id>/approve", deciding_views.ApproveExpenseView.as_view(), name="approve-expense"
    ),
    path("expenses/<uuid:expense_id>/return", deciding_views.ReturnExpenseView.as_view(), name="return-expense"),
    path("expenses/<uuid:expense_id>/reject", deciding_views.RejectExpenseView.as_view(), name="reject-expense"),
]
