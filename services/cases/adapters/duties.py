"""Duties in SQL: tasks without a case, each of whoever acts for a post."""

from collections.abc import Collection
from dataclasses import asdict
from datetime import date, datetime
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.adapters.staffing import POSTS_STAY
from services.cases.domain.duties import Duty, PostNow, StandingDuty, Subject
from services.cases.handlers.duty_ports import Given, Unanswered

_ADD = """
    INSERT INTO cases.tasks
           (id, inquiry_id, year, dispatch_id, report_id, glass_id, post, key, kind, owner, due_on,
            rule, about, meeting_id, details, created_at, late_at, reminders, link)
    VALUES (%(id)s, %(inquiry)s, %(year)s, %(dispatch)s, %(report)s, %(glass)s, %(post)s, %(key)s,
            %(kind)s,
            COALESCE(%(person)s, cases.acting(%(post)s, %(today)s, %(about)s)), %(due_on)s,
            %(rule)s, %(about)s, %(meeting)s, %(details)s, %(now)s, %(late_at)s, %(reminders)s,
            %(link)s)
    ON CONFLICT (key) DO NOTHING RETURNING id, owner, rule
"""
# What comes back is a new duty each time, of which whoever has it is told anew.
_MAKE_WAY = "UPDATE cases.tasks SET key = key || '/' || id WHERE key = %s AND state = 'done'"
_STANDING = """
    SELECT id, kind, rule, owner, post, state = 'open' AS is_open, due_on, about, meeting_id,
           details, inquiry_id AS inquiry, year, dispatch_id AS dispatch, report_id AS report,
           glass_id AS glass
    FROM cases.tasks
"""
_TAKE = _STANDING + "WHERE id = %s AND case_id IS NULL FOR UPDATE"
_TAKE_BY_LINK = _STANDING + "WHERE link = %s AND case_id IS NULL FOR UPDATE"
_OF = (
    _STANDING
    + """
    WHERE case_id IS NULL AND (inquiry_id = %(inquiry)s OR year = %(year)s
                               OR dispatch_id = %(dispatch)s OR report_id = %(report)s
                               OR glass_id = %(glass)s)
    ORDER BY created_at, key
"""
)
_OPEN_OF = """
    SELECT id, owner, rule FROM cases.tasks
    WHERE owner = ANY(%s) AND case_id IS NULL AND state = 'open' ORDER BY id
"""
_OPEN_OF_KIND = (
    _STANDING
    + """
    WHERE case_id IS NULL AND state = 'open' AND post IS NOT NULL AND kind = %s ORDER BY id
"""
)
# Locked in this order by everybody, so that nobody waits in a ring; and before they are changed,
# since a statement that does both can pass by what another has just changed.
_LOCK_ENDED = """
    SELECT t.id FROM cases.tasks t JOIN cases.posts p ON p.code = t.post
    WHERE t.state = 'open' AND p.ended_on IS NOT NULL ORDER BY t.id FOR UPDATE OF t
"""
# A key that ends with the post says whose it is. What the other post has already stays where it is.
_INHERIT = """
    UPDATE cases.tasks t SET post = heir.post, key = heir.key
    FROM (SELECT o.id, n.code AS post,
                 CASE WHEN o.key LIKE '%%/' || o.post
                      THEN left(o.key, -length(o.post)) || n.code ELSE o.key END AS key
          FROM cases.tasks o JOIN cases.posts p ON p.code = o.post
          CROSS JOIN LATERAL (SELECT min(code) AS code FROM cases.posts
                              WHERE role = p.role AND unit = p.unit AND ended_on IS NULL) n
          WHERE o.id = ANY (%(ended)s) AND n.code IS NOT NULL) heir
    WHERE t.id = heir.id
      AND NOT EXISTS (SELECT FROM cases.tasks other WHERE other.key = heir.key AND other.id <> t.id)
"""
# Who acts for a post is asked once, however much it has to do.
_LOCK_MOVED = """
    WITH having_it AS MATERIALIZED (
      SELECT post, about, cases.acting(post, %(today)s, about) AS owner
      FROM (SELECT DISTINCT post, about FROM cases.tasks
            WHERE state = 'open' AND post IS NOT NULL) asked)
    SELECT t.id FROM cases.tasks t
    JOIN having_it h ON h.post = t.post AND h.about IS NOT DISTINCT FROM t.about
    WHERE t.state = 'open' AND t.owner IS DISTINCT FROM h.owner
    ORDER BY t.id FOR UPDATE OF t
"""
# Whoever had it has no page of it any more.
_FOLLOW = """
    UPDATE cases.tasks
    SET owner = cases.acting(post, %(today)s, about),
        link = CASE WHEN link IS NOT NULL THEN gen_random_uuid() END
    WHERE id = ANY (%(moved)s) AND state = 'open'
      AND owner IS DISTINCT FROM cases.acting(post, %(today)s, about)
    RETURNING id, owner, rule
"""
_FINISH = """
    UPDATE cases.tasks SET state = 'done', done_at = %(now)s
    WHERE id IN (SELECT id FROM cases.tasks
                 WHERE state = 'open' AND case_id IS NULL
                   AND (inquiry_id = %(inquiry)s OR year = %(year)s
                        OR dispatch_id = %(dispatch)s OR report_id = %(report)s
                        OR glass_id = %(glass)s)
                   AND (%(kinds)s::text[] IS NULL OR kind = ANY (%(kinds)s))
                   AND (%(post)s::text IS NULL OR post = %(post)s)
                   AND (%(meeting)s::uuid IS NULL OR meeting_id = %(meeting)s)
                   AND (%(person)s::uuid IS NULL OR about = %(person)s)
                 ORDER BY id FOR UPDATE)
"""
_TAKE_REMINDERS = """
    UPDATE cases.tasks
    SET reminders = ARRAY(SELECT one FROM unnest(reminders) AS one WHERE one > %(now)s ORDER BY one)
    WHERE id IN (SELECT id FROM cases.tasks
                 WHERE state = 'open' AND next_reminder <= %(now)s
                 ORDER BY next_reminder LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
    RETURNING id, owner, rule
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
    SELECT cases.manager_post(%(person)s, u.organisation, %(on)s) AS post
    FROM cases.posts p JOIN cases.units u ON u.code = p.unit
    WHERE p.code = COALESCE(%(below)s, (
      SELECT h.post FROM cases.holders h
      WHERE h.person_id = %(person)s AND h.first_day <= %(on)s
      ORDER BY h.last_day IS NULL DESC, h.last_day DESC, h.post LIMIT 1))
"""


class SqlDuties:
    """The port Duties, in one transaction at `now`."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, duty: Duty, today: date) -> Given | None:
        values = {
            **asdict(duty.subject),
            "id": uuid4(),
            "post": duty.post,
            "person": duty.person,
            "key": duty.key,
            "kind": duty.kind,
            "due_on": duty.due_on,
            "rule": duty.rule,
            "about": duty.about,
            "meeting": duty.meeting_id,
            "details": Jsonb(dict(duty.details)),
            "late_at": duty.late_at,
            "reminders": [one for one in duty.reminders if one > self._now],
            "link": uuid4() if duty.has_page else None,
            "today": today,
            "now": self._now,
        }
        with self._connection.pipeline():
            self._connection.execute(POSTS_STAY)
            if duty.comes_back:
                self._connection.execute(_MAKE_WAY, [duty.key])
            row = self._connection.execute(_ADD, values).fetchone()
        return None if row is None else Given(**row)

    def take(self, task_id: UUID) -> StandingDuty | None:
        row = self._connection.execute(_TAKE, [task_id]).fetchone()
        return None if row is None else _standing(row)

    def take_by_link(self, link: UUID) -> StandingDuty | None:
        row = self._connection.execute(_TAKE_BY_LINK, [link]).fetchone()
        return None if row is None else _standing(row)

    def acts_for(self, person: UUID, post: str, on: date) -> bool:
        row = self._connection.execute(
            "SELECT cases.acting(%s, %s) = %s AS acts", [post, on, person]
        ).fetchone()
        return row is not None and row["acts"] is True

    def of(self, subject: Subject) -> list[StandingDuty]:
        return [_standing(row) for row in self._connection.execute(_OF, asdict(subject))]

    def open_of_kind(self, kind: str) -> list[StandingDuty]:
        return [_standing(row) for row in self._connection.execute(_OPEN_OF_KIND, [kind])]

    def take_reminders(self, limit: int) -> list[Given]:
        rows = self._connection.execute(_TAKE_REMINDERS, {"now": self._now, "limit": limit})
        return [Given(**row) for row in rows]

    def follow_posts(self, today: date) -> list[Given]:
        ended = [row["id"] for row in self._connection.execute(_LOCK_ENDED)]
        if ended:
            self._connection.execute(_INHERIT, {"ended": ended})
        locked = self._connection.execute(_LOCK_MOVED, {"today": today}).fetchall()
        values = {"today": today, "moved": [row["id"] for row in locked]}
        return [Given(**row) for row in self._connection.execute(_FOLLOW, values)]

    def open_of(self, people: Collection[UUID]) -> list[Given]:
        return [Given(**row) for row in self._connection.execute(_OPEN_OF, [list(people)])]

    def finish(
        self,
        subject: Subject,
        kinds: Collection[str] | None = None,
        *,
        post: str | None = None,
        meeting: UUID | None = None,
        about: UUID | None = None,
    ) -> None:
        values = {
            **asdict(subject),
            "kinds": None if kinds is None else list(kinds),
            "post": post,
            "meeting": meeting,
            "person": about,
            "now": self._now,
        }
        self._connection.execute(_FINISH, values)

    def unanswered(self) -> list[Unanswered]:
        return [Unanswered(**row) for row in self._connection.execute(_UNANSWERED)]

    def posts_of(self, role: str, on: date) -> list[PostNow]:
        rows = self._connection.execute(_POSTS_OF, {"role": role, "on": on})
        return [PostNow(**row) for row in rows]

    def manager_post(self, person: UUID, below: str | None, on: date) -> str | None:
        values = {"person": person, "on": on, "below": below}
        row = self._connection.execute(_MANAGER_POST, values).fetchone()
        return None if row is None else row["post"]


def _standing(row: DictRow) -> StandingDuty:
    subject = {name: row.pop(name) for name in ("inquiry", "year", "dispatch", "report", "glass")}
    return StandingDuty(subject=Subject(**subject), **row)
