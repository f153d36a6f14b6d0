"""The entries of a year in words, as they stand in the list beside the wheel."""

from dataclasses import dataclass
from datetime import date

from babel.dates import format_date

from services.cases.domain.quotes import quote
from services.cases.domain.spoken import role_words
from services.cases.domain.year_meetings import ShownMeeting
from services.cases.domain.year_shown import ShownYear
from services.cases.domain.year_wheel import Entry
from services.cases.web.year_words import GLYPHS, SIGNS, WORDS, Language
from shared.domain.swedish import day_and_time

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list; `glyph` stands before the words of its state.

    `is_swedish`: somebody's own words, in whatever language the page is.
    """

    number: int
    kind: str
    what: str
    when: str
    state: str
    glyph: str
    state_words: str
    rule: str
    quote: str
    is_swedish: bool


def row(entry: Entry, shown: ShownYear, language: Language) -> Row:
    return Row(
        number=entry.number,
        kind=entry.kind,
        what=_what(entry, shown, language),
        when=_when(entry, shown, language),
        state=entry.state,
        glyph=GLYPHS[SIGNS[entry.state]],
        state_words=_state(entry, shown, language),
        rule=entry.rule,
        quote=quote(shown.procedure, entry.rule),
        is_swedish=_is_sent(entry) and entry.title not in yearly_titles(shown, language),
    )


def post_name(role: str, unit: str | None, language: Language) -> str:
    """«rektor, Almskolan»."""
    return ", ".join(filter(None, (role_words(role).said(language, {}), unit)))


def month_name(month: int, language: Language) -> str:
    return format_date(date(2027, month, 1), "MMMM", locale=_LOCALES[language])


def _what(entry: Entry, shown: ShownYear, language: Language) -> str:
    words = WORDS[language]
    if entry.kind == "meeting":
        month = month_name(_meeting(entry, shown).month, language)
        return str(words["meeting_in"].format(month=month))
    if entry.kind == "evaluation":
        return str(words["evaluation"])
    if entry.kind == "parents":
        return str(words["parents"].format(count=entry.count))
    return yearly_titles(shown, language).get(entry.title, entry.title)


def _is_sent(entry: Entry) -> bool:
    return entry.kind in ("dispatch", "confirmation")


def yearly_titles(shown: ShownYear, language: Language) -> dict[str, str]:
    """What is sent every year by the routine's own titles, as they are in the language."""
    rules = () if shown.procedure.year is None else shown.procedure.year.dispatches
    return {one.title: one.title_in(language) for one in rules if language == "sv" or one.title_en}


def _when(entry: Entry, shown: ShownYear, language: Language) -> str:
    words = WORDS[language]
    if entry.kind == "meeting":
        return _when_they_meet(_meeting(entry, shown), language)
    if entry.first == entry.last:
        return _day(entry.first, language)
    span: str = words["until"].format(
        first=_day(entry.first, language), last=_day(entry.last, language)
    )
    answers_by = shown.evaluation.answers_by
    if entry.kind == "evaluation" and answers_by is not None:
        return f"{span}; {words['answers_by'].format(day=_day(answers_by, language))}"
    return span


def _when_they_meet(one: ShownMeeting, language: Language) -> str:
    words = WORDS[language]
    if one.starts_at is not None:
        return day_and_time(one.starts_at, one.ends_at, language, year=False)
    if one.state in ("missed", "unknown"):  # its month is over
        return str(words["had_no_time"])
    if one.window.last_bookable_on is None:
        return str(words["no_day"])
    return str(words["no_time"].format(day=_day(one.window.last_bookable_on, language)))


def _state(entry: Entry, shown: ShownYear, language: Language) -> str:
    words = WORDS[language]
    if entry.kind == "meeting":
        one = _meeting(entry, shown)
        if one.preliminary:
            return str(words["preliminary_day"])
        if one.unmarked:
            return str(words["unmarked"])
    return str(words["states"][entry.state])


def _meeting(entry: Entry, shown: ShownYear) -> ShownMeeting:
    return next(one for one in shown.meetings if one.step.name == entry.name)


def _day(day: date, language: Language) -> str:
    return format_date(day, "d MMMM", locale=_LOCALES[language])
