"""Duties in SQL: tasks without a case, each of whoever acts for a post."""

from datetime import date, datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.domain.duties import Duty, PostNow, StandingDuty
from services.cases.handlers.duty_ports import Given, Unanswered

_ADD = """
    INSERT INTO cases.tasks
           (id, inquiry_id, post, key, kind, owner, due_on, rule, about, details,
            created_at, late_at)
    VALUES (%(id)s, %(inquiry)s, %(post)s, %(key)s, %(kind)s,
            cases.acting(%(post)s, %(today)s, %(about)s), %(due_on)s, %(rule)s, %(about)s,
            %(details)s, %(now)s, %(late_at)s)
    ON CONFLICT (key) DO NOTHING RETURNING id, owner, rule
"""
_TAKE = """
    SELECT id, kind, rule, owner, inquiry_id AS inquiry, post, state = 'open' AS is_open
    FROM cases.tasks WHERE id = %s AND case_id IS NULL FOR UPDATE
"""
# Locked in this order by everybody, so that nobody waits in a ring.
_FOLLOW = """
    WITH moved AS (
      SELECT id, cases.acting(post, %(today)s, about) AS owner FROM cases.tasks
      WHERE state = 'open' AND post IS NOT NULL
        AND owner IS DISTINCT FROM cases.acting(post, %(today)s, about)
      ORDER BY id FOR UPDATE)
    UPDATE cases.tasks task SET owner = moved.owner
    FROM moved WHERE task.id = moved.id
    RETURNING task.id, task.owner, task.rule
"""
_FINISH = """
    UPDATE cases.tasks SET state = 'done', done_at = %s
    WHERE id IN (SELECT id FROM cases.tasks WHERE inquiry_id = %s AND state = 'open'
                 ORDER BY id FOR UPDATE)
"""
_UNANSWERED = """
    SELECT i.id, i.procedure, (i.received_at AT TIME ZONE 'Europe/Stockholm')::date AS received_on
    FROM cases.inquiries i
    WHERE i.state = 'new'
      AND NOT EXISTS (SELECT FROM cases.tasks t WHERE t.inquiry_id = i.id)
    ORDER BY i.received_at, i.id FOR UPDATE OF i SKIP LOCKED
"""
_POSTS_OF = """
    SELECT p.code, cases.acting(p.code, %(on)s) AS acting, held.person_id IS NOT NULL AS is_held
    FROM cases.posts p LEFT JOIN cases.in_post(%(on)s) held ON held.post = p.code
    WHERE p.role = %(role)s AND p.ended_on IS NULL ORDER BY p.code
"""
_MANAGER_POST = """
    SELECT cases.manager_post(%s, u.organisation, %s) AS post
    FROM cases.posts p JOIN cases.units u ON u.code = p.unit WHERE p.code = %s
"""


class SqlDuties:
    """The port Duties, in one transaction at `now`."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, duty: Duty, today: date) -> Given | None:
        values = {
            "id": uuid4(),
            "inquiry": duty.inquiry,
            "post": duty.post,
            "key": duty.key,
            "kind": duty.kind,
            "due_on": duty.due_on,
            "rule": duty.rule,
            "about": duty.about,
            "details": Jsonb(dict(duty.details)),
            "late_at": duty.late_at,
            "today": today,
            "now": self._now,
        }
        row = self._connection.execute(_ADD, values).fetchone()
        return None if row is None else Given(**row)

    def take(self, task_id: UUID) -> StandingDuty | None:
        row = self._connection.execute(_TAKE, [task_id]).fetchone()
        return None if row is None else StandingDuty(**row)

    def follow_posts(self, today: date) -> list[Given]:
        return [Given(**row) for row in self._connection.execute(_FOLLOW, {"today": today})]

    def finish(self, inquiry: UUID) -> None:
        self._connection.execute(_FINISH, [self._now, inquiry])

    def unanswered(self) -> list[Unanswered]:
        return [Unanswered(**row) for row in self._connection.execute(_UNANSWERED)]

    def posts_of(self, role: str, on: date) -> list[PostNow]:
        rows = self._connection.execute(_POSTS_OF, {"role": role, "on": on})
        return [PostNow(**row) for row in rows]

    def manager_post(self, person: UUID, below: str, on: date) -> str | None:
        row = self._connection.execute(_MANAGER_POST, [person, on, below]).fetchone()
        return None if row is None else row["post"]
