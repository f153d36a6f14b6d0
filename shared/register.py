"""A municipality's units, places, people and posts, as an administrator keeps them in CSV files."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from shared.calendaraddress import calendar_address
from shared.csvfile import OPTIONAL, Table, read_table
from shared.domain.codes import ORGANISATIONS, ROLES, UNIT_KINDS
from shared.domain.plain_text import holds_personal_number
from shared.domain.procedure import Code
from shared.domain.telling_words import says_forbidden_word
from shared.mailaddress import mail_address

T = TypeVar("T")
Capacity = Literal["holder", "deputy"]
PHONE = re.compile(r"\+?[0-9][0-9 –-]{1,30}")


def _one_of(codes: Collection[str]) -> Callable[[str], str]:
    def check(code: str) -> str:
        if code not in codes:
            raise ValueError(f"okänd kod; de som finns är {', '.join(codes)}")
        return code

    return check


def _phone(number: str) -> str:
    if number and not PHONE.fullmatch(number):
        raise ValueError("ska vara ett telefonnummer: siffror, mellanslag och bindestreck")
    return _of_nobody(number)


def _address(address: str) -> str:
    try:
        address = mail_address(address)
    except ValueError:
        raise ValueError("är ingen e-postadress (namn@domän, utan å, ä, ö före @)") from None
    return _of_nobody(address)


def _can_be_said(text: str) -> str:
    """In a mail too: programs on the way would decode an encoded word, and a line break in it."""
    if "=?" in text:
        raise ValueError("får inte innehålla =?, som postprogram läser som en kod")
    return _of_nobody(text)


def _of_nobody(text: str) -> str:
    if holds_personal_number(text):
        raise ValueError(
            "ser ut att innehålla ett personnummer, som Samspel inte behöver: ta bort det (ett"
            " telefonnummer skrivs med bindestreck efter riktnumret)"
        )
    return text


OwnCode = Annotated[Code, AfterValidator(_of_nobody)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_can_be_said)]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of one of the organisations, in a tree."""

    code: OwnCode
    name: Name
    kind: Annotated[str, AfterValidator(_one_of(UNIT_KINDS))]
    organisation: Annotated[str, AfterValidator(_one_of(ORGANISATIONS))]
    parent: Code | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A place to meet; `public_text` is what mails and calendars may say of it."""

    code: OwnCode
    unit: Code
    public_text: Name


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A member of staff; the phone may be empty. `calendar` is the published one: it's secret."""

    code: OwnCode
    name: Name
    email: Annotated[str, AfterValidator(_address)]
    phone: Annotated[str, AfterValidator(_phone)]
    calendar: Annotated[str, AfterValidator(calendar_address)] = field(
        default="", repr=False, metadata=OPTIONAL
    )


@dataclass(frozen=True, slots=True)
class Post:
    """A role at a unit; alerts about its holder's duties go on to the post it reports to (X2)."""

    code: OwnCode
    role: Annotated[str, AfterValidator(_one_of(ROLES))]
    unit: Code
    reports_to: Code | None = None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a post, or is its deputy, from when until when, both days included."""

    post: Code
    person: Code
    first_day: date
    last_day: date | None = None
    capacity: Annotated[Capacity, BeforeValidator(_one_of(get_args(Capacity)))] = field(
        default="holder", metadata=OPTIONAL
    )

    def __post_init__(self) -> None:
        if self.last_day is not None and self.last_day < self.first_day:
            raise ValueError("last_day ligger före first_day")


@dataclass(frozen=True, slots=True)
class Register:
    """All of it, each part in the order of its file."""

    units: tuple[Unit, ...]
    places: tuple[Place, ...]
    people: tuple[PersonRow, ...]
    posts: tuple[Post, ...]
    holders: tuple[Holder, ...]


class MunicipalityError(ValueError):
    """A municipality's folder is broken; `problems` has one line for each thing to mend."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


def read_units(folder: Path) -> tuple[Unit, ...]:
    return _rows(read_table(folder / "units.csv", Unit))


def read_places(folder: Path) -> tuple[Place, ...]:
    return _rows(read_table(folder / "places.csv", Place))


def read_people(folder: Path) -> tuple[PersonRow, ...]:
    return _rows(read_table(folder / "people.csv", PersonRow))


def read_posts(folder: Path) -> tuple[Post, ...]:
    return _rows(read_table(folder / "posts.csv", Post))


def read_holders(folder: Path) -> tuple[Holder, ...]:
    return _rows(read_table(folder / "holders.csv", Holder))


def read_register(folder: Path) -> Register:
    """All five files, checked against each other. Raises MunicipalityError with all problems."""
    units = read_table(folder / "units.csv", Unit)
    places = read_table(folder / "places.csv", Place)
    people = read_table(folder / "people.csv", PersonRow)
    posts = read_table(folder / "posts.csv", Post)
    holders = read_table(folder / "holders.csv", Holder)
    tables: list[Table[Any]] = [units, places, people, posts, holders]
    unreadable = [problem for table in tables for problem in table.problems]
    # Only whole files are compared: a row that can't be read isn't missing as well.
    problems = unreadable or [
        *(problem for table in tables[:4] for problem in _repeated(table, "code")),
        *_repeated(people, "email"),
        *_unknown(units, "parent", units),
        *_unknown(posts, "reports_to", posts),
        *_unknown(places, "unit", units),
        *_unknown(posts, "unit", units),
        *_unknown(holders, "post", posts),
        *_unknown(holders, "person", people),
        *_telling(places, units),
        *_circles(units, "parent"),
        *_circles(posts, "reports_to"),
        *_held_twice(holders),
    ]
    if problems:
        raise MunicipalityError(problems)
    return Register(_rows(units), _rows(places), _rows(people), _rows(posts), _rows(holders))


def _rows(table: Table[T]) -> tuple[T, ...]:
    if table.problems:
        raise MunicipalityError(table.problems)
    return tuple(row for _, row in table.rows)


def _repeated(table: Table[Any], column: str) -> Iterator[str]:
    """Values that must be unique and aren't."""
    first_line: dict[str, int] = {}
    for line, row in table.rows:
        before = first_line.setdefault(getattr(row, column).lower(), line)
        if before != line:
            yield table.problem(line, column, f"är samma som på rad {before}")


def _unknown(table: Table[Any], column: str, among: Table[Any]) -> Iterator[str]:
    """References to a code that the other file doesn't have."""
    codes = {row.code for _, row in among.rows}
    for line, row in table.rows:
        code = getattr(row, column)
        if code is not None and code not in codes:
            yield table.problem(line, column, f"{code!r} finns inte i {among.file}")


def _telling(places: Table[Place], units: Table[Unit]) -> Iterator[str]:
    """X3: a place's text stands in mails, so it says neither which school nor what it is about."""
    schools = [unit.name.lower() for _, unit in units.rows if unit.organisation == "school"]
    for line, place in places.rows:
        said = place.public_text.lower()
        if says_forbidden_word(said) or any(school in said for school in schools):
            yield places.problem(line, "public_text", "säger för mycket: skriv hus och gatuadress")


def _circles(table: Table[Any], column: str) -> Iterator[str]:
    """Rows that end up at themselves by following the column upwards."""
    above = {row.code: getattr(row, column) for _, row in table.rows}
    for line, row in table.rows:
        code, steps = above[row.code], 0
        while code in above and code != row.code and steps < len(above):
            code, steps = above[code], steps + 1
        if code == row.code:
            yield table.problem(line, column, "leder runt i en cirkel")


def _held_twice(holders: Table[Holder]) -> Iterator[str]:
    """Posts that two people hold, or are deputies of, on the same day; a deputy beside the holder
    is as it should be."""
    in_order = sorted(holders.rows, key=lambda entry: (_seat(entry[1]), entry[1].first_day))
    for (before_line, before), (line, holder) in pairwise(in_order):
        last_day = before.last_day or date.max
        if _seat(before) == _seat(holder) and holder.first_day <= last_day:
            who = "innehavare" if holder.capacity == "holder" else "ersättare"
            reason = f"en annan {who} finns kvar då, på rad {before_line}"
            yield holders.problem(line, "first_day", reason)


def _seat(holder: Holder) -> tuple[str, str]:
    return holder.post, holder.capacity
