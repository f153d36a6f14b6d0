"""The page «Drift»: how the machinery is, for IT; not a word of any case or recipient."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import Response
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.message_words import reason_in_words
from services.cases.domain.operations import Operations, alarms
from services.cases.domain.refused import Words
from services.cases.domain.rights import Right
from services.cases.handlers.operations import OperationsViews
from services.cases.web.forms import Fields
from services.cases.web.staff.mail_words import COUNTED
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit
from shared.bus.heartbeat import INBOUND
from shared.bus.subscribers import SUBSCRIBERS
from shared.clock import system_now
from shared.queue import SERVICES
from shared.version import VERSION

ViewsFor = Callable[[Connection[DictRow]], OperationsViews]
_NOTICES = {"again": Notice(Words("Händelserna prövas igen.", "The events are tried again."))}
_KINDS = sorted(event.type for event in SUBSCRIBERS)


def make_operations_pages(room: Room, views_for: ViewsFor) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    Seen = Annotated[Visit, Depends(room.visits(Right.OPERATE))]
    Acting = Annotated[Visit, Depends(room.acts(Right.OPERATE))]

    @router.get("/drift")
    def show(visit: Seen) -> Response:
        with room.database.unit() as unit:
            views = room.office.views_for(unit.connection, unit.now)
            views.log(visit.signed_in.actor, None, "page.operations")
            seen = views_for(unit.connection).operations(unit.now, system_now())
        return _page(seen, visit)

    @router.post("/drift/igen")
    def try_again(visit: Acting) -> Response:
        fields = Fields(visit.form)
        service, kind = fields.choice("tjanst", SERVICES), fields.choice("slag", _KINDS)
        if service is not None and kind is not None:
            with room.database.unit() as unit:
                views_for(unit.connection).try_again(service, kind)
                unit.rings.add(service)
        return visit.back("/drift", "again")

    return router


def _page(seen: Operations, visit: Visit) -> Response:
    because = seen.paused_because
    return visit.page(
        "staff/operations.html",
        seen=seen,
        alarms=alarms(seen, SERVICES),
        services=(*SERVICES, INBOUND),
        why_paused=None if because is None else reason_in_words(because, visit.language),
        version=VERSION,
        versions=visit.room.office.procedures.versions,
        counted=COUNTED,
        notices=_NOTICES,
    )
