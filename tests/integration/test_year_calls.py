"""April and October in a whole town: planned ahead, called weeks before, moved by a break (R20)."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from icalendar import Calendar
from psycopg.errors import ExclusionViolation

from shared.ids import staff_id
from tests.support.town import Json, Town, a_town

NOVEMBER = "2026-11-23T08:00:00+01:00"  # a Monday
CALL = "2027-03-17T09:00:00+01:00"  # four weeks before Wednesday 14 April
CALLER, OTHER_CALLER = staff_id("karin-bergqvist"), staff_id("jonas-ekdahl")
PRINCIPAL = staff_id("anna-lindqvist")
_MEETINGS = """
    SELECT m.id, m.step, m.state, m.sequence, m.called,
           to_char(m.starts_at AT TIME ZONE 'Europe/Stockholm', 'YYYY-MM-DD HH24:MI') AS at,
           (SELECT count(*) FROM cases.attendance a
            WHERE a.meeting_id = m.id AND NOT a.removed) AS people,
           (SELECT count(*) FROM cases.engagements e WHERE e.meeting_id = m.id) AS engaged
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    WHERE c.about = 'year' AND c.known_on = '2027-01-01' ORDER BY m.starts_at, m.id
"""
# Somebody's last meeting of all is at another time instead.
_TAKE = """
    UPDATE cases.engagements SET during = tstzrange(%s, %s)
    WHERE person_id = %s
      AND meeting_id = (SELECT id FROM cases.meetings ORDER BY starts_at DESC LIMIT 1)
"""


@pytest.fixture
def town(registered_url: str, municipality: Path) -> Iterator[Town]:
    with a_town(registered_url, municipality, clock=NOVEMBER, year=True) as town:
        town.quiet()
        yield town


def april(town: Town) -> Json:
    return town.rows(_MEETINGS)[0]


def objects(town: Town) -> Counter[str]:
    """How many calendar objects of meetings were sent, by method and SEQUENCE."""
    kinds = Counter(mail.kind for mail in town.mails() if "uppgift" not in mail.subject)
    return Counter({kind: n for kind, n in kinds.items() if kind.startswith(("REQ", "CANC"))})


def feed(town: Town, person: Any) -> list[str]:
    """«CONFIRMED 2027-04-14» for each event."""
    url = town.post(f"people/{person}/feed")["url"].removeprefix("http://samspel.example")
    read = Calendar.from_ical(town.client.get(url).content)
    return [f"{e['STATUS']} {e.decoded('DTSTART'):%Y-%m-%d}" for e in read.walk("VEVENT")]


def test_R20_a_year_is_booked_ahead_and_nobody_is_told_before_the_call(town: Town) -> None:
    """R20: booked at once; only the two who call see it; four weeks before, everybody is called."""
    first, second = town.rows(_MEETINGS)
    assert (first["at"], second["at"]) == ("2027-04-14 13:00", "2027-10-13 13:00")
    assert first["people"] == first["engaged"] > 30
    assert objects(town) == {}
    assert "CONFIRMED 2027-04-14" in feed(town, CALLER)
    assert feed(town, PRINCIPAL) == []
    town.post(f"meetings/{first['id']}/remind", status=409)
    town.move_clock("2027-03-17T08:59:00+01:00")
    assert objects(town) == {}
    town.move_clock(CALL)
    assert objects(town) == {"REQUEST 0": first["people"]}
    call = town.mail_to("anna.lindqvist@exempelkommun.example").get_body(("plain",))
    assert call is not None
    assert "senast onsdagen den 7 april" in call.get_content()  # five working days before
    assert feed(town, PRINCIPAL) == ["CONFIRMED 2027-04-14"]


def test_R20_a_beat_that_was_dead_for_a_week_calls_late_and_once(town: Town) -> None:
    """R20: the call is of use until the meeting begins."""
    town.clockwork.stand_at(datetime.fromisoformat("2027-03-24T10:00:00+01:00"))
    town.quiet()
    assert objects(town) == {"REQUEST 0": april(town)["people"]}
    fired = town.rows("SELECT state FROM scheduler.due WHERE event_type = 'call.due'")
    assert sorted(row["state"] for row in fired)[:2] == ["fired", "planned"]


def test_R20_moved_and_cancelled_before_the_call_nobody_hears_of_it(town: Town) -> None:
    """R20: by hand to any day of the month that will do; the two who call see it."""
    meeting = april(town)
    moved = {"starts_at": "2027-04-26T09:00:00+02:00"}
    town.do(f"meetings/{meeting['id']}/move", moved)
    assert (april(town)["at"], april(town)["sequence"]) == ("2027-04-26 09:00", 1)
    town.move_clock("2027-03-18T09:00:00+01:00")
    assert objects(town) == {}, "the call is four weeks before the new day"
    refused = town.post(
        f"meetings/{meeting['id']}/move", {"starts_at": "2027-04-30T09:00:00+02:00"}, status=409
    )
    assert (refused["type"], refused["rule"]) == ("urn:samspel:problem:day-wont-do", "R20")
    town.do(f"meetings/{meeting['id']}/cancel")
    town.move_clock("2027-04-01T09:00:00+02:00")
    assert objects(town) == {}
    assert [april(town)["state"], april(town)["called"]] == ["cancelled", False]
    assert "CANCELLED 2027-04-26" in feed(town, CALLER)
    assert feed(town, PRINCIPAL) == []


def test_R20_moved_after_the_call_everybody_hears_it_at_once(town: Town) -> None:
    """R20, Q1: also when the new day's own call would have been later; a cancel is told too."""
    town.move_clock(CALL)
    meeting = april(town)
    town.do(f"meetings/{meeting['id']}/move", {"starts_at": "2027-04-28T13:00:00+02:00"})
    assert objects(town) == {"REQUEST 0": meeting["people"], "REQUEST 1": meeting["people"]}
    assert feed(town, PRINCIPAL) == ["CONFIRMED 2027-04-28"]
    town.do(f"meetings/{meeting['id']}/cancel")
    assert objects(town)["CANCEL 2"] == meeting["people"]
    assert feed(town, PRINCIPAL) == ["CANCELLED 2027-04-28"]


def test_R20_a_break_that_is_moved_moves_the_meeting(
    town: Town, registered_url: str, municipality: Path, tmp_path: Path
) -> None:
    """R20: the next night, to the best day that is left, and nobody hears of it before the call.

    Where no day is left those who call are told, once, and the meeting stays where it is.
    """
    moved = _with_easter(municipality, tmp_path / "moved", "2027-04-12", "2027-04-16")
    with a_town(registered_url, moved, clock=None, year=True) as later:
        _a_night(later, "2026-11-25T08:00:00+01:00")
        meeting = april(later)
        assert (meeting["at"], meeting["sequence"]) == ("2027-04-21 13:00", 1)
        assert later.rows(_MEETINGS)[1]["at"] == "2027-10-13 13:00"
        assert meeting["engaged"] == meeting["people"]
    none_left = _with_easter(municipality, tmp_path / "none", "2027-04-01", "2027-04-30")
    with a_town(registered_url, none_left, clock=None, year=True) as later:
        _a_night(later, "2026-11-26T08:00:00+01:00")
        _a_night(later, "2026-11-27T08:00:00+01:00")
        assert april(later)["at"] == "2027-04-21 13:00"
        assert _no_slot(later) == ["open", "open"]
    with a_town(registered_url, moved, clock=None, year=True) as later:
        later.do(f"meetings/{meeting['id']}/move", {"starts_at": "2027-04-22T13:00:00+02:00"})
        assert _no_slot(later) == ["done", "done"]
        assert objects(later) == {}


def _with_easter(municipality: Path, copied: Path, first: str, last: str) -> Path:
    """A copy of the municipality's folder with its break of Easter 2027 on other days."""
    years = Path(shutil.copytree(municipality, copied)) / "school_years.toml"
    before, after = "first = 2027-03-29, last = 2027-04-02", f"first = {first}, last = {last}"
    years.write_text(years.read_text().replace(before, after))
    return copied


def _a_night(town: Town, until: str) -> None:
    town.move_clock(until)
    town.scheduler.a_round()  # the nightly look at everything
    town.quiet()


def _no_slot(town: Town) -> list[str]:
    return [
        row["state"] for row in town.rows("SELECT state FROM cases.tasks WHERE kind = 'no-slot'")
    ]


def test_R21_the_callers_must_be_free_and_everybody_else_is_engaged_if_they_are(
    town: Town,
) -> None:
    """R21: a principal who is taken is called all the same, and no time is booked over a caller."""
    meeting = april(town)
    taken = {PRINCIPAL: "2027-04-20", OTHER_CALLER: "2027-04-21"}
    for person, day in taken.items():
        _take(town, person, f"{day} 13:00+02", f"{day} 14:00+02")
    where = f"meetings/{meeting['id']}/move"
    town.do(where, {"starts_at": "2027-04-20T13:00:00+02:00"})
    engaged = town.rows(
        "SELECT person_id FROM cases.engagements WHERE meeting_id = %s", meeting["id"]
    )
    assert april(town)["engaged"] == meeting["people"] - 1
    assert PRINCIPAL not in {row["person_id"] for row in engaged}
    assert april(town)["people"] == meeting["people"]
    refused = town.post(where, {"starts_at": "2027-04-21T13:00:00+02:00"}, status=409)
    assert (refused["type"], refused["rule"]) == ("urn:samspel:problem:double-booked", "R21")
    assert april(town)["at"] == "2027-04-20 13:00"
    assert not town.rows("SELECT 1 FROM cases.tasks WHERE kind = 'is-taken'")
    with pytest.raises(ExclusionViolation):
        _take(town, CALLER, "2027-04-20 14:00+02", "2027-04-20 15:00+02")


def _take(town: Town, person: Any, since: str, until: str) -> None:
    with psycopg.connect(town.database_url) as connection:
        connection.execute(_TAKE, [since, until, person])
