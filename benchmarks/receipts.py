"""How well receipts are read: a folder of pictures against its labels.json, the way production reads them.

labels.json maps a picture's name to the company, date and total printed on it; the dates as printed. What a label
leaves out is not judged. How equality is judged is in labels.py.
"""

import json
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryFile
from time import monotonic
from typing import Any, BinaryIO, cast

from benchmarks.labels import Label, is_same_seller, label_of
from expenses.kinds import ReceiptRefused, check_upload
from expenses.pictures import LARGE, DecoderBusyError, clean
from expenses.reading.reader import ReadingFailed, is_installed, read
from expenses.reading.suggestion import HIGH, Suggestion

PICTURES = {".jpg", ".jpeg", ".png", ".heic", ".heif"}
NOTHING = Suggestion(total=None, date=None, seller=None, is_card_slip=False)


@dataclass(frozen=True, slots=True)
class Result:
    """Hold what was read off one receipt in how many seconds, and what is printed on it."""

    name: str
    label: Label
    read: Suggestion
    seconds: float

    @property
    def verdicts(self) -> dict[str, bool]:
        """Return whether each labelled field is right; what was not found is wrong."""
        label, read = self.label, self.read
        judged = {
            "total": (label.total, read.total is not None and read.total.value == label.total),
            "date": (label.date, read.date is not None and read.date.value == label.date),
            "seller": (
                label.seller,
                read.seller is not None and is_same_seller(read.seller.value, label.seller or ""),
            ),
        }
        return {field: is_right for field, (printed, is_right) in judged.items() if printed is not None}

    @property
    def is_confident_and_wrong(self) -> bool:
        """Tell whether a wrong total was offered with high confidence."""
        total = self.read.total
        return total is not None and total.confidence >= HIGH and not self.verdicts.get("total", True)


def result_of(path: Path, label: Label, today: date) -> Result:
    """Return what production reads off an upload; the seconds are the reading's, engine start included."""
    reading: Suggestion | None = None
    seconds = 0.0
    try:
        picture = _stored(path)
        began = monotonic()
        try:
            reading = read(picture, today=today)
        finally:
            seconds = monotonic() - began
    except (ReceiptRefused, DecoderBusyError, ReadingFailed) as error:
        _say(f"  {path.name}: {type(error).__name__}")
    return Result(path.name, label, reading or NOTHING, seconds)


def _stored(path: Path) -> bytes:
    """Return the picture that production keeps of an upload and reads."""
    with path.open("rb") as upload, TemporaryFile() as output:
        media_type = check_upload(upload, size=path.stat().st_size, declared="")
        made = clean(upload, cast(BinaryIO, output), media_type=media_type)
        return b"".join(next(one for one in made if one.name == LARGE).read(cast(BinaryIO, output)))


def summary_of(results: list[Result]) -> dict[str, float]:
    """Return the figures, the shares from 0 to 1."""

    def share(field: str) -> float:
        verdicts = [result.verdicts[field] for result in results if field in result.verdicts]
        return round(sum(verdicts) / len(verdicts), 4) if verdicts else 0.0

    return {
        "receipts": len(results),
        "total_right": share("total"),
        "date_right": share("date"),
        "seller_right": share("seller"),
        "confident_wrong": round(sum(result.is_confident_and_wrong for result in results) / len(results), 4),
        "median_seconds": round(median(result.seconds for result in results), 3),
    }


def labelled(folder: Path) -> dict[Path, Label]:
    """Return the pictures of the folder that have a label, by name with or without its suffix."""
    labels: dict[str, Any] = json.loads((folder / "labels.json").read_text())
    pictures = sorted(path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in PICTURES)
    return {
        path: label_of(label)
        for path in pictures
        if isinstance(label := labels.get(path.name, labels.get(path.stem)), dict)
    }


def _wrong(result: Result) -> list[str]:
    lines = []
    for field in (field for field, is_right in result.verdicts.items() if not is_right):
        found = getattr(result.read, field)
        read = f"{found.value} ({found.confidence:.2f})" if found else "nothing"
        lines.append(f"  {result.name} {field}: printed {getattr(result.label, field)}, read {read}")
    return lines


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def main(folder: Path) -> None:
    """Print what was read wrong, the time of each receipt and, last, the figures as JSON."""
    if not is_installed():
        sys.exit("Install requirements-reading.txt first: make receipts-report does.")
    if not (folder / "labels.json").is_file():
        sys.exit(f"There is no labels.json in {folder}")
    today = datetime.now(tz=UTC).date()
    pictures = labelled(folder)
    if not pictures:
        sys.exit(f"No picture in {folder} has a label in its labels.json")
    results: list[Result] = []
    for path, label in pictures.items():
        result = result_of(path, label, today)
        results.append(result)
        wrong = ", ".join(field for field, is_right in result.verdicts.items() if not is_right)
        _say(
            f"{len(results):4}/{len(pictures)} {path.name}  {result.seconds:.2f} s  {wrong and 'wrong: ' + wrong}"
        )
    figures = summary_of(results)
    for line in (line for result in results for line in _wrong(result)):
        _say(line)
    for field in ("total", "date", "seller"):
        _say(f"{field:8} right {figures[f'{field}_right']:7.1%}")
    _say(f"wrong totals with a confidence of {HIGH} or more {figures['confident_wrong']:.1%}")
    _say(json.dumps(figures))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
