"""The scheduler on a real database: it looks, proposes, and lets fall due exactly once."""

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.scheduler.adapters.store import SqlStore
from services.scheduler.handlers import Municipal
from services.scheduler.tasks import Work, handlers
from shared.bus.delivery import Deliveries
from shared.bus.events import CaseOpened, ConsentWithdrawn, Event, MeetingMoved, ProposalRefused
from shared.bus.publishing import publish
from shared.bus.subscribers import SCHEDULER
from shared.db import Database
from shared.domain.days import SchoolYears, WorkingDays, at
from shared.domain.hours import OfficeHours
from shared.procedures import load_procedures
from tests.support.seed import Seed, SeededCase

MONDAY = date(2027, 4, 12)
MORNING = at(MONDAY, time(8, 0))


@pytest.fixture
def facts(database_url: str) -> Seed:
    facts = Seed(database_url)
    facts.execute("INSERT INTO clock.hand (stands_at) VALUES (%s)", [MORNING])
    return facts


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, role="samspel_scheduler", demo=True)
    yield database
    database.close()


@pytest.fixture
def work(database: Database) -> Work:
    return Work(
        database=database,
        store_of=SqlStore,
        deliveries=Deliveries(database, SCHEDULER, handlers(SqlStore)),
        procedures=load_procedures(None),
        municipal=Municipal(WorkingDays(), OfficeHours(), SchoolYears(), books=True),
    )


def run(work: Work) -> None:
    while work.a_round():
        pass


def tell(database: Database, *events: Event) -> None:
    with database.unit() as unit:
        for event in events:
            publish(unit, event)


def published(facts: Seed, event_type: str) -> list[dict[str, Any]]:
    rows = facts.fetch("SELECT data FROM bus.events WHERE type = %s ORDER BY id", [event_type])
    return [data for (data,) in rows if isinstance(data, dict)]


def local(instant: str) -> str:
    return datetime.fromisoformat(instant).astimezone(MORNING.tzinfo).isoformat()[:16]


def test_a_signed_case_is_proposed_the_best_free_time(
    work: Work, database: Database, facts: Seed
) -> None:
    case = facts.case(MONDAY)
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    (proposal,) = published(facts, "meeting.proposed")
    assert local(proposal["starts_at"]) == "2027-04-15T09:00"  # three working days' notice
    assert (proposal["step"], proposal["mode"]) == ("first", "book")


def test_R3_an_unsigned_case_is_proposed_nothing(
    work: Work, database: Database, facts: Seed
) -> None:
    tell(database, CaseOpened(case_id=facts.case(MONDAY, signed=False).id))
    run(work)
    assert published(facts, "meeting.proposed") == []
    assert [w["closes_on"] for w in published(facts, "window.set")] == ["2027-04-26", None]


def test_looking_twice_changes_nothing(work: Work, database: Database, facts: Seed) -> None:
    case = facts.case(MONDAY)
    for _ in range(3):
        tell(database, CaseOpened(case_id=case.id))
        run(work)
    assert len(published(facts, "meeting.proposed")) == 1
    assert len(published(facts, "window.set")) == 2


def test_cases_with_the_same_staff_are_proposed_different_times(
    work: Work, database: Database, facts: Seed
) -> None:
    first = facts.case(MONDAY)
    others = [facts.case(MONDAY, owner=first.owner, therapist=first.therapist) for _ in range(9)]
    tell(database, *(CaseOpened(case_id=case.id) for case in (first, *others)))
    run(work)
    starts = [proposal["starts_at"] for proposal in published(facts, "meeting.proposed")]
    assert len(starts) == len(set(starts)) == 10


def test_a_refused_proposal_is_followed_by_the_next_best(
    work: Work, database: Database, facts: Seed
) -> None:
    case = facts.case(MONDAY)
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    (proposal,) = published(facts, "meeting.proposed")
    refusal = ProposalRefused(
        case_id=case.id, proposal=proposal["proposal"], step="first", reason="double-booked"
    )
    tell(database, refusal, refusal)
    run(work)
    assert [local(p["starts_at"]) for p in published(facts, "meeting.proposed")] == [
        "2027-04-15T09:00",
        "2027-04-15T09:30",
    ]


def test_X1_when_everybody_is_taken_a_person_is_told(
    work: Work, database: Database, facts: Seed
) -> None:
    case = facts.case(MONDAY)
    facts.execute(
        "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state,"
        " created_at, changed_at) VALUES (gen_random_uuid(), %s, 'follow-up', %s, %s, %s, 'held',"
        " %s, %s)",
        [case.id, MORNING, MORNING + timedelta(days=30), "2027-04-12 08:00", MORNING, MORNING],
    )
    facts.execute(
        "INSERT INTO cases.engagements SELECT id, %s, tstzrange(starts_at, ends_at)"
        " FROM cases.meetings",
        [case.owner],
    )
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    (missing,) = published(facts, "slot.missing")
    assert (missing["reason"], missing["rule"], missing["due_on"]) == (
        "no-free-time", "X1", "2027-04-26",
    )  # fmt: skip


def booked(facts: Seed, day: date) -> tuple[SeededCase, UUID]:
    case = facts.case(MONDAY)
    return case, facts.meeting(case, "first", at(day, time(10, 0)))


def move_clock(facts: Seed, to: datetime) -> None:
    facts.execute("UPDATE clock.hand SET stands_at = %s", [to])


def test_a_reminder_falls_due_once_whatever_the_number_of_workers(
    work: Work, database: Database, facts: Seed
) -> None:
    case, meeting = booked(facts, date(2027, 4, 22))  # a Thursday
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    move_clock(facts, at(date(2027, 4, 20), time(9, 0)))
    workers = [threading.Thread(target=run, args=[work]) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [event["meeting_id"] for event in published(facts, "reminder.due")] == [str(meeting)]


def test_the_reminder_of_a_moved_meeting_is_withdrawn(
    work: Work, database: Database, facts: Seed
) -> None:
    case, meeting = booked(facts, date(2027, 4, 22))
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    later = at(date(2027, 4, 23), time(10, 0))
    facts.execute(
        "UPDATE cases.meetings SET starts_at = %s, ends_at = %s, sequence = 1",
        [later, later + timedelta(hours=1)],
    )
    move_clock(facts, at(date(2027, 4, 20), time(9, 0)))  # both are due: the move is heard first
    tell(database, MeetingMoved(case_id=case.id, meeting_id=meeting, sequence=1))
    run(work)
    assert published(facts, "reminder.due") == []
    move_clock(facts, at(date(2027, 4, 21), time(9, 0)))
    run(work)
    assert [event["sequence"] for event in published(facts, "reminder.due")] == [1]


def test_F8_after_a_dead_day_what_is_useless_is_missed_and_the_rest_comes_once(
    work: Work, database: Database, facts: Seed
) -> None:
    useless, _ = booked(facts, date(2027, 4, 20))
    useful, meeting = booked(facts, date(2027, 4, 22))
    tell(database, CaseOpened(case_id=useless.id), CaseOpened(case_id=useful.id))
    run(work)
    move_clock(facts, at(date(2027, 4, 21), time(9, 0)))  # nobody was there on the 16th to the 21st
    run(work)
    assert [event["meeting_id"] for event in published(facts, "reminder.due")] == [str(meeting)]
    states = Counter(state for (state,) in facts.fetch("SELECT state FROM scheduler.due"))
    assert states["missed"] == 1


def test_P7_a_withdrawal_takes_back_what_was_planned(
    work: Work, database: Database, facts: Seed
) -> None:
    case, _ = booked(facts, date(2027, 4, 22))
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    facts.consent(case, "withdrawn", MONDAY)
    facts.execute("UPDATE cases.meetings SET state = 'cancelled', cancelled_because = 'consent'")
    (consent,) = facts.fetch("SELECT id FROM cases.consents")
    assert isinstance(consent[0], UUID)
    tell(database, ConsentWithdrawn(case_id=case.id, consent_id=consent[0], on=MONDAY))
    run(work)
    assert facts.fetch("SELECT key FROM scheduler.due") == []


def test_X2_a_passed_limit_alerts_the_process_owner_and_the_manager(
    work: Work, database: Database, facts: Seed
) -> None:
    case = facts.case(MONDAY, signed=False)
    tell(database, CaseOpened(case_id=case.id))
    run(work)
    move_clock(facts, at(date(2027, 4, 27), time(9, 0)))
    run(work)
    passed = [a for a in published(facts, "alert.due") if a["about"] == "limit-passed"]
    assert sorted(alert["to"] for alert in passed) == ["manager", "process_owner"]
    assert [w["state"] for w in published(facts, "window.set")][-1] == "missed"


def test_the_nightly_sweep_finds_a_case_whose_event_was_lost(work: Work, facts: Seed) -> None:
    facts.case(MONDAY)
    move_clock(facts, at(MONDAY, time(2, 59)))
    run(work)
    assert published(facts, "meeting.proposed") == []
    move_clock(facts, at(MONDAY, time(3, 0)))
    run(work)
    assert len(published(facts, "meeting.proposed")) == 1


def test_the_scheduler_can_not_read_names_or_addresses(database: Database) -> None:
    with database.plain() as connection, pytest.raises(Exception, match="permission denied"):
        connection.execute("SELECT name, email FROM cases.people")
