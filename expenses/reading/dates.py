"""Find the day of purchase. Pure.

Day first, as Swedish and Malaysian receipts print it; the month comes first only where no other reading is a day.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from expenses.reading.lines import Row
from expenses.reading.suggestion import Suggested
from expenses.reading.words import folded

OLDEST = timedelta(days=20 * 366)  # an older one is a misread figure

_MONTHS = {
    "jan": 1, "feb": 2, "mar": 3, "mac": 3, "apr": 4, "maj": 5, "may": 5, "mei": 5, "jun": 6, "jul": 7, "aug": 8,
    "ogo": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12, "dis": 12,
}  # fmt: skip
_NAME = r"(?P<name>jan|feb|mar|mac|apr|maj|may|mei|jun|jul|aug|ogo|sep|okt|oct|nov|dec|dis)[a-z]{0,7}"
_GAP = r"\s?[-/.,']?\s?"
_TIME_NEXT = r"(?=\s?[012]?\d[:.][0-5]\d)"
_YEAR = rf"(?P<year>20\d\d(?!\d)|20\d\d{_TIME_NEXT}|\d\d(?!\d|[-/.,]\d)|\d\d{_TIME_NEXT})"
# Each with how much it looks like a date by itself.
_SHAPES = [
    (rf"(?P<year>20\d\d)\s?[-/.]\s?(?P<month>\d\d?)\s?[-/.]\s?(?P<day>\d\d)(?:(?!\d)|{_TIME_NEXT})", 1.0),
    (rf"(?<!\d)(?P<day>\d\d?){_GAP}{_NAME}{_GAP}{_YEAR}", 1.0),
    (rf"(?<![a-z]){_NAME}{_GAP}(?P<day>\d\d?)(?:st|nd|rd|th)?{_GAP}(?P<year>20\d\d)", 1.0),
    (
        rf"(?<!\d)(?<!\d[.,])(?P<first>\d\d?)\s?(?P<sign>[-/.])\s?(?P<second>\d\d?)\s?(?:(?P=sign)|-)\s?{_YEAR}",
        0.9,
    ),
    (r"(?P<first>\d\d)[-/.](?P<second>\d\d)[-/.](?P<year>20\d\d)(?!\d)", 0.5),  # glued to what is before it
    (rf"(?<!\d)(?P<first>\d\d)[-/. ](?P<second>\d\d)[-/. ]{_YEAR}", 0.4),
    (r"(?<!\d)(?P<year>20\d\d)(?P<month>0[1-9]|1[0-2])(?P<day>0[1-9]|[12]\d|3[01])(?!\d)", 0.5),
    (r"(?<!\d)(?P<first>0[1-9]|[12]\d|3[01])(?P<second>0[1-9]|1[0-2])(?P<year>20\d\d)(?!\d)", 0.5),
]
_PATTERNS = [(re.compile(shape), weight) for shape, weight in _SHAPES]
_SAYS_DATE = re.compile(r"\bdat[a-z]{0,2}\b|date|datum|tarikh|^tid\b|\btid:|k.?pt")
_SAYS_OTHER = re.compile(
    r"""expir|due|valid|giltig|utg.?r|until|till\ och\ med|t\.?o\.?m|before|from|best|since|sedan|birth|f.?dd|promo
    |effective|ppet|retur""",
    re.VERBOSE,
)
_TIME = re.compile(r"(?<!\d)[012]?\d[:.][0-5]\d(?:[:.][0-5]\d)?(?!\d)")
_SWEDISH = re.compile(
    r"\b(?:moms|kvitto|org\.?\s?nr|kontant|va?xel|summa|att betala|totalt|kassa|kr|sek|varor|antal)\b"
)
_LETTERS_IN_DATE = re.compile(r"(?<=[\d/.-])[oil|](?=[\d/.-])|(?<![^\W\d_])[oil](?=\d[-/.]\d)")


@dataclass(frozen=True, slots=True)
class _Found:
    day: date
    weight: float
    is_certain: bool  # there is one way to read it


def find_date(rows: Sequence[Row], *, today: date) -> Suggested[date] | None:
    """Return the day of purchase, not after `today`, and how likely it is right."""
    texts = [folded(row.text) for row in rows]
    is_swedish = len({word for text in texts for word in _SWEDISH.findall(text)}) >= 2
    found = [
        one
        for at, text in enumerate(texts)
        for one in _in_row(text, texts[at - 1] if at else "", is_swedish)
        if today - OLDEST <= one.day <= today
    ]
    weights: dict[date, float] = defaultdict(float)
    for one in found:
        weights[one.day] = max(weights[one.day], one.weight) + (0.3 if weights[one.day] else 0.0)
    if not weights:
        return None
    best = max(weights, key=lambda day: weights[day])
    return Suggested(best, _confidence(best, weights, found))


def _in_row(text: str, above: str, is_swedish: bool) -> Iterator[_Found]:
    text = _LETTERS_IN_DATE.sub(lambda letter: "0" if letter[0] == "o" else "1", text)
    weight = 0.0
    if _SAYS_DATE.search(text):
        weight += 1.0
    elif _SAYS_DATE.search(above):
        weight += 0.5
    if _SAYS_OTHER.search(text):
        weight -= 1.5
    taken: list[range] = []
    for shape, sureness in _PATTERNS:
        for match in shape.finditer(text):
            if any(match.start() < span.stop and span.start < match.end() for span in taken):
                continue
            day, is_certain = _day(match, is_swedish)
            if day is None:
                continue
            taken.append(range(*match.span()))
            rest = text[: match.start()] + " " + text[match.end() :]
            yield _Found(day, weight + sureness + (0.7 if _TIME.search(rest) else 0.0), is_certain)


def _day(match: re.Match[str], is_swedish: bool) -> tuple[date | None, bool]:
    parts = match.groupdict()
    year = int(parts["year"])
    if parts.get("name"):
        return _date(year, _MONTHS[parts["name"]], int(parts["day"])), True
    if "first" not in parts:
        return _date(year, int(parts["month"]), int(parts["day"])), True
    first, second = int(parts["first"]), int(parts["second"])
    if is_swedish and year < 100 and "-" in match[0] and "/" not in match[0]:
        return _date(first, second, year) or _date(year, second, first), False  # 26-11-14
    return _date(year, second, first) or _date(year, first, second), second > 12 or first > 12 or year >= 100


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year if year >= 100 else 2000 + year, month, day)
    except ValueError:
        return None


def _confidence(best: date, weights: dict[date, float], found: Iterable[_Found]) -> float:
    rival = max((weight for day, weight in weights.items() if day != best), default=None)
    confidence = 0.97 if any(one.is_certain for one in found if one.day == best) else 0.9
    if rival is not None and weights[best] - rival < 0.5:
        confidence -= 0.3
    elif rival is not None:
        confidence -= 0.15
    if weights[best] < 0.9:
        confidence -= 0.25
    return round(max(confidence, 0.05), 2)
