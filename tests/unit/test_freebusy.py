"""Busy times from calendars as programs write them: only times come out, and never a surprise."""

from datetime import UTC, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from services.scheduler.domain.freebusy import UnreadableCalendar, busy_times
from shared.domain.calendars.content_lines import Property
from shared.domain.calendars.moments import Moment
from shared.domain.calendars.repeats import Budget, rule
from shared.domain.days import STOCKHOLM

OWN = "exempelkommun.example"
SINCE = datetime.fromisoformat("2027-03-01T00:00:00+01:00")
UNTIL = datetime.fromisoformat("2027-05-01T00:00:00+02:00")


def calendar(*components: str) -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", *components, "END:VCALENDAR", ""]
    return "\n".join(lines).replace("\n", "\r\n").encode()


def event(*lines: str, uid: str = "1@outlook.example") -> str:
    return "\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT"])


def free_busy(*lines: str) -> str:
    return "\n".join(["BEGIN:VFREEBUSY", *lines, "END:VFREEBUSY"])


def busy(data: bytes) -> list[str]:
    """Each busy time as people write it, by Stockholm's clocks."""
    found = busy_times(data, SINCE, UNTIL, OWN)
    return [" – ".join(_local(instant) for instant in span) for span in found.times]


def _local(instant: datetime) -> str:
    return instant.astimezone(STOCKHOLM).strftime("%d/%m %H.%M")


def code(data: bytes) -> str:
    with pytest.raises(UnreadableCalendar) as refused:
        busy_times(data, SINCE, UNTIL, OWN)
    return refused.value.code


AT_NINE = "DTSTART;TZID=Europe/Stockholm:20270302T090000"
TO_TEN = "DTEND;TZID=Europe/Stockholm:20270302T100000"
NINE_TO_TEN = ["02/03 09.00 – 02/03 10.00"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((AT_NINE, TO_TEN), NINE_TO_TEN),
        ((AT_NINE, "DURATION:PT1H"), NINE_TO_TEN),
        (("DTSTART:20270302T080000Z", "DTEND:20270302T090000Z"), NINE_TO_TEN),
        (("DTSTART:20270302T090000", "DTEND:20270302T100000"), NINE_TO_TEN),  # floating
        ((AT_NINE,), []),  # no length at all
        ((AT_NINE, "DTEND;TZID=Europe/Stockholm:20270302T080000"), []),
        (("DTSTART;VALUE=DATE:20270302",), ["02/03 00.00 – 03/03 00.00"]),
        (
            ("DTSTART;VALUE=DATE:20270327", "DTEND;VALUE=DATE:20270329"),  # a clock change
            ["27/03 00.00 – 29/03 00.00"],
        ),
        (("DTSTART:20270302", "DURATION:P2D"), ["02/03 00.00 – 04/03 00.00"]),
        (("DTSTART:20270227T230000Z", "DTEND:20270301T090000Z"), ["01/03 00.00 – 01/03 10.00"]),
        (("DTSTART:20260227T230000Z", "DTEND:20260301T090000Z"), []),  # long ago
        ((AT_NINE, TO_TEN, "TRANSP:TRANSPARENT"), []),
        ((AT_NINE, TO_TEN, "TRANSP:OPAQUE", "STATUS:TENTATIVE"), NINE_TO_TEN),
        ((AT_NINE, TO_TEN, "STATUS:CANCELLED"), []),
        ((AT_NINE, TO_TEN, "X-MICROSOFT-CDO-BUSYSTATUS:FREE"), []),
        ((AT_NINE, TO_TEN, "X-MICROSOFT-CDO-BUSYSTATUS:WORKINGELSEWHERE"), []),
        ((AT_NINE, TO_TEN, "X-MICROSOFT-CDO-BUSYSTATUS:OOF"), NINE_TO_TEN),
    ],
)
def test_an_event_is_busy_unless_it_says_otherwise(
    lines: tuple[str, ...], expected: list[str]
) -> None:
    assert busy(calendar(event(*lines))) == expected


@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Stockholm", "09.00"),
        ("W. Europe Standard Time", "09.00"),
        ("/mozilla.org/20050126_1/Europe/Stockholm", "09.00"),
        ("tzone://Microsoft/Utc", "10.00"),
        ("UTC", "10.00"),
        ("FLE Standard Time", "08.00"),  # Helsinki
        ("America/Argentina/Buenos_Aires", "13.00"),
        ('"(UTC+01:00) Amsterdam, Berlin, Bern, Rom, Stockholm, Wien"', "09.00"),
        ("Customized Time Zone", "09.00"),
        ("Europe", "09.00"),
        ("../../etc/passwd", "09.00"),
        ("", "09.00"),
    ],
)
def test_a_zone_is_known_by_its_olson_or_windows_name_and_else_is_stockholm(
    zone: str, start: str
) -> None:
    data = calendar(event(f"DTSTART;TZID={zone}:20270302T090000", "DURATION:PT30M"))
    assert busy(data)[0].startswith(f"02/03 {start}")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (("RRULE:FREQ=WEEKLY;COUNT=3",), ["02/03 09", "09/03 09", "16/03 09"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270309T080000Z",), ["02/03 09", "09/03 09"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270309T075959Z",), ["02/03 09"]),
        (("RRULE:FREQ=WEEKLY;UNTIL=20270309",), ["02/03 09", "09/03 09"]),
        (
            ("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;TZID=Europe/Stockholm:20270309T090000"),
            ["02/03 09", "16/03 09"],
        ),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE:20270309T080000Z"), ["02/03 09", "16/03 09"]),
        (("RRULE:FREQ=WEEKLY;COUNT=3", "EXDATE;VALUE=DATE:20270309"), ["02/03 09", "16/03 09"]),
        (("RDATE:20270304T080000Z,20270305T080000Z",), ["02/03 09", "04/03 09", "05/03 09"]),
        (("RDATE;VALUE=PERIOD:20270304T120000Z/PT2H",), ["02/03 09", "04/03 13"]),
        (("RRULE:FREQ=DAILY;INTERVAL=20",), ["02/03 09", "22/03 09", "11/04 09"]),
        (("RRULE:FREQ=MONTHLY;BYDAY=1TU",), ["02/03 09", "06/04 09"]),
        (("RRULE:FREQ=MONTHLY;BYDAY=-1FR",), ["02/03 09", "26/03 09", "30/04 09"]),
        (
            ("RRULE:FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",),
            ["02/03 09", "31/03 09", "30/04 09"],
        ),
        (("RRULE:FREQ=YEARLY;BYMONTH=4;BYMONTHDAY=-1",), ["02/03 09", "30/04 09"]),
    ],
)
def test_what_repeats_is_busy_each_time_by_the_clock_on_the_wall(
    lines: tuple[str, ...], expected: list[str]
) -> None:
    found = busy(calendar(event(AT_NINE, TO_TEN, *lines)))
    assert [span[:8] for span in found] == expected


def test_what_began_years_ago_still_repeats_over_the_clock_change() -> None:
    data = calendar(
        event(
            "DTSTART;TZID=W. Europe Standard Time:20170103T083000",
            "DTEND;TZID=W. Europe Standard Time:20170103T093000",
            "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=MO",
        )
    )
    times = busy(data)
    assert times[0] == "02/03 08.30 – 02/03 09.30"
    assert times[2] == "30/03 08.30 – 30/03 09.30"


def test_a_changed_time_of_a_series_takes_the_place_of_the_one_it_was() -> None:
    series = event(AT_NINE, TO_TEN, "RRULE:FREQ=WEEKLY;COUNT=4")
    moved = event(
        "RECURRENCE-ID;TZID=Europe/Stockholm:20270309T090000",
        "DTSTART:20270310T130000Z", "DTEND:20270310T140000Z",
    )  # fmt: skip
    cancelled = event(
        "RECURRENCE-ID:20270316T080000Z", "DTSTART:20270316T080000Z", "DTEND:20270316T090000Z",
        "STATUS:CANCELLED",
    )  # fmt: skip
    assert busy(calendar(moved, series, cancelled)) == [
        *NINE_TO_TEN,
        "10/03 14.00 – 10/03 15.00",
        "23/03 09.00 – 23/03 10.00",
    ]
    assert busy(calendar(moved)) == ["10/03 14.00 – 10/03 15.00"]


def test_of_free_busy_times_only_the_free_are_left_out() -> None:
    data = calendar(
        free_busy(
            "DTSTART:20270301T000000Z",
            "DTEND:20270401T000000Z",
            "FREEBUSY;FBTYPE=BUSY:20270302T080000Z/20270302T090000Z,20270303T080000Z/PT1H30M",
            "FREEBUSY;FBTYPE=FREE:20270304T080000Z/PT1H",
            "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20270305T080000Z/PT1H",
            "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270306T080000Z/PT1H",
            "FREEBUSY:20270307T080000Z/PT1H",
        )
    )
    assert [span[:8] for span in busy(data)] == [
        "02/03 09", "03/03 09", "05/03 09", "06/03 09", "07/03 09",
    ]  # fmt: skip


def test_free_busy_times_are_known_as_far_as_they_go_and_events_to_the_end() -> None:
    short = free_busy("DTSTART:20270301T000000Z", "DTEND:20270401T000000Z")
    assert busy_times(calendar(short), SINCE, UNTIL, OWN).covers_until == datetime(
        2027, 4, 1, tzinfo=UTC
    )
    assert busy_times(calendar(free_busy()), SINCE, UNTIL, OWN).covers_until == UNTIL
    assert busy_times(calendar(), SINCE, UNTIL, OWN).covers_until == UNTIL
    both = calendar(short, event(AT_NINE, TO_TEN))
    assert busy_times(both, SINCE, UNTIL, OWN).covers_until == UNTIL


def test_our_own_meetings_are_left_out_so_one_that_is_moved_does_not_block_itself() -> None:
    ours = event(AT_NINE, TO_TEN, uid=f"abcdefghij234567klmnopqr@{OWN}")
    assert busy(calendar(ours)) == []
    another = event(AT_NINE, TO_TEN, uid="abcdefghij234567klmnopqr@other.example")
    assert busy(calendar(another)) == NINE_TO_TEN


def test_times_that_touch_or_overlap_become_one() -> None:
    data = calendar(
        event(AT_NINE, TO_TEN, uid="1"),
        event("DTSTART:20270302T083000Z", "DTEND:20270302T100000Z", uid="2"),
        event("DTSTART:20270302T100000Z", "DTEND:20270302T110000Z", uid=""),
        event("DTSTART:20270302T130000Z", "DTEND:20270302T140000Z", uid=""),
    )
    assert busy(data) == ["02/03 09.00 – 02/03 12.00", "02/03 14.00 – 02/03 15.00"]


def test_folded_lines_alarms_other_parts_and_a_byte_order_mark_are_no_hindrance() -> None:
    noise = event(
        "DTSTART;TZID=Europe/\n Stockholm:20270302\n T090000",
        TO_TEN,
        "SUMMARY:Möte med familjen",
        "a line that was folded badly",
        "BEGIN:VALARM", "TRIGGER:-PT15M", "DURATION:PT5H", "END:VALARM",
    )  # fmt: skip
    zone = "BEGIN:VTIMEZONE\nTZID:X\nBEGIN:STANDARD\nDTSTART:16010101T000000\nEND:STANDARD"
    data = b"\xef\xbb\xbf" + calendar(zone + "\nEND:VTIMEZONE", noise)
    assert busy(data) == NINE_TO_TEN
    assert busy(data.replace(b"\r\n", b"\n")) == NINE_TO_TEN


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "not-a-calendar"),
        (b"<!doctype html><title>Sign in</title>", "not-a-calendar"),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "not-a-calendar"),
        (calendar(event(AT_NINE, TO_TEN)).replace(b"END:VCALENDAR\r\n", b""), "unreadable"),
        (b"BEGIN:VCALENDAR\r\nEND:VEVENT\r\n", "unreadable"),
        (calendar(event()), "unreadable"),
        (calendar(event("DTSTART:tomorrow")), "unreadable"),
        (calendar(event("DTSTART:20270230T090000")), "unreadable"),
        (calendar(event("DTSTART;TZID=X")), "unreadable"),
        (calendar(event("DTSTART:00010101T000000Z", "DURATION:-P1W")), "unreadable"),
        (calendar(event("DTSTART:99991231T000000Z", "DURATION:P99999W")), "unreadable"),
        (calendar(event(AT_NINE, "DURATION:an hour")), "unreadable"),
        (calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=SOMETIMES")), "unreadable"),
        (calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=DAILY;INTERVAL=0")), "unreadable"),
        (calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=DAILY;COUNT=-1")), "unreadable"),
        (calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=DAILY;BYDAY=XX")), "unreadable"),
        (calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=DAILY;BYHOUR=25")), "unreadable"),
        (calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=SECONDLY")), "too-much"),
        (
            calendar(event(AT_NINE, TO_TEN, "RRULE:FREQ=DAILY;BYHOUR=1,2,3;BYMINUTE="
                           + ",".join(map(str, range(60))))),
            "too-much",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_a_code(data: bytes, expected: str) -> None:
    assert code(data) == expected


def test_rules_that_never_match_or_reach_back_for_ever_are_stopped() -> None:
    never = event(
        "DTSTART:00030101T000000Z", "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=9;BYMONTH=2;BYMONTHDAY=30",
    )  # fmt: skip
    assert code(calendar(*[never] * 500)) == "too-much"
    assert code(calendar(*["BEGIN:VEVENT\nEND:VEVENT"] * 20_001)) == "too-much"
    often = ["FREEBUSY:20270302T080000Z/PT1S" + f",20270302T{n // 60:02}{n % 60:02}01Z/PT1S"
             + f",20270303T{n // 60:02}{n % 60:02}02Z/PT1S" for n in range(1440)]  # fmt: skip
    more = [line.replace("202703", "202704") for line in often]
    most = [line.replace("01Z", "03Z").replace("02Z", "04Z") for line in often + more]
    assert code(calendar(free_busy(*often, *more, *most))) == "too-much"


LINES = st.sampled_from([
    "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "BEGIN:VFREEBUSY",
    "END:VFREEBUSY", "BEGIN:VALARM", "END:VALARM", "UID:1", "UID:2", AT_NINE, TO_TEN,
    "DTSTART:20270302", "DTSTART:00010101T000000", "DTEND:99991231T235959", "DURATION:-P9W",
    "DURATION:P99999W", "RECURRENCE-ID:20270309T090000", "EXDATE:20270309", "EXDATE:,,",
    "RDATE:20270304T080000Z/PT1H", "RDATE;VALUE=PERIOD:20270304", "FREEBUSY:20270302T080000Z/PT1H",
    "FREEBUSY:20270302T080000Z", "FREEBUSY;FBTYPE=FREE:/", "TRANSP:", "STATUS",
]) | st.builds(
    "{}{}{}".format,
    st.sampled_from(["RRULE:FREQ=", "DTSTART;TZID=", "EXDATE;X=", "FREEBUSY;", ""]),
    st.sampled_from(["DAILY", "WEEKLY;BYDAY=", "MONTHLY;BYSETPOS=", "YEARLY;BYWEEKNO=", "Å"]),
    st.text(alphabet="0123456789,-;:=TZMOUFR\"", max_size=20),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(LINES, max_size=14), st.booleans())
def test_any_lines_give_times_in_order_within_the_horizon_or_a_code(
    lines: list[str], whole: bool
) -> None:
    data = calendar(event(*lines)) if whole else "\r\n".join(lines).encode()
    try:
        times = busy_times(data, SINCE, UNTIL, OWN).times
    except UnreadableCalendar:
        return
    ends = [SINCE, *(instant for span in times for instant in span), UNTIL]
    assert ends == sorted(ends)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(junk: bytes) -> None:
    for data in (junk, calendar(event(AT_NINE, TO_TEN)).replace(b"UID", junk)):
        try:
            busy_times(data, SINCE, UNTIL, OWN)
        except UnreadableCalendar:
            continue


RULES = [
    "FREQ=DAILY", "FREQ=DAILY;INTERVAL=3;COUNT=40", "FREQ=DAILY;BYMONTH=1,7;BYDAY=MO,WE",
    "FREQ=DAILY;BYHOUR=8,13;BYMINUTE=0,30", "FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR;BYMONTHDAY=-1,1",
    "FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU", "FREQ=WEEKLY;INTERVAL=3;COUNT=9",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=MO", "FREQ=WEEKLY;BYDAY=TU,TH,SA;BYSETPOS=-1,1",
    "FREQ=MONTHLY", "FREQ=MONTHLY;INTERVAL=5;COUNT=7", "FREQ=MONTHLY;BYMONTHDAY=-2,-3,2",
    "FREQ=MONTHLY;BYMONTHDAY=-2,-3,2;BYSETPOS=-2,-3,2", "FREQ=MONTHLY;BYDAY=2TU,-1FR",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=5WE;COUNT=12",
    "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "FREQ=MONTHLY;BYMONTHDAY=29,30,31;BYSETPOS=1;COUNT=20",
    "FREQ=YEARLY", "FREQ=YEARLY;INTERVAL=2;BYMONTH=2,11", "FREQ=YEARLY;BYDAY=10MO,-2SU",
    "FREQ=YEARLY;BYMONTH=4,10;BYDAY=1MO,-1FR", "FREQ=YEARLY;BYYEARDAY=1,100,-1;COUNT=11",
    "FREQ=YEARLY;BYMONTH=3;BYDAY=MO,TU;BYSETPOS=3,-1", "FREQ=YEARLY;BYMONTHDAY=15;INTERVAL=3",
    "FREQ=YEARLY;BYWEEKNO=20,-5;BYDAY=TU",
]  # fmt: skip


@pytest.mark.parametrize("text", RULES)
@settings(max_examples=15, deadline=None)
@given(st.integers(0, 8 * 365 * 24 * 60), st.integers(7, 900))
def test_rules_mean_what_dateutil_says_they_mean(text: str, minutes: int, after: int) -> None:
    """Apart from the first week: dateutil begins to count its positions at the start itself."""
    start = datetime.fromisoformat("2019-01-01T00:00:00") + timedelta(minutes=minutes)
    since = start + timedelta(days=after)
    until = since + timedelta(days=500)
    begins = Moment(start, STOCKHOLM)
    ours = rule(Property({}, text), begins).walls(begins, since, until, Budget())
    assert list(ours) == list(rrulestr(text, dtstart=start).between(since, until, inc=True))
