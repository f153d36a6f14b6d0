"""Every route, asked by everybody about their own case, another's, and one that there isn't.

What is expected stands in `tests/data/who_gets_what.txt`: each route has a line, which names its
kind, and each kind says what the route answers whom. A route without a line fails.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.cases.domain.rights import Right
from services.cases.web.staff.visits import TOKEN
from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import CasesHouse, cases_house, guardian
from tests.support.everybody import (
    ACCOUNTS,
    DOOR,
    GONE,
    IN,
    NO,
    NOBODY,
    ROLES,
    STAFF,
    SYSTEM,
    Everybody,
    Route,
    address,
    answer_of,
    ids_of,
    missing_ids,
    routes_of,
    said,
)

TABLE = Path(__file__).parents[1] / "data" / "who_gets_what.txt"
ON = "on the case"
OTHERS = tuple(role for role in STAFF if role != ON)
ANY = "in or gone"  # by what there is: the ids are made up


@dataclass(frozen=True, slots=True)
class Kind:
    """What routes of a kind answer whom; `right`: what a page of it asks for."""

    answers: dict[str, str]
    right: Right | None = None


def page(right: Right | None, **answers: str) -> Kind:
    """Who hasn't signed in is led to the door, who hasn't the right is told so."""
    said = {role.replace(" ", "_"): NO for role in (*STAFF, *ACCOUNTS)} | answers
    named = {role.replace("_", " "): answer for role, answer in said.items()}
    return Kind({NOBODY: DOOR, SYSTEM: DOOR} | named, right)


def api(on: str, others: str, system: str = IN) -> Kind:
    """Of people, only who sits before a system that has the token."""
    return Kind({NOBODY: DOOR, SYSTEM: system, ON: on} | dict.fromkeys(OTHERS, others))


_STAFF_IN = {"on_the_case": IN, "another": IN, "manager": IN, "coordinator": IN}
_BY_WHAT_THERE_IS = dict.fromkeys(_STAFF_IN, ANY)
KINDS = {
    # open to all
    "open": Kind(dict.fromkeys(ROLES, IN)),
    "link": Kind(dict.fromkeys(ROLES, GONE)),  # nobody's link, for everybody alike
    "sign-in": Kind(dict.fromkeys(ROLES, NO)),  # with nothing filled in
    "out": Kind(dict.fromkeys(ROLES, DOOR)),
    "ready": Kind(dict.fromkeys(ROLES, "broken (503)")),  # no worker runs beside this test
    # the API
    "api-clock": Kind({NOBODY: DOOR}),  # of demo mode, with tests of its own
    "api-all": api(IN, IN),
    "api-case": api(IN, GONE),
    "api-thing": api(ANY, GONE, ANY),  # a wish, a letter …: of the case, if it's there
    "api-made-up": api(GONE, GONE, GONE),
    "api-some": api(ANY, ANY, ANY),  # by whose it is, which tests of their own tell
    "api-system": api(GONE, GONE),
    "api-register": api(NO, NO, ANY),
    # pages
    "all": page(None, **_STAFF_IN, administrator=IN, it=IN),
    "all-things": page(None, **_BY_WHAT_THERE_IS, administrator=ANY, it=ANY),
    "work": page(Right.CASEWORK, **_STAFF_IN),
    "own": page(Right.CASEWORK, **_BY_WHAT_THERE_IS),
    "case": page(Right.CASEWORK, on_the_case=IN, another=GONE, manager=GONE, coordinator=GONE),
    "thing": page(Right.CASEWORK, on_the_case=ANY, another=GONE, manager=GONE, coordinator=GONE),
    "coordinate": page(Right.COORDINATE, coordinator=ANY),
    # the rektor on the case is a manager, too
    "manage": page(Right.MANAGE, manager=IN, on_the_case=IN),
    "administer": page(Right.ADMINISTER, administrator=ANY),
    "operate": page(Right.OPERATE, administrator=ANY, it=ANY),
}
OF_A_CASE = ("api-case", "api-thing", "case", "thing")

pytestmark = pytest.mark.xdist_group("who-gets-what")


def table() -> dict[str, str]:
    """The kind of each route, by its name."""
    lines = (line.split(maxsplit=1) for line in TABLE.read_text().splitlines() if line.strip())
    return {name: kind for kind, name in lines if kind != "#"}


@dataclass(frozen=True, slots=True)
class Scene:
    """Two cases, of whoever is on the case and of others alone, and every route in its turn."""

    house: CasesHouse
    routes: tuple[Route, ...]
    own: dict[str, str]
    others: dict[str, str]


@pytest.fixture(scope="module")
def scene(servers: Servers, registered_of_the_module: str, municipality: Path) -> Iterator[Scene]:
    with cases_house(registered_of_the_module, servers.valkey, municipality) as house:
        mine = house.signed_case()
        theirs = house.signed_case(**_OTHERS_CASE)
        meetings = house.booked(mine), house.booked(theirs, "2027-03-10T13:00:00+01:00")
        yield Scene(
            house,
            tuple(sorted(routes_of(house.app), key=_turn)),
            ids_of(mine, meetings[0]),
            ids_of(theirs, meetings[1]),
        )


_OTHERS_CASE = {
    "initiator": str(staff_id("peter-hedman")),
    "participants": [str(staff_id("nadia-karim"))],
    "child": {
        "name": "Noor Exempel", "birth_date": "2015-05-02", "unit": "asby-skola",
        "email": None, "protected": False,
    },
    "guardians": [guardian("Sam Exempel")],
}  # fmt: skip


def _turn(route: Route) -> tuple[bool, bool, bool]:
    """What is looked at comes before what is done, pages before the API, and the way out last."""
    return route.path == "/logga-ut", route.method != "GET", route.of_api


@pytest.fixture
def everybody(scene: Scene) -> Everybody:
    """With sessions of their own: one test of these signs out."""
    return Everybody.of(scene.house)


def wrong(found: str, expected: str) -> bool:
    return found not in ((IN, GONE) if expected == ANY else (expected,))


def test_every_route_has_a_line_and_every_line_a_route(scene: Scene) -> None:
    routes = {route.name for route in scene.routes}
    kinds = table()
    assert sorted(routes - kinds.keys()) == [], "without a line: say what it answers whom"
    assert sorted(kinds.keys() - routes) == [], "of no route"
    assert set(kinds.values()) <= KINDS.keys()


def test_every_page_asks_for_the_right_that_its_line_says(scene: Scene) -> None:
    kinds = table()
    pages = {
        route.name: route.right for route in scene.routes if route.staff and route.name in kinds
    }
    assert {name: KINDS[kinds[name]].right for name in pages} == pages


@pytest.mark.parametrize("role", ROLES)
def test_each_route_answers_each_as_its_line_says(
    scene: Scene, everybody: Everybody, role: str
) -> None:
    kinds = table()
    found = {
        route.name: (answer_of(everybody.ask(role, route, scene.own)), expected)
        for route in scene.routes
        if route.name in kinds
        and (expected := KINDS[kinds[route.name]].answers.get(role)) is not None
    }
    assert {name: pair for name, pair in found.items() if wrong(*pair)} == {}


@pytest.mark.parametrize("role", [ON, "another"])
def test_anothers_case_is_answered_as_one_that_there_is_not(
    scene: Scene, everybody: Everybody, role: str
) -> None:
    """The same 404, word for word, and nothing is done."""
    kinds, before, wrong = table(), scene.house.saved(), []
    ids = scene.others if role == ON else scene.own
    nothings = missing_ids(ids)
    for route in scene.routes:
        if kinds.get(route.name) in OF_A_CASE:
            hidden = everybody.ask(role, route, ids)
            missing = everybody.ask(role, route, nothings)
            if answer_of(hidden) != GONE or said(hidden, ids) != said(missing, nothings):
                wrong.append(f"{route.name}: {hidden.status_code}, {missing.status_code}")
    assert wrong == []
    assert scene.house.saved() == before


def test_no_form_is_taken_from_elsewhere(scene: Scene, everybody: Everybody) -> None:
    """Without the page's token, with another session's, and from another site."""
    by_right = {
        None: "on the case", Right.CASEWORK: "on the case", Right.COORDINATE: "coordinator",
        Right.MANAGE: "manager", Right.ADMINISTER: "administrator", Right.OPERATE: "it",
    }  # fmt: skip
    stranger = everybody.visitors["another"].token
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    before, taken, asked = scene.house.saved(), [], 0
    for route in scene.routes:
        if route.staff and route.method == "POST":
            visitor, path = everybody.visitors[by_right[route.right]], address(route, scene.own)
            for fields, headers in (({TOKEN: ""}, {}), ({TOKEN: stranger}, {}), ({}, elsewhere)):
                asked += 1
                if visitor.post(path, fields, headers=headers).status_code != 403:
                    taken.append(route.name)
    assert taken == []
    assert scene.house.saved() == before
    assert asked > 100


def test_a_page_is_not_opened_by_the_systems_token(scene: Scene) -> None:
    """Nor a call answered by a session: each has its own door."""
    visitor = scene.house.visitor("anna-lindqvist")
    answer = visitor.get("/api/v1/cases", headers={"Authorization": ""})
    assert answer.status_code == 401
