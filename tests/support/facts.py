"""Facts put straight into the tables of cases: for tests of the services that only read them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from shared.bus.events import Event
from shared.bus.subscribers import SUBSCRIBERS
from shared.ids import staff_id

NOW = datetime.fromisoformat("2027-03-01T08:00:00+01:00")
START = datetime.fromisoformat("2027-03-16T13:00:00+01:00")

_CASE = """
    INSERT INTO cases.cases
      (id, reference, procedure, procedure_on, known_on, opened_at, process_owner, initiator,
       child, unit)
    VALUES (%s, %s, 'samverkansmote', '2027-03-01', '2027-03-01', %s, %s, %s, %s, 'skolan')
"""
_PARTICIPANT = """
    INSERT INTO cases.participants
      (case_id, person_id, party, role, organisation, custody, added_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s)
"""
_POST = """
    WITH unit AS (
      INSERT INTO cases.units (code, name, kind, organisation) VALUES (%s, 'Enheten', 'f-6', %s)
      ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING code),
    post AS (
      INSERT INTO cases.posts (code, role, unit) SELECT %s, %s, unit.code FROM unit
      ON CONFLICT DO NOTHING RETURNING code)
    INSERT INTO cases.holders (post, person_id, first_day)
    SELECT post.code, %s, '2020-01-01' FROM post
"""
_CONSENT = """
    INSERT INTO cases.consents
      (id, case_id, person_id, party, organisations, state, requested_on, signed_on)
    VALUES (%s, %s, %s, 'guardian', '{school,social_services}', %s, '2027-03-01', %s)
"""
_MEETING = """
    INSERT INTO cases.meetings
      (id, case_id, step, starts_at, ends_at, local_start, place, state, created_at,
       changed_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, 'booked', %s, %s)
"""
_CALL = """
    INSERT INTO cases.attendance (meeting_id, person_id) VALUES (%s, %s)
    ON CONFLICT (meeting_id, person_id) DO UPDATE SET removed = false
"""
_DUTY = """
    INSERT INTO cases.tasks (id, inquiry_id, post, key, kind, owner, due_on, rule, created_at)
    VALUES (%s, %s, 'samordning', %s, 'answer-inquiry', %s, %s, 'P3', %s)
"""
_MATTER = """
    INSERT INTO cases.cases
      (id, reference, procedure, procedure_on, known_on, opened_at, process_owner, initiator,
       coordinator, unit, about)
    VALUES (%s, %s, %s, '2027-03-01', '2027-01-01', %s, %s, %s, %s, 'skolan', %s)
"""
_REPORT = """
    INSERT INTO cases.reports
      (id, reference, unit, reporter, received_by, received_on, registered_at, channel,
       wants_feedback, feedback_from)
    VALUES (%s, %s, 'skolan', %s, %s, '2027-03-01', %s, 'phone', true, '2027-03-16')
"""
_OF_REPORT = """
    INSERT INTO cases.tasks (id, report_id, key, kind, owner, rule, created_at)
    VALUES (%s, %s, %s, %s, %s, 'R43', %s)
"""
_MOVE = """
    UPDATE cases.meetings SET starts_at = %s, ends_at = %s, sequence = sequence + 1 WHERE id = %s
"""
_WITHDRAW = """
    UPDATE cases.consents SET state = 'withdrawn', withdrawn_on = '2027-03-01'
    WHERE case_id = %s AND person_id = %s
"""


@dataclass(slots=True)
class Facts:
    """One case that stands in the database: a child of ten, two guardians, rektor and therapist."""

    url: str
    case_id: UUID = field(default_factory=uuid4)
    people: dict[str, UUID] = field(default_factory=dict)

    def run(self, statement: Any, *values: Any) -> list[dict[str, Any]]:
        """One statement in a transaction of its own, as the owner of the database."""
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def set_clock(self, now: datetime = NOW) -> None:
        self.run("DELETE FROM clock.hand")
        self.run("INSERT INTO clock.hand (stands_at) VALUES (%s)", now)

    def open_case(
        self,
        *,
        birth_date: str = "2016-05-02",
        reference: str | None = None,
        signed: bool = True,
        staff_of: "Facts | None" = None,
    ) -> None:
        """A case that both guardians have signed, or neither; with the staff of another, or own."""
        self.run(
            "INSERT INTO cases.units (code, name, kind, organisation)"
            " VALUES ('skolan', 'Skolan', 'f-6', 'school') ON CONFLICT DO NOTHING"
        )
        self.run(
            "INSERT INTO cases.places (code, unit, public_text)"
            " VALUES ('rum-1', 'skolan', 'Kommunhuset, Torggatan 3') ON CONFLICT DO NOTHING"
        )
        self.add_person("child", "child", birth_date=date.fromisoformat(birth_date), email=None)
        for name in ("rektor", "therapist"):
            if staff_of is not None:
                self.people[name] = staff_of.people[name]
            else:
                self.add_person(name, "staff")
        for name in ("mother", "father"):
            self.add_person(name, "guardian")
        named = reference or self.case_id.hex[:6].upper()
        owner, child = self.people["rektor"], self.people["child"]
        self.run(_CASE, self.case_id, named, NOW, owner, owner, child)
        self.add_participant("child", "child")
        self.add_participant("rektor", "staff", "rektor", "school")
        self.add_participant("therapist", "staff", "familjebehandlare", "social_services")
        for name in ("mother", "father"):
            self.add_participant(name, "guardian")
            state, on = ("signed", NOW.date()) if signed else ("requested", None)
            self.run(_CONSENT, uuid4(), self.case_id, self.people[name], state, on)

    def add_person(self, name: str, party: str, **more: Any) -> UUID:
        code = f"{name}-{uuid4().hex[:8]}"
        person = self.people[name] = staff_id(code) if party == "staff" else uuid4()
        values = {
            "id": person,
            "party": party,
            "name": name,
            "email": f"{name}.{person.hex[:6]}@hem.example",
            "protected": False,
            "code": code if party == "staff" else None,
        } | more
        statement = sql.SQL("INSERT INTO cases.people ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, values)),
            sql.SQL(", ").join([sql.Placeholder()] * len(values)),
        )
        self.run(statement, *values.values())
        return person

    def add_participant(
        self, name: str, party: str, role: str | None = None, organisation: str | None = None
    ) -> None:
        custody = party == "guardian"
        person = self.people[name]
        self.run(_PARTICIPANT, self.case_id, person, party, role, organisation, custody, NOW)
        if organisation is not None:
            # The first of somebody's posts by its code says who their manager is: not this one.
            post = f"zz-{person}-{organisation}"
            self.run(_POST, organisation, organisation, post, role, person)

    def add_duty(self, owner: str, due_on: str = "2027-03-04") -> UUID:
        """A task that belongs to no case: an inquiry to answer, for who is in a post of its own."""
        task, inquiry = uuid4(), uuid4()
        self.run(
            "INSERT INTO cases.posts (code, role, unit)"
            " VALUES ('samordning', 'koordinator', 'skolan')"
        )
        self.run(
            "INSERT INTO cases.inquiries (id, procedure, source, received_at)"
            " VALUES (%s, 'sspf', 'guardian', %s)",
            inquiry,
            NOW,
        )
        self.run(_DUTY, task, inquiry, str(task), self.people[owner], due_on, NOW)
        return task

    def open_matter(self, about: str, procedure: str, *names: str) -> UUID:
        """A matter of the staff's own, with these on it; from now on what `book` and all are of."""
        self.case_id, reference = uuid4(), uuid4().hex[:6].upper()
        first, last = self.people[names[0]], self.people[names[-1]]
        self.run(_MATTER, self.case_id, reference, procedure, NOW, first, first, last, about)
        for name in names:
            self.add_participant(name, "staff", "rektor", "school")
        return self.case_id

    def add_report_duty(self, owner: str, kind: str = "see-receipt") -> UUID:
        """A task about a report of concern that somebody has made."""
        task, report = uuid4(), uuid4()
        person, received_by = self.people[owner], self.people["therapist"]
        self.run(_REPORT, report, report.hex[:6].upper(), person, received_by, NOW)
        self.run(_OF_REPORT, task, report, str(task), kind, person, NOW)
        return task

    def change_person(self, name: str, **values: Any) -> None:
        for column, value in values.items():
            statement = sql.SQL("UPDATE cases.people SET {} = %s WHERE id = %s")
            self.run(statement.format(sql.Identifier(column)), value, self.people[name])

    def address(self, name: str) -> str:
        rows = self.run("SELECT email FROM cases.people WHERE id = %s", self.people[name])
        return str(rows[0]["email"])

    def book(
        self,
        *names: str,
        starts_at: datetime = START,
        place: str | None = "rum-1",
        step: str = "first",
    ) -> UUID:
        """A booked meeting of an hour; without names, everybody's."""
        meeting = uuid4()
        ends_at, local = starts_at + timedelta(hours=1), starts_at.replace(tzinfo=None)
        self.run(_MEETING, meeting, self.case_id, step, starts_at, ends_at, local, place, NOW, NOW)
        for name in names or tuple(self.people):
            self.call(meeting, name)
        return meeting

    def call(self, meeting: UUID, name: str) -> None:
        self.run(_CALL, meeting, self.people[name])

    def uncall(self, meeting: UUID, name: str) -> None:
        self.run(
            "UPDATE cases.attendance SET removed = true WHERE meeting_id = %s AND person_id = %s",
            meeting,
            self.people[name],
        )

    def move(self, meeting: UUID, starts_at: datetime) -> None:
        self.run(_MOVE, starts_at, starts_at + timedelta(hours=1), meeting)

    def cancel(self, meeting: UUID) -> None:
        self.run(
            "UPDATE cases.meetings SET state = 'cancelled', cancelled_because = 'by-hand',"
            " sequence = sequence + 1 WHERE id = %s",
            meeting,
        )

    def withdraw(self, name: str) -> None:
        """As cases does it: the case's row first, then the consent."""
        with psycopg.connect(self.url) as connection:
            connection.execute("SELECT FROM cases.cases WHERE id = %s FOR UPDATE", [self.case_id])
            connection.execute(_WITHDRAW, [self.case_id, self.people[name]])

    def publish(self, event: Event) -> None:
        rows = self.run(
            "INSERT INTO bus.events (type, source, subject, time, data)"
            " VALUES (%s, 'test', %s, %s, %s) RETURNING id",
            event.type,
            event.subject,
            NOW,
            Jsonb(event.model_dump(mode="json")),
        )
        for subscriber in SUBSCRIBERS[type(event)]:
            self.run(
                "INSERT INTO bus.deliveries (event_id, subscriber) VALUES (%s, %s)",
                rows[0]["id"],
                subscriber,
            )
