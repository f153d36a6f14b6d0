"""What Swedish holidays and the days before them are called, as they stand in a calendar."""

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache

import holidays

_DAY = timedelta(days=1)
_LANGUAGES = {"sv": "sv", "en": "en_US"}
# Days on which offices work, but many leave early: by the name of the day that follows.
_EVES = {
    "Trettondedag jul": {"sv": "Trettondagsafton", "en": "Epiphany Eve"},
    "Långfredagen": {"sv": "Skärtorsdagen", "en": "Maundy Thursday"},
    "Påskdagen": {"sv": "Påskafton", "en": "Easter Eve"},
    "Första maj": {"sv": "Valborgsmässoafton", "en": "Walpurgis Night"},
    "Pingstdagen": {"sv": "Pingstafton", "en": "Whitsun Eve"},
    "Alla helgons dag": {"sv": "Allhelgonaafton", "en": "All Saints' Eve"},
}


def holiday_name(day: date, language: str = "sv") -> str | None:
    """A public holiday, or an eve that counts as a Sunday: «Midsommarafton», "Midsummer Eve"."""
    return _named(day.year, language).get(day)


def eve_name(day: date, language: str = "sv") -> str | None:
    """A day before a holiday that has a name and is none itself: «Skärtorsdagen»."""
    if holiday_name(day) is not None:
        return None
    eve = _EVES.get(holiday_name(day + _DAY) or "")
    return None if eve is None else eve[language]


@cache
def _named(year: int, language: str) -> Mapping[date, str]:
    return dict(
        holidays.country_holidays(
            "SE", years=year, language=_LANGUAGES[language], categories=("public", "de_facto")
        )
    )
