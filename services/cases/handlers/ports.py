"""What the handlers need from outside, in their own words; the adapters implement it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.matters import NewMatter
from services.cases.domain.meetings import keeps_minutes
from services.cases.domain.opening import OnCase, StaffOfCase
from services.cases.domain.refused import NotFound
from services.cases.domain.tasks import OpenTask, Task
from services.cases.handlers.commands import OpenCase
from services.cases.handlers.digest_ports import Digests
from services.cases.handlers.dispatch_ports import Dispatches
from services.cases.handlers.draft_ports import Drafts
from services.cases.handlers.duty_ports import Duties
from services.cases.handlers.evaluation_ports import Evaluations
from services.cases.handlers.glass_ports import Glasses
from services.cases.handlers.incoming import Inquiries
from services.cases.handlers.ledger import Family, Ledger
from services.cases.handlers.link_ports import Counters, Feeds, Links
from services.cases.handlers.mail_ports import Mails
from services.cases.handlers.meeting_ports import Meetings, Votes, Wishes
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.owning import Ownership
from services.cases.handlers.parent_ports import ParentMeetings
from services.cases.handlers.readings import Readings
from services.cases.handlers.register_ports import Register
from services.cases.handlers.report_ports import Reports
from services.cases.handlers.rule_ports import RuleChanges
from services.cases.handlers.sight import MINUTES, Sight, Sights, person_of
from services.cases.handlers.staffing import Files, ImportDrafts, Staffing
from services.cases.handlers.token_ports import ApiTokens
from services.cases.handlers.year_ports import Years
from services.cases.handlers.year_view_ports import YearViews
from shared.bus.events import Event
from shared.domain.days import SchoolYears, WorkingDays, local_date
from shared.domain.facts import CaseFacts, Consent, Meeting
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Procedure
from shared.procedures import Procedures

ITSELF = "samspel"  # the actor of what a rule does, and no person


@dataclass(frozen=True, slots=True)
class Opened:
    """Who is who on a case that has just been opened, and what it is called."""

    case_id: UUID
    reference: str
    child: UUID
    guardians: tuple[UUID, ...]


class Cases(Protocol):
    """Cases, and who is on them."""

    def lock(self, case_id: UUID) -> bool: ...
    def facts(self, case_id: UUID) -> CaseFacts: ...
    def case_of_meeting(self, meeting_id: UUID) -> UUID | None: ...
    def case_of_task(self, task_id: UUID) -> UUID | None: ...
    def add(self, command: OpenCase, staff: StaffOfCase, day: date) -> Opened: ...
    def add_matter(self, matter: NewMatter, day: date) -> None: ...
    def add_participant(self, case_id: UUID, who: OnCase) -> None: ...
    def remove_participant(self, case_id: UUID, person: UUID) -> None: ...
    def close(self, case_id: UUID, outcome: str) -> None: ...
    def open_again(self, case_id: UUID) -> None: ...
    def outcome(self, case_id: UUID) -> str | None: ...
    def place(self, case_id: UUID) -> str | None: ...
    def meet_at(self, case_id: UUID, place: str | None) -> None: ...


@dataclass(frozen=True, slots=True)
class LateTask:
    """An open task whose day has been a while ago; of no case, if it is a duty (then of a post)."""

    id: UUID
    case_id: UUID | None
    key: str
    owner: UUID | None
    due_on: date
    rule: str
    step: str | None


class Tasks(Protocol):
    """What people have to do; adding one again changes nothing, or opens it again (comes_back)."""

    def add(self, case_id: UUID, *tasks: Task) -> None: ...
    def finish(
        self, case_id: UUID, kinds: Iterable[str] | None = None, *, step: str | None = None,
        meeting: UUID | None = None, about: UUID | None = None,
    ) -> None: ...  # fmt: skip
    def finish_one(self, task_id: UUID) -> bool: ...
    def open_again(self, task_id: UUID) -> bool: ...
    def kind_of(self, task_id: UUID) -> str: ...
    def open_all_again(self, case_id: UUID, tasks: Collection[UUID]) -> None: ...
    def open_those_done_when_closed(self, case_id: UUID) -> None: ...
    def retire(self, task_id: UUID) -> None: ...
    def retire_about(self, case_id: UUID, kind: str, people: Collection[UUID]) -> None: ...
    def take_late(self, limit: int) -> list[LateTask]: ...
    def finish_of(self, case_id: UUID, consent_id: UUID) -> None: ...
    def open_ones(self, case_id: UUID) -> frozenset[UUID]: ...
    def finish_key(self, *keys: str) -> None: ...
    def finish_key_of_posts(self, keys: Collection[str], roles: Collection[str]) -> None:
        """Those with these keys, and with one of them for any post of these roles."""

    def put_off(self, task: Task) -> None: ...
    def open_one(self, task_id: UUID) -> OpenTask | None: ...
    def owner_of(self, meeting_id: UUID, kind: str) -> UUID | None: ...


class Messages(Protocol):
    """What the notifier says about the mails of a case."""

    def stopped_and_leaving(self, case_id: UUID) -> tuple[int, list[dict[str, str]]]: ...


class Audit(Protocol):
    """Who did what when, by which rule; ids, codes and dates only."""

    def note(
        self, case_id: UUID | None, action: str, rule: str | None, details: Mapping[str, Any]
    ) -> None: ...
    def note_each(
        self, case_id: UUID, action: str, rule: str, details: Sequence[Mapping[str, Any]]
    ) -> None:
        """Something that was done several times over."""

    def last(self, case_id: UUID, action: str, about: str) -> dict[str, Any] | None: ...
    def by_itself(self) -> "Audit":
        """The same, of what a rule does and no person."""


class Publish(Protocol):
    def __call__(self, event: Event) -> None: ...


class Together(Protocol):
    """Within it, what is only written doesn't wait for the database's answer to what was before.

    Everything is done in its order; what has failed is raised at the next thing read, or at the
    end of the block: so whoever handles an error of a statement itself doesn't write in here.
    """

    def __call__(self) -> AbstractContextManager[object]: ...


@dataclass(frozen=True, slots=True)
class CaseFile:
    """A case that is locked until the end of the unit, its facts, and its procedure."""

    facts: CaseFacts
    procedure: Procedure

    @property
    def id(self) -> UUID:
        return self.facts.id

    def meeting(self, meeting_id: UUID) -> Meeting:
        for meeting in self.facts.meetings:
            if meeting.id == meeting_id:
                return meeting
        raise NotFound

    def consent(self, consent_id: UUID) -> Consent:
        for consent in self.facts.consents:
            if consent.id == consent_id:
                return consent
        raise NotFound


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything a handler works with in one unit: the time, the rules, and the ports."""

    now: datetime
    actor: str
    municipality: str
    procedures: Procedures
    days: WorkingDays
    hours: OfficeHours
    school_years: SchoolYears
    register: Register
    staffing: Staffing
    ownership: Ownership
    inquiries: Inquiries
    drafts: Drafts
    duties: Duties
    glasses: Glasses
    readings: Readings
    years: Years
    year_views: YearViews
    evaluations: Evaluations
    dispatches: Dispatches
    parent_meetings: ParentMeetings
    reports: Reports
    cases: Cases
    ledger: Ledger
    family: Family
    meetings: Meetings
    votes: Votes
    wishes: Wishes
    links: Links
    counters: Counters
    feeds: Feeds
    mails: Mails
    tasks: Tasks
    messages: Messages
    audit: Audit
    digests: Digests
    files: Files
    import_drafts: ImportDrafts
    rule_changes: RuleChanges
    tokens: ApiTokens
    overviews: Overviews
    sights: Sights
    publish: Publish
    together: Together
    _entered: set[UUID] = field(default_factory=set, repr=False)

    @property
    def actor_person(self) -> UUID | None:
        """Who sits before the calling system, if it has said so."""
        return person_of(self.actor)

    @property
    def today(self) -> date:
        return local_date(self.now)

    @property
    def next_working_day(self) -> date:
        """As soon as possible (R4): by the end of the next day at work."""
        return self.days.plus(self.today, 1)

    def take(self, case_id: UUID) -> CaseFile:
        """Lock a case, and only then read it: a statement that does both would see the old.

        Raises NotFound, also if the person may not see it when the command begins (X10, P8).
        """
        if not self.cases.lock(case_id):
            raise NotFound
        return self._let_in(self._file(case_id))

    def take_opened(self, facts: CaseFacts) -> CaseFile:
        """As take, a case that this unit has just opened: until the commit nobody else finds it."""
        return self._let_in(self._file_of(facts))

    def take_by_meeting(self, meeting_id: UUID) -> CaseFile:
        case_id = self.cases.case_of_meeting(meeting_id)
        if case_id is None:
            raise NotFound
        return self.take(case_id)

    def take_to_keep(self, meeting_id: UUID) -> CaseFile:
        """R15: as take_by_meeting, but its keeper finds it also without seeing the case."""
        case_id = self.cases.case_of_meeting(meeting_id)
        if case_id is not None and self.actor_person is not None and self.cases.lock(case_id):
            task_owner = self.tasks.owner_of(meeting_id, MINUTES)
            if keeps_minutes(self.cases.facts(case_id), self.actor_person, task_owner):
                self._entered.add(case_id)
        return self.take_by_meeting(meeting_id)

    def open_by_link(self, case_id: UUID, *, lock: bool) -> CaseFile:
        """X13: as take, for somebody who comes by their own link instead of by seeing the case."""
        self._entered.add(case_id)
        return self.take(case_id) if lock else self._file(case_id)

    def by_itself(self) -> "Desk":
        """R46: the same, for what a rule does to cases that whoever calls needn't see."""
        return replace(self, actor=ITSELF, audit=self.audit.by_itself())

    def sees(self, case_id: UUID) -> bool:
        """Whether who sits before the calling system sees the case as it is now."""
        return self.shows(self._file(case_id).facts)

    def shows(self, facts: CaseFacts) -> bool:
        """Whether who sits before the calling system sees a case, or matter, with these facts."""
        return Sight(self.actor_person, self.sights, self.procedures, self.today).sees(facts)

    def reread(self, file: CaseFile) -> CaseFile:
        """The same case after it was changed."""
        return self._file(file.id)

    def _let_in(self, file: CaseFile) -> CaseFile:
        if file.id not in self._entered:
            if not self.shows(file.facts):
                raise NotFound
            self._entered.add(file.id)
        return file

    def _file(self, case_id: UUID) -> CaseFile:
        return self._file_of(self.cases.facts(case_id))

    def _file_of(self, facts: CaseFacts) -> CaseFile:
        return CaseFile(facts, self.procedures.get(facts.procedure, facts.procedure_on))
