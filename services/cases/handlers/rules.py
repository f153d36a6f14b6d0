"""An administrator changes the rules: a routine from a day on, a school year; previewed, then kept.

What is kept is what a municipality's own file would hold, and it is read by the same loader. So
nothing can be saved that couldn't be a file, and all three services take it up at their next look.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.cases.domain.refused import NotFound
from services.cases.domain.rule_refusals import (
    BeforeItBegins,
    ChangedMeanwhile,
    CountsAlready,
    DoNotGoTogether,
    NothingChanged,
    reason_in_words,
)
from services.cases.domain.rule_values import Difference, Value, as_toml, differences, values_of
from services.cases.domain.school_year_changes import (
    SpanChange,
    checked,
    span_changes,
    year_as_toml,
)
from services.cases.domain.wrong_values import UnknownUnit
from services.cases.handlers.ports import Desk
from services.cases.handlers.rule_ports import Lay
from services.cases.handlers.rules_touch import Touched, touched_by_break, touched_by_limit
from shared.bus.events import RulesChanged
from shared.domain.procedure import Procedure
from shared.municipality import Municipality
from shared.procedures import UnknownProcedure
from shared.saved_rules import Kind, SavedRule
from shared.school_years import SchoolYear
from shared.tomlfile import BrokenFileError

_DAY = timedelta(days=1)
_RULE = "X9"


@dataclass(frozen=True, slots=True)
class ChangeProcedure:
    """Values of a routine that are to be others from a day on; `seen`: the newest change that
    whoever decides has seen."""

    name: str
    valid_from: date
    values: Mapping[str, Value]
    seen: UUID | None


@dataclass(frozen=True, slots=True)
class ChangeSchoolYear:
    """A school year as it is to be; a new one, or in place of the one of that name."""

    year: SchoolYear
    seen: UUID | None


@dataclass(frozen=True, slots=True)
class ProcedurePreview:
    """What would change, and for whom. `content` None: the values are those of the files again."""

    before: Procedure
    after: Procedure
    differences: tuple[Difference, ...]
    touched: Touched
    content: str | None


@dataclass(frozen=True, slots=True)
class YearPreview:
    """The same of a school year; `before` None: it is new."""

    before: SchoolYear | None
    after: SchoolYear
    changes: tuple[SpanChange, ...]
    touched: Touched
    content: str


def preview_procedure(command: ChangeProcedure, desk: Desk, lay: Lay) -> ProcedurePreview:
    """What the change would do; nothing is kept. Raises Refused."""
    _check_day(command.valid_from, desk.today)
    saved = desk.rule_changes.saved()
    others = [one for one in saved if not _is(one, "procedure", command.name, command.valid_from)]
    standing = lay(saved)
    base = values_of(_version(lay(others), command.name, command.valid_from))
    changed = {path: value for path, value in command.values.items() if base.get(path) != value}
    content = as_toml(changed) if changed else None
    after = _laid_over(others, command, content, lay)
    before = _version(standing, command.name, command.valid_from)
    then = _version(after, command.name, command.valid_from)
    found = differences(before, then)
    if not found:
        raise NothingChanged
    touched = touched_by_limit(command.name, command.valid_from, standing, after, desk)
    return ProcedurePreview(before, then, found, touched, content)


def change_procedure(command: ChangeProcedure, desk: Desk, lay: Lay) -> UUID:
    """Keep it; the id of the change. Raises Refused."""
    _begin(command.seen, desk)
    preview = preview_procedure(command, desk, lay)
    details = {"values": [one.path for one in preview.differences]}
    return _keep("procedure", command.name, command.valid_from, preview.content, details, desk)


def take_back(name: str, valid_from: date, seen: UUID | None, desk: Desk, lay: Lay) -> UUID:
    """X9: a change of a routine that no case can have begun under yet. Raises Refused."""
    _begin(seen, desk)
    _check_day(valid_from, desk.today)
    saved = desk.rule_changes.saved()
    rest = [one for one in saved if not _is(one, "procedure", name, valid_from)]
    if len(rest) == len(saved):
        raise NotFound
    _check_together(rest, lay)
    return _keep("procedure", name, valid_from, None, {}, desk)


def preview_school_year(command: ChangeSchoolYear, desk: Desk, lay: Lay) -> YearPreview:
    """What the change would do; nothing is kept. Raises Refused."""
    year = checked(command.year)
    for number, free in enumerate(year.breaks):
        if not all(desk.register.has_unit(unit) for unit in free.units):
            raise UnknownUnit(f"break-{number}-units")
    saved = desk.rule_changes.saved()
    content = year_as_toml(year)
    others = [one for one in saved if not _is(one, "school-year", year.name, None)]
    standing = lay(saved)
    after = lay([*others, SavedRule("school-year", year.name, None, content)])
    before = next((one for one in standing.years if one.name == year.name), None)
    found = span_changes(before, year)
    if not found:
        raise NothingChanged
    touched = touched_by_break(standing, after, desk)
    return YearPreview(before, year, found, touched, content)


def change_school_year(command: ChangeSchoolYear, desk: Desk, lay: Lay) -> UUID:
    """Keep it; the id of the change. Raises Refused."""
    _begin(command.seen, desk)
    preview = preview_school_year(command, desk, lay)
    details = {"changes": len(preview.changes)}
    return _keep("school-year", command.year.name, None, preview.content, details, desk)


def _begin(seen: UUID | None, desk: Desk) -> None:
    desk.rule_changes.begin()
    if desk.rule_changes.revision() != seen:
        raise ChangedMeanwhile


def _keep(
    kind: Kind,
    name: str,
    valid_from: date | None,
    content: str | None,
    details: Mapping[str, object],
    desk: Desk,
) -> UUID:
    made = desk.rule_changes.note(kind, name, valid_from, content)
    day = {} if valid_from is None else {"valid_from": valid_from.isoformat()}
    done = "rules.change" if content is not None else "rules.take-back"
    desk.audit.note(None, done, _RULE, {"kind": kind, "name": name, **day, **details})
    desk.rule_changes.begin_day_anew(desk.today)
    desk.publish(RulesChanged(change_id=made))
    return made


def _check_day(day: date, today: date) -> None:
    if day <= today:
        raise CountsAlready("valid_from", earliest=today + _DAY)


def _version(municipality: Municipality, name: str, on: date) -> Procedure:
    """Raises NotFound for a routine that there isn't, BeforeItBegins on a day before its first."""
    try:
        return municipality.procedures.get(name, on)
    except UnknownProcedure:
        if name not in municipality.procedures.versions:
            raise NotFound from None
        first = municipality.procedures.versions[name][0].valid_from
        raise BeforeItBegins("valid_from", begins=first) from None


def _laid_over(
    others: list[SavedRule], command: ChangeProcedure, content: str | None, lay: Lay
) -> Municipality:
    changed = (
        []
        if content is None
        else [SavedRule("procedure", command.name, command.valid_from, content)]
    )
    try:
        return lay([*others, *changed])
    except BrokenFileError as error:
        field = next((path for path in command.values if path.startswith(error.key)), "valid_from")
        raise DoNotGoTogether(field, reason=reason_in_words(str(error))) from None


def _check_together(rest: list[SavedRule], lay: Lay) -> None:
    """Whether what is left when a change is taken back can stand without it. Raises Refused."""
    try:
        lay(rest)
    except BrokenFileError as error:
        raise DoNotGoTogether("valid_from", reason=reason_in_words(str(error))) from None


def _is(one: SavedRule, kind: Kind, name: str, valid_from: date | None) -> bool:
    return (one.kind, one.name, one.valid_from) == (kind, name, valid_from)
