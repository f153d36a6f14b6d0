"""The calendar object against the standard (O3-O11), with icalendar as the oracle."""

from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar
from icalendar.parser import Contentline

from services.notifier.domain.calendar import Personal, Shared, WholeDays, calendar_bytes
from services.notifier.domain.safe_text import UnsafeText
from shared.domain.calendar_lines import fold
from tests.support.oracles import read

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOON = datetime(2027, 3, 16, 12, tzinfo=STOCKHOLM)
VISIBLE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Cn")))


def shared(method: str = "REQUEST", **more: object) -> Shared:
    values: dict[str, object] = {
        "uid": "opaque@exempelkommun.example",
        "method": method,
        "starts_at": NOON,
        "ends_at": NOON + timedelta(hours=1),
        "summary": "Möte",
    }
    return Shared(**(values | more))  # type: ignore[arg-type]


def personal(**more: object) -> Personal:
    values: dict[str, object] = {
        "organizer": "moten+abc@exempelkommun.example",
        "organizer_name": "Exempelkommun",
        "attendee": "anna@hem.example",
        "sequence": 0,
        "stamp": NOON,
        "created_at": NOON,
    }
    return Personal(**(values | more))  # type: ignore[arg-type]


def only_event(raw: bytes) -> tuple[Calendar, Any]:
    calendar = Calendar.from_ical(raw)
    assert isinstance(calendar, Calendar)
    (event,) = calendar.walk("VEVENT")
    return calendar, event


@given(VISIBLE, VISIBLE, VISIBLE)
def test_any_text_comes_back_as_it_was_and_no_line_is_too_long(
    name: str, place: str, description: str
) -> None:
    raw = calendar_bytes(
        shared(place=place), personal(organizer_name=name, description=f"{description}\nslut")
    )
    lines = raw.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()  # no character is cut in two
    assert b"\n" not in raw.replace(b"\r\n", b"")
    _, event = only_event(raw)
    assert str(event["DESCRIPTION"]) == f"{description}\nslut"
    assert str(event.get("LOCATION", "")) == place
    assert event["ORGANIZER"].params.get("CN", "") == name


@given(VISIBLE.filter(bool))
def test_a_folded_line_says_what_icalendar_would_say(text: str) -> None:
    line = "SUMMARY:" + text
    assert fold(line).replace(b"\r\n ", b"") == line.encode() + b"\r\n"
    ours, theirs = fold(line), Contentline(line).to_ical() + b"\r\n"  # type: ignore[no-untyped-call]
    assert ours.count(b"\r\n") <= theirs.count(b"\r\n")


def test_an_invitation_holds_what_clients_need_and_nothing_else() -> None:
    calendar, event = only_event(calendar_bytes(shared(place="Rum 1"), personal()))
    assert {key: str(calendar[key]) for key in calendar} == {
        "PRODID": "-//Samspel//Samspel//SV",
        "VERSION": "2.0",
        "METHOD": "REQUEST",
    }
    assert sorted(event) == sorted(
        ["UID", "DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "ORGANIZER", "ATTENDEE",
         "DTSTART", "DTEND", "SUMMARY", "CLASS", "STATUS", "TRANSP", "LOCATION"]
    )  # fmt: skip
    assert str(event["ATTENDEE"]) == "mailto:anna@hem.example"
    assert dict(event["ATTENDEE"].params) == {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "REQ-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "TRUE",
    }
    assert event["DTSTART"].params["TZID"] == "Europe/Stockholm"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (NOON, NOON + timedelta(hours=1))
    assert event["DTSTAMP"].dt == NOON
    assert event["CLASS"] == "PRIVATE"
    (alarm,) = event.walk("VALARM")
    assert (alarm["ACTION"], alarm["TRIGGER"].dt) == ("DISPLAY", timedelta(hours=-1))
    assert len(calendar.walk("VTIMEZONE")) == 1


@pytest.mark.parametrize(
    ("address", "uri"),
    [
        ("anna.b+skola@hem.example", "mailto:anna.b+skola@hem.example"),
        ("o'br&{x}%41@hem.example", "mailto:o'br%26%7Bx%7D%2541@hem.example"),
        ("a/b?c=d#e@hem.example", "mailto:a%2Fb%3Fc%3Dd%23e@hem.example"),
    ],
)
def test_an_address_is_a_uri_that_means_the_same_address(address: str, uri: str) -> None:
    _, event = only_event(calendar_bytes(shared(), personal(attendee=address)))
    assert str(event["ATTENDEE"]) == uri
    assert unquote(uri.removeprefix("mailto:")) == address


@pytest.mark.parametrize(("of_all", "status"), [(True, "CANCELLED"), (False, None)])
def test_a_cancel_says_whether_all_is_off_and_asks_for_nothing(
    of_all: bool, status: str | None
) -> None:
    raw = calendar_bytes(shared("CANCEL", of_all=of_all, place="Rum 1"), personal(sequence=3))
    calendar, event = only_event(raw)
    assert (calendar["METHOD"], event["SEQUENCE"]) == ("CANCEL", 3)
    assert event.get("STATUS") == status
    assert event.walk("VALARM") == []
    assert "LOCATION" not in event
    assert "RSVP" not in event["ATTENDEE"].params


@pytest.mark.parametrize(
    "day",
    [
        "1997-01-15", "2027-03-27", "2027-03-28", "2027-03-29", "2027-07-01", "2027-10-30",
        "2027-10-31", "2027-11-01", "2028-02-29", "2044-03-28", "2061-08-01",
    ],
)  # fmt: skip
def test_the_time_zone_in_the_object_is_stockholms_in_every_year(day: str) -> None:
    noon = datetime.fromisoformat(f"{day}T12:00:00")
    calendar, _ = only_event(calendar_bytes(shared(), personal()))
    (zone,) = calendar.walk("VTIMEZONE")
    carried = zone.to_tz(lookup_tzid=False)  # type: ignore[attr-defined]
    assert noon.replace(tzinfo=carried).utcoffset() == noon.replace(tzinfo=STOCKHOLM).utcoffset()
    assert "RDATE" not in zone.to_ical().decode()


@pytest.mark.parametrize("text", ["a\r\nATTENDEE:mailto:x@y.example", "a\x00", "a\u2028b", "a\x85"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(UnsafeText):
        calendar_bytes(shared(place=text), personal())
    with pytest.raises(UnsafeText):
        calendar_bytes(shared(), personal(organizer_name=text))


@pytest.mark.parametrize(
    "harmful", ["x\r\nATTENDEE:mailto:y@z.example", "x\x00", "x\u2028y", "x\x85y", "x\ny"]
)
@pytest.mark.parametrize("field", ["organizer", "attendee"])
def test_an_address_can_hold_no_line_of_its_own(field: str, harmful: str) -> None:
    for address in (f"{harmful}@hem.example", f"anna@{harmful}"):
        with pytest.raises(UnsafeText):
            calendar_bytes(shared(), personal(**{field: address}))
    with pytest.raises(UnsafeText):
        calendar_bytes(shared(uid=harmful), personal())


@pytest.mark.parametrize(
    ("first", "last", "after"),
    [
        ("2027-06-30", "2027-06-30", "2027-07-01"),
        ("2027-12-31", "2028-01-01", "2028-01-02"),
        ("2028-02-28", "2028-02-29", "2028-03-01"),
    ],
)
def test_O14_a_day_to_be_done_by_is_all_day_and_leaves_everybody_free(
    first: str, last: str, after: str
) -> None:
    begins, ends = date.fromisoformat(first), date.fromisoformat(after)
    days = WholeDays(
        uid="opaque@exempelkommun.example",
        method="REQUEST",
        first=begins,
        last=date.fromisoformat(last),
        summary="Sista dag",
    )
    raw = calendar_bytes(days, personal(description="Logga in, så ser du vad det gäller."))
    calendar, event = only_event(raw)
    assert event["DTSTART"].params["VALUE"] == event["DTEND"].params["VALUE"] == "DATE"
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (begins, ends)
    assert event["TRANSP"] == "TRANSPARENT"
    assert calendar.walk("VTODO") == []
    assert calendar.walk("VTIMEZONE") == []
    (alarm,) = event.walk("VALARM")
    assert alarm["TRIGGER"].dt == timedelta(hours=-15)  # nine o'clock the day before
    elsewhere = read(raw).event
    assert (elsewhere.starts, elsewhere.ends) == (begins, ends)
    assert elsewhere.transparency == "TRANSPARENT"


def test_O14_days_that_end_before_they_begin_are_no_days() -> None:
    with pytest.raises(ValueError, match="before the first"):
        WholeDays("u", "REQUEST", date(2027, 6, 30), date(2027, 6, 29), "x")


def test_O11_a_cancelled_day_says_so_and_rings_no_more() -> None:
    day = date(2027, 6, 30)
    cancel = WholeDays("u@exempelkommun.example", "CANCEL", day, day, "Sista dag", of_all=True)
    _, event = only_event(calendar_bytes(cancel, personal(sequence=2)))
    assert event["STATUS"] == "CANCELLED"
    assert event.walk("VALARM") == []
    assert "TRANSP" not in event


def test_B5_a_refused_wish_names_the_wished_time_and_asks_for_nothing() -> None:
    begins = NOON + timedelta(days=1)
    wished = shared(
        "DECLINECOUNTER", starts_at=begins, ends_at=begins + timedelta(hours=1), place="Rum 1"
    )
    calendar, event = only_event(calendar_bytes(wished, personal(sequence=4)))
    assert (calendar["METHOD"], event["SEQUENCE"]) == ("DECLINECOUNTER", 4)
    assert event["DTSTART"].dt == begins
    assert str(event["UID"]) == "opaque@exempelkommun.example"
    assert str(event["ATTENDEE"]) == "mailto:anna@hem.example"
    assert not {"PARTSTAT", "RSVP"} & set(event["ATTENDEE"].params)
    assert not {"STATUS", "TRANSP", "LOCATION"} & set(event)
    assert event.walk("VALARM") == []
