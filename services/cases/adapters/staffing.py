"""People and posts that change, who leaves, and the open cases that depend on it, in SQL."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.sql import SQL, Identifier

from services.cases.adapters.facts import facts_of
from services.cases.domain.leaving import LEAVING_TASKS, Leaver
from services.cases.domain.posts import Post, Tenure
from shared.domain.facts import CaseFacts

# Who changes posts, or who is in them, does so alone; and nobody is given a duty meanwhile, since
# whose it is would be read from before, and no longer be looked at after. So this comes first.
POSTS_CHANGE = "SELECT pg_advisory_xact_lock(7262004)"
POSTS_STAY = "SELECT pg_advisory_xact_lock_shared(7262004)"
_ADDRESS_STAYS = "SELECT pg_advisory_xact_lock(hashtextextended(lower(%s), 7262006))"
_POSTS = """
    SELECT p.code, p.role, p.unit, u.organisation, p.reports_to
    FROM cases.posts p JOIN cases.units u ON u.code = p.unit
    WHERE p.ended_on IS NULL ORDER BY p.code
"""
_TENURES = """
    SELECT post, person_id, first_day, last_day, capacity FROM cases.holders
    WHERE %(post)s::text IS NULL OR post = %(post)s ORDER BY post, first_day, capacity
"""
# Only addresses in use count: people stay in the register when they have left.
_COLLEAGUE_AT = """
    SELECT 1 FROM cases.people p
    WHERE p.party = 'staff' AND p.id <> %s AND lower(p.email) = lower(%s)
      AND EXISTS (SELECT FROM cases.holders h
                  WHERE h.person_id = p.id AND coalesce(h.last_day, 'infinity') >= %s)
"""
_OPEN_CASES = """
    SELECT DISTINCT case_id FROM cases.participants
    WHERE case_open AND removed_at IS NULL AND party = 'staff' AND person_id = ANY (%s)
    ORDER BY case_id
"""
# The last day of everybody who takes part in a child's open case (of those among `people` who do),
# in the organisation they do it for: the end of the days without a gap that began last. 'infinity':
# no end is known.
_LEAVERS = """
    WITH taking_part AS (
      SELECT case_id, person_id, organisation
      FROM cases.participants JOIN cases.cases c ON c.id = case_id AND c.about = 'child'
      WHERE case_open AND removed_at IS NULL AND party = 'staff'
        AND (%(people)s::uuid[] IS NULL OR person_id = ANY (%(people)s))),
    served AS (
      SELECT who.person_id, who.organisation,
             range_agg(daterange(h.first_day, h.last_day, '[]')) FILTER (WHERE h.post IS NOT NULL)
               AS days
      FROM (SELECT DISTINCT person_id, organisation FROM taking_part) who
      LEFT JOIN (cases.holders h JOIN cases.posts post ON post.code = h.post
                 JOIN cases.units unit ON unit.code = post.unit)
        ON h.person_id = who.person_id AND unit.organisation = who.organisation
      GROUP BY who.person_id, who.organisation),
    leaving AS (
      SELECT served.person_id, served.organisation,
             (SELECT max(CASE WHEN upper_inf(run) THEN 'infinity' ELSE upper(run) - 1 END)
              FROM unnest(served.days) AS run WHERE lower(run) <= %(today)s) AS last_day
      FROM served)
    SELECT t.case_id, t.person_id, c.process_owner, leaving.last_day,
           CASE WHEN t.person_id = c.process_owner
                THEN cases.manager_of(t.person_id, t.organisation, %(today)s) END AS manager
    FROM taking_part t JOIN leaving USING (person_id, organisation)
    JOIN cases.cases c ON c.id = t.case_id
    WHERE leaving.last_day IS NULL OR leaving.last_day <= %(until)s
    ORDER BY t.case_id, t.person_id
"""
_LOCK_CASES = "SELECT FROM cases.cases WHERE id = ANY (%s) ORDER BY id FOR UPDATE"
_LEAVING_TASKS = """
    SELECT t.key, t.id FROM cases.tasks t JOIN cases.cases c ON c.id = t.case_id
    WHERE t.state = 'open' AND c.state = 'open' AND t.kind = ANY (%(kinds)s)
      AND (%(people)s::uuid[] IS NULL OR t.about = ANY (%(people)s))
"""
_BEGIN_DAY = """
    INSERT INTO cases.daily AS last (look, done_on) VALUES (%s, %s)
    ON CONFLICT (look) DO UPDATE SET done_on = excluded.done_on
    WHERE last.done_on <> excluded.done_on
"""
_ADD_TENURE = """
    INSERT INTO cases.holders (post, person_id, first_day, last_day, capacity)
    VALUES (%s, %s, %s, %s, %s)
"""
_TAKE_TENURE = """
    DELETE FROM cases.holders
    WHERE post = %s AND person_id = %s AND first_day = %s AND capacity = %s
"""


class SqlStaffing:
    """People and posts in one transaction; whoever changes one locks it before others.

    Rows are locked so that references to them may still be written: a case that is being changed
    by somebody else needs that, and would else wait for us while we wait for it.
    """

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def lock_person(self, person: UUID) -> bool:
        """Only a member of staff."""
        return self._has(
            "SELECT 1 FROM cases.people WHERE id = %s AND party = 'staff' FOR NO KEY UPDATE",
            [person],
        )

    def address_of(self, person: UUID) -> str | None:
        (row,) = self._all("SELECT email FROM cases.people WHERE id = %s", [person])
        email: str | None = row["email"]
        return email

    def has_colleague_at(self, email: str, apart_from: UUID, on: date) -> bool:
        self._connection.execute(_ADDRESS_STAYS, [email])
        return self._has(_COLLEAGUE_AT, [apart_from, email, on])

    def change_person(self, person: UUID, values: Mapping[str, Any]) -> Sequence[str]:
        """The names of the fields that were otherwise before."""
        row = self._all("SELECT * FROM cases.people WHERE id = %s", [person])[0]
        changed = [name for name, value in values.items() if row[name] != value]
        for name in changed:
            update = SQL("UPDATE cases.people SET {} = %s WHERE id = %s").format(Identifier(name))
            self._connection.execute(update, [values[name], person])
        return changed

    def lock_post(self, post: str) -> tuple[Tenure, ...] | None:
        """Everybody who has been or will be in the post; None if there is no such post."""
        self._connection.execute(POSTS_CHANGE)
        lock = "SELECT 1 FROM cases.posts WHERE code = %s AND ended_on IS NULL FOR NO KEY UPDATE"
        if not self._has(lock, [post]):
            return None
        return tuple(_tenure(row) for row in self._all(_TENURES, {"post": post}))

    def add_tenure(self, post: str, tenure: Tenure) -> None:
        row = [post, tenure.person_id, tenure.first_day, tenure.last_day, tenure.capacity]
        self._connection.execute(_ADD_TENURE, row)

    def change_tenure(self, post: str, old: Tenure, new: Tenure | None) -> None:
        key = [post, old.person_id, old.first_day, old.capacity]
        self._connection.execute(_TAKE_TENURE, key)
        if new is not None:
            self.add_tenure(post, new)

    def open_cases_of(self, people: Collection[UUID]) -> Sequence[UUID]:
        """Those that somebody of the staff takes part in."""
        return [row["case_id"] for row in self._all(_OPEN_CASES, [list(people)])]

    def leavers(
        self, today: date, until: date, people: Collection[UUID] | None
    ) -> Sequence[Leaver]:
        """Who takes part in an open case and holds no post after a day, today or by `until`.

        Only among `people`; None: anybody. Their cases are locked, and only then is it read for
        good.
        """
        sought = {"today": today, "until": until, "people": _list(people)}
        cases = [row["case_id"] for row in self._all(_LEAVERS, sought)]
        if not cases:
            return []
        self._connection.execute(_LOCK_CASES, [cases])
        locked = set(cases)
        return [Leaver(**row) for row in self._all(_LEAVERS, sought) if row["case_id"] in locked]

    def leaving_tasks(self, people: Collection[UUID] | None) -> Mapping[str, UUID]:
        """The open tasks about somebody (of `people`) who leaves, by their keys."""
        sought = {"kinds": list(LEAVING_TASKS), "people": _list(people)}
        return {row["key"]: row["id"] for row in self._all(_LEAVING_TASKS, sought)}

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]:
        return facts_of(self._connection, case_ids)

    def begin_day(self, look: str, today: date) -> bool:
        """Whether nobody has had this look today; others wait until the transaction has ended."""
        return self._connection.execute(_BEGIN_DAY, [look, today]).rowcount > 0

    def note_next(self, look: str, day: date | None) -> None:
        self._connection.execute("UPDATE cases.daily SET next_on = %s WHERE look = %s", [day, look])

    def posts(self) -> list[Post]:
        """Every post of today's municipality, with everybody who has been or will be in it."""
        tenures: dict[str, list[Tenure]] = {}
        for row in self._all(_TENURES, {"post": None}):
            tenures.setdefault(row["post"], []).append(_tenure(row))
        return [
            Post(**row, tenures=tuple(tenures.get(row["code"], ()))) for row in self._all(_POSTS)
        ]

    def _has(self, query: str, values: Sequence[Any]) -> bool:
        return bool(self._all(query, values))

    def _all(self, query: str, values: Any = None) -> list[DictRow]:
        return self._connection.execute(query.encode(), values).fetchall()


def _list(people: Collection[UUID] | None) -> list[UUID] | None:
    return None if people is None else list(people)


def _tenure(row: DictRow) -> Tenure:
    return Tenure(row["person_id"], row["first_day"], row["last_day"], row["capacity"])
