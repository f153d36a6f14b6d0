"""What the person who sits before the calling system may see (X10, P8, X16, decision 12)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.meetings import keeps_minutes
from services.cases.domain.refused import Invalid, NotFound, Refused, Words
from shared.domain.facts import CaseFacts
from shared.domain.sight import has_left, may_see
from shared.procedures import Procedures

HEADER = "Samspel-Acting-As"
MINUTES = "file-minutes"
GLASS = "glass:"
_PERSON = "person:"
# Reads that are about no single case: of the register, of numbers alone, or of what is seen.
_LISTS = frozenset(
    {
        "cases.list", "messages", "tasks", "people", "units", "posts", "procedures", "limits",
        "limits.manager", "lead-times", "inquiries", "considerations", "mail-previews", "inbound",
        "today", "today.staff",
        "opening", "inquiry",
        "message", "mail-server", "evaluation", "evaluation.paper",
        "calendar", "calendar.unit", "calendar.feed", "duty", "duty.file",
        "years", "year", "dispatches", "dispatch", "dispatch.file", "parent-meetings",
        "reports", "report", "report.feedback", "reports.guidance", "consultations.slots",
        "glass", "readings.counts",
    }
)  # fmt: skip


class UnknownActingPerson(Invalid):
    """The header names nobody of the municipality's register."""

    code = "unknown-acting-person"
    detail = Words(
        f"{HEADER} nämner ingen i personalregistret. Sök id:t i /api/v1/people.",
        f"{HEADER} names nobody of the staff register. Look the id up in /api/v1/people.",
    )


class OpenedForAnother(Refused):
    """The opener is the process owner, so nobody opens a case in another's name (R2)."""

    code = "opened-for-another"
    rule = "R2"
    title = Words("Öppna i ditt eget namn", "Open it in your own name")
    detail = Words(
        "Den som öppnar ärendet blir processbärare. Ange dig själv som initiator, eller lämna över"
        " ärendet när det är öppnat.",
        "Who opens the case becomes its process owner. Name yourself as the initiator, or hand the"
        " case over once it is open.",
    )


class Sights(Protocol):
    """What is looked up to know who sees what, in one transaction."""

    def party(self, person: UUID) -> str | None: ...
    def is_case(self, case_id: UUID) -> bool:
        """Whether it is a child's case, and no matter of the staff's."""

    def case_of(self, name: str, thing: UUID) -> UUID | None: ...
    def owner_of(self, meeting_id: UUID, kind: str) -> UUID | None: ...
    def cases_of(self, person: UUID) -> Sequence[UUID]: ...
    def works_for(self, person: UUID, on: date) -> Collection[str]:
        """The organisations in which somebody has a post that day."""

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def has_opened(self, person: UUID, case_id: UUID, on: date) -> bool:
        """Whether somebody has opened a case that day in an emergency, to read it."""


@dataclass(frozen=True, slots=True)
class Sight:
    """One person's sight of the cases on one day; without a person, the calling system's: all.

    What was opened in an emergency is seen by the one read that it was asked for, and no command.
    """

    person: UUID | None
    sights: Sights
    procedures: Procedures
    today: date
    _opened: set[UUID] = field(default_factory=set, repr=False)
    _works_for: dict[UUID, Collection[str]] = field(default_factory=dict, repr=False)

    def enter(self, path: Mapping[str, str], case_id: UUID | None, what: str | None = None) -> None:
        """Let pass who may see what a request is about. `what` names a read. Raises NotFound.

        A read that names no case is let pass only if it is known to show none that isn't seen. What
        stands behind a colon says which thing was read.
        """
        if "case_id" in path and not self.sights.is_case(UUID(path["case_id"])):
            raise NotFound
        if self.person is None:
            return
        self._check_person(self.person)
        case_id = case_id or self._case_of(path)
        if case_id is not None:
            self._enter_case(self.person, case_id, to_read=what is not None)
        elif what is not None and what.partition(":")[0] not in _LISTS:
            raise NotFound

    def _enter_case(self, person: UUID, case_id: UUID, *, to_read: bool) -> None:
        if case_id in self.seen([case_id]):
            return
        if not (to_read and self.sights.has_opened(person, case_id, self.today)):
            raise NotFound
        self._opened.add(case_id)

    def enter_to_keep(self, path: Mapping[str, str], meeting_id: UUID) -> None:
        """R15: let pass also who keeps the minutes of a meeting, while they work where they are on
        the case for (X10). Raises NotFound."""
        case_id = self.sights.case_of("meeting_id", meeting_id)
        if self.person is None or case_id is None:
            self.enter(path, case_id)
            return
        self._check_person(self.person)
        task_owner = self.sights.owner_of(meeting_id, MINUTES)
        (facts,) = self.sights.facts([case_id])
        left = has_left(facts, self.person, self._works_for_today(self.person))
        if left or not keeps_minutes(facts, self.person, task_owner):
            self.check(case_id)

    def check(self, case_id: UUID) -> None:
        """Raises NotFound, as for a case that there isn't."""
        if case_id not in self.seen([case_id]):
            raise NotFound

    def on(self) -> list[UUID] | None:
        """The cases that the person is on, seen or not: no other is ever seen. None: no matter."""
        if self.person is None:
            return None
        return [*self.sights.cases_of(self.person), *self._opened]

    def seen(self, case_ids: Collection[UUID]) -> Collection[UUID]:
        """Those of the cases that are seen."""
        if self.person is None:
            return case_ids
        return {facts.id for facts in self.sights.facts(case_ids) if self.shows(facts)}

    def shows(self, facts: CaseFacts) -> bool:
        """Whether it is seen, also if only because it was opened in an emergency."""
        return facts.id in self._opened or self.sees(facts)

    def sees(self, facts: CaseFacts) -> bool:
        """Whether it is seen without any emergency."""
        if self.person is None:
            return True
        works_for = self._works_for_today(self.person)
        procedure = self.procedures.get(facts.procedure, facts.procedure_on)
        return may_see(facts, procedure, self.person, self.today, works_for)

    @property
    def opened(self) -> Collection[UUID]:
        """The cases that were let pass only since they were opened in an emergency."""
        return self._opened

    def logged(self, what: str) -> str:
        """How a read is named in the log: also whether it took an emergency to do it."""
        return f"{GLASS}{what}" if self._opened else what

    def _works_for_today(self, person: UUID) -> Collection[str]:
        if person not in self._works_for:  # asked once, also for a list of hundreds
            self._works_for[person] = self.sights.works_for(person, self.today)
        return self._works_for[person]

    def _check_person(self, person: UUID) -> None:
        party = self.sights.party(person)
        if party is None:
            raise UnknownActingPerson(HEADER)
        if party != "staff":  # a family comes by its own links, never this way
            raise NotFound

    def _case_of(self, path: Mapping[str, str]) -> UUID | None:
        """The case that the ids of a path lead to; None where there is none such."""
        for name, text in path.items():
            try:
                thing = UUID(text)
            except ValueError:
                continue
            if name == "case_id":
                return thing
            if (case_id := self.sights.case_of(name, thing)) is not None:
                return case_id
        return None


def actor_of(person: UUID | None, system: str) -> str:
    """Who does it, as the audit and the access log name them."""
    return system if person is None else f"{_PERSON}{person}"


def person_of(actor: str) -> UUID | None:
    """The person behind an actor; None for a system."""
    return UUID(actor.removeprefix(_PERSON)) if actor.startswith(_PERSON) else None
