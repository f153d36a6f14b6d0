"""Who can sign in: the accounts, what each may do beside its person's posts, opened and closed."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from services.cases.domain.refused import Refused, Words
from services.cases.domain.rights import ADMINISTRATOR, IT, Right
from services.cases.handlers import accounts
from services.cases.handlers.accounts import AccountDesk, Passwords
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.web.forms import Fields
from services.cases.web.staff.room import Room
from services.cases.web.staff.settings.history import history
from services.cases.web.staff.visits import Notice, Visit

_PATH = "/installningar/konton"
_ROLES = {
    ADMINISTRATOR: Words("Administratör", "Administrator"),
    IT: Words("IT (drift, inga ärenden)", "IT (operations, no cases)"),
}
_NOTICES = {
    "gjort": Notice(Words("Kontot är öppnat.", "The account is open.")),
    "roller": Notice(Words("Rollerna är ändrade.", "The roles are changed.")),
    "stangt": Notice(
        Words(
            "Kontot är stängt, och den som var inloggad är utloggad.",
            "The account is closed, and whoever was signed in is signed out.",
        )
    ),
    "oppet": Notice(Words("Kontot är öppet igen.", "The account is open again.")),
}
_WITHOUT_PASSWORD = Notice(
    Words(
        "Kontot finns nu, men ingen kan logga in med det förrän it har gett det ett lösenord. Be it"
        " köra samspel user password på servern.",
        "The account exists now, but nobody can sign in by it until IT has given it a password. Ask"
        " IT to run samspel user password at the server.",
    )
)
# Opens a desk in whose name it is done.
Accounts = Callable[[str], AbstractContextManager[AccountDesk]]


class YourOwn(Refused):
    """Whoever keeps the accounts doesn't lock themselves out."""

    code = "own-account"
    title = Words("Det är ditt eget konto", "It is your own account")
    detail = Words(
        "Du kan inte stänga ditt eget konto eller ta ifrån dig rollen administratör. Be en annan"
        " administratör.",
        "You can't close your own account or take the role of administrator from yourself. Ask"
        " another administrator.",
    )


def make_account_pages(
    room: Room, open_desk: Accounts, passwords: Passwords, *, by_identity: bool
) -> APIRouter:
    """The list, one more, and what is done with each.

    `by_identity`: whether one can also sign in by the municipality's identity service.
    """
    router = APIRouter(include_in_schema=False, prefix=_PATH)
    seen, acting = Depends(room.visits(Right.ADMINISTER)), Depends(room.acts(Right.ADMINISTER))
    keeping = _Keeping(open_desk, passwords, by_identity)

    @router.get("")
    def everybody(visit: Annotated[Visit, seen]) -> Response:
        return keeping.page(visit)

    @router.post("")
    def add(visit: Annotated[Visit, acting]) -> Response:
        return keeping.add(visit)

    @router.post("/roller")
    def change_roles(visit: Annotated[Visit, acting]) -> Response:
        return keeping.change_roles(visit)

    @router.post("/stang")
    def close(visit: Annotated[Visit, acting]) -> Response:
        return keeping.close(visit)

    @router.post("/oppna")
    def open_again(visit: Annotated[Visit, acting]) -> Response:
        login = visit.form.get("login")
        return keeping.act(visit, "oppet", lambda desk: accounts.enable(login, desk))

    return router


@dataclass(frozen=True, slots=True)
class _Keeping:
    """What the accounts are kept with."""

    open_desk: Accounts
    passwords: Passwords
    by_identity: bool

    def page(
        self,
        visit: Visit,
        *,
        refused: Refused | None = None,
        wrong: Mapping[str, Words] | None = None,
    ) -> Response:
        def show(desk: Desk, _: Views) -> dict[str, Any]:
            return {"history": history(desk, ("account",), {})}

        shown = visit.survey("settings.accounts", show)
        with self.open_desk(visit.signed_in.actor) as desk:
            everybody = desk.accounts.everybody()
        return visit.page(
            "staff/settings/accounts.html",
            refused=refused,
            wrong=wrong,
            notices={**_NOTICES, "utan-losenord": _WITHOUT_PASSWORD},
            by_identity=self.by_identity,
            accounts=everybody,
            roles=_ROLES,
            **shown,
        )

    def act(self, visit: Visit, done: str, do: Callable[[AccountDesk], object]) -> Response:
        """Done by who is signed in; a refusal undoes all of it."""
        try:
            with self.open_desk(visit.signed_in.actor) as desk:
                do(desk)
        except Refused as refused:
            return self.page(visit, refused=refused)
        return visit.back(_PATH, done)

    def add(self, visit: Visit) -> Response:
        fields = Fields(visit.form)
        login = fields.text("login")
        name = fields.text("name", needed=False, most=100)
        roles = fields.choices("roles", _ROLES)
        password = visit.form.get("password")
        if fields.wrong or login is None:
            return self.page(visit, wrong=fields.wrong)

        def do(desk: AccountDesk) -> None:
            hasher = self.passwords
            kept = accounts.checked_hash(password, login, hasher) if password else None
            accounts.add_account_on_page(login, name, roles, kept, desk)

        usable = self.by_identity or bool(password)
        return self.act(visit, "gjort" if usable else "utan-losenord", do)

    def change_roles(self, visit: Visit) -> Response:
        fields = Fields(visit.form)
        roles, login = fields.choices("roles", _ROLES), visit.form.get("login")
        if fields.wrong:
            return self.page(visit, wrong=fields.wrong)

        def do(desk: AccountDesk) -> None:
            if ADMINISTRATOR not in roles:
                _check_another(login, visit, desk)
            accounts.change_roles(login, roles, desk)

        return self.act(visit, "roller", do)

    def close(self, visit: Visit) -> Response:
        login = visit.form.get("login")

        def do(desk: AccountDesk) -> None:
            _check_another(login, visit, desk)
            accounts.disable(login, desk)

        return self.act(visit, "stangt", do)


def _check_another(login: str, visit: Visit, desk: AccountDesk) -> None:
    """Raises YourOwn."""
    found = desk.accounts.find(login)
    if found is not None and found.id == visit.signed_in.account:
        raise YourOwn
