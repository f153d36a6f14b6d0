"""What a message says, in words: subject, text, HTML, and what stands in the calendar."""

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    DigestWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    OfYear,
    ProposalWords,
    Said,
)
from services.notifier.domain.safe_text import one_line
from services.notifier.domain.writing import LINK, MARKS, as_html, written
from shared.domain import swedish
from shared.domain.days import local_date

News = Literal["time", "place", "details"]
Values = dict[str, object]

# About something that is over or lies before the invitation: there is nothing to open.
_WITHOUT_LINK = (Kind.CANCEL,)
_WITHOUT_DESCRIPTION = (Kind.CANCEL, Kind.COUNTER_DECLINED)


@dataclass(frozen=True, slots=True)
class House:
    """The municipality as its mail shows it: its name alone, and its contact centre (P18)."""

    name: str
    phone: str
    address: str

    def __post_init__(self) -> None:
        for text in (self.name, self.phone, self.address):
            one_line(text)


class UnreadableWords(ValueError):
    """A newer version has made the message; this one has no words for it."""


@dataclass(frozen=True, slots=True)
class Page:
    """The recipient's own page for a task, and by when that is to be done."""

    link: str
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Words:
    """One message in words. `summary` and `description` are for the calendar."""

    language: str
    subject: str
    text: str
    html: str
    summary: str = ""
    description: str = ""

    def with_links(self, *links: str) -> "Words":
        """With one recipient's own links, each in its place. Raises UnsafeText."""
        words = self
        for mark, link in zip(MARKS, links, strict=False):
            one_line(link)
            words = replace(
                words,
                text=words.text.replace(mark, link),
                html=words.html.replace(mark, html.escape(link)),
                description=words.description.replace(mark, link),
            )
        return words


def words_for(
    message: Message, house: House, link: str | None = None, pages: Sequence[Page] = ()
) -> Words:
    """The words of a message; kept for a while, since everybody is told the same but the links.

    `link` is the recipient's own page for a meeting; without one, answering is by the calendar or
    the phone. `pages` are those for tasks, of which a mail has room for some.
    Raises UnreadableWords, UnsafeText.
    """
    if message.kind in _WITHOUT_LINK:
        return _words(message, house, linked=False)
    pages = pages[: len(MARKS)]
    words = _words(
        message, house, linked=link is not None, days=tuple(page.due_on for page in pages)
    )
    return words.with_links(*((page.link for page in pages) if link is None else (link,)))


def _words(
    message: Message, house: House, *, linked: bool, days: tuple[date | None, ...] = ()
) -> Words:
    """`days`: of the tasks that have a page."""
    language = message.language
    match message.words:
        case AlertWords() as alert:
            return _alert(alert, language, house, days)
        case DutyWords() as duty:
            calendar = duty.calendar is not None
            said = replace(duty, calendar=None)
            return _duty(said, Kind(message.kind), language, house, days, calendar=calendar)
        case DigestWords() as digest:
            return _digest(digest, language, house, linked=linked)
        case ProposalWords() as proposal:
            return _proposal(replace(proposal, token=""), language, house, linked=linked)
        case MeetingWords() as meeting:
            key = meeting_key(meeting)
            return _meeting(key, Kind(message.kind), language, house, linked=linked)
        case _:
            raise UnreadableWords


@dataclass(frozen=True, slots=True)
class MeetingKey:
    """All that the words about a meeting depend on."""

    starts_at: datetime
    ends_at: datetime
    place: str | None
    undecided: bool
    reference: str | None
    of_all: bool
    news: News
    asks_anew: bool
    answer_by: date | None
    wished: Said | None
    of_year: OfYear | None


def meeting_key(words: MeetingWords) -> MeetingKey:
    said, calendar = words.said, words.calendar
    return MeetingKey(
        said.starts_at,
        said.ends_at,
        said.place,
        said.undecided,
        words.reference,
        of_all=calendar is not None and calendar.of_all,
        news=_news(calendar),
        asks_anew=calendar is not None and calendar.asks_anew,
        answer_by=words.answer_by,
        wished=words.wished,
        of_year=words.of_year,
    )


def _news(calendar: CalendarPart | None) -> News:
    """What a change is about, for its subject and first sentence."""
    if calendar is not None and calendar.new_time:
        return "time"
    return "place" if calendar is not None and calendar.new_place else "details"


@lru_cache(maxsize=1024)
def _meeting(about: MeetingKey, kind: Kind, language: str, house: House, *, linked: bool) -> Words:
    starts, ends, wished = about.starts_at, about.ends_at, about.wished
    values = _about(about.reference, house, linked=linked) | {
        "day": _day(starts, language),
        "when": swedish.day_and_time(starts, ends, language),
        "starts": swedish.day_and_time(starts, None, language),
        "wished": wished and swedish.day_and_time(wished.starts_at, wished.ends_at, language),
        "answer_by": _by(about.answer_by, starts, language),
        "place": about.place and one_line(about.place),
        "undecided": about.undecided,
        "of_all": about.of_all,
        "news": about.news,
        "asks_anew": about.asks_anew,
        "of_year": about.of_year is not None,
        "agenda": [one_line(point) for point in about.of_year.agenda] if about.of_year else [],
        "callers": _named_together(about.of_year.callers if about.of_year else (), language),
    }
    words = _as_words(kind, language, values, house)
    calendar = written("calendar", language, values)
    description = "" if kind in _WITHOUT_DESCRIPTION else calendar.text.removesuffix("\n")
    return replace(words, summary=calendar.subject, description=description)


@lru_cache(maxsize=256)
def _proposal(about: ProposalWords, language: str, house: House, *, linked: bool) -> Words:
    length = timedelta(minutes=about.minutes)
    times = (swedish.day_and_time(start, start + length, language) for start in about.times)
    values = _about(about.reference, house, linked=linked) | {
        "times": list(times),
        "minutes": about.minutes,
        "answer_by": _by(about.answer_by, about.times[0], language),
    }
    return _as_words(Kind.PROPOSAL, language, values, house)


@lru_cache(maxsize=256)
def _alert(
    about: AlertWords, language: str, house: House, days: tuple[date | None, ...] = ()
) -> Words:
    values: Values = {
        "limit": swedish.the_day(about.limit_on, language),
        "passed": about.about in ("limit-passed", "task-late"),
        "to_manager": about.to in ("manager", "owner_manager"),
        "municipality": house.name,
        "count": 1,
        "pages": _pages(days, language),
    }
    return _as_words(Kind.ALERT, language, values, house)


@lru_cache(maxsize=256)
def _duty(
    about: DutyWords,
    kind: Kind,
    language: str,
    house: House,
    days: tuple[date | None, ...] = (),
    *,
    calendar: bool = False,
) -> Words:
    values: Values = {
        "limit": about.due_on and swedish.the_day(about.due_on, language),
        "since": about.on and swedish.the_day(about.on, language),
        "count": about.count,
        "late": about.late,
        "of_staff": about.of_staff,
        "reminds": about.reminds,
        "over": about.over,
        "municipality": house.name,
        "pages": _pages(days, language),
    }
    words = _as_words(kind, language, values, house)
    if not calendar:
        return words
    day = written("last-day", language, values)
    description = "" if about.over else day.text.removesuffix("\n")
    return replace(words, summary=day.subject, description=description)


@lru_cache(maxsize=256)
def _digest(about: DigestWords, language: str, house: House, *, linked: bool) -> Words:
    values: Values = {
        "week": local_date(about.counted_at).isocalendar().week,
        "counted": swedish.day_and_time(about.counted_at, None, language),
        "passed": about.passed,
        "this_week": about.this_week,
        "next_week": about.next_week,
        "tasks": dict(about.tasks),
        "unanswered": about.unanswered,
        "undelivered": about.undelivered,
        "staff_late": about.staff_late,
        "staff_coming": about.staff_coming,
        "link": LINK if linked else None,
        "municipality": house.name,
        "pages": [],
    }
    return _as_words(Kind.DIGEST, language, values, house)


def _pages(days: tuple[date | None, ...], language: str) -> list[Values]:
    """Where the pages' links will stand, with the days of their tasks."""
    return [
        {"mark": mark, "limit": day and swedish.the_day(day, language)}
        for mark, day in zip(MARKS, days, strict=False)
    ]


def _named_together(names: tuple[str, ...], language: str) -> str:
    """«Karin Bergqvist och Jonas Ekdahl»; "" for nobody."""
    *others, last = [one_line(name) for name in names] or [""]
    between = {"sv": " och ", "en": " and "}[language]
    return between.join([", ".join(others), last]) if others else last


def _about(reference: str | None, house: House, *, linked: bool) -> Values:
    """What all that is said of a meeting needs. Staff alone are told its reference (X3)."""
    return {
        "reference": reference and one_line(reference),
        "named": f" {reference}" if reference else "",
        "for_staff": reference is not None,
        "of_year": False,
        "link": LINK if linked else None,
        "municipality": house.name,
        "phone": house.phone,
        "address": house.address,
    }


def _as_words(kind: Kind, language: str, values: Mapping[str, object], house: House) -> Words:
    said = written(kind, language, values)
    return Words(language, said.subject, said.text, as_html(said, language, house.name))


def _day(starts: datetime, language: str) -> str:
    """«tisdag 16 mars 2027 kl. 13.00», as it stands alone in a subject."""
    between = {"sv": " kl. ", "en": ", "}[language]
    day = swedish.long_date(local_date(starts), language)
    return f"{day}{between}{swedish.clock_time(starts, language)}"


def _by(day: date | None, starts: datetime, language: str) -> str | None:
    """«onsdagen den 10 mars»; with its year if that isn't the meeting's."""
    if day is None:
        return None
    return swedish.the_day(day, language, year=day.year != local_date(starts).year)
