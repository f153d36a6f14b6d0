"""A routine as values by path: what its file would say, so that two versions can be compared."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from pydantic import BaseModel

from services.cases.domain.rule_fields import FIELDS, RuleField, field_of
from shared.domain.procedure import Procedure, YearDay

# Values whose rule isn't the one that stands nearest.
_OWN_RULES = {
    "consent.child_asked_from_age": "consent.child_rule",
    "consent.child_needed_from_age": "consent.child_rule",
    "eligibility.reason_needed": "eligibility.reason_rule",
    "reports.written_working_days": "reports.written_rule",
    "reports.feedback_after_days": "reports.feedback_rule",
    "reports.answer_working_days": "reports.answer_rule",
    "year.vacancy_days_ahead": "year.callers_rule",
    "year.ahead": "year.callers_rule",
}
# The same, where no key of the file names it.
_PLAIN_RULES = {"consent.own_mail_from_age": "X11", "consent.ask_ahead_days": "X8"}

Value = Any  # a number, a text, a time, a YearDay, yes or no, or several of them


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that is another in the later version; None: it isn't there."""

    path: str
    before: Value
    after: Value
    rule: str | None


@dataclass(frozen=True, slots=True)
class Changeable:
    """One value that can be changed on a page."""

    path: str
    field: RuleField
    value: Value
    rule: str | None


def values_of(procedure: Procedure) -> dict[str, Value]:
    """Everything that the routine says, by its path in the file; defaults stand there, too."""
    return dict(_leaves("", procedure))


def differences(before: Procedure, after: Procedure) -> tuple[Difference, ...]:
    """What the later says otherwise, in the order of its file; the day it counts from apart."""
    old, new = values_of(before), values_of(after)
    paths = [path for path in (*new, *(old.keys() - new.keys())) if path != "valid_from"]
    return tuple(
        Difference(path, old.get(path), new.get(path), rule_at(path, new) or rule_at(path, old))
        for path in paths
        if old.get(path) != new.get(path)
    )


def changeable(procedure: Procedure) -> tuple[Changeable, ...]:
    """The values that a page offers, step by step as the routine goes."""
    values = values_of(procedure)
    found = [
        (path, field, value)
        for path, value in values.items()
        if (field := field_of(path)) is not None and _is_of_its_kind(path, procedure)
    ]
    order = {field.pattern: number for number, field in enumerate(FIELDS)}
    sections = list(dict.fromkeys(section_of(path) for path, _, _ in found))
    found.sort(key=lambda one: (sections.index(section_of(one[0])), order[one[1].pattern]))
    return tuple(
        Changeable(path, field, value, rule_at(path, values)) for path, field, value in found
    )


def section_of(path: str) -> str:
    """The part of the routine that a value stands under: «steps.first», «consent», «year»."""
    parts = path.split(".")
    if parts[0] in ("steps", "reminders", "alerts", "chores"):
        return ".".join(parts[:2])
    if parts[0] == "year" and len(parts) > 2:
        return ".".join(parts[:3] if parts[1] == "dispatches" else parts[:2])
    return "agenda" if parts[0] == "agenda_en" else parts[0]


def rule_at(path: str, values: Mapping[str, Value]) -> str | None:
    """The rule that stands nearest above a value."""
    parts = path.split(".")
    if parts[0] == "rules":
        return parts[-1]
    if path in _OWN_RULES:
        return values.get(_OWN_RULES[path])
    if (plain := _PLAIN_RULES.get(path)) is not None and f"rules.{plain}" in values:
        return plain
    while parts:
        parts.pop()
        if (found := values.get(".".join([*parts, "rule"]))) is not None:
            return str(found)
    return None


def as_toml(changes: Mapping[str, Value]) -> str:
    """The changes as a municipality's own file would hold them, one value a line."""
    return "".join(f"{path} = {as_toml_text(value)}\n" for path, value in sorted(changes.items()))


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Value]]:
    if isinstance(value, YearDay) or not isinstance(value, BaseModel | dict | tuple):
        if value is not None:
            yield path, value
    elif isinstance(value, tuple) and not _is_named(value):
        yield path, value
    else:
        for name, part in _parts(value):
            yield from _leaves(f"{path}.{name}" if path else name, part)


def _is_named(many: tuple[Any, ...]) -> bool:
    return bool(many) and all(isinstance(one, BaseModel) and hasattr(one, "name") for one in many)


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """As the keys of the file: tables by name, without the name in them."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from ((one.name, one) for one in value)
    else:
        for name, field in type(value).model_fields.items():
            if name != "name" or isinstance(value, Procedure):
                yield field.alias or name, getattr(value, name)


def _is_of_its_kind(path: str, procedure: Procedure) -> bool:
    """Not what says nothing there: nobody asks for a matter of the staff's own by a form."""
    if path in ("agenda", "agenda_en"):
        return bool(procedure.agenda if path == "agenda" else procedure.agenda_en)
    return path != "inquiries.answer_working_days" or procedure.about == "child"


def as_toml_text(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, YearDay):
        return f"{{ month = {value.month}, day = {value.day} }}"
    if isinstance(value, time):
        return value.strftime("%H:%M:%S")
    if isinstance(value, int | date):
        return str(value)
    if isinstance(value, tuple | list):
        return f"[{', '.join(as_toml_text(one) for one in value)}]"
    return _quoted(str(value))


def _quoted(text: str) -> str:
    """A basic string; control characters by their numbers."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(_shown(one) for one in escaped) + '"'


def _shown(one: str) -> str:
    return f"\\u{ord(one):04x}" if ord(one) < 0x20 or ord(one) == 0x7F else one
