"""What a message says, in words: subject, text, HTML, and what stands in the calendar."""

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    Kind,
    MeetingWords,
    Message,
    UnknownWords,
)
from services.notifier.domain.safe_text import one_line
from shared.domain import swedish
from shared.domain.days import local_date

_TEMPLATES = Path(__file__).parent.parent / "templates"
News = Literal["time", "place", "details"]

_SUMMARY = {"sv": "Möte", "en": "Meeting"}


@dataclass(frozen=True, slots=True)
class House:
    """The municipality as its mail shows it: its name alone, and where families can ring (P18)."""

    name: str
    phone: str

    def __post_init__(self) -> None:
        one_line(self.name)
        one_line(self.phone)


class UnreadableWords(ValueError):
    """A newer version has made the message; this one has no words for it."""


@dataclass(frozen=True, slots=True)
class Words:
    """One message in words. `summary` and `description` are for the calendar."""

    language: str
    subject: str
    text: str
    html: str
    summary: str = ""
    description: str = ""


def words_for(message: Message, house: House, link: str | None = None) -> Words:
    """The words of a message; the same for everybody who is told the same (so kept for a while).

    `link` is the recipient's own page; without one, answering is by the calendar or the phone.
    Raises UnreadableWords.
    """
    match message.words:
        case AlertWords() as alert:
            return _alert(alert, message.language, house)
        case MeetingWords() as meeting:
            return _meeting(meeting_key(meeting), Kind(message.kind), message.language, house, link)
        case UnknownWords():
            raise UnreadableWords


@dataclass(frozen=True, slots=True)
class MeetingKey:
    """All that the words about a meeting depend on."""

    starts_at: datetime
    ends_at: datetime
    place: str | None
    reference: str | None
    of_all: bool
    news: News
    asks_anew: bool


def meeting_key(words: MeetingWords) -> MeetingKey:
    said, calendar = words.said, words.calendar
    return MeetingKey(
        said.starts_at,
        said.ends_at,
        said.place,
        words.reference,
        of_all=calendar is not None and calendar.of_all,
        news=_news(calendar),
        asks_anew=calendar is not None and calendar.asks_anew,
    )


def _news(calendar: CalendarPart | None) -> News:
    """What a change is about, for its subject and first sentence."""
    if calendar is not None and calendar.new_time:
        return "time"
    return "place" if calendar is not None and calendar.new_place else "details"


@lru_cache(maxsize=1024)
def _meeting(about: MeetingKey, kind: Kind, language: str, house: House, link: str | None) -> Words:
    starts, ends = about.starts_at, about.ends_at
    values: dict[str, object] = {
        "day": _day(starts, language),
        "when": swedish.day_and_time(starts, ends, language),
        "starts": swedish.day_and_time(starts, None, language),
        "place": about.place and one_line(about.place),
        "reference": about.reference and one_line(about.reference),
        "of_all": about.of_all,
        "news": about.news,
        "asks_anew": about.asks_anew,
        "phone": house.phone,
        "municipality": house.name,
        "link": link,
    }
    summary = " ".join(filter(None, (_SUMMARY[language], about.reference)))
    description = "" if kind is Kind.CANCEL else _filled(language, "calendar", values).strip()
    return _as_words(language, kind, values, summary=summary, description=description)


@lru_cache(maxsize=256)
def _alert(about: AlertWords, language: str, house: House) -> Words:
    values: dict[str, object] = {
        "limit": swedish.the_day(about.limit_on, language),
        "passed": about.about in ("limit-passed", "task-late"),
        "to_manager": about.to in ("manager", "owner_manager"),
        "municipality": house.name,
    }
    return _as_words(language, Kind.ALERT, values)


def _as_words(
    language: str, kind: Kind, values: dict[str, object], summary: str = "", description: str = ""
) -> Words:
    """A template's first line is the subject, the rest the text; the HTML frames the same text."""
    subject, _, text = _filled(language, kind, values).partition("\n")
    text = text.strip() + "\n"
    html = _frame.render(
        language=language,
        title=values["municipality"],
        paragraphs=[part.splitlines() for part in text.split("\n\n")],
    )
    return Words(language, one_line(subject), text, html, summary, description)


def _filled(language: str, name: str, values: dict[str, object]) -> str:
    return _texts.get_template(f"{language}/{name}.txt").render(values)


def _day(starts: datetime, language: str) -> str:
    """«tisdag 16 mars 2027 kl. 13.00», as it stands alone in a subject."""
    between = {"sv": " kl. ", "en": ", "}[language]
    day = swedish.long_date(local_date(starts), language)
    return f"{day}{between}{swedish.clock_time(starts, language)}"


_texts = Environment(  # plain text: nothing to escape
    loader=FileSystemLoader(_TEMPLATES),
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701
)
_frame = Environment(
    loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, autoescape=True
).get_template("frame.html")
