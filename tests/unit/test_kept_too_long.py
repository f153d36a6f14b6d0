"""What is to go and doesn't is counted for who watches, though not before it has had a week."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import cast
from uuid import UUID

import pytest

from services.cases.handlers.operations import kept_too_long
from services.cases.handlers.ports import Audit
from services.cases.handlers.retention import Keeping, RetentionDesk
from shared.domain.days import STOCKHOLM
from shared.domain.retention import Retention

PLAN = Retention.model_validate(
    {"decision": "KS 1", "valid_from": date(2028, 1, 1), "cases": {"years": 5}}
)


@dataclass
class Closed:
    """So many cases of one day: a stand-in for the database."""

    on: datetime
    count: int = 1

    def due(self, _: str, before: datetime, limit: int, but: Collection[UUID]) -> list[UUID]:
        assert not but
        return [UUID(int=one) for one in range(min(self.count, limit))] if self.on < before else []


def desk_on(day: str, closed: Closed) -> RetentionDesk:
    now = datetime.fromisoformat(day).replace(hour=8, tzinfo=STOCKHOLM)
    return RetentionDesk(now, "itself", cast("Keeping", closed), None, PLAN, cast("Audit", None))


@pytest.mark.parametrize(
    ("closed", "today", "late"),
    [
        ("2026-03-02", "2031-03-02", 0),  # its five years are over on this day
        ("2026-03-02", "2031-03-03", 0),  # goes tonight
        ("2026-03-02", "2031-03-09", 0),
        ("2026-03-02", "2031-03-10", 1),  # should have gone a week ago
        ("2020-03-02", "2028-01-07", 0),  # the plan hasn't counted for a week
        ("2020-03-02", "2028-01-08", 1),
    ],
)
def test_what_is_a_week_over_its_term_is_counted(closed: str, today: str, late: int) -> None:
    on = datetime.fromisoformat(closed).replace(hour=12, tzinfo=STOCKHOLM)
    assert kept_too_long(desk_on(today, Closed(on))) == late


def test_no_more_than_a_hundred_are_counted_and_none_without_a_plan() -> None:
    many = desk_on("2031-03-10", Closed(datetime(2026, 3, 2, tzinfo=STOCKHOLM), 1_000))
    assert kept_too_long(many) == 100
    assert kept_too_long(replace(many, plan=None)) == 0
