"""The kinds of values that requests are made of: strict in form, bounded, and harmless to keep."""

import re
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.domain.plain_text import CODE, holds_hidden, holds_personal_number, plain
from shared.mailaddress import mail_address
from shared.register import PHONE

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_INSTANT = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:\d{2})", re.ASCII
)
_DURATION = re.compile(
    r"P(?=[\dT])(?:(?P<weeks>\d{1,4})W|(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?=\d)(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?"
    r"(?:(?P<seconds>\d{1,9}(?:\.\d{1,3})?)S)?)?)",
    re.ASCII,
)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1900, 2199
LONGEST_MOVE = timedelta(days=366 * 12)  # of the clock


def _written_as(pattern: re.Pattern[str], code: str, message: str) -> BeforeValidator:
    """Only text of that form: neither a number nor a date with a time is taken for a date."""

    def check(value: Any) -> Any:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise PydanticCustomError(code, message)
        return value

    return BeforeValidator(check)


def _duration(value: Any) -> timedelta:
    """Years and months are no durations: they have no length of their own."""
    written = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if written is None:
        raise PydanticCustomError("duration_form", "must be a duration of days or hours: P14D")
    parts = {unit: float(number) for unit, number in written.groupdict().items() if number}
    return timedelta(**parts)


def _year_in_range(value: Any) -> Any:
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise PydanticCustomError("year_range", "the year must lie between 1900 and 2199")
    return value


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise PydanticCustomError("whole_minute", "must be a whole minute")
    return value


def harmless(text: str) -> str:
    """The text in NFC, without space around it; what can't be seen is refused."""
    if holds_hidden(text):
        raise PydanticCustomError("control_characters", "must not hold control characters")
    if not (text := plain(text)):
        raise PydanticCustomError("empty_text", "must not be empty")
    return _of_nobody(text)


def _of_nobody(text: str) -> str:
    if holds_personal_number(text):
        raise PydanticCustomError("personal_number", "must not hold a personal number")
    return text


def _address(text: str) -> str:
    try:
        address = mail_address(text)
    except ValueError:
        raise PydanticCustomError("mail_address", "not a mail address") from None
    return _of_nobody(address)


def _phone(number: str) -> str:
    if not PHONE.fullmatch(number):
        raise PydanticCustomError("phone_form", "must be a phone number")
    return _of_nobody(number)


Day = Annotated[
    date,
    AfterValidator(_year_in_range),
    Field(strict=False, examples=["2027-03-01"]),
    _written_as(_DAY, "day_form", "must be a date such as 2027-03-01"),
]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_year_in_range),
    AfterValidator(_whole_minute),
    Field(strict=False, examples=["2027-03-09T13:00:00+01:00"]),
    _written_as(_INSTANT, "instant_form", "must be a time with offset: 2027-03-09T13:00:00+01:00"),
]
ClockTime = Annotated[
    AwareDatetime,
    AfterValidator(_year_in_range),
    Field(strict=False, examples=["2027-03-09T13:00:00+01:00"]),
    _written_as(_INSTANT, "instant_form", "must be a time with offset: 2027-03-09T13:00:00+01:00"),
]
Duration = Annotated[
    timedelta,
    Field(ge=timedelta(0), le=LONGEST_MOVE, examples=["P14D"]),
    BeforeValidator(_duration),
]
Id = Annotated[
    UUID,
    Field(strict=False),
    _written_as(_UUID, "id_form", "must be an id (a UUID)"),
]
Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(harmless)]
Address = Annotated[str, Field(min_length=3, max_length=254), AfterValidator(_address)]
PhoneNumber = Annotated[str, AfterValidator(_phone)]
PostalAddress = Annotated[
    str,
    Field(min_length=1, max_length=200, examples=["Storgatan 1, 123 45 Exempelstad"]),
    AfterValidator(harmless),
]
CodeText = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
FileReference = Annotated[str, StringConstraints(pattern=f"^{CODE}$"), AfterValidator(_of_nobody)]
Minutes = Annotated[int, Field(ge=15, le=480)]
