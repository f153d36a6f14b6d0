"""What the tests do with pages: open them as somebody, read them with axe, weigh them."""

import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page

from shared.ids import staff_id
from tests.support.chromium import BASE, MOST_BYTES, NARROWEST, Watched, a_context
from tests.support.signing_in import COOKIE, begin_session
from tests.support.town import Town

_LINK = re.compile(r"http://samspel\.example/[ru]/[a-z2-7]{42}")
_AXE = Axe().axe_script
_RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
_STICKS_OUT = """() => {
  if (document.documentElement.scrollWidth <= window.innerWidth) return [];
  return [...document.querySelectorAll('body *')]
    .filter(one => one.getBoundingClientRect().right > window.innerWidth + 1)
    .slice(-3).map(one => one.outerHTML.slice(0, 120));
}"""


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

    def staff(self, person: str) -> Page:
        """A page of somebody of the register who has signed in."""
        session = begin_session(self.town.database_url, staff_id(person))
        return self.visitor_with(f"{COOKIE}={session}")

    def visitor_with(self, cookie: str) -> Page:
        """The page of whoever has this cookie (`name=value`); the same each time."""
        if cookie not in self._by_cookie:
            context = self._context(None, scripts=True)
            name, _, value = cookie.partition("=")
            if name:
                context.add_cookies([{"name": name, "value": value, "url": BASE}])
            self._by_cookie[cookie] = self._watch(context)
        return self._by_cookie[cookie]

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


def axe_says(page: Page) -> list[str]:
    """What breaks WCAG 2.2 AA on this page as far as a program can see, and where.

    In the light, and the colours in the dark too.
    """
    page.evaluate(_AXE)
    said = _broken(page, _RULES)
    page.emulate_media(color_scheme="dark")
    said += [f"in the dark: {one}" for one in _broken(page, _COLOURS)]
    page.emulate_media(color_scheme="light")
    return said


def cut_off(page: Page) -> list[str]:
    """What sticks out of the narrowest screen (320 px, as 1280 at 400 %: WCAG 1.4.10).

    What is in a box that scrolls by itself (a drawing, a wide table) doesn't.
    """
    size = page.viewport_size
    page.set_viewport_size(NARROWEST)  # type: ignore[arg-type]
    found = page.evaluate(_STICKS_OUT)
    if size:
        page.set_viewport_size(size)
    return [f"{_where(page)}: {one}" for one in found]


def _broken(page: Page, rules: dict[str, Any]) -> list[str]:
    violations = page.evaluate("rules => axe.run(rules).then(found => found.violations)", rules)
    return [
        f"{_where(page)}: {broken['id']}: {broken['help']}: {node['target']}"
        f" {' '.join(node.get('failureSummary', '').split())}"
        for broken in violations
        for node in broken["nodes"][:3]
    ]


def _where(page: Page) -> str:
    return page.url.removeprefix(BASE)
