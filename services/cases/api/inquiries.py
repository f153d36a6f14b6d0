"""What comes before a case, over HTTP: inquiries (P3, P13) and considerations (R18)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse
from pydantic import Field

from services.cases.api.fields import Address, CodeText, Day, Id, Name, PhoneNumber
from services.cases.api.models import NewCase, Nothing, Strict
from services.cases.api.office import TheDoer, TheOffice, TheReader
from services.cases.api.shapes import instant_json
from services.cases.api.shown import answered_case, case_again
from services.cases.domain.inquiries import Consideration, Inquiry, PointedTo, Source
from services.cases.handlers import inquiries
from services.cases.handlers.incoming import Consider, Inquire, PointElsewhere
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.office import Again
from shared.domain.days import local_date

router = APIRouter(tags=["before a case"])


class NewInquiry(Strict):
    """Nameless if whoever asks wishes (P13); no words about the child (P9)."""

    procedure: CodeText = Field(examples=["sspf"])
    source: Annotated[Source, Field(strict=False)]
    by: Id | None = Field(None, description="A member of staff who asks.")
    name: Name | None = None
    phone: PhoneNumber | None = None
    email: Address | None = None
    unit: CodeText | None = Field(None, description="The child's school, see /api/v1/units.")
    reason: CodeText | None = Field(None, description="A code, see /api/v1/procedures.")

    def command(self) -> Inquire:
        return Inquire(**self.model_dump())


class Elsewhere(Strict):
    to: Annotated[PointedTo, Field(strict=False)]


class NewConsideration(Strict):
    """That it was considered, with no child and no content (R18)."""

    unit: CodeText
    by: Id
    wanted: bool = Field(description="Whether a joint meeting was wanted.")
    on: Day | None = Field(None, description="Left out: today.")

    def command(self) -> Consider:
        return Consider(**self.model_dump())


class InquiriesQuery(Strict):
    state: Literal["new", "accepted", "declined", "pointed-elsewhere"] | None = None
    after: Id | None = Field(None, description="The id of the last inquiry of the page before.")
    limit: Annotated[int, Field(ge=1, le=500, strict=False)] = 100


class ConsiderationsQuery(Strict):
    unit: CodeText | None = None
    limit: Annotated[int, Field(ge=1, le=1000, strict=False)] = 500


def _again(inquiry_id: UUID, desk: Desk, _: Views) -> dict[str, Any]:
    return inquiry_json(inquiries.show(inquiry_id, desk))


_AGAIN = Again("inquiries", _again, case=lambda _: None)


@router.post("/inquiries", status_code=201, summary="Somebody asks (P3, P13)")
def inquire(body: NewInquiry, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        return inquiry_json(inquiries.inquire(body.command(), desk))

    return doer.do(work, 201, again=_AGAIN)


@router.get("/inquiries", summary="Inquiries in the order they came, page by page")
def list_inquiries(
    query: Annotated[InquiriesQuery, Query()], reader: TheReader
) -> list[dict[str, Any]]:
    def show(views: Views, now: datetime) -> Sequence[Inquiry]:
        person, today = reader.caller.person, local_date(now)
        return inquiries.listed(views, person, today, **query.model_dump())

    return [inquiry_json(one) for one in reader.read("inquiries", show)]


@router.post("/inquiries/{inquiry_id}/accept", status_code=201, summary="It becomes a case (P13)")
def accept(inquiry_id: UUID, body: NewCase, doer: TheDoer, office: TheOffice) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        case_id = inquiries.accept(inquiry_id, body.command(), desk)
        return answered_case(case_id, desk, views, office)

    return doer.do(work, 201, again=case_again(office))


@router.post("/inquiries/{inquiry_id}/decline", summary="No case comes of it (P13)")
def decline(
    inquiry_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return doer.do(lambda desk, _: inquiry_json(inquiries.decline(inquiry_id, desk)), again=_AGAIN)


@router.post("/inquiries/{inquiry_id}/point-elsewhere", summary="Others help better (P2, P13)")
def point_elsewhere(inquiry_id: UUID, body: Elsewhere, doer: TheDoer) -> JSONResponse:
    command = PointElsewhere(inquiry_id, body.to)
    return doer.do(
        lambda desk, _: inquiry_json(inquiries.point_elsewhere(command, desk)), again=_AGAIN
    )


@router.post("/considerations", status_code=201, summary="A meeting was considered (R18)")
def consider(body: NewConsideration, doer: TheDoer) -> JSONResponse:
    def work(desk: Desk, _: Views) -> dict[str, Any]:
        return consideration_json(inquiries.consider(body.command(), desk))

    return doer.do(work, 201)


@router.get("/considerations", summary="What was considered, newest first (R18)")
def list_considerations(
    query: Annotated[ConsiderationsQuery, Query()], reader: TheReader
) -> list[dict[str, Any]]:
    found = reader.read(
        "considerations", lambda views, _: views.considerations(query.unit, query.limit)
    )
    return [consideration_json(one) for one in found]


def inquiry_json(inquiry: Inquiry) -> dict[str, Any]:
    return {
        "id": inquiry.id,
        "procedure": inquiry.procedure,
        "source": inquiry.source,
        "by": inquiry.by_person,
        "name": inquiry.name,
        "phone": inquiry.phone,
        "email": inquiry.email,
        "unit": inquiry.unit,
        "reason": inquiry.reason,
        "coordinator": inquiry.coordinator,
        "received_at": instant_json(inquiry.received_at),
        # X11: what a child asks by itself isn't told to guardians before somebody has spoken to it.
        "tell_guardians_first": inquiry.source is not Source.CHILD,
        "state": inquiry.state,
        "pointed_to": inquiry.pointed_to,
        "settled_at": instant_json(inquiry.settled_at),
        "case": inquiry.case_id,
    }


def consideration_json(one: Consideration) -> dict[str, Any]:
    return {
        "id": one.id,
        "unit": one.unit,
        "by": one.by_person,
        "on": one.considered_on,
        "wanted": one.wanted,
    }
