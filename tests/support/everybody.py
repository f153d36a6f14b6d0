"""Everybody who can ask for something, and every route there is to ask at."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid4, uuid5

import httpx2 as httpx
from fastapi import FastAPI

from services.cases.domain.rights import Right
from services.cases.web.staff.visits import KEY
from shared.ids import staff_id
from tests.integration.cases_house import CasesHouse, Json
from tests.integration.test_cases_sight import EXAMPLES, HEADER, QUERIES
from tests.support.signing_in import Visitor

NOBODY, SYSTEM = "nobody", "the system"
# Who signs in, and who sits before a system that calls: by code, or an account's role.
STAFF = {
    "on the case": "anna-lindqvist",  # rektor, the process owner
    "another": "lotta-engstrom",  # socialsekreterare, on no case of this test
    "manager": "margareta-sandstrom",  # skolchef, to whom the rektor reports
    "coordinator": "stefan-norrby",
}
ACCOUNTS = {"administrator": "administrator", "it": "it"}
_IN_A_PATH = re.compile(r"\{(\w+)(?::\w+)?\}")
_KEY_OF_A_FORM = re.compile(rf'name="{KEY}" value="[^"]*"')
IN, DOOR, NO, GONE = "in", "door", "no", "gone"


ROLES = (NOBODY, SYSTEM, *STAFF, *ACCOUNTS)


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one path; `right`: what a page asks for; `staff`: whether it is theirs."""

    method: str
    path: str
    right: Right | None
    staff: bool

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def of_api(self) -> bool:
        return self.path.startswith("/api/")


def routes_of(app: FastAPI) -> Iterator[Route]:
    """All of them; static files are no routes."""
    for found in app.routes:
        for one in (
            found.effective_route_contexts()
            if hasattr(found, "effective_route_contexts")
            else [found]
        ):
            doors = list(_doors(getattr(one, "dependant", None)))
            for method in sorted(getattr(one, "methods", None) or ()):
                if method != "HEAD":
                    right = doors[0].right if doors else None
                    yield Route(method, str(getattr(one, "path", "")), right, bool(doors))


def _doors(dependant: Any) -> Iterator[Any]:
    if dependant is not None:
        for one in dependant.dependencies:
            if hasattr(one.call, "right") and hasattr(one.call, "room"):
                yield one.call
            yield from _doors(one)


@dataclass(frozen=True, slots=True)
class Everybody:
    """All who can ask, over one house."""

    house: CasesHouse
    visitors: Mapping[str, Visitor]

    @classmethod
    def of(cls, house: CasesHouse) -> "Everybody":
        people = {role: house.visitor(code) for role, code in STAFF.items()}
        accounts = {role: house.visitor(None, name) for role, name in ACCOUNTS.items()}
        return cls(house, people | accounts)

    def ask(self, role: str, route: Route, ids: Mapping[str, str]) -> httpx.Response:
        """What a route answers somebody, who fills in next to nothing."""
        path = address(route, ids)
        if route.of_api:
            return self._call(role, route, path)
        if role in self.visitors:
            visitor = self.visitors[role]
            return visitor.get(path) if route.method == "GET" else visitor.post(path)
        headers = {} if role == SYSTEM else {"Authorization": ""}
        return self.house.client.request(
            route.method, path, headers=headers, follow_redirects=False
        )

    def _call(self, role: str, route: Route, path: str) -> httpx.Response:
        last = "/" + route.path.rsplit("/", 1)[1]
        headers = {"Authorization": ""} if role == NOBODY else {}
        if role in STAFF:
            headers = {HEADER: str(staff_id(STAFF[role]))}
        body = None if route.method == "GET" else EXAMPLES.get(last, {})
        query = QUERIES.get(last, "") if route.method == "GET" else ""
        return self.house.client.request(route.method, path + query, headers=headers, json=body)


def address(route: Route, ids: Mapping[str, str]) -> str:
    """The route's path with ids in it; what there are none for is made up."""
    return _IN_A_PATH.sub(lambda found: ids.get(found[1]) or _made_up(found[1]), route.path)


def _made_up(name: str) -> str:
    """Nobody's, and the same each time."""
    return "2027" if name == "year" else str(uuid5(NAMESPACE_URL, name))


def ids_of(case: Json, meeting: Json) -> dict[str, str]:
    """What can be asked about a case."""
    return {
        "case_id": case["id"],
        "meeting_id": meeting["id"],
        "task_id": case["tasks"][0]["id"],
        "consent_id": case["consents"][0]["id"],
        "person_id": case["guardians"][0]["id"],
        "answer": "undertecknat",
        "procedure": "samverkansmote",
    }


def missing_ids(like: Mapping[str, str]) -> dict[str, str]:
    """The same of a case that there isn't."""
    return {name: str(uuid4()) if _is_id(value) else value for name, value in like.items()}


def _is_id(value: str) -> bool:
    try:
        UUID(value)
    except ValueError:
        return False
    return True


def said(response: httpx.Response, ids: Mapping[str, str]) -> str:
    """What an answer says, without what was asked about and the key of this one page."""
    text = _KEY_OF_A_FORM.sub("", response.text)
    for name, value in ids.items():
        text = text.replace(value, name)
    return text


def answer_of(response: httpx.Response) -> str:
    """What it means for who has asked."""
    status = response.status_code
    if status == 401 or "/logga-in" in response.headers.get("location", ""):
        return DOOR
    if status == 403:
        return NO
    if status == 404:
        return GONE
    return IN if status < 500 else f"broken ({status})"
