"""The scheduler's rows in memory do what those in the database do: tests of the laws rely on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import psycopg
import pytest

from services.scheduler.adapters.store import SqlStore
from services.scheduler.domain.due import Due
from services.scheduler.domain.seeking import Wanting
from services.scheduler.handlers import Proposal, Store
from shared.bus.events import CaseOpened
from shared.db import Database
from shared.domain.windows import Window
from tests.support.cases import CASE
from tests.support.facts import NOW, START
from tests.support.store import NOTHING, FakeStore

HOUR = timedelta(hours=1)
PROPOSAL = Proposal("1/first/1", "first", START, START + HOUR, frozenset({UUID(int=7)}))
WINDOW = Window("first", NOW.date(), START.date(), START.date(), "open", "R9")


@pytest.fixture(params=["in memory", "in SQL"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    if request.param == "in memory":
        yield FakeStore(NOW)
        return
    url = request.getfixturevalue("database_url")
    with psycopg.connect(url) as connection:
        connection.execute("INSERT INTO clock.hand (stands_at) VALUES (%s)", [NOW])
    database = Database(url, role="samspel_scheduler", demo=True, size=1)
    with database.unit() as unit:
        made = SqlStore(unit)
        made.look_at(CASE)
        made.save(CASE, NOTHING, None)
        yield made
    database.close()


def due(key: str, *, late_by: timedelta = -HOUR) -> Due:
    """Something that falls due an hour from now, or was due so long ago."""
    at = NOW - late_by
    return Due(key, CaseOpened(case_id=CASE), at, at + HOUR)


def test_nothing_stands_at_first(store: Store) -> None:
    assert store.standing(CASE) == NOTHING


def test_what_was_saved_stands_but_for_what_falls_due(store: Store) -> None:
    saved = replace(
        NOTHING,
        windows=(WINDOW,),
        proposal=PROPOSAL,
        proposals=1,
        refused_for="a search",
        wanting=Wanting("first", "X1", "no-free-time", START.date()),
    )
    store.save(CASE, replace(saved, due_keys=frozenset({"old"})), NOW + HOUR)
    assert store.standing(CASE) == saved


def test_what_is_planned_twice_stands_once_and_what_is_withdrawn_is_gone(store: Store) -> None:
    store.plan_dues([due("a"), due("b")])
    store.plan_dues([due("a"), due("c")])
    store.withdraw_dues(["b", "never planned"])
    assert store.standing(CASE).planned_keys == {"a", "c"}
    assert store.standing(CASE).due_keys == {"a", "c"}


def test_what_has_fallen_due_is_known_and_neither_withdrawn_nor_planned_again(store: Store) -> None:
    store.plan_dues([due("now", late_by=timedelta(0)), due("missed", late_by=2 * HOUR), due("a")])
    if isinstance(store, FakeStore):
        assert len(store.fallen_due()) == 1
    else:
        assert sorted(row["state"] for row in store.fall_due(10)) == ["fired", "missed"]
    store.withdraw_dues(["now", "missed"])
    store.plan_dues([due("now")])
    assert store.standing(CASE).due_keys == {"now", "missed", "a"}
    assert store.standing(CASE).planned_keys == {"a"}


def test_a_refused_time_is_kept_and_only_by_the_proposal_in_question(store: Store) -> None:
    store.save(CASE, replace(NOTHING, proposal=PROPOSAL, proposals=1), None)
    store.refuse(CASE, "another")
    assert store.standing(CASE).proposal == PROPOSAL
    store.refuse(CASE, PROPOSAL.key)
    assert store.standing(CASE).proposal is None
    assert store.standing(CASE).refused == {START}


def test_a_forgotten_case_leaves_nothing(store: Store) -> None:
    store.plan_dues([due("a")])
    store.forget(CASE)
    store.look_at(CASE)
    assert store.standing(CASE) == NOTHING


def test_what_is_asked_for_is_taken_once(store: Store) -> None:
    meeting = UUID(int=5)
    store.ask_to_remind(CASE, meeting, 0)
    store.ask_to_remind(CASE, meeting, 0)
    assert store.take_asked(CASE) == [(meeting, 0)]
    assert store.take_asked(CASE) == []
