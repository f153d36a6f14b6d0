"""What Samspel sends, as others' programs read it: each mail with a calendar, feeds, any text."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import Message as Mail

import pytest
from hypothesis import given, settings

from services.cases.domain.feeds import Entry, feed, one_meeting
from services.notifier.domain.calendar import WholeDays, calendar_bytes
from services.notifier.domain.messages import (
    CALENDAR_KINDS,
    CalendarPart,
    DutyWords,
    MeetingWords,
)
from services.notifier.domain.samples import Sample, samples
from tests.support.mailing import POST
from tests.support.oracles import Alarm, Disagreement, NotRead, Party, in_c, oracles, read
from tests.unit.test_notifier_calendar import NOON, VISIBLE, personal, shared

_HOUR_BEFORE, _NINE_THE_DAY_BEFORE = timedelta(hours=-1), timedelta(hours=-15)
MAILS = {sample.name: sample for sample in samples(POST) if sample.message.calendar is not None}
LIMITS = [name for name, one in MAILS.items() if isinstance(one.message.words, DutyWords)]
MEETINGS = [name for name in MAILS if name not in LIMITS]


def test_libical_reads_along() -> None:
    """The two others always do; they come with the tests."""
    assert set(oracles()) >= {"ical.js", "ical"}
    if in_c.library() is None:
        pytest.skip(f"{in_c.HOW_TO_GET_IT}. Calendars are read without it, by two of three.")


# ---- every mail with a calendar


def test_there_is_a_mail_of_every_kind_and_both_ways_to_cancel() -> None:
    kinds = {sample.kind for sample in MAILS.values()}
    assert kinds >= set(CALENDAR_KINDS)
    assert {part_of(one).of_all for one in MAILS.values() if one.kind == "cancel"} == {True, False}


@pytest.mark.parametrize("name", MEETINGS)
def test_O3_O11_every_mail_says_to_all_programs_what_it_means(name: str) -> None:
    sample = MAILS[name]
    part, words = part_of(sample), sample.message.words
    assert isinstance(words, MeetingWords)
    for ics in calendars_in(sample):
        parsed = read(ics)
        method = {"cancel": "CANCEL", "counter-declined": "DECLINECOUNTER"}.get(sample.kind)
        assert parsed.method == (method or "REQUEST")
        event = parsed.event
        said = words.wished or words.said
        assert (event.starts, event.ends) == (said.starts_at, said.ends_at)
        assert (event.uid, event.sequence) == (
            sample.post.uid(sample.message.meeting_id),
            part.sequence,
        )
        assert (event.stamp, event.created) == (part.stamp, part.created_at)
        reply_to = f"mailto:{sample.post.reply_address(part.token)}"
        assert event.organizer == Party(reply_to, sample.post.house.name)
        assert event.summary == sample.words.summary
        assert (event.description or "") == sample.words.description
        asks = method is None
        assert event.status == status_of(part, method)
        assert event.attendees == (recipient(sample, asks=asks),)
        assert [alarm.trigger for alarm in event.alarms] == [_HOUR_BEFORE] * asks
        assert event.location == (words.said.place if asks else None)


@pytest.mark.parametrize("name", LIMITS)
def test_O14_the_limit_of_the_year_is_a_whole_day_to_all_programs(name: str) -> None:
    """O14: nobody is busy then, and it can be taken back."""
    sample = MAILS[name]
    part, words = part_of(sample), sample.message.words
    assert isinstance(words, DutyWords)
    assert words.due_on is not None
    for ics in calendars_in(sample):
        parsed = read(ics)
        event = parsed.event
        assert parsed.method == ("CANCEL" if words.over else "REQUEST")
        assert (event.starts, event.ends) == (words.due_on, words.due_on + timedelta(days=1))
        assert event.transparency == (None if words.over else "TRANSPARENT")
        assert (event.uid, event.sequence) == (sample.post.uid_of(sample.message), part.sequence)
        assert event.status == ("CANCELLED" if words.over else "CONFIRMED")
        assert event.attendees == (recipient(sample, asks=not words.over),)
        assert [alarm.trigger for alarm in event.alarms] == [_NINE_THE_DAY_BEFORE] * (
            not words.over
        )


def test_O3_the_method_of_the_mails_part_is_the_calendars() -> None:
    for sample in MAILS.values():
        (inline,) = parts_of(sample, "text/calendar")
        assert inline.get_param("method") == read(content_of(inline)).method


def status_of(part: CalendarPart, method: str | None) -> str | None:
    """O11: a CANCEL to one person alone says nothing of the meeting."""
    if method is None:
        return "CONFIRMED"
    return "CANCELLED" if method == "CANCEL" and part.of_all else None


def recipient(sample: Sample, *, asks: bool) -> Party:
    address = f"mailto:{sample.message.address}"
    invited = Party(address, None, "INDIVIDUAL", "REQ-PARTICIPANT")
    return replace(invited, partstat="NEEDS-ACTION", rsvp=True) if asks else invited


def part_of(sample: Sample) -> CalendarPart:
    part = sample.message.calendar
    assert part is not None
    return part


def calendars_in(sample: Sample) -> set[bytes]:
    """One, since O2 wants the same bytes twice."""
    parts = parts_of(sample, "text/calendar") + parts_of(sample, "application/ics")
    assert len(parts) == 2
    return {content_of(part) for part in parts}


def parts_of(sample: Sample, content_type: str) -> list[Mail]:
    mail = message_from_bytes(sample.content)
    return [part for part in mail.walk() if part.get_content_type() == content_type]


def content_of(part: Mail) -> bytes:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    return content


# ---- whole days, feeds, answers


def test_O14_the_days_of_a_deadline_are_whole_days_in_which_nobody_is_busy() -> None:
    deadline = WholeDays(
        "opaque@moten.example", "REQUEST", date(2027, 6, 30), date(2027, 6, 30), "Utvärdering"
    )
    event = read(calendar_bytes(deadline, personal())).event
    assert (event.starts, event.ends) == (date(2027, 6, 30), date(2027, 7, 1))
    assert event.transparency == "TRANSPARENT"
    assert event.alarms == (Alarm("DISPLAY", _NINE_THE_DAY_BEFORE, "Utvärdering"),)


ENTRY = Entry("opaque@moten.example", NOON, NOON + timedelta(hours=1), 2, NOON, cancelled=False)


def test_a_feed_says_its_name_and_how_often_to_look_and_asks_nobody_anything() -> None:
    off = replace(ENTRY, uid="other@moten.example", cancelled=True)
    parsed = read(feed([ENTRY, off], "Åre, Östersund; m.fl.", "sv"))
    assert parsed.method is None
    assert parsed.name == parsed.shown_name == "Möten Åre, Östersund; m.fl."
    assert (parsed.refresh, parsed.published_ttl) == (timedelta(hours=1), "PT1H")
    assert [event.status for event in parsed.events] == ["CONFIRMED", "CANCELLED"]
    assert not any(event.attendees or event.organizer for event in parsed.events)
    assert read(one_meeting(ENTRY, "en")).event.starts == NOON
    assert read(feed([], "Exempelkommun", "sv")).events == ()


ANSWER = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//Example//EN
METHOD:REPLY
BEGIN:VEVENT
UID:opaque@moten.example
DTSTAMP:20270303T080000Z
SEQUENCE:1
ORGANIZER:mailto:moten+abc@exempelkommun.example
ATTENDEE;PARTSTAT=DECLINED;CN="Berg, Anna":mailto:anna@hem.example
COMMENT:Jag kan inte\\, tyvärr
DTSTART:20270316T110000Z
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()


def test_an_answer_is_read_too() -> None:
    event = read(ANSWER).event
    assert event.attendees == (Party("mailto:anna@hem.example", "Berg, Anna", partstat="DECLINED"),)
    assert event.comments == ("Jag kan inte, tyvärr",)
    assert event.starts == datetime(2027, 3, 16, 11, tzinfo=UTC)


# ---- text


@settings(max_examples=60)
@given(VISIBLE, VISIBLE, VISIBLE)
def test_O4_any_text_is_the_same_to_all_programs(name: str, place: str, text: str) -> None:
    same_to_all(name, place, text)


@pytest.mark.parametrize(
    "text",
    [
        "Ett, två; tre: fyra",
        r"C:\nya\, \;möten\\",
        "rad 1\nrad 2\n\nrad 4",
        "åäö ÅÄÖ é 👩‍👧‍👦 🇸🇪",
        "å" * 500,
        "👩‍👧" * 120,
        "ord " * 60,
        "\"Citat\" ^ och 'så' = &amp; <b>",
        "BEGIN:VALARM\nEND:VEVENT",
    ],
)
def test_O4_text_that_is_hard_to_write_is_the_same_to_all_programs(text: str) -> None:
    for padding in range(0, 75, 7):  # wherever the line is folded
        line = text.replace("\n", " ")
        same_to_all(line, "x" * padding + line, "x" * padding + text)


def same_to_all(name: str, place: str, text: str) -> None:
    name = name.replace("\\", "/")  # ical.js takes it for an escape, which it isn't in a parameter
    ics = calendar_bytes(
        shared(place=f"i{place}."), personal(organizer_name=f"i{name}.", description=f"i{text}.")
    )
    event = read(ics).event
    assert (event.location, event.description) == (f"i{place}.", f"i{text}.")
    assert event.organizer is not None
    assert event.organizer.name == f"i{name}."


# ---- they would notice


def without(line: bytes) -> Callable[[bytes], bytes]:
    return lambda ics: re.sub(rb"(?m)^" + line + rb"[:;].*\r\n( .*\r\n)*", b"", ics)


def instead(of: bytes, put: bytes) -> Callable[[bytes], bytes]:
    return lambda ics: ics.replace(of, put)


ZONE = re.compile(rb"BEGIN:VTIMEZONE.*END:VTIMEZONE\r\n", re.DOTALL)
FLAWS: dict[str, Callable[[bytes], bytes]] = {
    **{
        f"no {line.decode()}": without(line)
        for line in (b"DTSTAMP", b"UID", b"VERSION", b"PRODID", b"TRIGGER", b"ORGANIZER", b"TZID")
    },
    "no zone": lambda ics: ZONE.sub(b"", ics),
    "another zone": instead(b"BYMONTH=3", b"BYMONTH=2"),
    "two of a line": instead(b"STATUS:", b"STATUS:CONFIRMED\r\nSTATUS:"),
    "a status that there isn't": instead(b"STATUS:CONFIRMED", b"STATUS:BOOKED"),
    "another method": instead(b"METHOD:REQUEST", b"METHOD:INVITE"),
    "a day that there isn't": instead(b":20270316T120000", b":20270230T120000"),
    "no zone said": instead(b"DTSTART;TZID=Europe/Stockholm", b"DTSTART"),
    "UTC on the wall": instead(b":20270316T120000", b":20270316T120000Z"),
    "a sequence in letters": instead(b"SEQUENCE:0", b"SEQUENCE:nio"),
    "a duration without T": instead(b"-PT1H", b"-P1H"),
    "an alarm after the start": instead(b"-PT1H", b"PT1H"),
    "an alarm that doesn't end": instead(b"END:VALARM\r\n", b""),
    "a line break in a text": instead(b"ett\\ntv", b"ett\ntv"),
    "a character cut in two": instead(b"M\xc3\xb6te", b"M\xc3\r\n \xb6te"),
    "another encoding": instead("ö".encode(), b"\xf6"),
    "a byte order mark": lambda ics: b"\xef\xbb\xbf" + ics,
    "a date with a time": instead(b"DTSTART;TZID=Europe/Stockholm", b"DTSTART;VALUE=DATE"),
    "a file cut short": instead(b"END:VCALENDAR\r\n", b""),
}
SOUND = calendar_bytes(shared(), personal(description="ett\ntvå"))


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_flaw_is_noticed(flaw: str) -> None:
    flawed = FLAWS[flaw](SOUND)
    assert flawed != SOUND
    assert noticed(flawed)


def noticed(flawed: bytes) -> bool:
    """Also without libical: somebody refuses it, or they differ, or read what isn't meant."""
    try:
        return read(flawed) != read(SOUND)
    except (NotRead, Disagreement):
        return True
