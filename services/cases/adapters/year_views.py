"""What is shown of the years, in SQL."""

from collections.abc import Collection
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.facts import facts_of
from services.cases.domain.year_facts import (
    CohortFacts,
    DispatchFacts,
    EvaluationFacts,
    OpenDuty,
    Replied,
    Vacancy,
)
from services.cases.handlers.year_view_ports import NamedPost
from shared.domain.facts import CaseFacts

_KNOWN = """
    SELECT extract(year FROM known_on)::int AS year FROM cases.cases WHERE about = 'year'
    UNION SELECT year FROM cases.evaluations
    UNION SELECT year FROM cases.dispatches
    UNION SELECT year FROM cases.tasks WHERE year IS NOT NULL
    ORDER BY year
"""
_MATTER = "SELECT id FROM cases.cases WHERE about = 'year' AND known_on = make_date(%s, 1, 1)"
_REPLIES = """
    SELECT m.id AS meeting_id, who.role, a.answer, count(*)::int AS count
    FROM cases.meetings m
    JOIN cases.attendance a ON a.meeting_id = m.id AND NOT a.removed
    JOIN cases.participants who ON who.case_id = m.case_id AND who.person_id = a.person_id
    WHERE m.case_id = %s AND who.role IS NOT NULL
    GROUP BY m.id, who.role, a.answer ORDER BY m.id, who.role, a.answer
"""
# Who hasn't answered; of one that is done, who hadn't by then: their duties ended with it.
_EVALUATION = """
    SELECT e.opened_on, e.answers_by, e.due_on, e.done_on, e.done_by,
           (SELECT count(*)::int FROM cases.evaluation_answers a WHERE a.year = e.year) AS answered,
           ARRAY(SELECT DISTINCT t.post FROM cases.tasks t
                 WHERE t.year = e.year AND t.kind = 'answer-evaluation' AND t.post IS NOT NULL
                   AND (t.state = 'open' OR t.done_at = e.noted_at)
                   AND NOT EXISTS (SELECT FROM cases.evaluation_answers a
                                   WHERE a.year = e.year AND a.post = t.post)
                 ORDER BY t.post) AS waiting
    FROM cases.evaluations e WHERE e.year = %s
"""
_DISPATCHES = """
    SELECT d.id, d.kind, d.title, d.rule, d.due_on,
           (d.sent_at AT TIME ZONE 'Europe/Stockholm')::date AS sent_on,
           count(t.id) FILTER (WHERE t.state = 'done')::int AS confirmed,
           coalesce(array_agg(t.post ORDER BY t.post)
                      FILTER (WHERE t.state = 'open' AND t.post IS NOT NULL), '{}') AS waiting
    FROM cases.dispatches d
    LEFT JOIN cases.tasks t ON t.dispatch_id = d.id AND t.kind IN ('pass-on', 'confirm-known')
    WHERE d.year = %s
    GROUP BY d.id ORDER BY d.sent_at, d.id
"""
# What stands in the ledger; and whom a rektor is still asked for.
_COHORTS = """
    SELECT p.unit, p.stage, p.cohort, p.state,
           coalesce(p.held_on, (SELECT (m.starts_at AT TIME ZONE 'Europe/Stockholm')::date
                                FROM cases.meetings m
                                WHERE m.case_id = p.matter AND m.state <> 'cancelled'
                                ORDER BY m.starts_at LIMIT 1)) AS "on"
    FROM cases.parent_meetings p WHERE p.cohort BETWEEN %(first)s AND %(last)s
    UNION
    SELECT t.details ->> 'unit', t.details ->> 'stage', (t.details ->> 'cohort')::smallint,
           'missing', NULL
    FROM cases.tasks t
    WHERE t.kind = 'hold-parent-meeting' AND t.state = 'open'
      AND (t.details ->> 'cohort')::smallint BETWEEN %(first)s AND %(last)s
      AND NOT EXISTS (SELECT FROM cases.parent_meetings p
                      WHERE p.unit = t.details ->> 'unit' AND p.stage = t.details ->> 'stage'
                        AND p.cohort = (t.details ->> 'cohort')::smallint)
    ORDER BY 2, 1, 3
"""
# Those of the year, and those of an earlier one that are due in it.
_DUTIES = """
    SELECT t.id, t.kind, t.post, t.owner, t.due_on, t.rule, t.details
    FROM cases.tasks t LEFT JOIN cases.dispatches d ON d.id = t.dispatch_id
    WHERE t.state = 'open' AND t.case_id IS NULL
      AND (coalesce(t.year, d.year) = %(year)s
           OR (coalesce(t.year, d.year) < %(year)s AND extract(year FROM t.due_on) = %(year)s))
    ORDER BY t.due_on NULLS FIRST, t.kind, t.post, t.id
"""
# The days that a post has a holder as one range of ranges; the first day outside it is a vacancy.
_VACANCIES = """
    WITH held AS (
      SELECT p.code, p.role,
             coalesce(range_agg(daterange(h.first_day, h.last_day, '[]'))
                        FILTER (WHERE h.capacity = 'holder'), '{}'::datemultirange) AS days
      FROM cases.posts p LEFT JOIN cases.holders h ON h.post = p.code
      WHERE p.role = ANY (%(roles)s) AND p.ended_on IS NULL
      GROUP BY p.code, p.role)
    SELECT code AS post, role, lower(gap) AS vacant_from
    FROM held, unnest(datemultirange(daterange(%(today)s, NULL)) - days) AS gap
    ORDER BY lower(gap), code
"""
_POSTS = """
    SELECT p.code, p.role, u.name AS unit, cases.acting(p.code, %s) AS acting
    FROM cases.posts p JOIN cases.units u ON u.code = p.unit
"""


class SqlYearViews:
    """Implements handlers.year_view_ports.YearViews over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def known_years(self) -> list[int]:
        return [row["year"] for row in self._all(_KNOWN, None)]

    def matter(self, year: int) -> CaseFacts | None:
        ids = [row["id"] for row in self._all(_MATTER, [year])]
        return next(iter(facts_of(self._connection, ids)), None)

    def replies(self, matter: UUID) -> list[Replied]:
        return [Replied(**row) for row in self._all(_REPLIES, [matter])]

    def evaluation(self, year: int) -> EvaluationFacts | None:
        rows = self._all(_EVALUATION, [year])
        found = [EvaluationFacts(**row | {"waiting": tuple(row["waiting"])}) for row in rows]
        return next(iter(found), None)

    def dispatches(self, year: int) -> list[DispatchFacts]:
        rows = self._all(_DISPATCHES, [year])
        return [DispatchFacts(**row | {"waiting": tuple(row["waiting"])}) for row in rows]

    def cohorts(self, first: int, last: int) -> list[CohortFacts]:
        rows = self._all(_COHORTS, {"first": first, "last": last})
        return [CohortFacts(**row) for row in rows]

    def open_duties(self, year: int) -> list[OpenDuty]:
        return [OpenDuty(**row) for row in self._all(_DUTIES, {"year": year})]

    def vacancies(self, roles: Collection[str], today: date) -> list[Vacancy]:
        rows = self._all(_VACANCIES, {"roles": list(roles), "today": today})
        return [Vacancy(**row) for row in rows]

    def posts_named(self, today: date) -> dict[str, NamedPost]:
        rows = self._all(_POSTS, [today])
        return {row["code"]: NamedPost(row["role"], row["unit"], row["acting"]) for row in rows}

    def _all(self, query: LiteralString, values: Any) -> list[DictRow]:
        return self._connection.execute(query, values).fetchall()
