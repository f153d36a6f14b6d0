"""What the templates are filled with about a meeting: its own values, and what is said of it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from services.notifier.domain.messages import CalendarPart, MeetingWords, OfYear, Said
from services.notifier.domain.safe_text import one_line
from services.notifier.domain.writing import VALUES
from shared.domain import swedish
from shared.domain.days import local_date

News = Literal["time", "place", "details"]
Values = dict[str, object]


@dataclass(frozen=True, slots=True)
class Sense:
    """What is said of a meeting, whichever it is."""

    undecided: bool
    of_all: bool
    news: News
    asks_anew: bool
    of_year: OfYear | None


@dataclass(frozen=True, slots=True)
class MeetingKey:
    """All that the words about a meeting depend on."""

    said: Said
    reference: str | None
    answer_by: date | None
    wished: Said | None
    sense: Sense


def meeting_key(words: MeetingWords) -> MeetingKey:
    calendar = words.calendar
    sense = Sense(
        words.said.undecided,
        of_all=calendar is not None and calendar.of_all,
        news=_news(calendar),
        asks_anew=calendar is not None and calendar.asks_anew,
        of_year=words.of_year,
    )
    return MeetingKey(words.said, words.reference, words.answer_by, words.wished, sense)


def _news(calendar: CalendarPart | None) -> News:
    """What a change is about, for its subject and first sentence."""
    if calendar is not None and calendar.new_time:
        return "time"
    return "place" if calendar is not None and calendar.new_place else "details"


def own_values(about: MeetingKey, language: str) -> dict[str, str | None]:
    """By the names of VALUES; None for what isn't said."""
    starts, ends, other = about.said.starts_at, about.said.ends_at, about.wished
    wished = (
        None if other is None else swedish.day_and_time(other.starts_at, other.ends_at, language)
    )
    return {
        "day": _day(starts, language),
        "when": swedish.day_and_time(starts, ends, language),
        "starts": swedish.day_and_time(starts, None, language),
        "wished": wished,
        "answer_by": by_when(about.answer_by, starts, language),
        "place": about.said.place,
        "reference": about.reference,
    }


def mark_of(name: str, value: str | None) -> str | None:
    """Where the value will stand. One that begins or ends with a blank stands there already: at
    the end of a line that doesn't show."""
    return value if not value or value != value.strip() else VALUES[name]


def sense_values(sense: Sense, language: str) -> Values:
    of_year = sense.of_year
    return {
        "undecided": sense.undecided,
        "of_all": sense.of_all,
        "news": sense.news,
        "asks_anew": sense.asks_anew,
        "of_year": of_year is not None,
        "agenda": [one_line(point) for point in of_year.agenda] if of_year else [],
        "callers": _named_together(of_year.callers if of_year else (), language),
    }


def by_when(day: date | None, starts: datetime, language: str) -> str | None:
    """«onsdagen den 10 mars»; with its year if that isn't the meeting's."""
    if day is None:
        return None
    return swedish.the_day(day, language, year=day.year != local_date(starts).year)


def _day(starts: datetime, language: str) -> str:
    """«tisdag 16 mars 2027 kl. 13.00», as it stands alone in a subject."""
    between = {"sv": " kl. ", "en": ", "}[language]
    day = swedish.long_date(local_date(starts), language)
    return f"{day}{between}{swedish.clock_time(starts, language)}"


def _named_together(names: tuple[str, ...], language: str) -> str:
    """«Karin Bergqvist och Jonas Ekdahl»; "" for nobody."""
    *others, last = [one_line(name) for name in names] or [""]
    between = {"sv": " och ", "en": " and "}[language]
    return between.join([", ".join(others), last]) if others else last
