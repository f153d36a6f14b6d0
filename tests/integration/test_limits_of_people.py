"""X2, X16: a manager's numbers are the same as announced and as worked out from each case."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from uuid import uuid4

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
_NOT_LOOKED_SINCE_HELD = """
    UPDATE scheduler.plans p SET windows = (
      SELECT jsonb_agg(CASE w.step WHEN 'first' THEN one || '{"state": "open"}'
                       ELSE one || '{"state": "waiting", "opens_on": null, "closes_on": null}' END)
      FROM jsonb_array_elements(p.windows) one, jsonb_to_record(one) w(step text))
    WHERE case_id IN (SELECT case_id FROM cases.meetings WHERE state = 'held')
"""
_RENAMED = """
    UPDATE scheduler.plans SET windows = jsonb_set(windows, '{0,step}', '"renamed"')
"""


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


def test_X2_a_step_held_since_the_scheduler_looked_counts_as_held(town: Town) -> None:
    """The kept limit is counted no more, and the one that begins with it is."""
    now = town.clockwork.now()
    with looking(town) as overviews:
        after = told(overviews, now)
        met = told(overviews, now, state="met")
    with looking(town, _NOT_LOOKED_SINCE_HELD) as overviews:
        assert told(overviews, now) == after
        assert overviews.read == 1  # that case alone
        assert told(overviews, now, state="met") == met


def test_a_limit_of_a_step_that_has_another_name_now_is_worked_out(town: Town) -> None:
    now = town.clockwork.now()
    with looking(town) as overviews:
        as_before = told(overviews, now)
    with looking(town, _RENAMED) as overviews:
        assert told(overviews, now) == as_before


def test_who_manages_nobody_is_told_nothing_and_no_case_is_looked_for(town: Town) -> None:
    days, now = WorkingDays(), town.clockwork.now()
    with looking(town, "DROP VIEW scheduler_api.windows") as overviews:
        nothing = limits_for_manager(uuid4(), Sought(), overviews, load_procedures(None), days, now)
    assert nothing == ()
