"""How pages say things in the language that was chosen: Swedish and English side by side."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

from services.cases.domain.refused import Language, Words
from services.cases.domain.spoken import organisation_name_words, role_words, unit_kind_words
from shared.domain.procedure import Titled
from shared.domain.swedish import clock_time, day_and_time, long_date, the_day, with_week

_APART = re.compile(r"(kl\.|vecka|week) (?=\d)")
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

    def titled(self, thing: Titled) -> str:
        """The title of a procedure or a step; marked as Swedish where there is no English one."""
        if self.language == "sv" or thing.title_en is not None:
            return thing.title_in(self.language)
        return Markup('<span lang="sv">{}</span>').format(thing.title)

    def title(self, thing: Titled) -> str:
        """The same where nothing can be marked: in a list to choose from, or a page's title."""
        return thing.title_in(self.language)

    def role(self, code: str | None) -> str:
        """«rektor»."""
        return self.say(role_words(code))

    def organisation(self, code: str | None) -> str:
        """«socialtjänst»."""
        return self.say(organisation_name_words(code))

    def unit_kind(self, code: str | None) -> str:
        """«förskola»."""
        return self.say(unit_kind_words(code))

    def day(self, day: date) -> str:
        """«tisdag 1 december 2026»."""
        return long_date(day, self.language)

    def short_day(self, day: date) -> str:
        """«1 december 2026», without the weekday."""
        return the_day(day, self.language)

    def week(self, day: date) -> str:
        """The day with its week number."""
        return _whole(with_week(day, self.language))

    def when(self, starts_at: datetime, ends_at: datetime | None = None) -> str:
        """«tisdag 1 december 2026 kl. 13.00», in Stockholm."""
        return _whole(day_and_time(starts_at, ends_at, self.language))

    def clock(self, instant: datetime) -> str:
        """«13.00», in Stockholm."""
        return clock_time(instant, self.language)

    def in_templates(self) -> dict[str, Any]:
        return {
            "_": self.pick, "say": self.say, "said": self.said, "day": self.day,
            "short_day": self.short_day, "week": self.week, "when": self.when,
            "clock": self.clock, "language": self.language, "titled": self.titled,
            "title_of": self.title, "role_name": self.role, "unit_kind": self.unit_kind,
            "organisation_name": self.organisation,
        }  # fmt: skip


def _whole(said: str) -> str:
    """«kl. 13.00» and «vecka 49» are never broken in two at the end of a line."""
    return _APART.sub("\\1\u00a0", said)
