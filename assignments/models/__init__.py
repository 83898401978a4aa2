"""Decisions, assignments and the policy that judges them."""

from assignments.models.assignment import (
    READERS,
    Assignment,
    AssignmentQuerySet,
    OwnAssignment,
    is_active_contact_person,
    lasts_at,
    own_obstacle,
    seen_by,
)
from assignments.models.decision import Adjustment, Decision, LegalBasis, ScopeChange
from assignments.models.late_write import LateWrite, LateWriteQuerySet
from assignments.models.policy import NoPolicy, Policy
from assignments.models.policy_checks import check_cancellations, check_weight_steps
from assignments.models.sent_item import SentItem

__all__ = [
    "READERS",
    "Adjustment",
    "Assignment",
    "AssignmentQuerySet",
    "Decision",
    "LateWrite",
    "LateWriteQuerySet",
    "LegalBasis",
    "NoPolicy",
    "OwnAssignment",
    "Policy",
    "ScopeChange",
    "SentItem",
    "check_cancellations",
    "check_weight_steps",
    "is_active_contact_person",
    "lasts_at",
    "own_obstacle",
    "seen_by",
]
