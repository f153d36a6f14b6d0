"""What is sent to every rektor: listed, sent, and who has confirmed it (R28-R31)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.dispatching import ENDINGS, LARGEST_FILE, MOST_FILES, uploaded
from services.cases.domain.duties import Subject
from services.cases.domain.refused import Invalid, NotFound, Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.year import dispatches
from services.cases.handlers.year.dispatches import Send, ShownDispatch
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import Notice, Visit
from services.cases.web.staff.year_rows import Posts, said_of
from shared.domain.days import local_date
from shared.domain.procedure import DispatchRule

_PATH = "/arshjul/utskick"
_SHOWN = 200  # the latest ones
_NOTICES: Mapping[str, Notice] = {
    "skickat": Notice(
        Words(
            "Skickat. Varje rektor får det som en uppgift att sprida vidare och bekräfta.",
            "Sent. Each principal gets it as a task, to pass on and to confirm.",
        )
    ),
}
_TOO_MANY = Words(f"Välj högst {MOST_FILES} filer.", f"Choose at most {MOST_FILES} files.")


@dataclass(frozen=True, slots=True)
class Looked:
    """One dispatch, the posts by name, its kind's words, and one's own duty about it."""

    shown: ShownDispatch
    posts: Posts
    kind: str
    own: UUID | None


def make_dispatch_pages(room: Room) -> APIRouter:
    """The list, a new one, one of them with its files."""
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.CASEWORK)), Depends(room.acts(Right.CASEWORK))

    @router.get("")
    def listed(visit: Annotated[Visit, seen]) -> Response:
        return _list(visit)

    @router.get("/nytt")
    def new(visit: Annotated[Visit, seen]) -> Response:
        return _form(visit)

    @router.post("/nytt")
    def send(visit: Annotated[Visit, acting]) -> Response:
        return _send(visit)

    @router.get("/{dispatch_id}")
    def show(dispatch_id: UUID, visit: Annotated[Visit, seen]) -> Response:
        return _one(dispatch_id, visit)

    @router.get("/{dispatch_id}/fil/{file_id}")
    def fetch(dispatch_id: UUID, file_id: UUID, visit: Annotated[Visit, seen]) -> Response:
        name, media_type, content = visit.consult(
            "dispatch.file", lambda desk, _: dispatches.file_of(dispatch_id, file_id, desk)
        )
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(content, headers=headers, media_type=media_type)

    return router


def _list(visit: Visit) -> Response:
    def show(desk: Desk) -> tuple[list[ShownDispatch], bool]:
        found = dispatches.listed(None, _SHOWN, desk)
        return found[::-1], bool(dispatches.sendable(desk))

    found, may_send = visit.consult("dispatches", lambda desk, _: show(desk))
    return visit.page(
        "staff/year_dispatches.html", found=found, may_send=may_send, local_date=local_date
    )


def _form(
    visit: Visit, *, refused: Refused | None = None, wrong: Mapping[str, Words] | None = None
) -> Response:
    """For who may send something; for others there is no such page."""
    rules = visit.consult("dispatches", lambda desk, _: dispatches.sendable(desk))
    if not rules:
        raise NotFound
    if isinstance(refused, Invalid) and refused.field.startswith("files."):
        wrong, refused = _at_the_files(refused), None
    return visit.page(
        "staff/year_dispatch_new.html",
        refused=refused,
        wrong=wrong,
        kinds=[(rule.name, visit.speech.title(rule)) for rule in rules],
        endings=",".join(ENDINGS),
        megabytes=LARGEST_FILE // 2**20,
    )


def _send(visit: Visit) -> Response:
    rules = visit.consult("dispatches", lambda desk, _: dispatches.sendable(desk))
    fields = Fields(visit.form)
    kind = fields.choice("kind", [rule.name for rule in rules])
    title = fields.text("title")
    sent = visit.form.files.get("files", ())
    if len(sent) > MOST_FILES:
        fields.wrong["files"] = _TOO_MANY
    person = visit.person
    if fields.wrong or kind is None or title is None or person is None:
        return _form(visit, wrong=fields.wrong)
    files = tuple(uploaded(one.name, one.content) for one in sent)

    def work(desk: Desk, _: Views) -> str:
        return str(dispatches.send(Send(kind, title, person, files), desk))

    done = visit.attempt(work)
    if done.refused is not None:
        return _form(visit, refused=done.refused)
    return visit.back(f"{_PATH}/{done.body}", "skickat")


def _at_the_files(refused: Invalid) -> Mapping[str, Words]:
    """What is wrong with one of the files stands at the field that they are chosen in."""
    turn = int(refused.field.split(".")[1]) + 1
    sv, en = refused.detailed("sv"), refused.detailed("en")
    return {"files": Words(f"Fil {turn}: {sv}", f"File {turn}: {en}")}


def _one(dispatch_id: UUID, visit: Visit) -> Response:
    looked = visit.consult("dispatch", lambda desk, _: _look(dispatch_id, desk))
    shown, posts = looked.shown, looked.posts
    return visit.page(
        "staff/year_dispatch.html",
        notices=_NOTICES,
        sent=shown.dispatch,
        sent_on=local_date(shown.dispatch.sent_at),
        kind=looked.kind,
        own=looked.own,
        confirmed=sum(one.confirmed_at is not None for one in shown.posts),
        rows=[
            (
                said_of(one.post, posts, visit.language),
                None if one.confirmed_at is None else local_date(one.confirmed_at),
                one.is_late(shown.today),
            )
            for one in shown.posts
        ],
    )


def _look(dispatch_id: UUID, desk: Desk) -> Looked:
    shown = dispatches.show(dispatch_id, desk)
    duties = desk.duties.of(Subject(dispatch=dispatch_id))
    own = next((one.id for one in duties if one.owner and one.owner == desk.actor_person), None)
    known: dict[str, DispatchRule] = {rule.name: rule for rule in dispatches.rules_today(desk)}
    rule = known.get(shown.dispatch.kind)
    title = shown.dispatch.title if rule is None else rule.title
    return Looked(shown, desk.year_views.posts_named(desk.today), title, own)
