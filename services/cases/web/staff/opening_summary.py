"""How the new case will be: limits, who comes, who consents, which mails leave; and opening it."""

from dataclasses import replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.opening_form import reasons
from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers import drafts
from services.cases.handlers.commands import OpenCase
from services.cases.handlers.draft_ports import Draft
from services.cases.handlers.opening_ahead import CHILD, Outlook, guardian_id, outlook
from services.cases.handlers.ports import Desk
from services.cases.handlers.register_ports import Found, Sought
from services.cases.web.staff import opening_words
from services.cases.web.staff.opening_choice import choose
from services.cases.web.staff.opening_place import (
    HOME,
    MOST_PEOPLE,
    SUMMARY,
    Place,
    Seen,
    ThePlace,
    found_by,
    look_at,
    page_of,
    seen_at,
)
from services.cases.web.staff.opening_reading import command_of
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.domain.calling import called
from shared.domain.procedure import Step


class Unfinished(Refused):
    """Something on a page of the form is to be mended first."""

    code = "unfinished"
    rule = "R2"
    title = Words("Något saknas i formuläret", "Something is missing in the form")
    detail = Words(
        "Gå igenom sidorna och fyll i det som saknas. Det du har skrivit finns kvar.",
        "Go through the pages and fill in what is missing. What you have typed is kept.",
    )


def make_summary_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False, prefix=HOME)

    @router.get("/{procedure}/" + SUMMARY)
    def summary(
        place: ThePlace, visit: Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    ) -> Response:
        return _summary(place, visit)

    @router.post("/{procedure}/" + SUMMARY)
    def open_it(
        place: ThePlace, visit: Annotated[Visit, Depends(room.acts(Right.CASEWORK))]
    ) -> Response:
        done = visit.attempt(lambda desk, _: _opened(place, desk))
        if done.refused is not None:
            return _summary(place, visit, done.refused)
        return visit.back(f"/arenden/{done.body['id']}", done.body["next"])

    return router


def _summary(place: Place, visit: Visit, refused: Refused | None = None) -> Response:
    seen = seen_at(place, visit)
    command = command_of(seen.form, seen.terms, seen.initiator)
    if isinstance(command, str):
        mend = place.path(command, fel="1")
        return visit.back(mend) if refused is None else choose(visit, refused)
    ready = command

    def look(desk: Desk) -> tuple[Outlook | None, Refused | None, dict[UUID, Found]]:
        try:
            ahead = outlook(ready, desk, asked_by_child=seen.by_child)
        except NotFound:
            raise
        except Refused as no:
            return None, no, {}
        people = frozenset(who.person_id for who in ahead.table.staff.people)
        return ahead, None, found_by(desk, Sought(people=people, limit=MOST_PEOPLE))

    ahead, no, found = visit.consult("opening", lambda desk, _: look(desk))
    return page_of(
        "staff/opening_summary.html", place, seen, visit,
        refused=refused or no,
        here=SUMMARY,
        command=command,
        outlook=ahead,
        found=found,
        names=_names(command, found),
        child_id=CHILD,
        guardian_id=guardian_id,
        school=next((one.name for one in seen.schools if one.code == command.child.unit), ""),
        usual=next((one.text for one in seen.terms.places if one.code == command.place), ""),
        reasons=reasons(seen.procedure),
        called=lambda step: [] if ahead is None else _called(ahead, step),
        waits=opening_words.waits,
        counted=opening_words.counted,
        parties=opening_words.PARTIES,
        adult=seen.adult,
    )  # fmt: skip


def _called(ahead: Outlook, step: Step) -> list[UUID]:
    """Who is called to a meeting of a case as new as this, the family first."""
    people = called(ahead.facts, ahead.procedure, step, ahead.facts.procedure_on)
    return [who.person_id for who in ahead.facts.participants if who.person_id in people]


def _names(command: OpenCase, found: dict[UUID, Found]) -> dict[UUID, str]:
    guardians = {guardian_id(place): one.name for place, one in enumerate(command.guardians)}
    colleagues = {person: one.name for person, one in found.items()}
    return {CHILD: command.child.name, **guardians, **colleagues}


def _opened(place: Place, desk: Desk) -> dict[str, str]:
    """All is read once more from the draft, in the transaction in which the case is opened."""
    seen = look_at(place, desk)

    def read(draft: Draft) -> OpenCase:
        kept = replace(seen, draft=draft)
        command = command_of(kept.form, kept.terms, kept.initiator)
        if isinstance(command, str):
            raise Unfinished
        return command

    case_id = drafts.open_drafted(place.procedure, place.inquiry, read, desk)
    return {"id": str(case_id), "next": _next(seen)}


def _next(seen: Seen) -> str:
    """What the case's page says of what comes now: the talk with the child, a time, a consent."""
    after = seen.procedure.consent.asked_after_step
    if seen.by_child or (after is not None and not seen.procedure.step(after).seeks):
        return "nytt"
    return "nytt-samtycke" if after is None else "nytt-tid"
