"""What stands on a personal page: as plain values, for the template (X13, X12, S6, S7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.cases.domain.counters import Counter
from services.cases.domain.links import FAMILY, consent_to_withdraw, told_apart
from services.cases.domain.wishes import Relation
from services.cases.handlers.feeds import Origin
from services.cases.handlers.links import Opened
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.showing import Comes, of_staff, who_comes
from services.cases.web.link_session import Session
from services.cases.web.link_words import Language, Texts
from shared.domain.calling import in_charge
from shared.domain.days import local_date
from shared.domain.hours import OfficeHours
from shared.domain.swedish import day_and_time, long_date
from shared.ids import keyed_token

_ADDRESSEES = ("child", "guardian")  # who is told the list of who comes (S6)


@dataclass(frozen=True, slots=True)
class Filled:
    """What has to be mended, in words and by field, and what had been filled in."""

    wrong: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of those who share the mailbox: by a key that means nothing elsewhere."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class OptionShown:
    number: int
    iso: str
    when: str
    said: str


@dataclass(frozen=True, slots=True)
class Inside:
    """What is shown after the second step alone; to one person.

    `place`: None as well where it is decided (`has_place`) and mustn't be said (X6).
    """

    place: str | None
    has_place: bool
    leader: Comes
    comes: Sequence[Comes] | None
    agenda: Sequence[str]
    agenda_in: Language
    wishes: Sequence[Mapping[str, Any]]
    may_wish: bool
    may_withdraw: bool
    feed: str | None


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page; `inside` is None before the second step.

    `people` are those to choose from, if several share the mailbox; None: their names don't tell
    them apart, so nobody answers before the second step. `answer` is said only where one person
    reads it: of those who share a mailbox neither reads the other's (X12).
    """

    shown: str
    when: str
    day: str
    people: Sequence[Person] | None
    answer: str | None
    is_staff: bool
    sequence: int
    options: Sequence[OptionShown]
    clock_times: Sequence[str]
    first_day: date
    counter: Counter | None
    counter_when: str
    inside: Inside | None


def people_here(opened: Opened, session: Session | None) -> dict[UUID, str]:
    """Who can be meant: all who share the mailbox, or only who has said their code (X12)."""
    if session is not None and session.person in opened.sharing:
        return {session.person: opened.sharing[session.person]}
    return dict(opened.sharing)


def key_of(opened: Opened, person: UUID, secret: bytes) -> str:
    return keyed_token(secret, "who", opened.link.id, person, octets=5)


def page(
    opened: Opened,
    session: Session | None,
    desk: Desk,
    views: Views,
    origin: Origin,
    language: Language,
) -> Page:
    """The page as it is now; the caller has logged the access."""
    meeting, people = opened.meeting, people_here(opened, session)
    alone = next(iter(people)) if len(people) == 1 else None
    named = () if alone is not None else told_apart(people)
    counter = None if alone is None else desk.counters.newest_of(meeting.id, alone)
    return Page(
        shown=opened.shown,
        when=_capital(day_and_time(meeting.starts_at, meeting.ends_at, language)),
        day=_capital(long_date(local_date(meeting.starts_at), language)),
        people=None if named is None else [
            Person(key_of(opened, person, origin.secret), name) for person, name in named
        ],
        answer=None if alone is None else _answer(meeting.id, alone, desk),
        is_staff=opened.who(opened.link.person_id).party not in FAMILY,
        sequence=meeting.sequence,
        options=_options(opened, alone, desk, language),
        clock_times=clock_times(desk.hours, meeting.ends_at - meeting.starts_at),
        first_day=desk.next_working_day,
        counter=counter,
        counter_when="" if counter is None else day_and_time(counter.starts_at, None, language),
        inside=None if session is None
        else _inside(opened, session.person, desk, views, origin, language),
    )  # fmt: skip


def clock_times(hours: OfficeHours, length: timedelta) -> list[str]:
    """The times that a meeting of that length can begin at within the office hours."""
    anyday = date(2000, 1, 3)
    at, last = datetime.combine(anyday, hours.start), datetime.combine(anyday, hours.end) - length
    found = []
    while at <= last:
        if not (at.time() < hours.lunch_end and (at + length).time() > hours.lunch_start):
            found.append(f"{at:%H:%M}")
        at += timedelta(minutes=hours.grid_minutes)
    return found


def clock_time_of(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if len(text) == len("13:00") else None
    except ValueError:
        return None


def relations(words: Texts) -> list[tuple[str, str]]:
    return [(one.value, words[f"relation_{one.value}"]) for one in Relation]


def _answer(meeting_id: UUID, person: UUID, desk: Desk) -> str:
    said = desk.meetings.answers(meeting_id).get(person)
    return "needs-action" if said is None else said.answer


def _options(
    opened: Opened, alone: UUID | None, desk: Desk, language: Language
) -> list[OptionShown]:
    """Times to vote about; what was said about them only where one person reads it."""
    if opened.shown != "proposed":
        return []
    length = opened.meeting.ends_at - opened.meeting.starts_at
    return [
        OptionShown(
            number,
            option.starts_at.isoformat(),
            _capital(day_and_time(option.starts_at, option.starts_at + length, language)),
            "" if alone is None else option.votes.get(alone, ""),
        )
        for number, option in enumerate(desk.votes.options(opened.meeting.id))
    ]


def _inside(
    opened: Opened, person: UUID, desk: Desk, views: Views, origin: Origin, language: Language
) -> Inside:
    file, meeting, who = opened.file, opened.meeting, opened.who(person)
    told, current = who.party in _ADDRESSEES, opened.shown in ("booked", "proposed")
    feed = desk.feeds.of(person)
    return Inside(
        place=desk.links.places([meeting.id]).get(meeting.id),
        has_place=desk.links.has_place(meeting.id),
        leader=_leader(opened, views),
        comes=who_comes(file.id, meeting.id, person, views) if told and current else None,
        agenda=file.procedure.agenda_in(language) if current else (),
        agenda_in="en" if language == "en" and file.procedure.agenda_en else "sv",
        wishes=[one for one in views.wishes(file.id) if one["by_person"] == person],
        may_wish=told and current and file.facts.state == "open",
        may_withdraw=consent_to_withdraw(file.facts, person) is not None,
        feed=None if feed is None else origin.url(feed),
    )


def _leader(opened: Opened, views: Views) -> Comes:
    """R8: who calls and chairs is named behind the second step."""
    facts = opened.file.facts
    step = opened.file.procedure.step(opened.meeting.step)
    leader = in_charge(facts, opened.file.procedure, step)
    hidden = leader in views.protected([leader])
    return of_staff(opened.who(leader), views.names([leader])[leader], hidden=hidden)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
