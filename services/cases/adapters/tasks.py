"""Tasks, and what the notifier says about a case's mails, in SQL."""

from collections.abc import Collection, Iterable
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.rows import recordset
from services.cases.domain.tasks import OpenTask, Task
from services.cases.handlers.ports import LateTask

_ADD = """
    INSERT INTO cases.tasks
           (id, case_id, key, kind, owner, due_on, rule, meeting_id, about, details, created_at,
            late_at)
    SELECT one.id, %(case)s, one.key, one.kind, one.owner, one.due_on, one.rule, one.meeting_id,
           one.about, one.details, %(now)s, one.late_at
    FROM jsonb_to_recordset(%(tasks)s) AS one (
      id uuid, key text, kind text, owner uuid, due_on date, rule text, meeting_id uuid,
      about uuid, details jsonb, late_at timestamptz)
    ON CONFLICT (key) DO NOTHING
"""
# While it is open it keeps its day; done, it opens again with a new one.
_ADD_OR_REOPEN = """
    INSERT INTO cases.tasks AS task
           (id, case_id, key, kind, owner, due_on, rule, meeting_id, about, details, created_at,
            late_at)
    SELECT one.id, %(case)s, one.key, one.kind, one.owner, one.due_on, one.rule, one.meeting_id,
           one.about, one.details, %(now)s, one.late_at
    FROM jsonb_to_recordset(%(tasks)s) AS one (
      id uuid, key text, kind text, owner uuid, due_on date, rule text, meeting_id uuid,
      about uuid, details jsonb, late_at timestamptz)
    ON CONFLICT (key) DO UPDATE
    SET state = 'open', done_at = NULL, owner = excluded.owner, rule = excluded.rule,
        details = excluded.details,
        due_on = CASE task.state WHEN 'done' THEN excluded.due_on ELSE task.due_on END,
        late_at = CASE task.state WHEN 'done' THEN excluded.late_at ELSE task.late_at END
"""
# Each is told once for each time it is late. Whoever works on one just now has it done in a moment.
_TAKE_LATE = """
    UPDATE cases.tasks SET late_at = NULL
    WHERE id IN (SELECT id FROM cases.tasks WHERE state = 'open' AND late_at <= %s
                 ORDER BY late_at LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING id, case_id, key, owner, due_on, rule, details ->> 'step' AS step
"""
_OPEN_ONE = """
    SELECT kind, rule, meeting_id, about, details ->> 'step' AS step
    FROM cases.tasks WHERE id = %s AND state = 'open'
"""
# What a year asks for, it asks of posts: as duties about it, which belong to no case (R21).
_FINISH = """
    UPDATE cases.tasks SET state = 'done', done_at = %(now)s
    WHERE (case_id = %(case)s
           OR year = (SELECT extract(year FROM c.known_on)::int FROM cases.cases c
                      WHERE c.id = %(case)s AND c.about = 'year'))
      AND state = 'open'
      AND (%(kinds)s::text[] IS NULL OR kind = ANY (%(kinds)s))
      AND (%(step)s::text IS NULL OR details ->> 'step' = %(step)s)
      AND (%(meeting)s::uuid IS NULL OR meeting_id = %(meeting)s)
      AND (%(about)s::uuid IS NULL OR about = %(about)s)
"""
_FINISH_OF_POSTS = """
    UPDATE cases.tasks SET state = 'done', done_at = %(now)s
    WHERE key = ANY (%(keys)s::text[] || ARRAY(
            SELECT asked.key || '/' || p.code FROM unnest(%(keys)s::text[]) AS asked(key)
            CROSS JOIN cases.posts p WHERE p.role = ANY (%(roles)s)))
      AND state = 'open'
"""
# What had been ticked off at that moment stays so.
_OPEN_THOSE_DONE_WHEN_CLOSED = """
    UPDATE cases.tasks SET state = 'open', done_at = NULL
    WHERE case_id = %(case)s AND state = 'done'
      AND done_at = (SELECT closed_at FROM cases.cases WHERE id = %(case)s)
      AND NOT EXISTS (SELECT FROM cases.audit a
                      WHERE a.case_id = %(case)s AND a.action = 'task.done'
                        AND a.details ->> 'task' = tasks.id::text)
"""
# Read after the case is locked: what is not past the gate by then will not pass it any more.
_STOPPED_AND_LEAVING = """
    SELECT id, kind, state FROM notifier_api.messages
    WHERE case_id = %s AND state IN ('due', 'claimed', 'retry', 'unknown', 'data')
      AND kind <> ALL (%s)
    ORDER BY due_at, id
"""
_NOT_BY_CONSENT = ["cancel", "alert"]


class SqlTasks:
    """What people have to do, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def add(self, case_id: UUID, *tasks: Task) -> None:
        """A task comes once: its key stands against another of it, unless it comes back."""
        for comes_back, some in groupby(tasks, key=attrgetter("comes_back")):
            rows = recordset(map(_task_row, some))
            values = {"case": case_id, "now": self._now, "tasks": rows}
            self._connection.execute(_ADD_OR_REOPEN if comes_back else _ADD, values)

    def take_late(self, limit: int) -> list[LateTask]:
        rows = self._connection.execute(_TAKE_LATE, [self._now, limit])
        return [LateTask(**row) for row in rows]

    def finish(
        self,
        case_id: UUID,
        kinds: Iterable[str] | None = None,
        *,
        step: str | None = None,
        meeting: UUID | None = None,
        about: UUID | None = None,
    ) -> None:
        """All open tasks of the case that fit what is given are done by themselves."""
        self._connection.execute(
            _FINISH,
            {
                "now": self._now,
                "case": case_id,
                "kinds": None if kinds is None else list(kinds),
                "step": step,
                "meeting": meeting,
                "about": about,
            },
        )

    def finish_of(self, case_id: UUID, consent_id: UUID) -> None:
        """All open tasks that a consent has brought about."""
        self._connection.execute(
            "UPDATE cases.tasks SET state = 'done', done_at = %s"
            " WHERE case_id = %s AND state = 'open' AND key LIKE %s",
            [self._now, case_id, f"{consent_id}/%"],
        )

    def open_ones(self, case_id: UUID) -> frozenset[UUID]:
        rows = self._connection.execute(
            "SELECT id FROM cases.tasks WHERE case_id = %s AND state = 'open'", [case_id]
        ).fetchall()
        return frozenset(row["id"] for row in rows)

    def finish_one(self, task_id: UUID) -> bool:
        updated = self._connection.execute(
            "UPDATE cases.tasks SET state = 'done', done_at = %s WHERE id = %s AND state = 'open'",
            [self._now, task_id],
        )
        return updated.rowcount > 0

    def open_again(self, task_id: UUID) -> bool:
        """One that was ticked off too early."""
        updated = self._connection.execute(
            "UPDATE cases.tasks SET state = 'open', done_at = NULL"
            " WHERE id = %s AND state = 'done'",
            [task_id],
        )
        return updated.rowcount > 0

    def kind_of(self, task_id: UUID) -> str:
        row = self._connection.execute(
            "SELECT kind FROM cases.tasks WHERE id = %s", [task_id]
        ).fetchone()
        return "" if row is None else row["kind"]

    def open_all_again(self, case_id: UUID, tasks: Collection[UUID]) -> None:
        self._connection.execute(
            "UPDATE cases.tasks SET state = 'open', done_at = NULL"
            " WHERE case_id = %s AND id = ANY (%s) AND state = 'done'",
            [case_id, list(tasks)],
        )

    def open_those_done_when_closed(self, case_id: UUID) -> None:
        """All that were done at the instant at which the case was closed, which it still is."""
        self._connection.execute(_OPEN_THOSE_DONE_WHEN_CLOSED, {"case": case_id})

    def retire(self, task_id: UUID) -> None:
        """Its reason is gone; should that come again, so does a task with the same key."""
        self._connection.execute(
            "UPDATE cases.tasks SET state = 'done', done_at = %s, key = key || '/' || id"
            " WHERE id = %s AND state = 'open'",
            [self._now, task_id],
        )

    def retire_about(self, case_id: UUID, kind: str, people: Collection[UUID]) -> None:
        """As retire, those of a kind about these people."""
        self._connection.execute(
            "UPDATE cases.tasks SET state = 'done', done_at = %s, key = key || '/' || id"
            " WHERE case_id = %s AND kind = %s AND about = ANY (%s) AND state = 'open'",
            [self._now, case_id, kind, list(people)],
        )

    def finish_key(self, *keys: str) -> None:
        self._connection.execute(
            "UPDATE cases.tasks SET state = 'done', done_at = %s"
            " WHERE key = ANY (%s) AND state = 'open'",
            [self._now, list(keys)],
        )

    def finish_key_of_posts(self, keys: Collection[str], roles: Collection[str]) -> None:
        values = {"keys": list(keys), "roles": list(roles), "now": self._now}
        self._connection.execute(_FINISH_OF_POSTS, values)

    def put_off(self, task: Task) -> None:
        """The same task, should it still be open, by its new day: late accordingly."""
        self._connection.execute(
            "UPDATE cases.tasks SET due_on = %(due_on)s, late_at = %(late_at)s"
            " WHERE key = %(key)s AND state = 'open' AND due_on IS DISTINCT FROM %(due_on)s",
            {"key": task.key, "due_on": task.due_on, "late_at": task.late_at},
        )

    def open_one(self, task_id: UUID) -> OpenTask | None:
        row = self._connection.execute(_OPEN_ONE, [task_id]).fetchone()
        return None if row is None else OpenTask(**row)

    def owner_of(self, meeting_id: UUID, kind: str) -> UUID | None:
        """Whose the task of a kind about a meeting is, or was."""
        return owner_of_task(self._connection, meeting_id, kind)


def _task_row(task: Task) -> dict[str, Any]:
    return {
        "id": uuid4(),
        "key": task.key,
        "kind": task.kind,
        "owner": task.owner,
        "due_on": task.due_on,
        "rule": task.rule,
        "meeting_id": task.meeting_id,
        "about": task.about,
        "details": dict(task.details),
        "late_at": task.late_at,
    }


def owner_of_task(connection: Connection[DictRow], meeting_id: UUID, kind: str) -> UUID | None:
    row = connection.execute(
        "SELECT owner FROM cases.tasks WHERE meeting_id = %s AND kind = %s"
        " ORDER BY created_at DESC, key LIMIT 1",
        [meeting_id, kind],
    ).fetchone()
    return None if row is None else row["owner"]


class SqlMessages:
    """The life of a case's mails, as the notifier publishes it."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def stopped_and_leaving(self, case_id: UUID) -> tuple[int, list[dict[str, str]]]:
        """How many mails that rest on consent will not go, and those that had begun to leave."""
        rows = self._connection.execute(_STOPPED_AND_LEAVING, [case_id, _NOT_BY_CONSENT]).fetchall()
        leaving = [
            {"id": str(row["id"]), "kind": row["kind"]} for row in rows if row["state"] == "data"
        ]
        return len(rows) - len(leaving), leaving
