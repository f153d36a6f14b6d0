"""Reads over one case's audit and over many cases' limits, in SQL."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any, LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.limits import DueTask
from services.cases.domain.timeline import Note
from shared.domain.facts import CaseFacts, facts_from_json

_NOTES = """
    SELECT at, actor, action, rule, details FROM cases.audit WHERE case_id = %s ORDER BY at, id
"""
# `owners`: cases of which one of these could have something to do.
_OPEN_CASES = """
    SELECT c.id FROM cases.cases c
    WHERE c.state = 'open'
      AND (%(owners)s::uuid[] IS NULL
           OR c.process_owner = ANY (%(owners)s) OR c.initiator = ANY (%(owners)s)
           OR c.coordinator = ANY (%(owners)s)
           OR EXISTS (SELECT FROM cases.tasks t
                      WHERE t.case_id = c.id AND t.state = 'open' AND t.owner = ANY (%(owners)s)))
    ORDER BY c.id
"""
_DUE_TASKS = """
    SELECT case_id, kind, owner, rule, due_on, details ->> 'step' AS step FROM cases.tasks
    WHERE state = 'open' AND due_on IS NOT NULL AND case_id = ANY (%s) ORDER BY due_on, key
"""
# Whose posts report, straight or past vacant ones, to a post that somebody has held at some time.
_MAY_BE_MANAGED = """
    WITH RECURSIVE below AS (
      SELECT h.post FROM cases.holders h WHERE h.person_id = %s
      UNION
      SELECT p.code FROM cases.posts p JOIN below ON p.reports_to = below.post)
    SELECT DISTINCT h.person_id FROM cases.holders h JOIN below USING (post)
"""
_MANAGERS = """
    SELECT own.person, own.organisation,
           cases.manager_of(own.person, own.organisation, %(on)s) AS manager
    FROM unnest(%(people)s::uuid[], %(organisations)s::text[]) AS own(person, organisation)
"""
_KNOWN_BETWEEN = """
    SELECT id FROM cases.cases
    WHERE known_on BETWEEN %(first)s AND %(last)s
      AND (%(procedure)s::text IS NULL OR procedure = %(procedure)s)
    ORDER BY id
"""


class SqlOverviews:
    """Implements handlers.overviews.Overviews over one connection."""

    def __init__(self, connection: Connection[DictRow]) -> None:
        self._connection = connection

    def facts(self, case_ids: Collection[UUID]) -> list[CaseFacts]:
        rows = self._all("SELECT facts FROM cases_api.facts(%s::uuid[])", [list(case_ids)])
        return [facts_from_json(row["facts"]) for row in rows]

    def notes(self, case_id: UUID) -> list[Note]:
        return [Note(**row) for row in self._all(_NOTES, [case_id])]

    def parties(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._all("SELECT id, party FROM cases.people WHERE id = ANY (%s)", [list(people)])
        return {row["id"]: row["party"] for row in rows}

    def staff_names(self, people: Collection[UUID]) -> dict[UUID, str]:
        rows = self._all(
            "SELECT id, name FROM cases.people WHERE party = 'staff' AND id = ANY (%s)",
            [list(people)],
        )
        return {row["id"]: row["name"] for row in rows}

    def kinds_of_tasks(self, case_id: UUID) -> dict[UUID, str]:
        rows = self._all("SELECT id, kind FROM cases.tasks WHERE case_id = %s", [case_id])
        return {row["id"]: row["kind"] for row in rows}

    def open_cases(self, owners: Collection[UUID] | None) -> list[UUID]:
        sought = None if owners is None else list(owners)
        return [row["id"] for row in self._all(_OPEN_CASES, {"owners": sought})]

    def due_tasks(self, case_ids: Collection[UUID]) -> list[DueTask]:
        return [DueTask(**row) for row in self._all(_DUE_TASKS, [list(case_ids)])]

    def may_be_managed_by(self, manager: UUID) -> list[UUID]:
        return [row["person_id"] for row in self._all(_MAY_BE_MANAGED, [manager])]

    def managers(
        self, owners: Collection[tuple[UUID, str]], today: date
    ) -> Mapping[tuple[UUID, str], UUID | None]:
        pairs = sorted(owners)
        values = {
            "people": [person for person, _ in pairs],
            "organisations": [organisation for _, organisation in pairs],
            "on": today,
        }
        rows = self._all(_MANAGERS, values)
        return {(row["person"], row["organisation"]): row["manager"] for row in rows}

    def known_between(self, procedure: str | None, first: date, last: date) -> list[UUID]:
        values = {"procedure": procedure, "first": first, "last": last}
        return [row["id"] for row in self._all(_KNOWN_BETWEEN, values)]

    def _all(self, query: LiteralString, values: Any) -> list[DictRow]:
        return self._connection.execute(query, values).fetchall()
