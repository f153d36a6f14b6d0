"""The calendar on real rows and on its page: one's own, that of a unit, and the feed's address."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
from icalendar import Calendar as CalendarFile
from psycopg.rows import DictRow, dict_row

from services.cases.adapters.calendar_views import _CALLED_TO, _TAKEN
from services.cases.adapters.overviews import SqlOverviews
from services.cases.adapters.sight import SqlSights
from services.cases.domain.month import Entry, span
from services.cases.handlers.calendar_shown import Calendar, calendar_of_unit, own_calendar
from services.cases.handlers.sight import Sight
from shared.domain.days import WorkingDays
from shared.ids import staff_id
from shared.procedures import load_procedures
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, cases_house
from tests.support.signing_in import words_of

SKOLCHEF = str(staff_id("margareta-sandstrom"))  # whom the rektor of Björkskolan reports to
SOCIALCHEF = str(staff_id("lars-erik-holmgren"))
NOW = datetime.fromisoformat("2027-03-01T08:00:00+01:00")
MARCH = span("month", date(2027, 3, 1))
ENGLISH = {"Cookie": "samspel-sprak=en"}


@dataclass(frozen=True)
class Told:
    """Cases of one rektor: with a meeting, with one that is off, withdrawn, with her manager."""

    house: CasesHouse
    case: Json
    meeting: Json
    withdrawn: Json
    shared: Json


@pytest.fixture(scope="module")
def told(registered_of_the_module: str, municipality: Path) -> Iterator[Told]:
    broker = "redis://nobody.example"
    with cases_house(registered_of_the_module, broker, municipality) as house:
        case = house.signed_case()
        meeting = house.booked(case)
        off = house.booked(house.signed_case(), "2027-03-10T09:00:00+01:00")
        house.post(f"meetings/{off['id']}/cancel")
        withdrawn = house.signed_case()
        house.booked(withdrawn, "2027-03-11T09:00:00+01:00")
        consent = withdrawn["consents"][0]["id"]
        house.post(f"cases/{withdrawn['id']}/consents/{consent}/withdraw")
        shared = house.signed_case(participants=[THERAPIST, SKOLCHEF])
        yield Told(house, case, meeting, withdrawn, house.booked(shared, "2027-03-12T09:00+01:00"))


@contextmanager
def looking(told: Told, person: str) -> Iterator[tuple[psycopg.Connection[DictRow], Sight]]:
    """What is changed by it is rolled back."""
    with psycopg.connect(told.house.database_url, row_factory=dict_row) as connection:
        yield (
            connection,
            Sight(UUID(person), SqlSights(connection), load_procedures(None), NOW.date()),
        )
        connection.rollback()


def own(told: Told, person: str = OWNER, on: date = date(2027, 3, 1)) -> Calendar:
    with looking(told, person) as (connection, sight):
        overviews, shown = SqlOverviews(connection), span("month", on)
        return own_calendar(shown, UUID(person), overviews, sight, WorkingDays(), NOW)


def of_unit(told: Told, manager: str, *changes: str) -> Calendar:
    with looking(told, manager) as (connection, sight):
        for change in changes:
            connection.execute(change.encode())
        return calendar_of_unit(MARCH, UUID(manager), SqlOverviews(connection), sight)


def meetings(found: Calendar) -> list[Entry]:
    return [one for one in found.entries if one.kind != "limit"]


def test_a_person_has_their_meetings_and_the_limits_of_what_is_theirs(told: Told) -> None:
    """What is cancelled isn't in the calendar."""
    found = own(told)
    assert sorted(one.first.day for one in meetings(found)) == [9, 12]
    one = next(one for one in meetings(found) if str(one.meeting_id) == told.meeting["id"])
    assert (one.what.sv, one.reference) == ("Första samverkansmötet", told.case["reference"])
    assert (str(one.case_id), one.state) == (told.case["id"], "booked")
    assert (one.first, one.last) == (date(2027, 3, 9), date(2027, 3, 9))
    limits = [one for one in found.entries if one.kind == "limit"]
    assert (date(2027, 3, 15), "R9") in [(one.first, one.rule) for one in limits]
    assert found.units == ["bjorkskolan"]
    assert meetings(own(told, on=date(2027, 5, 1))) == []


def test_limits_are_looked_for_in_the_cases_that_announce_one_in_the_time(told: Told) -> None:
    """However many open cases somebody has."""
    with looking(told, OWNER) as (connection, sight):
        connection.execute("DELETE FROM cases.tasks")
        connection.execute(
            "INSERT INTO scheduler.plans (case_id, windows) SELECT id, jsonb_build_array("
            " jsonb_build_object('step', 'first', 'closes_on',"
            " CASE WHEN id = %s THEN '2027-03-15' ELSE '2027-09-01' END)) FROM cases.cases",
            [UUID(told.case["id"])],
        )
        overviews = SqlOverviews(connection)
        found = own_calendar(MARCH, UUID(OWNER), overviews, sight, WorkingDays(), NOW)
        cases = overviews.open_cases([UUID(OWNER)], {})
        due = overviews.due_between(cases, [], MARCH.first, MARCH.last)
        assert len(due) == 1 < len(cases)
    limits = [one for one in found.entries if one.kind == "limit"]
    assert [(str(one.case_id), one.rule) for one in limits] == [(told.case["id"], "R9")]


def test_P8_nothing_is_left_of_a_case_that_is_no_longer_seen(told: Told) -> None:
    """Not even a limit: for somebody of another organisation, after the withdrawal."""
    found = own(told, THERAPIST)
    assert len(meetings(found)) == 2
    assert UUID(told.withdrawn["id"]) not in {one.case_id for one in found.entries}


def test_X16_a_manager_sees_when_her_people_are_taken_and_not_by_what(told: Told) -> None:
    found = of_unit(told, SKOLCHEF)
    assert found.names[UUID(OWNER)] == "Anna Lindqvist"
    assert UUID(THERAPIST) not in found.names
    one = next(one for one in found.entries if one.first == date(2027, 3, 9))
    assert (one.kind, one.person, one.what.sv) == ("busy", UUID(OWNER), "Upptagen")
    assert (one.case_id, one.meeting_id, one.reference, one.about) == (None, None, None, "")


def test_X10_of_a_case_that_she_is_on_herself_she_sees_the_meeting(told: Told) -> None:
    one = next(one for one in of_unit(told, SKOLCHEF).entries if one.first == date(2027, 3, 12))
    assert (one.kind, str(one.meeting_id)) == ("meeting", told.shared["id"])


def test_who_manages_nobody_has_an_empty_calendar_of_a_unit(told: Told) -> None:
    assert of_unit(told, THERAPIST) == Calendar((), ["familjeteamet"], {})


def test_X2_people_below_a_vacant_post_are_their_managers_managers(told: Told) -> None:
    """Familjebehandlare report to enhetschef IFO; while nobody is, to whoever is above."""
    assert UUID(THERAPIST) not in of_unit(told, SOCIALCHEF).names
    vacant = (
        "UPDATE cases.holders SET last_day = '2027-02-01'"
        " WHERE post IN ('enhetschef-ifo', 'avdelningschef-ifo')"
    )
    assert UUID(THERAPIST) in of_unit(told, SOCIALCHEF, vacant).names


def test_the_month_is_a_table_with_weeks_days_and_their_names(told: Told) -> None:
    page = told.house.visitor().get("/kalender?datum=2027-03-09")
    assert page.status_code == 200
    said = words_of(page.text)
    assert "Kalender mars 2027" in said
    assert "Långfredagen" in said
    assert "Sportlov (vecka 9)" in said
    assert f'<a href="/moten/{told.meeting["id"]}">' in page.text
    assert "bokat möte: Första samverkansmötet" in said
    assert re.search(
        r'<th scope="row"[^>]*><a [^>]*><span class="hidden">Vecka </span>10<', page.text
    )
    assert 'aria-current="date"' in page.text
    assert "style=" not in page.text


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("vy=vecka&datum=2027-01-01", "Vecka 53, 2026"),
        ("vy=dag&datum=2027-03-09", "tisdag 9 mars 2027 (vecka 10)"),
        ("datum=1999-01-01", "januari 2000"),
        ("datum=9999-12-31", "december 2100"),
        ("vy=x&datum=x&vems=x", "mars 2027"),
    ],
)
def test_any_address_shows_a_calendar(told: Told, query: str, title: str) -> None:
    page = told.house.visitor().get(f"/kalender?{query}")
    assert page.status_code == 200
    assert f"Kalender {title}" in words_of(page.text)


def test_X16_only_a_manager_may_look_at_the_calendar_of_a_unit(told: Told) -> None:
    manager = told.house.visitor("margareta-sandstrom").get("/kalender?vems=enhet&datum=2027-03-09")
    assert "Anna Lindqvist" in manager.text
    assert told.case["reference"] not in manager.text
    page = told.house.visitor("asa-hallberg").get("/kalender?vems=enhet&datum=2027-03-09")
    assert "Anna Lindqvist" not in page.text
    assert told.case["reference"] in page.text
    looks = told.house.rows(
        "SELECT DISTINCT actor FROM cases.access_log WHERE what = 'calendar.unit'"
    )
    assert looks == [{"actor": f"person:{SKOLCHEF}"}]


def test_the_calendar_speaks_english_too(told: Told) -> None:
    page = told.house.visitor().get("/kalender?datum=2027-03-09", headers=ENGLISH)
    said = words_of(page.text)
    assert "Calendar March 2027" in said
    assert "Good Friday" in said


def test_X13_the_feed_has_an_address_of_ones_own_that_is_made_anew_and_ended(told: Told) -> None:
    visitor, path = told.house.visitor("asa-hallberg"), "/kalender/prenumerera"
    assert "/f/" not in visitor.get(path).text
    made = visitor.follow(visitor.post(path))
    assert made.headers["cache-control"] == "no-store"
    first = _address(made.text)
    events = CalendarFile.from_ical(told.house.client.get(first).content).events
    assert {str(one["STATUS"]) for one in events} == {"CONFIRMED", "CANCELLED"}
    again = visitor.follow(visitor.post(path))
    assert _address(again.text) != first
    assert told.house.client.get(first).status_code == 404
    ended = visitor.follow(visitor.post(f"{path}/avsluta"))
    assert "/f/" not in ended.text
    kept = told.house.rows("SELECT body::text AS body FROM cases.idempotency")
    assert not [one for one in kept if "/f/" in (one["body"] or "")]


def test_who_has_no_case_work_has_no_calendar(told: Told) -> None:
    it = told.house.visitor(None, "it")
    assert it.get("/kalender").status_code == 403
    assert it.get("/kalender/prenumerera").status_code == 403
    assert it.post("/kalender/prenumerera").status_code == 403


def test_a_calendar_is_read_from_indexes_however_many_meetings_there_are(told: Told) -> None:
    with looking(told, OWNER) as (connection, _):
        connection.execute(
            "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state,"
            " created_at, changed_at)"
            " SELECT gen_random_uuid(), %s, 'first', t, t + interval '1 hour', t, 'booked', t, t"
            " FROM generate_series(timestamptz '2028-03-01T08:00Z', '2029-12-01T08:00Z', '1 h') t",
            [UUID(told.case["id"])],
        )
        connection.execute(
            "INSERT INTO cases.attendance (meeting_id, person_id)"
            " SELECT m.id, p.id FROM (SELECT id FROM cases.people WHERE party = 'staff' LIMIT 4) p,"
            " cases.meetings m WHERE m.starts_at >= '2028-03-01'"
        )
        connection.execute(
            "INSERT INTO cases.engagements SELECT a.meeting_id, a.person_id,"
            " tstzrange(m.starts_at, m.ends_at) FROM cases.attendance a"
            " JOIN cases.meetings m ON m.id = a.meeting_id WHERE m.starts_at >= '2028-03-01'"
        )
        connection.execute("ANALYZE cases.meetings, cases.attendance, cases.engagements")
        until = datetime.fromisoformat("2027-04-05T00:00:00+02:00")
        for query, values in (
            (_CALLED_TO, [UUID(OWNER), NOW, until]),
            (_TAKEN, [[UUID(OWNER), UUID(THERAPIST)], NOW, until]),
        ):
            plan = connection.execute("EXPLAIN " + query, values).fetchall()
            text = "\n".join(row["QUERY PLAN"] for row in plan)
            assert "Seq Scan on attendance" not in text, text
            assert "Seq Scan on engagements" not in text, text


def _address(page: str) -> str:
    found = re.search(r'value="http://[^/]+(/f/[^"]+\.ics)"', page)
    assert found is not None
    return found[1]
