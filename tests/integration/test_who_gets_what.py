"""Every route, asked by everybody about their own, another's, and what there isn't.

What is expected stands in `tests/data/who_gets_what.txt`: each route has a line, which names its
kind, and each kind says what the route answers whom. A route without a line fails. They are all
asked once, in an order in which nothing is taken away before it is asked about: first what is only
looked at, then what is refused, then what is done.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from psycopg import sql

from services.cases.domain.rights import Right
from services.cases.web.staff.visits import TOKEN
from shared.ids import staff_id
from tests.conftest import Servers
from tests.integration.cases_house import CasesHouse, cases_house
from tests.support.everybody import (
    ACCOUNTS,
    DOOR,
    FAMILY,
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
    missing_ids,
    routes_of,
    said,
)
from tests.support.plain_headers import faults_of
from tests.support.things import (
    MOVED,
    Ids,
    kept_by_an_administrator,
    things_of_one_on_a_case,
    things_of_others,
)

TABLE = Path(__file__).parents[1] / "data" / "who_gets_what.txt"
OUTSIDE = ("uncovered", "moved", "another", "manager", "coordinator")  # who don't see the case
MINE, OTHERS, MISSING = "mine", "another's", "missing"
# Whose ids are made up as well, beside those of others: the rest are answered by the same code.
COMPARED = ("owner", "moved")
READING = (NOBODY, "owner", "manager", "administrator")  # who between them see every page
OF_THE_CASE = (
    "case_id", "meeting_id", "task_id", "consent_id", "person_id", "message_id", "inbound_id",
    "wish_id", "counter_id",
)  # fmt: skip
MOST_STATEMENTS_MORE = 8  # that what is hidden may take beside what there isn't


@dataclass(frozen=True, slots=True)
class Kind:
    """What routes of a kind answer whom; `others`: of what another has, to who owns the like."""

    answers: dict[str, str]
    right: Right | None = None
    others: str = ""


def page(right: Right | None, staff: str, others: str = GONE, **answers: str) -> Kind:
    """Who hasn't signed in is led to the door; an account without a person has no case work.

    A family never signs in.
    """
    outside = dict.fromkeys((NOBODY, SYSTEM), DOOR)
    inside = dict.fromkeys(STAFF, staff) | dict.fromkeys(ACCOUNTS, NO)
    return Kind(outside | inside | answers, right, others)


def api(staff: str, others: str = GONE, system: str = IN, family: str = GONE, **more: str) -> Kind:
    """Of people, only who sits before a system that has the token; a family never does."""
    outside = {NOBODY: DOOR, SYSTEM: system, FAMILY: family}
    return Kind(outside | dict.fromkeys(STAFF, staff) | more, None, others)


def for_all(answer: str) -> Kind:
    """The same for everybody."""
    asked = [role for role in ROLES if role != FAMILY]  # who is nobody here
    return Kind(dict.fromkeys(asked, answer), None, answer)


WORK = Right.CASEWORK
KINDS = {
    # open to all
    "open": for_all(IN),
    "link": for_all(IN),  # whoever has it
    "link-form": for_all(NO),  # without the page's token
    "no-link": for_all(GONE),
    "sign-in": for_all(NO),  # with nothing filled in
    "out": for_all(DOOR),
    "scraped": for_all(DOOR),  # but Prometheus, by a token of its own
    "ready": for_all("broken (503)"),  # no worker runs beside this test
    # the API
    "api-clock": Kind({NOBODY: DOOR}),  # of demo mode, with tests of its own
    "api-all": api(IN, IN),
    "api-open": api(IN, IN, family=IN),  # refused by R2: it would be in another's name
    "api-case": api(GONE, owner=IN, colleague=IN),
    "api-own": api(GONE, owner=IN),
    "api-sent": api(GONE, IN, owner=IN),  # to every rektor
    "api-unit": api(NO, NO, owner=IN),
    "api-year": api(IN, IN, uncovered=GONE, manager=GONE, coordinator=GONE),  # who is called
    "api-inquiry": api(GONE, coordinator=IN),
    "api-none": api(GONE, system=GONE),
    "api-register": api(NO, NO),
    # pages
    "all": page(None, IN, IN, administrator=IN, it=IN),
    "no-mails": page(None, GONE, administrator=GONE, it=GONE),  # none has been written here
    "work": page(WORK, IN, IN),
    "case": page(WORK, GONE, owner=IN, colleague=IN),
    "own": page(WORK, GONE, owner=IN),
    "nobodys": page(WORK, GONE),  # of somebody who isn't among the roles
    "managers": page(WORK, GONE, manager=IN),
    "sent": page(WORK, GONE, IN, owner=IN),  # to every rektor
    "sends": page(WORK, GONE, colleague=IN, another=IN, coordinator=IN),
    "coordinate": page(Right.COORDINATE, NO, NO, coordinator=IN),
    "manage": page(Right.MANAGE, NO, manager=IN, owner=IN),  # a rektor is a manager, too
    "administer": page(Right.ADMINISTER, NO, NO, administrator=IN),
    "take-back": page(Right.ADMINISTER, NO, NO, administrator=GONE),  # nothing has been changed
    "operate": page(Right.OPERATE, NO, administrator=IN, it=IN),
}
# What takes away what others are asked about comes last, and is put back each time.
_LATE = (
    "/ta-bort", "/remove", "/guardians", "/{answer}", "/refuse", "/withdraw", "/avsluta", "/close",
    "/logga-ut",
)  # fmt: skip
_KEEP = (
    "CREATE TABLE public.kept AS TABLE cases.participants",
    "CREATE TABLE public.signed AS TABLE cases.consents",
)
_PUT_BACK = """
    UPDATE cases.participants SET removed_at = now()
    WHERE person_id NOT IN (SELECT person_id FROM public.kept);
    UPDATE cases.participants p SET removed_at = NULL, custody = k.custody FROM public.kept k
    WHERE (k.case_id, k.person_id) = (p.case_id, p.person_id);
    DELETE FROM cases.consents;
    INSERT INTO cases.consents TABLE public.signed
"""
# What a look may leave behind: that it was looked, and that somebody is still there.
_OF_LOOKING = ("cases.access_log", "cases.sessions")

# All is asked before the first test, which takes its time on a machine that does much else.
pytestmark = pytest.mark.timeout(600)


def table() -> dict[str, str]:
    """The kind of each route, by its name."""
    lines = (line.split(maxsplit=1) for line in TABLE.read_text().splitlines() if line.strip())
    return {name: kind for kind, name in lines if kind != "#"}


@dataclass(slots=True)
class Walk:
    """All that was asked, and what came of it."""

    house: CasesHouse
    routes: tuple[Route, ...]
    ids: dict[str, Ids]
    everybody: Everybody
    statements: list[int]
    entries: dict[str, int]  # of the feeds of two of them
    answers: dict[tuple[str, str, str], str] = field(default_factory=dict)
    told_apart: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)
    bare: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    changed: dict[str, list[str]] = field(default_factory=dict)
    forms: int = 0

    def go(self) -> None:
        kinds = {name: KINDS[kind] for name, kind in table().items() if kind in KINDS}
        with self._noting("looked at"):
            for route, role, whose in self._asked(kinds, lambda route, _: route.method == "GET"):
                self._ask(route, role, whose)
        with self._noting("refused"):
            for route, role, whose in self._asked(kinds, _is_refused):
                self._ask(route, role, whose)
            self._send_from_elsewhere()
        for route, role, whose in self._asked(kinds, _is_done):
            self._ask(route, role, whose)
            if _turn(route)[0] >= 0:  # for the next who takes it away
                self._put_back()

    def _put_back(self) -> None:
        with psycopg.connect(self.house.database_url) as connection:
            connection.execute(_PUT_BACK)

    def _asked(
        self, kinds: dict[str, Kind], fits: Callable[[Route, str], bool]
    ) -> Iterator[tuple[Route, str, str]]:
        """What is taken away late comes after all else; of those let in, the system is last."""
        for late in (False, True):
            for role in sorted(ROLES, key=lambda one: (one == SYSTEM, one == "owner")):
                for route in self.routes:
                    kind = kinds.get(route.name)
                    if kind is None or (_turn(route)[0] >= 0) != late:
                        continue
                    others = kind.others if "{" in route.path and role == "owner" else ""
                    if others and fits(route, others):
                        yield route, role, OTHERS
                    if role in kind.answers and fits(route, kind.answers[role]):
                        yield route, role, MINE

    def _ask(self, route: Route, role: str, whose: str) -> None:
        answer, statements = self._counted(route, role, whose)
        self.answers[route.name, role, whose] = answer_of(answer)
        faults = faults_of(answer, reads=role in READING)
        self.bare += [f"{route.name}, {role}: {fault}" for fault in faults]
        if route.method == "GET" and role in (*OUTSIDE, *ACCOUNTS) and _is_inside(route):
            self._listen(answer, route, role)
        if answer_of(answer) == GONE and role in COMPARED and "{" in route.path:
            missing, as_many = self._counted(route, role, MISSING)
            same = said(answer, self.ids[whose]) == said(missing, self.ids[MISSING])
            near = abs(statements - as_many) <= MOST_STATEMENTS_MORE
            if not (same and near and missing.status_code == answer.status_code):
                self.told_apart.append(f"{route.name}, {role}: {statements}, {as_many}")

    def _counted(self, route: Route, role: str, whose: str) -> tuple[httpx.Response, int]:
        self.statements[0] = 0
        return self.everybody.ask(role, route, self.ids[whose]), self.statements[0]

    def _listen(self, answer: httpx.Response, route: Route, role: str) -> None:
        """Nothing of a case to who doesn't see it, but what they have said themselves.

        Whoever has to look at what was opened in an emergency is told its reference, and no more.
        """
        ids = self.ids[MINE]
        known = address(route, ids)
        words = ["Alva", "Kim Exempel", *(ids[name] for name in OF_THE_CASE)]
        if "/nodlage" not in route.path:
            words.append(ids["reference"])
        if heard := [word for word in words if word in answer.text and word not in known]:
            self.told.append(f"{route.name}, {role}: {heard}")

    def _send_from_elsewhere(self) -> None:
        """Without the page's token, with another session's, and from another site."""
        by_right = {
            None: "owner", WORK: "owner", Right.COORDINATE: "coordinator",
            Right.MANAGE: "manager", Right.ADMINISTER: "administrator", Right.OPERATE: "it",
        }  # fmt: skip
        stranger = self.everybody.visitors["another"].token
        site = {"Sec-Fetch-Site": "cross-site"}
        for route in self.routes:
            if not (route.staff and route.method == "POST"):
                continue
            visitor = self.everybody.visitors[by_right[route.right]]
            path = address(route, self.ids[MINE])
            for fields, headers in (({TOKEN: ""}, {}), ({TOKEN: stranger}, {}), ({}, site)):
                answer = visitor.post(path, fields, headers=headers)
                self.forms += 1
                self.bare += [
                    f"{route.name}, refused: {fault}" for fault in faults_of(answer, reads=False)
                ]
                if answer.status_code != 403:
                    self.taken.append(f"{route.name}: {answer.status_code}")

    @contextmanager
    def _noting(self, phase: str) -> Iterator[None]:
        before = rows_of(self.house)
        yield
        after = rows_of(self.house)
        self.changed[phase] = [name for name in after if after[name] != before[name]]


def rows_of(house: CasesHouse) -> dict[str, str]:
    """Every table with what stands in it, as a hash; without what a look leaves behind."""
    names = house.rows(
        "SELECT schemaname AS of, tablename AS name FROM pg_tables"
        " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
    )
    query = sql.SQL("SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) AS rows FROM {} t")
    return {
        name: house.rows(query.format(sql.Identifier(*name.split("."))))[0]["rows"]
        for name in (f"{one['of']}.{one['name']}" for one in names)
        if name not in _OF_LOOKING
    }


def _is_inside(route: Route) -> bool:
    """No page of a link, which is for whoever has it, nor the examples of the API."""
    return "{token}" not in route.path and route.path != "/openapi.json"


def _is_refused(route: Route, expected: str) -> bool:
    return route.method == "POST" and expected != IN and route.path != "/logga-ut"


def _is_done(route: Route, expected: str) -> bool:
    return route.method == "POST" and not _is_refused(route, expected)


def _turn(route: Route) -> tuple[int, bool, str]:
    """Whether it is late, and when; pages come before the API."""
    late = next((turn for turn, end in enumerate(_LATE) if route.path.endswith(end)), -1)
    return (late if route.method == "POST" else -1), route.of_api, route.name


@pytest.fixture(scope="module")
def walk(servers: Servers, registered_of_the_module: str, municipality: Path) -> Iterator[Walk]:
    with (
        cases_house(registered_of_the_module, servers.valkey, municipality) as house,
        counting() as statements,
    ):
        mine, others = things_of_one_on_a_case(house), things_of_others(house)
        house.worker.look_daily()
        for statement in _KEEP:
            house.execute(statement)
        everybody = Everybody.of(house, mine["person_id"])
        kept = kept_by_an_administrator(house, everybody.visitors["administrator"])
        ids = {MINE: kept | mine, OTHERS: kept | others, MISSING: missing_ids(kept | mine)}
        routes = tuple(sorted(routes_of(house.app), key=_turn))
        entries = {who: _entries(house, who) for who in (STAFF["colleague"], MOVED)}
        walked = Walk(house, routes, ids, everybody, statements, entries)
        walked.go()
        yield walked


def _entries(house: CasesHouse, who: str) -> int:
    """Of somebody's feed, as a calendar program reads it."""
    url = house.post(f"people/{staff_id(who)}/feed", {}, 201)["url"]
    feed = house.client.get(re.sub(r"^https?://[^/]+", "", url))
    return feed.text.count("BEGIN:VEVENT")


@contextmanager
def counting() -> Iterator[list[int]]:
    """How many statements have been sent to the database, in this process."""
    count, execute = [0], psycopg.Cursor.execute

    def counted(cursor: Any, *args: Any, **more: Any) -> Any:
        count[0] += 1
        return execute(cursor, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", counted)
        yield count


def test_every_route_has_a_line_and_every_line_a_route(walk: Walk) -> None:
    routes = {route.name for route in walk.routes}
    kinds = table()
    assert sorted(routes - kinds.keys()) == [], "without a line: say what it answers whom"
    assert sorted(kinds.keys() - routes) == [], "of no route"
    assert set(kinds.values()) <= KINDS.keys()


def test_every_page_asks_for_the_right_that_its_line_says(walk: Walk) -> None:
    kinds = table()
    pages = {
        route.name: route.right for route in walk.routes if route.staff and route.name in kinds
    }
    assert {name: KINDS[kinds[name]].right for name in pages} == pages


@pytest.mark.parametrize("role", ROLES)
def test_each_route_answers_each_as_its_line_says(walk: Walk, role: str) -> None:
    expected = {
        name: KINDS[kind].answers[role]
        for name, kind in table().items()
        if role in KINDS[kind].answers
    }
    assert _wrong(walk, role, MINE, expected) == {}


def test_X10_what_another_has_is_not_there(walk: Walk) -> None:
    expected = {
        name: KINDS[kind].others
        for name, kind in table().items()
        if "{" in name and KINDS[kind].others
    }
    assert _wrong(walk, "owner", OTHERS, expected) == {}


def _wrong(
    walk: Walk, role: str, whose: str, expected: dict[str, str]
) -> dict[str, tuple[str | None, str]]:
    found = {name: (walk.answers.get((name, role, whose)), what) for name, what in expected.items()}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}


def test_X10_what_is_hidden_is_answered_as_what_there_is_not(walk: Walk) -> None:
    """The same 404, word for word, after about as much work."""
    assert walk.told_apart == []


def test_X10_no_page_and_no_list_tells_of_a_case_to_who_does_not_see_it(walk: Walk) -> None:
    """Also to who is on it, but moved to another organisation, or is covered by no consent."""
    assert walk.told == []


def test_looking_changes_nothing(walk: Walk) -> None:
    """Every page and every call that only reads; that somebody has looked is logged."""
    assert walk.changed["looked at"] == []


def test_what_is_refused_changes_nothing(walk: Walk) -> None:
    assert walk.changed["refused"] == []


def test_no_form_is_taken_from_elsewhere(walk: Walk) -> None:
    assert walk.taken == []
    assert walk.forms > 200


def test_every_answer_keeps_to_the_policy_and_is_kept_nowhere(walk: Walk) -> None:
    """What is refused, what fails, papers and calendars, too."""
    assert walk.bare == []


def test_X10_the_feed_of_who_has_moved_has_nothing_of_the_case(walk: Walk) -> None:
    """They are called to its meeting as the others are."""
    called = walk.house.rows(
        "SELECT FROM cases.attendance WHERE meeting_id = %s AND person_id = %s",
        walk.ids[MINE]["meeting_id"],
        staff_id(MOVED),
    )
    assert len(called) == 1
    assert walk.entries == {STAFF["colleague"]: 1, MOVED: 0}


def test_a_page_is_not_opened_by_the_systems_token(walk: Walk) -> None:
    """Nor a call answered by a session: each has its own door."""
    visitor = walk.house.visitor("anna-lindqvist")
    answer = visitor.get("/api/v1/cases", headers={"Authorization": ""})
    assert answer.status_code == 401
