"""Facts of cases for tests of the pure rules: a samverkansmöte as it usually is, and variations."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from shared.domain.days import at
from shared.domain.facts import CaseFacts, Consent, Meeting, Participant

CASE = UUID(int=1)
CHILD, MOTHER, FATHER = UUID(int=11), UUID(int=12), UUID(int=13)
REKTOR, FAMILY_THERAPIST = UUID(int=21), UUID(int=22)
BOTH = frozenset({"school", "social_services"})


def noon(day: str) -> datetime:
    return at(date.fromisoformat(day), time(12, 0))


def case(
    known_on: str, *, signed_on: str | None = None, birth_date: str = "2014-05-02"
) -> CaseFacts:
    """A case that became known on a day, with two custodians who have both signed or neither."""
    return CaseFacts(
        id=CASE,
        reference="7KQ2",
        procedure="samverkansmote",
        procedure_on=date.fromisoformat(known_on),
        state="open",
        known_on=date.fromisoformat(known_on),
        opened_at=noon(known_on),
        birth_date=date.fromisoformat(birth_date),
        process_owner=REKTOR,
        unit="bjorkskolan",
        participants=(
            Participant(CHILD, "child", None, None, custody=False),
            Participant(MOTHER, "guardian", None, None, custody=True),
            Participant(FATHER, "guardian", None, None, custody=True),
            Participant(REKTOR, "staff", "rektor", "school", custody=False),
            Participant(FAMILY_THERAPIST, "staff", "familjebehandlare", "social_services", False),
        ),
        consents=tuple(consent(person, signed_on) for person in (MOTHER, FATHER)),
        meetings=(),
    )


def consent(person: UUID, signed_on: str | None, party: str = "guardian") -> Consent:
    return Consent(
        id=UUID(int=100 + person.int),
        party=party,  # type: ignore[arg-type]
        person_id=person,
        organisations=BOTH,
        state="signed" if signed_on else "requested",
        signed_on=date.fromisoformat(signed_on) if signed_on else None,
        withdrawn_on=None,
    )


def meeting(
    step: str, day: str, state: str = "booked", *, changed_on: str | None = None, sequence: int = 0
) -> Meeting:
    """A meeting at noon; `changed_on` is when it got that time (a fortnight before if left out)."""
    starts_at = noon(day)
    return Meeting(
        id=UUID(int=1000 + sequence),
        step=step,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        state=state,  # type: ignore[arg-type]
        sequence=sequence,
        changed_at=noon(changed_on) if changed_on else starts_at - timedelta(days=14),
        person_ids=frozenset({CHILD, MOTHER, FATHER, REKTOR, FAMILY_THERAPIST}),
        cancelled_because="by-hand" if state == "cancelled" else None,
    )


def with_meetings(facts: CaseFacts, *meetings: Meeting) -> CaseFacts:
    return replace(facts, meetings=meetings)
