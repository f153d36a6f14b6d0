"""The keys of other systems: those of the register are made here, and all are taken back."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.keys import OF_THE_REGISTER, SAID
from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import Right
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.tokens import make_token_of_register, new_token, revoke_token
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.visits import Notice, Visit

_PATH = "/installningar/nycklar"
_NOTICES = {
    "indragen": Notice(
        Words("Nyckeln gäller inte längre.", "The key counts no more."),
    ),
    "redan": Notice(
        Words(
            "Nyckeln är redan gjord och visas bara en gång. Har du den inte, dra tillbaka den och"
            " gör en ny.",
            "The key has been made already and is shown only once. If you don't have it, take it"
            " back and make another.",
        )
    ),
}


def make_token_pages(room: Room) -> APIRouter:
    """The list with the form below it; a new key is shown in the answer, and nowhere else."""
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.ADMINISTER)), Depends(room.acts(Right.ADMINISTER))

    @router.get("")
    def show(visit: Annotated[Visit, seen]) -> Response:
        return _page(visit)

    @router.post("")
    def make(visit: Annotated[Visit, acting]) -> Response:
        return _make(visit)

    @router.post("/{token_id}/dra-tillbaka")
    def revoke(token_id: UUID, visit: Annotated[Visit, acting]) -> Response:
        done = visit.administer(lambda desk, _: revoke_token(token_id, desk))
        if done.refused is not None:
            return _page(visit, refused=done.refused)
        return visit.back(_PATH, "indragen")

    return router


def _make(visit: Visit) -> Response:
    fields = Fields(visit.form)
    name = fields.text("name", most=80)
    scopes = fields.choices("scopes", OF_THE_REGISTER)
    expires_on = fields.day("expires_on", needed=False)
    if fields.wrong or name is None:
        return _page(visit, wrong=fields.wrong)
    secret, token = new_token(name, scopes, expires_on)

    def work(desk: Desk, _: Views) -> dict[str, str]:
        make_token_of_register(token, desk)
        return {"id": str(token.id)}  # kept under the form's key, so never the secret

    done = visit.administer(work)
    if done.refused is not None:
        return _page(visit, refused=done.refused)
    if done.body["id"] != str(token.id):  # the second of two clicks: its secret is nobody's
        return visit.back(_PATH, "redan")
    return visit.page("staff/settings/token_made.html", secret=secret, name=name)


def _page(
    visit: Visit, *, refused: Refused | None = None, wrong: Mapping[str, Words] | None = None
) -> Response:
    def show(desk: Desk, _: Views) -> dict[str, Any]:
        return {
            "tokens": desk.tokens.all(),
            "today": desk.today,
            "history": history(desk, ("token",), {}),
        }

    return visit.page(
        "staff/settings/tokens.html",
        refused=refused,
        wrong=wrong,
        notices=_NOTICES,
        scopes=SAID,
        offered=OF_THE_REGISTER,
        **visit.survey("settings.tokens", show),
    )
