"""The case as commands about it answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi.responses import JSONResponse

from services.cases.api.office import Doer
from services.cases.api.shapes import case_json
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views, show_case
from services.cases.office import Again, Office
from shared.domain.days import local_date


def shown_case(case_id: UUID, now: datetime, views: Views, office: Office) -> dict[str, Any]:
    """Everything that belongs to it, as of now."""
    days, today = office.times.days, local_date(now)
    return case_json(show_case(case_id, views, office.procedures, days, today))


def answered_case(case_id: UUID, desk: Desk, views: Views, office: Office) -> dict[str, Any]:
    """The same to whoever has done something: a reading like any other, also where nothing has
    changed (F11). Its row goes to the database along with what is read."""
    with desk.together():
        views.log(desk.actor, case_id, "case")
        return shown_case(case_id, desk.now, views, office)


def changed_case(
    case_id: UUID, doer: Doer, change: Callable[[Desk], object], status: int = 200
) -> JSONResponse:
    """Do something about a case, and answer with the case."""

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        change(desk)
        return answered_case(case_id, desk, views, doer.office)

    return doer.do(work, status, again=case_again(doer.office))


def case_again(office: Office) -> Again:
    """A case as the answer to a request that has been sent again."""
    return Again("case", lambda case_id, desk, views: shown_case(case_id, desk.now, views, office))
