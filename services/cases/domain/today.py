"""What somebody has to do, the most urgent first, and what they wait for (X2)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from services.cases.domain.asking import has_begun
from services.cases.domain.digest import OF_LIMITS
from services.cases.domain.limits import Limit, LimitState, OfSomebody
from services.cases.domain.reached import not_mailed
from services.cases.domain.refused import Words
from services.cases.domain.spoken import title_words
from shared.domain.consent import shown_state
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure
from shared.domain.weekly import monday_of

Urgency = Literal["late", "now", "week", "later"]
URGENCIES: tuple[Urgency, ...] = ("late", "now", "week", "later")
MEETING = "meeting"  # the kind of a thing that is a step's limit

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
# A task about a step's time says more than its limit does, as long as that can be kept.
_OF_TIMES = ("no-slot", "book-anew", "confirm-time", "arrange-separately")


@dataclass(frozen=True, slots=True)
class OpenTask:
    """An open task of somebody's, with what it is about: a case, or else one of the others.

    `has_page`: there is something to fill in. The version of the procedure whose words its rule has
    is that of `procedure_on`; of a case, the case's own.
    """

    id: UUID
    kind: str
    rule: str
    due_on: date | None
    procedure: str | None
    procedure_on: date
    case_id: UUID | None = None
    inquiry_id: UUID | None = None
    report_id: UUID | None = None
    year: int | None = None
    meeting_id: UUID | None = None
    meeting_starts_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    has_page: bool = False

    @property
    def step(self) -> str | None:
        step = self.details.get("step")
        return step if isinstance(step, str) else None


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing to do: a limit to keep (`kind` is MEETING), or a task, or `times` tasks alike.

    `day` is the last day for it, None: as soon as possible. A limit's is the last that can be
    booked; `limit_on` is the limit itself.
    """

    kind: str
    rule: str
    quote: str
    procedure: Procedure
    day: date | None
    reference: str | None = None
    case_id: UUID | None = None
    step: str | None = None
    title: Words | None = None
    limit_on: date | None = None
    state: LimitState | None = None
    task: OpenTask | None = None
    times: int = 1

    @property
    def last_day(self) -> date | None:
        """By when it's to be done: a limit's is the limit itself."""
        return self.limit_on or self.day

    def urgency(self, today: date) -> Urgency:
        if self.state == "passed" or (self.state is None and self.day and self.day < today):
            return "late"
        if self.day is None or self.day <= today + _DAY:
            return "now"
        return "week" if self.day < monday_of(today) + _WEEK else "later"


@dataclass(frozen=True, slots=True)
class Waiting:
    """What others are waited for, on one case: so many consents, or answers to one meeting."""

    kind: Literal["consents", "answers"]
    case_id: UUID
    reference: str
    count: int
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """A meeting that somebody is called to. Not a child's: `about` says what, `reference` is ""."""

    meeting: Meeting
    about: str
    reference: str
    title: Words | None


@dataclass(frozen=True, slots=True)
class Colleague:
    """How it stands with one of a manager's people, in numbers (X16)."""

    name: str
    late: int
    coming: int


def of_limit(limit: Limit, procedure: Procedure) -> Thing:
    assert limit.step is not None  # of a task it is `OpenTask` that says
    return Thing(
        kind=MEETING,
        rule=limit.rule,
        quote=limit.quote,
        procedure=procedure,
        day=limit.last_bookable_on or limit.due_on,
        reference=limit.reference,
        case_id=limit.case_id,
        step=limit.step,
        title=title_words(procedure.step(limit.step)),
        limit_on=limit.due_on,
        state=limit.state,
    )


def things(limits: Iterable[Thing], tasks: Iterable[Thing]) -> list[Thing]:
    """Each thing once: what a limit and a task say alike, and tasks that are alike, are one."""
    of_tasks = list(tasks)
    times = {(one.case_id, one.step) for one in of_tasks if one.kind in _OF_TIMES}
    kept = [one for one in limits if one.state == "passed" or (one.case_id, one.step) not in times]
    steps = {(one.case_id, one.step) for one in kept} | times
    alike: dict[object, Thing] = {}
    for one in of_tasks:
        if one.kind in OF_LIMITS and (one.case_id, one.step) in steps:
            continue
        known = alike.get(_looks(one))
        alike[_looks(one)] = one if known is None else replace(known, times=known.times + 1)
    return kept + list(alike.values())


def by_urgency(found: Iterable[Thing], today: date) -> dict[Urgency, list[Thing]]:
    """Within each, the nearest day first; what has none, after today's."""
    groups: dict[Urgency, list[Thing]] = {name: [] for name in URGENCIES}
    for one in found:
        groups[one.urgency(today)].append(one)
    for group in groups.values():
        group.sort(key=lambda one: (one.day or today, one.reference or "", one.rule, one.kind))
    return groups


def waiting(
    facts: CaseFacts, procedure: Procedure, unmailable: Collection[UUID], now: datetime
) -> Iterable[Waiting]:
    """What whoever owns or leads a case waits for: numbers alone, never whose (X12).

    Of consents only once the asking has begun (P5). Of answers as many as the meeting's page says,
    if anybody else is among them.
    """
    today = local_date(now)
    missing = {
        one.person_id
        for one in facts.consents
        if one.waived_on is None and shown_state(facts, procedure, one, today) == "requested"
    }
    if missing and has_begun(facts, procedure):
        yield Waiting("consents", facts.id, facts.reference, len(missing))
    told_by_hand = not_mailed(facts, procedure, unmailable, now)
    for meeting in facts.meetings:
        asked = meeting.person_ids - meeting.answered - told_by_hand
        others = asked - {facts.process_owner}
        if meeting.state == "booked" and meeting.starts_at > now and others:
            yield Waiting("answers", facts.id, facts.reference, len(asked), meeting)


def colleagues(
    found: Sequence[OfSomebody], names: Mapping[UUID, str], today: date
) -> list[Colleague]:
    """Whoever is late first; without those who have nothing that is late or comes soon."""
    late, coming = dict.fromkeys(names, 0), dict.fromkeys(names, 0)
    for one in found:
        if one.owner not in names:
            continue
        if one.due_on < today:
            late[one.owner] += one.count
        elif one.state not in ("booked", "met") and one.due_on < monday_of(today) + 2 * _WEEK:
            coming[one.owner] += one.count
    shown = [Colleague(names[who], late[who], coming[who]) for who in names]
    return sorted(
        (one for one in shown if one.late or one.coming), key=lambda one: (-one.late, one.name)
    )


def own_limits(found: Iterable[Limit], person: UUID) -> Iterable[Limit]:
    """A limit within which a time is booked asks for nothing; a passed one does."""
    return (one for one in found if one.owner == person and one.state not in ("booked", "met"))


def _looks(one: Thing) -> object:
    """What makes two tasks look the same."""
    assert one.task is not None
    if one.task.case_id is None:
        return one.task.id
    return one.kind, one.case_id, one.step, one.day, one.task.meeting_id
