"""Every page of the application, with an address of each that somebody comes to by links alone."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx2
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient
from starlette.routing import compile_path

_OF_EACH_KIND = 2  # addresses that are followed: one may hold what the other does not
_START = "/"


@dataclass(frozen=True, slots=True)
class Example:
    """An address of a page, who may open it (their cookie), and how much there is on it."""

    route: str
    address: str
    cookie: str
    size: int


@dataclass(slots=True)
class Crawl:
    """By route: the fullest of the pages that were found; and where no page is, but more."""

    pages: dict[str, Example] = field(default_factory=dict)
    others: set[str] = field(default_factory=set)  # files, and what leads elsewhere
    broken: list[str] = field(default_factory=list)


def routes_of(app: FastAPI) -> dict[str, re.Pattern[str]]:
    """The paths of all pages for people, each as what an address of it matches."""
    return {path: compile_path(path)[0] for path in _gets(app.routes)}


def crawl(app: FastAPI, client: TestClient, cookies: Mapping[str, Iterable[str]]) -> Crawl:
    """What each of some visitors (a cookie, and where they begin) comes to by following links."""
    found, routes = Crawl(), routes_of(app)
    for cookie, begin in cookies.items():
        _follow(found, routes, client, cookie, [_START, *begin])
    return found


def _follow(
    found: Crawl,
    routes: Mapping[str, re.Pattern[str]],
    client: TestClient,
    cookie: str,
    waiting: list[str],
) -> None:
    seen, counted = set(waiting), dict.fromkeys(routes, 0)
    while waiting:
        address = waiting.pop(0)
        route = _route(routes, address)
        if route is None or counted[route] >= _OF_EACH_KIND:
            continue
        counted[route] += 1
        answer = client.get(
            address, headers={"Cookie": cookie, "Authorization": ""}, follow_redirects=False
        )
        for link in _note(found, route, address, cookie, answer):
            if link not in seen:
                seen.add(link)
                waiting.append(link)


def _note(
    found: Crawl, route: str, address: str, cookie: str, answer: httpx2.Response
) -> Iterator[str]:
    """Keeps what was found; the links that lead on."""
    if answer.is_server_error:
        found.broken.append(f"{address}: {answer.status_code}")
    elif answer.is_redirect:
        found.others.add(route)
        yield answer.headers["location"].partition("#")[0]
    elif answer.is_success and not answer.headers["content-type"].startswith("text/html"):
        found.others.add(route)
    elif answer.is_success:
        known = found.pages.get(route)
        if known is None or known.size < len(answer.text):
            found.pages[route] = Example(route, address, cookie, len(answer.text))
        yield from _Links(answer.text).found


def _route(routes: Mapping[str, re.Pattern[str]], address: str) -> str | None:
    path = address.partition("?")[0]
    return next((route for route, pattern in routes.items() if pattern.match(path)), None)


def _gets(routes: Iterable[object]) -> Iterator[str]:
    for route in routes:
        if hasattr(route, "original_router"):
            yield from _gets(route.original_router.routes)
        elif (
            isinstance(route, APIRoute)
            and "GET" in (route.methods or ())
            and not route.include_in_schema
        ):
            yield route.path


class _Links(HTMLParser):
    """The addresses of our own that a page links to, without fragments."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        framed = said.get("src") if tag == "iframe" else None
        for address in (said.get("href") if tag == "a" else None, said.get("hx-get"), framed):
            if address and address.startswith("/") and not address.startswith("/static/"):
                self.found.append(address.partition("#")[0])
