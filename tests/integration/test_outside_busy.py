"""Busy times outside Samspel: read over HTTPS, kept as times alone, and heeded by both services."""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest

from services.cases.adapters.municipality import import_register
from services.scheduler.adapters.calendar_reader import CalendarReader
from services.scheduler.adapters.calendars import CalendarFetcher, Version
from services.scheduler.adapters.store import SqlStore
from services.scheduler.domain.freebusy import UnreadableCalendar
from services.scheduler.handlers import Mode, Municipal
from services.scheduler.settings import Settings
from services.scheduler.tasks import Rules, Work, handlers
from shared.bus.delivery import Deliveries
from shared.bus.events import CaseOpened
from shared.bus.publishing import publish
from shared.bus.subscribers import SCHEDULER
from shared.db import Database
from shared.domain.days import SchoolYears, WorkingDays
from shared.domain.hours import OfficeHours
from shared.municipality import read_register
from shared.procedures import load_procedures
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse
from tests.support.calendars import (
    HOST,
    OWN_HOSTS,
    CalendarServer,
    calendar,
    certificate,
    loopback,
    send,
)
from tests.support.facts import NOW, Facts

DOMAIN = "exempelkommun.example"
FOUR_WEEKS = ("2027-03-01T00:00", "2027-03-29T00:00")


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("calendars"))


@pytest.fixture
def calendars(pem: Path) -> Iterator[CalendarServer]:
    with CalendarServer(pem) as running:
        yield running


@pytest.fixture
def fetcher(pem: Path) -> CalendarFetcher:
    return CalendarFetcher(OWN_HOSTS, pem, resolve=loopback, seconds=5)


@pytest.fixture
def database(registered_url: str) -> Iterator[Database]:
    database = Database(registered_url, role="samspel_scheduler", demo=True)
    yield database
    database.close()


@pytest.fixture
def read(database: Database, fetcher: CalendarFetcher) -> Callable[[], None]:
    """Everything that is due is read, by a reader of its own."""

    def read() -> None:
        reader = CalendarReader(database, fetcher, DOMAIN, minutes=15)
        reader.start()
        reader.close()

    return read


@pytest.fixture
def facts(registered_url: str) -> Facts:
    made = Facts(registered_url)
    made.set_clock()
    made.open_case()
    return made


def has_calendar(facts: Facts, name: str, url: str) -> None:
    facts.change_person(name, calendar_url=url)


def both_have(facts: Facts, calendars: CalendarServer) -> None:
    for name in ("rektor", "therapist"):
        has_calendar(facts, name, calendars.url(f"/{name}.ics"))


def due_again(facts: Facts) -> None:
    facts.run("UPDATE scheduler.calendars SET try_at = '-infinity'")


def state(facts: Facts) -> dict[str, Any]:
    (row,) = facts.run(
        "SELECT *, try_at - clock_timestamp() AS waits FROM scheduler.calendars ORDER BY person_id"
    )
    return row


def outside(facts: Facts, name: str) -> list[tuple[str, str]]:
    """Somebody's busy times as the case service is told them."""
    rows = facts.run(
        "SELECT starts_at AT TIME ZONE 'Europe/Stockholm' AS starts_at,"
        " ends_at AT TIME ZONE 'Europe/Stockholm' AS ends_at"
        " FROM scheduler_api.outside_busy(%s::uuid[], %s, %s) ORDER BY 1",
        [facts.people[name]],
        NOW,
        NOW + timedelta(days=60),
    )
    return [tuple(row[end].isoformat()[:16] for end in ("starts_at", "ends_at")) for row in rows]


def looked(database: Database, facts: Facts, mode: Mode = "book", **changes: Any) -> list[Any]:
    """What the scheduler proposes, when it has looked at what is to be looked at."""
    municipal = Municipal(WorkingDays(), OfficeHours(), SchoolYears(), mode, **changes)
    rules = Rules(load_procedures(None), municipal)
    work = Work(
        database=database,
        store_of=SqlStore,
        deliveries=Deliveries(database, SCHEDULER, handlers(SqlStore)),
        rules_at=lambda _: rules,
    )
    while work.a_round():
        pass
    rows = facts.run("SELECT data FROM bus.events WHERE type = 'meeting.proposed' ORDER BY id")
    return [(row["data"]["mode"], row["data"]["starts_at"]) for row in rows]


def told(database: Database, facts: Facts) -> None:
    with database.unit() as unit:
        publish(unit, CaseOpened(case_id=facts.case_id))


# fetching


def code(fetcher: CalendarFetcher, url: str) -> str:
    with pytest.raises(UnreadableCalendar) as refused:
        fetcher.fetch(url, Version())
    return refused.value.code


def test_a_calendar_comes_with_its_version_and_only_again_when_it_has_changed(
    fetcher: CalendarFetcher, calendars: CalendarServer
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        unchanged = handler.headers.get("If-None-Match") == '"1"'
        send(handler, 304 if unchanged else 200, b"" if unchanged else b"BEGIN", ETag='"1"')

    calendars.answers["/a.ics?key=secret"] = answer
    url = calendars.url("/a.ics?key=secret")
    first = fetcher.fetch(url, Version())
    assert first is not None
    assert (first.data, first.version) == (b"BEGIN", Version('"1"'))
    assert fetcher.fetch(url, first.version) is None
    assert calendars.asked[0][1]["Host"] == url.split("/")[2]


def test_redirects_are_followed_and_looked_at_like_the_first_address(
    fetcher: CalendarFetcher, calendars: CalendarServer
) -> None:
    def to(where: str) -> Callable[[BaseHTTPRequestHandler], None]:
        return lambda handler: send(handler, 302, b"", Location=where)

    calendars.serve("/3", b"here")
    for number in range(3):
        calendars.answers[f"/{number}"] = to(f"/{number + 1}")
    calendars.answers["/round"] = to("/round")
    calendars.answers["/inside"] = to(calendars.url("/3", "127.0.0.1"))
    calendars.answers["/plain"] = to(f"http://{HOST}/3")
    fetched = fetcher.fetch(calendars.url("/0"), Version())
    assert fetched is not None
    assert fetched.data == b"here"
    assert code(fetcher, calendars.url("/round")) == "too-many-redirects"
    assert code(fetcher, calendars.url("/inside")) == "address-refused"
    assert code(fetcher, calendars.url("/plain")) == "not-https"


def test_what_comes_back_is_bounded_in_size_and_time(
    fetcher: CalendarFetcher, calendars: CalendarServer
) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"a" * 200:
            handler.wfile.write(bytes([byte]))
            time.sleep(0.1)

    calendars.serve("/large", b"x" * 2_000_001)
    calendars.serve("/packed", b"x", Content_Encoding="gzip")
    calendars.answers["/drip"] = drip
    assert code(fetcher, calendars.url("/large")) == "too-large"
    assert code(fetcher, calendars.url("/packed")) == "unreadable"
    assert code(fetcher, calendars.url("/nothing")) == "status-404"
    began = time.monotonic()
    assert code(fetcher, calendars.url("/drip")) == "no-answer"
    assert time.monotonic() - began < 15  # of the twenty and more that it would drip


def test_a_redirect_to_a_name_that_hangs_is_within_the_time_of_the_whole(
    calendars: CalendarServer, pem: Path
) -> None:
    go_on, came_back = Event(), Event()

    def hangs_elsewhere(host: str, port: int) -> list[str]:
        if host != HOST:
            go_on.wait(60)
            came_back.set()
        return loopback(host, port)

    elsewhere = calendars.url("/a", "annan.exempelkommun.example")
    calendars.answers["/moved"] = lambda handler: send(handler, 302, b"", Location=elsewhere)
    fetcher = CalendarFetcher(OWN_HOSTS, pem, resolve=hangs_elsewhere, seconds=2)
    assert code(fetcher, calendars.url("/moved")) == "no-answer"
    assert not came_back.is_set()
    go_on.set()
    assert came_back.wait(60)


def test_a_certificate_must_be_the_hosts_own(calendars: CalendarServer, pem: Path) -> None:
    other = "annan.exempelkommun.example"
    trusting = CalendarFetcher(OWN_HOSTS | {other}, pem, resolve=loopback)
    assert code(trusting, calendars.url("/a", other)) == "certificate"
    assert code(CalendarFetcher(OWN_HOSTS, resolve=loopback), calendars.url("/a")) == "certificate"


def test_only_a_named_host_may_be_on_the_own_network(calendars: CalendarServer, pem: Path) -> None:
    assert code(CalendarFetcher(authority=pem, resolve=loopback), calendars.url("/a")) == (
        "address-refused"
    )
    assert calendars.asked == []


# reading


def test_only_the_times_are_kept_and_only_while_somebody_is_on_an_open_case(
    facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    calendars.serve("/rektor.ics", calendar(("2027-03-04T09:00", "2027-03-04T10:00")))
    has_calendar(facts, "rektor", calendars.url("/rektor.ics"))
    read()
    assert outside(facts, "rektor") == [("2027-03-04T09:00", "2027-03-04T10:00")]
    row = state(facts)
    assert (row["failures"], row["error"]) == (0, None)
    assert timedelta(minutes=14) < row["waits"] <= timedelta(minutes=15)
    everything = str(
        facts.run("SELECT c::text, b::text FROM scheduler.calendars c, scheduler.busy_times b")
    )
    assert "hemligt" not in everything
    assert HOST not in everything
    facts.run("UPDATE cases.cases SET state = 'closed', closed_at = opened_at, outcome = 'ended'")
    read()
    assert facts.run("SELECT FROM scheduler.calendars") == []
    assert outside(facts, "rektor") == []


def test_two_workers_never_read_the_same_calendar_and_one_that_died_is_followed(
    facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    calendars.serve("/rektor.ics", calendar())
    has_calendar(facts, "rektor", calendars.url("/rektor.ics"))
    read()
    read()
    assert len(calendars.asked) == 1
    facts.run("UPDATE scheduler.calendars SET try_at = clock_timestamp() + interval '1 minute'")
    read()
    assert len(calendars.asked) == 1
    due_again(facts)
    read()
    assert len(calendars.asked) == 2


def test_a_worker_reads_beside_its_other_work(
    facts: Facts,
    registered_url: str,
    broker_url: str,
    municipality: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {
        "DATABASE_URL": registered_url,
        "BROKER_URL": broker_url,
        "PUBLIC_URL": "http://samspel.example",
        "SECRET_KEY": "s" * 32,
        "MUNICIPALITY": str(municipality),
        "DEMO": "1",
    }.items():
        monkeypatch.setenv(f"SAMSPEL_{name}", value)
    from services.scheduler.app import Scheduler  # noqa: PLC0415 — reads them at once

    has_calendar(facts, "rektor", "https://finns-inte.invalid/a.ics")
    scheduler = Scheduler(Settings.read())
    scheduler.work()
    scheduler.close()
    assert state(facts)["error"] == "no-such-host"


def test_what_fails_waits_longer_each_time_and_what_was_known_stays(
    facts: Facts,
    calendars: CalendarServer,
    read: Callable[[], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    calendars.serve("/secret-path.ics", calendar(("2027-03-04T09:00", "2027-03-04T10:00")))
    has_calendar(facts, "rektor", calendars.url("/secret-path.ics"))
    read()
    known_at = state(facts)["known_at"]
    calendars.serve("/secret-path.ics", b"<html>Sign in</html>")
    waits = []
    for _ in range(8):
        due_again(facts)
        read()
        waits.append(round(state(facts)["waits"] / timedelta(minutes=1)))
    assert waits == [15, 30, 60, 120, 240, 360, 360, 360]
    row = state(facts)
    assert (row["failures"], row["error"], row["known_at"]) == (8, "not-a-calendar", known_at)
    assert outside(facts, "rektor") == [("2027-03-04T09:00", "2027-03-04T10:00")]
    assert "not-a-calendar" in caplog.text
    assert HOST not in caplog.text
    assert "secret-path" not in caplog.text
    calendars.serve("/secret-path.ics", calendar())
    due_again(facts)
    read()
    assert outside(facts, "rektor") == []
    assert (state(facts)["failures"], state(facts)["error"]) == (0, None)


def test_a_calendar_at_another_address_is_read_at_once_and_known_anew(
    facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    calendars.serve("/old.ics", calendar(("2027-03-04T09:00", "2027-03-04T10:00")), ETag='"old"')
    calendars.serve("/new.ics", calendar(("2027-03-05T09:00", "2027-03-05T10:00")))
    has_calendar(facts, "rektor", calendars.url("/old.ics"))
    read()
    has_calendar(facts, "rektor", calendars.url("/new.ics"))
    read()
    assert outside(facts, "rektor") == [("2027-03-05T09:00", "2027-03-05T10:00")]
    assert "If-None-Match" not in calendars.asked[-1][1]
    has_calendar(facts, "rektor", calendars.url("/gone.ics"))
    read()
    assert (state(facts)["known_at"], state(facts)["error"]) == (None, "status-404")


def test_a_version_that_is_known_is_asked_for_anew_when_time_has_passed_it(
    facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        known = handler.headers.get("If-None-Match") == '"1"'
        send(handler, 304 if known else 200, b"" if known else calendar(), ETag='"1"')

    calendars.answers["/rektor.ics"] = answer
    has_calendar(facts, "rektor", calendars.url("/rektor.ics"))
    for passed, asked in ((0, False), (1, True), (60, False), (60, True)):
        facts.set_clock(NOW + timedelta(days=passed))
        facts.run("UPDATE scheduler.calendars SET try_at = '-infinity', known_at = '-infinity'")
        read()
        assert ("If-None-Match" in calendars.asked[-1][1]) == asked
        assert state(facts)["failures"] == 0
        assert state(facts)["known_at"].year > 2000


def test_a_meeting_of_our_own_in_somebodys_free_busy_times_does_not_count_as_outside(
    facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    meeting = facts.book("rektor", starts_at=NOW + timedelta(days=3, hours=1))  # 4 March, 09–10
    facts.run(
        "INSERT INTO cases.engagements SELECT id, %s, tstzrange(starts_at, ends_at)"
        " FROM cases.meetings WHERE id = %s",
        facts.people["rektor"],
        meeting,
    )
    calendars.serve(
        "/rektor.ifb",
        b"BEGIN:VCALENDAR\r\nBEGIN:VFREEBUSY\r\n"
        b"FREEBUSY:20270304T073000Z/20270304T093000Z,20270305T080000Z/PT1H\r\n"
        b"END:VFREEBUSY\r\nEND:VCALENDAR\r\n",
    )
    has_calendar(facts, "rektor", calendars.url("/rektor.ifb"))
    read()
    assert outside(facts, "rektor") == [
        ("2027-03-04T08:30", "2027-03-04T09:00"),
        ("2027-03-04T10:00", "2027-03-04T10:30"),
        ("2027-03-05T09:00", "2027-03-05T10:00"),
    ]


# what comes of it


def test_a_time_is_proposed_clear_of_what_stands_in_other_calendars(
    database: Database, facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    calendars.serve("/rektor.ics", calendar(("2027-03-04T08:00", "2027-03-04T10:00")))
    calendars.serve("/therapist.ics", calendar(("2027-03-04T11:00", "2027-03-04T17:00")))
    both_have(facts, calendars)
    read()
    told(database, facts)
    assert looked(database, facts) == [("book", "2027-03-04T10:00:00+01:00")]


def test_a_gap_is_kept_to_what_comes_before_and_after(
    database: Database, facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    calendars.serve("/rektor.ics", calendar(("2027-03-04T08:00", "2027-03-04T10:00")))
    calendars.serve("/therapist.ics", calendar(("2027-03-04T11:00", "2027-03-04T12:30")))
    both_have(facts, calendars)
    read()
    told(database, facts)
    assert looked(database, facts, gap=timedelta(minutes=30)) == [
        ("book", "2027-03-04T13:00:00+01:00")
    ]


@pytest.mark.parametrize(
    ("served", "expected"),
    [(("rektor", "therapist"), "book"), (("rektor",), "propose"), ((), "propose")],
)
def test_auto_books_only_where_everybodys_calendar_is_known(
    database: Database,
    facts: Facts,
    calendars: CalendarServer,
    read: Callable[[], None],
    served: tuple[str, ...],
    expected: str,
) -> None:
    for name in served:
        calendars.serve(f"/{name}.ics", calendar())
    both_have(facts, calendars)
    read()
    told(database, facts)
    assert [mode for mode, _ in looked(database, facts, "auto")] == [expected]


@pytest.mark.parametrize(
    "change",
    [
        "SET known_at = known_at - interval '25 hours'",
        "SET covers_until = '2027-03-03'",
    ],
)
def test_auto_only_proposes_by_a_calendar_that_is_old_or_ends_before(
    database: Database,
    facts: Facts,
    calendars: CalendarServer,
    read: Callable[[], None],
    change: str,
) -> None:
    for name in ("rektor", "therapist"):
        calendars.serve(f"/{name}.ics", calendar())
    both_have(facts, calendars)
    read()
    statement = "UPDATE scheduler.calendars " + change + " WHERE person_id = %s"
    facts.run(statement.encode(), facts.people["rektor"])
    told(database, facts)
    assert [mode for mode, _ in looked(database, facts, "auto")] == ["propose"]


def test_X1_who_waits_for_a_free_time_gets_it_when_a_calendar_has_changed(
    database: Database, facts: Facts, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    calendars.serve("/rektor.ics", calendar(FOUR_WEEKS))
    has_calendar(facts, "rektor", calendars.url("/rektor.ics"))
    read()
    told(database, facts)
    assert looked(database, facts) == []
    (missing,) = facts.run("SELECT data FROM bus.events WHERE type = 'slot.missing'")
    assert missing["data"]["reason"] == "no-free-time"
    due_again(facts)
    read()  # the same as before: nothing to look at
    assert looked(database, facts) == []
    calendars.serve("/rektor.ics", calendar(("2027-03-04T08:00", "2027-03-05T17:00")))
    due_again(facts)
    read()
    assert [start for _, start in looked(database, facts)] == ["2027-03-08T09:00:00+01:00"]


# the case service


def serve(cases: CasesHouse, calendars: CalendarServer, person: str, data: bytes) -> None:
    calendars.serve(f"/{person}.ics", data)
    url = calendars.url(f"/{person}.ics")
    cases.execute("UPDATE cases.people SET calendar_url = %s WHERE id = %s", url, person)


def test_slots_are_clear_of_other_calendars_and_say_how_old_these_are(
    cases: CasesHouse, calendars: CalendarServer, read: Callable[[], None]
) -> None:
    case = cases.signed_case()
    path = f"cases/{case['id']}/slots?step=first"
    before = cases.get(path)[0]
    assert (before["calendars_known"], before["calendars_as_of"]) == (False, None)
    start, end = before["starts_at"][:16], before["ends_at"][:16]
    serve(cases, calendars, OWNER, calendar((start, end)))
    read()
    one = cases.get(path)
    assert before["starts_at"] not in [slot["starts_at"] for slot in one]
    assert one[0]["calendars_known"] is False
    assert one[0]["calendars_as_of"] is not None
    serve(cases, calendars, THERAPIST, calendar())
    read()
    both = cases.get(path)
    assert {slot["calendars_known"] for slot in both} == {True}
    assert both[0]["calendars_as_of"] == one[0]["calendars_as_of"]  # the older of the two
    cases.execute("UPDATE scheduler.calendars SET covers_until = %s", both[3]["ends_at"])
    for slot in cases.get(path):
        assert slot["calendars_known"] == (slot["ends_at"] <= both[3]["ends_at"])


def test_the_address_comes_with_people_csv_and_is_shown_nowhere(
    cases: CasesHouse, municipality: Path, tmp_path: Path, registered_url: str
) -> None:
    for file in municipality.glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    head, *rows = (municipality / "people.csv").read_text(encoding="utf-8").splitlines()
    secret = "webcal://outlook.example/owa/calendar/a-secret/reachcalendar.ics"
    rows = [row + (f",{secret}" if row.startswith("anna-lindqvist,") else ",") for row in rows]
    (tmp_path / "people.csv").write_text("\n".join([head + ",calendar", *rows]), encoding="utf-8")
    register = read_register(tmp_path)
    assert "a-secret" not in repr(register)
    assert "a-secret" not in repr(import_register(registered_url, register))
    (row,) = cases.rows("SELECT calendar_url FROM cases.people WHERE calendar_url IS NOT NULL")
    assert row["calendar_url"] == secret.replace("webcal", "https")
    case = cases.open_case()
    for path in ("people", "posts", f"cases/{case['id']}"):
        assert "a-secret" not in str(cases.get(path))
    import_register(registered_url, read_register(municipality))
    assert cases.rows("SELECT FROM cases.people WHERE calendar_url IS NOT NULL") == []


@pytest.mark.parametrize(
    ("role", "query"),
    [
        ("samspel_cases", "SELECT * FROM scheduler.busy_times"),
        ("samspel_cases", "SELECT * FROM cases_api.calendars()"),
        ("samspel_scheduler", "SELECT calendar_url FROM cases.people"),
        ("samspel_notifier", "SELECT * FROM cases_api.calendars()"),
        ("samspel_notifier", "SELECT * FROM scheduler_api.outside_busy('{}', now(), now())"),
        ("samspel_notifier", "SELECT * FROM scheduler_api.calendars_known('{}')"),
    ],
)
def test_calendars_are_published_to_those_alone_that_need_them(
    registered_url: str, role: str, query: str
) -> None:
    with psycopg.connect(registered_url) as connection:
        connection.execute("SELECT set_config('role', %s, true)", [role])
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(query.encode())
