"""With many cases and people each answer reads what it needs, and not all there is."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

import psycopg
from psycopg.rows import DictRow, dict_row

from services.cases.adapters.message_views import MESSAGES
from services.cases.adapters.overviews import SqlOverviews
from services.cases.adapters.sight import SqlSights
from services.cases.adapters.staffing import SqlStaffing
from services.cases.adapters.views import _CASES, SqlViews
from services.cases.handlers.overviews import Sought, limits_of
from services.cases.handlers.sight import Sight
from services.cases.handlers.today import today_of
from shared.db import Unit
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts
from shared.ids import staff_id
from shared.procedures import load_procedures
from tests.integration.cases_house import OWNER, CasesHouse

_PEOPLE = """
    INSERT INTO cases.people (id, party, name, birth_date)
    SELECT gen_random_uuid(), 'child', 'Alva Exempel', '2014-05-02' FROM generate_series(1, %s)
"""
_CASES_OF_THEM = """
    INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,
                             process_owner, initiator, child, unit)
    SELECT gen_random_uuid(), 'T' || n, 'samverkansmote', '2027-03-01', '2027-03-01',
           timestamptz '2027-03-01T08:00Z' + n * interval '1 s', owner.id, owner.id,
           child.id, 'bjorkskolan'
    FROM (VALUES (%s::uuid)) AS owner (id),
         (SELECT id, row_number() OVER () AS n FROM cases.people WHERE party = 'child' LIMIT %s)
         AS child
"""
_PLANS = """
    INSERT INTO scheduler.plans (case_id, windows)
    SELECT id, jsonb_build_array(jsonb_build_object(
             'step', 'first', 'opens_on', known_on, 'state', 'open', 'rule', 'R9',
             'closes_on', date '2027-05-01' - substr(reference, 2)::integer))
    FROM cases.cases
"""
_TASKS = """
    INSERT INTO cases.tasks (id, case_id, key, kind, owner, due_on, rule, created_at)
    SELECT gen_random_uuid(), id, reference, 'inform', process_owner, '2027-02-27', 'R19', opened_at
    FROM cases.cases
"""


def fill(cases: CasesHouse, people: int, count: int) -> None:
    cases.execute(_PEOPLE, people)
    cases.execute(_CASES_OF_THEM, UUID(OWNER), count)
    cases.execute(_PLANS)
    cases.execute(_TASKS)
    cases.execute("ANALYZE")


def test_the_addresses_of_some_cases_are_found_without_reading_all_people(
    cases: CasesHouse,
) -> None:
    fill(cases, 20_000, 50)
    with psycopg.connect(cases.database_url, row_factory=dict_row) as connection:
        found = connection.execute(
            "SELECT case_id, contacts FROM cases_api.mailing("
            " ARRAY(SELECT id FROM cases.cases), '2027-03-01')"
        ).fetchall()
        read = connection.execute(
            "SELECT seq_scan FROM pg_stat_xact_user_tables"
            " WHERE schemaname = 'cases' AND relname = 'people'"
        ).fetchone()
    assert len(found) == 50
    assert all(OWNER in row["contacts"] for row in found)
    assert read == {"seq_scan": 0}


def test_a_page_of_a_list_is_read_from_an_index(cases: CasesHouse) -> None:
    fill(cases, 5_000, 5_000)
    cases.execute(
        "INSERT INTO notifier.messages (id, key, kind, ground, case_id, person_id, party, mailbox,"
        " address, language, rule, payload, message_id, state, due_at, useful_until, created_at)"
        " SELECT gen_random_uuid(), reference, 'alert', 'duty', id, process_owner, 'staff',"
        " 'a@b.example', 'a@b.example', 'sv', 'X2', '{}', reference, 'accepted', opened_at,"
        " opened_at, opened_at FROM cases.cases"
    )
    cases.execute("ANALYZE")
    after = cases.rows("SELECT id FROM cases.cases ORDER BY opened_at OFFSET 2500 LIMIT 1")[0]["id"]
    message = cases.rows("SELECT id FROM notifier.messages ORDER BY created_at OFFSET 2500 LIMIT 1")
    lists: list[tuple[Any, dict[str, Any]]] = [
        (_CASES, {"after": after, "state": None, "limit": 100, "only": None}),
        (_CASES, {"after": None, "state": None, "limit": 100, "only": None}),
        (
            MESSAGES,
            {
                "case": None,
                "state": None,
                "after": message[0]["id"],
                "limit": 100,
                "only": None,
                "person": None,
            },
        ),
        (
            MESSAGES,
            {
                "case": None,
                "state": "failed",
                "after": None,
                "limit": 100,
                "only": None,
                "person": None,
            },
        ),
    ]
    with psycopg.connect(cases.database_url) as connection:
        for query, values in lists:
            plan = connection.execute("EXPLAIN " + query, values).fetchall()
            text = "\n".join(row[0] for row in plan)
            assert "Seq Scan" not in text, text
            assert "Sort" not in text, text


_ON_THEM = """
    INSERT INTO cases.participants (case_id, person_id, party, role, organisation, added_at)
    SELECT id, process_owner, 'staff', 'rektor', 'school', opened_at FROM cases.cases
"""
_CLOSE = """
    UPDATE cases.cases SET state = 'closed', closed_at = opened_at, outcome = 'other'
    WHERE reference <> 'T7'
"""


def open_again(cases: CasesHouse) -> None:
    cases.execute(
        "UPDATE cases.cases SET state = 'open', closed_at = NULL, outcome = NULL"
        " WHERE reference = 'T5'"
    )


def test_what_somebody_is_on_now_is_found_however_many_closed_cases_there_are(
    cases: CasesHouse,
) -> None:
    fill(cases, 2_000, 2_000)
    cases.execute(_ON_THEM)
    cases.execute("UPDATE cases.people SET calendar_url = 'https://a.example' WHERE id = %s", OWNER)
    cases.execute(_CLOSE)
    cases.execute("ANALYZE")
    with psycopg.connect(cases.database_url, row_factory=dict_row) as connection:
        calendars = connection.execute("SELECT * FROM cases_api.calendars()").fetchall()
        now_on = connection.execute("SELECT cases_api.open_cases_of(%s)", [OWNER]).fetchall()
        leaving = SqlStaffing(connection).leavers(date(2027, 3, 1), date(2027, 4, 1), [UUID(OWNER)])
        read = connection.execute(
            "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS rows"
            " FROM pg_stat_xact_user_tables WHERE relname IN ('participants', 'cases')"
        ).fetchone()
    assert [one["person_id"] for one in calendars] == [UUID(OWNER)]
    assert len(now_on) == 1
    assert leaving == []
    assert read is not None
    assert read["rows"] < 100


def test_who_is_on_an_open_case_follows_the_case(cases: CasesHouse) -> None:
    def on_open() -> int:
        return len(cases.rows("SELECT cases_api.open_cases_of(%s)", UUID(OWNER)))

    fill(cases, 10, 10)
    cases.execute(_ON_THEM)
    assert on_open() == 10
    cases.execute(_CLOSE)
    assert on_open() == 1
    cases.execute("DELETE FROM cases.participants")
    cases.execute(_ON_THEM)
    assert on_open() == 1
    open_again(cases)
    assert on_open() == 2


class SpyingSights(SqlSights):
    """Sights that note of how many cases facts were read."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        super().__init__(connection)
        self.read = 0

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        self.read += len(case_ids)
        return super().facts(case_ids)


class SpyingOverviews(SqlOverviews):
    """Overviews that note of how many cases facts were read."""

    read = 0

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        self.read += len(case_ids)
        return super().facts(case_ids)


def test_X10_a_persons_lists_look_into_the_cases_that_they_show(cases: CasesHouse) -> None:
    fill(cases, 300, 300)
    cases.execute(_ON_THEM)
    cases.execute("UPDATE cases.participants SET removed_at = added_at WHERE case_id IN"
                  " (SELECT id FROM cases.cases WHERE reference = 'T3')")  # fmt: skip
    now = datetime.fromisoformat("2027-03-01T08:00:00+01:00")
    procedures = load_procedures(None)
    with psycopg.connect(cases.database_url, row_factory=dict_row) as connection:
        sights = SpyingSights(connection)
        sight = Sight(UUID(OWNER), sights, procedures, now.date())
        views = SqlViews(connection, now)
        views.show_only(sight)
        first = views.cases(None, None, 60)
        following = views.cases(first[-1]["id"], None, 60)
        assert sights.read == 120
        cases.execute(_CLOSE)
        overviews = SpyingOverviews(connection)
        connection.rollback()
        found = limits_of(
            Sought(person=UUID(OWNER)), sight, overviews, procedures, WorkingDays(), now
        )
    shown = [row["reference"] for row in (*first, *following)]
    assert shown == [f"T{n}" for n in range(1, 122) if n != 3]
    assert {limit.reference for limit in found} == {"T7"}
    assert (sights.read, overviews.read) == (120, 1)


def test_the_page_of_the_day_reads_the_cases_of_whose_day_it_is(cases: CasesHouse) -> None:
    """The others' are as many as they like."""
    fill(cases, 300, 300)
    cases.execute(_ON_THEM)
    others = "UPDATE cases.cases SET process_owner = %s, initiator = %s WHERE reference >= 'T2'"
    cases.execute(others, *[staff_id("asa-hallberg")] * 2)
    cases.execute("UPDATE cases.tasks t SET owner = c.process_owner FROM cases.cases c"
                  " WHERE c.id = t.case_id")  # fmt: skip
    now = datetime.fromisoformat("2027-03-01T08:00:00+01:00")
    with psycopg.connect(cases.database_url, row_factory=dict_row) as connection:
        overviews = SpyingOverviews(connection)
        desk = replace(
            cases.worker._parts.desk_for(Unit(connection, now), "test"), overviews=overviews
        )
        shown = today_of(UUID(OWNER), desk)
    assert {one.reference[:2] for one in shown.groups["late"] if one.reference} == {"T1"}
    assert overviews.read <= 111


def test_a_case_that_asks_nothing_is_not_read_for_the_page_of_the_day(cases: CasesHouse) -> None:
    """Its limit is kept, and nobody is waited for."""
    fill(cases, 300, 300)
    cases.execute(_ON_THEM)
    cases.execute("DELETE FROM cases.tasks")
    cases.execute("UPDATE scheduler.plans SET windows = jsonb_set(windows, '{0,state}', '\"met\"')"
                  " FROM cases.cases c WHERE c.id = case_id AND c.reference <> 'T7'")  # fmt: skip
    now = datetime.fromisoformat("2027-03-01T08:00:00+01:00")
    with psycopg.connect(cases.database_url, row_factory=dict_row) as connection:
        overviews = SpyingOverviews(connection)
        desk = replace(
            cases.worker._parts.desk_for(Unit(connection, now), "test"), overviews=overviews
        )
        shown = today_of(UUID(OWNER), desk)
    assert [one.reference for group in shown.groups.values() for one in group] == ["T7"]
    assert overviews.read == 1
