"""A duty of the year that is answered or confirmed: the page of its link, signed in (R25-R31)."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import Invalid, NotFound, Refused
from services.cases.domain.rights import Right
from services.cases.handlers.duty_pages import DutyPage, answer, confirm, file_of, open_own
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.duty_sheet import FIELD, answers_in, sheet
from services.cases.web.duty_words import WORDS
from services.cases.web.link_page import Filled
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit


def make_duty_pages(room: Room) -> APIRouter:
    """The page, its files, and its two forms: answers, or a confirmation."""
    router = APIRouter(include_in_schema=False, prefix="/arshjul/uppgift")
    seen, acting = Depends(room.visits(Right.CASEWORK)), Depends(room.acts(Right.CASEWORK))

    @router.get("/{task_id}")
    def show(
        task_id: UUID,
        visit: Annotated[Visit, seen],
        again: Annotated[str, Query(alias="andra")] = "",
    ) -> Response:
        return _page(task_id, visit, again=bool(again))

    @router.get("/{task_id}/fil/{file_id}")
    def fetch(task_id: UUID, file_id: UUID, visit: Annotated[Visit, seen]) -> Response:
        name, media_type, content = visit.consult(
            "duty.file", lambda desk, _: _file(task_id, file_id, visit, desk)
        )
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(content, headers=headers, media_type=media_type)

    @router.post("/{task_id}/svar")
    def send_answers(task_id: UUID, visit: Annotated[Visit, acting]) -> Response:
        return _act(task_id, visit)

    @router.post("/{task_id}/klart")
    def confirm_it(task_id: UUID, visit: Annotated[Visit, acting]) -> Response:
        return _act(task_id, visit)

    return router


def _act(task_id: UUID, visit: Visit) -> Response:
    """What the duty asks for: answers, or that it is done."""

    def work(desk: Desk, _: Views) -> None:
        page = open_own(task_id, _person(visit), desk)
        if page.asking is None:
            confirm(page, desk)
        else:
            answer(page, answers_in(_said(visit), page.asking.questions), desk)

    done = visit.attempt(work)
    if done.refused is not None:
        return _page(task_id, visit, refused=done.refused, again=True)
    return visit.back(_path(task_id))


def _page(
    task_id: UUID, visit: Visit, *, refused: Refused | None = None, again: bool = False
) -> Response:
    found = visit.consult("duty", lambda desk, _: open_own(task_id, _person(visit), desk))
    shown = sheet(found, _documents(visit), visit.language, again=again)
    sent = visit.request.method == "POST"
    return visit.page(
        "staff/year_duty.html",
        sheet=shown,
        words=WORDS[visit.language],
        filled=Filled(_wrong(refused, visit), _said(visit) if sent else shown.said),
        path=_path(task_id),
        query="",
        year=_year(found),
        status=422 if refused is not None else 200,
    )


def _wrong(refused: Refused | None, visit: Visit) -> Mapping[str, str]:
    """What is to be mended, at its question where it is about one."""
    if refused is None:
        return {}
    field = FIELD + refused.field.rpartition(".")[2] if isinstance(refused, Invalid) else "page"
    known = field in visit.form.named()
    return {field if known else "page": refused.detailed(visit.language)}


def _file(task_id: UUID, file_id: UUID, visit: Visit, desk: Desk) -> tuple[str, str, bytes]:
    found = file_of(open_own(task_id, _person(visit), desk), file_id, desk)
    if found is None:
        raise NotFound
    return found


def _documents(visit: Visit) -> list[tuple[str, str]]:
    return [(one.title, one.url) for one in visit.room.office.concern.documents]


def _said(visit: Visit) -> Mapping[str, str]:
    return {name: visit.form.get(name) for name in visit.form.named() if name.startswith(FIELD)}


def _year(found: DutyPage) -> int:
    return found.today.year if found.asking is None else found.asking.year


def _path(task_id: UUID) -> str:
    return f"/arshjul/uppgift/{task_id}"


def _person(visit: Visit) -> UUID:
    if visit.person is None:
        raise NotFound
    return visit.person
