"""Reports of concern in SQL."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.duties import SqlDuties
from services.cases.adapters.facts import facts_of
from services.cases.adapters.sight import organisations_of
from services.cases.domain.duties import PostNow
from services.cases.domain.report_duties import ASK, RECEIPT
from services.cases.domain.reports import Channel, Feedback, Report
from services.cases.handlers.report_ports import Collision, Shown
from shared.domain.facts import CaseFacts

_REPORT = """
    SELECT r.id, r.reference, r.unit, r.reporter, r.received_by, r.received_on, r.registered_at,
           r.channel, r.suspected_abuse, r.wants_feedback, r.feedback_from, r.written_on,
           r.feedback, r.feedback_on, r.asked_on, r.guardian_informed_on, r.guardian_informed_by
    FROM cases.reports r
"""
_ADD = """
    INSERT INTO cases.reports
           (id, reference, unit, reporter, received_by, received_on, registered_at, channel,
            suspected_abuse, wants_feedback, feedback_from, written_on)
    VALUES (%(id)s, %(reference)s, %(unit)s, %(reporter)s, %(received_by)s, %(received_on)s,
            %(registered_at)s, %(channel)s, %(suspected_abuse)s, %(wants_feedback)s,
            %(feedback_from)s, %(written_on)s)
"""
_KEEP = """
    UPDATE cases.reports
    SET suspected_abuse = %(suspected_abuse)s, written_on = %(written_on)s,
        feedback = %(feedback)s, feedback_on = %(feedback_on)s, asked_on = %(asked_on)s
    WHERE id = %(id)s
"""
# By itself: a trigger asks, whenever this is written, whether it may be (R41).
_KEEP_INFORMED = """
    UPDATE cases.reports
    SET guardian_informed_on = %(guardian_informed_on)s,
        guardian_informed_by = %(guardian_informed_by)s
    WHERE id = %(id)s AND guardian_informed_on IS DISTINCT FROM %(guardian_informed_on)s
"""
_OF_PAGE = """
    WHERE (%(all)s OR (%(made)s AND r.reporter = %(person)s)
           OR (%(received)s AND r.received_by = %(person)s) OR r.unit = ANY (%(units)s))
      AND (%(after)s::uuid IS NULL OR (r.registered_at, r.id) >
           (SELECT registered_at, id FROM cases.reports WHERE id = %(after)s))
    ORDER BY r.registered_at, r.id LIMIT %(limit)s
"""
_ACTS_FOR = """
    SELECT 1 FROM cases.posts
    WHERE role = %(role)s AND ended_on IS NULL AND cases.acting(code, %(on)s) = %(person)s LIMIT 1
"""
_REKTOR_UNITS = """
    SELECT DISTINCT unit FROM cases.posts
    WHERE role = 'rektor' AND ended_on IS NULL AND cases.acting(code, %(on)s) = %(person)s
    ORDER BY unit
"""
_OF_A_FAMILY = """
    SELECT cases.is_of_a_family(lower(email)) AS found FROM cases.people
    WHERE id = %s AND email IS NOT NULL
"""
_NOT_NUDGED = """
    WHERE r.wants_feedback AND r.feedback IS NULL AND r.asked_on IS NULL
      AND r.feedback_from <= %(today)s
      AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.report_id = r.id AND t.kind = %(kind)s)
    ORDER BY r.id FOR UPDATE OF r
"""
_COLLISIONS = """
    SELECT DISTINCT m.id AS meeting_id, m.case_id
    FROM cases.engagements e JOIN cases.meetings m ON m.id = e.meeting_id
    WHERE e.person_id = ANY (%(people)s) AND e.during && tstzrange(%(since)s, %(until)s)
      AND m.case_id <> %(apart_from)s
    ORDER BY m.case_id, m.id
"""
# A consultation is over with its time; of a report's meeting somebody says whether it was held.
_OVER = """
    SELECT c.id FROM cases.cases c
    WHERE c.state = 'open' AND c.about IN ('report', 'consultation')
      AND NOT EXISTS (SELECT FROM cases.meetings m
                      WHERE m.case_id = c.id AND m.state IN ('booked', 'proposed')
                        AND (c.about = 'report' OR m.ends_at > %s))
    ORDER BY c.id
"""
_NEXT_END = """
    SELECT min(m.ends_at) AS ends_at
    FROM cases.cases c JOIN cases.meetings m ON m.case_id = c.id
    WHERE c.state = 'open' AND c.about = 'consultation' AND m.state = 'booked' AND m.ends_at > %s
"""
_TASKS = """
    SELECT id, case_id, inquiry_id, year, dispatch_id, report_id, kind, owner, due_on, state, rule,
           meeting_id, about, details
    FROM cases.tasks
    WHERE report_id = %(report)s AND (%(owner)s::uuid IS NULL OR owner = %(owner)s)
    ORDER BY created_at, key
"""
_RECEIPT_SEEN = """
    UPDATE cases.tasks SET state = 'done', done_at = %s
    WHERE report_id = %s AND kind = %s AND state = 'open'
"""


class SqlReportViews:
    """A part of the port Views; and what the handlers ask, too."""

    _connection: Connection[DictRow]
    _now: datetime

    def report(self, report_id: UUID) -> Report | None:
        return _found(self._connection.execute(_REPORT + "WHERE r.id = %s", [report_id]).fetchone())

    def reports(self, shown: Shown, after: UUID | None, limit: int) -> list[Report]:
        values = {
            "all": shown.all,
            "made": shown.made,
            "received": shown.received,
            "person": shown.person,
            "units": list(shown.units),
            "after": after,
            "limit": limit,
        }
        return [_report(row) for row in self._connection.execute(_REPORT + _OF_PAGE, values)]

    def acts_for(self, person: UUID, role: str, on: date) -> bool:
        values = {"person": person, "role": role, "on": on}
        return self._connection.execute(_ACTS_FOR, values).fetchone() is not None

    def rektor_units(self, person: UUID, on: date) -> list[str]:
        rows = self._connection.execute(_REKTOR_UNITS, {"person": person, "on": on})
        return [row["unit"] for row in rows]

    def works_for(self, person: UUID, on: date) -> set[str]:
        return organisations_of(self._connection, person, on)

    def posts_of(self, role: str, on: date) -> list[PostNow]:
        return SqlDuties(self._connection, self._now).posts_of(role, on)

    def tasks_of_report(self, report_id: UUID, owner: UUID | None) -> list[DictRow]:
        values = {"report": report_id, "owner": owner}
        return self._connection.execute(_TASKS, values).fetchall()

    def receipt_seen(self, report_id: UUID) -> None:
        self._connection.execute(_RECEIPT_SEEN, [self._now, report_id, RECEIPT])


class SqlReports(SqlReportViews):
    """The port Reports as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, report: Report) -> None:
        self._connection.execute(_ADD, asdict(report))

    def keep(self, report: Report) -> None:
        self._connection.execute(_KEEP, asdict(report))
        self._connection.execute(_KEEP_INFORMED, asdict(report))

    def take(self, report_id: UUID) -> Report | None:
        """Locked first, and only then read."""
        lock = "SELECT 1 FROM cases.reports WHERE id = %s FOR UPDATE"
        if self._connection.execute(lock, [report_id]).fetchone() is None:
            return None
        return self.report(report_id)

    def rektor_post(self, unit: str) -> str | None:
        found: str | None = self._one(
            "SELECT min(code) AS code FROM cases.posts"
            " WHERE unit = %s AND role = 'rektor' AND ended_on IS NULL",
            unit,
        )
        return found

    def unit_of_post(self, post: str) -> str:
        return str(self._one("SELECT unit FROM cases.posts WHERE code = %s", post))

    def address_is_of_a_family(self, person: UUID) -> bool:
        return bool(self._one(_OF_A_FAMILY, person))

    def to_be_nudged(self, today: date) -> list[Report]:
        values = {"today": today, "kind": ASK}
        rows = self._connection.execute(_REPORT + _NOT_NUDGED, values)
        return [_report(row) for row in rows]

    def next_nudge_after(self, today: date) -> date | None:
        found: date | None = self._one(
            "SELECT min(feedback_from) AS next_on FROM cases.reports"
            " WHERE wants_feedback AND feedback IS NULL AND asked_on IS NULL"
            " AND feedback_from > %s",
            today,
        )
        return found

    def collisions(
        self, people: Collection[UUID], since: datetime, until: datetime, apart_from: UUID
    ) -> list[Collision]:
        values = {
            "people": list(people), "since": since, "until": until, "apart_from": apart_from,
        }  # fmt: skip
        return [Collision(**row) for row in self._connection.execute(_COLLISIONS, values)]

    def lock_matters(self, ids: Collection[UUID]) -> None:
        self._connection.execute(
            "SELECT 1 FROM cases.cases WHERE id = ANY (%s) ORDER BY id FOR UPDATE", [list(ids)]
        )

    def matter(self, matter_id: UUID) -> CaseFacts | None:
        return next(iter(facts_of(self._connection, [matter_id])), None)

    def over_by(self, now: datetime) -> list[UUID]:
        return [row["id"] for row in self._connection.execute(_OVER, [now])]

    def next_end_after(self, now: datetime) -> datetime | None:
        found: datetime | None = self._one(_NEXT_END, now)
        return found

    def _one(self, query: LiteralString, value: Any) -> Any:
        row = self._connection.execute(query, [value]).fetchone()
        return None if row is None else next(iter(row.values()))


def _found(row: DictRow | None) -> Report | None:
    return None if row is None else _report(row)


def _report(row: DictRow) -> Report:
    feedback = row["feedback"]
    kinds = {
        "channel": Channel(row["channel"]),
        "feedback": None if feedback is None else Feedback(feedback),
    }
    return Report(**{**row, **kinds})
