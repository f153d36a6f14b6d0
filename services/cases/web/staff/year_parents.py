"""Parent meetings with IFO: the ledger of a school year, an invitation, one that was held (R26)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.parent_meetings import ShownCohort, school_year
from services.cases.domain.refused import Invalid, NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year import parents
from services.cases.handlers.year.parent_ledger import INVITED, rule_of_today
from services.cases.handlers.year.parents import Invite, Noted, Replace
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit
from shared.domain.days import local_date
from shared.domain.procedure import StageRule

_PATH = "/arshjul/foraldramoten"
_FIRST, _LAST = 2000, 2100
_NOTICES: Mapping[str, Notice] = {
    "inbjudet": Notice(
        Words(
            "Mötet är bokat och IFO är inbjuden. Svaret kommer till dig.",
            "The meeting is booked and the social services are invited. You get their answer.",
        )
    ),
    "ersatt": Notice(Words("Rektorn får veta vem som kommer.", "The principal is told who comes.")),
    "noterat": Notice(Words("Föräldramötet är noterat.", "The parent meeting is noted.")),
}
_CHOOSE = Words("Välj minst en årskull.", "Choose at least one cohort.")
_UNKNOWN = Words("Årskullen finns inte här.", "There is no such cohort here.")
_STATES: Mapping[str, tuple[str, Words]] = {
    "held": ("✓", Words("hållet", "held")),
    "planned": ("◐", Words("bokat", "booked")),
    "none": ("○", Words("ska hållas", "to be held")),
    "unknown": ("–", Words("inget känt", "nothing is known")),
}
_FIELDS = {"starts_at": "day", "on": "held_on", "minutes": "time"}


@dataclass(frozen=True, slots=True)
class Ledger:
    """A school year's cohorts, the stages and units by name, and where one may act."""

    year: int
    this_year: int
    cohorts: Sequence[ShownCohort]
    stages: Mapping[str, StageRule]
    units: Mapping[str, str]
    own: frozenset[str]
    today: date


def make_parent_pages(room: Room) -> APIRouter:
    """The ledger, and the page of a stage at a unit with its two forms."""
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.CASEWORK)), Depends(room.acts(Right.CASEWORK))

    @router.get("")
    def show(
        visit: Annotated[Visit, seen],
        lasar: Annotated[str, Query()] = "",
        alla: Annotated[str, Query()] = "",
    ) -> Response:
        return _list(visit, lasar, everybody=bool(alla))

    @router.get("/ersattare/{task_id}")
    def who_comes(task_id: UUID, visit: Annotated[Visit, seen]) -> Response:
        return _who_comes(task_id, visit)

    @router.post("/ersattare/{task_id}")
    def send_another(task_id: UUID, visit: Annotated[Visit, acting]) -> Response:
        return _send_another(task_id, visit)

    @router.get("/{unit}/{stage}")
    def stage_page(unit: str, stage: str, visit: Annotated[Visit, seen]) -> Response:
        return _stage(unit, stage, visit)

    @router.post("/{unit}/{stage}/bjud-in")
    def invite(unit: str, stage: str, visit: Annotated[Visit, acting]) -> Response:
        return _invite(unit, stage, visit)

    @router.post("/{unit}/{stage}/hallet")
    def note_held(unit: str, stage: str, visit: Annotated[Visit, acting]) -> Response:
        return _note_held(unit, stage, visit)

    return router


def _read(visit: Visit, year: int | None = None) -> Ledger:
    """Raises NotFound where the municipality keeps no such ledger."""

    def show(desk: Desk) -> Ledger:
        rule = rule_of_today(desk)
        if rule is None:
            raise NotFound
        this_year = school_year(rule, desk.today)
        posts = desk.year_views.posts_named(desk.today)
        units = desk.parent_meetings.units(
            {one for s in rule.stages for one in s.units}, rule.owner
        )
        named = {one.code: posts[one.post].unit if one.post else one.code for one in units}
        found = parents.shown(None, year, desk)
        stages = {one.name: one for one in rule.stages}
        own = parents.units_of(desk)
        return Ledger(year or this_year, this_year, found, stages, named, own, desk.today)

    return visit.consult("parent-meetings", lambda desk, _: show(desk))


def _list(visit: Visit, lasar: str, *, everybody: bool) -> Response:
    year = int(lasar) if lasar.isascii() and lasar.isdigit() and len(lasar) <= len("2000") else None
    ledger = _read(visit, year if year and _FIRST <= year <= _LAST else None)
    everybody = everybody or not ledger.own
    shown = [one for one in ledger.cohorts if everybody or one.cohort.unit in ledger.own]
    return visit.page(
        "staff/year_parents.html",
        notices=_NOTICES,
        ledger=ledger,
        groups=_by_stage(shown),
        everybody=everybody,
        states=_STATES,
        local_date=local_date,
    )


def _by_stage(cohorts: Sequence[ShownCohort]) -> dict[tuple[str, str], list[ShownCohort]]:
    found: dict[tuple[str, str], list[ShownCohort]] = {}
    for one in cohorts:
        found.setdefault((one.cohort.unit, one.cohort.stage), []).append(one)
    return found


def _stage(
    unit: str,
    stage: str,
    visit: Visit,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    """For whoever invites at the unit. Raises NotFound for anybody else."""
    ledger = _open(unit, stage, visit)
    places = visit.read("units", lambda views, _: list(views.places()))
    cohorts = [
        one for one in ledger.cohorts if (one.cohort.unit, one.cohort.stage) == (unit, stage)
    ]
    if isinstance(refused, Invalid):
        wrong, refused = _named(refused), None
    return visit.page(
        "staff/year_parents_stage.html",
        refused=refused,
        wrong=wrong,
        notices=_NOTICES,
        ledger=ledger,
        unit=unit,
        stage=ledger.stages[stage],
        cohorts=cohorts,
        free=[(one.cohort.cohort, one.cohort.cohort) for one in cohorts if one.kept is None],
        places=_own_first(places, unit),
        states=_STATES,
        local_date=local_date,
    )


def _open(unit: str, stage: str, visit: Visit) -> Ledger:
    ledger = _read(visit)
    known = {(one.cohort.unit, one.cohort.stage) for one in ledger.cohorts}
    if unit not in ledger.own or (unit, stage) not in known:
        raise NotFound
    return ledger


def _own_first(places: Sequence[Mapping[str, Any]], unit: str) -> list[tuple[str, str]]:
    ordered = sorted(places, key=lambda one: (one["unit"] != unit, one["public_text"]))
    return [(one["code"], one["public_text"]) for one in ordered]


def _invite(unit: str, stage: str, visit: Visit) -> Response:
    fields = Fields(visit.form)
    cohorts = _cohorts(fields, "cohorts")
    starts_at = fields.moment("day", "time")
    place = visit.form.get("place") or None
    if fields.wrong or starts_at is None:
        return _stage(unit, stage, visit, wrong=fields.wrong)
    command = Invite(unit, stage, cohorts, starts_at, place=place, by=visit.person)

    def work(desk: Desk, _: Views) -> str:
        return str(parents.invite(command, desk))

    done = visit.attempt(work)
    if done.refused is not None:
        return _stage(unit, stage, visit, refused=done.refused)
    return visit.back(f"{_PATH}/{unit}/{stage}", "inbjudet")


def _note_held(unit: str, stage: str, visit: Visit) -> Response:
    fields = Fields(visit.form)
    cohorts, on = _cohorts(fields, "held_cohorts"), fields.day("held_on")
    if fields.wrong or on is None:
        return _stage(unit, stage, visit, wrong=fields.wrong)

    def work(desk: Desk, _: Views) -> None:
        parents.note_held(Noted(unit, stage, cohorts, on, visit.person), desk)

    done = visit.attempt(work)
    if done.refused is not None:
        return _stage(unit, stage, visit, refused=done.refused)
    return visit.back(f"{_PATH}/{unit}/{stage}", "noterat")


def _who_comes(
    task_id: UUID,
    visit: Visit,
    *,
    refused: Refused | None = None,
    wrong: Mapping[str, Words] | None = None,
) -> Response:
    """R27: IFO says who comes instead of whoever has said no."""
    missing, today = visit.consult(
        "parent-meetings", lambda desk, _: (parents.to_replace(task_id, desk), desk.today)
    )
    staff = visit.read("people", lambda views, _: list(views.staff(None, today)))
    names = {one["id"]: one["name"] for one in staff}
    return visit.page(
        "staff/year_parents_replace.html",
        refused=refused,
        wrong=wrong,
        task=task_id,
        meeting=missing.meeting,
        absent=[(one, names.get(one, "?")) for one in missing.invited],
        people=[
            (one["id"], one["name"])
            for one in sorted(staff, key=lambda one: str(one["name"]))
            if one["id"] not in missing.called
            and any(post["organisation"] == INVITED for post in one["posts"])
        ],
    )


def _send_another(task_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    absent, person = fields.ident("for"), fields.ident("person")
    if fields.wrong or absent is None or person is None:
        return _who_comes(task_id, visit, wrong=fields.wrong)

    def work(desk: Desk, _: Views) -> None:
        meeting = parents.to_replace(task_id, desk).meeting.id
        parents.replace(Replace(meeting, absent, person, visit.person), desk)

    done = visit.attempt(work)
    if done.refused is not None:
        return _who_comes(task_id, visit, refused=done.refused)
    return visit.back(_PATH, "ersatt")


def _cohorts(fields: Fields, name: str) -> tuple[int, ...]:
    """The years in which they began; each once."""
    said = dict.fromkeys(fields.form.all(name))
    if not said:
        fields.wrong[name] = _CHOOSE
    if any(not (one.isascii() and one.isdigit() and len(one) == len("2000")) for one in said):
        fields.wrong[name] = _UNKNOWN
        return ()
    return tuple(map(int, said))


def _named(refused: Invalid) -> Mapping[str, Words]:
    """A wrong value is said at the field of the form that it came by."""
    field = refused.field.split(".")[0]
    words = Words(refused.detailed("sv"), refused.detailed("en"))
    return {_FIELDS.get(field, field): words}
