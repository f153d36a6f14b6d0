"""Reports of concern: that there is one, what remains, and talks before one (R40-R51)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import Words
from services.cases.domain.reports import SOCIAL_SERVICES, Channel, ClearedBecause, Feedback, Report
from services.cases.domain.rights import Right
from services.cases.handlers import consultations, report_meetings, reports
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Row, Views
from services.cases.handlers.report_ports import (
    BookConsultation,
    CallMeeting,
    Classify,
    Informed,
    NewReport,
)
from services.cases.handlers.report_showing import ShownReport, list_reports, show_report
from services.cases.web.forms import Fields
from services.cases.web.staff.report_words import (
    BECAUSE,
    CHANNELS,
    FEEDBACK,
    NOTICES,
    SUSPECTED,
    task_words,
)
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.domain.days import local_date

_LIST = "/orosanmalningar"
_A_PAGE = 50
_SCHOOLS = ("forskola", "f-6", "7-9", "gymnasium")
_MOST_TIMES = 12
# Reads a form's fields, and gives what they ask for; what is wrong is noted in the fields.
Do = Callable[[Desk], None]
Read = Callable[[UUID, Fields, Visit], Do]
Wrong = Mapping[str, Words]


@dataclass(frozen=True, slots=True)
class People:
    """Whom the forms offer to choose from: schools, all of the staff, those of social services."""

    units: Sequence[tuple[str, str]]
    staff: Sequence[tuple[UUID, str]]
    receivers: Sequence[tuple[UUID, str]]

    @property
    def names(self) -> Mapping[UUID, str]:
        return dict(self.staff)


def make_report_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    _add_lists(router, room)
    _add_consultations(router, room)
    _add_one(router, room)
    return router


def _add_lists(router: APIRouter, room: Room) -> None:
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get(_LIST)
    def list_them(visit: Seen, efter: Annotated[str, Query(max_length=36)] = "") -> Response:
        return _list(visit, efter)

    @router.get(f"{_LIST}/ny")
    def ask(visit: Seen) -> Response:
        return _new_page(visit)

    @router.post(f"{_LIST}/ny")
    def make(visit: Acting) -> Response:
        return _make(visit)


def _add_consultations(router: APIRouter, room: Room) -> None:
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get(f"{_LIST}/radgor")
    def free_times(visit: Seen) -> Response:
        return _talk_page(visit)

    @router.post(f"{_LIST}/radgor")
    def book(visit: Acting) -> Response:
        return _book_talk(visit)


def _add_one(router: APIRouter, room: Room) -> None:
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]

    @router.get(f"{_LIST}/{{report_id}}")
    def show(report_id: UUID, visit: Seen) -> Response:
        return _page(report_id, visit)

    for name, (read, notice) in _ACTS.items():
        router.post(f"{_LIST}/{{report_id}}/{name}")(_acting(read, notice, room))
    router.post(f"{_LIST}/{{report_id}}/mote")(_calling(room))


def _acting(read: Read, notice: str, room: Room) -> Callable[..., Response]:
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    def act(report_id: UUID, visit: Acting) -> Response:
        fields = Fields(visit.form)
        command = read(report_id, fields, visit)
        if fields.wrong:
            return _page(report_id, visit, wrong=fields.wrong)
        outcome = visit.attempt(lambda desk, _: command(desk))
        if outcome.refused:
            return _page(report_id, visit, refused=outcome.refused)
        return visit.back(f"{_LIST}/{report_id}", notice)

    return act


def _calling(room: Room) -> Callable[..., Response]:
    """R46, R51: a meeting before which others give way."""
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    def call(report_id: UUID, visit: Acting) -> Response:
        fields, times = Fields(visit.form), visit.room.office.times
        form = visit.form
        starts_at = fields.instant("start") if form.get("start") else fields.moment("dag", "tid")
        people = tuple(fields.idents("kalla")) or None
        if fields.wrong or starts_at is None:
            return _page(report_id, visit, wrong=fields.wrong)
        command = CallMeeting(report_id, starts_at, None, form.get("plats") or None, people)

        def work(desk: Desk, views: Views) -> str:
            return str(report_meetings.call_meeting(command, desk, views, times))

        outcome = visit.attempt(work)
        if outcome.refused:
            return _page(report_id, visit, refused=outcome.refused)
        return visit.back(f"{_LIST}/{report_id}", "called")

    return call


def _list(visit: Visit, after: str) -> Response:
    office, start = visit.room.office, _id(after)

    def show(views: Views, now: Any) -> tuple[Sequence[Report], Mapping[str, str]]:
        found = list_reports(
            visit.person, views, office.procedures, local_date(now), after=start, limit=_A_PAGE
        )
        return [one for one, _ in found], {one["code"]: one["name"] for one in views.units()}

    found, units = visit.read("reports", show)
    return visit.page(
        "staff/reports.html", reports=found, units=units, channels=CHANNELS, suspected=SUSPECTED,
        more=found[-1].id if len(found) == _A_PAGE else None,
    )  # fmt: skip


def _new_page(visit: Visit, *, wrong: Wrong | None = None, refused: Any = None) -> Response:
    people, today = visit.read(
        "reports.guidance", lambda views, now: (_people(views, now), local_date(now))
    )
    return visit.page(
        "staff/report_new.html", people=people, channels=CHANNELS, wrong=wrong, refused=refused,
        today=today, concern=visit.room.office.concern,
    )  # fmt: skip


def _make(visit: Visit) -> Response:
    fields = Fields(visit.form)
    channel = fields.choice("channel", CHANNELS)
    unit = fields.text("unit", most=60)
    reporter, receiver = fields.ident("reporter"), fields.ident("received_by")
    on, suspected = fields.day("received_on"), fields.yes_no("suspected_abuse")
    wanted = fields.yes_no("wants_feedback")
    if fields.wrong or not (channel and unit and reporter and receiver):
        return _new_page(visit, wrong=fields.wrong)
    command = NewReport(
        unit=unit,
        reporter=reporter,
        oral=Channel(channel).value in ("phone", "in-person"),
        suspected_abuse=suspected,
        wants_feedback=bool(wanted),
        received_by=receiver,
        channel=Channel(channel),
        received_on=on,
    )
    outcome = visit.attempt(lambda desk, _: str(reports.make(command, desk)))
    if outcome.refused:
        return _new_page(visit, refused=outcome.refused)
    return visit.back(f"{_LIST}/{outcome.body}", "made")


def _page(
    report_id: UUID, visit: Visit, *, wrong: Wrong | None = None, refused: Any = None
) -> Response:
    office = visit.room.office

    def show(views: Views, now: Any) -> tuple[ShownReport, People, Sequence[Row]]:
        today = local_date(now)
        shown = show_report(report_id, visit.person, views, office.procedures, today)
        return shown, _people(views, now), views.places()

    shown, people, places = visit.read(f"report:{report_id}", show)
    return visit.page(
        "staff/report.html", shown=shown, report=shown.report, people=people, places=places,
        channels=CHANNELS, suspected=SUSPECTED, feedback=FEEDBACK, because=BECAUSE,
        task_words=task_words, notices=NOTICES, wrong=wrong, refused=refused,
        offers=refused.offers if refused else (),
        is_reporter=visit.person == shown.report.reporter,
    )  # fmt: skip


def _talk_page(visit: Visit, *, wrong: Wrong | None = None, refused: Any = None) -> Response:
    office = visit.room.office

    def show(views: Views, now: Any) -> Sequence[Any]:
        return consultations.free_times(views, office.procedures, office.times, now)

    found = visit.read("consultations.slots", show)
    return visit.page(
        "staff/consultation.html", times=found[:_MOST_TIMES], wrong=wrong, refused=refused,
        notices=NOTICES,
    )  # fmt: skip


def _book_talk(visit: Visit) -> Response:
    """R47: anonymously, unless somebody says who they are."""
    fields = Fields(visit.form)
    starts_at, named = fields.instant("start"), fields.yes("med-namn")
    if fields.wrong or starts_at is None:
        return _talk_page(visit, wrong=fields.wrong)
    command = BookConsultation(starts_at, None, visit.person if named else None, None)
    attempt = visit.attempt if named else visit.attempt_nameless
    outcome = attempt(lambda desk, _: str(consultations.book(command, desk)))
    if outcome.refused:
        return _talk_page(visit, refused=outcome.refused)
    return visit.back(f"{_LIST}/radgor", "talk", starts_at.isoformat())


def _written(report_id: UUID, fields: Fields, _: Visit) -> Do:
    on = fields.day("on", needed=False)
    return lambda desk: reports.note_written(report_id, on, desk)


def _informed(report_id: UUID, fields: Fields, visit: Visit) -> Do:
    assert visit.person is not None
    by = fields.ident("by", needed=False) or visit.person
    command = Informed(report_id, by, fields.day("on", needed=False))
    return lambda desk: reports.guardian_informed(command, desk)


def _classify(report_id: UUID, fields: Fields, _: Visit) -> Do:
    suspected = fields.choice("suspected_abuse", ("yes", "no"))
    said = fields.choice("because", BECAUSE, needed=False)
    because = None if said is None else ClearedBecause(said)
    command = Classify(report_id, suspected != "no", because)
    return lambda desk: reports.classify(command, desk)


def _answer(report_id: UUID, fields: Fields, _: Visit) -> Do:
    code = Feedback(fields.choice("code", FEEDBACK) or Feedback.NOT_DISCLOSED)
    return lambda desk: reports.give_feedback(report_id, code, desk)


def _ask(report_id: UUID, _: Fields, __: Visit) -> Do:
    return lambda desk: reports.ask_for_feedback(report_id, desk)


def _wish(report_id: UUID, _: Fields, __: Visit) -> Do:
    return lambda desk: reports.ask_for_meeting(report_id, desk)


_ACTS: dict[str, tuple[Read, str]] = {
    "skriftlig": (_written, "written"),
    "vardnadshavare": (_informed, "informed"),
    "misstanke": (_classify, "classified"),
    "aterkoppla": (_answer, "answered"),
    "fraga": (_ask, "asked"),
    "onska-mote": (_wish, "wished"),
}


def _people(views: Views, now: Any) -> People:
    staff = [one for one in views.staff(None, local_date(now)) if one["posts"]]
    return People(
        units=sorted(
            ((one["code"], one["name"]) for one in views.units() if one["kind"] in _SCHOOLS),
            key=lambda one: one[1],
        ),
        staff=_by_name(staff),
        receivers=_by_name(
            one
            for one in staff
            if any(post["organisation"] == SOCIAL_SERVICES for post in one["posts"])
        ),
    )


def _by_name(staff: Any) -> list[tuple[UUID, str]]:
    return sorted(((one["id"], one["name"]) for one in staff), key=lambda one: one[1].casefold())


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
