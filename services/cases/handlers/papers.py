"""The papers of a case: reads what stands on one, and has the domain word it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.consent_form import ConsentForm, consent_form
from services.cases.domain.evaluation_paper import EvaluationPaper
from services.cases.domain.evaluation_summary import of_procedure
from services.cases.domain.letters import Letter, LetterKind, letter, letter_kind
from services.cases.domain.meeting_papers import Agenda, Minutes, Since, agenda, minutes
from services.cases.domain.papers import House, PaperMeeting, Person, Staff
from services.cases.domain.refused import NotFound
from services.cases.domain.year_paper import YearPaper
from services.cases.handlers.overviews import Overviews, known_cases
from shared.domain.calling import in_charge
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.procedures import Procedures

Paper = ConsentForm | Letter | Agenda | Minutes | EvaluationPaper | YearPaper
Row = Mapping[str, Any]
_HALF_A_YEAR = timedelta(days=183)


class PaperViews(Protocol):
    """What only papers need to know: names, postal addresses, where things are kept."""

    def case_of_meeting(self, meeting_id: UUID) -> UUID | None: ...
    def facts(self, case_id: UUID) -> CaseFacts | None: ...
    def case(self, case_id: UUID) -> Row: ...
    def meeting(self, meeting_id: UUID) -> Row: ...
    def was_invited(self, meeting_id: UUID, person: UUID) -> bool: ...
    def form_reference(self, consent_id: UUID) -> str | None: ...
    def people(self, people: Collection[UUID]) -> Mapping[UUID, Person]: ...
    def last_of_the_year(self, before: datetime) -> Row | None:
        """The last of the years' meetings that was held before: `starts_at`, `minutes`."""


@dataclass(frozen=True, slots=True)
class PaperDesk:
    """What a paper is made with, in one unit; the caller has logged the access."""

    now: datetime
    views: PaperViews
    procedures: Procedures
    house: House
    days: WorkingDays
    overviews: Overviews

    @property
    def today(self) -> date:
        return local_date(self.now)


def write_form(case_id: UUID, consent_id: UUID, desk: PaperDesk) -> ConsentForm:
    """R4: one person's form. Raises NotFound, AnsweredForm."""
    file = _open(case_id, desk)
    for consent in file.facts.consents:
        if consent.id == consent_id:
            return consent_form(
                consent,
                person=file.person(consent.person_id),
                child=file.person(file.case["child"]),
                owner=file.staff(file.facts.process_owner),
                procedure=file.procedure,
                reference=file.facts.reference,
                kept=desk.views.form_reference(consent_id),
                house=desk.house,
                today=desk.today,
            )
    raise NotFound


def write_letter(
    case_id: UUID, meeting_id: UUID, person_id: UUID, wanted: LetterKind | None, desk: PaperDesk
) -> Letter:
    """X7: a letter to one of the family who is or was called, the wanted one or the one that is
    true now. Raises NotFound, LetterUntrue, LetterWithoutConsent.
    """
    file = _open(case_id, desk)
    meeting = file.meeting(meeting_id)
    if not desk.views.was_invited(meeting_id, person_id):
        raise NotFound
    return letter(
        letter_kind(wanted, file.facts, file.procedure, meeting, person_id, desk.now),
        person=file.person(person_id),
        meeting=file.paper_meeting(meeting),
        others=tuple(file.person(one) for one in meeting.person_ids - {person_id}),
        is_off=meeting.state == "cancelled",
        procedure=file.procedure,
        reference=file.facts.reference,
        house=desk.house,
        today=desk.today,
    )


def write_agenda(case_id: UUID, meeting_id: UUID, desk: PaperDesk) -> Agenda:
    """R12. Raises NotFound."""
    file = _open(case_id, desk)
    return agenda(
        file.paper_meeting(file.meeting(meeting_id)),
        procedure=file.procedure,
        reference=file.facts.reference,
        house=desk.house,
        today=desk.today,
        since=_since(file.meeting(meeting_id), desk) if file.facts.about == "year" else None,
    )


def _since(meeting: Meeting, desk: PaperDesk) -> Since:
    """R23: what the last meeting is followed up by; before the first one, half a year of it."""
    last = desk.views.last_of_the_year(meeting.starts_at)
    held_on = None if last is None else local_date(last["starts_at"])
    first = desk.today - _HALF_A_YEAR if held_on is None else held_on
    known = known_cases(None, first, desk.today, desk.overviews, desk.procedures)
    return Since(
        first=first,
        held_on=held_on,
        minutes=None if last is None else last["minutes"],
        cases=tuple(of_procedure(cases, desk.days, desk.today) for cases in known.values()),
    )


def write_minutes(case_id: UUID, meeting_id: UUID, desk: PaperDesk) -> Minutes:
    """R15. Raises NotFound."""
    file = _open(case_id, desk)
    meeting = file.meeting(meeting_id)
    secretary = desk.views.meeting(meeting_id)["secretary"]
    contact = file.case["contact_person"]
    return minutes(
        file.paper_meeting(meeting),
        secretary=file.staff(secretary) if secretary is not None else None,
        contact_person=file.staff(contact) if contact is not None else None,
        procedure=file.procedure,
        reference=file.facts.reference,
        house=desk.house,
        today=desk.today,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """One case with the rules it goes by and the people who are on it."""

    facts: CaseFacts
    procedure: Procedure
    case: Row
    people: Mapping[UUID, Person]
    desk: PaperDesk

    def meeting(self, meeting_id: UUID) -> Meeting:
        return next(one for one in self.facts.meetings if one.id == meeting_id)

    def person(self, person_id: UUID) -> Person:
        """Also somebody who has left the case."""
        return self.people.get(person_id) or self.desk.views.people([person_id])[person_id]

    def staff(self, person_id: UUID) -> Staff:
        """What they are on the case as; of somebody who has left it, the name alone."""
        for who in self.facts.participants:
            if who.person_id == person_id:
                return Staff(self.person(person_id), who.role, who.organisation)
        return Staff(self.person(person_id), None, None)

    def paper_meeting(self, meeting: Meeting) -> PaperMeeting:
        step = self.procedure.step(meeting.step)
        other = self.facts.coordinator if self.facts.about == "year" else None
        return PaperMeeting(
            step=step,
            starts_at=meeting.starts_at,
            ends_at=meeting.ends_at,
            place=self.desk.views.meeting(meeting.id)["place"],
            leader=self.staff(in_charge(self.facts, self.procedure, step)),
            staff=tuple(
                self.staff(who.person_id)
                for who in self.facts.participants
                if who.party == "staff" and who.person_id in meeting.person_ids
            ),
            second_leader=None if other is None else self.staff(other),
        )


def _open(case_id: UUID, desk: PaperDesk) -> _File:
    facts = desk.views.facts(case_id)
    if facts is None:
        raise NotFound
    procedure = desk.procedures.get(facts.procedure, facts.procedure_on)
    people = desk.views.people([who.person_id for who in facts.participants])
    return _File(facts, procedure, desk.views.case(case_id), people, desk)
