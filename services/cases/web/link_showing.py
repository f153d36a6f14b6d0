"""Shows a personal page: the link is looked up, the look is logged, and then it is shown (X13)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.domain.feeds import one_meeting
from services.cases.domain.refused import Refused
from services.cases.handlers.feeds import Origin, entry
from services.cases.handlers.links import Opened, open_link, withdrawal_of
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import Views
from services.cases.handlers.sight import actor_of
from services.cases.web import link_session
from services.cases.web.link_page import Filled, page, relations
from services.cases.web.link_session import Session
from services.cases.web.link_words import BARE, WORDS, Language
from services.cases.web.templating import templates, written
from shared.clock import system_now
from shared.db import Database, Unit

NO_TRACE = {"X-Robots-Tag": "noindex, nofollow"}
WHO_LOOKS = "link"
_GONE = 404


@dataclass(frozen=True, slots=True)
class LinkPages:
    """What personal pages are made with."""

    database: Database
    desk_for: Callable[[Unit, str], Desk]
    views_for: Callable[[Connection[DictRow], datetime], Views]
    origin: Origin
    phone: str
    address: str


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: for which link, in which language (None: the recipient's), by which cookie."""

    token: str
    link: UUID | None
    language: Language | None
    cookie: str

    @property
    def path(self) -> str:
        return f"/r/{self.token}"


class Showing:
    """Answers GETs; what a person is shown is in the access log before it leaves."""

    def __init__(self, pages: LinkPages) -> None:
        self.pages = pages
        self.secret = pages.origin.secret
        found = templates()
        self._page, self._plain = found.get_template("link.html"), found.get_template("plain.html")

    def show(
        self,
        asked: Asked,
        *,
        notice: str = "",
        status: int = 200,
        wrong: Mapping[str, str | Refused] | None = None,
        said: Mapping[str, str] | None = None,
    ) -> Response:
        """The page as it is now; `wrong` is what is to be mended, `said` what was filled in."""
        with self.pages.database.unit() as unit:
            opened = open_link(asked.link, self.pages.desk_for(unit, WHO_LOOKS))
            if opened is None:
                return self.gone()
            desk = self.desk(unit, opened.link.person_id)
            session = self.session(asked, opened, desk)
            if session is not None:
                desk = self.desk(unit, session.person)
            language = asked.language or opened.link.language
            what = "link" if session is None else "link.inside"
            views = self._logged(unit, desk, opened.file.id, what)
            shown = page(opened, session, desk, views, self.pages.origin, language)
        words = WORDS[language]
        html = written(
            self._page,
            page=shown,
            words=words,
            house=self.pages,
            path=asked.path,
            language=language,
            notice=words.get(notice, ""),
            filled=Filled(_in_words(wrong or {}, language), said or {}),
            form_token=link_session.form_token(opened.link.id, session, self.secret),
            relations=relations(words),
        )
        return HTMLResponse(html, status, NO_TRACE)

    def calendar_file(self, asked: Asked) -> Response:
        """The own object, as a file: with the place only after the second step (X13)."""
        with self.pages.database.unit() as unit:
            opened = open_link(asked.link, self.pages.desk_for(unit, WHO_LOOKS))
            if opened is None or opened.shown == "proposed":
                return self.gone()
            person = opened.link.person_id
            desk = self.desk(unit, person)
            inside = self.session(asked, opened, desk) is not None
            self._logged(unit, desk, opened.file.id, "link.calendar")
            place = desk.links.places([opened.meeting.id] if inside else []).get(opened.meeting.id)
            told = desk.feeds.revisions(person, [opened.meeting.id]).get(opened.meeting.id)
            one = entry(opened.file.facts, opened.meeting, person, place, told, self.pages.origin)
        content = one_meeting(one, asked.language or opened.link.language)
        headers = {"Content-Disposition": 'attachment; filename="mote.ics"', **NO_TRACE}
        return Response(content, headers=headers, media_type="text/calendar; charset=utf-8")

    def withdrawn(self, asked: Asked) -> Response:
        """P7: what a withdrawal did, to who did it, also once the link has ended by it."""
        session = self.cookie(asked)
        with self.pages.database.unit() as unit:
            finder = self.pages.desk_for(unit, WHO_LOOKS)
            case_id = None if asked.link is None else finder.links.case_of(asked.link)
            if case_id is None or session is None or not _stands(finder, case_id, session):
                return self.gone()
            effect = withdrawal_of(case_id, session.person, finder)
            if effect is None:
                return self.gone()
            self._logged(unit, self.desk(unit, session.person), case_id, "link.withdrawn")
        words = WORDS[asked.language or "sv"]
        return self.plain("withdrawn", _what_it_did(effect, words), words, path=asked.path)

    def gone(self) -> Response:
        """The same for every link that is good for nothing, whatever the reason: in both languages,
        since nothing is known of who reads it."""
        lines, other = ([BARE[one]["gone_more"]] for one in ("sv", "en"))
        words = BARE["sv"]
        return self.plain("gone", lines, words, 404, other=BARE["en"], other_lines=other)

    def failed(self, status: int) -> Response:
        """What went wrong before anything was known of the link, or of who reads the page."""
        if status == _GONE:
            return self.gone()
        lines, other = ([BARE[one]["failed_more"]] for one in ("sv", "en"))
        return self.plain("failed", lines, BARE["sv"], status, other=BARE["en"], other_lines=other)

    def plain(
        self,
        heading: str,
        lines: Sequence[str],
        words: Mapping[str, str],
        status: int = 200,
        *,
        path: str = "",
        other: Mapping[str, str] | None = None,
        other_lines: Sequence[str] = (),
    ) -> Response:
        """A heading, some sentences, and where to ring; with a `path`, in a choice of languages."""
        html = written(
            self._plain,
            heading=heading,
            lines=lines,
            words=words,
            house=self.pages,
            path=path,
            other=other,
            other_lines=other_lines,
        )
        return HTMLResponse(html, status, NO_TRACE)

    def desk(self, unit: Unit, person: UUID) -> Desk:
        return self.pages.desk_for(unit, actor_of(person, WHO_LOOKS))

    def session(self, asked: Asked, opened: Opened, desk: Desk) -> Session | None:
        """Who has taken the second step here, with the code that still stands."""
        session = self.cookie(asked)
        if session is None or session.person not in opened.sharing:
            return None
        return session if _stands(desk, opened.file.id, session) else None

    def cookie(self, asked: Asked) -> Session | None:
        if asked.link is None:
            return None
        return link_session.opened(asked.cookie, asked.link, system_now(), self.secret)

    def _logged(self, unit: Unit, desk: Desk, case_id: UUID, what: str) -> Views:
        """Written before anything is read to be shown: no log, no page."""
        views = self.pages.views_for(unit.connection, unit.now)
        views.log(desk.actor, case_id, what)
        return views


def to_page(asked: Asked, then: str = "", notice: str = "") -> RedirectResponse:
    """To the page itself, or one below it, in the language that was chosen."""
    query = "&".join(
        f"{name}={value}" for name, value in (("klart", notice), ("lang", asked.language)) if value
    )
    path = "/".join(filter(None, (asked.path, then)))
    return RedirectResponse(f"{path}?{query}" if query else path, 303, NO_TRACE)


def _stands(desk: Desk, case_id: UUID, session: Session) -> bool:
    return desk.links.generation(case_id, session.person) == session.generation


def _in_words(wrong: Mapping[str, str | Refused], language: Language) -> dict[str, str]:
    words = WORDS[language]
    return {
        field: said.detailed(language) if isinstance(said, Refused) else words[said]
        for field, said in wrong.items()
    }


def _what_it_did(effect: Mapping[str, Any], words: Mapping[str, str]) -> list[str]:
    count = len(effect.get("cancelled_meetings", ()))
    meetings = {0: "withdrawn_no_meeting", 1: "withdrawn_meeting"}.get(count, "withdrawn_meetings")
    leaving = ("withdrawn_leaving",) if effect.get("already_leaving") else ()
    after = ("withdrawn_stopped", *leaving, "withdrawn_next", "withdrawn_again")
    return [words[meetings].format(count=count), *(words[one] for one in after)]
