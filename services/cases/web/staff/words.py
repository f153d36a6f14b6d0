"""How pages say things in the language that was chosen: Swedish and English side by side."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from services.cases.domain.refused import Language, Words
from shared.domain.swedish import clock_time, day_and_time, long_date, the_day, with_week

LANGUAGES: dict[str, Language] = {"sv": "sv", "en": "en"}


class Speech:
    """One language. In templates `_`, `say`, `day`, `when` and `week` are its methods."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def pick(self, sv: str, en: str, **values: object) -> str:
        """`_("Öppna {n} ärenden", "Open {n} cases", n=3)`."""
        text = sv if self.language == "sv" else en
        return text.format(**values) if values else text

    def say(self, words: Words, **values: object) -> str:
        return words.said(self.language, values)

    def said(self, words: Mapping[str, Words]) -> list[tuple[str, str]]:
        """A table of codes and words, as the choices of a list."""
        return [(code, self.say(one)) for code, one in words.items()]

    def day(self, day: date) -> str:
        """«tisdag 1 december 2026»."""
        return long_date(day, self.language)

    def short_day(self, day: date) -> str:
        """«1 december 2026», without the weekday."""
        return the_day(day, self.language)

    def week(self, day: date) -> str:
        """The day with its week number."""
        return with_week(day, self.language)

    def when(self, starts_at: datetime, ends_at: datetime | None = None) -> str:
        """«tisdag 1 december 2026 kl. 13.00», in Stockholm."""
        return day_and_time(starts_at, ends_at, self.language)

    def clock(self, instant: datetime) -> str:
        """«13.00», in Stockholm."""
        return clock_time(instant, self.language)

    def in_templates(self) -> dict[str, Any]:
        return {
            "_": self.pick, "say": self.say, "said": self.said, "day": self.day,
            "short_day": self.short_day, "week": self.week, "when": self.when,
            "clock": self.clock, "language": self.language,
        }  # fmt: skip
