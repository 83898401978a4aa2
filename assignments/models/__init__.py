"""Decisions, assignments and the policy that judges them."""

from assignments.models.assignment import (
    READERS,
    Assignment,
    AssignmentQuerySet,
    OwnAssignment,
    is_active_contact_person,
)
from assignments.models.decision import Adjustment, Decision, LegalBasis, ScopeChange
from assignments.models.policy import NoPolicy, Policy
from assignments.models.policy_checks import check_cancellations, check_weight_steps

__all__ = [
    "READERS",
    "Adjustment",
    "Assignment",
    "AssignmentQuerySet",
    "Decision",
    "LegalBasis",
    "NoPolicy",
    "OwnAssignment",
    "Policy",
    "ScopeChange",
    "check_cancellations",
    "check_weight_steps",
    "is_active_contact_person",
]
