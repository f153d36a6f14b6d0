"""What a message says, in words: subject, text, HTML, and what stands in the calendar."""

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import lru_cache

from markupsafe import escape

from services.notifier.domain.meeting_values import (
    MeetingKey,
    Sense,
    Values,
    by_when,
    mark_of,
    meeting_key,
    own_values,
    sense_values,
)
from services.notifier.domain.messages import (
    AlertWords,
    DigestWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    ProposalWords,
)
from services.notifier.domain.safe_text import one_line
from services.notifier.domain.writing import LINK, MARKS, VALUES, as_html, written
from shared.domain import swedish
from shared.domain.days import local_date

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
        if not links:
            return self
        own = list(zip(MARKS, map(one_line, links), strict=False))
        shown = [(mark, html.escape(link)) for mark, link in own]
        return Words(
            self.language,
            self.subject,
            _filled(self.text, own),
            _filled(self.html, shown),
            self.summary,
            _filled(self.description, own),
        )

    def with_values(self, values: Mapping[str, str]) -> "Words":
        """With what is said of one meeting, each mark's in its place. Raises UnsafeText."""
        said = [(mark, one_line(value)) for mark, value in values.items()]
        shown = [(mark, str(escape(value))) for mark, value in said]
        return Words(
            self.language,
            one_line(_filled(self.subject, said)),
            _filled(self.text, said),
            _filled(self.html, shown),
            _filled(self.summary, said),
            _filled(self.description, said),
        )


def words_for(
    message: Message, house: House, link: str | None = None, pages: Sequence[Page] = ()
) -> Words:
    """The words of a message; kept for a while, since everybody is told the same but the links.

    `link` is the recipient's own page for a meeting; without one, answering is by the calendar or
    the phone. `pages` are those for tasks, of which a mail has room for some.
    Raises UnreadableWords, UnsafeText.
    """
    words, links = _words_and_links(message, house, link, pages)
    return words.with_links(*links)


def subject_and_text(
    message: Message, house: House, link: str | None, pages: Sequence[Page]
) -> tuple[str, str]:
    """These two of the words alone. Raises as words_for."""
    words, links = _words_and_links(message, house, link, pages)
    return words.subject, _filled(words.text, zip(MARKS, map(one_line, links), strict=False))


def _words_and_links(
    message: Message, house: House, link: str | None, pages: Sequence[Page]
) -> tuple[Words, Sequence[str]]:
    """The words as everybody has them, and the links that come into their places."""
    if message.kind in _WITHOUT_LINK:
        return _words(message, house, linked=False), ()
    if link is not None:
        return _words(message, house, linked=True, days=_days(pages)), (link,)
    own = [page.link for page in pages[: len(MARKS)]]
    return _words(message, house, linked=False, days=_days(pages)), own


def _days(pages: Sequence[Page]) -> tuple[date | None, ...]:
    return tuple([page.due_on for page in pages[: len(MARKS)]])


def _filled(text: str, values: Iterable[tuple[str, str]]) -> str:
    for mark, value in values:
        text = text.replace(mark, value)
    return text


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


@lru_cache(maxsize=1024)
def _meeting(about: MeetingKey, kind: Kind, language: str, house: House, *, linked: bool) -> Words:
    """Written once for all meetings of which the same is said, then with what this one's is."""
    values = own_values(about, language)
    marks = tuple((name, mark_of(name, value)) for name, value in values.items())
    words = _of_any_meeting(marks, about.sense, kind, language, house, linked=linked)
    return words.with_values({VALUES[name]: value for name, value in values.items() if value})


@lru_cache(maxsize=256)
def _of_any_meeting(
    marks: tuple[tuple[str, str | None], ...],
    sense: Sense,
    kind: Kind,
    language: str,
    house: House,
    *,
    linked: bool,
) -> Words:
    """With a mark for each of a meeting's own values that is said."""
    said = dict(marks)
    values = _about(said["reference"], house, linked=linked) | said | sense_values(sense, language)
    words = _as_words(kind, language, values, house)
    calendar = written("calendar", language, values)
    description = "" if kind in _WITHOUT_DESCRIPTION else calendar.text.removesuffix("\n")
    return replace(words, summary=calendar.subject, description=description)


@lru_cache(maxsize=256)
def _proposal(about: ProposalWords, language: str, house: House, *, linked: bool) -> Words:
    length = timedelta(minutes=about.minutes)
    times = (swedish.day_and_time(start, start + length, language) for start in about.times)
    reference = about.reference and one_line(about.reference)
    values = _about(reference, house, linked=linked) | {
        "times": list(times),
        "minutes": about.minutes,
        "answer_by": by_when(about.answer_by, about.times[0], language),
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


def _about(reference: str | None, house: House, *, linked: bool) -> Values:
    """What all that is said of a meeting needs. Staff alone are told its reference (X3)."""
    return {
        "reference": reference,
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
