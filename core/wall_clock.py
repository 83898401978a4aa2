"""Times on the wall that never come: the hour that is left out when the clocks go forward. Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from core.errors import InvalidInput
from core.text import Text


class TimeDoesNotExist(InvalidInput):
    """The clock on the wall never shows that time."""

    code = "time_does_not_exist"
    text = Text(
        sv="Klockan {time} finns inte den natten, då klockan ställs fram.",
        en="There is no {time} that night, when the clocks go forward.",
    )


def check_exists(local: datetime, zone: ZoneInfo, field: str) -> None:
    """Raise TimeDoesNotExist for a naive local time that the clocks skip."""
    before, after = _offsets(local, zone)
    if before < after:
        raise TimeDoesNotExist(field=field, time=f"{local:%H:%M}")


def check_written_time(given: datetime, zone: ZoneInfo, field: str) -> None:
    """Raise TimeDoesNotExist for a moment that was written as a time which the clocks skip.

    `given` has its offset as written. The written time only tells of this zone when the offset is one of the
    zone's two that night: a phone in another zone may well show 02:30 then.
    """
    local = given.replace(tzinfo=None)
    if given.utcoffset() in _offsets(local, zone):
        check_exists(local, zone, field)


def _offsets(local: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return the offsets by which a local time may be meant.

    They differ only around a switch. When the clocks go forward the smaller comes first, and neither of the
    moments that they give is shown as this time; when they go back the greater does, and both are (PEP 495).
    """
    first, second = (local.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1))
    return first or timedelta(0), second or timedelta(0)
