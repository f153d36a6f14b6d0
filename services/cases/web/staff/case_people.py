"""The family of a case on its pages: how they are reached, custody, wishes, links (R7, X6, X7)."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from babel import Locale
from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.links import Code
from services.cases.domain.refused import NotFound, Words
from services.cases.domain.rights import Right
from services.cases.handlers import family, links
from services.cases.handlers.commands import NewGuardian
from services.cases.handlers.ledger import AddGuardian, ChangeFamily
from services.cases.handlers.ports import Desk
from services.cases.web.forms import Fields
from services.cases.web.staff.case_acting import CHANGE, act, carry_out, change_said
from services.cases.web.staff.case_page import press, show_page
from services.cases.web.staff.case_showing import OneCase, Person, in_templates, read_to_change
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Visit
from shared.domain.swedish import day_and_time

_PART = "personer"
# Those that families in Sweden need an interpreter for most; another that is set stays to choose.
_SPOKEN = (
    "ar", "ckb", "sq", "am", "fa", "fi", "fr", "ku", "pl", "ps", "ro", "rom", "ru", "sr", "so",
    "es", "sv", "th", "ti", "tr", "uk", "ur", "vi", "en",
)  # fmt: skip
_MAILED = ("sv", "en")
_LONG, _ADDRESS = 120, 300
# What the form for a new guardian begins with.
_NOBODY: Mapping[str, Any] = dict.fromkeys(
    ("name", "email", "phone", "postal_address", "language", "interpreter", "no_mail", "party")
)


def make_family_pages(room: Room) -> APIRouter:
    """A page for each of the family, one for a guardian who appears later."""
    router = APIRouter(include_in_schema=False, prefix="/arenden/{case_id}")
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/vardnadshavare/ny")
    def who_is_it(case_id: UUID, visit: Seen) -> Response:
        return _page(case_id, visit)

    @router.post("/vardnadshavare/ny")
    def add(case_id: UUID, visit: Acting) -> Response:
        return _add(case_id, visit)

    @router.get("/familj/{person_id}")
    def person_page(case_id: UUID, person_id: UUID, visit: Seen) -> Response:
        return _page(case_id, visit, person_id)

    @router.post("/familj/{person_id}")
    def change(case_id: UUID, person_id: UUID, visit: Acting) -> Response:
        return _change(case_id, person_id, visit)

    @router.post("/familj/{person_id}/angra")
    def take_back(case_id: UUID, person_id: UUID, visit: Acting) -> Response:
        return _take_back(case_id, person_id, visit)

    @router.post("/familj/{person_id}/ta-bort")
    def remove(case_id: UUID, person_id: UUID, visit: Acting) -> Response:
        return _remove(case_id, person_id, visit)

    _add_links(router, room)
    _add_choices(router, room)
    return router


def _add_links(router: APIRouter, room: Room) -> None:
    """The second step of somebody's personal link, read out on the phone (X13)."""
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.post("/familj/{person_id}/kod")
    def make_code(case_id: UUID, person_id: UUID, visit: Acting) -> Response:
        return _make_code(case_id, person_id, visit)

    @router.post("/familj/{person_id}/nya-lankar")
    def renew(case_id: UUID, person_id: UUID, visit: Acting) -> Response:
        return _renew(case_id, person_id, visit)


def _add_choices(router: APIRouter, room: Room) -> None:
    """What is decided about the guardians together."""
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.post("/var-for-sig")
    def keep_apart(case_id: UUID, visit: Acting) -> Response:
        return _keep_apart(case_id, visit)

    @router.post("/ungdomens-val")
    def want(case_id: UUID, visit: Acting) -> Response:
        return _want(case_id, visit)


def _add(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    values = _values(fields)
    custody, protected = fields.yes("custody"), fields.yes_no("protected")
    if fields.wrong:
        return _page(case_id, visit, wrong=fields.wrong)
    guardian = NewGuardian(**values, custody=custody, protected=protected)
    command = AddGuardian(case_id, guardian)

    def work(desk: Desk) -> None:
        family.add_guardian(command, desk)

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, refused=refused),
        "vardnadshavare",
        part=_PART,
    )


def _change(case_id: UUID, person_id: UUID, visit: Visit) -> Response:
    """X6: what isn't shown of who is protected is changed only by writing something there."""
    case = read_to_change(case_id, visit)
    person, fields = _of_family(case, person_id), Fields(visit.form)
    values = _values(fields)
    if person.is_hidden:
        kept = ("email", "phone", "postal_address")
        values = {name: said for name, said in values.items() if name not in kept or said}
    values["protected"] = fields.yes_no("protected")
    is_guardian = person.row["party"] == "guardian"
    custody = fields.yes("custody") if is_guardian else None
    if fields.wrong:
        return _page(case_id, visit, person_id, wrong=fields.wrong)
    command = ChangeFamily(case_id, person_id, values, custody)

    def work(desk: Desk) -> dict[str, str]:
        changed = family.change(command, desk)
        if not changed.fields:
            return {"notice": "samma"}
        if changed.taken_back_by is None:
            return {"notice": "andrad-for-gott"}
        return {"about": change_said(person_id, changed.taken_back_by)}

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, person_id, refused=refused),
        "andrad",
        part=_PART,
    )


def _take_back(case_id: UUID, person_id: UUID, visit: Visit) -> Response:
    change = Fields(visit.form).ident(CHANGE, needed=False)
    return carry_out(
        case_id,
        visit,
        lambda desk: family.take_back(case_id, person_id, change, desk),
        lambda refused: _page(case_id, visit, person_id, refused=refused),
        "som-forut",
        part=_PART,
    )


def _remove(case_id: UUID, person_id: UUID, visit: Visit) -> Response:
    return carry_out(
        case_id,
        visit,
        lambda desk: family.remove_guardian(case_id, person_id, desk),
        lambda refused: _page(case_id, visit, person_id, refused=refused),
        "vardnadshavare-bort",
        part=_PART,
    )


def _make_code(case_id: UUID, person_id: UUID, visit: Visit) -> Response:
    """The code is shown this once and kept nowhere, so not under the form's key either."""
    made: list[Code] = []

    def work(desk: Desk) -> None:
        made.append(links.make_code(case_id, person_id, desk))

    done = act(case_id, visit, work)
    if done.refused or not made:
        return _page(case_id, visit, person_id, refused=done.refused)
    until = day_and_time(made[0].expires_at, None, visit.language)
    return _page(case_id, visit, person_id, code=made[0].code, code_until=until)


def _renew(case_id: UUID, person_id: UUID, visit: Visit) -> Response:
    def work(desk: Desk) -> None:
        links.revoke_links(case_id, person_id, desk)

    return carry_out(
        case_id,
        visit,
        work,
        lambda refused: _page(case_id, visit, person_id, refused=refused),
        "bytta",
        part=_PART,
    )


def _keep_apart(case_id: UUID, visit: Visit) -> Response:
    never = Fields(visit.form).yes("never")
    return press(
        case_id,
        visit,
        lambda desk: family.keep_apart(case_id, never=never, desk=desk),
        "var-for-sig" if never else "tillsammans",
        part=_PART,
    )


def _want(case_id: UUID, visit: Visit) -> Response:
    fields = Fields(visit.form)
    wanted = fields.idents("guardians")
    if fields.wrong:
        return show_page(case_id, visit, wrong=fields.wrong)
    return press(
        case_id,
        visit,
        lambda desk: family.want_guardians(case_id, wanted, desk),
        "ungdomen",
        part=_PART,
    )


def _values(fields: Fields) -> dict[str, Any]:
    """What both forms hold; an empty field is nothing."""
    return {
        "name": fields.text("name", most=_LONG) or "",
        "email": fields.address("email", needed=False),
        "phone": fields.phone("phone", needed=False),
        "postal_address": fields.text("postal_address", needed=False, most=_ADDRESS),
        "language": fields.choice("language", _MAILED) or "sv",
        "interpreter": _interpreter(fields),
        "no_mail": fields.yes("no_mail"),
    }


def _interpreter(fields: Fields) -> str | None:
    """Two or three letters (ISO 639)."""
    said = fields.text("interpreter", needed=False, most=3)
    if said is not None and not (said.isascii() and said.isalpha() and said.islower()):
        fields.wrong["interpreter"] = Words("Välj ett språk i listan.", "Choose a language.")
    return said


def _page(
    case_id: UUID,
    visit: Visit,
    person_id: UUID | None = None,
    *,
    code: str = "",
    code_until: str = "",
    **said: Any,
) -> Response:
    case = read_to_change(case_id, visit)
    person = None if person_id is None else _of_family(case, person_id)
    set_now = None if person is None else person.row["interpreter"]
    return visit.page(
        "staff/case_person.html",
        **said,
        **in_templates(case, visit),
        person=person,
        row=_NOBODY if person is None else person.row,
        languages=_languages(visit.language, set_now),
        code=code,
        code_until=code_until,
    )


def _of_family(case: OneCase, person_id: UUID) -> Person:
    person = case.people.get(person_id)
    if person is None or not person.is_family:
        raise NotFound
    return person


def _languages(language: str, also: str | None) -> list[tuple[str, str]]:
    """The languages to choose from, by name, in the order of the names."""
    names: Mapping[str, str] = Locale(language).languages
    codes = {*_SPOKEN, *([also] if also else [])}
    return sorted(((one, names.get(one, one)) for one in codes), key=lambda pair: pair[1].lower())
