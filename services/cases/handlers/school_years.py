"""An administrator changes a school year, or takes back what was changed: previewed, then kept."""

from dataclasses import dataclass
from datetime import time, timedelta
from uuid import UUID

from services.cases.domain.refused import NotFound
from services.cases.domain.rule_refusals import (
    DoNotGoTogether,
    NothingChanged,
    SchoolYearBegun,
    SchoolYearHasMeetings,
    SchoolYearIsPlanned,
    reason_in_words,
)
from services.cases.domain.school_year_changes import (
    SpanChange,
    checked,
    days_of,
    span_changes,
    year_as_toml,
)
from services.cases.domain.wrong_values import UnknownUnit
from services.cases.handlers.ports import Desk
from services.cases.handlers.rule_ports import Lay
from services.cases.handlers.rules_kept import begin, fallen, keep, others_than
from services.cases.handlers.rules_touch import Touched, planned_within, touched_by_break
from shared.domain.days import at, local_date
from shared.municipality import Municipality
from shared.saved_rules import SavedRule
from shared.school_years import SchoolYear

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChangeSchoolYear:
    """A school year as it is to be; a new one, or in place of the one of that name."""

    year: SchoolYear
    seen: UUID | None


@dataclass(frozen=True, slots=True)
class YearPreview:
    """What would change; `before` None: it is new, `after` None: it goes."""

    before: SchoolYear | None
    after: SchoolYear | None
    changes: tuple[SpanChange, ...]
    touched: Touched


def preview_school_year(command: ChangeSchoolYear, desk: Desk, lay: Lay) -> YearPreview:
    """What the change would do; nothing is kept. Raises Refused."""
    year = checked(command.year)
    for number, free in enumerate(year.breaks):
        if not all(desk.register.has_unit(unit) for unit in free.units):
            raise UnknownUnit(f"break-{number}-units")
    saved = desk.rule_changes.saved()
    change = SavedRule("school-year", year.name, None, year_as_toml(year))
    standing = lay(saved)
    after = lay([*others_than("school-year", year.name, None, saved), change])
    if (broken := fallen(standing, after, change)) is not None:
        raise DoNotGoTogether("name", reason=reason_in_words(broken.reason))
    before = _year(year.name, standing.rules)
    found = span_changes(before, year)
    if not found:
        raise NothingChanged
    return YearPreview(before, year, found, touched_by_break(standing.rules, after.rules, desk))


def change_school_year(command: ChangeSchoolYear, desk: Desk, lay: Lay) -> UUID:
    """Keep it; the id of the change. Raises Refused."""
    begin(command.seen, desk)
    preview = preview_school_year(command, desk, lay)
    content, details = year_as_toml(checked(command.year)), {"changes": len(preview.changes)}
    return keep("school-year", command.year.name, None, content, details, desk)


def preview_without(name: str, desk: Desk, lay: Lay) -> YearPreview:
    """What it would do to take back what is saved of a school year: the one of the files comes
    again, or there is none any more. Raises Refused."""
    saved = desk.rule_changes.saved()
    rest = others_than("school-year", name, None, saved)
    standing, after = lay(saved).rules, lay(rest).rules
    before, then = _year(name, standing), _year(name, after)
    if len(rest) == len(saved) or before is None:
        raise NotFound
    if then is None:
        _check_nothing_rests_on(before, standing, desk)
    touched = touched_by_break(standing, after, desk)
    return YearPreview(before, then, span_changes(before, then), touched)


def _check_nothing_rests_on(year: SchoolYear, rules: Municipality, desk: Desk) -> None:
    """R20, R24, R26: what a year asks for was laid around its terms and breaks."""
    first, last = days_of(year)
    if first <= desk.today:
        raise SchoolYearBegun(first=first)
    booked = desk.rule_changes.booked_within(at(first, time()), at(last + _DAY, time()))
    if booked:
        raise SchoolYearHasMeetings(first=local_date(booked[0]), count=len(booked))
    planned = planned_within(first, last, rules, desk)
    if planned is not None:
        raise SchoolYearIsPlanned(first=planned)


def _year(name: str, rules: Municipality) -> SchoolYear | None:
    return next((one for one in rules.years if one.name == name), None)
