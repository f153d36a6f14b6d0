"""The door: sign in by a password or by the municipality's identity service, and sign out."""

import logging
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response

from services.cases.domain.accounts import NotLetIn, TooManyTries
from services.cases.domain.identity import NotSignedIn
from services.cases.domain.refused import NotAllowed, Words
from services.cases.handlers.accounts import sign_in, sign_in_as
from services.cases.web import link_session
from services.cases.web.forms import Form, read_form
from services.cases.web.origin import from_our_own_page
from services.cases.web.staff.entrance import (
    LASTS,
    Entrance,
    IdentityService,
    Leaving,
    browser_known_by,
    door_token,
    opened,
)
from services.cases.web.staff.example_people import people_to_be
from services.cases.web.staff.pages import local_path
from services.cases.web.staff.room import Room
from services.cases.web.staff.visits import TOKEN, Visit
from shared.clock import system_now

log = logging.getLogger(__name__)

_FORBIDDEN, _TOO_MANY, _NOT_FOUND = 403, 429, 404
_BACK = "/oidc/svar"
_OUT = "ut"
_LONGEST_CODE = 2000
_TURN_SECONDS = 2.0


class NotFromHere(NotAllowed):
    code = "not-from-here"
    title = Words("Logga in på den här sidan", "Sign in on this page")
    detail = Words(
        "Formuläret kom från en annan webbplats. Skriv in uppgifterna här i stället.",
        "The form came from another site. Fill it in here instead.",
    )


class NoCookie(NotAllowed):
    """The browser hasn't sent the cookie that came with the page."""

    code = "no-cookie"
    title = Words("Försök igen", "Try again")
    detail = Words(
        "Webbläsaren skickade inte med den kaka som behövs. Skriv lösenordet igen. Händer det en"
        " gång till, tillåt kakor för den här webbplatsen i webbläsarens inställningar.",
        "Your browser did not send the cookie that signing in needs. Type the password again. If it"
        " happens once more, allow cookies for this site in your browser's settings.",
    )


class OldDoor(NotAllowed):
    """The page is from before the cookie: of another time, or from elsewhere."""

    code = "old-door"
    title = Words("Försök igen", "Try again")
    detail = Words(
        "Sidan hade blivit för gammal. Skriv lösenordet igen.",
        "The page had become too old. Type the password again.",
    )


class SignInFailed(NotAllowed):
    code = "sign-in-failed"
    title = Words("Det gick inte att logga in", "The sign-in failed")
    detail = Words(
        "Kommunens inloggning gav inget svar som går att lita på. Försök igen från början. Går det"
        " inte då heller, kontakta it.",
        "Your municipality's sign-in gave no answer to trust. Try again from the beginning. If it"
        " still fails, contact IT.",
    )


def make_login_pages(room: Room, entrance: Entrance) -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/logga-in")
    def door(request: Request, till: str = "/", ut: str = "") -> Response:
        if room.signed_in(request) is not None:
            return RedirectResponse(local_path(till), 303)
        return _door(request, room, entrance, till, left=bool(ut))

    @router.post("/logga-in")
    def come_in(request: Request, form: Annotated[Form, Depends(read_form)]) -> Response:
        till = form.get("till") or "/"
        try:
            secret = _by_password(request, form, room, entrance)
        except NotAllowed as refused:
            log.warning("sign-in refused: %s", refused.code)
            status = _TOO_MANY if isinstance(refused, TooManyTries) else _FORBIDDEN
            return _door(
                request, room, entrance, till, status, form=form.but("password"), refused=refused
            )
        return _let_in(request, room, entrance, secret, till)

    @router.post("/logga-ut")
    def go_out(visit: Annotated[Visit, Depends(room.acts(None))]) -> Response:
        with entrance.unit() as desk:
            desk.sessions.end(visit.signed_in.key)
        return room.let_out(RedirectResponse(f"/logga-in?{_OUT}=1", 303))

    if entrance.service is not None:
        _add_identity_service(router, room, entrance, entrance.service)
    return router


def _add_identity_service(
    router: APIRouter, room: Room, entrance: Entrance, service: IdentityService
) -> None:
    redirect_uri = room.public_url.rstrip("/") + _BACK

    @router.get("/oidc/start")
    def leave(request: Request, till: str = "/") -> Response:
        try:
            return _leave(local_path(till), room, service, redirect_uri)
        except NotSignedIn as error:
            return _failed(request, room, entrance, error)

    @router.get(_BACK)
    def come_back(
        request: Request,
        code: Annotated[str, Query(max_length=_LONGEST_CODE)] = "",
        state: Annotated[str, Query(max_length=_LONGEST_CODE)] = "",
        iss: Annotated[str | None, Query(max_length=_LONGEST_CODE)] = None,
    ) -> Response:
        try:
            leaving = opened(request.cookies.get(_cookie(room), ""), room.secret)
            leaving.answered(state, system_now())
            service.check_sender(iss)
            secret = _by_identity(leaving, code, room, entrance, service, redirect_uri)
        except NotSignedIn as error:
            return _failed(request, room, entrance, error)
        except NotAllowed as refused:
            log.warning("sign-in refused: %s", refused.code)
            return _door(request, room, entrance, "/", _FORBIDDEN, refused=refused)
        answer = _let_in(request, room, entrance, secret, leaving.till)
        answer.delete_cookie(
            _cookie(room), path="/", secure=room.secure, httponly=True, samesite="lax"
        )
        return answer


def _leave(till: str, room: Room, service: IdentityService, redirect_uri: str) -> Response:
    """To the identity service, with a cookie to know who comes back by. Raises NotSignedIn."""
    leaving = Leaving.now(till, system_now())
    nonce, verifier = leaving.nonce(room.secret), leaving.verifier(room.secret)
    answer = RedirectResponse(service.address(leaving.state, nonce, verifier, redirect_uri), 303)
    answer.set_cookie(
        _cookie(room), leaving.sealed(room.secret), max_age=int(LASTS.total_seconds()),
        path="/", secure=room.secure, httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


def _by_password(request: Request, form: Form, room: Room, entrance: Entrance) -> str:
    """The secret of a new session. Raises NotAllowed."""
    _check_page(request, form, room)
    address = request.client.host if request.client else ""
    if not entrance.brake.would_let_pass(address):
        return _though_braked(form, room, entrance)
    try:
        return _tried(form, room, entrance)
    except NotLetIn:
        entrance.brake.lets_pass(address)
        raise


def _check_page(request: Request, form: Form, room: Room) -> None:
    """Whoever is signed in has asked for it on our page, in this browser. Raises NotAllowed."""
    if not from_our_own_page(request, room.public_url, hidden=True):
        raise NotFromHere
    browser = request.cookies.get(_door_cookie(room), "")
    if not browser:
        raise NoCookie
    if not link_session.same(form.get(TOKEN), door_token(room.secret, browser)):
        raise OldDoor


def _though_braked(form: Form, room: Room, entrance: Entrance) -> str:
    """Whoever knows their password comes in, also where somebody else has guessed too much.

    An account is tried unless a wrong one is pending: a guesser has one guess at each. Raises
    TooManyTries, whatever is wrong, or if others take every turn for too long.
    """
    if not entrance.turns.acquire(timeout=_TURN_SECONDS):
        raise TooManyTries
    try:
        return _tried(form, room, entrance, once=True)
    except NotLetIn:
        raise TooManyTries from None
    finally:
        entrance.turns.release()


def _tried(form: Form, room: Room, entrance: Entrance, *, once: bool = False) -> str:
    """Raises NotLetIn."""
    login, password = form.get("login"), form.get("password")
    return sign_in(login, password, entrance.unit, entrance.passwords, room.terms, once=once)


def _by_identity(
    leaving: Leaving,
    code: str,
    room: Room,
    entrance: Entrance,
    service: IdentityService,
    redirect_uri: str,
) -> str:
    """The secret of a new session. Raises NotSignedIn, NotKnown."""
    now = system_now()
    with entrance.unit() as desk:
        if not code or not desk.accounts.spend(leaving.state.encode(), now):
            raise NotSignedIn("no-code" if not code else "spent-state")
    nonce, verifier = leaving.nonce(room.secret), leaving.verifier(room.secret)
    identity = service.who(code, nonce, verifier, redirect_uri, now)
    with entrance.unit() as desk:
        return sign_in_as(identity, desk, room.terms)


def _let_in(request: Request, room: Room, entrance: Entrance, secret: str, till: str) -> Response:
    """Whoever was signed in here before isn't any more: each sign-in has a session of its own."""
    before = room.signed_in(request)
    if before is not None:
        with entrance.unit() as desk:
            desk.sessions.end(before.key)
    return room.let_in(RedirectResponse(local_path(till), 303), secret)


def _failed(request: Request, room: Room, entrance: Entrance, error: NotSignedIn) -> Response:
    log.warning("sign-in by the identity service failed: %s", error.code)
    return _door(request, room, entrance, "/", _FORBIDDEN, refused=SignInFailed())


def _door(
    request: Request,
    room: Room,
    entrance: Entrance,
    till: str,
    status: int = 200,
    **values: Any,
) -> Response:
    said = {"form": Form(), "refused": None, "left": False} | values
    till = local_path(till)
    found_at = "/logga-in" + (f"?{urlencode({'till': till})}" if till != "/" else "")
    people = people_to_be(room, entrance) if entrance.demo_password else []
    cookie = request.cookies.get(_door_cookie(room), "")
    browser = browser_known_by(cookie)
    answer = room.open_page(
        "staff/login.html", request, status=status, wrong={}, till=till, found_at=found_at,
        people=people, password=entrance.demo_password, elsewhere=_elsewhere(entrance, till),
        token=(TOKEN, door_token(room.secret, browser)), **said,
    )  # fmt: skip
    if browser != cookie:
        # Lax: who comes by a link from elsewhere keeps theirs, and so their other tabs work on.
        answer.set_cookie(
            _door_cookie(room), browser, path="/", secure=room.secure, httponly=True,
            samesite="lax",
        )  # fmt: skip
    return answer


def _elsewhere(entrance: Entrance, till: str) -> str | None:
    """Where the municipality's own sign-in begins, if it has one."""
    if entrance.service is None:
        return None
    return f"/oidc/start?{urlencode({'till': till})}"


def _door_cookie(room: Room) -> str:
    return f"{room.session_cookie}-dorr"


def _cookie(room: Room) -> str:
    return f"{room.session_cookie}-oidc"
