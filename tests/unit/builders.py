"""Cases, people, consents and meetings for tests of the rules, with little to say of each."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from shared.domain.days import at
from shared.domain.facts import (
    CaseFacts,
    CaseState,
    Consent,
    ConsentParty,
    ConsentState,
    Meeting,
    MeetingState,
    Participant,
    Party,
)
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures

SAMVERKANSMOTE: Procedure = load_procedures(None).get("samverkansmote", date(2027, 1, 1))
BOTH = frozenset({"school", "social_services"})


def day(text: str) -> date:
    return date.fromisoformat(text)


def uid(name: str) -> UUID:
    """The same id for the same name, so that a failing test reads well."""
    return uuid5(UUID(int=0), name)


def participant(name: str, party: Party, *, custody: bool = False) -> Participant:
    return Participant(uid(name), party, role=None, organisation=None, custody=custody)


CHILD = participant("child", "child")
MOTHER = participant("mother", "guardian", custody=True)
FATHER = participant("father", "guardian", custody=True)
STEPFATHER = participant("stepfather", "guardian", custody=False)


def consent(
    who: str,
    party: ConsentParty = "guardian",
    state: ConsentState = "signed",
    on: str | None = "2027-03-02",
    organisations: frozenset[str] = BOTH,
) -> Consent:
    return Consent(
        id=uid(f"{who}-{party}-{state}-{on}"),
        party=party,
        person_id=uid(who),
        organisations=organisations,
        state=state,
        signed_on=day(on) if on else None,
        withdrawn_on=day("2027-03-05") if state == "withdrawn" else None,
    )


def meeting(step: str, on: str, state: MeetingState = "booked", wall: str = "13:00") -> Meeting:
    starts_at = at(day(on), time.fromisoformat(wall))
    return Meeting(
        id=uid(f"{step}-{on}"),
        step=step,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        state=state,
        sequence=0,
        changed_at=starts_at - timedelta(days=7),
        person_ids=frozenset(),
    )


def case(
    *,
    known: str = "2027-03-01",
    born: str = "2014-05-02",
    state: CaseState = "open",
    closed: str | None = None,
    participants: Iterable[Participant] = (CHILD, MOTHER, FATHER),
    consents: Iterable[Consent] = (),
    meetings: Iterable[Meeting] = (),
) -> CaseFacts:
    return CaseFacts(
        id=uid("case"),
        reference="7KQ2",
        procedure="samverkansmote",
        procedure_on=day(known),
        state=state,
        known_on=day(known),
        opened_at=datetime.combine(day(known), time(8), tzinfo=UTC),
        birth_date=day(born),
        process_owner=uid("rektor"),
        unit="bjorkskolan",
        participants=tuple(participants),
        consents=tuple(consents),
        meetings=tuple(meetings),
        closed_on=day(closed) if closed else None,
    )
