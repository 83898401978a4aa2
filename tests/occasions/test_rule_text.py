"""What may be written as a rule of recurrence, and how it is kept."""

from datetime import date

import pytest

from core.text import LANGUAGES
from occasions.rule_text import LONGEST_RULE, RuleError, RuleUnsupported, read, write

MONDAY = date(2026, 9, 7)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;COUNT=3"),
        ("rrule:count=03;freq=Daily;interval=1;wkst=su", "FREQ=DAILY;COUNT=3"),
        ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=3;BYDAY=MO"),
        ("COUNT=3;BYDAY=MO;FREQ=WEEKLY;WKST=MO", "FREQ=WEEKLY;COUNT=3;BYDAY=MO"),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=SU,MO,TH,MO;WKST=SU", "FREQ=WEEKLY;COUNT=3;BYDAY=MO,TH,SU"),
        ("FREQ=WEEKLY;COUNT=3;INTERVAL=2;WKST=SU", "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO"),
        ("FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=SU,MO;WKST=MO", "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO,SU"),
        (
            "FREQ=WEEKLY;COUNT=3;INTERVAL=2;BYDAY=SU,MO;WKST=SU",
            "FREQ=WEEKLY;INTERVAL=2;COUNT=3;BYDAY=MO,SU;WKST=SU",
        ),
        ("FREQ=MONTHLY;COUNT=3", "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=7"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=+7,-1,07", "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-1,7"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=3FR,+1MO,-1SU,01MO", "FREQ=MONTHLY;COUNT=3;BYDAY=-1SU,1MO,3FR"),
        ("FREQ=MONTHLY;COUNT=3;BYSETPOS=2,1;BYDAY=TU,MO", "FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU;BYSETPOS=1,2"),
        ("FREQ=DAILY;UNTIL=20270101", "FREQ=DAILY;UNTIL=20270101"),
    ],
)
def test_a_rule_is_kept_in_one_spelling(text: str, kept: str) -> None:
    assert write(read(text), MONDAY) == kept
    assert write(read(kept), MONDAY) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "RRULE:",
        "nonsense",
        "FREQ",
        "FREQ=",
        "FREQ=DAILY;",
        ";FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;;COUNT=3",
        "FREQ=DAILY; COUNT=3",
        " FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;COUNT=3\n",
        "COUNT=3",
        "FREQ=DAGLIGEN;COUNT=3",
        "FREQ=DAILY;FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;COUNT=3;count=3",
        "FREQ=DAILY;COUNT=3;UNTIL=20270101",
        "FREQ=DAILY;COUNT=0",
        "FREQ=DAILY;COUNT=-3",
        "FREQ=DAILY;COUNT=3,4",
        "FREQ=DAILY;COUNT=٣",
        "FREQ=DAILY;COUNT=3;INTERVAL=0",
        "FREQ=DAILY;COUNT=3;INTERVAL=-1",
        "FREQ=DAILY;COUNT=3;INTERVAL=1.5",
        "FREQ=DAILY;UNTIL=2027-01-01",
        "FREQ=DAILY;UNTIL=20270101T1200",
        "FREQ=DAILY;UNTIL=20270101T120000+0100",
        "FREQ=DAILY;UNTIL=00000101",
        "FREQ=WEEKLY;COUNT=3;BYDAY=",
        "FREQ=WEEKLY;COUNT=3;BYDAY=MÅ",
        "FREQ=WEEKLY;COUNT=3;BYDAY=MO,",
        "FREQ=WEEKLY;COUNT=3;BYDAY=MO,XX",
        "FREQ=WEEKLY;COUNT=3;WKST=1",
        "FREQ=MONTHLY;COUNT=3;BYDAY=0MO",
        "FREQ=MONTHLY;COUNT=3;BYMONTHDAY=0",
        "FREQ=MONTHLY;COUNT=3;BYDAY=MO;BYSETPOS=0",
        "FREQ=DAILY;COUNT=3;X-COLOUR=RED",
        "FREQ=DAILY;COUNT=3;DTSTART=20200101",
        "DTSTART:20200101T000000\nRRULE:FREQ=DAILY;COUNT=3",
        "RRULE:FREQ=DAILY;COUNT=3\nEXDATE:20200101T000000",
        "EXRULE:FREQ=DAILY;COUNT=3",
        "RRULE:RRULE:FREQ=DAILY;COUNT=3",
        "RRULE;X=1:FREQ=DAILY;COUNT=3",
        "FREQ=DAILY;COUNT=3;WKſT=MO",
        "FREQ=DAILY;COUNT=" + "0" * LONGEST_RULE + "3",
    ],
)
def test_what_is_no_rule_is_malformed(text: str) -> None:
    with pytest.raises(RuleError, match="rule_malformed"):
        read(text)


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("FREQ=SECONDLY;COUNT=3", "FREQ=SECONDLY"),
        ("FREQ=MINUTELY;COUNT=3", "FREQ=MINUTELY"),
        ("FREQ=HOURLY;COUNT=3", "FREQ=HOURLY"),
        ("FREQ=YEARLY;COUNT=3", "FREQ=YEARLY"),
        ("FREQ=YEARLY;INTERVAL=2", "FREQ=YEARLY"),
        ("FREQ=DAILY;COUNT=3;BYSECOND=0,1,2", "BYSECOND=0,1,2"),
        ("FREQ=DAILY;COUNT=3;BYMINUTE=0", "BYMINUTE=0"),
        ("FREQ=DAILY;COUNT=3;BYHOUR=8,20", "BYHOUR=8,20"),
        ("FREQ=DAILY;COUNT=3;BYMONTH=2", "BYMONTH=2"),
        ("FREQ=DAILY;COUNT=3;BYEASTER=0", "BYEASTER=0"),
        ("FREQ=DAILY;COUNT=3;BYWEEKNO=1", "BYWEEKNO=1"),
        ("FREQ=DAILY;COUNT=3;BYYEARDAY=1", "BYYEARDAY=1"),
        ("FREQ=DAILY;COUNT=3;INTERVAL=53", "INTERVAL=53"),
        ("FREQ=MONTHLY;COUNT=3;INTERVAL=13", "INTERVAL=13"),
        ("FREQ=DAILY;COUNT=3;BYDAY=1MO", "BYDAY=1MO"),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=MO,-1TU", "BYDAY=MO,-1TU"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=MO,-1TU", "BYDAY=MO,-1TU"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=6MO", "BYDAY=6MO"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=-6MO", "BYDAY=-6MO"),
        ("FREQ=WEEKLY;COUNT=3;BYMONTHDAY=1", "BYMONTHDAY=1"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=13;BYDAY=FR", "BYMONTHDAY=13"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=32", "BYMONTHDAY=32"),
        ("FREQ=MONTHLY;COUNT=3;BYSETPOS=1", "BYSETPOS=1"),
        ("FREQ=MONTHLY;COUNT=3;BYMONTHDAY=1,2;BYSETPOS=1", "BYSETPOS=1"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=1MO,2MO;BYSETPOS=1", "BYSETPOS=1"),
        ("FREQ=MONTHLY;COUNT=3;BYDAY=MO;BYSETPOS=6", "BYSETPOS=6"),
        ("FREQ=WEEKLY;COUNT=3;BYDAY=MO,TU;BYSETPOS=1", "BYSETPOS=1"),
    ],
)
def test_what_is_not_taken_is_named(text: str, part: str) -> None:
    with pytest.raises(RuleUnsupported) as refused:
        read(text)
    assert all(refused.value.detail(language).endswith(f": {part}.") for language in LANGUAGES)
    assert (refused.value.field, refused.value.status) == ("rule", 400)


@pytest.mark.parametrize("text", ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO", "RRULE:FREQ=MONTHLY;INTERVAL=12"])
def test_a_rule_must_end(text: str) -> None:
    with pytest.raises(RuleError, match="rule_endless"):
        read(text)
