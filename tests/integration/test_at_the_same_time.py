"""What two do at the same time: each is as if it had come before or after the other."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from datetime import date
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg import Connection
from psycopg.rows import DictRow

from services.cases.adapters.views import SqlViews
from services.cases.domain.duties import answer_inquiry
from services.cases.domain.refused import NotFound
from services.cases.domain.staff_refusals import AddressTaken
from services.cases.handlers.consents_shown import show_consent
from services.cases.handlers.duties import give
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import show_case
from services.cases.handlers.register import add_holder, change_person, end_holder
from services.cases.handlers.staffing import AddHolder, ChangePerson, EndHolder
from shared.ids import staff_id
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json
from tests.integration.test_cases_inquiries import made
from tests.integration.test_cases_opening import SSPF

SARA = staff_id("sara-abdi")
SSPF_POST = "koordinator-sspf"
VACANT = "kurator-tallasskolan"
ADDRESS = "ny@exempelkommun.example"
A_DAY = date(2027, 3, 1)


# a case that is read while it changes


@pytest.fixture
def refused(cases: CasesHouse) -> Json:
    """A case in which somebody can be asked for a consent anew."""
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/refuse")
    return case


class Between:
    """A connection on which something else happens after the statement of that number."""

    def __init__(self, real: Connection[DictRow], number: int, happens: Callable[[], None]) -> None:
        self._real, self._left, self._happens = real, number, happens

    def pipeline(self) -> Any:
        return nullcontext()

    def execute(self, *asked: Any) -> Any:
        answer = self._real.execute(*asked)
        self._left -= 1
        if self._left == 0:
            self._happens()
        return answer


def ask_anew(cases: CasesHouse, case: Json) -> None:
    cases.post(f"cases/{case['id']}/consents", {"person": case["consents"][0]["person"]}, 201)


def erase(cases: CasesHouse, case: Json) -> None:
    with psycopg.connect(cases.database_url) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM cases.cases WHERE id = %s", [case["id"]])


@pytest.mark.parametrize("number", range(1, 6))
@pytest.mark.parametrize("happens", [ask_anew, erase])
def test_a_case_is_shown_or_not_found_whatever_happens_while_it_is_read(
    cases: CasesHouse, refused: Json, number: int, happens: Callable[[CasesHouse, Json], None]
) -> None:
    case_id = UUID(refused["id"])
    with cases.worker._parts.database.unit() as unit:
        desk = cases.worker._parts.desk_for(unit, "test")
        between = Between(unit.connection, number, lambda: happens(cases, refused))
        views = SqlViews(cast("Connection[DictRow]", between), unit.now)
        try:
            shown = show_case(case_id, views, desk.procedures, desk.days, desk.today)
        except NotFound:
            assert happens is erase
        else:
            assert "refused" in {one["state"] for one in shown.consents}


@pytest.mark.parametrize("happens", [ask_anew, erase])
def test_a_consent_is_shown_or_not_found_whatever_happens_while_it_is_read(
    cases: CasesHouse, refused: Json, happens: Callable[[CasesHouse, Json], None]
) -> None:
    case_id, consent_id = UUID(refused["id"]), UUID(refused["consents"][0]["id"])
    with cases.worker._parts.database.unit() as unit:
        desk = cases.worker._parts.desk_for(unit, "test")
        between = Between(unit.connection, 1, lambda: happens(cases, refused))
        views = SqlViews(cast("Connection[DictRow]", between), unit.now)
        try:
            one = show_consent(case_id, consent_id, views, desk.procedures, desk.today)
        except NotFound:
            assert happens is erase
        else:
            assert one["state"] == "refused"


# people and posts


@contextmanager
def beside(cases: CasesHouse, first: Callable[[Desk], object]) -> Iterator[ThreadPoolExecutor]:
    """Something was done, and isn't committed before the block ends."""
    parts = cases.worker._parts
    with ThreadPoolExecutor(1) as pool, parts.database.unit() as unit:
        first(parts.desk_for(unit, "test"))
        yield pool


def done(cases: CasesHouse, what: Callable[[Desk], object]) -> None:
    parts = cases.worker._parts
    with parts.database.unit() as unit:
        what(parts.desk_for(unit, "test"))


def waits(future: Future[None]) -> None:
    with pytest.raises(TimeoutError):
        future.result(0.3)


def test_X4_two_who_get_one_new_address_at_the_same_time_dont_both_have_it(
    cases: CasesHouse,
) -> None:
    def gets(person: str, address: str) -> Callable[[Desk], None]:
        return lambda desk: change_person(ChangePerson(UUID(person), {"email": address}), desk)

    with beside(cases, gets(OWNER, ADDRESS)) as pool:
        other = pool.submit(done, cases, gets(THERAPIST, ADDRESS.upper()))
        waits(other)
    with pytest.raises(AddressTaken):
        other.result()


def test_X4_who_comes_back_does_so_at_an_address_of_their_own(cases: CasesHouse) -> None:
    cases.execute("DELETE FROM cases.holders WHERE person_id = %s", SARA)
    (sara,) = cases.rows("SELECT email FROM cases.people WHERE id = %s", SARA)
    cases.post(f"people/{OWNER}", {"email": sara["email"]})
    body = {"person": str(SARA), "first_day": "2027-03-01"}
    assert cases.post(f"posts/{VACANT}/holders", body, 409)["rule"] == "X4"
    cases.post(f"people/{SARA}", {"email": ADDRESS})
    cases.post(f"posts/{VACANT}/holders", body, 201)


def ends(desk: Desk) -> None:
    end_holder(EndHolder(SSPF_POST, UUID(SSPF), date(2027, 2, 28)), desk)


def begins(desk: Desk) -> None:
    add_holder(AddHolder(VACANT, SARA, A_DAY, None, "holder"), desk)


def a_duty(inquiry: str, post: str) -> Callable[[Desk], None]:
    return lambda desk: give(answer_inquiry(UUID(inquiry), post, A_DAY), desk)


def owners(cases: CasesHouse) -> list[Json]:
    return cases.rows(
        "SELECT t.owner, cases.acting(t.post, %s) AS acting FROM cases.tasks t"
        " WHERE t.post IS NOT NULL",
        A_DAY,
    )


@pytest.mark.parametrize("changes", [ends, begins])
def test_X16_a_duty_given_while_its_post_changes_hands_is_whose_the_post_is_then(
    cases: CasesHouse, changes: Callable[[Desk], None]
) -> None:
    post = SSPF_POST if changes is ends else VACANT
    inquiry = made(cases)["id"]
    cases.execute("DELETE FROM cases.tasks WHERE post IS NOT NULL")
    with beside(cases, changes) as pool:
        other = pool.submit(done, cases, a_duty(inquiry, post))
        waits(other)
    other.result()
    (duty,) = owners(cases)
    assert duty["owner"] == duty["acting"]


@pytest.mark.parametrize("changes", [ends, begins])
def test_X16_a_duty_goes_along_with_a_post_that_changes_hands_while_it_is_given(
    cases: CasesHouse, changes: Callable[[Desk], None]
) -> None:
    post = SSPF_POST if changes is ends else VACANT
    inquiry = made(cases)["id"]
    cases.execute("DELETE FROM cases.tasks WHERE post IS NOT NULL")
    with beside(cases, a_duty(inquiry, post)) as pool:
        other = pool.submit(done, cases, changes)
        waits(other)
    other.result()
    (duty,) = owners(cases)
    assert duty["owner"] == duty["acting"]
