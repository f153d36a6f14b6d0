"""Staff on a case: added, replaced, removed; who answers for it, coordinates, is the contact."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response

from services.cases.domain.refused import Invalid, Refused, Words
from services.cases.domain.rights import Right
from services.cases.domain.support import Support
from services.cases.handlers import closing, opening, ownership, placing
from services.cases.handlers.commands import AddParticipant
from services.cases.handlers.owning import Handover, HandoverReason, NewTask
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Row
from services.cases.web.forms import Fields
from services.cases.web.staff.booking_shown import places
from services.cases.web.staff.case_acting import carry_out
from services.cases.web.staff.case_page import press
from services.cases.web.staff.case_showing import in_templates, read_to_change
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from services.cases.web.staff.words import Speech
from shared.domain.codes import ROLES
from shared.domain.days import local_date
from shared.domain.plain_text import plain

_PART, _RESPONSIBLE = "personer", "ansvar"
_MOST_FOUND = 15
_REASONS: Mapping[str, Words] = {
    HandoverReason.LEFT: Words("Har slutat", "Has left"),
    HandoverReason.LEAVE: Words("Är ledig eller sjuk", "Is on leave"),
    HandoverReason.CONFLICT_OF_INTEREST: Words("Är jävig", "Has a conflict of interest"),
    HandoverReason.MOVED: Words("Barnet har bytt skola eller flyttat", "The child has moved"),
    HandoverReason.OTHER: Words("Annat skäl", "Another reason"),
}
_SUPPORT: Mapping[str, Words] = {
    Support.CONTACT: Words("Kontakt med annat stöd", "A way to another support"),
    Support.TALK: Words("Stödjande samtal", "Supporting talks"),
    Support.OTHER: Words("Annat stöd", "Other support"),
}


def make_case_staff_pages(room: Room) -> APIRouter:
    """One page to find colleagues, one for who answers for what."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/personer/ny")
    def whom(
        case_id: UUID,
        visit: Seen,
        sok: Annotated[str, Query(max_length=80)] = "",
        roll: Annotated[str, Query(max_length=40)] = "",
        ersatter: Annotated[str, Query(max_length=40)] = "",
    ) -> Response:
        return _finding(case_id, visit, sok, roll, ersatter)

    @router.post("/personer/ny")
    def add(case_id: UUID, visit: Acting) -> Response:
        return _add(case_id, visit)

    @router.post("/personer/{person_id}/ta-bort")
    def remove(case_id: UUID, person_id: UUID, visit: Acting) -> Response:
        return _remove(case_id, person_id, visit)

    _add_responsible(router, room)
    return router


def _add_responsible(router: APIRouter, room: Room) -> None:
    """Each form of the page for who answers for what sends to a path of its own."""
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/ansvar")
    def responsible(case_id: UUID, visit: Seen) -> Response:
        return _responsible(case_id, visit)

    @router.post("/ansvar/lamna-over")
    def hand_over(case_id: UUID, visit: Acting) -> Response:
        return _hand_over(case_id, visit)

    @router.post("/ansvar/koordinator")
    def coordinate(case_id: UUID, visit: Acting) -> Response:
        return _set_coordinator(case_id, visit)

    @router.post("/ansvar/kontaktperson")
    def contact(case_id: UUID, visit: Acting) -> Response:
        return _set_contact(case_id, visit)

    @router.post("/ansvar/plats")
    def meet_at(case_id: UUID, visit: Acting) -> Response:
        place = visit.form.get("place") or None
        return _changed(
            case_id, visit, lambda desk: placing.set_usual_place(case_id, place, desk), "plats"
        )

    @router.post("/uppgifter/ny")
    def give(case_id: UUID, visit: Acting) -> Response:
        return _give_support(case_id, visit)


def _add(case_id: UUID, visit: Visit) -> Response:
    fields, form = Fields(visit.form), visit.form
    person, replaces = fields.ident("person"), fields.ident("replaces", needed=False)
    found = (form.get("sok"), form.get("roll"), form.get("replaces"))
    if fields.wrong or person is None:
        return _finding(case_id, visit, *found, wrong=fields.wrong)
    command = AddParticipant(case_id, person, replaces)
    return carry_out(
        case_id,
        visit,
        lambda desk: opening.add_participant(command, desk),
        lambda refused: _finding(case_id, visit, *found, refused=refused),
        "tillagd" if replaces is None else "ersatt",
        part=_PART,
        about=person,
    )


def _remove(case_id: UUID, person_id: UUID, visit: Visit) -> Response:
    return press(
        case_id,
        visit,
        lambda desk: opening.remove_participant(case_id, person_id, desk),
        "borttagen",
        part=_PART,
        about=person_id,
    )


def _hand_over(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    to, reason = fields.ident("to"), fields.choice("reason", list(HandoverReason))
    if to is None or reason is None:
        return _responsible(case_id, visit, wrong=fields.wrong)
    command = Handover(case_id, to, HandoverReason(reason))
    return _changed(case_id, visit, lambda desk: ownership.hand_over(command, desk), "lamnat")


def _set_coordinator(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    person = fields.ident("coordinator")
    if person is None:
        return _responsible(case_id, visit, wrong=fields.wrong)
    return _changed(
        case_id,
        visit,
        lambda desk: ownership.set_coordinator(case_id, person, desk),
        "koordinator",
        person_field="coordinator",
    )


def _set_contact(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    person = fields.ident("contact", needed=False)
    if fields.wrong:
        return _responsible(case_id, visit, wrong=fields.wrong)
    return _changed(
        case_id,
        visit,
        lambda desk: ownership.set_contact_person(case_id, person, desk),
        "kontakt",
        person_field="contact",
    )


def _give_support(case_id: UUID, visit: Visit) -> Response:
    """P16: something to do between the meetings, given by hand."""
    fields = Fields(visit.form)
    kind, owner = fields.choice("kind", list(Support)), fields.ident("owner", needed=False)
    due_on = fields.day("due_on", needed=False)
    if fields.wrong or kind is None:
        return _responsible(case_id, visit, wrong=fields.wrong)
    command = NewTask(case_id, Support(kind), due_on, owner)

    def work(desk: Desk) -> None:
        closing.give_task(command, desk)

    return _changed(case_id, visit, work, "given", part="att-gora")


def _changed(
    case_id: UUID,
    visit: Visit,
    work: Callable[[Desk], None],
    notice: str,
    *,
    part: str = _RESPONSIBLE,
    person_field: str = "person",
) -> Response:
    """`person_field`: the page's own name of who is chosen, to say there what is wrong with it."""

    def again(refused: Refused) -> Response:
        if isinstance(refused, Invalid) and refused.field == "person":
            refused.field = person_field
        return _responsible(case_id, visit, refused=refused)

    return carry_out(case_id, visit, work, again, notice, part=part)


def _finding(
    case_id: UUID, visit: Visit, sought: str, role: str, replaces: str, **said: Any
) -> Response:
    """Colleagues who fit what was sought; of many the first, and that there are more."""
    case = read_to_change(case_id, visit)
    staff = visit.read("people", lambda views, now: views.staff(None, local_date(now)))
    units = visit.read("units", lambda views, _: {one["code"]: one for one in views.units()})
    there = {one.id for one in case.of_party("staff")}
    found = [one for one in staff if one["id"] not in there and _fits(one, sought, role, units)]
    return visit.page(
        "staff/case_staff.html",
        **said,
        **in_templates(case, visit),
        found=found[:_MOST_FOUND],
        more=len(found) - _MOST_FOUND,
        units=units,
        sought=sought,
        sought_role=role,
        replaced=next((one for one in case.of_party("staff") if str(one.id) == replaces), None),
        roles=sorted(((code, visit.speech.role(code)) for code in ROLES), key=lambda pair: pair[1]),
    )


def _fits(person: Row, sought: str, role: str, units: Mapping[str, Row]) -> bool:
    """By name, by role and by unit; whoever has no post today can't take part."""
    posts: Sequence[Row] = person["posts"]
    if not posts or (role and not any(one["role"] == role for one in posts)):
        return False
    named = [units[one["unit"]]["name"] for one in posts if one["unit"] in units]
    text = " ".join([person["name"], *named]).casefold()
    return all(word in text for word in plain(sought).casefold().split())


def _responsible(case_id: UUID, visit: Visit, **said: Any) -> Response:
    case = read_to_change(case_id, visit)
    staff = visit.read("people", lambda views, now: views.staff(None, local_date(now)))
    openers = frozenset(case.procedure.roles.openers)
    return visit.page(
        "staff/case_responsible.html",
        **said,
        **in_templates(case, visit),
        could_take_over=[
            one
            for one in _in_roles(staff, openers, visit.speech)
            if one[0] != case.facts.process_owner
        ],
        coordinators=_in_roles(staff, frozenset({"koordinator"}), visit.speech),
        on_case=[(one.id, one.name) for one in case.of_party("staff")],
        places=visit.read("units", lambda views, _: places(views)),
        reasons=[(code, visit.speech.say(words)) for code, words in _REASONS.items()],
        support=[(code, visit.speech.say(words)) for code, words in _SUPPORT.items()],
    )


def _in_roles(
    staff: Sequence[Row], roles: frozenset[str], speech: Speech
) -> list[tuple[UUID, str]]:
    """Those who hold such a post today, by name, with the role."""
    return sorted(
        (
            (one["id"], f"{one['name']}, {speech.role(post['role'])}")
            for one in staff
            for post in one["posts"][:1]
            if any(held["role"] in roles for held in one["posts"])
        ),
        key=lambda pair: pair[1],
    )
