"""What there is to do, over HTTP: of cases and of no case (P3)."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import Field

from services.cases.api.fields import Id
from services.cases.api.models import Nothing, Strict
from services.cases.api.office import TheDoer, TheReader
from services.cases.api.paging import say_where_the_next_is
from services.cases.api.shapes import task_json
from services.cases.handlers import closing
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views

router = APIRouter(tags=["tasks"])


class TasksQuery(Strict):
    owner: Id | None = Field(None, description="Only what this person has to do.")
    state: Literal["open", "done"] = "open"
    after: Id | None = Field(None, description="The id of the last task of the page before.")
    limit: Annotated[int, Field(ge=1, le=1000, strict=False)] = 100


@router.get("/tasks", summary="Tasks in the order they came; `case` is null for those of no case")
def list_tasks(
    query: Annotated[TasksQuery, Query()], reader: TheReader, request: Request, response: Response
) -> list[dict[str, Any]]:
    found = reader.read(
        "tasks",
        lambda views, _: views.tasks_of(query.owner, query.state, query.after, query.limit),
    )
    say_where_the_next_is(request, response, found, query.limit)
    return [task_json(task) for task in found]


@router.post("/tasks/{task_id}/done", summary="A task is done")
def task_done(
    task_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        closing.task_done(task_id, desk)
        return task_json(views.task(task_id))

    return doer.do(work)
