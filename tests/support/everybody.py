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
from tests.integration.cases_house import CasesHouse, Json, new_case
from tests.integration.test_cases_sight import EXAMPLES, HEADER, QUERIES
from tests.support.signing_in import Visitor
from tests.support.things import MOVED, UNCOVERED

NOBODY, SYSTEM, FAMILY = "nobody", "the system", "family"
# Who signs in, and who sits before a system that calls: by code, or an account's role.
STAFF = {
    "owner": "anna-lindqvist",  # rektor, who opened the case and owns it
    "colleague": "asa-hallberg",  # on the case, for an organisation that the consent covers
    "uncovered": UNCOVERED,  # on it, for one that no consent covers
    "moved": MOVED,  # on it, for an organisation that they work for no longer
    "another": "lotta-engstrom",  # socialsekreterare, on no case
    "manager": "margareta-sandstrom",  # skolchef, to whom the rektor reports
    "coordinator": "stefan-norrby",
}
ACCOUNTS = {"administrator": "administrator", "it": "it"}
_IN_A_PATH = re.compile(r"\{(\w+)(?::\w+)?\}")
_KEY_OF_A_FORM = re.compile(rf'name="{KEY}" value="[^"]*"')
IN, DOOR, NO, GONE = "in", "door", "no", "gone"
# Of what is asked with a body, one that can be read: whether it is let in comes after that.
_TIME, _DAY = "2027-03-09T13:00:00+01:00", "2027-03-01"
_OWNER, _CHIEF = str(staff_id("anna-lindqvist")), str(staff_id("birgitta-nordlund"))
_REPORT = {
    "unit": "bjorkskolan", "reporter": _OWNER, "received_by": _CHIEF, "oral": True,
    "wants_feedback": False,
}  # fmt: skip
_PARENTS = {"unit": "bjorkskolan", "stage": "lagstadiet", "cohorts": [2025]}
BODIES: Mapping[str, Json] = {
    "/cases": new_case(),
    "/considerations": {"unit": "bjorkskolan", "by": _OWNER, "wanted": False},
    "/consultations": {"starts_at": _TIME},
    "/dispatches": {"kind": "information", "title": "Hej", "by": _CHIEF},
    "/dispatches/{dispatch_id}/confirmations": {"post": "rektor-bjorkskolan"},
    "/inbound/{inbound_id}/answer": {"person": _OWNER, "answer": "accepted"},
    "/inquiries": {"procedure": "sspf", "source": "child"},
    "/inquiries/{inquiry_id}/accept": new_case(procedure="sspf"),
    "/inquiries/{inquiry_id}/point-elsewhere": {"to": "other"},
    "/parent-meetings": _PARENTS | {"starts_at": "2027-05-21T18:00:00+02:00"},
    "/parent-meetings/held": _PARENTS | {"on": _DAY},
    "/parent-meetings/{meeting}/replace": {"for": _CHIEF, "person": _OWNER},
    "/posts/{code}/holders": {"person": _OWNER, "first_day": _DAY},
    "/posts/{code}/holders/end": {"person": _CHIEF, "last_day": _DAY},
    "/reports": _REPORT,
    "/reports/{report_id}/classify": {"suspected_abuse": True},
    "/reports/{report_id}/feedback": {"code": "opened"},
    "/reports/{report_id}/guardian-informed": {"by": _OWNER},
    "/reports/{report_id}/meeting": {"starts_at": _TIME},
    "/years/{year}/evaluation/answers": {
        "post": "rektor-bjorkskolan", "by": _OWNER, "answers": {"works": 4},
    },
}  # fmt: skip


ROLES = (NOBODY, SYSTEM, FAMILY, *STAFF, *ACCOUNTS)


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
    """All who can ask, over one house. `parent`: a guardian on the case."""

    house: CasesHouse
    parent: str
    visitors: Mapping[str, Visitor]

    @classmethod
    def of(cls, house: CasesHouse, parent: str) -> "Everybody":
        people = {role: house.visitor(code) for role, code in STAFF.items()}
        accounts = {role: house.visitor(None, name) for role, name in ACCOUNTS.items()}
        return cls(house, parent, people | accounts)

    def ask(self, role: str, route: Route, ids: Mapping[str, str]) -> httpx.Response:
        """What a route answers somebody, who fills in next to nothing."""
        path = address(route, ids)
        self.house.client.cookies.clear()
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
        if role not in (NOBODY, SYSTEM):
            person = self.parent if role == FAMILY else str(staff_id(STAFF[role]))
            headers = {HEADER: person}
        sent = BODIES.get(route.path.removeprefix("/api/v1")) or EXAMPLES.get(last, {})
        body = None if route.method == "GET" else sent
        query = QUERIES.get(last, "") if route.method == "GET" else ""
        return self.house.client.request(route.method, path + query, headers=headers, json=body)


def address(route: Route, ids: Mapping[str, str]) -> str:
    """The route's path with ids in it; what there are none for is made up."""
    return _IN_A_PATH.sub(
        lambda found: _given(found[1], route.path, ids) or _made_up(found[1]), route.path
    )


def _given(name: str, path: str, ids: Mapping[str, str]) -> str | None:
    """The id of that name; first the one for paths that begin as this one does."""
    for key, value in ids.items():
        begins, _, of = key.rpartition(" ")
        if begins and of == name and path.startswith(begins):
            return value
    return ids.get(name)


def _made_up(name: str) -> str:
    """Nobody's, and the same each time."""
    return str(uuid5(NAMESPACE_URL, name))


def missing_ids(like: Mapping[str, str]) -> dict[str, str]:
    """The same of what there isn't."""
    ids = {name: str(uuid4()) if _is_id(value) else value for name, value in like.items()}
    return ids | {"unit": "finns-inte"}


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
        if _is_id(value) or name == "unit":
            text = text.replace(value, "")
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
