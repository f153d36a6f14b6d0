"""Every page that there is, found by its links: for all eyes, hands and screens."""

import re

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from services.cases.web.staff.room import LANGUAGE_COOKIE
from services.cases.web.under_path import UnderPath
from shared.ids import staff_id
from tests.browser.crawling import Crawl, Example, crawl, routes_of
from tests.browser.lived import DIVISION_HEAD, lives
from tests.browser.reading import axe_says, cut_off, sounds_alike
from tests.browser.stage import Stage
from tests.support.chromium import DESKTOP, NARROWEST
from tests.support.signing_in import COOKIE, begin_session
from tests.support.town import Town

# Who follows links, and where they begin besides the start page: what a mail or a form leads to.
SOMEBODY: tuple[tuple[str | None, tuple[str, ...]], ...] = (
    ("anna-lindqvist", ("/arenden/nytt/samverkansmote/granska", "/veckobrev")),
    ("jonas-ekdahl", ()),
    ("stefan-norrby", ()),
    ("karin-bergqvist", ()),
    (DIVISION_HEAD, ()),
    (None, ("/installningar/lasningar",)),
)
OF_EVERYBODY = ("/logga-in", "/intresseanmalan", "/orosanmalan", "/tillganglighet")
FRAMED = "/mallar/html"  # no script runs there, so no axe: it's read outside its frame
# What other tests look at: personal links, feeds, another's login.
# And what no person reads: the metrics, which Prometheus asks for with a token of its own.
ELSEWHERE = ("/r/", "/u/", "/f/", "/oidc/", "/metrics")


@pytest.fixture(scope="module")
def found(town: Town) -> Crawl:
    lives(town)
    app = town.client.app
    assert isinstance(app, FastAPI)
    cookies: dict[str, tuple[str, ...]] = {"": OF_EVERYBODY}
    for person, begin in SOMEBODY:
        roles = () if person else ("administrator",)
        session = begin_session(
            town.database_url, staff_id(person) if person else None, roles=roles
        )
        cookies[f"{COOKIE}={session}"] = begin
    return crawl(app, town.client, cookies)


def test_every_page_is_reached_by_links(town: Town, found: Crawl) -> None:
    app = town.client.app
    assert isinstance(app, FastAPI)
    routes = {path for path in routes_of(app) if not path.startswith(ELSEWHERE)}
    assert not found.broken
    missing = sorted(routes - found.pages.keys() - found.others)
    assert not missing, "no link leads to:\n" + "\n".join(missing)


def test_every_page_leads_only_below_the_path_that_it_stands_under(
    town: Town, found: Crawl
) -> None:
    """All addresses of every page, whatever they are for; what people wrote is another matter."""
    outside = TestClient(UnderPath(town.client.app, "/samspel"), follow_redirects=False)
    astray = []
    for one in found.pages.values():
        page = outside.get(f"/samspel{one.address}", headers={"Cookie": one.cookie})
        assert page.status_code == 200, one.address
        addresses = re.findall(r"\s([\w-]+)=[\"']?(/[^\s\"'>]*)", page.text)
        astray += [
            (one.route, name, to)
            for name, to in addresses
            if name not in {"value", "content"} and not to.startswith("/samspel/")
        ]
    assert not astray


@pytest.mark.timeout(600)  # seventy pages, also beside all other tests
def test_every_page_is_for_everybody(stage: Stage, found: Crawl) -> None:
    """Names, order, targets and contrast (WCAG 2.2 AA), enlarged to 200 and 400 %, under 150 kB."""
    said = []
    for one in looked_at(found):
        page = stage.visitor_with(one.cookie, f"{LANGUAGE_COOKIE}=sv", size=DESKTOP)
        said += stage.too_heavy(page, one.address)
        said += axe_says(page, dark=False) + sounds_alike(page) + cut_off(page)
    assert not said, "\n".join(said)


@pytest.mark.timeout(600)
def test_every_page_is_for_everybody_in_english_on_the_narrowest_phone_in_the_dark(
    stage: Stage, found: Crawl
) -> None:
    """The same; what looks alike throughout an area is read on its fullest page."""
    said = []
    fullest = {_area(one): one for one in sorted(looked_at(found), key=lambda one: one.size)}
    for one in looked_at(found):
        page = stage.visitor_with(one.cookie, f"{LANGUAGE_COOKIE}=en", size=NARROWEST)
        said += stage.too_heavy(page, one.address)
        page.emulate_media(color_scheme="dark")
        said += axe_says(page, dark=False) if one is fullest[_area(one)] else []
        said += sounds_alike(page) + cut_off(page)
    assert not said, "\n".join(said)


def looked_at(found: Crawl) -> list[Example]:
    return [one for route, one in found.pages.items() if route != FRAMED]


def _area(one: Example) -> str:
    """The part of the pages it belongs to: what its path begins with."""
    return one.route.split("/")[1]


def test_a_mail_is_read_by_everybody(stage: Stage, found: Crawl, town: Town) -> None:
    """As it stands in a mail program, of any width and in the dark."""
    one = found.pages[FRAMED]
    mail = town.client.get(one.address, headers={"Cookie": one.cookie, "Authorization": ""})
    page = stage.visitor()
    page.set_content(mail.text)
    said = axe_says(page) + cut_off(page)
    assert not said, "\n".join(said)
