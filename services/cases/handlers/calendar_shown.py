"""What a calendar shows: one's own meetings and limits, or when the people one manages are taken.

One's own meetings stand there on the same ground as in a feed, and only of cases that one sees; of
others' it says what they are about to who sees the case, and to nobody else (X10, X16).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from services.cases.domain.month import Entry, Span, days_of
from services.cases.domain.refused import Words
from services.cases.domain.spoken import title_words
from services.cases.handlers.calendar_ports import Taken
from services.cases.handlers.feeds import is_shown_to
from services.cases.handlers.overviews import Overviews, Sought, limits_of
from services.cases.handlers.sight import Sight
from shared.domain.days import WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting

_DAY = timedelta(days=1)
_STAFF = "staff"
_TAKEN = Words("Upptagen", "Busy")


@dataclass(frozen=True, slots=True)
class Calendar:
    """What stands in a span of days. `units`: whose breaks matter; `names`: of a unit's people."""

    entries: tuple[Entry, ...]
    units: Sequence[str] = ()
    names: Mapping[UUID, str] = field(default_factory=dict)


def own_calendar(
    shown: Span, person: UUID, views: Overviews, sight: Sight, days: WorkingDays, now: datetime
) -> Calendar:
    """The person's own meetings, and the limits of what is theirs to do."""
    since, until = _instants(shown)
    called = {one.meeting_id: one.case_id for one in views.called_to(person, since, until)}
    entries = [
        _told(meeting, facts, sight)
        for facts in views.facts(sorted(set(called.values())))
        if sight.shows(facts)
        for meeting in facts.meetings
        if meeting.id in called and _is_shown(meeting, facts, person, sight, days, now)
    ]
    entries += _limits(shown, person, views, sight, days, now)
    return Calendar(tuple(entries), views.units_of(person, local_date(now)))


def calendar_of_unit(shown: Span, manager: UUID, views: Overviews, sight: Sight) -> Calendar:
    """When those whose manager somebody is are at meetings; of which, where she sees the case."""
    people = views.managed_by(manager, sight.today)
    taken = views.taken(list(people), *_instants(shown)) if people else ()
    seen = _seen({one.case_id for one in taken}, views, sight)
    entries = tuple(_of_somebody(one, seen.get(one.case_id), sight) for one in taken)
    return Calendar(entries, views.units_of(manager, sight.today), people)


def _is_shown(
    meeting: Meeting,
    facts: CaseFacts,
    person: UUID,
    sight: Sight,
    days: WorkingDays,
    now: datetime,
) -> bool:
    """A time that is only proposed isn't in the calendar once it has passed."""
    if meeting.state == "proposed" and meeting.starts_at <= now:
        return False
    procedure = sight.procedures.get(facts.procedure, facts.procedure_on)
    return is_shown_to(person, _STAFF, facts, procedure, meeting, days, now)


def _told(meeting: Meeting, facts: CaseFacts, sight: Sight, person: UUID | None = None) -> Entry:
    step = sight.procedures.get(facts.procedure, facts.procedure_on).step(meeting.step)
    first, last = days_of(meeting.starts_at, meeting.ends_at)
    return Entry(
        kind="meeting",
        first=first,
        last=last,
        state=meeting.state,
        what=title_words(step),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        about=facts.about,
        reference=facts.reference,
        case_id=facts.id,
        meeting_id=meeting.id,
        person=person,
    )


def _of_somebody(one: Taken, facts: CaseFacts | None, sight: Sight) -> Entry:
    meetings = () if facts is None else facts.meetings
    meeting = next((known for known in meetings if known.id == one.meeting_id), None)
    if meeting is not None and facts is not None:
        return _told(meeting, facts, sight, one.person)
    first, last = days_of(one.starts_at, one.ends_at)
    return Entry(
        kind="busy",
        first=first,
        last=last,
        state="busy",
        what=_TAKEN,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        person=one.person,
    )


def _seen(cases: set[UUID], views: Overviews, sight: Sight) -> Mapping[UUID, CaseFacts]:
    """No case is read that the manager isn't on herself."""
    mine = cases if (on := sight.on()) is None else cases & set(on)
    return {facts.id: facts for facts in views.facts(sorted(mine)) if sight.shows(facts)}


def _limits(
    shown: Span, person: UUID, views: Overviews, sight: Sight, days: WorkingDays, now: datetime
) -> Iterator[Entry]:
    sought = Sought(person=person, since=shown.first, before=shown.last + _DAY)
    for one in limits_of(sought, sight, views, sight.procedures, days, now):
        yield Entry(
            kind="limit",
            first=one.due_on,
            last=one.due_on,
            state=one.state,
            what=one.short,
            reference=one.reference,
            case_id=one.case_id,
            rule=one.rule,
            told=one.what,
        )


def _instants(shown: Span) -> tuple[datetime, datetime]:
    midnight = time()
    return at(shown.first, midnight), at(shown.last + _DAY, midnight)
