"""The instants of what Samspel sends, as others' programs read them through the file's VTIMEZONE.

What they should be is what zoneinfo says.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

import pytest

from services.notifier.domain.calendar import calendar_bytes
from shared.domain.days import STOCKHOLM
from tests.support.oracles import read_apart
from tests.unit.test_notifier_calendar import personal, shared

Span = tuple[datetime, datetime]
_DAY = timedelta(days=1)
_QUARTER = timedelta(minutes=15)
_LINES_OF_TIME = (b"BEGIN:VEVENT", b"UID:", b"DTSTAMP:", b"DTSTART", b"DTEND", b"END:VEVENT")


@pytest.mark.parametrize("years", [(2026, 2032), (2033, 2039), (2040, 2045)])
def test_O6_a_meeting_on_any_day_for_twenty_years_is_when_it_should_be(
    years: tuple[int, int],
) -> None:
    """From some time before noon until some time after it; the nights have tests of their own."""
    first, last = date(years[0], 1, 1), date(years[1], 12, 31)
    days = [first + _DAY * number for number in range((last - first).days + 1)]
    spans = [
        (at(day, minutes=15 * (number % 48)), at(day, minutes=720 + 15 * (number % 47)))
        for number, day in enumerate(days)
    ]
    assert misread(spans, many(spans)) == {}


def test_O6_every_quarter_of_the_nights_when_the_clocks_change_is_when_it_should_be() -> None:
    """Also the hour that comes twice: both times, of which a wall clock can't say which."""
    spans = [
        (midnight + _QUARTER * number, midnight + _QUARTER * (number + 1))
        for midnight in (at(night, 0).astimezone(UTC) for night in NIGHTS)
        for number in range(20)
    ]
    assert misread(spans, many(spans)) == {}


def test_O6_a_time_that_the_clocks_skip_or_say_twice_is_what_zoneinfo_says_of_it() -> None:
    """A time on the wall of Stockholm, as fold=0 says it: 02.30 in March is half past three."""
    half_past_two = [at(night, minutes=150) for night in NIGHTS]
    spans = [(starts_at, starts_at + timedelta(hours=8)) for starts_at in half_past_two]
    assert misread(spans, many(spans)) == {}


def test_O6_in_the_hour_that_comes_twice_no_zone_says_the_same_to_everybody() -> None:
    """Why UTC is sent then: on the wall, 02.30 of 25 October 2026 is two instants to them."""
    sent = many([(at(date(2026, 10, 26), minutes=150), at(date(2026, 10, 26), minutes=240))])
    on_the_wall = sent.replace(b"20261026T", b"20261025T")
    starts = {program: read.event.starts for program, read in read_apart(on_the_wall).items()}
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    assert starts["ical"] == first  # as RFC 5545, 3.3.5 has it
    assert starts["ical.js"] == second
    assert starts.get("libical", second) == second


def many(spans: Sequence[Span]) -> bytes:
    """One calendar with the zone and the times of all these meetings, as they are sent."""
    events: list[bytes] = []
    head = b""
    for number, (starts_at, ends_at) in enumerate(spans):
        meeting = shared(uid=f"{number}@moten.example", starts_at=starts_at, ends_at=ends_at)
        head, begin, rest = calendar_bytes(meeting, personal()).partition(b"BEGIN:VEVENT\r\n")
        lines = (begin + rest).splitlines(keepends=True)
        events += [line for line in lines if line.startswith(_LINES_OF_TIME)]
    return head.replace(b"METHOD:REQUEST\r\n", b"") + b"".join(events) + b"END:VCALENDAR\r\n"


def misread(spans: Sequence[Span], ics: bytes) -> dict[str, list[Span]]:
    """By program: the meetings that it would show at another time."""
    due = [(starts_at.astimezone(UTC), ends_at.astimezone(UTC)) for starts_at, ends_at in spans]
    wrong = {
        program: [
            span
            for span, event in zip(due, read.events, strict=True)
            if (event.starts, event.ends) != span
        ]
        for program, read in read_apart(ics).items()
    }
    return {program: found for program, found in wrong.items() if found}


def at(day: date, minutes: int) -> datetime:
    """So many minutes after midnight, on the wall of Stockholm."""
    return datetime.combine(day, time(), STOCKHOLM) + timedelta(minutes=minutes)


def last_sunday(year: int, month: int) -> date:
    """Of a month with 31 days."""
    last = date(year, month, 31)
    return last - _DAY * ((last.weekday() + 1) % 7)


NIGHTS = [last_sunday(year, month) for year in range(2026, 2046) for month in (3, 10)]
