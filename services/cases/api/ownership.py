"""Who answers for a case, over HTTP: handover, coordinator, contact person, version, support."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import Field

from services.cases.api.fields import Day, Id
from services.cases.api.models import Strict
from services.cases.api.office import TheDoer
from services.cases.api.shapes import task_json
from services.cases.api.shown import changed_case
from services.cases.domain.closing import Evaluation
from services.cases.domain.support import Support
from services.cases.handlers import closing, evaluation, ownership
from services.cases.handlers.owning import Handover, HandoverReason, NewTask
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views

router = APIRouter(tags=["cases"])


class NewOwner(Strict):
    to: Id
    reason: Annotated[HandoverReason, Field(strict=False)]


class Coordinator(Strict):
    person: Id


class ContactPerson(Strict):
    person: Id | None = Field(description="Staff on the case; null: the process owner (R14).")


class Version(Strict):
    on: Day = Field(description="The case goes on by the version that is valid on this day (X9).")


class Evaluated(Strict):
    evaluation: Annotated[Evaluation, Field(strict=False)]


class GivenTask(Strict):
    kind: Annotated[Support, Field(strict=False)]
    due_on: Day | None = None
    owner: Id | None = Field(None, description="Staff on the case; left out: who is in charge.")


@router.post("/cases/{case_id}/handover", summary="Another process owner, for a reason (R2)")
def hand_over(case_id: UUID, body: NewOwner, doer: TheDoer) -> JSONResponse:
    command = Handover(case_id, body.to, body.reason)
    return changed_case(case_id, doer, lambda desk: ownership.hand_over(command, desk))


@router.post("/cases/{case_id}/coordinator", summary="Who calls and chairs from now on (S5, P5)")
def set_coordinator(case_id: UUID, body: Coordinator, doer: TheDoer) -> JSONResponse:
    return changed_case(
        case_id, doer, lambda desk: ownership.set_coordinator(case_id, body.person, desk)
    )


@router.post("/cases/{case_id}/contact-person", summary="Whom guardians turn to (R14)")
def set_contact_person(case_id: UUID, body: ContactPerson, doer: TheDoer) -> JSONResponse:
    return changed_case(
        case_id, doer, lambda desk: ownership.set_contact_person(case_id, body.person, desk)
    )


@router.post("/cases/{case_id}/procedure", summary="Another version of its procedure (X9)")
def follow_version(case_id: UUID, body: Version, doer: TheDoer) -> JSONResponse:
    return changed_case(
        case_id, doer, lambda desk: ownership.follow_version(case_id, body.on, desk)
    )


@router.post("/cases/{case_id}/evaluation", summary="Whether the goals were reached (R11)")
def evaluate(case_id: UUID, body: Evaluated, doer: TheDoer) -> JSONResponse:
    return changed_case(
        case_id, doer, lambda desk: evaluation.evaluate(case_id, body.evaluation, desk)
    )


@router.post("/cases/{case_id}/tasks", status_code=201, summary="Support between meetings (P16)")
def give_task(case_id: UUID, body: GivenTask, doer: TheDoer) -> JSONResponse:
    command = NewTask(case_id, body.kind, body.due_on, body.owner)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        given = closing.give_task(command, desk)
        like = (given.kind, given.owner, given.due_on)
        return next(
            task_json(task)
            for task in views.tasks([case_id])
            if (task["kind"], task["owner"], task["due_on"]) == like
        )

    return doer.do(work, 201)
