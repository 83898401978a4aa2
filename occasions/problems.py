"""Codes of the problems that several calls about occasions answer with, for the API's description."""

TIMES = (
    "end_before_start",
    "outside_assignment",
    "overlapping",
    "time_does_not_exist",
    "too_far_ahead",
    "too_long",
    "too_long_ago",
)
UNITS = (
    "no_policy",
    "quota_exceeded",
    "reason_required",
    "units_above_highest",
    "units_not_half",
    "units_not_whole",
)
PLANNING = (*TIMES, *UNITS, "unknown_activity_kind", "unknown_occasion")
CLOSED = ("not_yet_held", "occasion_closed")
ANSWERING = ("deputy_for_claimant", "nothing_asked", "own_assignment")
SERIES = (
    *TIMES,
    "no_policy",
    "not_whole_minutes",
    "rule_endless",
    "rule_malformed",
    "rule_misses_start",
    "rule_too_long",
    "rule_too_many",
    "rule_unsupported",
    "series_begun",
    "series_does_not_fit",
    "series_empty",
    "unknown_day",
)
