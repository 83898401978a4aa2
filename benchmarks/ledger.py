"""How long a ledger takes: ten years of weekly occasions with saving and running ahead, alone and fifty at a time.

The floor is what nobody can do without: adding up the same entries' units by month, when they are there already.
"""

import json
import sys
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from time import process_time
from zoneinfo import ZoneInfo

from assignments.grants import Scope, Terms
from assignments.judging import Book, judge, propose_skips
from assignments.quota import Adjustment, Entry, Use
from assignments.rules import CancellationTable, PolicyRules, PolicyVersions, WeightTable, default_cancellations

FIRST_DAY, LAST_DAY = date(2016, 1, 1), date(2025, 12, 31)
WEEKS = 520
DECISIONS = 50


def ten_years() -> Book:
    """Return the book of four units a month and an occasion a week: long, cancelled and planned ones too."""
    common = {
        "weights": WeightTable.parse([[0, 1], [300, 2], [600, 3]]),
        "cancellations": CancellationTable.parse(default_cancellations()),
        "saving_cap": Decimal(4),
        "saving_age": 3,
        "ahead_cap": Decimal(2),
    }
    days = FIRST_DAY, date(2019, 1, 1), date(2023, 7, 1)
    versions = PolicyVersions.of(PolicyRules(day, **common, on_exceeded="ask") for day in days)  # type: ignore[arg-type]
    scopes = (Scope(FIRST_DAY, Decimal(4)), Scope(date(2021, 3, 15), Decimal(5)))
    return Book(
        terms=Terms(scopes, FIRST_DAY, None),
        versions=versions,
        zone=ZoneInfo("Europe/Stockholm"),
        uses={str(week): _occasion(week) for week in range(WEEKS)},
        adjustments=tuple(
            Adjustment(f"{year}", date(year, 6, 1), Decimal(year % 2 * 2 - 1), "Flytt")
            for year in range(2016, 2026)
        ),
    )


def _occasion(week: int) -> Use:
    starts_at = datetime(2016, 1, 5, 15, tzinfo=UTC) + timedelta(weeks=week)
    ends_at = starts_at + timedelta(hours=6 if week % 9 == 0 else 2)
    if week % 7 == 0:
        return Use(str(week), starts_at, ends_at, "cancelled", cancelled_by="client", cancelled_at=starts_at)
    return Use(str(week), starts_at, ends_at, "planned" if week > WEEKS - 5 else "completed")


def added_up(entries: list[Entry]) -> dict[tuple[int, int, str], Decimal]:
    """Return the units of entries by month and kind: the floor."""
    sums: dict[tuple[int, int, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        sums[entry.on.year, entry.on.month, entry.kind] += entry.units
    return sums


def milliseconds(name: str, run: Callable[[], object], rounds: int) -> float:
    """Return the least processor time of several rounds: what disturbs only ever adds."""
    times = []
    for done in range(rounds):
        began = process_time()
        run()
        times.append((process_time() - began) * 1000)
        sys.stderr.write(f"\r{name}: round {done + 1} of {rounds}, at best {min(times):.2f} ms ")
        sys.stderr.flush()
    sys.stderr.write("\n")
    return min(times)


def measure(rounds: int) -> dict[str, float]:
    """Return the milliseconds of each thing that is measured, by name, the floor first."""
    book = ten_years()
    ledger = book.ledger(LAST_DAY)
    entries = [entry for quota in ledger.quotas for entry in quota.entries]
    starts_at = datetime(2025, 12, 20, 9, tzinfo=UTC)
    coffee = Use("new", starts_at, starts_at + timedelta(hours=1), "planned")
    trip = replace(coffee, own_units=Decimal(11))
    late = Use("new", datetime(2016, 1, 20, tzinfo=UTC), datetime(2016, 1, 20, 12, tzinfo=UTC), "completed")
    planned = [key for key, use in book.uses.items() if use.status == "planned"]
    answers = [judge(book, "new", use).answer for use in (coffee, trip, late)]
    proposed = propose_skips(book, "new", trip, planned)
    if (answers, len(proposed)) != (["fits", "ask", "ask"], 2):
        raise RuntimeError(f"this is not what was to be measured: {answers}, {proposed}")
    fifty = [ten_years() for _ in range(DECISIONS)]
    runs: dict[str, Callable[[], object]] = {
        "floor": lambda: added_up(entries),
        "ledger": lambda: fresh(book).ledger(LAST_DAY),
        "judge_fits": lambda: judge(fresh(book), "new", coffee),
        "judge_asks": lambda: judge(fresh(book), "new", trip),
        "judge_late": lambda: judge(fresh(book), "new", late),
        "propose_skips": lambda: propose_skips(fresh(book), "new", trip, planned),
        "list_of_50": lambda: [fresh(one).ledger(LAST_DAY).on(LAST_DAY) for one in fifty],
    }
    return {name: milliseconds(name, run, rounds if name != "list_of_50" else 3) for name, run in runs.items()}


def fresh(book: Book) -> Book:
    """Return a book that knows no ledger yet."""
    return replace(book)


def main(rounds: int = 25) -> None:
    """Measure, and print all figures and their ratios to the floor and to one ledger."""
    found = measure(rounds)
    figures: dict[str, float] = {"occasions": WEEKS, "decisions": DECISIONS}
    figures |= {f"{name}_ms": round(value, 3) for name, value in found.items()}
    for other in ("floor", "ledger"):
        ratios = {f"{name}_per_{other}": round(value / found[other], 2) for name, value in found.items()}
        figures |= {name: ratio for name, ratio in ratios.items() if name != f"{other}_per_{other}"}
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
