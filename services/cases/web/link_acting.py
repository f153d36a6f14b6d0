"""Does what a form of a personal page asks for: only from that page, and once (X13, P7)."""

import logging
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from psycopg import Error
from psycopg_pool import PoolTimeout

from services.cases.domain.links import told_apart
from services.cases.domain.refused import Invalid, Refused
from services.cases.handlers.links import Opened, open_link
from services.cases.handlers.ports import Desk
from services.cases.web import link_session
from services.cases.web.brake import Brake
from services.cases.web.link_forms import (
    EVERY_FORM,
    OF_THE_TIME,
    SECOND_STEP,
    Form,
    Mend,
    Sender,
    Sent,
)
from services.cases.web.link_page import key_of, people_here
from services.cases.web.link_session import Session
from services.cases.web.link_showing import WHO_LOOKS, Asked, Showing, to_page
from services.cases.web.link_words import BARE
from services.cases.web.origin import from_our_own_page
from shared.clock import system_now
from shared.db import again_after_deadlock

log = logging.getLogger(__name__)

WITHDRAWN = "tillbaka"
NOTICES = (
    "sent_answer", "sent_votes", "sent_time", "sent_wish", "opened", "left", "made_feed",
    "ended_feed",
)  # fmt: skip
_STATUSES = {"old_page": 403, "locked": 403, "code_first": 403, "changed": 409, "wait": 429}
_MENDED_AT = ("day", "time")  # fields whose refusals are worded for whoever fills them in
_NOT_KEPT = ("code", "token")


class Acting:
    """Answers POSTs."""

    def __init__(self, showing: Showing, brake: Brake) -> None:
        self._showing = showing
        self._brake = brake

    def act(self, asked: Asked, form: str, request: Request, sent: Form) -> Response:
        """What the form asks for, and then back to the page; or the page with what to mend."""
        if asked.link is None or form not in EVERY_FORM:
            return self._showing.gone()
        if not from_our_own_page(request, self._ours, hidden=True):
            return self._failed(asked, 403)
        try:
            done = self._tried(asked, form, sent)
        except (Error, PoolTimeout) as error:
            log.warning("A form of a personal page failed: %s", type(error).__name__)
            return self._failed(asked, 503)
        if done is None:
            return self._showing.gone()
        return self._wrong(asked, form, done, sent) if done.wrong else self._answered(asked, done)

    @property
    def _ours(self) -> str:
        return self._showing.pages.origin.public_url

    def _tried(self, asked: Asked, form: str, sent: Form) -> Sent | None:
        """None for a link that has ended."""
        if not self._brake.lets_pass(str(asked.link)):
            return Sent(wrong={"page": "wait"})
        try:
            return again_after_deadlock(lambda: self._done(asked, form, sent))
        except Mend as mend:
            return Sent(wrong=mend.wrong)
        except Refused as refused:
            log.info("A form of a personal page was refused: %s", refused.code)
            return Sent(wrong=_refused(refused))

    def _done(self, asked: Asked, form: str, sent: Form) -> Sent | None:
        """None for a link that has ended. Raises Mend, Refused: then nothing has been saved."""
        showing = self._showing
        with showing.pages.database.unit() as unit:
            finder = showing.pages.desk_for(unit, WHO_LOOKS)
            opened = open_link(asked.link, finder, lock=True)
            if opened is None:
                return None
            session = showing.session(asked, opened, finder)
            self._check(form, opened, session, sent)
            done = Sent()
            for person in self._who(form, opened, session, sent, finder):
                desk = showing.desk(unit, person)
                desk.open_by_link(opened.file.id, lock=False)
                done = EVERY_FORM[form](Sender(opened, person, session, sent, desk))
                if not done.wrong:
                    break
            return done

    def _check(self, form: str, opened: Opened, session: Session | None, sent: Form) -> None:
        """That the form comes from this page, as it is now. Raises Mend."""
        if form in SECOND_STEP and session is None:
            raise Mend(page="locked")
        expected = link_session.form_token(opened.link.id, session, self._showing.secret)
        if not link_session.same(sent.get("token", ""), expected):
            raise Mend(page="old_page")
        if form in OF_THE_TIME and sent.get("sequence") != str(opened.meeting.sequence):
            raise Mend(page="changed")

    def _who(
        self, form: str, opened: Opened, session: Session | None, sent: Form, finder: Desk
    ) -> list[UUID]:
        """Of those who share a mailbox, whoever has said that it is them (O8).

        Several only for a code, where nothing but the code tells them apart. Raises Mend.
        """
        people, said = people_here(opened, session), sent.get("who", "")
        if len(people) == 1 and not said:
            return list(people)
        for person in people:
            if link_session.same(said, key_of(opened, person, self._showing.secret)):
                return [person]
        if len(people) == 1:  # read while there was somebody else to choose
            raise Mend(page="old_page")
        if told_apart(people) is not None:
            raise Mend(who="choose_who")
        if form != "kod":
            raise Mend(page="code_first")
        with_code = (one for one in people if finder.links.generation(opened.file.id, one))
        return sorted(with_code) or sorted(people)

    def _wrong(self, asked: Asked, form: str, done: Sent, sent: Form) -> Response:
        """Nothing has to be typed anew, but for a code."""
        page = done.wrong.get("page")
        status = _STATUSES.get(page, 422) if isinstance(page, str) else 422
        said = {name: value for name, value in sent.items() if name not in _NOT_KEPT}
        return self._showing.show(
            asked, status=status, wrong=done.wrong, said=said | {"form": form}
        )

    def _failed(self, asked: Asked, status: int) -> Response:
        words = BARE[asked.language or "sv"]
        return self._showing.plain("failed", [words["failed_more"]], words, status)

    def _answered(self, asked: Asked, done: Sent) -> Response:
        secure = self._ours.startswith("https:")
        answer = to_page(asked, done.then, done.notice)
        if done.session is not None:
            until = system_now() + link_session.LASTS
            answer.set_cookie(
                link_session.COOKIE,
                link_session.sealed(done.session, until, self._showing.secret),
                max_age=int(link_session.LASTS.total_seconds()),
                path="/r",
                secure=secure,
                httponly=True,
                samesite="strict",
            )
        if done.leaves:
            answer.delete_cookie(
                link_session.COOKIE, path="/r", secure=secure, httponly=True, samesite="strict"
            )
        return answer


def _refused(refused: Refused) -> dict[str, str | Refused]:
    if isinstance(refused, Invalid) and refused.field in _MENDED_AT:
        return {refused.field: refused}
    return {"page": "changed"}
