"""A municipality's folder: its settings, school years, procedures, units, people and posts."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from shared.domain.days import SchoolYears
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Code, Many, Text
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.domain.retention import Retention
from shared.domain.weekly import WeeklyLetter
from shared.mailaddress import mail_address
from shared.procedures import ProcedureFiles, Procedures, UnknownProcedure, read_procedures
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
from shared.saved_rules import SavedRule
from shared.school_years import SchoolYear, SchoolYearsFile, as_school_years, laid_over
from shared.tomlfile import BrokenFileError, keys_and_reasons, read_toml

__all__ = [
    "Booking",
    "Concern",
    "ContactCentre",
    "Folder",
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
    "read_folder",
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
    """Where everybody can ring or go: on every public page and in mails to families (P18).

    `email`: where faults of the pages are reported as well; never for what concerns a child.
    """

    phone: Phone
    address: Text
    email: Annotated[str, AfterValidator(mail_address)] | None = None


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
    years: tuple[SchoolYear, ...]
    school_years: SchoolYears
    procedures: Procedures
    digest: WeeklyLetter
    retention: Retention | None


@dataclass(frozen=True, slots=True)
class Folder:
    """A municipality's files as they were read; what is changed in the web is laid over them."""

    path: Path
    settings: "_Settings"
    years: tuple[SchoolYear, ...]
    procedure_files: ProcedureFiles

    def municipality(self, saved: Collection[SavedRule] = ()) -> Municipality:
        """What holds with these changes. Raises MunicipalityError, ProcedureError and
        BrokenFileError, which names the key."""
        settings = self.settings
        files = [one.as_file for one in saved if one.kind == "procedure"]
        changed = [one.as_school_year for one in saved if one.kind == "school-year"]
        procedures = self.procedure_files.procedures(files)
        if settings.procedures is not None:
            procedures = _used(self.path / "municipality.toml", settings.procedures, procedures)
        years = laid_over(self.years, changed)
        return Municipality(
            name=settings.name,
            contact_centre=settings.contact_centre,
            booking=settings.booking,
            mail=settings.mail,
            concern=settings.concern or Concern(phone=settings.contact_centre.phone),
            years=years,
            school_years=as_school_years(years),
            procedures=procedures,
            digest=settings.digest,
            retention=settings.retention,
        )


def load_municipality(folder: Path) -> Municipality:
    """What the folder alone says. Raises MunicipalityError."""
    return read_folder(folder).municipality()


def read_folder(folder: Path) -> Folder:
    """Reads municipality.toml, school_years.toml and procedures/. Raises MunicipalityError."""
    problems: list[str] = []
    settings = _collecting(problems, lambda: _read(folder / "municipality.toml", _Settings))
    years = _collecting(problems, lambda: _read(folder / "school_years.toml", SchoolYearsFile))
    files = _collecting(problems, lambda: _read_procedures(folder / "procedures"))
    if settings is None or years is None or files is None:
        raise MunicipalityError(problems)
    return Folder(folder, settings, years.years, files)


def _read_procedures(folder: Path) -> ProcedureFiles:
    """The files, which give procedures that are whole. Raises ProcedureError."""
    files = read_procedures(folder)
    files.procedures()
    return files


def _used(path: Path, names: Collection[str], procedures: Procedures) -> Procedures:
    try:
        return procedures.only(names)
    except UnknownProcedure as unknown:
        known = ", ".join(sorted(procedures.versions))
        reason = f"there is no {unknown.name!r}; known are {known}"
        raise MunicipalityError([str(BrokenFileError(path, "procedures", reason))]) from None


class _Settings(_Part):
    """municipality.toml. `procedures`: those that the municipality uses; left out, all.

    Without `concern` reports are made by way of the contact centre, without `digest` nobody gets a
    letter of the week, and without `retention` nothing goes.
    """

    name: Text
    procedures: Many[Code] | None = None
    contact_centre: ContactCentre
    booking: Booking
    mail: Mail
    concern: Concern | None = None
    digest: WeeklyLetter = WeeklyLetter(off=True)
    retention: Retention | None = None


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
