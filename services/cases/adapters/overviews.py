"""Reads over one case's audit and over many cases' limits, in SQL."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.calendar_views import SqlCalendarViews
from services.cases.adapters.facts import facts_of
from services.cases.adapters.reached import unmailable_of
from services.cases.domain.limits import DueDuty, DueTask
from services.cases.domain.limits_of_people import Announced, TasksDue
from services.cases.domain.timeline import Note
from shared.domain.facts import CaseFacts, Participant
from shared.domain.procedure import Function
from shared.domain.windows import WindowState

_NOTES = """
    SELECT at, actor, action, rule, details FROM cases.audit WHERE case_id = %s ORDER BY at, id
"""
# `owners`: cases of which one of these could have something to do, as the procedures put a function
# in charge.
_OPEN_CASES = """
    SELECT c.id FROM cases.cases c
    WHERE c.state = 'open' AND c.about = 'child'
      AND (%(owners)s::uuid[] IS NULL
           OR c.process_owner = ANY (%(owners)s)
           OR (c.initiator = ANY (%(owners)s) AND c.procedure = ANY (%(initiators)s))
           OR (c.coordinator = ANY (%(owners)s) AND c.procedure = ANY (%(coordinators)s))
           OR EXISTS (SELECT FROM cases.tasks t
                      WHERE t.case_id = c.id AND t.state = 'open' AND t.owner = ANY (%(owners)s)))
    ORDER BY c.id
"""
_ASKING = """
    SELECT c.id FROM cases.cases c
    WHERE c.id = ANY (%(cases)s)
      AND (EXISTS (SELECT FROM scheduler_api.windows w
                   WHERE w.case_id = c.id AND w.state IN ('open', 'missed'))
           OR (c.procedure = ANY (%(procedures)s)
               AND NOT EXISTS (SELECT FROM scheduler_api.windows w WHERE w.case_id = c.id))
           OR (%(person)s IN (c.process_owner, c.coordinator)
               AND (EXISTS (SELECT FROM cases.consents f
                            WHERE f.case_id = c.id AND f.state = 'requested')
                    OR EXISTS (SELECT FROM cases.meetings m WHERE m.case_id = c.id
                               AND m.state = 'booked' AND m.starts_at > %(now)s))))
    ORDER BY c.id
"""
_DUE_TASKS = """
    SELECT case_id, kind, owner, rule, due_on, details ->> 'step' AS step FROM cases.tasks
    WHERE state = 'open' AND due_on IS NOT NULL AND case_id = ANY (%s) ORDER BY due_on, key
"""
# Who leads a step is for its procedure to say; it is one of these three, if they are on the case.
_LED = """
    FROM cases.cases c {windows}
    WHERE c.id = ANY (ARRAY (SELECT x.case_id FROM cases.participants x
                             WHERE x.person_id = ANY (%(people)s) AND x.case_open
                               AND x.removed_at IS NULL AND x.party = 'staff'))
      AND c.state = 'open' AND c.about = 'child'
      AND (c.process_owner = ANY (%(people)s) OR c.initiator = ANY (%(people)s)
           OR c.coordinator = ANY (%(people)s))
"""
# A step was held and the scheduler hasn't looked since: what it announced says too much or little.
_HELD_SINCE = """
    EXISTS (SELECT FROM scheduler_api.windows told
            JOIN cases.meetings m
              ON m.case_id = told.case_id AND m.step = told.step AND m.state = 'held'
            WHERE told.case_id = c.id AND told.state = 'open')
"""
_ANNOUNCED = f"""
    SELECT c.id AS case_id, c.procedure, c.procedure_on, c.process_owner, c.initiator,
           c.coordinator, w.step, w.closes_on, w.last_bookable_on, w.state,
           EXISTS (SELECT FROM cases.meetings m
                   WHERE m.case_id = c.id AND m.step = w.step AND m.state = 'booked'
                     AND (m.starts_at AT TIME ZONE 'Europe/Stockholm')::date
                         BETWEEN w.opens_on AND w.closes_on) AS booked,
           (SELECT coalesce(jsonb_agg(jsonb_build_object(
              'person', x.person_id, 'role', x.role, 'organisation', x.organisation)), '[]')
            FROM cases.participants x
            WHERE x.case_id = c.id AND x.person_id IN (c.process_owner, c.initiator, c.coordinator)
              AND x.removed_at IS NULL) AS leaders
    {_LED.format(windows="JOIN scheduler_api.windows w ON w.case_id = c.id")}
      AND w.state = ANY (%(states)s) AND w.closes_on IS NOT NULL
      AND (%(before)s::date IS NULL OR w.closes_on < %(before)s) AND NOT {_HELD_SINCE}
"""  # noqa: S608 - fixed text
_UNANNOUNCED = f"""
    SELECT c.id {_LED.format(windows="")} AND c.procedure = ANY (%(procedures)s)
      AND (NOT EXISTS (SELECT FROM scheduler_api.windows w WHERE w.case_id = c.id)
           OR {_HELD_SINCE})
    ORDER BY c.id
"""  # noqa: S608 - fixed text
_TASKS_DUE = """
    SELECT t.owner, x.organisation, t.due_on, count(*) AS count
    FROM cases.tasks t
    JOIN cases.cases c ON c.id = t.case_id AND c.state = 'open' AND c.about = 'child'
    JOIN cases.participants x
      ON x.case_id = t.case_id AND x.person_id = t.owner AND x.removed_at IS NULL
    WHERE t.state = 'open' AND t.due_on IS NOT NULL AND t.owner = ANY (%(people)s)
      AND (%(before)s::date IS NULL OR t.due_on < %(before)s)
    GROUP BY t.owner, x.organisation, t.due_on
"""
_DUE_DUTIES = """
    SELECT t.kind, t.owner, u.organisation, t.rule, t.due_on,
           CASE WHEN i.id IS NOT NULL THEN i.procedure WHEN t.report_id IS NOT NULL THEN 'anmalan'
                WHEN t.glass_id IS NOT NULL THEN opened.procedure ELSE 'arshjul' END AS procedure,
           (t.created_at AT TIME ZONE 'Europe/Stockholm')::date AS procedure_on
    FROM cases.tasks t
    JOIN cases.posts p ON p.code = t.post
    JOIN cases.units u ON u.code = p.unit
    LEFT JOIN cases.inquiries i ON i.id = t.inquiry_id
    LEFT JOIN cases.glass g ON g.id = t.glass_id
    LEFT JOIN cases.cases opened ON opened.id = g.case_id
    WHERE t.state = 'open' AND t.post IS NOT NULL AND t.due_on IS NOT NULL
      AND (%(owners)s::uuid[] IS NULL OR t.owner = ANY (%(owners)s))
    ORDER BY t.due_on, t.key
"""
# Whose posts report, straight or past vacant ones, to a post that somebody has held at some time.
_MAY_BE_MANAGED = """
    WITH RECURSIVE below AS (
      SELECT h.post FROM cases.holders h WHERE h.person_id = %s
      UNION
      SELECT p.code FROM cases.posts p JOIN below ON p.reports_to = below.post)
    SELECT DISTINCT h.person_id FROM cases.holders h JOIN below USING (post)
"""
_MANAGERS = """
    SELECT own.person, own.organisation,
           cases.manager_of(own.person, own.organisation, %(on)s) AS manager
    FROM unnest(%(people)s::uuid[], %(organisations)s::text[]) AS own(person, organisation)
"""
_KNOWN_BETWEEN = """
    SELECT id FROM cases.cases
    WHERE about = 'child' AND known_on BETWEEN %(first)s AND %(last)s
      AND (%(procedure)s::text IS NULL OR procedure = %(procedure)s)
    ORDER BY id
"""


class SqlOverviews(SqlCalendarViews):
    """Implements handlers.overviews.Overviews over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        return facts_of(self._connection, case_ids)

    def notes(self, case_id: UUID) -> list[Note]:
        return [Note(**row) for row in self._all(_NOTES, [case_id])]

    def parties(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._all("SELECT id, party FROM cases.people WHERE id = ANY (%s)", [list(people)])
        return {row["id"]: row["party"] for row in rows}

    def staff_names(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._all(
            "SELECT id, name FROM cases.people WHERE party = 'staff' AND id = ANY (%s)",
            [list(people)],
        )
        return {row["id"]: row["name"] for row in rows}

    def unmailable(self, people: Collection[UUID]) -> frozenset[UUID]:
        return unmailable_of(self._connection, people)

    def kinds_of_tasks(self, case_id: UUID) -> dict[UUID, str]:
        rows = self._all("SELECT id, kind FROM cases.tasks WHERE case_id = %s", [case_id])
        return {row["id"]: row["kind"] for row in rows}

    def open_cases(
        self, owners: Collection[UUID] | None, led_by: Mapping[Function, Collection[str]]
    ) -> list[UUID]:
        values = {
            "owners": None if owners is None else list(owners),
            "initiators": list(led_by.get("initiator", ())),
            "coordinators": list(led_by.get("koordinator", ())),
        }
        return [row["id"] for row in self._all(_OPEN_CASES, values)]

    def asking(
        self, person: UUID, case_ids: Collection[UUID], procedures: Collection[str], now: datetime
    ) -> list[UUID]:
        values = {
            "person": person, "cases": sorted(case_ids), "procedures": list(procedures), "now": now,
        }  # fmt: skip
        return [row["id"] for row in self._all(_ASKING, values)]

    def due_tasks(self, case_ids: Collection[UUID]) -> list[DueTask]:
        return [DueTask(**row) for row in self._all(_DUE_TASKS, [list(case_ids)])]

    def due_duties(self, owners: Collection[UUID] | None) -> list[DueDuty]:
        values = {"owners": None if owners is None else list(owners)}
        return [DueDuty(**row) for row in self._all(_DUE_DUTIES, values)]

    def announced(
        self, people: Collection[UUID], states: Collection[WindowState], before: date | None
    ) -> list[Announced]:
        values = {"people": list(people), "states": list(states), "before": before}
        rows = self._all(_ANNOUNCED, values)
        return [_announced(row) for row in rows]

    def unannounced(self, people: Collection[UUID], procedures: Collection[str]) -> list[UUID]:
        values = {"people": list(people), "procedures": list(procedures)}
        return [row["id"] for row in self._all(_UNANNOUNCED, values)]

    def tasks_due(self, people: Collection[UUID], before: date | None) -> list[TasksDue]:
        rows = self._all(_TASKS_DUE, {"people": list(people), "before": before})
        return [TasksDue(**row) for row in rows]

    def may_be_managed_by(self, manager: UUID) -> list[UUID]:
        return [row["person_id"] for row in self._all(_MAY_BE_MANAGED, [manager])]

    def managers(
        self, owners: Collection[tuple[UUID, str]], today: date
    ) -> Mapping[tuple[UUID, str], UUID | None]:
        pairs = sorted(owners)
        values = {
            "people": [person for person, _ in pairs],
            "organisations": [organisation for _, organisation in pairs],
            "on": today,
        }
        rows = self._all(_MANAGERS, values)
        return {(row["person"], row["organisation"]): row["manager"] for row in rows}

    def known_between(self, procedure: str | None, first: date, last: date) -> list[UUID]:
        values = {"procedure": procedure, "first": first, "last": last}
        return [row["id"] for row in self._all(_KNOWN_BETWEEN, values)]

    def _all(self, query: LiteralString, values: Any) -> list[DictRow]:
        return self._connection.execute(query, values).fetchall()


def _announced(row: DictRow) -> Announced:
    leaders = tuple(
        Participant(UUID(who["person"]), "staff", who["role"], who["organisation"], custody=False)
        for who in row.pop("leaders")
    )
    return Announced(**row, participants=leaders)
