"""A personal page as its recipient meets it: links looked up, forms filled in and sent."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import httpx2

from shared.ids import FEED, LINK, signed_token
from tests.integration.cases_house import CasesHouse, Json

SECRET = b"s" * 32


def link_to(house: CasesHouse, meeting: Json, person: str) -> str:
    """The path of somebody's link, as it stands in their mail."""
    (row,) = house.rows(
        "SELECT link FROM cases.attendance WHERE meeting_id = %s AND person_id = %s",
        meeting["id"],
        person,
    )
    return f"/r/{signed_token(SECRET, LINK, row['link'])}"


def feed_path(feed: UUID) -> str:
    return f"/f/{signed_token(SECRET, FEED, feed)}.ics"


@dataclass(slots=True)
class Visitor:
    """A browser at one personal page: without the API's token, with a jar of cookies."""

    house: CasesHouse
    path: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, below: str = "", **more: Any) -> httpx2.Response:
        return self._ask("GET", below, **more)

    def send(self, form: str, headers: Json | None = None, /, **fields: str) -> httpx2.Response:
        """Reads the page, fills in a form and sends it; the answer is not followed."""
        page = Forms(self.get().text)
        data = page.hidden(f"{self.path}/{form}") | fields
        return self._ask("POST", f"/{form}", data=data, headers=headers)

    def does(self, form: str, **fields: str) -> str:
        """As send, and what the page shows afterwards."""
        answer = self.send(form, **fields)
        assert answer.status_code == 303, answer.text
        return self._ask("GET", answer.headers["location"].removeprefix(self.path)).text

    def opens(self, code: str, **who: str) -> str:
        return self.does("kod", code=code, **who)

    def _ask(self, method: str, below: str, **more: Any) -> httpx2.Response:
        client = self.house.client
        token = client.headers.pop("Authorization", None)
        client.cookies.clear()
        headers = dict(more.pop("headers", None) or {})
        if self.cookies:
            headers["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            answer = client.request(
                method, self.path + below, headers=headers, follow_redirects=False, **more
            )
        finally:
            if token is not None:
                client.headers["Authorization"] = token
            client.cookies.clear()
        self.cookies |= dict(answer.cookies.items())
        return answer


class Forms(HTMLParser):
    """The forms of a page, with the hidden fields of each, by where they are sent."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._now: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._now = self.found.setdefault(values["action"].partition("?")[0], {})
        if tag == "input" and values.get("type") == "hidden":
            self._now[values["name"]] = values["value"]

    def hidden(self, action: str) -> dict[str, str]:
        """Those of the form that is sent there; of any form, where there is none."""
        return dict(self.found.get(action) or next(iter(self.found.values()), {}))


def text_of(html: str) -> str:
    """What a person reads of a page, on one line."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def a_code(house: CasesHouse, case: Json, person: str) -> str:
    made = house.post(f"cases/{case['id']}/people/{person}/link-code", {}, 201)
    return str(made["code"])
