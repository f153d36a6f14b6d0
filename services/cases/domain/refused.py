"""What every refusal is: a rule, a reason and what to do, in Swedish and English."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Literal

from shared.domain.codes import ORGANISATIONS, ORGANISATIONS_EN, ROLES, ROLES_EN
from shared.domain.swedish import long_date

Language = Literal["sv", "en"]


@dataclass(frozen=True, slots=True)
class Words:
    """One text in the languages of the API; `{}` names the values that are put in."""

    sv: str
    en: str

    def said(self, language: Language, values: dict[str, object]) -> str:
        text = self.sv if language == "sv" else self.en
        return text.format(**{name: _word(value, language) for name, value in values.items()})


class Refused(Exception):
    """A rule says no; the detail says what to do. The root of all refusals."""

    code: ClassVar[str] = "refused"
    rule: ClassVar[str | None] = None
    title: ClassVar[Words]
    detail: ClassVar[Words]
    on_page: ClassVar[Words | None] = None  # where the detail speaks of fields and calls
    offers: tuple[datetime, ...] = ()  # times that would do instead

    def __init__(self, *, rule: str | None = None, **values: object) -> None:
        super().__init__(self.code)
        self.cited = rule or self.rule
        self._values = values

    def titled(self, language: Language) -> str:
        return self.title.said(language, {})

    def detailed(self, language: Language) -> str:
        return self.detail.said(language, self._values)

    def told(self, language: Language) -> str:
        """The same to who reads a page, and knows nothing of the API."""
        return (self.on_page or self.detail).said(language, self._values)


class Invalid(Refused):
    """A value is wrong in itself: the field that holds it is named."""

    title = Words("Uppgifterna stämmer inte", "The data is not valid")

    def __init__(self, field: str, *, rule: str | None = None, **values: object) -> None:
        super().__init__(rule=rule, **values)
        self.field = field


class NotAllowed(Refused):
    """Who calls may not do this at all, whatever it is about."""

    title = Words("Inte tillåtet", "Not allowed")


class NotFound(Refused):
    """There is no such thing, or none that the caller may see."""

    code = "not-found"
    title = Words("Finns inte", "Not found")
    detail = Words(
        "Det finns inget med den adressen. Kontrollera id:t.",
        "There is nothing at this address. Check the id.",
    )
    on_page = Words(
        "Det finns inget med den adressen, eller inget som du får se.",
        "There is nothing at this address, or nothing that you may see.",
    )


_PARTIES: dict[str, dict[Language, str]] = {
    "guardian": {"sv": "vårdnadshavare", "en": "a guardian"},
    "child": {"sv": "barnet", "en": "the child"},
    "school": {"sv": "någon från skolan", "en": "someone from the school"},
    "familjebehandlare": {"sv": "familjebehandlare", "en": "a family therapist"},
    "process_owner": {"sv": "processbäraren", "en": "the process owner"},
}
_STATES: dict[str, dict[Language, str]] = {
    "requested": {"sv": "begärt", "en": "requested"},
    "signed": {"sv": "undertecknat", "en": "signed"},
    "refused": {"sv": "nekat", "en": "refused"},
    "withdrawn": {"sv": "återtaget", "en": "withdrawn"},
    "lapsed": {"sv": "upphört", "en": "lapsed"},
    "proposed": {"sv": "ett förslag", "en": "a proposal"},
    "booked": {"sv": "bokat", "en": "booked"},
    "cancelled": {"sv": "inställt", "en": "cancelled"},
    "held": {"sv": "hållet", "en": "held"},
    "accepted": {"sv": "accepterat", "en": "accepted"},
    "declined": {"sv": "avböjt", "en": "declined"},
    "stale": {
        "sv": "inaktuellt, för mötet har ändrats",
        "en": "out of date, as the meeting changed",
    },
}


def people_counted(count: int) -> Words:
    """«en person», «2 personer»."""
    return Words(
        "en person" if count == 1 else f"{count} personer",
        "one person" if count == 1 else f"{count} people",
    )


def codes_in_words(codes: tuple[str, ...]) -> Words:
    """Organisations, roles, parties and states, as people call them."""
    return Words(_joined(codes, "sv", "och"), _joined(codes, "en", "and"))


def any_of(codes: tuple[str, ...]) -> Words:
    return Words(_joined(codes, "sv", "eller"), _joined(codes, "en", "or"))


def _joined(codes: tuple[str, ...], language: Language, last: str) -> str:
    words = [_code(code, language) for code in codes]
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), words[-1]])) if words else ""


def _code(code: str, language: Language) -> str:
    for table in (_PARTIES, _STATES):
        if code in table:
            return table[code][language]
    if language == "sv":
        return ORGANISATIONS.get(code) or ROLES.get(code) or code
    return ORGANISATIONS_EN.get(code) or ROLES_EN.get(code) or code.replace("_", " ")


def _word(value: object, language: Language) -> str:
    if isinstance(value, Words):
        return value.said(language, {})
    if isinstance(value, date):
        return long_date(value, language)
    return str(value)
