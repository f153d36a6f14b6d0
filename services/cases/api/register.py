"""People and posts over HTTP: one member of staff changed, somebody put into or out of a post."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from services.cases.api.fields import CodeText
from services.cases.api.office import TheDoer
from services.cases.api.register_models import ChangedPerson, EndedHolder, NewHolder
from services.cases.api.shapes import person_json, post_json
from services.cases.handlers import register
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.staffing import ChangePerson, EndHolder

router = APIRouter(tags=["people and posts"])


@router.post("/people/{person_id}", summary="Change how a member of staff is reached")
def change_person(person_id: UUID, body: ChangedPerson, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        command = ChangePerson(person_id, body.model_dump(exclude_unset=True))
        register.change_person(command, desk)
        staff = views.staff(None, desk.today)
        return next(person_json(one) for one in staff if one["id"] == person_id)

    return doer.do(work)


@router.post("/posts/{code}/holders", status_code=201, summary="Put somebody into a post")
def add_holder(code: CodeText, body: NewHolder, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        register.add_holder(body.command(code), desk)
        return _shown(code, desk, views)

    return doer.do(work, 201)


@router.post("/posts/{code}/holders/end", summary="Say which day is somebody's last in a post")
def end_holder(code: CodeText, body: EndedHolder, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        register.end_holder(EndHolder(code, body.person, body.last_day), desk)
        return _shown(code, desk, views)

    return doer.do(work)


def _shown(code: str, desk: Desk, views: Views) -> dict[str, Any]:
    found = register.posts_on(views, desk.today)
    return next(post_json(post, standing) for post, standing in found if post.code == code)
