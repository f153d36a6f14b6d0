"""What was done in the settings, when and by whom: the list at the bottom of their pages."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.cases.domain.refused import Words
from services.cases.handlers.ports import Desk
from shared.domain.swedish import the_day

_SHOWN = 10
_DONE: Mapping[str, Words] = {
    "register.import": Words("Läste in personer och tjänster", "Imported people and posts"),
    "token.make": Words("Gjorde en API-nyckel", "Made an API key"),
    "token.revoke": Words("Drog tillbaka en API-nyckel", "Took back an API key"),
    "account.add": Words("La till ett konto", "Added an account"),
    "account.login": Words("Bytte användarnamn på ett konto", "Changed an account's login"),
    "account.password": Words("Bytte lösenord på ett konto", "Changed an account's password"),
    "account.disable": Words("Stängde ett konto", "Closed an account"),
    "account.enable": Words("Öppnade ett konto igen", "Opened an account again"),
    "account.roles": Words("Ändrade ett kontos roller", "Changed an account's roles"),
}
_SYSTEMS = {
    "command": Words("vid kommandoraden", "at the command line"),
    "import": Words("vid kommandoraden", "at the command line"),
    "api": Words("ett annat system", "another system"),
}
_PROCEDURE = Words("Ändrade {name} från {day}", "Changed {name} from {day}")
_TAKEN_BACK = Words("Tog tillbaka ändringen av {name} från {day}", "Took back {name} from {day}")
_YEAR = Words("Ändrade läsåret {name}", "Changed the school year {name}")
_YEAR_TAKEN_BACK = Words(
    "Tog tillbaka det sparade läsåret {name}", "Took back the saved school year {name}"
)
_OTHER = Words("Ändrade inställningarna", "Changed the settings")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was done."""

    at: datetime
    words: Words
    who: Words


def history(desk: Desk, areas: Collection[str], titles: Mapping[str, Words]) -> Sequence[Line]:
    """The newest first. `titles`: what each routine is called."""
    noted = desk.rule_changes.noted(areas, _SHOWN)
    return [
        Line(
            one.at,
            _words(one.action, one.details, titles),
            _SYSTEMS.get(one.who) or plain_words(one.who),
        )
        for one in noted
    ]


def _words(action: str, details: Mapping[str, Any], titles: Mapping[str, Words]) -> Words:
    if not action.startswith("rules."):
        return _DONE.get(action, _OTHER)
    name, taken_back = str(details.get("name", "")), action == "rules.take-back"
    called = titles.get(name) or plain_words(name)
    if details.get("kind") == "school-year":
        return _with(_YEAR_TAKEN_BACK if taken_back else _YEAR, called, None)
    words = _TAKEN_BACK if taken_back else _PROCEDURE
    return _with(words, called, date.fromisoformat(str(details["valid_from"])))


def plain_words(text: str) -> Words:
    """A name or another text that is the same in both languages."""
    escaped = text.replace("{", "{{").replace("}", "}}")
    return Words(escaped, escaped)


def _with(words: Words, name: Words, day: date | None) -> Words:
    return Words(
        words.sv.format(name=name.sv, day="" if day is None else the_day(day, "sv")),
        words.en.format(name=name.en, day="" if day is None else the_day(day, "en")),
    )
