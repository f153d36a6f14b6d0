"""Forms as they were sent, and what their fields say: every wrong one is named, none is lost."""

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import TypeVar
from uuid import UUID

from fastapi import Request
from starlette.exceptions import HTTPException

from services.cases.domain.refused import Words
from shared.domain.days import STOCKHOLM, at
from shared.domain.plain_text import holds_hidden, holds_personal_number, is_code, plain
from shared.mailaddress import mail_address
from shared.register import PHONE

T = TypeVar("T")
_MOST_FIELDS, _MOST_FILES = 400, 12
_MOST_DIGITS = 9
_LONGEST = 4000
_EARLIEST, _LATEST = 1900, 2199
_CODE_FORM = re.compile(r"[a-z][a-z0-9_-]{0,63}")

_MISSING = Words("Fyll i det här.", "Fill this in.")
_CHOOSE = Words("Välj ett av alternativen.", "Choose one of them.")
_LONG = Words("Skriv högst {most} tecken.", "Write at most {most} characters.")
_CONTROL = Words("Ta bort styrtecken och radbrytningar.", "Take out control characters.")
_PERSONAL = Words(
    "Det ser ut att stå ett personnummer här. Ta bort det: Samspel behöver inget. Är det ett"
    " telefonnummer, skriv bindestreck efter riktnumret.",
    "There seems to be a personal number here. Take it out: Samspel needs none. If it is a phone"
    " number, write a hyphen after the area code.",
)
_DAY = Words("Skriv dagen så här: 2027-03-01.", "Write the day like this: 2027-03-01.")
_TIME = Words("Skriv tiden så här: 13.00.", "Write the time like this: 13:00.")
_NUMBER = Words("Skriv ett helt tal från {low} till {high}.", "Write a whole number, {low}–{high}.")
_ADDRESS = Words(
    "Det är ingen e-postadress. Skriv den så här: namn@exempel.se.",
    "That is no mail address. Write it like this: name@example.com.",
)
_CODE = Words(
    "Skriv en kod av bokstäver a–z, siffror och / _ . : - utan mellanslag, till exempel"
    " BUN/2027:14.",
    "Write a code of letters a–z, digits and / _ . : - without spaces, such as BUN/2027:14.",
)
_PHONE = Words(
    "Skriv telefonnumret med siffror, mellanslag och bindestreck.",
    "Write the phone number with digits, spaces and hyphens.",
)


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file of a form. Its name is the sender's word, and goes nowhere."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in their order; each cut off at 4,000 characters."""

    fields: Sequence[tuple[str, str]] = ()
    files: Mapping[str, Sequence[Uploaded]] = field(default_factory=dict)

    def get(self, name: str) -> str:
        """The first field of that name, without space around it; empty if there is none."""
        return next((value.strip() for key, value in self.fields if key == name), "")

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.fields if key == name]

    def named(self) -> set[str]:
        return {key for key, _ in self.fields}

    def but(self, *names: str) -> "Form":
        """The same without some fields."""
        return Form([(key, value) for key, value in self.fields if key not in names], self.files)


async def read_form(request: Request) -> Form:
    """Whatever was sent, as a form within bounds; of anything else, nothing."""
    try:
        sent = await request.form(max_files=_MOST_FILES, max_fields=_MOST_FIELDS)
    except HTTPException:
        return Form()
    fields: list[tuple[str, str]] = []
    files: dict[str, list[Uploaded]] = {}
    for name, value in sent.multi_items():
        if isinstance(value, str):
            fields.append((name, value.replace("\r\n", "\n").replace("\0", "")[:_LONGEST]))
        elif value.filename:
            files.setdefault(name, []).append(Uploaded(value.filename, await value.read()))
    await sent.close()
    return Form(fields, files)


def day_or_none(said: str) -> date | None:
    """The day that a form or an address says, of any year."""
    try:
        return date.fromisoformat(said)
    except ValueError:
        return None


class _Wrong(Exception):
    """What somebody wrote can't be meant; the words say what to do."""

    def __init__(self, words: Words) -> None:
        super().__init__()
        self.words = words


class Fields:
    """Reads a form's fields; `wrong` names those to mend, each with what to do.

    Each method gives None for a field that is wrong, and for an empty one that isn't `needed`.
    """

    def __init__(self, form: Form) -> None:
        self.form = form
        self.wrong: dict[str, Words] = {}

    def text(self, name: str, *, needed: bool = True, most: int = 200) -> str | None:
        """One line of text."""
        return self._read(name, lambda said: _line(said, most), needed=needed)

    def choice(self, name: str, allowed: Collection[str], *, needed: bool = True) -> str | None:
        return self._read(name, lambda said: _one_of(said, allowed), needed=needed, missing=_CHOOSE)

    def choices(self, name: str, allowed: Collection[str]) -> list[str]:
        """Those that were ticked; what isn't among the allowed is wrong."""
        said = self.form.all(name)
        if any(one not in allowed for one in said):
            self.wrong[name] = _CHOOSE
        return said

    def codes(self, name: str) -> tuple[str, ...]:
        """Those that were ticked, each of the form that codes of the register have."""
        said = tuple(self.form.all(name))
        if not all(_CODE_FORM.fullmatch(one) for one in said):
            self.wrong[name] = _CHOOSE
            return ()
        return said

    def yes(self, name: str) -> bool:
        return self.form.get(name) not in ("", "no")

    def yes_no(self, name: str, *, needed: bool = True) -> bool | None:
        """`yes`, `no`, or `unknown` and nothing at all: None."""
        said = self.choice(name, ("yes", "no", "unknown"), needed=needed)
        return {"yes": True, "no": False}.get(said or "")

    def day(self, name: str, *, needed: bool = True) -> date | None:
        return self._read(name, _day, needed=needed)

    def clock_time(self, name: str, *, needed: bool = True) -> time | None:
        """«13.00» or «13:00»."""
        return self._read(name, _clock_time, needed=needed)

    def moment(self, day: str, clock_time: str, *, needed: bool = True) -> datetime | None:
        """The instant of two fields, in Stockholm."""
        on, at_time = self.day(day, needed=needed), self.clock_time(clock_time, needed=needed)
        return at(on, at_time) if on is not None and at_time is not None else None

    def instant(self, name: str, *, needed: bool = True) -> datetime | None:
        """An ISO time with offset, as our own forms hold it."""
        return self._read(name, _instant, needed=needed, missing=_CHOOSE)

    def number(self, name: str, low: int, high: int, *, needed: bool = True) -> int | None:
        return self._read(name, lambda said: _number(said, low, high), needed=needed)

    def ident(self, name: str, *, needed: bool = True) -> UUID | None:
        """The id of somebody or something that the form offered."""
        return self._read(name, _ident, needed=needed, missing=_CHOOSE)

    def idents(self, name: str) -> list[UUID]:
        try:
            return [_ident(one) for one in self.form.all(name) if one]
        except _Wrong as wrong:
            self.wrong[name] = wrong.words
            return []

    def address(self, name: str, *, needed: bool = True) -> str | None:
        return self._read(name, _address, needed=needed)

    def phone(self, name: str, *, needed: bool = True) -> str | None:
        return self._read(name, _phone, needed=needed)

    def code(self, name: str, *, needed: bool = True) -> str | None:
        """Where something is kept: a code, which has no room for names or what it says (X3)."""
        return self._read(name, _code, needed=needed)

    def _read(
        self, name: str, parse: Callable[[str], T], *, needed: bool, missing: Words = _MISSING
    ) -> T | None:
        said = self.form.get(name)
        if not said:
            if needed:
                self.wrong[name] = missing
            return None
        try:
            return parse(said)
        except _Wrong as wrong:
            self.wrong[name] = wrong.words
            return None


def _line(said: str, most: int) -> str:
    if len(said) > most:
        raise _Wrong(_with(_LONG, most=most))
    if holds_hidden(said):
        raise _Wrong(_CONTROL)
    return _of_nobody(plain(said))


def _of_nobody(said: str) -> str:
    if holds_personal_number(said):
        raise _Wrong(_PERSONAL)
    return said


def _one_of(said: str, allowed: Collection[str]) -> str:
    if said not in allowed:
        raise _Wrong(_CHOOSE)
    return said


def _day(said: str) -> date:
    day = day_or_none(said)
    if day is None or not _EARLIEST <= day.year <= _LATEST:
        raise _Wrong(_DAY)
    return day


def _clock_time(said: str) -> time:
    hour, _, minute = said.replace(".", ":").partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise _Wrong(_TIME) from None


def _instant(said: str) -> datetime:
    try:
        found = datetime.fromisoformat(said)
    except ValueError:
        raise _Wrong(_CHOOSE) from None
    if found.tzinfo is None or not _EARLIEST <= found.year <= _LATEST:
        raise _Wrong(_CHOOSE)
    return found.astimezone(STOCKHOLM)


def _number(said: str, low: int, high: int) -> int:
    written = said.isascii() and said.isdigit() and len(said) <= _MOST_DIGITS
    if not written or not low <= int(said) <= high:
        raise _Wrong(_with(_NUMBER, low=low, high=high))
    return int(said)


def _ident(said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise _Wrong(_CHOOSE) from None


def _address(said: str) -> str:
    try:
        address = mail_address(said)
    except ValueError:
        raise _Wrong(_ADDRESS) from None
    return _of_nobody(address)


def _phone(said: str) -> str:
    if not PHONE.fullmatch(said):
        raise _Wrong(_PHONE)
    return _of_nobody(said)


def _code(said: str) -> str:
    if not is_code(said):
        raise _Wrong(_CODE)
    return _of_nobody(said)


def _with(words: Words, **values: object) -> Words:
    return Words(words.said("sv", values), words.said("en", values))
