"""X2, X16: a manager's numbers are the same as announced and as worked out from each case."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta

import psycopg
import pytest
from psycopg.rows import dict_row

from services.cases.adapters.overviews import SqlOverviews
from services.cases.domain.limits import OfSomebody
from services.cases.handlers.limits_of_people import limits_for_manager
from services.cases.handlers.overviews import Sought
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts
from shared.ids import staff_id
from shared.procedures import load_procedures
from tests.conftest import EXAMPLE
from tests.support.story import open_a_case, the_meeting
from tests.support.town import Town, a_town

CHIEF, REKTOR = staff_id("margareta-sandstrom"), staff_id("anna-lindqvist")
_UNKNOWN = "UPDATE scheduler.plans SET windows = '[]'"  # as before the scheduler has looked


@pytest.fixture(scope="module")
def town(registered_of_the_module: str) -> Iterator[Town]:
    """Cases of one rektor: nothing booked, too late, booked in time, held in time."""
    with a_town(registered_of_the_module, EXAMPLE) as made:
        open_a_case(made)
        open_a_case(made, known_on="2027-02-01")
        booked, held = open_a_case(made), open_a_case(made)
        for case in (booked, held):
            for consent in case["consents"]:
                made.do(f"cases/{case['id']}/consents/{consent['id']}/sign", {"method": "paper"})
        first = the_meeting(made, held["id"], "first")
        made.jump_clock(first["ends_at"])
        made.do(f"meetings/{first['id']}/held")
        yield made


class Spying(SqlOverviews):
    """Overviews that note of how many cases facts were read."""

    read = 0

    def facts(self, case_ids: object) -> list[CaseFacts]:
        found = super().facts(case_ids)  # type: ignore[arg-type]
        self.read += len(found)
        return found


@contextmanager
def looking(town: Town, *changes: str) -> Iterator[Spying]:
    """What is changed by it is rolled back."""
    with psycopg.connect(town.database_url, row_factory=dict_row) as connection:
        for change in changes:
            connection.execute(change.encode())
        yield Spying(connection)
        connection.rollback()


def told(overviews: SqlOverviews, now: datetime, **sought: object) -> tuple[OfSomebody, ...]:
    asked, days = Sought(**sought), WorkingDays()  # type: ignore[arg-type]
    return limits_for_manager(CHIEF, asked, overviews, load_procedures(None), days, now)


@pytest.mark.parametrize("later", [0, 3, 4, 10, 11, 40])
def test_X2_a_limit_is_as_near_as_its_case_says_also_days_after_it_was_announced(
    town: Town, later: int
) -> None:
    now = town.clockwork.now() + timedelta(days=later)
    with looking(town) as overviews:
        announced = told(overviews, now)
        assert overviews.read == 0  # no case is read
    with looking(town, _UNKNOWN) as overviews:
        assert told(overviews, now) == announced
        assert overviews.read == 4
    assert {one.owner for one in announced} == {REKTOR}


@pytest.mark.parametrize(
    "sought",
    [
        {"state": "met"}, {"state": "passed"}, {"state": "booked"}, {"before": date(2027, 3, 15)},
        {"person": REKTOR}, {"person": CHIEF},
    ],
)  # fmt: skip
def test_what_is_sought_is_the_same(town: Town, sought: dict[str, object]) -> None:
    with looking(town) as overviews:
        announced = told(overviews, town.clockwork.now(), **sought)
    with looking(town, _UNKNOWN) as overviews:
        assert told(overviews, town.clockwork.now(), **sought) == announced
    assert bool(announced) == (sought.get("person") != CHIEF)


def test_a_case_whose_procedure_has_no_limits_is_never_read(town: Town) -> None:
    """Of those the scheduler announces none, however often it looks."""
    other = "UPDATE cases.cases SET procedure = 'spindelmote'"
    with looking(town, _UNKNOWN, other) as overviews:
        told(overviews, town.clockwork.now())
        assert overviews.read == 0
