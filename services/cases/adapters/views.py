"""What is read to be shown, and the log of who read it, in SQL."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.case_views import SqlCaseViews
from services.cases.adapters.facts import FACTS, facts_of
from services.cases.adapters.inquiries import SqlInquiries
from services.cases.adapters.mails import MAILS, SqlMailViews
from services.cases.adapters.meeting_views import SqlMeetingViews
from services.cases.adapters.message_views import MESSAGES, SqlMessageViews
from services.cases.adapters.previews import SqlPreviews
from services.cases.adapters.reached import unmailable_of
from services.cases.adapters.reports import SqlReportViews
from services.cases.adapters.staffing import SqlStaffing
from services.cases.domain.inquiries import Consideration, Inquiry
from services.cases.domain.posts import Post
from services.cases.handlers.reading import WholeCase
from services.cases.handlers.sight import Sight
from shared.domain.facts import CaseFacts, facts_from_json

_CASE = """
    SELECT id, reference, procedure, state, known_on, opened_at, closed_at, outcome,
           process_owner, child, unit, initiator, coordinator, contact_person, grade, residence,
           reason, evaluation, held_back_for IS NOT NULL AS held_back, never_together, place
    FROM cases.cases WHERE id = %s AND about = 'child'
"""
_CASES = """
    SELECT id, reference, procedure, state, known_on, process_owner FROM cases.cases
    WHERE about = 'child' AND (%(state)s::text IS NULL OR state = %(state)s)
      AND (%(only)s::uuid[] IS NULL OR id = ANY (%(only)s))
      AND (%(after)s::uuid IS NULL OR (opened_at, id) >
           (SELECT opened_at, id FROM cases.cases WHERE id = %(after)s))
    ORDER BY opened_at, id LIMIT %(limit)s
"""
_PEOPLE_OF = """
    SELECT who.person_id, who.party, who.role, who.organisation, who.custody, who.wanted_by_youth,
           person.language, person.interpreter, person.no_mail, person.protected,
           person.email IS NOT NULL AS has_mail
    FROM cases.participants who JOIN cases.people person ON person.id = who.person_id
    WHERE who.case_id = %s AND who.removed_at IS NULL ORDER BY who.party, who.person_id
"""
_CONSENTS = """
    SELECT id, case_id, party, person_id, organisations, state, requested_on, signed_on,
           refused_on, withdrawn_on, valid_until, method, form_reference, waived_on,
           waived_because
    FROM cases.consents WHERE case_id = ANY (%s) ORDER BY requested_on, id
"""
_MEETINGS = """
    SELECT id, case_id, step, starts_at, ends_at, place, state, sequence, secretary,
           consent_reviewed, minutes_filed_at, minutes_reference, plan_filed_at, plan_reference,
           outcome, coalesce((
             SELECT jsonb_agg(jsonb_build_object(
                      'starts_at', o.starts_at, 'yes', o.yes, 'no', o.no,
                      'if_need_be', o.if_need_be) ORDER BY o.rank)
             FROM (SELECT p.starts_at, p.rank,
                          count(*) FILTER (WHERE v.answer = 'yes') AS yes,
                          count(*) FILTER (WHERE v.answer = 'no') AS no,
                          count(*) FILTER (WHERE v.answer = 'if-need-be') AS if_need_be
                   FROM cases.options p
                   LEFT JOIN cases.votes v USING (meeting_id, starts_at)
                   WHERE p.meeting_id = meetings.id AND p.starts_at > %(now)s
                   GROUP BY p.starts_at, p.rank) o), '[]')
           AS options
    FROM cases.meetings WHERE case_id = ANY (%(cases)s) ORDER BY starts_at, id
"""
_ATTENDANCE = """
    SELECT a.meeting_id, a.person_id, a.answer, a.answered_at, a.present
    FROM cases.attendance a JOIN cases.meetings m ON m.id = a.meeting_id
    WHERE m.case_id = ANY (%s) AND NOT a.removed ORDER BY a.meeting_id, a.person_id
"""
_TASK = """
    SELECT id, case_id, inquiry_id, year, dispatch_id, report_id, kind, owner, due_on, state, rule,
           meeting_id, about, details
    FROM cases.tasks
"""
_TASKS = _TASK + "WHERE case_id = ANY (%s) ORDER BY due_on NULLS LAST, created_at, key"
_PAGE_OF_TASKS = """
    WHERE state = %(state)s AND (%(owner)s::uuid IS NULL OR owner = %(owner)s)
      AND (%(only)s::uuid[] IS NULL OR case_id = ANY (%(only)s)
           OR (case_id IS NULL AND owner = %(person)s))
      AND (%(after)s::uuid IS NULL OR (created_at, id) >
           (SELECT created_at, id FROM cases.tasks WHERE id = %(after)s))
    ORDER BY created_at, id LIMIT %(limit)s
"""
_STAFF = """
    SELECT person.id, person.code, person.name,
           coalesce(jsonb_agg(jsonb_build_object(
             'post', post.code, 'role', post.role, 'unit', post.unit,
             'organisation', unit.organisation, 'capacity', held.capacity)
             ORDER BY post.code, held.capacity)
             FILTER (WHERE post.code IS NOT NULL), '[]') AS posts
    FROM cases.people person
    LEFT JOIN cases.holders held ON held.person_id = person.id AND held.first_day <= %(on)s
                                AND (held.last_day IS NULL OR held.last_day >= %(on)s)
    LEFT JOIN cases.posts post ON post.code = held.post
    LEFT JOIN cases.units unit ON unit.code = post.unit
    WHERE person.party = 'staff'
    GROUP BY person.id
    HAVING %(role)s::text IS NULL
        OR bool_or(post.role = %(role)s AND held.capacity = 'holder')
    ORDER BY person.code
"""
# Apart from the meetings of the step itself: the one that is to be moved doesn't stand in its way.
_BUSY = """
    SELECT lower(e.during) AS starts_at, upper(e.during) AS ends_at
    FROM cases.engagements e JOIN cases.meetings m ON m.id = e.meeting_id
    WHERE e.person_id = ANY (%(people)s) AND e.during && tstzrange(%(since)s, %(until)s)
      AND NOT (m.case_id = %(case)s AND m.step = %(step)s AND m.state = 'booked')
    UNION
    SELECT starts_at, ends_at
    FROM scheduler_api.outside_busy(%(people)s::uuid[], %(since)s, %(until)s)
"""
# How old they are is a matter of real time, also where the clock is a row.
_CALENDARS = """
    SELECT known_at, covers_until, known_at > clock_timestamp() - %s AS fresh
    FROM scheduler_api.calendars_known(%s::uuid[])
"""
_AT_LEAST = 50


class SqlViews(
    SqlCaseViews, SqlMeetingViews, SqlMailViews, SqlMessageViews, SqlPreviews, SqlReportViews
):
    """Reads in one transaction; `log` writes who read what, before it is read."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now
        self._sight: Sight | None = None

    def show_only(self, sight: Sight) -> None:
        """From now on lists hold only the cases that are seen, and what belongs to them."""
        self._sight = sight

    def log(self, actor: str, case_id: UUID | None, what: str) -> None:
        """Who looks at what; an id that is no case's is logged as a look at none."""
        self._connection.execute(
            "INSERT INTO cases.access_log (at, actor, case_id, what)"
            " VALUES (%s, %s, (SELECT id FROM cases.cases WHERE id = %s), %s)",
            [self._now, actor, case_id, what],
        )

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        return facts_of(self._connection, case_ids)

    def case(self, case_id: UUID) -> DictRow | None:
        return self._connection.execute(_CASE, [case_id]).fetchone()

    def whole(self, case_id: UUID) -> WholeCase | None:
        """All that is asked goes at once; each statement sees what is committed by then. So the
        facts are read last: they know of each consent that was read, or of no case any more."""
        it: list[object] = [case_id]
        asked = ((_CASE, it), (_PEOPLE_OF, it), (_CONSENTS, [it]), (_TASKS, [it]), (FACTS, [it]))
        with self._connection.pipeline():
            told = [self._connection.execute(query, values) for query, values in asked]
        case, people, consents, tasks, facts = (answer.fetchall() for answer in told)
        if not case or not facts:
            return None
        return WholeCase(case[0], facts_from_json(facts[0]["facts"]), people, consents, tasks)

    def cases(self, after: UUID | None, state: str | None, limit: int) -> list[DictRow]:
        return self._page(_CASES, {"state": state}, "id", after, limit)

    def names(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._all("SELECT id, name FROM cases.people WHERE id = ANY (%s)", [list(people)])
        return {row["id"]: row["name"] for row in rows}

    def protected(self, people: Collection[UUID]) -> list[UUID]:
        known = "SELECT id FROM cases.people WHERE id = ANY (%s) AND protected IS NOT FALSE"
        return [row["id"] for row in self._all(known, [list(people)])]

    def unmailable(self, people: Collection[UUID]) -> frozenset[UUID]:
        return unmailable_of(self._connection, people)

    def consents(self, case_ids: Collection[UUID]) -> list[DictRow]:
        return self._all(_CONSENTS, [list(case_ids)])

    def meetings(self, case_ids: Collection[UUID]) -> list[DictRow]:
        return self._all(_MEETINGS, {"cases": list(case_ids), "now": self._now})

    def attendance(self, case_ids: Collection[UUID]) -> list[DictRow]:
        return self._all(_ATTENDANCE, [list(case_ids)])

    def tasks(self, case_ids: Collection[UUID]) -> list[DictRow]:
        return self._all(_TASKS, [list(case_ids)])

    def tasks_of(
        self, owner: UUID | None, state: str, after: UUID | None, limit: int
    ) -> list[DictRow]:
        """Tasks of cases that are seen; of those that belong to no case, a person's own."""
        sought = {"owner": owner, "state": state}
        return self._page(_TASK + _PAGE_OF_TASKS, sought, "case_id", after, limit)

    def task(self, task_id: UUID) -> DictRow:
        return self._all(_TASK + "WHERE id = %s", [task_id])[0]

    def messages(
        self, case: UUID | None, state: str | None, after: UUID | None, limit: int
    ) -> list[DictRow]:
        return self._page(MESSAGES, {"case": case, "state": state}, "case_id", after, limit)

    def mails(
        self, case: UUID | None, state: str | None, after: UUID | None, limit: int
    ) -> list[DictRow]:
        """Mail that came in; a person is shown none that belongs to no case."""
        return self._page(MAILS, {"case": case, "state": state}, "case_id", after, limit)

    def staff(self, role: str | None, on: date) -> list[DictRow]:
        return self._all(_STAFF, {"role": role, "on": on})

    def units(self) -> list[DictRow]:
        return self._all(
            "SELECT code, name, kind, organisation, parent FROM cases.units"
            " WHERE ended_on IS NULL ORDER BY code"
        )

    def places(self) -> list[DictRow]:
        return self._all(
            "SELECT code, unit, public_text FROM cases.places WHERE ended_on IS NULL ORDER BY code"
        )

    def posts(self) -> list[Post]:
        return SqlStaffing(self._connection).posts()

    def inquiries(self, state: str | None, after: UUID | None, limit: int) -> list[Inquiry]:
        return SqlInquiries(self._connection, self._now).inquiries(state, after, limit)

    def considerations(self, unit: str | None, limit: int) -> list[Consideration]:
        return SqlInquiries(self._connection, self._now).considerations(unit, limit)

    def is_coordinator(self, person: UUID, on: date) -> bool:
        return SqlInquiries(self._connection, self._now).is_coordinator(person, on)

    def busy(
        self,
        people: Collection[UUID],
        since: datetime,
        until: datetime,
        apart_from: UUID,
        step: str,
    ) -> list[tuple[datetime, datetime]]:
        rows = self._all(
            _BUSY,
            {
                "people": list(people),
                "since": since,
                "until": until,
                "case": apart_from,
                "step": step,
            },
        )
        return [(row["starts_at"], row["ends_at"]) for row in rows]

    def calendars(self, people: Collection[UUID], fresh: timedelta) -> list[DictRow]:
        """When the calendars of these people were read, and how far ahead they are known."""
        return self._all(_CALENDARS, [fresh, list(people)])

    def _page(
        self,
        query: LiteralString,
        sought: Mapping[str, Any],
        case: str,
        after: UUID | None,
        limit: int,
    ) -> list[DictRow]:
        """The rows that come next, of cases that are seen; no more cases are looked into for it.

        What belongs to no case is for the query itself to keep to its `person`.
        """
        if self._sight is None:
            everything = {**sought, "after": after, "limit": limit, "only": None, "person": None}
            return self._all(query, everything)
        only, shown = self._sight.on(), list[DictRow]()
        sought = {**sought, "person": self._sight.person}
        at_a_time = max(limit, _AT_LEAST)
        while True:
            values = {**sought, "after": after, "limit": at_a_time, "only": only}
            rows = self._all(query, values)
            seen = self._sight.seen({row[case] for row in rows} - {None})
            shown += [row for row in rows if row[case] is None or row[case] in seen]
            if len(shown) >= limit or len(rows) < at_a_time:
                return shown[:limit]
            after = rows[-1]["id"]

    def _all(self, query: LiteralString, values: Any = None) -> list[DictRow]:
        return self._connection.execute(query, values).fetchall()
