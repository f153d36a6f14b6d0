"""The routines: read as people read them, changed from a day on, with a preview of what changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.domain.rule_values import (
    Changeable,
    Difference,
    Value,
    changeable,
    differences,
)
from services.cases.domain.spoken import title_words
from services.cases.handlers import rules
from services.cases.handlers.ports import Desk
from services.cases.handlers.rule_ports import Lay
from services.cases.handlers.rules import ChangeProcedure, ProcedurePreview, TakeBack
from services.cases.web.forms import Fields, day_or_none
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings import rule_form
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.settings.left_out import not_counting
from services.cases.web.staff.settings.routine_told import told
from services.cases.web.staff.settings.rule_words import full_label, said_difference
from services.cases.web.staff.settings.seen import seen_change
from services.cases.web.staff.visits import Notice, Visit
from shared.domain.procedure import Procedure
from shared.procedures import Procedures, UnknownProcedure
from shared.saved_rules import SavedRule

_DAY = timedelta(days=1)
_PATH = "/installningar/rutiner"
_NOTICES = {
    "sparad": Notice(
        Words(
            "Ändringen är sparad. Den gäller det som börjar den dagen eller senare. Det som redan"
            " har börjat följer sina regler.",
            "The change is saved. It holds for what begins on that day or later. What has begun"
            " already keeps its rules.",
        )
    ),
    "tillbaka": Notice(Words("Ändringen är tillbakatagen.", "The change is taken back.")),
}


@dataclass(frozen=True, slots=True)
class Version:
    """A version in time: what it changes of the one before; `saved`: here, and not in a file."""

    valid_from: date
    differences: tuple[Difference, ...]
    saved: bool
    coming: bool


def make_routine_pages(room: Room) -> APIRouter:
    """The list, each routine, and its change in two steps: what, and whether it is meant."""
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.ADMINISTER)), Depends(room.acts(Right.ADMINISTER))

    @router.get("")
    def everything(visit: Annotated[Visit, seen]) -> Response:
        today, found = visit.survey("settings.routines", lambda desk, _: _listed(desk))
        return visit.page("staff/settings/routines.html", routines=found, today=today)

    @router.get("/{name}")
    def one(name: str, visit: Annotated[Visit, seen]) -> Response:
        return _routine(name, visit)

    @router.get("/{name}/andra")
    def form(
        name: str, visit: Annotated[Visit, seen], fran: Annotated[str, Query()] = ""
    ) -> Response:
        return _form(name, day_or_none(fran), visit)

    @router.post("/{name}/andra")
    def change(name: str, visit: Annotated[Visit, acting]) -> Response:
        return _change(name, visit)

    @router.post("/{name}/ta-tillbaka")
    def take_back(name: str, visit: Annotated[Visit, acting]) -> Response:
        fields = Fields(visit.form)
        day = fields.day("valid_from")
        if day is None:
            raise NotFound
        command = TakeBack("procedure", name, day, seen_change(visit))
        lay = visit.room.office.rules.lay
        done = visit.administer(lambda desk, _: {"id": str(rules.take_back(command, desk, lay))})
        if done.refused is not None:
            return _routine(name, visit, refused=done.refused)
        return visit.back(f"{_PATH}/{name}", "tillbaka")

    return router


def _listed(desk: Desk) -> tuple[date, list[dict[str, Any]]]:
    found = []
    for name, versions in sorted(desk.procedures.versions.items()):
        now = _now(desk.procedures, name, desk.today)
        coming = [one.valid_from for one in versions if one.valid_from > desk.today]
        found.append({"name": name, "procedure": now, "coming": coming})
    return desk.today, found


def _routine(name: str, visit: Visit, *, refused: Refused | None = None) -> Response:
    def show(desk: Desk, _: object) -> dict[str, Any]:
        procedure = _now(desk.procedures, name, desk.today)
        left_out = [one for one in visit.room.office.rules.left_out if one.change.name == name]
        return {
            "procedure": procedure,
            "sections": told(procedure),
            "versions": _versions(name, [one.change for one in left_out], desk),
            "left_out": not_counting(left_out, desk),
            "seen": desk.rule_changes.revision(),
            "history": history(desk, ("rules",), _titles(desk.procedures)),
            "today": desk.today,
        }

    shown = visit.survey(f"settings.routine:{name}", show)
    return visit.page(
        "staff/settings/routine.html",
        refused=refused,
        notices=_NOTICES,
        full_label=full_label,
        said_difference=said_difference,
        **shown,
    )


def _versions(name: str, left_out: Sequence[SavedRule], desk: Desk) -> list[Version]:
    """The newest first; the first of all has nothing before it."""
    ours = {
        one.valid_from
        for one in desk.rule_changes.saved()
        if one.kind == "procedure" and one.name == name and one not in left_out
    }
    versions = desk.procedures.versions[name]
    found = [
        Version(
            one.valid_from,
            () if before is None else differences(before, one),
            one.valid_from in ours,
            one.valid_from > desk.today,
        )
        for before, one in zip((None, *versions), versions, strict=False)
    ]
    return found[::-1]


def _form(
    name: str,
    day: date | None,
    visit: Visit,
    *,
    wrong: Mapping[str, Words] | None = None,
    refused: Refused | None = None,
    values: Mapping[str, Value] | None = None,
) -> Response:
    def show(desk: Desk, _: object) -> tuple[date, Procedure, UUID | None]:
        on = day or desk.today + _DAY
        return on, _now(desk.procedures, name, on), desk.rule_changes.revision()

    on, procedure, seen = visit.survey(f"settings.routine:{name}", show)
    sections = rule_form.sections(changeable(procedure), values or {}, procedure)
    return visit.page(
        "staff/settings/routine_form.html",
        refused=refused,
        wrong=wrong,
        procedure=procedure,
        valid_from=on,
        sections=sections,
        seen=seen,
    )


def _change(name: str, visit: Visit) -> Response:
    """First what it would do; then, once somebody has said yes to that, it is kept."""
    fields = Fields(visit.form)
    day = fields.day("valid_from")
    if day is None:
        return _form(name, None, visit, wrong=fields.wrong)
    offered = visit.survey(f"settings.routine:{name}", lambda desk, _: _offered(name, day, desk))
    values = rule_form.read(fields, offered)
    if fields.wrong:
        return _form(name, day, visit, wrong=fields.wrong, values=values)
    if visit.form.get("steg") == "andra":
        return _form(name, day, visit, values=values)
    command = ChangeProcedure(name, day, values, seen_change(visit))
    lay = visit.room.office.rules.lay
    if visit.form.get("steg") == "spara":
        done = visit.administer(
            lambda desk, _: {"id": str(rules.change_procedure(command, desk, lay))}
        )
        if done.refused is None:
            return visit.back(f"{_PATH}/{name}", "sparad")
        return _form(name, day, visit, refused=done.refused, values=values)
    return _previewed(command, visit, lay)


def _previewed(command: ChangeProcedure, visit: Visit, lay: Lay) -> Response:
    def show(desk: Desk, _: object) -> ProcedurePreview | Refused:
        try:
            return rules.preview_procedure(command, desk, lay)
        except NotFound:
            raise
        except Refused as refused:
            return refused

    preview = visit.survey(f"settings.routine:{command.name}", show)
    if isinstance(preview, Refused):
        return _form(
            command.name, command.valid_from, visit, refused=preview, values=command.values
        )
    return visit.page(
        "staff/settings/routine_preview.html",
        procedure=preview.after,
        preview=preview,
        typed=[(name, visit.form.get(name)) for name in command.values],
        valid_from=command.valid_from,
        seen=visit.form.get("seen"),
        full_label=full_label,
        said_difference=said_difference,
    )


def _offered(name: str, day: date, desk: Desk) -> Sequence[Changeable]:
    """What can be changed of the version of that day; of a day that won't do, of tomorrow's."""
    return changeable(_now(desk.procedures, name, max(day, desk.today + _DAY)))


def _now(procedures: Procedures, name: str, on: date) -> Procedure:
    """The version of a day; before the first, the first. Raises NotFound."""
    try:
        return procedures.get(name, on)
    except UnknownProcedure:
        if name not in procedures.versions:
            raise NotFound from None
        return procedures.versions[name][0]


def _titles(procedures: Procedures) -> Mapping[str, Words]:
    return {name: title_words(versions[-1]) for name, versions in procedures.versions.items()}
