"""The values of a routine as fields of a form: how each is written, and what it then says."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from services.cases.domain.refused import Words
from services.cases.domain.rule_fields import RuleField, Shape
from services.cases.domain.rule_values import Changeable, Value, section_of
from services.cases.web.forms import Fields
from services.cases.web.staff.settings.rule_words import (
    BOOKING,
    NTH,
    WEEKDAYS,
    section_title,
)
from shared.domain.procedure import Procedure, YearDay

_YES_NO = {"yes": Words("Ja", "Yes"), "no": Words("Nej", "No")}
_DAY = Words("Skriv dag och månad så här: 30/6.", "Write day and month like this: 30/6.")
_NUMBERS = Words(
    "Skriv hela tal med komma emellan, största först, till exempel 15, 5, 1.",
    "Write whole numbers with commas between, the largest first, such as 15, 5, 1.",
)
_LINES = Words("Skriv minst en punkt, en på varje rad.", "Write at least one point, one a line.")
_HINTS: Mapping[Shape, Words] = {
    "days": Words("Antal dagar", "Number of days"),
    "working_days": Words("Antal arbetsdagar", "Number of working days"),
    "minutes": Words("Antal minuter", "Number of minutes"),
    "weeks": Words("Antal veckor", "Number of weeks"),
    "years": Words("Antal år", "Number of years"),
    "age": Words("Ålder i år", "Age in years"),
    "clock": Words("Till exempel 09.00", "For example 09:00"),
    "year_day": Words("Dag/månad, till exempel 30/6", "Day/month, for example 30/6"),
    "numbers": Words("Tal med komma emellan", "Numbers with commas between"),
    "lines": Words("En punkt på varje rad", "One point a line"),
}
_MOST_LINES, _LONGEST_LINE = 30, 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One value as a field: `options` where one chooses, `lines` where one writes several."""

    name: str
    words: Words
    hint: Words | None
    value: str
    rule: str | None
    options: Sequence[tuple[str, Words]] = ()
    lines: bool = False


def sections(
    offered: Sequence[Changeable], values: Mapping[str, Value], procedure: Procedure
) -> list[tuple[Words, list[Shown]]]:
    """The fields part by part, with the values that are to be seen in them."""
    found: dict[str, list[Shown]] = {}
    for one in offered:
        shown = _shown(one, values.get(one.path, one.value))
        found.setdefault(section_of(one.path), []).append(shown)
    return [(section_title(section, procedure), fields) for section, fields in found.items()]


def read(fields: Fields, offered: Sequence[Changeable]) -> dict[str, Value]:
    """What the form says of each value that was offered; what is wrong stands in `fields.wrong`."""
    values: dict[str, Value] = {}
    for one in offered:
        value = _read(fields, one.path, one.field)
        if value is not None:
            values[one.path] = value
    return values


def _shown(one: Changeable, value: Value) -> Shown:
    return Shown(
        one.path,
        one.field.words,
        _HINTS.get(one.field.shape),
        written(one.field.shape, value),
        one.rule,
        tuple(_options(one.field.shape).items()),
        one.field.shape == "lines",
    )


def written(shape: Shape, value: Value) -> str:
    """A value as it is typed."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return value.strftime("%H.%M")
    if isinstance(value, YearDay):
        return f"{value.day}/{value.month}"
    if isinstance(value, tuple):
        return ("\n" if shape == "lines" else ", ").join(str(one) for one in value)
    return str(value)


def _options(shape: Shape) -> Mapping[str, Words]:
    return {
        "yes_no": _YES_NO,
        "weekday": WEEKDAYS,
        "booking": BOOKING,
        "nth": {str(number): words for number, words in NTH.items()},
    }.get(shape, {})


def _read(fields: Fields, name: str, field: RuleField) -> Value | None:
    if field.shape in ("weekday", "booking"):
        return fields.choice(name, _options(field.shape))
    if field.shape == "yes_no":
        return {"yes": True, "no": False}.get(fields.choice(name, _YES_NO) or "")
    if field.shape == "nth":
        said = fields.choice(name, _options("nth"))
        return None if said is None else int(said)
    if field.shape == "clock":
        return fields.clock_time(name)
    if field.shape in _PARSED:
        return _PARSED[field.shape](fields, name, field)
    return fields.number(name, field.low, field.high)


def _year_day(fields: Fields, name: str, _: RuleField) -> YearDay | None:
    day, _sep, month = fields.form.get(name).partition("/")
    try:
        return YearDay(month=int(month), day=int(day))
    except ValueError:  # pydantic's error is one
        fields.wrong[name] = _DAY
        return None


def _numbers(fields: Fields, name: str, field: RuleField) -> tuple[int, ...] | None:
    parts = [part.strip() for part in fields.form.get(name).split(",")]
    numbers = [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 5]
    falling = numbers == sorted(set(numbers), reverse=True)
    within = all(field.low <= number <= field.high for number in numbers)
    if len(numbers) != len(parts) or not falling or not within:
        fields.wrong[name] = _NUMBERS
        return None
    return tuple(numbers)


def _lines(fields: Fields, name: str, _: RuleField) -> tuple[str, ...] | None:
    lines = [line.strip() for line in fields.form.get(name).split("\n") if line.strip()]
    plain = all(line.isprintable() and len(line) <= _LONGEST_LINE for line in lines)
    if not lines or len(lines) > _MOST_LINES or not plain:
        fields.wrong[name] = _LINES
        return None
    return tuple(lines)


_PARSED: Mapping[Shape, Callable[[Fields, str, RuleField], Any]] = {
    "year_day": _year_day,
    "numbers": _numbers,
    "lines": _lines,
}
