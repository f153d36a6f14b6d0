"""Facts written straight into the database, for tests of one service without the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import psycopg

from shared.domain.days import at


@dataclass(frozen=True, slots=True)
class Guardian:
    """A custodian of the child."""

    id: UUID = field(default_factory=uuid4)
    email: str | None = "petra@hemma.example"
    protected: bool | None = False
    no_mail: bool = False
    language: str = "sv"


@dataclass(frozen=True, slots=True)
class SeededCase:
    """A case in the database: its id and those of the people on it."""

    id: UUID
    child: UUID
    guardians: tuple[UUID, ...]
    owner: UUID
    therapist: UUID


@dataclass(frozen=True, slots=True)
class Seed:
    """Writes facts as the database's owner."""

    database_url: str

    def execute(self, query: str, values: Iterable[object] = ()) -> None:
        with psycopg.connect(self.database_url) as connection:
            connection.execute(query, list(values))

    def fetch(self, query: str, values: Iterable[object] = ()) -> list[tuple[object, ...]]:
        with psycopg.connect(self.database_url) as connection:
            rows = connection.execute(query, list(values))
            return list(rows.fetchall())

    def units(self) -> None:
        self.execute(
            """
            INSERT INTO cases.units VALUES
              ('bjorkskolan', 'Björkskolan', 'f-6', 'school'),
              ('familjeteamet', 'Familjeteamet', 'ifo', 'social_services')
            ON CONFLICT DO NOTHING
            """
        )

    def staff(self, code: str) -> UUID:
        person = uuid4()
        self.execute(
            "INSERT INTO cases.people (id, code, party, name, email, protected)"
            " VALUES (%s, %s, 'staff', %s, %s, false)",
            [person, code, code, f"{code}@exempelkommun.example"],
        )
        return person

    def case(
        self,
        known_on: date,
        *,
        guardians: Iterable[Guardian] | None = None,
        signed: bool = True,
        owner: UUID | None = None,
        therapist: UUID | None = None,
        birth_date: date = date(2014, 5, 2),
    ) -> SeededCase:
        """An open case under samverkansmöte, known on a day, signed the same day or not at all."""
        guardians = (Guardian(),) if guardians is None else tuple(guardians)
        self.units()
        case = SeededCase(
            id=uuid4(),
            child=uuid4(),
            guardians=tuple(guardian.id for guardian in guardians),
            owner=owner or self.staff(f"rektor-{uuid4().hex[:8]}"),
            therapist=therapist or self.staff(f"familjebehandlare-{uuid4().hex[:8]}"),
        )
        opened = at(known_on, datetime.min.time()) + timedelta(hours=8)
        self.execute(
            "INSERT INTO cases.people (id, party, name, birth_date, protected)"
            " VALUES (%s, 'child', 'Barnet', %s, false)",
            [case.child, birth_date],
        )
        self.execute(
            "INSERT INTO cases.cases (id, reference, procedure, procedure_on, known_on, opened_at,"
            " process_owner, child, unit)"
            " VALUES (%s, %s, 'samverkansmote', %s, %s, %s, %s, %s, 'bjorkskolan')",
            [
                case.id,
                uuid4().hex[:8].upper(),
                known_on,
                known_on,
                opened,
                case.owner,
                case.child,
            ],
        )
        self._takes_part(case.id, case.child, "child")
        self._takes_part(case.id, case.owner, "staff", "rektor", "school")
        self._takes_part(case.id, case.therapist, "staff", "familjebehandlare", "social_services")
        for guardian in guardians:
            self._guardian(case.id, guardian, known_on if signed else None, known_on)
        return case

    def consent(self, case: SeededCase, state: str, on: date) -> None:
        """All consents of the case in another state."""
        self.execute(
            "UPDATE cases.consents SET state = %s, signed_on = coalesce(signed_on, %s)"
            " WHERE case_id = %s",
            [state, on, case.id],
        )

    def meeting(
        self, case: SeededCase, step: str, starts_at: datetime, *, state: str = "booked"
    ) -> UUID:
        """An hour's meeting of everybody on the case, booked when the case was opened."""
        meeting = uuid4()
        ends_at = starts_at + timedelta(hours=1)
        self.execute(
            "INSERT INTO cases.meetings (id, case_id, step, starts_at, ends_at, local_start, state,"
            " created_at, changed_at) VALUES"
            " (%s, %s, %s, %s, %s, %s::timestamptz AT TIME ZONE 'Europe/Stockholm', %s, %s, %s)",
            [
                meeting, case.id, step, starts_at, ends_at, starts_at, state,
                starts_at - timedelta(days=14), starts_at - timedelta(days=14),
            ],
        )  # fmt: skip
        for person in (case.child, case.owner, case.therapist, *case.guardians):
            self.execute(
                "INSERT INTO cases.attendance (meeting_id, person_id) VALUES (%s, %s)",
                [meeting, person],
            )
            self.execute(
                "INSERT INTO cases.engagements VALUES (%s, %s, tstzrange(%s, %s))",
                [meeting, person, starts_at, ends_at],
            )
        return meeting

    def _takes_part(
        self,
        case: UUID,
        person: UUID,
        party: str,
        role: str | None = None,
        organisation: str | None = None,
    ) -> None:
        self.execute(
            "INSERT INTO cases.participants"
            " (case_id, person_id, party, role, organisation, custody, added_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, '2020-01-01')",
            [case, person, party, role, organisation, party == "guardian"],
        )

    def _guardian(
        self, case: UUID, guardian: Guardian, signed_on: date | None, known_on: date
    ) -> None:
        self.execute(
            "INSERT INTO cases.people (id, party, name, email, protected, no_mail, language)"
            " VALUES (%s, 'guardian', 'Förälder', %s, %s, %s, %s)",
            [
                guardian.id, guardian.email, guardian.protected, guardian.no_mail,
                guardian.language,
            ],
        )  # fmt: skip
        self._takes_part(case, guardian.id, "guardian")
        self.execute(
            "INSERT INTO cases.consents (id, case_id, person_id, party, organisations, state,"
            " requested_on, signed_on) VALUES (%s, %s, %s, 'guardian', %s, %s, %s, %s)",
            [
                uuid4(), case, guardian.id, ["school", "social_services"],
                "signed" if signed_on else "requested", known_on, signed_on,
            ],
        )  # fmt: skip
