"""The scheduler's own rows: plans, what falls due, the nightly sweep."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from services.scheduler.domain.due import Due
from services.scheduler.domain.seeking import Wanting
from services.scheduler.handlers import Proposal, Standing
from shared.db import Unit
from shared.domain.windows import Window

_WINDOWS = TypeAdapter(tuple[Window, ...])
_PROPOSAL = TypeAdapter(Proposal | None)
_WANTING = TypeAdapter(Wanting | None)
_REFUSED = TypeAdapter(frozenset[datetime])

_CLAIM_LOOKS = """
    SELECT case_id FROM scheduler.plans
    WHERE look_at <= %(now)s AND NOT set_aside AND lease_until <= clock_timestamp()
    ORDER BY case_id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
"""
_FAILED_LOOK = """
    UPDATE scheduler.plans
    SET attempts = attempts + 1, set_aside = attempts + 1 >= %(attempts)s, error = %(error)s,
        lease_until = clock_timestamp() + LEAST(interval '1 minute', interval '1 s' * 2 ^ attempts)
    WHERE case_id = %(case)s
"""
_SWEEP_ANEW = """
    INSERT INTO scheduler.sweeps (day) VALUES (%s)
    ON CONFLICT (day) DO UPDATE SET beyond = DEFAULT, done = DEFAULT
"""
_SAVE = """
    UPDATE scheduler.plans
    SET windows = %(windows)s, proposal = %(proposal)s, proposals = %(proposals)s,
        refused = %(refused)s, refused_for = %(refused_for)s, wanting = %(wanting)s,
        look_at = %(look_at)s, looked_at = %(now)s,
        attempts = 0, error = NULL
    WHERE case_id = %(case)s
"""
_PLAN_DUE = """
    INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until)
    VALUES (%(key)s, %(case)s, %(type)s, %(event)s, %(due_at)s, %(useful_until)s)
    ON CONFLICT (key) DO NOTHING
"""
# Not for a case that is still to be looked at: what is due may be withdrawn by that. Each row asks
# for its own plan, and the keys are an array, so that PostgreSQL has but one way to go: along the
# index of what is planned, however much that is. As joins it would read the whole table for each
# batch as soon as its statistics come from a night's sweep, when every case is to be looked at.
_FALL_DUE = """
    UPDATE scheduler.due
    SET state = CASE WHEN useful_until > %(now)s THEN 'fired' ELSE 'missed' END,
        settled_at = %(now)s
    WHERE key = ANY (ARRAY(
        SELECT d.key FROM scheduler.due d
        WHERE d.state = 'planned' AND d.due_at <= %(now)s
          AND NOT coalesce((SELECT p.look_at <= %(now)s AND NOT p.set_aside
                            FROM scheduler.plans p WHERE p.case_id = d.case_id), false)
        ORDER BY d.due_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED))
    RETURNING key, event_type, event, state
"""
_TAKEN = """
    SELECT starts_at, ends_at FROM cases_api.busy(%(people)s::uuid[], %(since)s, %(until)s)
    UNION
    SELECT starts_at, ends_at
    FROM scheduler_api.outside_busy(%(people)s::uuid[], %(since)s, %(until)s)
    UNION
    SELECT p.starts_at, p.ends_at
    FROM scheduler.plans, jsonb_to_record(proposal) AS
         p(starts_at timestamptz, ends_at timestamptz, person_ids uuid[])
    WHERE proposal IS NOT NULL AND case_id <> %(apart_from)s AND p.person_ids && %(people)s::uuid[]
"""
# How old they are is a matter of real time, also where the clock is a row.
_CALENDARS_KNOWN = """
    SELECT count(*) AS known FROM scheduler_api.calendars_known(%(people)s::uuid[])
    WHERE known_at > clock_timestamp() - %(fresh)s AND covers_until >= %(until)s
"""


class SqlStore:
    """The port Store over one unit of work."""

    def __init__(self, unit: Unit) -> None:
        self._connection = unit.connection
        self._now = unit.now

    def look_at(self, case_id: UUID) -> None:
        self._connection.execute(
            """
            INSERT INTO scheduler.plans (case_id, look_at) VALUES (%(case)s, %(now)s)
            ON CONFLICT (case_id) DO UPDATE
            SET look_at = LEAST(plans.look_at, excluded.look_at),
                lease_until = '-infinity', attempts = 0, set_aside = false
            """,
            {"case": case_id, "now": self._now},
        )

    def refuse(self, case_id: UUID, key: str) -> None:
        self._connection.execute(
            """
            UPDATE scheduler.plans
            SET proposal = NULL, refused = refused || jsonb_build_array(proposal -> 'starts_at')
            WHERE case_id = %s AND proposal ->> 'key' = %s
            """,
            [case_id, key],
        )

    def claim_looks(self, limit: int) -> list[UUID]:
        rows = self._connection.execute(_CLAIM_LOOKS, {"now": self._now, "limit": limit})
        return [row["case_id"] for row in rows]

    def note_failed_look(self, case_id: UUID, error: str, attempts: int) -> None:
        self._connection.execute(
            _FAILED_LOOK, {"case": case_id, "error": error, "attempts": attempts}
        )

    def facts(self, case_ids: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
        rows = self._connection.execute(
            "SELECT case_id, facts FROM cases_api.facts(%s::uuid[])", [list(case_ids)]
        )
        return {row["case_id"]: row["facts"] for row in rows}

    def forget(self, case_id: UUID) -> None:
        self._connection.execute("DELETE FROM scheduler.asked WHERE case_id = %s", [case_id])
        self._connection.execute("DELETE FROM scheduler.due WHERE case_id = %s", [case_id])
        self._connection.execute("DELETE FROM scheduler.plans WHERE case_id = %s", [case_id])

    def standing(self, case_id: UUID) -> Standing:
        plan = self._connection.execute(
            "SELECT windows, proposal, proposals, refused, refused_for, wanting"
            " FROM scheduler.plans"
            " WHERE case_id = %s",
            [case_id],
        ).fetchone()
        assert plan is not None
        dues = self._connection.execute(
            "SELECT key, state FROM scheduler.due WHERE case_id = %s", [case_id]
        ).fetchall()
        return Standing(
            windows=_WINDOWS.validate_python(plan["windows"]),
            due_keys=frozenset(due["key"] for due in dues),
            planned_keys=frozenset(due["key"] for due in dues if due["state"] == "planned"),
            proposal=_PROPOSAL.validate_python(plan["proposal"]),
            proposals=plan["proposals"],
            refused=_REFUSED.validate_python(plan["refused"]),
            refused_for=plan["refused_for"],
            wanting=_WANTING.validate_python(plan["wanting"]),
        )

    def plan_dues(self, dues: Iterable[Due]) -> None:
        rows = [_due_row(due) for due in dues]
        if rows:
            self._connection.cursor().executemany(_PLAN_DUE, rows)

    def withdraw_dues(self, keys: Iterable[str]) -> None:
        if withdrawn := list(keys):
            self._connection.execute(
                "DELETE FROM scheduler.due WHERE key = ANY(%s) AND state = 'planned'", [withdrawn]
            )

    def ask_to_remind(self, case_id: UUID, meeting_id: UUID, sequence: int) -> None:
        self._connection.execute(
            "INSERT INTO scheduler.asked (case_id, meeting_id, sequence) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [case_id, meeting_id, sequence],
        )

    def take_asked(self, case_id: UUID) -> list[tuple[UUID, int]]:
        rows = self._connection.execute(
            "DELETE FROM scheduler.asked WHERE case_id = %s RETURNING meeting_id, sequence",
            [case_id],
        ).fetchall()
        return sorted((row["meeting_id"], row["sequence"]) for row in rows)

    def save(self, case_id: UUID, standing: Standing, look_at: datetime | None) -> None:
        self._connection.execute(
            _SAVE,
            {
                "case": case_id,
                "windows": _json(_WINDOWS, standing.windows),
                "proposal": _json(_PROPOSAL, standing.proposal),
                "proposals": standing.proposals,
                "refused": _json(_REFUSED, standing.refused),
                "refused_for": standing.refused_for,
                "wanting": _json(_WANTING, standing.wanting),
                "look_at": look_at,
                "now": self._now,
            },
        )

    def fall_due(self, limit: int) -> list[DictRow]:
        return self._connection.execute(_FALL_DUE, {"now": self._now, "limit": limit}).fetchall()

    def taken(
        self, person_ids: Iterable[UUID], since: datetime, until: datetime, *, apart_from: UUID
    ) -> list[tuple[datetime, datetime]]:
        rows = self._connection.execute(
            _TAKEN,
            {
                "people": list(person_ids),
                "since": since,
                "until": until,
                "apart_from": apart_from,
            },
        )
        return [(row["starts_at"], row["ends_at"]) for row in rows]

    def calendars_known(
        self, person_ids: Collection[UUID], until: datetime, fresh: timedelta
    ) -> bool:
        values = {"people": list(person_ids), "until": until, "fresh": fresh}
        row = self._connection.execute(_CALENDARS_KNOWN, values).fetchone()
        return row is not None and row["known"] == len(person_ids)

    def sweep_anew(self, day: date) -> None:
        self._connection.execute(_SWEEP_ANEW, [day])

    def sweep(self, day: date, limit: int, *, begin: bool) -> int:
        if begin:
            self._connection.execute(
                "INSERT INTO scheduler.sweeps (day) VALUES (%s) ON CONFLICT DO NOTHING", [day]
            )
        progress = self._connection.execute(
            "SELECT beyond FROM scheduler.sweeps WHERE day = %s AND NOT done"
            " FOR UPDATE SKIP LOCKED",
            [day],
        ).fetchone()
        if progress is None:
            return 0
        cases = [
            row["open_cases"]
            for row in self._connection.execute(
                "SELECT * FROM cases_api.open_cases(%s, %s)", [progress["beyond"], limit]
            )
        ]
        for case_id in cases:
            self.look_at(case_id)
        self._connection.execute(
            "UPDATE scheduler.sweeps SET beyond = %s, done = %s WHERE day = %s",
            [cases[-1] if cases else progress["beyond"], len(cases) < limit, day],
        )
        return len(cases)


def _due_row(due: Due) -> dict[str, Any]:
    row = asdict(due)
    return row | {
        "case": due.event.case_id,
        "type": due.event.type,
        "event": Jsonb(due.event.model_dump(mode="json")),
    }


def _json(adapter: TypeAdapter[Any], value: Any) -> Jsonb | None:
    return None if value is None else Jsonb(adapter.dump_python(value, mode="json"))
