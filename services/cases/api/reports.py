"""Reports of concern over HTTP: that there is one and what is to be done (R40-R46, R48-R51)."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response
from fastapi.responses import JSONResponse

from services.cases.api.models import Nothing
from services.cases.api.office import Doer, TheDoer, TheOffice, TheReader
from services.cases.api.paging import say_where_the_next_is
from services.cases.api.report_models import (
    Classified,
    GivenFeedback,
    GuardianInformed,
    ReportFromCase,
    ReportMade,
    ReportMeeting,
    ReportsQuery,
    Written,
)
from services.cases.api.shapes import instant_json, meeting_json, task_json
from services.cases.domain.reports import Report
from services.cases.handlers import report_meetings, reports
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.report_showing import (
    ShownReport,
    list_reports,
    show_report,
    tell_feedback,
)
from services.cases.office import Again, Office
from shared.domain.days import local_date
from shared.municipality import Concern

router = APIRouter(tags=["reports"])


@router.post("/reports", status_code=201, summary="A report has been made (R42, R43)")
def make(body: ReportMade, doer: TheDoer) -> JSONResponse:
    return _made(doer, lambda desk: reports.make(body.command(), desk))


@router.post(
    "/cases/{case_id}/report", status_code=201, summary="A report, in one step from a case (R48)"
)
def make_from_case(case_id: UUID, body: ReportFromCase, doer: TheDoer) -> JSONResponse:
    return _made(doer, lambda desk: reports.make_from_case(case_id, body.command(), desk))


@router.get("/reports", summary="Reports that are seen, in the order they came, page by page")
def list_them(
    query: Annotated[ReportsQuery, Query()],
    reader: TheReader,
    office: TheOffice,
    request: Request,
    response: Response,
) -> list[dict[str, Any]]:
    person = reader.caller.person

    def show(views: Views, now: datetime) -> list[dict[str, Any]]:
        found = list_reports(
            person, views, office.procedures, local_date(now), after=query.after, limit=query.limit
        )
        return [_report_json(one, shows_feedback=hears) for one, hears in found]

    page = reader.read("reports", show)
    say_where_the_next_is(request, response, page, query.limit)
    return page


@router.get("/reports/guidance", summary="Where to report: the phone first (R49, R50, R31)")
def guidance(reader: TheReader, office: TheOffice) -> dict[str, Any]:
    return reader.read("reports.guidance", lambda *_: _guidance_json(office.concern))


@router.get("/reports/{report_id}", summary="One report, and by whom it was received (R43)")
def show(report_id: UUID, reader: TheReader, office: TheOffice) -> dict[str, Any]:
    person = reader.caller.person
    return reader.read(
        f"report:{report_id}",
        lambda views, now: _shown(report_id, person, views, now, office),
    )


@router.get("/reports/{report_id}/feedback", summary="What the reporter hears who asks (R45)")
def feedback(report_id: UUID, reader: TheReader, office: TheOffice) -> dict[str, Any]:
    person = reader.caller.person
    told = reader.read(
        f"report.feedback:{report_id}",
        lambda views, now: tell_feedback(
            report_id, person, views, office.procedures, local_date(now)
        ),
    )
    return asdict(told)


@router.post("/reports/{report_id}/written", summary="The written report has come (R42)")
def written(
    report_id: UUID, doer: TheDoer, body: Annotated[Written | None, Body()] = None
) -> JSONResponse:
    on = body.on if body else None
    return _done(report_id, doer, lambda desk: reports.note_written(report_id, on, desk))


@router.post("/reports/{report_id}/guardian-informed", summary="A guardian knows of it (R40)")
def guardian_informed(report_id: UUID, body: GuardianInformed, doer: TheDoer) -> JSONResponse:
    command = body.command(report_id)
    return _done(report_id, doer, lambda desk: reports.guardian_informed(command, desk))


@router.post("/reports/{report_id}/classify", summary="Whether abuse is suspected (R41)")
def classify(report_id: UUID, body: Classified, doer: TheDoer) -> JSONResponse:
    command = body.command(report_id)
    return _done(report_id, doer, lambda desk: reports.classify(command, desk))


@router.post("/reports/{report_id}/feedback", summary="What became of it, by a code (R45)")
def give_feedback(report_id: UUID, body: GivenFeedback, doer: TheDoer) -> JSONResponse:
    return _done(report_id, doer, lambda desk: reports.give_feedback(report_id, body.code, desk))


@router.post("/reports/{report_id}/feedback/ask", summary="The reporter asks (R44, R45)")
def ask_for_feedback(
    report_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _done(report_id, doer, lambda desk: reports.ask_for_feedback(report_id, desk))


@router.post("/reports/{report_id}/meeting/ask", summary="A meeting is wished for (R51)")
def ask_for_meeting(
    report_id: UUID, doer: TheDoer, _: Annotated[Nothing | None, Body()] = None
) -> JSONResponse:
    return _done(report_id, doer, lambda desk: reports.ask_for_meeting(report_id, desk))


@router.post(
    "/reports/{report_id}/meeting",
    status_code=201,
    summary="Social services call to a meeting, before which others give way (R46, R51)",
)
def call_meeting(
    report_id: UUID, body: ReportMeeting, doer: TheDoer, office: TheOffice
) -> JSONResponse:
    command = body.command(report_id)

    def work(desk: Desk, views: Views) -> dict[str, Any]:
        report_meetings.call_meeting(command, desk, views, office.times)
        return _answered(report_id, desk, views, office)

    return doer.do(work, 201, again=_again(office))


def _made(doer: Doer, handler: Callable[[Desk], UUID]) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        return _answered(handler(desk), desk, views, doer.office)

    return doer.do(work, 201, again=_again(doer.office))


def _done(report_id: UUID, doer: Doer, handler: Callable[[Desk], None]) -> JSONResponse:
    def work(desk: Desk, views: Views) -> dict[str, Any]:
        handler(desk)
        return _answered(report_id, desk, views, doer.office)

    return doer.do(work, again=_again(doer.office))


def _answered(report_id: UUID, desk: Desk, views: Views, office: Office) -> dict[str, Any]:
    """The whole report in answer to what was done: a reading like any other, and logged as one."""
    views.log(desk.actor, None, f"report:{report_id}")
    return _shown(report_id, desk.actor_person, views, desk.now, office)


def _again(office: Office) -> Again:
    return Again(
        "report",
        lambda found, desk, views: _shown(found, desk.actor_person, views, desk.now, office),
        case=lambda _: None,
    )


def _shown(
    report_id: UUID, person: UUID | None, views: Views, now: datetime, office: Office
) -> dict[str, Any]:
    shown = show_report(report_id, person, views, office.procedures, local_date(now))
    return _whole_json(shown)


def _whole_json(shown: ShownReport) -> dict[str, Any]:
    tasks = [task_json(task) for task in shown.tasks]
    is_open = any(task["state"] == "open" for task in tasks)
    return {
        **_report_json(shown.report, shows_feedback=shown.shows_feedback),
        "state": "open" if is_open else "done",
        "tasks": tasks,
        "meetings": [meeting_json(one, shown.attendance) for one in shown.meetings],
    }


def _report_json(report: Report, *, shows_feedback: bool) -> dict[str, Any]:
    names = (
        "id", "reference", "unit", "reporter", "received_by", "received_on", "channel",
        "suspected_abuse", "wants_feedback", "feedback_from", "written_on", "asked_on",
        "guardian_informed_on", "guardian_informed_by",
    )  # fmt: skip
    return {
        **{name: getattr(report, name) for name in names},
        "registered_at": instant_json(report.registered_at),
        "oral": report.is_oral,
        "kept_from_the_family": report.is_kept_from_the_family,
        "feedback": report.feedback if shows_feedback else None,
        "feedback_on": report.feedback_on if shows_feedback else None,
    }


def _guidance_json(concern: Concern) -> dict[str, Any]:
    """In the order in which to try: the phone stands first (R49)."""
    return {
        "phone": concern.phone,
        "phone_after_hours": concern.phone_after_hours,
        "emergency_phone": "112",
        "channels": ["phone", "in-person", "letter", *_if_there(concern)],
        "e_service_url": concern.e_service_url,
        "documents": [one.model_dump() for one in concern.documents],
    }


def _if_there(concern: Concern) -> list[str]:
    return [] if concern.e_service_url is None else ["e-service"]
