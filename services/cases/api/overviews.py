"""A case's timeline, the limits of many cases, and how long things take, over HTTP."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field

from services.cases.api.fields import CodeText, Day, Id
from services.cases.api.models import Strict
from services.cases.api.office import TheOffice, TheReader
from services.cases.api.problems import language_of
from services.cases.api.shapes import instant_json
from services.cases.domain.limits import Limit, OfSomebody, words_for_a_manager
from services.cases.domain.quotes import quote
from services.cases.domain.refused import Language, NotFound
from services.cases.domain.timeline import Entry
from services.cases.handlers.limits_of_people import limits_for_manager
from services.cases.handlers.overviews import (
    Overviews,
    Sought,
    Told,
    limits_of,
    spread_of,
    tell,
)
from shared.domain.days import local_date
from shared.domain.procedure import Procedure

router = APIRouter(tags=["overviews"])
_A_YEAR = timedelta(days=365)


class LimitsQuery(Strict):
    person: Id | None = Field(None, description="Only what this person has to see to.")
    manager: Id | None = Field(
        None, description="Of those whose manager this is today: counts, no cases (X16)."
    )
    state: Literal["ahead", "booked", "coming", "late", "passed", "met"] | None = Field(
        None, description="Left out: all but met. coming: five working days or fewer are left."
    )
    before: Day | None = Field(None, description="Only what is due before this day.")
    limit: Annotated[int, Field(ge=1, le=5000, strict=False)] = 500


class LeadTimesQuery(Strict):
    procedure: CodeText | None = None
    first: Day | None = Field(None, alias="from", description="Left out: a year before `to`.")
    last: Day | None = Field(None, alias="to", description="Left out: today.")


@router.get("/cases/{case_id}/timeline", summary="What has happened, in plain words")
def case_timeline(
    case_id: UUID, reader: TheReader, office: TheOffice, request: Request
) -> list[dict[str, Any]]:
    told: Told = reader.look(
        "case.timeline",
        lambda views, now, _: tell(case_id, views, office.procedures, office.times.days, now),
        case=case_id,
    )
    language = language_of(request)
    return [_entry_json(entry, told.procedure, language) for entry in told.entries]


@router.get("/limits", summary="Limits and days to keep, the nearest first (X1, X2)")
def limits(
    query: Annotated[LimitsQuery, Query()],
    reader: TheReader,
    office: TheOffice,
    request: Request,
) -> list[dict[str, Any]]:
    language, days = language_of(request), office.times.days
    sought = Sought(query.person, query.state, query.before)
    if query.manager is not None:
        return _for_manager(query.manager, sought, reader, office, language)[: query.limit]
    found = reader.look(
        "limits",
        lambda views, now, sight: limits_of(sought, sight, views, office.procedures, days, now),
    )
    return [_limit_json(one, language) for one in found[: query.limit]]


@router.get("/lead-times", summary="How long things take (S10); nothing about fewer than five")
def case_lead_times(
    query: Annotated[LeadTimesQuery, Query()], reader: TheReader, office: TheOffice
) -> list[dict[str, Any]]:
    def look(views: Overviews, now: datetime, _: object) -> list[dict[str, Any]]:
        last = query.last or local_date(now)
        first = query.first or last - _A_YEAR
        found = spread_of(query.procedure, first, last, views, office.procedures, local_date(now))
        return [
            {"procedure": name, **asdict(spread)} for name, spreads in found for spread in spreads
        ]

    return reader.look("lead-times", look)


def _for_manager(
    manager: UUID, sought: Sought, reader: TheReader, office: TheOffice, language: Language
) -> list[dict[str, Any]]:
    """A person sees only what comes to their own desk as a manager."""
    if reader.caller.person not in (None, manager):
        raise NotFound

    def look(views: Overviews, now: datetime, _: object) -> list[dict[str, Any]]:
        days = office.times.days
        found = limits_for_manager(manager, sought, views, office.procedures, days, now)
        names = views.staff_names({one.owner for one in found})
        return [_of_somebody_json(one, names.get(one.owner, "?"), language) for one in found]

    return reader.look("limits.manager", look)


def _entry_json(entry: Entry, procedure: Procedure, language: Language) -> dict[str, Any]:
    return {
        "at": instant_json(entry.at),
        "who": entry.who.said(language, {}),
        "what": entry.what.said(language, {}),
        "rule": entry.rule,
        "quote": quote(procedure, entry.rule),
    }


def _limit_json(one: Limit, language: Language) -> dict[str, Any]:
    return {
        "case": one.case_id,
        "reference": one.reference,
        "about": one.about,
        "step": one.step,
        "kind": one.kind,
        "what": one.what.said(language, {}),
        "rule": one.rule,
        "quote": one.quote,
        "due_on": one.due_on,
        "last_bookable_on": one.last_bookable_on,
        "state": one.state,
        "owner": one.owner,
    }


def _of_somebody_json(one: OfSomebody, name: str, language: Language) -> dict[str, Any]:
    return {
        "owner": one.owner,
        "due_on": one.due_on,
        "state": one.state,
        "count": one.count,
        "what": words_for_a_manager(one, name).said(language, {}),
    }
