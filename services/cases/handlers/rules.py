"""An administrator changes a routine from a day on: previewed, then kept; and takes changes back.

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
    CountsAlready,
    CountsNow,
    DoNotGoTogether,
    NeededByAnother,
    NothingChanged,
    reason_in_words,
)
from services.cases.domain.rule_values import Difference, Value, as_toml, differences, values_of
from services.cases.handlers.ports import Desk
from services.cases.handlers.rule_ports import Lay
from services.cases.handlers.rules_kept import begin, fallen, keep, others_than
from services.cases.handlers.rules_touch import Touched, touched_by_limit
from services.cases.handlers.school_years import preview_without
from shared.domain.procedure import Procedure
from shared.municipality import Municipality
from shared.procedures import UnknownProcedure
from shared.saved_rules import Kind, SavedRule

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChangeProcedure:
    """Values of a routine that are to be others from a day on; `seen`: the newest change that
    whoever decides has seen."""

    name: str
    valid_from: date
    values: Mapping[str, Value]
    seen: UUID | None


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A saved change that isn't to count any more; a school year's has no day."""

    kind: Kind
    name: str
    valid_from: date | None
    seen: UUID | None


@dataclass(frozen=True, slots=True)
class ProcedurePreview:
    """What would change, and for whom. `content` None: the values are those of the files again."""

    before: Procedure
    after: Procedure
    differences: tuple[Difference, ...]
    touched: Touched
    content: str | None


def preview_procedure(command: ChangeProcedure, desk: Desk, lay: Lay) -> ProcedurePreview:
    """What the change would do; nothing is kept. Raises Refused."""
    name, day = command.name, command.valid_from
    _check_day(day, desk.today)
    saved = desk.rule_changes.saved()
    others, standing = others_than("procedure", name, day, saved), lay(saved)
    base = values_of(_version(lay(others).rules, name, day))
    changed = {path: value for path, value in command.values.items() if base.get(path) != value}
    content = as_toml(changed) if changed else None
    change = None if content is None else SavedRule("procedure", name, day, content)
    after = lay(others if change is None else [*others, change])
    if (broken := fallen(standing, after, change)) is not None:
        field = next((path for path in command.values if path.startswith(broken.key)), "valid_from")
        raise DoNotGoTogether(field, reason=reason_in_words(broken.reason))
    before, then = _version(standing.rules, name, day), _version(after.rules, name, day)
    found = differences(before, then)
    if not found:
        raise NothingChanged
    touched = touched_by_limit(name, day, standing.rules, after.rules, desk)
    return ProcedurePreview(before, then, found, touched, content)


def change_procedure(command: ChangeProcedure, desk: Desk, lay: Lay) -> UUID:
    """Keep it; the id of the change. Raises Refused."""
    begin(command.seen, desk)
    preview = preview_procedure(command, desk, lay)
    details = {"values": [one.path for one in preview.differences]}
    return keep("procedure", command.name, command.valid_from, preview.content, details, desk)


def take_back(command: TakeBack, desk: Desk, lay: Lay) -> UUID:
    """X9: a change of a routine that no case can have begun under yet; a school year that nothing
    rests on. One that is left out rules nothing, so it goes on any day. Raises Refused."""
    begin(command.seen, desk)
    kind, name, day = command.kind, command.name, command.valid_from
    saved = desk.rule_changes.saved()
    rest = others_than(kind, name, day, saved)
    taken = next((one for one in saved if one not in rest), None)
    if taken is None:
        raise NotFound
    standing = lay(saved)
    if not standing.leaves_out(taken):
        _check_can_go(command, desk, lay)
        if (needing := fallen(standing, lay(rest))) is not None:
            raise NeededByAnother(reason=reason_in_words(needing.reason))
    return keep(kind, name, day, None, {}, desk)


def _check_can_go(command: TakeBack, desk: Desk, lay: Lay) -> None:
    if command.valid_from is None:
        preview_without(command.name, desk, lay)
    elif command.valid_from <= desk.today:
        raise CountsNow(since=command.valid_from)


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
