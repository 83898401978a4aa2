"""What happens in a month of an assignment, as rows that COPY reads. Pure, and the same each time."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from random import Random
from zoneinfo import ZoneInfo

from benchmarks.api.appointments import Appointment, id_of

NULL = r"\N"
ZONE = ZoneInfo("Europe/Stockholm")
# Table → columns; the rest is what the database puts there itself.
BASE = "id, version, created_at, updated_at"
REPEATABLE = f"{BASE}, creation_fingerprint, action_fingerprint"
COLUMNS = {
    "occasions_occasion": f"{REPEATABLE}, assignment_id, contact_person_id, starts_at, ends_at, place, title, "
    "status, note, cancelled_by, cancelled_at, reason",
    "occasions_activity": f"{BASE}, occasion_id, kind_id, note, position",
    "expenses_receipt": f"{REPEATABLE}, owner_id, status, sha256, size, media_type, original_type, original, "
    "file, preview, checksums, arrived_at, read_at, compared_at",
    "expenses_expense": f"{REPEATABLE}, assignment_id, occasion_id, category_id, claimed_amount, approved_amount, "
    "spent_on, receipt_id, note, status, reason, reason_code, submitted_at, decided_at, decided_by_id",
    "notifications_notification": f"{BASE}, recipient_id, kind, subject_type, subject_id, dedup_key, expires_at, "
    "lead_minutes, read_at",
}
MEETINGS = [  # title, kind, place, minutes
    ("Fika på stan", "coffee", "Kaféet vid torget", 120),
    ("Promenad vid älven", "walk", "", 90),
    ("Bio", "cinema", "Folkets hus", 150),
    ("Simhall", "training", "Badhuset", 120),
    ("Middag ute", "dinner", "Pizzerian", 120),
]
TRIP = ("Dagsutflykt", "outing", "Resecentrum", 360)
NOTE = "Vi hann med det vi hade tänkt, och bestämde vad vi gör nästa gång."
REPEATS = [["training", "coffee"], ["walk", "coffee"]]
TOLD_MONTHS = 3  # so far back there are notifications


@dataclass(frozen=True)
class Place:
    """What a municipality offers and repays (code → id), and who decides there."""

    kinds: Mapping[str, str]
    categories: Mapping[str, str]
    coordinator: str


@dataclass
class Rows:
    """Lines by table."""

    lines: dict[str, list[str]] = field(default_factory=lambda: {table: [] for table in COLUMNS})

    def add(self, table: str, *values: object) -> None:
        """Add a row, its values in the order of COLUMNS."""
        self.lines[table].append("\t".join(map(str, values)))


@lru_cache(maxsize=10_000)
def moment(day: date, hour: int, minutes: int = 0) -> str:
    """Return so many minutes after an hour on the wall as COPY reads it."""
    on_the_wall = datetime.combine(day, time(hour), ZONE)
    return (on_the_wall.astimezone(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%d %H:%M:%S+00")


class MonthMaker:
    """Makes the months of assignments, seen from a day."""

    def __init__(self, places: Sequence[Place], today: date, *, seed: int = 6) -> None:
        """Take what municipalities have, and the day that it is."""
        self._places, self._today, self._random = places, today, Random(seed)  # noqa: S311

    def add(self, rows: Rows, one: Appointment, first: date) -> None:
        """Add the month that begins on a day: four occasions, or a day trip and two, and an expense of one."""
        assignment, person = str(id_of("assignment", one.number)), str(id_of("person", one.person))
        met = [
            self._meet(rows, one, assignment, person, first, week, meeting) for week, meeting in self._meetings()
        ]
        if been := [(day, occasion) for day, occasion in met if day < self._today]:
            self._claim(rows, one, assignment, person, *self._random.choice(been))

    def _meetings(self) -> Iterator[tuple[int, tuple[str, str, str, int]]]:
        trip = self._random.random() < 0.08
        for week in range(4):
            if trip and week == 2:  # skipped for the trip
                continue
            yield week, TRIP if trip and week == 1 else self._random.choice(MEETINGS)

    def _meet(
        self,
        rows: Rows,
        one: Appointment,
        assignment: str,
        person: str,
        first: date,
        week: int,
        meeting: tuple[str, str, str, int],
    ) -> tuple[date, str]:
        """Add an occasion; return its day and id, the id only when it was held."""
        title, kind, place, minutes = meeting
        # Three days of each week for the one assignment, three for the other: nobody is at two places at once.
        day = first + timedelta(days=7 * week + one.number % 3 + 3 * one.is_second)
        hour = 10 if minutes > 300 else 17
        status, by, notice = self._fate(day)
        occasion = self._id()
        is_open = status == "planned"
        rows.add(
            "occasions_occasion",
            occasion, 1 if is_open else 2, moment(day - timedelta(days=9), 20),
            moment(day - timedelta(days=9), 20) if is_open else moment(day, 22),
            self._digest(), "" if is_open else self._digest(), assignment, person,
            moment(day, hour), moment(day, hour, minutes), place, title, status,
            NOTE if self._random.random() < 0.25 and not is_open else "",
            by, moment(day, hour, -60 * notice) if notice else NULL, "Sjuk" if by else "",
        )  # fmt: skip
        self._remind(rows, person, day, hour, minutes, occasion, is_open=is_open)
        if status != "completed":
            return day, NULL
        kinds = [kind, "coffee"] if self._random.random() < 0.25 and kind != "coffee" else [kind]
        for position, code in enumerate(kinds):
            note = NOTE if self._random.random() < 0.1 else ""
            written = moment(day, 22)
            kind_id = self._places[one.municipality].kinds[code]
            rows.add("occasions_activity", self._id(), 1, written, written, occasion, kind_id, note, position)
        return day, occasion

    def _fate(self, day: date) -> tuple[str, str, int]:
        """Return status, by whom it was cancelled, and how many hours before."""
        if day >= self._today - timedelta(days=1):  # nobody has logged yesterday's yet
            return "planned", "", 0
        drawn = self._random.random()
        if drawn < 0.02:
            return "no_show", "client", 0
        if drawn < 0.07:
            return "cancelled", "client", self._random.choice([3, 72])
        if drawn < 0.10:
            return "cancelled", "contact_person", 48
        return "completed", "", 0

    def _remind(
        self, rows: Rows, person: str, day: date, hour: int, minutes: int, occasion: str, *, is_open: bool
    ) -> None:
        """Add the reminder of the day before, read when it has been."""
        told_on = day - timedelta(days=1)
        if not self._today - timedelta(days=30 * TOLD_MONTHS) <= told_on < self._today:
            return
        told = moment(told_on, hour)
        rows.add(
            "notifications_notification",
            self._id(), 1 if is_open else 2, told, told, person, "occasion_tomorrow", "occasion", occasion,
            f"{occasion}:1440:{day}", moment(day, hour), 1440, NULL if is_open else moment(told_on, 21),
        )  # fmt: skip

    def _claim(self, rows: Rows, one: Appointment, assignment: str, person: str, day: date, occasion: str) -> None:
        """Add an expense of a day, with its receipt when it takes one, and tell of what was decided."""
        place = self._places[one.municipality]
        code = self._random.choice(["ticket", "meal", "meal", "coin_machine"])
        written, expense = moment(day, 21), self._id()
        receipt = NULL if code == "coin_machine" else self._receipt(rows, person, written)
        claimed = self._random.randrange(40, 300)
        status, approved, reason = self._decision(day, claimed)
        is_decided = status not in ("draft", "submitted")
        decided = moment(day + timedelta(days=5), 9) if is_decided else NULL
        rows.add(
            "expenses_expense",
            expense, 4 if status == "paid" else 3 if is_decided else 2, written,
            decided if is_decided else written,
            self._digest(), self._digest() if is_decided else "", assignment, occasion, place.categories[code],
            f"{claimed}.00", approved, day, receipt, "", status, "", reason,
            NULL if status == "draft" else moment(day, 22), decided, place.coordinator if is_decided else NULL,
        )  # fmt: skip
        if is_decided and day >= self._today - timedelta(days=30 * TOLD_MONTHS):
            said = {"returned": "returned", "rejected": "rejected"}.get(status, "approved")
            read = moment(day + timedelta(days=6), 18) if self._random.random() < 0.7 else NULL
            rows.add(
                "notifications_notification",
                self._id(), 1, decided, decided, person, f"expense_{said}", "expense", expense, f"{expense}:3",
                NULL, NULL, read,
            )  # fmt: skip

    def _decision(self, day: date, claimed: int) -> tuple[str, str, str]:
        """Return the status of an expense of a day, the approved amount and the reason's code."""
        age, drawn = (self._today - day).days, self._random.random()
        if age < 10:
            return ("draft" if drawn < 0.2 else "submitted"), NULL, ""
        if drawn < 0.02:
            return "rejected", NULL, "not_for_assignment"
        if drawn < 0.04 and age < 60:
            return "returned", NULL, "not_readable"
        status = "approved" if age < 40 else "paid"
        return (status, f"{claimed - 10}.00", "deposit") if drawn < 0.1 else (status, f"{claimed}.00", "")

    def _receipt(self, rows: Rows, owner: str, arrived: str) -> str:
        """Add the receipt of a picture; return its id."""
        receipt, sha256 = self._id(), self._digest()
        folder = f"receipts/{receipt[:2]}/{receipt}"
        names = [f"{folder}/{name}" for name in ("original", "large.webp", "preview.webp")]
        checksums = ", ".join(f'"{name}": "{sha256}"' for name in names)
        rows.add(
            "expenses_receipt",
            receipt, 3, arrived, arrived, self._digest(), "", owner, "ready", sha256, 180_000, "image/webp",
            "image/jpeg", *names, f"{{{checksums}}}", arrived, arrived, arrived,
        )  # fmt: skip
        return receipt

    def _id(self) -> str:
        return f"{self._random.getrandbits(128):032x}"

    def _digest(self) -> str:
        return f"{self._random.getrandbits(256):064x}"
