"""The signs and words of a calendar's entries, and months and weekdays by name."""

from collections.abc import Mapping
from datetime import date

from babel.dates import format_date

from services.cases.domain.refused import Language, Words

_LOCALES = {"sv": "sv_SE", "en": "en_GB"}

# By kind and state: a sign and what it means, so that no colour says anything alone.
SIGNS: Mapping[str, Mapping[str, tuple[str, Words]]] = {
    "meeting": {
        "booked": ("●", Words("bokat möte", "booked meeting")),
        "proposed": ("?", Words("föreslagen tid", "suggested time")),
        "held": ("✓", Words("hållet möte", "held meeting")),
    },
    "limit": {
        "ahead": ("◇", Words("tidsgräns", "limit")),
        "booked": ("◈", Words("tidsgräns, tid är bokad", "limit, a time is booked")),
        "coming": ("◆", Words("tidsgräns som är nära", "limit that is near")),
        "late": ("!", Words("tidsgräns, bråttom", "limit, urgent")),
        "passed": ("▲", Words("tidsgräns som har passerat", "limit that has passed")),
    },
    "busy": {"busy": ("■", Words("upptagen", "busy"))},
}


def month_and_year(day: date, language: Language) -> str:
    """«mars 2027»."""
    return format_date(day, "LLLL y", locale=_LOCALES[language])


def short_weekday(day: date, language: Language) -> str:
    """«mån»."""
    return format_date(day, "ccc", locale=_LOCALES[language]).rstrip(".")
