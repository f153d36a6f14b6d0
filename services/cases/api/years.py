"""The yearly cycle over HTTP: which years there are, and everything of one (R20-R31)."""

from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path

from services.cases.api.office import TheReader
from services.cases.api.shapes import instant_json
from services.cases.domain.quotes import quote
from services.cases.domain.year_facts import OpenDuty, Vacancy
from services.cases.domain.year_meetings import Month, ShownGroup, ShownMeeting
from services.cases.domain.year_shown import ShownStage, ShownYear
from services.cases.handlers.year import showing

router = APIRouter(tags=["the year"])
_CALLERS_RULE = "R21"

Year = Annotated[int, Path(description="2000 to 2100.", examples=[2027])]


@router.get("/years", summary="The years that are known or planned")
def list_years(reader: TheReader) -> list[dict[str, Any]]:
    lines = reader.consult("years", lambda desk, _: showing.years(desk))
    return [{"year": line.year, "preliminary": not line.opened} for line in lines]


@router.get("/years/{year}", summary="A year at a glance: what there is to do, and how it goes")
def get_year(year: Year, reader: TheReader) -> dict[str, Any]:
    shown, today = reader.consult(
        "year", lambda desk, _: (showing.show_year(year, desk), desk.today)
    )
    return _year_json(shown, today)


def _year_json(shown: ShownYear, today: date) -> dict[str, Any]:
    return {
        "year": shown.year,
        "preliminary": shown.preliminary,
        "callers": shown.callers,
        "meetings": [_meeting_json(one, shown) for one in shown.meetings],
        "evaluation": asdict(shown.evaluation),
        "dispatches": [asdict(one) for one in shown.dispatches],
        "confirmations": [asdict(one) for one in shown.confirmations],
        "parent_meetings": [_stage_json(one) for one in shown.stages],
        "duties": [_duty_json(one, shown, today) for one in shown.duties],
        "vacancies": [_vacancy_json(one, shown) for one in shown.vacancies],
        "rules": shown.procedure.rules,
    }


def _meeting_json(one: ShownMeeting, shown: ShownYear) -> dict[str, Any]:
    return {
        "id": one.id,
        "step": one.step.name,
        "title": one.step.title,
        "month": one.month,
        "state": one.state,
        "preliminary": one.preliminary,
        "unmarked": one.unmarked,
        "starts_at": instant_json(one.starts_at),
        "ends_at": instant_json(one.ends_at),
        "sequence": one.sequence,
        "rule": one.rule,
        "callers": shown.callers,
        "groups": [_group_json(group) for group in one.groups],
        "window": _window_json(one.window, one.rule),
    }


def _group_json(one: ShownGroup) -> dict[str, Any]:
    return {
        "name": one.group.name,
        "title": one.group.title,
        "rule": one.group.rule,
        "called": one.called,
        "accepted": one.accepted,
        "declined": one.declined,
        "tentative": one.tentative,
        "waiting": one.waiting,
    }


def _window_json(window: Month, rule: str) -> dict[str, Any]:
    return {
        "opens_on": window.opens_on,
        "closes_on": window.closes_on,
        "last_bookable_on": window.last_bookable_on,
        "rule": rule,
    }


def _stage_json(one: ShownStage) -> dict[str, Any]:
    return {
        "stage": one.stage.name,
        "title": one.stage.title,
        "cohorts": one.cohorts,
        "planned": one.planned,
        "held": one.held,
        "missing": one.missing,
        "rule": one.rule,
    }


def _duty_json(one: OpenDuty, shown: ShownYear, today: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "post": one.post,
        "owner": one.owner,
        "due_on": one.due_on,
        "state": "late" if one.is_late(today) else "open",
        "rule": one.rule,
        "quote": quote(shown.procedure, one.rule),
    }


def _vacancy_json(one: Vacancy, shown: ShownYear) -> dict[str, Any]:
    rules = shown.procedure.year
    return {
        "post": one.post,
        "role": one.role,
        "vacant_from": one.vacant_from,
        "rule": _CALLERS_RULE if rules is None else rules.callers_rule,
    }
