"""What stands on a paper, as plain values: the words are decided here, the looks elsewhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from babel import Locale

from services.cases.domain.refused import Language, Words
from shared.domain.codes import ORGANISATIONS, ROLES
from shared.domain.days import local_date
from shared.domain.procedure import Step
from shared.domain.swedish import clock_time, with_week

FORWARDED = "Skickas via Skatteverkets förmedlingsuppdrag"
_NAMED_ORGANISATIONS = {
    "school": Words("skolan", "the school"),
    "social_services": Words("socialtjänsten", "social services"),
    "police": Words("polisen", "the police"),
    "leisure": Words("fritidsverksamheten", "leisure activities"),
    "health_care": Words("hälso- och sjukvården", "health care"),
}
_TITLES: dict[str, Words] = {
    "form": Words("Blankett {reference}", "Form {reference}"),
    "letter": Words("Brev {reference}", "Letter {reference}"),
    "meeting": Words("Möte {reference}", "Meeting {reference}"),
    "evaluation": Words("Utvärdering {reference}", "Evaluation {reference}"),
    "year": Words("Årshjul {reference}", "Year wheel {reference}"),
}
_AT = Words("{day} kl. {begins}–{ends}", "{day}, {begins}–{ends}")


@dataclass(frozen=True, slots=True)
class House:
    """The municipality as its papers show it, and where everybody can ring or go (P18)."""

    name: str
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as papers need them; unknown counts as protected (X6)."""

    id: UUID
    name: str
    language: Language = "sv"
    postal_address: str | None = None
    protected: bool = True
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody of the staff with what they are there as (codes), if they still are."""

    person: Person
    role: str | None
    organisation: str | None


@dataclass(frozen=True, slots=True)
class PaperMeeting:
    """A meeting as papers need it; `place` is the public text, `staff` those called to it.

    `second_leader`: who calls to a year's meeting with the other (R21).
    """

    step: Step
    starts_at: datetime
    ends_at: datetime
    place: str | None
    leader: Staff
    staff: tuple[Staff, ...]
    second_leader: Staff | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """What every paper has. `title` is the document's own: neutral, as a print queue shows it (X3).

    `dated` is the local day on which it was made: all that a paper has of time.
    """

    language: Language
    municipality: str
    title: str
    reference: str
    dated: date


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what stands beside it, a line each; no line is room to write."""

    label: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with paragraphs under it."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Writer:
    """Puts words into a paper's language, with the values that they name."""

    language: Language
    values: Mapping[str, object]

    def said(self, words: Words) -> str:
        return words.said(self.language, dict(self.values))

    def all_said(self, words: Iterable[Words]) -> tuple[str, ...]:
        return tuple(map(self.said, words))

    def fact(self, label: Words, *lines: str) -> Fact:
        return Fact(self.said(label), lines)


def sheet(
    kind: Literal["form", "letter", "meeting", "evaluation", "year"],
    language: Language,
    house: House,
    reference: str,
    today: date,
) -> Sheet:
    title = _TITLES[kind].said(language, {"reference": reference})
    return Sheet(language, house.name, title, reference, today)


def day_week_and_time(meeting: PaperMeeting, language: Language) -> str:
    """«tisdag 16 mars 2027 (vecka 11) kl. 13.00–14.00»."""
    values: dict[str, object] = {
        "day": with_week(local_date(meeting.starts_at), language),
        "begins": clock_time(meeting.starts_at, language),
        "ends": clock_time(meeting.ends_at, language),
    }
    return _AT.said(language, values)


def organisation_name(code: str, language: Language) -> str:
    """«skolan»; one that a municipality has added goes by its own word."""
    named = _NAMED_ORGANISATIONS.get(code)
    return named.said(language, {}) if named is not None else ORGANISATIONS.get(code, code)


def somebody_from(organisation: str | None, language: Language) -> str:
    """«en person från skolan»: all that is said of staff who are protected (X6)."""
    if organisation is None:
        return "en person från kommunen" if language == "sv" else "a person from the municipality"
    named = organisation_name(organisation, language)
    return f"en person från {named}" if language == "sv" else f"a person from {named}"


def staff_line(who: Staff, language: Language) -> str:
    """«Anna Lindqvist, rektor, skolan» (S6)."""
    return ", ".join(filter(None, (who.person.name, function_line(who, language))))


def function_line(who: Staff, language: Language) -> str:
    """«rektor, skolan»; roles keep their Swedish names, as on the door."""
    role = ROLES.get(who.role, who.role) if who.role is not None else None
    organisation = who.organisation and organisation_name(who.organisation, language)
    return ", ".join(filter(None, (role, organisation)))


def capitalised(words: str) -> str:
    """With a capital first letter, the others as they are."""
    return words[:1].upper() + words[1:]


def language_name(tag: str, language: Language) -> str:
    """«arabiska» for "ar"; what is no language's code is shown as it is."""
    return str(Locale.parse(language).languages.get(tag, tag))
