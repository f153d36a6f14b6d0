"""Evaluations and their answers in SQL."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from services.cases.domain.duties import ANSWER_EVALUATION
from services.cases.domain.evaluating import AskedPost, YearEvaluation
from services.cases.domain.evaluation_summary import OfRole, YearMeeting
from shared.domain.procedure import Question

_EVALUATION = """
    SELECT year, opened_on, answers_by, due_on, questions, done_on, done_by, reference
    FROM cases.evaluations
"""
_FIND = _EVALUATION + "WHERE year = %s "
_STILL_OPEN = _EVALUATION + "WHERE done_on IS NULL ORDER BY year"
_ADD = """
    INSERT INTO cases.evaluations (year, opened_on, answers_by, due_on, questions)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT (year) DO NOTHING
"""
_FINISH = """
    UPDATE cases.evaluations SET done_on = %s, done_by = %s, reference = %s, noted_at = %s
    WHERE year = %s
"""
_ANSWER = """
    INSERT INTO cases.evaluation_answers (year, post, person_id, answers, answered_at)
    VALUES (%(year)s, %(post)s, %(person)s, %(answers)s, %(now)s)
    ON CONFLICT (year, post) DO UPDATE
    SET person_id = excluded.person_id, answers = excluded.answers,
        answered_at = excluded.answered_at
"""
_ANSWERS = """
    SELECT p.role, u.organisation, a.answers
    FROM cases.evaluation_answers a
    JOIN cases.posts p ON p.code = a.post JOIN cases.units u ON u.code = p.unit
    WHERE a.year = %s ORDER BY md5(a.post || a.year)
"""
# What was open until the evaluation was done ended with it, at the same instant.
_ASKED = """
    SELECT p.code, p.role, u.organisation, u.name AS unit, a.post IS NOT NULL AS has_answered
    FROM cases.evaluations e
    CROSS JOIN cases.posts p
    JOIN cases.units u ON u.code = p.unit
    LEFT JOIN cases.evaluation_answers a ON a.year = e.year AND a.post = p.code
    WHERE e.year = %(year)s
      AND (a.post IS NOT NULL
           OR EXISTS (SELECT FROM cases.tasks t
                      WHERE t.year = e.year AND t.kind = %(kind)s AND t.post = p.code
                        AND (t.state = 'open' OR t.done_at = e.noted_at)))
    ORDER BY p.code
"""
_MEETINGS = """
    SELECT m.step, (m.starts_at AT TIME ZONE 'Europe/Stockholm')::date AS "on", m.state,
           bool_or(a.present IS NOT NULL) AS is_noted,
           coalesce(array_agg(DISTINCT who.role)
                    FILTER (WHERE a.present AND who.role IS NOT NULL), '{}') AS roles
    FROM cases.meetings m
    JOIN cases.cases c ON c.id = m.case_id AND c.about = 'year'
    LEFT JOIN cases.attendance a ON a.meeting_id = m.id AND NOT a.removed
    LEFT JOIN cases.participants who ON who.case_id = c.id AND who.person_id = a.person_id
    WHERE m.state IN ('booked', 'held')
      AND (m.starts_at AT TIME ZONE 'Europe/Stockholm')::date BETWEEN %s AND %s
    GROUP BY m.id ORDER BY m.starts_at, m.id
"""


class SqlEvaluations:
    """The port Evaluations as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def find(self, year: int) -> YearEvaluation | None:
        return self._evaluation(_FIND, year)

    def still_open(self) -> list[YearEvaluation]:
        return [_found(row) for row in self._connection.execute(_STILL_OPEN)]

    def take(self, year: int) -> YearEvaluation | None:
        return self._evaluation(_FIND + "FOR UPDATE", year)

    def add(self, evaluation: YearEvaluation) -> None:
        questions = [question.model_dump() for question in evaluation.questions]
        values = [
            evaluation.year, evaluation.opened_on, evaluation.answers_by, evaluation.due_on,
            Jsonb(questions),
        ]  # fmt: skip
        self._connection.execute(_ADD, values)

    def finish(self, evaluation: YearEvaluation) -> None:
        values = [
            evaluation.done_on, evaluation.done_by, evaluation.reference, self._now,
            evaluation.year,
        ]  # fmt: skip
        self._connection.execute(_FINISH, values)

    def answer(self, year: int, post: str, person: UUID, answers: Mapping[str, Any]) -> None:
        values = {
            "year": year,
            "post": post,
            "person": person,
            "answers": Jsonb(dict(answers)),
            "now": self._now,
        }
        self._connection.execute(_ANSWER, values)

    def answer_of(self, year: int, post: str) -> Mapping[str, Any] | None:
        row = self._connection.execute(
            "SELECT answers FROM cases.evaluation_answers WHERE year = %s AND post = %s",
            [year, post],
        ).fetchone()
        return None if row is None else row["answers"]

    def answers(self, year: int) -> list[OfRole]:
        return [OfRole(**row) for row in self._connection.execute(_ANSWERS, [year])]

    def asked(self, year: int) -> list[AskedPost]:
        values = {"year": year, "kind": ANSWER_EVALUATION}
        return [AskedPost(**row) for row in self._connection.execute(_ASKED, values)]

    def meetings(self, first: date, last: date) -> list[YearMeeting]:
        return [_meeting(row) for row in self._connection.execute(_MEETINGS, [first, last])]

    def _evaluation(self, query: LiteralString, year: int) -> YearEvaluation | None:
        row = self._connection.execute(query, [year]).fetchone()
        return None if row is None else _found(row)


def _found(row: DictRow) -> YearEvaluation:
    questions = tuple(Question.model_validate(one) for one in row.pop("questions"))
    return YearEvaluation(questions=questions, **row)


def _meeting(row: DictRow) -> YearMeeting:
    roles = frozenset(row["roles"]) if row["is_noted"] else None
    return YearMeeting(row["step"], row["on"], row["state"], roles)
