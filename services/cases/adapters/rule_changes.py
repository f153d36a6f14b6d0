"""What administrators have changed of the rules, in SQL."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.handlers.rule_ports import Decided, Noted
from shared.live_rules import saved_rules
from shared.saved_rules import Kind, SavedRule

_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(7262005)"
_NOTE = """
    INSERT INTO cases.rule_changes (id, kind, name, valid_from, content, made_at, made_by)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_HISTORY = """
    SELECT kind, name, valid_from, content, made_at AS at, made_by AS by
    FROM cases.rule_changes ORDER BY number DESC LIMIT %s
"""
_NOTED = """
    SELECT a.at, a.action, a.details, coalesce(p.name, own.name, acc.name, a.actor) AS who
    FROM cases.audit a
    LEFT JOIN cases.accounts acc ON a.actor = 'account:' || acc.id
    LEFT JOIN cases.people p ON p.id = acc.person_id
    LEFT JOIN cases.people own ON a.actor = 'person:' || own.id
    WHERE a.case_id IS NULL
      AND split_part(a.action, '.', 1) IN ('rules', 'token', 'account', 'register')
      AND split_part(a.action, '.', 1) = ANY (%s)
    ORDER BY a.id DESC LIMIT %s
"""
_OPEN_UNDER = """
    SELECT id FROM cases.cases
    WHERE state = 'open' AND procedure = %s AND procedure_on >= %s ORDER BY id LIMIT %s
"""
_COMING_YEARS = """
    SELECT id FROM cases.cases WHERE state = 'open' AND about = 'year' ORDER BY known_on LIMIT %s
"""
_BOOKED_WITHIN = """
    SELECT starts_at FROM cases.meetings
    WHERE state = 'booked' AND starts_at >= %s AND starts_at < %s ORDER BY starts_at
"""
_DAY = timedelta(days=1)


class SqlRuleChanges:
    """The port RuleChanges over one unit of work."""

    def __init__(self, connection: Connection[DictRow], now: datetime, actor: str) -> None:
        self._connection = connection
        self._now = now
        self._actor = actor

    def begin(self) -> None:
        self._connection.execute(_ONE_AT_A_TIME)

    def revision(self) -> UUID | None:
        row = self._connection.execute("SELECT revision FROM cases_api.rules_revision").fetchone()
        return None if row is None else row["revision"]

    def saved(self) -> list[SavedRule]:
        return saved_rules(self._connection)

    def note(self, kind: Kind, name: str, valid_from: date | None, content: str | None) -> UUID:
        made = uuid4()
        values = [made, kind, name, valid_from, content, self._now, self._actor]
        self._connection.execute(_NOTE, values)
        return made

    def history(self, limit: int) -> Sequence[Decided]:
        return [Decided(**row) for row in self._connection.execute(_HISTORY, [limit])]

    def noted(self, areas: Collection[str], limit: int) -> Sequence[Noted]:
        rows = self._connection.execute(_NOTED, [list(areas), limit])
        return [Noted(**row) for row in rows]

    def begin_day_anew(self, today: date) -> None:
        self._connection.execute(
            "UPDATE cases.daily SET done_on = %s WHERE done_on = %s", [today - _DAY, today]
        )

    def open_under(self, procedure: str, since: date, limit: int) -> Sequence[UUID]:
        return self._ids(self._connection.execute(_OPEN_UNDER, [procedure, since, limit]))

    def coming_years(self, limit: int) -> Sequence[UUID]:
        return self._ids(self._connection.execute(_COMING_YEARS, [limit]))

    def booked_within(self, begins: datetime, ends: datetime) -> Sequence[datetime]:
        rows = self._connection.execute(_BOOKED_WITHIN, [begins, ends])
        return [row["starts_at"] for row in rows]

    def _ids(self, rows: Iterable[DictRow]) -> list[UUID]:
        return [row["id"] for row in rows]
