"""The nightly round of what goes: nobody who can't go keeps others, and others have their turn."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid5

import pytest

from services.cases.domain.retention import Erased, NotDue, UnderWay
from services.cases.handlers.letting_go import A_DAY, let_go
from services.cases.handlers.ports import Audit
from services.cases.handlers.retention import (
    Archive,
    Keeping,
    Portion,
    RetentionDesk,
    erase_case,
)
from shared.domain.days import STOCKHOLM
from shared.domain.retention import Retention

NOW = datetime(2032, 3, 1, 8, tzinfo=STOCKHOLM)
LONG_AGO = datetime(2026, 3, 1, 8, tzinfo=STOCKHOLM)
PLAN = Retention.model_validate(
    {"decision": "KS 1", "valid_from": date(2028, 1, 1), "cases": {"years": 5}}
)
_NAMES = UUID(int=7)


def numbered(number: int) -> UUID:
    return uuid5(_NAMES, str(number))


@dataclass
class Table:
    """Closed cases in the order of their ids' numbers: a stand-in for the database."""

    cases: list[UUID]
    under_way: Collection[UUID] = ()
    closed_at: datetime = LONG_AGO
    left: str = ""
    gone: list[UUID] = field(default_factory=list)
    noted: list[UUID] = field(default_factory=list)

    def begin_day(self, _: date) -> bool:
        return True

    def due(self, _: str, __: datetime, limit: int, but: Collection[UUID]) -> list[UUID]:
        there = [one for one in self.cases if one not in self.gone and one not in but]
        return there[:limit]

    def rows_of_case(self, case_id: UUID) -> dict[str, list[dict[str, Any]]]:
        case = {"id": str(case_id), "about": "child", "closed_at": self.closed_at.isoformat()}
        others = ("cases.meetings", "cases.consents", "cases.tasks", "cases.people")
        return {"cases.cases": [case]} | {name: [] for name in others}

    def erase_case(self, case_id: UUID, _: datetime) -> dict[str, int]:
        if case_id in self.under_way:
            raise UnderWay
        self.gone.append(case_id)
        return {"cases.cases": 1}

    def is_report(self, _: UUID) -> bool:
        return False

    def portions(self) -> list[Portion]:
        return [Portion("cases.audit", 0), Portion("cases.people", 0), Portion("x.y", 2_000)]

    def traces(self, ids: Collection[UUID], portion: Portion) -> int:
        assert set(ids) == set(self.gone)
        return int(portion.place == self.left)

    def next_closing(self, _: str, __: datetime) -> None:
        return None

    def note_next(self, day: date | None) -> None: ...

    # the archive, and the audit

    def keep(self, *_: object) -> None: ...

    def note(self, what: Erased | None, *_: object) -> None:
        if what is not None:
            self.noted.append(what.id)


def desk_over(table: Table) -> RetentionDesk:
    return RetentionDesk(
        now=NOW,
        actor="itself",
        keeping=cast("Keeping", table),
        archive=cast("Archive", table),
        plan=PLAN,
        audit=cast("Audit", table),
    )


def let_go_of(table: Table) -> int:
    """How often others had their turn."""
    turns: list[int] = []
    let_go(lambda work: work(desk_over(table)), lambda: turns.append(1))
    return len(turns)


def test_cases_that_cant_go_keep_nobody_behind_them_from_going() -> None:
    cases = [numbered(one) for one in range(A_DAY + 200)]
    table = Table(cases, under_way=cases[:A_DAY])
    turns = let_go_of(table)
    assert table.gone == table.noted == cases[A_DAY:]
    assert turns == len(cases) + 2  # after each case, and each portion that was looked through


def test_no_more_go_on_one_day_than_what_may() -> None:
    table = Table([numbered(one) for one in range(A_DAY + 150)])
    let_go_of(table)
    assert len(table.gone) == A_DAY


def test_what_is_left_anywhere_is_said_without_a_word_of_whose_it_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    let_go_of(Table([numbered(1)], left="cases.audit"))
    assert not caplog.records
    let_go_of(Table([numbered(1)], left="x.y"))
    assert [one.getMessage() for one in caplog.records] == [
        "Of what has gone, something is left in x.y."
    ]


def test_a_case_that_was_closed_anew_since_it_was_due_stays_for_its_new_term() -> None:
    table = Table([numbered(1)], closed_at=NOW - timedelta(days=1))
    with pytest.raises(NotDue):
        erase_case(numbered(1), "plan", desk_over(table), packed=True)
    assert not table.gone
    assert not table.noted
    erase_case(numbered(1), "again", desk_over(table), packed=False)  # that was decided before
    assert table.gone
