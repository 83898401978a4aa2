"""Codes of the problems that several calls about expenses answer with, for the API's description."""

SUBMITTING = (
    "category_switched_off",
    "incomplete",
    "mileage_missing",
    "no_mileage_rate",
    "no_policy",
    "other_category_approved",
    "over_pre_approval",
    "pre_approval_required",
    "receipt_missing",
    "receipt_refused",
    "spent_in_future",
    "spent_outside_assignment",
    "spent_too_long_ago",
)
CLAIMING = (
    *SUBMITTING,
    "amount_is_computed",
    "amount_was_computed",
    "mileage_not_expected",
    "pre_approval_already_used",
    "receipt_already_used",
    "unknown_expense_category",
    "unknown_occasion",
    "unknown_pre_approval",
    "unknown_receipt",
)
HANDLING = ("deputy_for_claimant", "expense_wrong_status", "in_hand_of_another", "own_expense")
REFUSING = (*HANDLING, "reason_required", "unknown_reason")
APPROVING = (
    *REFUSING,
    "approved_too_much",
    "no_policy",
    "over_category_cap",
    "receipt_refused",
    "second_person_required",
)
ANSWERING = ("deputy_for_claimant", "own_assignment", "pre_approval_settled")
STORED = ("receipt_file_missing", "receipt_not_ready", "receipt_refused")
