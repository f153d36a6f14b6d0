"""Shows the page of a duty, and does what is sent from it: each look is logged first (R25, R29)."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from uuid import UUID

from fastapi.responses import HTMLResponse, RedirectResponse, Response
from psycopg import Error
from psycopg_pool import PoolTimeout

from services.cases.domain.refused import Invalid, Refused
from services.cases.handlers.duty_pages import DutyPage, answer, confirm, file_of, open_page
from services.cases.handlers.sight import actor_of
from services.cases.web import link_session
from services.cases.web.brake import Brake
from services.cases.web.duty_sheet import FIELD, answers_in, sheet
from services.cases.web.duty_words import WORDS
from services.cases.web.link_page import Filled
from services.cases.web.link_showing import NO_TRACE, WHO_LOOKS, LinkPages, Showing
from services.cases.web.link_words import BARE, Language
from services.cases.web.templating import templates, written
from shared.db import Unit, again_after_deadlock

log = logging.getLogger(__name__)

_ANSWER, _CONFIRM = "svar", "klart"
_LOOKED, _FETCHED = "duty-page", "duty-page.file"
_STATUSES = {"old_page": 403, "wait": 429, "changed": 409}

Form = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `again`: answers that were given are to be changed."""

    token: str
    link: UUID | None
    language: Language | None
    again: bool
    address: str

    @property
    def path(self) -> str:
        return f"/u/{self.token}"

    def leads_to(self, form: str) -> bool:
        """Whether it may be the address of one of the forms."""
        return self.link is not None and form in (_ANSWER, _CONFIRM)


class _Mend(Exception):
    """Nothing was saved; `wrong` names the words for it, by field."""

    def __init__(self, **wrong: str | Refused) -> None:
        super().__init__("mend")
        self.wrong = wrong


class DutyPages:
    """Opens, logs, shows and acts; wrong links are counted, by where they come from."""

    def __init__(self, pages: LinkPages, documents: Sequence[tuple[str, str]]) -> None:
        self._pages, self._documents = pages, documents
        self._plain = Showing(pages)
        self._template = templates().get_template("duty.html")
        self._forms = Brake(each=60, together=5000)
        self._wrong_links = Brake(each=120, together=5000)

    def show(
        self,
        asked: Asked,
        status: int = 200,
        wrong: Mapping[str, str | Refused] | None = None,
        said: Form | None = None,
    ) -> Response:
        """The page as it is now, with what is to be mended and what was filled in."""
        return self._read(
            asked, _LOOKED, lambda page, _: self._rendered(asked, page, status, wrong or {}, said)
        )

    def fetch(self, asked: Asked, file: str) -> Response:
        """One of the files that came along; never shown in the browser, where it could do harm."""
        try:
            file_id = UUID(file)
        except ValueError:
            return self.gone(asked)
        return self._read(asked, _FETCHED, lambda page, unit: self._file(page, file_id, unit))

    def act(self, asked: Asked, form: str, sent: Form) -> Response:
        """What the form asks for, and then back to the page; or the page with what to mend."""
        if not self._forms.lets_pass(str(asked.link)):
            return self._wrong(asked, {"page": "wait"}, sent)
        try:
            done = again_after_deadlock(lambda: self._done(asked, form, sent))
        except _Mend as mend:
            return self._wrong(asked, mend.wrong, sent)
        except Invalid as refused:
            field = FIELD + refused.field.rpartition(".")[2]
            return self._wrong(asked, {field if field in sent else "page": refused}, sent)
        except Refused as refused:
            log.info("A form of a duty's page was refused: %s", refused.code)
            return self._wrong(asked, {"page": "changed"}, sent)
        except (Error, PoolTimeout) as error:
            log.warning("A form of a duty's page failed: %s", type(error).__name__)
            return self.failed(asked, 503)
        return to_page(asked) if done else self.gone(asked)

    def gone(self, asked: Asked) -> Response:
        """The same for every link that is good for nothing. Beyond so many an hour from one
        address they are told to wait, whatever they are; who has a good one never is."""
        if self._wrong_links.lets_pass(asked.address):
            return self._plain.gone()
        words = WORDS["sv"]
        return self._plain.plain("failed", [words["wait"]], words, 429)

    def failed(self, asked: Asked, status: int) -> Response:
        words = BARE[asked.language or "sv"]
        return self._plain.plain("failed", [words["failed_more"]], words, status)

    def _read(
        self, asked: Asked, what: str, show: Callable[[DutyPage, Unit], Response | None]
    ) -> Response:
        """Logged before it is shown: no log, no page."""
        with self._pages.database.unit() as unit:
            page = open_page(asked.link, self._pages.desk_for(unit, WHO_LOOKS))
            if page is not None:
                views = self._pages.views_for(unit.connection, unit.now)
                views.log(actor_of(page.owner, WHO_LOOKS), None, what)
            shown = None if page is None else show(page, unit)
        return self.gone(asked) if shown is None else shown

    def _rendered(
        self,
        asked: Asked,
        page: DutyPage,
        status: int,
        wrong: Mapping[str, str | Refused],
        said: Form | None,
    ) -> Response:
        language = asked.language or page.language
        words = WORDS[language]
        shown = sheet(page, self._documents, language, again=asked.again or bool(wrong))
        in_words = {
            field: one.detailed(language) if isinstance(one, Refused) else words[one]
            for field, one in wrong.items()
        }
        html = written(
            self._template,
            sheet=shown,
            words=words,
            house=self._pages,
            path=asked.path,
            query=f"lang={language}",
            language=language,
            filled=Filled(in_words, shown.said if said is None else said),
            form_token=self._token(asked),
        )
        return HTMLResponse(html, status, NO_TRACE)

    def _file(self, page: DutyPage, file_id: UUID, unit: Unit) -> Response | None:
        found = file_of(page, file_id, self._pages.desk_for(unit, WHO_LOOKS))
        if found is None:
            return None
        name, media_type, content = found
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
        return Response(content, headers=headers | NO_TRACE, media_type=media_type)

    def _done(self, asked: Asked, form: str, sent: Form) -> bool:
        """False for a link that has ended. Raises _Mend, Refused: then nothing has been saved."""
        with self._pages.database.unit() as unit:
            page = open_page(asked.link, self._pages.desk_for(unit, WHO_LOOKS))
            if page is None or (page.asking is None) is (form == _ANSWER):
                return False
            if not link_session.same(sent.get("token", ""), self._token(asked)):
                raise _Mend(page="old_page")
            desk = self._pages.desk_for(unit, actor_of(page.owner, WHO_LOOKS))
            if page.asking is not None:
                answer(page, answers_in(sent, page.asking.questions), desk)
            else:
                confirm(page, desk)
            return True

    def _wrong(self, asked: Asked, wrong: Mapping[str, str | Refused], sent: Form) -> Response:
        """Nothing has to be typed anew."""
        page = wrong.get("page")
        status = _STATUSES.get(page, 422) if isinstance(page, str) else 422
        return self.show(asked, status, wrong, sent)

    def _token(self, asked: Asked) -> str:
        link = asked.link or UUID(int=0)
        return link_session.form_token(link, None, self._pages.origin.secret)


def to_page(asked: Asked) -> RedirectResponse:
    query = f"?lang={asked.language}" if asked.language else ""
    return RedirectResponse(asked.path + query, 303, NO_TRACE)
