"""The scheduler on a real database: it looks, proposes, and lets fall due exactly once."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import DiskFull

from services.scheduler.adapters.store import SqlStore
from services.scheduler.handlers import Municipal
from services.scheduler.tasks import ATTEMPTS, Rules, Work, handlers
from shared.bus.delivery import Deliveries
from shared.bus.events import CaseOpened, ConsentWithdrawn, Event, MeetingMoved, ProposalRefused
from shared.bus.publishing import publish
from shared.bus.subscribers import SCHEDULER
from shared.db import Database
from shared.domain.days import SchoolYears, WorkingDays, at
from shared.domain.hours import OfficeHours
from shared.procedures import load_procedures
from tests.support.facts import NOW, Facts
from tests.support.no_room import no_room

MONDAY = date(2027, 3, 1)
MORNING = NOW


@pytest.fixture
def facts(database_url: str) -> Facts:
    """The database's facts, on Monday 1 March 2027 at 08.00."""
    facts = Facts(database_url)
    facts.set_clock()
    return facts


def a_case(facts: Facts, *, signed: bool = True, staff_of: Facts | None = None) -> Facts:
    case = Facts(facts.url)
    case.open_case(signed=signed, staff_of=staff_of)
    return case


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, role="samspel_scheduler", demo=True)
    yield database
    database.close()


@pytest.fixture
def work(database: Database) -> Work:
    municipal = Municipal(WorkingDays(), OfficeHours(), SchoolYears(), mode="book")
    rules = Rules(load_procedures(None), municipal)
    return Work(
        database=database,
        store_of=SqlStore,
        deliveries=Deliveries(database, SCHEDULER, handlers(SqlStore)),
        rules_at=lambda _: rules,
    )


def run(work: Work) -> None:
    while work.a_round():
        pass


def tell(database: Database, *events: Event) -> None:
    with database.unit() as unit:
        for event in events:
            publish(unit, event)


def published(facts: Facts, event_type: str) -> list[dict[str, Any]]:
    rows = facts.run("SELECT data FROM bus.events WHERE type = %s ORDER BY id", event_type)
    return [row["data"] for row in rows]


def local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(MORNING.tzinfo).isoformat()[:16]


def test_a_signed_case_is_proposed_the_best_free_time(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts)
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    (proposal,) = published(facts, "meeting.proposed")
    assert local(proposal["starts_at"]) == "2027-03-04T09:00"  # three working days' notice
    assert (proposal["step"], proposal["mode"]) == ("first", "book")


def test_R3_an_unsigned_case_is_proposed_nothing(
    work: Work, database: Database, facts: Facts
) -> None:
    tell(database, CaseOpened(case_id=a_case(facts, signed=False).case_id))
    run(work)
    assert published(facts, "meeting.proposed") == []
    assert [w["closes_on"] for w in published(facts, "window.set")] == ["2027-03-15", None]


def test_looking_twice_changes_nothing(work: Work, database: Database, facts: Facts) -> None:
    case = a_case(facts)
    for _ in range(3):
        tell(database, CaseOpened(case_id=case.case_id))
        run(work)
    assert len(published(facts, "meeting.proposed")) == 1
    assert len(published(facts, "window.set")) == 2


def test_cases_with_the_same_staff_are_proposed_different_times(
    work: Work, database: Database, facts: Facts
) -> None:
    first = a_case(facts)
    others = [a_case(facts, staff_of=first) for _ in range(9)]
    tell(database, *(CaseOpened(case_id=case.case_id) for case in (first, *others)))
    run(work)
    starts = [proposal["starts_at"] for proposal in published(facts, "meeting.proposed")]
    assert len(starts) == len(set(starts)) == 10


def test_a_refused_proposal_is_followed_by_the_next_best(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts)
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    (proposal,) = published(facts, "meeting.proposed")
    refusal = ProposalRefused(
        case_id=case.case_id, proposal=proposal["proposal"], step="first", reason="double-booked"
    )
    tell(database, refusal, refusal)
    run(work)
    assert [local(p["starts_at"]) for p in published(facts, "meeting.proposed")] == [
        "2027-03-04T09:00",
        "2027-03-04T09:30",
    ]


def test_X1_when_everybody_is_taken_a_person_is_told(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts)
    meeting = case.book(starts_at=MORNING)
    facts.run(
        "INSERT INTO cases.engagements VALUES (%s, %s, tstzrange(%s, %s))",
        meeting, case.people["rektor"], MORNING, MORNING + timedelta(days=30),
    )  # fmt: skip
    case.cancel(meeting)
    facts.run("UPDATE cases.meetings SET cancelled_because = 'consent'")
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    (missing,) = published(facts, "slot.missing")
    assert (missing["reason"], missing["rule"], missing["due_on"]) == (
        "no-free-time", "X1", "2027-03-15",
    )  # fmt: skip


def booked(facts: Facts, day: date) -> tuple[Facts, UUID]:
    """A case with a first meeting that day, which got its time as the case was opened."""
    case = a_case(facts)
    return case, case.book(starts_at=at(day, time(10, 0)))


def move_clock(facts: Facts, to: datetime) -> None:
    facts.set_clock(to)


def reminders(facts: Facts) -> list[dict[str, Any]]:
    """Those for everybody; whoever hasn't answered is asked by others."""
    return [one for one in published(facts, "reminder.due") if one["kind"] == "reminder"]


def test_a_reminder_falls_due_once_whatever_the_number_of_workers(
    work: Work, database: Database, facts: Facts
) -> None:
    case, meeting = booked(facts, date(2027, 3, 11))  # a Thursday
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    move_clock(facts, at(date(2027, 3, 9), time(9, 0)))
    workers = [threading.Thread(target=run, args=[work]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [event["meeting_id"] for event in reminders(facts)] == [str(meeting)]


def test_the_reminder_of_a_moved_meeting_is_withdrawn(
    work: Work, database: Database, facts: Facts
) -> None:
    case, meeting = booked(facts, date(2027, 3, 11))
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    case.move(meeting, at(date(2027, 3, 12), time(10, 0)))
    move_clock(facts, at(date(2027, 3, 9), time(9, 0)))  # both are due: the move is heard first
    tell(database, MeetingMoved(case_id=case.case_id, meeting_id=meeting, sequence=1))
    run(work)
    assert reminders(facts) == []
    move_clock(facts, at(date(2027, 3, 10), time(9, 0)))
    run(work)
    assert [event["sequence"] for event in reminders(facts)] == [1]


def test_F8_after_a_dead_day_what_is_useless_is_missed_and_the_rest_comes_once(
    work: Work, database: Database, facts: Facts
) -> None:
    useless, _ = booked(facts, date(2027, 3, 9))
    useful, meeting = booked(facts, date(2027, 3, 11))
    tell(database, CaseOpened(case_id=useless.case_id), CaseOpened(case_id=useful.case_id))
    run(work)
    move_clock(facts, at(date(2027, 3, 10), time(9, 0)))  # nobody was there on the 16th to the 21st
    run(work)
    assert [event["meeting_id"] for event in reminders(facts)] == [str(meeting)]
    states = Counter(
        row["state"]
        for row in facts.run(
            "SELECT state FROM scheduler.due WHERE event ->> 'kind' IS DISTINCT FROM 'nudge'"
        )
    )
    assert states["missed"] == 1


def test_P7_a_withdrawal_takes_back_what_was_planned(
    work: Work, database: Database, facts: Facts
) -> None:
    case, meeting = booked(facts, date(2027, 3, 11))
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    case.withdraw("mother")
    case.cancel(meeting)
    (consent,) = facts.run("SELECT id FROM cases.consents WHERE state = 'withdrawn'")
    tell(database, ConsentWithdrawn(case_id=case.case_id, consent_id=consent["id"], on=MONDAY))
    run(work)
    assert facts.run("SELECT key FROM scheduler.due") == []


def test_X2_a_passed_limit_alerts_the_process_owner_and_the_manager(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts, signed=False)
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    move_clock(facts, at(date(2027, 3, 16), time(9, 0)))
    run(work)
    passed = [a for a in published(facts, "alert.due") if a["about"] == "limit-passed"]
    assert sorted(alert["to"] for alert in passed) == ["manager", "process_owner"]
    assert [w["state"] for w in published(facts, "window.set")][-1] == "missed"


def test_one_case_that_can_not_be_read_stops_no_other(
    work: Work, database: Database, facts: Facts
) -> None:
    facts.run("INSERT INTO scheduler.plans (case_id, look_at) VALUES (%s, %s)", UUID(int=1), NOW)
    unreadable = a_case(facts)
    facts.run("ALTER TABLE cases.participants DROP CONSTRAINT participants_party_check")
    facts.run("ALTER TABLE cases.participants DROP CONSTRAINT participants_check")
    facts.run(
        "UPDATE cases.participants SET party = 'from the future' WHERE case_id = %s",
        unreadable.case_id,
    )
    case = a_case(facts)
    tell(database, CaseOpened(case_id=unreadable.case_id), CaseOpened(case_id=case.case_id))
    run(work)
    assert [p["case_id"] for p in published(facts, "meeting.proposed")] == [str(case.case_id)]
    (plan,) = facts.run("SELECT error FROM scheduler.plans WHERE error IS NOT NULL")
    assert plan["error"] == "UnreadableFacts"


def test_F12_a_case_that_fails_as_if_by_the_database_holds_up_no_other(
    work: Work, database: Database, facts: Facts
) -> None:
    bad, case = a_case(facts), a_case(facts)
    harm(facts, bad, "53200")
    tell(database, CaseOpened(case_id=bad.case_id), CaseOpened(case_id=case.case_id))
    run(work)
    assert [p["case_id"] for p in published(facts, "meeting.proposed")] == [str(case.case_id)]
    (plan,) = facts.run("SELECT error FROM scheduler.plans WHERE error IS NOT NULL")
    assert plan["error"] == "OutOfMemory"


def test_F15_a_case_that_the_database_was_in_the_way_of_is_looked_at_once_it_is_back(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts)
    harm(facts, case, "53100")
    tell(database, CaseOpened(case_id=case.case_id))
    with no_room(facts.url):
        for _ in range(ATTEMPTS + 1):
            with pytest.raises(DiskFull):
                work.a_round()
    facts.run("DROP TRIGGER harm ON bus.events")
    run(work)
    assert [p["case_id"] for p in published(facts, "meeting.proposed")] == [str(case.case_id)]


def harm(facts: Facts, case: Facts, code: str) -> None:
    """Whoever looks at this case fails by the database."""
    facts.run(f"""
        CREATE FUNCTION public.harm() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE SQLSTATE '{code}'; END $$;
        CREATE TRIGGER harm BEFORE INSERT ON bus.events FOR EACH ROW
        WHEN (NEW.type = 'window.set' AND NEW.data->>'case_id' = '{case.case_id}')
        EXECUTE FUNCTION public.harm()
    """)


def test_a_refused_time_is_tried_again_once_the_consents_say_something_else(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts)
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    (proposal,) = published(facts, "meeting.proposed")
    tell(
        database,
        ProposalRefused(
            case_id=case.case_id, proposal=proposal["proposal"], step="first", reason="consent"
        ),
    )
    run(work)
    facts.run("UPDATE cases.consents SET id = gen_random_uuid()")  # signed anew
    second = published(facts, "meeting.proposed")[-1]
    tell(
        database,
        ProposalRefused(
            case_id=case.case_id, proposal=second["proposal"], step="first", reason="consent"
        ),
    )
    run(work)
    starts = [local(one["starts_at"]) for one in published(facts, "meeting.proposed")]
    assert starts == ["2027-03-04T09:00", "2027-03-04T09:30", "2027-03-04T09:00"]


def test_the_day_on_which_the_notice_reaches_past_the_window_comes_by_itself(
    work: Work, database: Database, facts: Facts
) -> None:
    case = a_case(facts)
    facts.run("DELETE FROM cases.participants WHERE role = 'familjebehandlare'")
    tell(database, CaseOpened(case_id=case.case_id))
    run(work)
    eve = at(date(2027, 3, 10), time(23, 30))
    move_clock(facts, eve)
    run(work)
    assert [m["reason"] for m in published(facts, "slot.missing")] == ["participants-missing"]
    (upcoming,) = facts.run("SELECT scheduler_api.next_instant(%s) AS at", eve)
    assert upcoming["at"] == at(date(2027, 3, 11), time(0, 0))
    move_clock(facts, upcoming["at"])
    run(work)
    assert published(facts, "slot.missing")[-1]["reason"] == "no-day-left"


def test_the_nightly_sweep_finds_a_case_whose_event_was_lost(work: Work, facts: Facts) -> None:
    a_case(facts)
    move_clock(facts, at(MONDAY, time(2, 59)))
    run(work)
    assert published(facts, "meeting.proposed") == []
    move_clock(facts, at(MONDAY, time(3, 0)))
    run(work)
    assert len(published(facts, "meeting.proposed")) == 1


def test_the_scheduler_can_not_read_names_or_addresses(database: Database) -> None:
    with database.plain() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("SELECT name, email FROM cases.people")
