"""What the tests do with pages: open them as somebody, weigh them, hear their complaints."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field

from playwright.sync_api import Browser, BrowserContext, Page

from shared.ids import staff_id
from tests.support.chromium import BASE, MOST_BYTES, Watched, a_context
from tests.support.signing_in import COOKIE, begin_session
from tests.support.town import Town

_LINK = re.compile(r"http://samspel\.example/[ru]/[a-z2-7]{42}")


@dataclass(slots=True, repr=False)
class Stage:
    """The town, and the browser that looks at it."""

    town: Town
    browser: Browser
    _stack: ExitStack
    _watched: list[Watched] = field(default_factory=list)
    _by_cookie: dict[str, Page] = field(default_factory=dict)

    def visitor(self, *, size: dict[str, int] | None = None, scripts: bool = True) -> Page:
        """A page of somebody who hasn't been here before."""
        return self._watch(self._context(size, scripts=scripts))

    def staff(
        self, person: str, *, size: dict[str, int] | None = None, scripts: bool = True
    ) -> Page:
        """A page of somebody of the register who has signed in."""
        session = begin_session(self.town.database_url, staff_id(person))
        return self.visitor_with(f"{COOKIE}={session}", size=size, scripts=scripts)

    def visitor_with(
        self, *cookies: str, size: dict[str, int] | None = None, scripts: bool = True
    ) -> Page:
        """The page of whoever has these cookies (`name=value`); the same each time."""
        whose = "; ".join(cookies)
        if whose not in self._by_cookie:
            context = self._context(size, scripts=scripts)
            for cookie in filter(None, cookies):
                name, _, value = cookie.partition("=")
                context.add_cookies([{"name": name, "value": value, "url": BASE}])
            self._by_cookie[whose] = self._watch(context)
        return self._by_cookie[whose]

    def too_heavy(self, page: Page, address: str) -> list[str]:
        """Opens the page; how many bytes it takes with all that it loads, if that is too much."""
        asked = next(one.asked for one in self._watched if one.page is page)
        asked.clear()
        page.goto(address)
        weight = sum(request.sizes()["responseBodySize"] for request in asked)
        return [f"{_where(page)}: {weight} bytes"] if weight > MOST_BYTES else []

    def no_complaints(self) -> None:
        complaints = [said for watched in self._watched for said in watched.complaints]
        assert not complaints, "\n".join(complaints)

    def link_to(self, address: str) -> str:
        """The newest personal link that somebody was sent."""
        text = self.town.mail_to(address).get_body(("plain",))
        assert text is not None
        found = _LINK.search(text.get_content())
        assert found is not None, text.get_content()
        return found[0]

    def _context(self, size: dict[str, int] | None, *, scripts: bool) -> BrowserContext:
        return self._stack.enter_context(a_context(self.browser, size=size, scripts=scripts))

    def _watch(self, context: BrowserContext) -> Page:
        page = context.new_page()
        watched = Watched(page)
        watched.listen()
        self._watched.append(watched)
        return page


def _where(page: Page) -> str:
    return page.url.removeprefix(BASE)
