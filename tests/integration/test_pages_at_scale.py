"""A page asks the database as often for many cases and people as for few, and stays small."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench.many_cases import a_few_cases, multiply
from tests.bench.pages import statements
from tests.conftest import Servers
from tests.integration.cases_house import CasesHouse, cases_house
from tests.support.signing_in import Visitor, words_of

REKTOR, COORDINATOR, CHIEF = "anna-lindqvist", "therese-backman", "margareta-sandstrom"
PAGES = [
    ("/", REKTOR), ("/", COORDINATOR), ("/medarbetare", CHIEF), ("/arenden", REKTOR),
    ("/arenden", COORDINATOR), ("/kalender", REKTOR), ("/kalender", COORDINATOR),
    ("/kalender?vy=vecka", REKTOR), ("/kalender?vems=enhet", CHIEF),
    ("/kalender?vems=enhet&vy=dag&datum=2027-03-15", CHIEF), ("/utskick", REKTOR),
    ("/inkommet", COORDINATOR), ("/forfragningar", COORDINATOR), ("/orosanmalningar", REKTOR),
    ("/lasningar", CHIEF), ("/installningar/lasningar", None),
]  # fmt: skip
MANY = 250  # Anna has 60 of them, and there are two more rektors below her chief
_MOST_OF_A_PAGE = 95_000  # bytes: with its styles and htmx, that come to 55 000, within 150 000
_AN_INQUIRY = re.compile(r'<article class="card inquiry" id="f-([0-9a-f-]+)"')


@pytest.fixture(scope="module")
def house(
    registered_of_the_module: str, servers: Servers, worker_number: int, municipality: Path
) -> Iterator[CasesHouse]:
    valkey = servers.valkey.rsplit("/", 1)[0] + f"/{worker_number}"
    with cases_house(registered_of_the_module, valkey, municipality) as made:
        yield made


def of(house: CasesHouse, who: str | None) -> Visitor:
    return house.visitor(who) if who else house.visitor(None, "administrator")


def asked(house: CasesHouse) -> dict[tuple[str, str | None], int]:
    """How many statements each page takes, of who has just opened it once before."""
    counts = {}
    for path, who in PAGES:
        visitor = of(house, who)
        assert visitor.get(path).status_code == 200
        with statements() as sent:
            visitor.get(path)
        counts[path, who] = len(sent)
    return counts


@pytest.fixture(scope="module")
def counts(house: CasesHouse) -> tuple[dict[tuple[str, str | None], int], ...]:
    """With six cases and with many; the house is full from then on."""
    few = a_few_cases(house)
    before = asked(house)
    multiply(house, few, MANY)
    return before, asked(house)


@pytest.fixture
def full(house: CasesHouse, counts: object) -> CasesHouse:
    return house


@pytest.mark.parametrize(("path", "who"), PAGES)
def test_a_page_asks_no_more_often_when_there_is_more(
    counts: tuple[dict[tuple[str, str | None], int], ...], path: str, who: str | None
) -> None:
    few, many = counts
    assert 0 < many[path, who] <= few[path, who] + _LOOKED_UP.get(path, 0)


# What isn't asked for at all while there is nothing of it.
_LOOKED_UP = {"/utskick": 3, "/inkommet": 5, "/forfragningar": 1, "/orosanmalningar": 1}


@pytest.mark.parametrize(("path", "who"), PAGES)
def test_a_page_stays_small(full: CasesHouse, path: str, who: str | None) -> None:
    assert len(of(full, who).get(path).content) < _MOST_OF_A_PAGE


def test_inquiries_come_page_by_page_and_each_once(full: CasesHouse) -> None:
    coordinator, path, found = full.visitor(COORDINATOR), "/forfragningar", list[str]()
    while path:
        page = coordinator.get(path).text
        here = _AN_INQUIRY.findall(page)
        assert len(here) <= 20
        found += here
        more = re.search(r'href="([^"]+efter=[^"]+)"', page)
        path = more[1].replace("&amp;", "&") if more else ""
    assert len(found) == len(set(found)) == 300


def test_what_is_wrong_is_said_on_the_page_it_was_sent_from(full: CasesHouse) -> None:
    coordinator = full.visitor(COORDINATOR)
    last = _AN_INQUIRY.findall(coordinator.get("/forfragningar").text)[-1]
    there = _AN_INQUIRY.findall(coordinator.get(f"/forfragningar?efter={last}").text)[3]
    answer = coordinator.post(f"/forfragningar/{there}/hanvisa", {"to": "", "efter": last})
    assert answer.status_code == 422
    assert f'id="fel-{there}"' in answer.text


def test_readings_come_week_by_week_and_page_by_page(full: CasesHouse) -> None:
    full.execute(
        "INSERT INTO cases.access_log (at, actor, case_id, what)"
        " SELECT timestamptz '2027-03-03T12:00Z', 'person:' || p.id, c.id, 'case'"
        " FROM (SELECT id FROM cases.people WHERE party = 'staff' ORDER BY id LIMIT 60) p,"
        " (SELECT id FROM cases.cases WHERE about = 'child' ORDER BY id LIMIT 20) c"
    )
    it, path = full.visitor(None, "administrator"), "/installningar/lasningar"
    first = it.get(f"{path}?vecka=2027-03-03")
    following = it.get(f"{path}?vecka=2027-03-01&sida=2")
    assert first.text.count("<tr>") == 51
    assert f'{path}?vecka=2027-03-01&amp;sida=2"' in first.text
    assert following.text.count("<tr>") > 10
    assert "onsdag 3 mars 2027" in first.text
    assert "onsdag 3 mars 2027" not in it.get(path).text
    # an address that says no such week shows this one
    assert 'vecka=2027-03-08" aria-current="page"' in it.get(f"{path}?vecka=2020-01-01").text


def test_a_crowded_day_of_a_month_leads_to_the_page_of_the_day(full: CasesHouse) -> None:
    full.execute(
        "UPDATE cases.engagements SET during = tstzrange("
        "  '2027-03-17T08:00Z'::timestamptz + n * interval '20 minutes',"
        "  '2027-03-17T08:15Z'::timestamptz + n * interval '20 minutes')"
        " FROM (SELECT e.meeting_id AS id, e.person_id AS who,"
        "         row_number() OVER (PARTITION BY e.person_id ORDER BY e.meeting_id) AS n"
        "       FROM cases.engagements e JOIN cases.people p ON p.id = e.person_id"
        "       WHERE p.code = 'anna-lindqvist' LIMIT 12) one"
        " WHERE meeting_id = one.id AND person_id = one.who"
    )
    chief = full.visitor(CHIEF)
    month = chief.get("/kalender?vems=enhet&datum=2027-03-10").text
    left = re.search(r'<a class="left" href="([^"]+2027-03-17[^"]*)">(\d+) till', month)
    assert left is not None
    day = words_of(chief.get(left[1].replace("&amp;", "&")).text)
    assert day.count("Anna Lindqvist") >= int(left[2]) + 5


def test_people_and_posts_come_page_by_page_and_each_once(full: CasesHouse) -> None:
    it = full.visitor(None, "administrator")
    full.execute(
        "INSERT INTO cases.people (id, code, party, name, email, protected)"
        " SELECT gen_random_uuid(), 'lagd-' || n, 'staff', 'Ny Exempel', 'ny@a.example', false"
        " FROM generate_series(1, 150) n"
    )
    count = full.rows("SELECT count(*) AS n FROM cases.people WHERE party = 'staff'")[0]["n"]
    pages = [it.get(f"/installningar/personer?sok=&sida={n}").text for n in (1, 2, 3)]
    assert sum(page.count('<th scope="row">') for page in pages) == count
    assert f"Visar {count} av {count}" in words_of(pages[0])
    assert 'href="/installningar/personer?sok=&amp;sida=2"' in pages[0]
    found = it.get("/installningar/personer?sok=Ny+Exempel").text
    assert 'href="/installningar/personer?sok=Ny+Exempel&amp;sida=2"' in found
    posts = full.rows("SELECT count(*) AS n FROM cases.posts WHERE ended_on IS NULL")[0]["n"]
    shown = it.get("/installningar/tjanster").text
    assert shown.count('<th scope="row">') == min(posts, 100)


def test_who_has_more_mail_to_decide_about_than_is_shown_is_told_so(full: CasesHouse) -> None:
    page = words_of(full.visitor(COORDINATOR).get("/inkommet").text)
    assert "Fler visas när du har bestämt om dem." in page
    few = words_of(full.visitor("hassan-yusuf").get("/inkommet").text)
    assert "Fler visas" not in few
