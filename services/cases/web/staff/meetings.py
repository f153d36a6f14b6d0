"""The page of one meeting, of a case or of the staff's own, and everything that is done with it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.meetings import MeetingOutcome
from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import Right
from services.cases.domain.votes import Vote
from services.cases.handlers import answers, counters, holding, meetings, reminding, votes
from services.cases.handlers.answers import Answer, GiveAnswer
from services.cases.handlers.commands import Hold, NextTime
from services.cases.handlers.leading import leads
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.votes import CastVotes
from services.cases.handlers.year import groups
from services.cases.handlers.year.groups import SendSubstitute
from services.cases.web.forms import Fields, Form
from services.cases.web.staff.booking_shown import places
from services.cases.web.staff.meeting_choices import MeetingChoices
from services.cases.web.staff.meeting_notices import notices
from services.cases.web.staff.meeting_shown import (
    ANSWERS,
    OUTCOMES,
    VOTES,
    MeetingShown,
    meetings_of,
    one_of,
)
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit

_SHOWN = "staff/meeting.html"
Do = Callable[[UUID, Fields, Desk], None]
_SAID: dict[str, Answer] = {one: one for one in ("accepted", "declined", "tentative")}
_VOTED: dict[str, Vote] = {"yes": "yes", "no": "no", "if-need-be": "if-need-be"}


def make_meeting_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    _add_shown(router, room)
    _add_acts(router, room)
    return router


def _add_shown(router: APIRouter, room: Room) -> None:
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]

    @router.get("/moten/{meeting_id}")
    def show(meeting_id: UUID, visit: Seen) -> Response:
        return _page(meeting_id, visit)

    @router.get("/moten/{meeting_id}/stall-in")
    def ask_whether_to_cancel(meeting_id: UUID, visit: Seen) -> Response:
        return _page(meeting_id, visit, "staff/cancel.html")

    @router.get("/moten/{meeting_id}/hallet")
    def ask_what_came_of_it(meeting_id: UUID, visit: Seen) -> Response:
        return _page(meeting_id, visit, "staff/held.html")


def _add_acts(router: APIRouter, room: Room) -> None:
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.post("/moten/{meeting_id}/hallet")
    def hold(meeting_id: UUID, visit: Acting) -> Response:
        return _hold(meeting_id, visit)

    @router.post("/moten/{meeting_id}/onskad/{counter_id}/ja")
    def accept(meeting_id: UUID, counter_id: UUID, visit: Acting) -> Response:
        do = partial(counters.accept, meeting_id, counter_id)
        return _done(meeting_id, visit, do, "moved")

    @router.post("/moten/{meeting_id}/onskad/{counter_id}/nej")
    def decline(meeting_id: UUID, counter_id: UUID, visit: Acting) -> Response:
        do = partial(counters.decline, meeting_id, counter_id)
        return _done(meeting_id, visit, do, "kept")

    for name, (do, notice) in _ACTS.items():
        router.post(f"/moten/{{meeting_id}}/{name}")(_acting(name, do, notice, room))


def _acting(name: str, do: Do, notice: str, room: Room) -> Callable[..., Response]:
    """A form that goes straight to what it does."""
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    def act(meeting_id: UUID, visit: Acting) -> Response:
        fields = Fields(visit.form)
        check(name, fields)
        if fields.wrong:
            return _page(meeting_id, visit, wrong=fields.wrong)
        return _done(meeting_id, visit, lambda desk: do(meeting_id, fields, desk), notice)

    return act


def meeting_shown(meeting_id: UUID, visit: Visit) -> tuple[MeetingShown, Mapping[str, Any]]:
    """A meeting, and what its page has beside it. The access is logged. Raises NotFound."""
    office, case_id = visit.room.office, visit.case_of("meeting_id", meeting_id)

    def show(desk: Desk, views: Views) -> tuple[MeetingShown, Mapping[str, Any]]:
        shown = one_of(meeting_id, meetings_of(case_id, views, office.procedures, desk.now))
        (facts,) = views.facts([case_id])
        more = {
            "about": facts.about,
            "reference": facts.reference if facts.about == "child" else None,
            "leads": leads(facts, desk) and not visit.in_emergency,
            "places": places(views),
            "staff": views.staff(None, desk.today) if facts.about == "year" else (),
            "now": desk.now,
        }
        return shown, more

    return visit.see("case.meeting", show, case_id)


def _page(
    meeting_id: UUID,
    visit: Visit,
    template: str = _SHOWN,
    *,
    wrong: dict[str, Words] | None = None,
    refused: Refused | None = None,
) -> Response:
    meeting, more = meeting_shown(meeting_id, visit)
    if template != _SHOWN:
        visit.check_may_change()
    return visit.page(
        template, meeting=meeting, answers=ANSWERS, votes=VOTES, outcomes=OUTCOMES, wrong=wrong,
        refused=refused, notices=notices(meeting, visit), again=f"/moten/{meeting_id}/flytta",
        offers=refused.offers if refused else (),
        **MeetingChoices(visit.speech).in_templates(), **more,
    )  # fmt: skip


def _done(meeting_id: UUID, visit: Visit, do: Callable[[Desk], None], notice: str) -> Response:
    done = visit.attempt(lambda desk, _: do(desk))
    if done.refused:
        return _page(meeting_id, visit, refused=done.refused)
    return visit.back(f"/moten/{meeting_id}", notice)


def check(act: str, fields: Fields) -> None:
    """Whether an act's form says what it has to; what is wrong is noted in the fields."""
    if act in ("svar", "rost"):
        fields.ident("person")
    if act == "svar":
        fields.choice("svar", _SAID)
    if act == "ersattare":
        fields.ident("i-stallet-for")
        fields.ident("person")
    if act == "bekrafta":
        fields.instant("start", needed=False)
    if act in ("protokoll", "plan"):
        fields.code("referens", needed=False)


def _answer(meeting_id: UUID, fields: Fields, desk: Desk) -> None:
    person, said = fields.ident("person"), fields.choice("svar", _SAID)
    assert person is not None
    assert said is not None
    answers.give_answer(GiveAnswer(meeting_id, person, _SAID[said]), desk)


def _vote(meeting_id: UUID, fields: Fields, desk: Desk) -> None:
    """What somebody has said by phone about the proposed times."""
    person = fields.ident("person")
    assert person is not None
    said = {
        Fields(Form([("at", name.removeprefix("tid-"))])).instant("at"): _VOTED[value]
        for name, value in fields.form.fields
        if name.startswith("tid-") and value in _VOTED
    }
    found = {at: vote for at, vote in said.items() if at is not None}
    votes.vote(CastVotes(meeting_id, person, found), desk)


def _confirm(meeting_id: UUID, fields: Fields, desk: Desk) -> None:
    votes.confirm(meeting_id, fields.instant("start", needed=False), desk)


def _cancel(meeting_id: UUID, _: Fields, desk: Desk) -> None:
    meetings.cancel(meeting_id, desk)


def _remind(meeting_id: UUID, _: Fields, desk: Desk) -> None:
    reminding.remind(meeting_id, desk)


def _file_minutes(meeting_id: UUID, fields: Fields, desk: Desk) -> None:
    holding.file_minutes(meeting_id, fields.code("referens", needed=False), desk)


def _file_plan(meeting_id: UUID, fields: Fields, desk: Desk) -> None:
    holding.file_plan(meeting_id, fields.code("referens", needed=False), desk)


def _substitute(meeting_id: UUID, fields: Fields, desk: Desk) -> None:
    absent, comes = fields.ident("i-stallet-for"), fields.ident("person")
    assert absent is not None
    assert comes is not None
    groups.name_substitute(SendSubstitute(meeting_id, absent, comes), desk)


# What is done by a form that goes straight to it, and what is said afterwards.
_ACTS: dict[str, tuple[Do, str]] = {
    "bekrafta": (_confirm, "booked"),
    "stall-in": (_cancel, "cancelled"),
    "paminn": (_remind, "reminded"),
    "svar": (_answer, "answered"),
    "rost": (_vote, "voted"),
    "protokoll": (_file_minutes, "minutes"),
    "plan": (_file_plan, "plan"),
    "ersattare": (_substitute, "substitute"),
}


def _hold(meeting_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    present = frozenset(fields.idents("narvarande"))
    secretary = fields.ident("sekreterare", needed=False)
    reviewed = fields.yes_no("samtycke", needed=False)
    outcome = fields.choice("utfall", OUTCOMES, needed=False)
    following = _next_time(fields)
    if fields.wrong:
        return _page(meeting_id, visit, "staff/held.html", wrong=fields.wrong)
    command = Hold(
        meeting_id, present, secretary, reviewed,
        None if outcome is None else MeetingOutcome(outcome), following,
    )  # fmt: skip
    done = visit.attempt(lambda desk, _: holding.hold(command, desk))
    if done.refused:
        return _page(meeting_id, visit, "staff/held.html", refused=done.refused)
    return visit.back(f"/moten/{meeting_id}", "held")


def _next_time(fields: Fields) -> NextTime | None:
    """R13: the next meeting's time, if one was said."""
    if not fields.form.get("dag"):
        return None
    starts_at = fields.moment("dag", "tid")
    place = fields.form.get("plats") or None
    return None if starts_at is None else NextTime(starts_at, None, place)
