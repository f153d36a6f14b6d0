"""A municipality's folder: its settings, school years, procedures, units, people and posts."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)

from shared.domain.days import Break, SchoolYears, Term
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Code, Many, Text
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.mailaddress import mail_address
from shared.procedures import Procedures, UnknownProcedure, load_procedures
from shared.register import (
    Holder,
    MunicipalityError,
    PersonRow,
    Place,
    Post,
    Register,
    Unit,
    read_holders,
    read_people,
    read_places,
    read_posts,
    read_register,
    read_units,
)
from shared.tomlfile import BrokenFileError, keys_and_reasons, read_toml

__all__ = [
    "Booking",
    "Concern",
    "ContactCentre",
    "Holder",
    "Mail",
    "Municipality",
    "MunicipalityError",
    "PersonRow",
    "Place",
    "Post",
    "Register",
    "Unit",
    "load_municipality",
    "read_holders",
    "read_people",
    "read_places",
    "read_posts",
    "read_register",
    "read_units",
]

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_HTTPS = re.compile(r"https://[a-z0-9.-]+(:[0-9]+)?(/[!#-;=?-~]*)?", re.ASCII)
_LONGEST_TOKEN = "a" * 42  # of a bounce (shared/ids.py)


def _address_pattern(pattern: str) -> str:
    """An address with a place for a token, in the local part or in the domain."""
    if pattern.count("{token}") != 1 or pattern != pattern.lower():
        raise ValueError("needs {token} once, and lower case")
    mail_address(pattern.replace("{token}", _LONGEST_TOKEN))
    return pattern


def _https(url: str) -> str:
    if not _HTTPS.fullmatch(url):
        raise ValueError("must be an address that begins with https://")
    return url


Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 –-]+$")]
WebAddress = Annotated[str, AfterValidator(_https)]


class _Part(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class ContactCentre(_Part):
    """Where everybody can ring or go: on every public page and in mails to families (P18)."""

    phone: Phone
    address: Text


class Document(_Part):
    """A document of the municipality's own, where it is on the web: a plan, a form (R31)."""

    title: Text
    url: WebAddress


class Concern(_Part):
    """Where a report of concern is made, the phone first (R49, R50), and what to read (R31)."""

    phone: Phone
    phone_after_hours: Phone | None = None
    e_service_url: WebAddress | None = None
    documents: Many[Document] = ()


class Booking(_Part):
    """Whether free times are booked or only proposed, and when they can be.

    `auto` books where the calendars of all staff were read in the last `calendar_hours`, and else
    proposes. They are read every `calendar_minutes`; `gap_minutes` lie between a person's meetings.
    """

    mode: Literal["book", "propose", "auto"] = "auto"
    gap_minutes: Annotated[int, Field(ge=0, le=60)] = 0
    calendar_minutes: Annotated[int, Field(ge=5, le=1440)] = 15
    calendar_hours: Annotated[int, Field(ge=1, le=168)] = 24
    hours: OfficeHours = OfficeHours()

    @property
    def gap(self) -> timedelta:
        return timedelta(minutes=self.gap_minutes)

    @property
    def fresh(self) -> timedelta:
        """How old a reading of a calendar may be to count as known."""
        return timedelta(hours=self.calendar_hours)


class Mail(_Part):
    """The addresses that mail comes from, its languages, and the hours for what can wait."""

    from_address: Annotated[str, AfterValidator(mail_address)]
    reply_pattern: Annotated[str, AfterValidator(_address_pattern)]
    bounce_pattern: Annotated[str, AfterValidator(_address_pattern)]
    languages: Annotated[Many[Literal["sv", "en"]], Field(min_length=1)]
    quiet: QuietHours = USUAL_HOURS

    @property
    def domain(self) -> str:
        """The domain that mails come from; calendar objects have their UIDs in it."""
        return self.from_address.rpartition("@")[2]

    def reply_address(self, token: str) -> str:
        return self.reply_pattern.replace("{token}", token)

    def bounce_address(self, token: str) -> str:
        return self.bounce_pattern.replace("{token}", token)


@dataclass(frozen=True, slots=True)
class Municipality:
    """What a municipality has decided; its units and people come by `read_register`."""

    name: str
    contact_centre: ContactCentre
    booking: Booking
    mail: Mail
    concern: Concern
    school_years: SchoolYears
    procedures: Procedures


def load_municipality(folder: Path) -> Municipality:
    """Reads municipality.toml, school_years.toml and procedures/. Raises MunicipalityError."""
    problems: list[str] = []
    settings = _collecting(problems, lambda: _read(folder / "municipality.toml", _Settings))
    years = _collecting(problems, lambda: _read(folder / "school_years.toml", _SchoolYearsFile))
    procedures = _collecting(problems, lambda: load_procedures(folder / "procedures"))
    if settings is None or years is None or procedures is None:
        raise MunicipalityError(problems)
    if settings.procedures is not None:
        procedures = _used(folder / "municipality.toml", settings.procedures, procedures)
    return Municipality(
        name=settings.name,
        contact_centre=settings.contact_centre,
        booking=settings.booking,
        mail=settings.mail,
        concern=settings.concern or Concern(phone=settings.contact_centre.phone),
        school_years=years.as_school_years(),
        procedures=procedures,
    )


def _used(path: Path, names: Collection[str], procedures: Procedures) -> Procedures:
    try:
        return procedures.only(names)
    except UnknownProcedure as unknown:
        known = ", ".join(sorted(procedures.versions))
        reason = f"there is no {unknown.name!r}; known are {known}"
        raise MunicipalityError([str(BrokenFileError(path, "procedures", reason))]) from None


class _Settings(_Part):
    """municipality.toml. `procedures`: those that the municipality uses; left out, all.

    Without `concern` reports are made by way of the contact centre.
    """

    name: Text
    procedures: Many[Code] | None = None
    contact_centre: ContactCentre
    booking: Booking
    mail: Mail
    concern: Concern | None = None


class _Span(_Part):
    name: Text
    first: date
    last: date

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.last < self.first:
            raise ValueError("last is before first")
        return self


class _BreakTable(_Span):
    """A break; for all units, or only for those it names."""

    units: Many[Code] = ()


class _Year(_Part):
    name: Text
    terms: Annotated[Many[_Span], Field(min_length=1)]
    breaks: Many[_BreakTable] = ()


class _SchoolYearsFile(_Part):
    """school_years.toml."""

    years: Many[_Year]

    def as_school_years(self) -> SchoolYears:
        return SchoolYears(
            breaks=tuple(
                Break(free.name, free.first, free.last, frozenset(free.units))
                for year in self.years
                for free in year.breaks
            ),
            terms=tuple(
                Term(term.name, term.first, term.last) for year in self.years for term in year.terms
            ),
        )


def _collecting(problems: list[str], read: Callable[[], T]) -> T | None:
    """What `read` gives; or None, with what was wrong added to the problems."""
    try:
        return read()
    except MunicipalityError as error:
        problems.extend(error.problems)
    except BrokenFileError as error:
        problems.append(str(error))
    return None


def _read(path: Path, model: type[M]) -> M:
    content: dict[str, Any] = read_toml(path)
    try:
        return model.model_validate(content)
    except ValidationError as error:
        wrong = keys_and_reasons(error, content)
    raise MunicipalityError([str(BrokenFileError(path, key, reason)) for key, reason in wrong])
