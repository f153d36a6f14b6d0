"""Cases, and who is on them, in SQL."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import LiteralString
from uuid import UUID, uuid4

from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.facts import facts_of
from services.cases.adapters.family import insert_family
from services.cases.adapters.rows import recordset
from services.cases.domain.matters import NewMatter
from services.cases.domain.opening import OnCase, StaffOfCase
from services.cases.handlers.commands import OpenCase
from services.cases.handlers.ports import Opened
from shared.domain.facts import CaseFacts
from shared.ids import new_reference

_TRIES = 20
_LONGER_AFTER = 5

_ADD_CASE = """
    INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,
                             process_owner, initiator, coordinator, child, unit, grade,
                             residence, reason, place)
    VALUES (%(id)s, %(reference)s, %(procedure)s, %(day)s, %(known_on)s, %(now)s,
            %(owner)s, %(owner)s, %(coordinator)s, %(child)s, %(unit)s, %(grade)s,
            %(residence)s, %(reason)s, %(place)s)
    ON CONFLICT (reference) DO NOTHING RETURNING id
"""
_ADD_MATTER = """
    INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,
                             process_owner, initiator, coordinator, unit, about)
    VALUES (%(id)s, %(reference)s, %(procedure)s, %(day)s, %(known_on)s, %(now)s,
            %(owner)s, %(owner)s, %(coordinator)s, %(unit)s, %(about)s)
    ON CONFLICT (reference) DO NOTHING RETURNING id
"""
_ADD_PARTICIPANTS = """
    INSERT INTO cases.participants
           (case_id, person_id, party, role, organisation, custody, added_at)
    SELECT %(case)s, one.person_id, one.party, one.role, one.organisation, one.custody, %(now)s
    FROM jsonb_to_recordset(%(people)s) AS one (
      person_id uuid, party text, role text, organisation text, custody boolean)
    ON CONFLICT (case_id, person_id) DO UPDATE
    SET role = excluded.role, organisation = excluded.organisation, removed_at = NULL
"""


class ReferencesExhausted(Exception):
    """No free reference was found in many tries; the municipality has very many cases."""


class SqlCases:
    """The cases as of `now`, in one transaction."""

    def __init__(self, connection: Connection[DictRow], now: datetime) -> None:
        self._connection = connection
        self._now = now

    def lock(self, case_id: UUID) -> bool:
        """Lock the case's row until the transaction ends; what is read after is the newest."""
        row = self._connection.execute(
            "SELECT 1 FROM cases.cases WHERE id = %s FOR UPDATE", [case_id]
        ).fetchone()
        return row is not None

    def facts(self, case_id: UUID) -> CaseFacts:
        (facts,) = facts_of(self._connection, [case_id])
        return facts

    def case_of_meeting(self, meeting_id: UUID) -> UUID | None:
        row = self._connection.execute(
            "SELECT case_id FROM cases.meetings WHERE id = %s", [meeting_id]
        ).fetchone()
        return row["case_id"] if row else None

    def case_of_task(self, task_id: UUID) -> UUID | None:
        row = self._connection.execute(
            "SELECT case_id FROM cases.tasks WHERE id = %s", [task_id]
        ).fetchone()
        return row["case_id"] if row else None

    def add(self, command: OpenCase, staff: StaffOfCase, day: date) -> Opened:
        """The case, the child and the guardians as new people, and everybody who is on it."""
        *guardians, child = insert_family(self._connection, command.guardians, command.child)
        case_id, reference = self._add_case(command, child, staff.coordinator, day)
        rows = [
            {"person_id": child, "party": "child", "custody": False},
            *(
                {"person_id": person, "party": "guardian", "custody": one.custody}
                for person, one in zip(guardians, command.guardians, strict=True)
            ),
            *map(_staff_row, staff.people),
        ]
        self._add_participants(case_id, rows)
        return Opened(case_id, reference, child, tuple(guardians))

    def add_matter(self, matter: NewMatter, day: date) -> None:
        """One of the staff's own, and everybody who takes part in it."""
        row = {
            "id": matter.id,
            "procedure": matter.procedure,
            "day": day,
            "known_on": matter.known_on,
            "now": self._now,
            "owner": matter.owner,
            "coordinator": matter.coordinator,
            "unit": matter.unit,
            "about": matter.about,
        }
        self._add_with_reference(_ADD_MATTER, row)
        for who in matter.people:
            self.add_participant(matter.id, who)

    def add_participant(self, case_id: UUID, who: OnCase) -> None:
        self._add_participants(case_id, [_staff_row(who)])

    def remove_participant(self, case_id: UUID, person: UUID) -> None:
        self._connection.execute(
            "UPDATE cases.participants SET removed_at = %s WHERE case_id = %s AND person_id = %s",
            [self._now, case_id, person],
        )

    def close(self, case_id: UUID, outcome: str) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET state = 'closed', closed_at = %s, outcome = %s WHERE id = %s",
            [self._now, outcome, case_id],
        )

    def open_again(self, case_id: UUID) -> None:
        """A matter for which there is to be one more meeting, or a case closed by mistake."""
        self._connection.execute(
            "UPDATE cases.cases SET state = 'open', closed_at = NULL, outcome = NULL WHERE id = %s",
            [case_id],
        )

    def outcome(self, case_id: UUID) -> str | None:
        row = self._connection.execute(
            "SELECT outcome FROM cases.cases WHERE id = %s", [case_id]
        ).fetchone()
        return row["outcome"] if row else None

    def place(self, case_id: UUID) -> str | None:
        """Where its meetings usually are; one that has ended is none."""
        row = self._connection.execute(
            "SELECT p.code FROM cases.cases c JOIN cases.places p ON p.code = c.place"
            " WHERE c.id = %s AND p.ended_on IS NULL",
            [case_id],
        ).fetchone()
        return row["code"] if row else None

    def meet_at(self, case_id: UUID, place: str | None) -> None:
        self._connection.execute(
            "UPDATE cases.cases SET place = %s WHERE id = %s", [place, case_id]
        )

    def _add_case(
        self, command: OpenCase, child: UUID, coordinator: UUID | None, day: date
    ) -> tuple[UUID, str]:
        case_id = uuid4()
        row = {
            "id": case_id,
            "procedure": command.procedure,
            "day": day,
            "known_on": command.known_on,
            "now": self._now,
            "owner": command.initiator,
            "coordinator": coordinator,
            "child": child,
            "unit": command.child.unit,
            "grade": command.grade,
            "residence": command.residence,
            "reason": command.reason,
            "place": command.place,
        }
        return case_id, self._add_with_reference(_ADD_CASE, row)

    def _add_with_reference(self, query: LiteralString, row: Mapping[str, object]) -> str:
        """X15: a random reference, a longer one where the short ones are used up."""
        for attempt in range(_TRIES):
            reference = new_reference(4 + attempt // _LONGER_AFTER)
            if self._connection.execute(query, {**row, "reference": reference}).fetchone():
                return reference
        raise ReferencesExhausted

    def _add_participants(self, case_id: UUID, people: Sequence[Mapping[str, object]]) -> None:
        """Nobody stands twice among them."""
        values = {"case": case_id, "now": self._now, "people": recordset(people)}
        self._connection.execute(_ADD_PARTICIPANTS, values)


def _staff_row(who: OnCase) -> dict[str, object]:
    return {
        "person_id": who.person_id,
        "party": "staff",
        "role": who.role,
        "organisation": who.organisation,
        "custody": False,
    }
