"""A case is opened in an emergency; and its opener's manager sees why (X10, decision 12)."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.glass import LONGEST, SHORTEST, TooManyOpenings
from services.cases.domain.refused import NotFound, Words
from services.cases.domain.rights import Right
from services.cases.handlers.duties import tick_off
from services.cases.handlers.glass import break_glass
from services.cases.handlers.glass_ports import Opened
from services.cases.handlers.overviews import Overviews
from services.cases.handlers.ports import Desk
from services.cases.web.brake import Brake
from services.cases.web.forms import Fields, Form
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit

_SHORT = Words(
    f"Skriv varför, med minst {SHORTEST} tecken.", f"Say why, in at least {SHORTEST} characters."
)
_WHICH = Words("Skriv ärendets referens.", "Write the case's reference.")
_UNDERSTOOD = Words(
    "Kryssa i att du förstår vad som händer.", "Tick that you understand what happens."
)
_OPEN = Words(
    "Ärendet är öppet för dig att läsa till midnatt. Processbäraren och din chef får veta det.",
    "The case is open for you to read until midnight. The process owner and your manager are told.",
)
_SEEN = Words("Du har sett varför ärendet öppnades.", "You have seen why the case was opened.")


def make_glass_pages(room: Room) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    brake = Brake(each=10, together=1000)
    Seen = Annotated[Visit, Depends(room.visits(Right.CASEWORK))]
    Acting = Annotated[Visit, Depends(room.acts(Right.CASEWORK))]

    @router.get("/nodlage")
    def ask(visit: Seen) -> Response:
        return _page(visit)

    @router.post("/nodlage")
    def open_a_case(visit: Acting) -> Response:
        return _open(visit, brake)

    @router.get("/nodlage/{task_id}")
    def see_why(task_id: UUID, visit: Seen) -> Response:
        opened = visit.consult(f"glass:{task_id}", lambda desk, _: _told(task_id, desk))
        return visit.page("staff/glass_seen.html", opened=opened, task_id=task_id)

    @router.post("/nodlage/{task_id}/sett")
    def has_seen(task_id: UUID, visit: Acting) -> Response:
        visit.do(lambda desk, _: _tick_off(task_id, desk))
        return visit.back("/", "glass-seen")

    return router


def _open(visit: Visit, brake: Brake) -> Response:
    fields = Fields(_in_one_line(visit.form))
    reference = fields.text("reference", needed=False, most=20)
    reason = fields.text("reason", needed=False, most=LONGEST)
    if reference is None:
        fields.wrong.setdefault("reference", _WHICH)
    if reason is None or len(reason) < SHORTEST:
        fields.wrong.setdefault("reason", _SHORT)
    if not fields.yes("understood"):
        fields.wrong["understood"] = _UNDERSTOOD
    if reference is None or reason is None or fields.wrong:
        return _page(visit, wrong=fields.wrong)
    if not brake.lets_pass(str(visit.person)):
        return _page(visit, refused=TooManyOpenings())
    done = visit.attempt(
        lambda desk, _: {"case": str(break_glass(reference.upper(), reason, desk))}
    )
    if done.refused is not None:
        return _page(visit, refused=done.refused)
    return visit.back("/nodlage", "open", done.body["case"])


def _page(visit: Visit, **more: Any) -> Response:
    person = visit.person

    def opened(desk: Desk, _: Overviews) -> list[Opened]:
        return [] if person is None else list(desk.glasses.of_person(person, desk.today))

    notices = {"open": Notice(_OPEN)}
    return visit.page(
        "staff/glass.html", opened=visit.consult("glass", opened), notices=notices, **more
    )


def _told(task_id: UUID, desk: Desk) -> Opened:
    """What the duty is about, to whose it is. Raises NotFound."""
    opened, duty = desk.glasses.of_duty(task_id), desk.duties.take(task_id)
    if opened is None or duty is None or duty.owner != desk.actor_person:
        raise NotFound
    return opened


def _tick_off(task_id: UUID, desk: Desk) -> None:
    _told(task_id, desk)
    tick_off(task_id, desk)


def _in_one_line(form: Form) -> Form:
    return Form([(name, " ".join(value.split())) for name, value in form.fields])
