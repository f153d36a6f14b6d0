"""One case as the case service keeps it, in memory: every change by the service's own checks.

Beside the facts it keeps what a test reads them against: what was said about the consents, one
after the other, and when which time was given to which step.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from services.cases.domain.asking import check_asking
from services.cases.domain.booking import Wanted, check_booking
from services.cases.domain.booking_refusals import AlreadyBooked, DoubleBooked
from services.cases.domain.case_refusals import MustStay
from services.cases.domain.consents import (
    Terms,
    check_refusing,
    check_signing,
    check_terms,
    check_waiving,
    check_withdrawing,
    other_requests,
)
from services.cases.domain.meeting_refusals import NotProposed
from services.cases.domain.meetings import check_changeable, check_closing, check_held, coming
from shared.domain.calling import called, missing_parties
from shared.domain.consent import age_on, capacity, consent_stands, deciders, unasked
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Consent, ConsentParty, Meeting, Participant
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Procedure


@dataclass(frozen=True, slots=True)
class Said:
    """A signature or a withdrawal, in the order (`turn`) in which they were registered."""

    turn: int
    what: Literal["signed", "refused", "withdrawn", "waived"]
    person: UUID
    party: ConsentParty
    organisations: frozenset[str]
    on: date
    until: date | None = None
    called_off: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Put:
    """A time given to a step: when, by whom, and what was known just before."""

    step: str
    starts_at: datetime
    ends_at: datetime
    by: Literal["scheduler", "hand"]
    at: datetime
    before: CaseFacts


@dataclass(slots=True)
class Casework:
    """Commands raise Refused, and then nothing has changed."""

    facts: CaseFacts
    procedure: Procedure
    now: datetime
    days: WorkingDays = field(default_factory=WorkingDays)
    hours: OfficeHours = field(default_factory=OfficeHours)
    is_taken: Callable[[datetime, datetime], bool] = lambda *_: False
    said: list[Said] = field(default_factory=list)
    puts: list[Put] = field(default_factory=list)
    turn: int = 0

    @property
    def today(self) -> date:
        return local_date(self.now)

    def coming(self) -> tuple[Meeting, ...]:
        return coming(self.facts, self.now)

    # consents

    def ask_who_decides(self) -> None:
        """At the opening, or after the step that the asking waits for."""
        asked_from = self.procedure.consent.child_asked_from_age
        people = set(deciders(self.facts, self.procedure, self.today))
        if asked_from is not None and age_on(self.facts.born_on, self.today) >= asked_from:
            people |= {who.person_id for who in self.facts.participants if who.party == "child"}
        self._ask_for_all(people, self.today)

    def ask_the_unasked(self, on: date) -> bool:
        """X8: whoever decides about a meeting on that day and was never asked."""
        people = unasked(self.facts, self.procedure, on)
        self._ask_for_all(people, on)
        return bool(people)

    def ask(self, person: UUID, organisations: frozenset[str]) -> None:
        party = check_asking(self.facts, self.procedure, person, organisations, self.today)
        self._ask(person, party, organisations)

    def sign(self, form: Consent, on: date, terms: Terms | None = None) -> None:
        """The organisations as signed (S1), where the form doesn't name those asked for."""
        if not check_signing(self.facts, form, on, self.today):
            return
        terms = terms or Terms()
        check_terms(self.facts, self.procedure, form, terms, on, self.today)
        self.turn += 1
        named = terms.organisations or form.organisations
        signed = self._answer(
            form,
            state="signed",
            signed_on=on,
            turn=self.turn,
            valid_until=terms.until,
            organisations=named,
        )
        self._say(signed, "signed", on, until=terms.until)

    def refuse(self, form: Consent) -> None:
        if check_refusing(self.facts, form, None, self.today):
            self.turn += 1
            self._answer(form, state="refused", turn=self.turn)
            self._end_other_requests(form)
            self._call_off(form, "refused", self.today)

    def withdraw(self, form: Consent, on: date) -> None:
        """P7: what rests on it is off in the same breath."""
        if not check_withdrawing(form, on, self.today):
            return
        self.turn += 1
        self._answer(form, state="withdrawn", withdrawn_on=on, turn=self.turn)
        self._end_other_requests(form)
        self._call_off(form, "withdrawn", on)

    def waive(self, form: Consent) -> None:
        """P6: on without the child's own word."""
        reason = next(iter(self.procedure.consent.waiver_reasons), "")
        if check_waiving(self.facts, self.procedure, form, reason, None, self.today):
            self.turn += 1
            self._answer(form, waived_on=self.today)
            self._say(form, "waived", self.today)

    # people

    def add(self, who: Participant) -> None:
        if any(other.person_id == who.person_id for other in self.facts.participants):
            return
        self.facts = replace(self.facts, participants=(*self.facts.participants, who))
        for meeting in self.coming():
            step, day = self.procedure.step(meeting.step), local_date(meeting.starts_at)
            if who.person_id in called(self.facts, self.procedure, step, day):
                self._change(meeting, person_ids=meeting.person_ids | {who.person_id})

    def remove(self, person: UUID) -> None:
        """R6: nobody without whom a meeting that stands can't be."""
        left = tuple(who for who in self.facts.participants if who.person_id != person)
        after = replace(self.facts, participants=left)
        for meeting in self.coming():
            step, day = self.procedure.step(meeting.step), local_date(meeting.starts_at)
            if missing_parties(after, self.procedure, step, day):
                raise MustStay
        self.facts = after
        for meeting in self.coming():
            self._change(meeting, person_ids=meeting.person_ids - {person})

    # meetings

    def book(
        self,
        step: str,
        starts_at: datetime,
        by: Literal["scheduler", "hand"],
        people: frozenset[UUID] | None = None,
    ) -> None:
        """A time for a step; a proposed one becomes this one. `people`: not all who are called."""
        proposed = self._proposed(step)
        wanted = replace(self._wanted(step, starts_at, proposed), people=people)
        self._put(wanted, proposed, "booked", by)

    def propose(self, step: str, starts_at: datetime) -> None:
        self.lapse()
        if self._proposed(step) is not None:
            raise AlreadyBooked(rule=self.procedure.step(step).rule)
        self._put(self._wanted(step, starts_at, None), None, "proposed", "scheduler")

    def lapse(self) -> None:
        """R11: a proposal whose time has come, of which nobody said yes, is off."""
        for meeting in self.facts.meetings:
            if meeting.state == "proposed" and meeting.starts_at <= self.now:
                self._change(meeting, state="cancelled", cancelled_because="lapsed", sequence=+1)

    def confirm(self, meeting: Meeting) -> None:
        if meeting.state != "proposed":
            raise NotProposed(rule="R8", state=meeting.state)
        self._put(self._wanted(meeting.step, meeting.starts_at, meeting), meeting, "booked", "hand")

    def move(self, meeting: Meeting, starts_at: datetime) -> None:
        check_changeable(self.facts, meeting, "R8")
        wanted = self._wanted(meeting.step, starts_at, meeting)
        if starts_at != meeting.starts_at:
            self._put(wanted, meeting, meeting.state, "hand", sequence=+1)

    def cancel(self, meeting: Meeting) -> None:
        check_changeable(self.facts, meeting, "R8")
        self._change(meeting, state="cancelled", cancelled_because="by-hand", sequence=+1)

    def hold(self, meeting: Meeting) -> None:
        check_held(self.facts, meeting, "R8", self.now)
        self._change(meeting, state="held")
        if self.procedure.consent.asked_after_step == meeting.step and not self.facts.consents:
            self.ask_who_decides()

    def file(self, meeting: Meeting, *, plan: bool) -> None:
        if meeting.state == "held":
            self._change(meeting, **{"plan_filed" if plan else "minutes_filed": True})

    def close(self) -> None:
        if self.facts.state == "open":
            check_closing(self.facts, self.now)
            for meeting in self.facts.meetings:
                if meeting.state in ("booked", "proposed"):
                    off = {"state": "cancelled", "cancelled_because": "closing"}
                    self._change(meeting, sequence=+1, **off)
            self.facts = replace(self.facts, state="closed", closed_on=self.today)

    # how it is kept

    def _ask_for_all(self, people: Collection[UUID], on: date) -> None:
        for person in sorted(people):
            party = capacity(self.facts, self.procedure, person, on)
            self._ask(person, party, frozenset(self.procedure.organisations))

    def _ask(self, person: UUID, party: ConsentParty, organisations: frozenset[str]) -> None:
        form = Consent(
            id=UUID(int=100 + len(self.facts.consents)),
            party=party,
            person_id=person,
            organisations=organisations,
            state="requested",
            signed_on=None,
            withdrawn_on=None,
        )
        self.facts = replace(self.facts, consents=(*self.facts.consents, form))

    def _answer(self, form: Consent, **changes: Any) -> Consent:
        answered = replace(form, **changes)
        consents = tuple(answered if one.id == form.id else one for one in self.facts.consents)
        self.facts = replace(self.facts, consents=consents)
        return answered

    def _is_carried(self, meeting: Meeting) -> bool:
        step, day = self.procedure.step(meeting.step), local_date(meeting.starts_at)
        return step.grounds == "none" or consent_stands(self.facts, self.procedure, day)

    def _call_off(self, form: Consent, what: Literal["refused", "withdrawn"], on: date) -> None:
        """P7: what no longer is carried is off in the same breath."""
        off = tuple(one for one in self.coming() if not self._is_carried(one))
        self._say(form, what, on, called_off=frozenset(one.id for one in off))
        for meeting in off:
            self._change(meeting, state="cancelled", cancelled_because="consent", sequence=+1)

    def _end_other_requests(self, form: Consent) -> None:
        """P11: a no answers them too."""
        for other in other_requests(self.facts, form):
            self._answer(other, state="lapsed")

    def _say(
        self,
        form: Consent,
        what: Literal["signed", "refused", "withdrawn", "waived"],
        on: date,
        *,
        until: date | None = None,
        called_off: frozenset[UUID] = frozenset(),
    ) -> None:
        named = form.organisations
        self.said.append(
            Said(self.turn, what, form.person_id, form.party, named, on, until, called_off)
        )

    def _wanted(self, step: str, starts_at: datetime, meeting: Meeting | None) -> Wanted:
        minutes = self.procedure.step(step).minutes
        if meeting is None:
            return Wanted(step, starts_at, minutes)
        people = meeting.person_ids if self.facts.never_together else None
        return Wanted(step, starts_at, minutes, meeting.id, people)

    def _proposed(self, step: str) -> Meeting | None:
        of_step = self.facts.meetings_of(step)
        return next((one for one in of_step if one.state == "proposed"), None)

    def _put(
        self,
        wanted: Wanted,
        meeting: Meeting | None,
        state: str,
        by: Literal["scheduler", "hand"],
        sequence: int = 0,
    ) -> None:
        people = check_booking(self.facts, self.procedure, self.days, self.hours, wanted, self.now)
        if state == "booked" and self.is_taken(wanted.starts_at, wanted.ends_at):
            raise DoubleBooked
        before = self.facts
        times: dict[str, Any] = {
            "starts_at": wanted.starts_at,
            "ends_at": wanted.ends_at,
            "state": state,
            "changed_at": self.now,
            "person_ids": people,
        }
        if meeting is not None:
            self._change(meeting, sequence=sequence, **times)
        else:
            number = UUID(int=1000 + len(self.facts.meetings))
            added = Meeting(id=number, step=wanted.step, sequence=0, **times)
            self.facts = replace(self.facts, meetings=(*self.facts.meetings, added))
        self.puts.append(Put(wanted.step, wanted.starts_at, wanted.ends_at, by, self.now, before))

    def _change(self, meeting: Meeting, *, sequence: int = 0, **changes: Any) -> None:
        changed = replace(meeting, sequence=meeting.sequence + sequence, **changes)
        meetings = tuple(changed if one.id == meeting.id else one for one in self.facts.meetings)
        self.facts = replace(self.facts, meetings=meetings)
