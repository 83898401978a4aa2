"""Which planned occasions the app proposes to skip for another one."""

from collections.abc import Sequence
from datetime import date

from assignments.judging import Book, judge, propose_skips
from assignments.quota import Use
from tests.assignments.ledgers import book, decision, june, policy, use

JULY = date(2026, 7, 1)
FULL = [use(june(3)), use(june(14), 2), use(june(26), 1, "planned")]
NEW = use(june(21), 1, "planned")


def test_example_1_a_fourth_occasion_is_what_the_app_proposes_to_skip() -> None:
    uses = [use(june(3)), use(june(21), 1, "planned"), use(june(26), 1, "planned")]
    found = book(decision(), uses=uses)
    trip = use(june(14), 2, "planned")
    assert judge(found, "trip", trip).over == 1
    assert propose_skips(found, "trip", trip, ["2026-06-26", "2026-06-21"]) == ["2026-06-21"]
    verdict = judge(found, "trip", trip, skipped=["2026-06-21"])
    assert verdict.answer == "fits"
    assert (verdict.quota_after().planned, verdict.quota_after().remaining) == (3, 0)
    skipped = verdict.book.uses["2026-06-21"]
    assert (skipped.status, skipped.is_skipped, skipped.cancelled_by) == ("cancelled", True, "")


def proposed(found: Book, new: Use, candidates: Sequence[str], skipped: Sequence[str] = ()) -> list[str]:
    return propose_skips(found, "new", new, candidates, skipped=skipped)


def test_nothing_is_proposed_where_it_fits_or_skipping_is_not_enough() -> None:
    found = book(decision(), uses=FULL)
    assert proposed(found, use(JULY, 3), ["2026-06-26"]) == []
    assert proposed(found, use(june(20), 3), ["2026-06-26"]) == []
    assert proposed(found, NEW, []) == []


def test_the_next_ones_are_skipped_before_those_that_come_first() -> None:
    uses = [use(june(day), 1, "planned") for day in (20, 24, 28, 30)]
    found, keys = book(decision(), uses=uses), [f"2026-06-{day}" for day in (20, 24, 28, 30)]
    assert proposed(found, NEW, keys) == ["2026-06-24"]
    assert proposed(found, use(june(21), 3, "planned"), reversed(keys)) == keys[1:]  # type: ignore[arg-type]
    assert proposed(found, use(june(29), 3, "planned"), keys) == ["2026-06-30", "2026-06-28", "2026-06-24"]
    assert proposed(found, use(june(21), 2, "planned"), keys, ["2026-06-24"]) == ["2026-06-28"]


def test_no_more_is_skipped_than_is_needed() -> None:
    uses = [use(june(3)), use(june(22), 1, "planned"), use(june(26), 2, "planned")]
    found, keys = book(decision(), uses=uses), ["2026-06-22", "2026-06-26"]
    assert proposed(found, use(june(21), 2, "planned"), keys) == ["2026-06-26"]
    assert proposed(found, use(june(21), 3, "planned"), keys) == keys


def test_what_would_free_no_units_is_not_proposed() -> None:
    uses = [
        use(june(3), 3),
        use(june(22), 1, "planned", own_units=0),
        use(JULY, 1, "planned"),
        use(june(26), 1, "planned"),
    ]
    assert proposed(book(decision(), uses=uses), NEW, ["2026-06-22", "2026-07-01", "2026-06-26"]) == ["2026-06-26"]


def test_where_it_asks_it_is_proposed_what_would_need_no_asking() -> None:
    found = book(decision(), policy(on_exceeded="ask"), uses=FULL)
    assert proposed(found, NEW, ["2026-06-26"]) == ["2026-06-26"]
    assert judge(found, "new", NEW, skipped=["2026-06-26"]).answer == "fits"
