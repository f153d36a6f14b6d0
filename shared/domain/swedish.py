"""Days and times in words, as people read them in mails and on pages, in Swedish or English."""

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date

from shared.domain.days import STOCKHOLM

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}
_LONG = {"sv": "EEEE d MMMM", "en": "EEEE d MMMM"}
_DEFINITE = {"sv": "EEEE'en den' d MMMM", "en": "EEEE d MMMM"}
_BEFORE_TIME = {"sv": " kl. ", "en": ", "}
_TIME = {"sv": "%H.%M", "en": "%H:%M"}
_WEEK = {"sv": "vecka", "en": "week"}


def day_and_time(
    start: datetime, end: datetime | None, language: str = "sv", *, year: bool = True
) -> str:
    """«tisdagen den 16 mars 2027 kl. 13.00–14.00», "Tuesday 16 March 2027, 13:00–14:00"."""
    begins, day = clock_time(start, language), _stockholm(start).date()
    words = f"{the_day(day, language, year=year)}{_BEFORE_TIME[language]}{begins}"
    if end is None:
        return words
    if _stockholm(end).date() != day:
        return f"{words} – {day_and_time(end, None, language, year=year)}"
    return f"{words}–{clock_time(end, language)}"


def the_day(day: date, language: str = "sv", *, year: bool = True) -> str:
    """«tisdagen den 16 mars 2027», as it stands inside a sentence; "Tuesday 16 March 2027"."""
    return _formatted(day, _DEFINITE, language, year=year)


def long_date(day: date, language: str = "sv", *, year: bool = True) -> str:
    """«tisdag 1 december 2026», as it stands alone; "Tuesday 1 December 2026"."""
    return _formatted(day, _LONG, language, year=year)


def with_week(day: date, language: str = "sv") -> str:
    """«tisdag 1 december 2026 (vecka 49)», "Tuesday 1 December 2026 (week 49)"."""
    return f"{long_date(day, language)} ({_WEEK[language]} {day.isocalendar().week})"


def clock_time(instant: datetime, language: str = "sv") -> str:
    """Stockholm's wall clock: «13.00», "13:00"."""
    _known(language)
    return _stockholm(instant).strftime(_TIME[language])


def _formatted(day: date, patterns: dict[str, str], language: str, *, year: bool) -> str:
    _known(language)
    pattern = f"{patterns[language]} y" if year else patterns[language]
    return _said(day, pattern, _LOCALES[language])


@lru_cache(maxsize=4096)  # a page says the same few days again and again
def _said(day: date, pattern: str, locale: str) -> str:
    return format_date(day, pattern, locale=locale)


def _stockholm(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs an offset")
    return instant.astimezone(STOCKHOLM)


def _known(language: str) -> None:
    if language not in _LOCALES:
        raise ValueError(f"no words for the language {language!r}")
