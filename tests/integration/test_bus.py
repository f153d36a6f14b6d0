"""Events take effect exactly once, whatever happens between the claim and the commit."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from shared.bus import delivery
from shared.bus.delivery import Deliveries, Handlers
from shared.bus.events import CaseOpened, ConsentSigned, Event
from shared.bus.publishing import publish
from shared.bus.subscribers import NOTIFIER, SCHEDULER
from shared.db import Database, Unit
from shared.queue import Doorbell
from tests.support.no_room import no_room, raising


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    database = Database(database_url, role="samspel_scheduler", demo=False)
    yield database
    database.close()


def effect(event: Event, unit: Unit) -> None:
    """An effect that would show it if it came twice: one more plan row's proposal each time."""
    unit.connection.execute(
        "INSERT INTO scheduler.plans (case_id) VALUES (%s)"
        " ON CONFLICT (case_id) DO UPDATE SET proposals = plans.proposals + 1",
        [event.subject],
    )


def effects(database_url: str) -> Counter[UUID]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT case_id, proposals + 1 FROM scheduler.plans")
        return Counter(dict(rows.fetchall()))


def deliveries(database: Database, handler: Callable[[Event, Unit], None]) -> Deliveries:
    handlers: Handlers = {CaseOpened: handler, ConsentSigned: handler}
    return Deliveries(database, SCHEDULER, handlers)


def publish_cases(database: Database, count: int) -> list[UUID]:
    cases = [uuid4() for _ in range(count)]
    with database.unit() as unit:
        for case_id in cases:
            publish(unit, CaseOpened(case_id=case_id))
    return cases


def drain(of: Deliveries) -> None:
    while of.drain_batch():
        pass


def states(database_url: str) -> Counter[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT state, count(*) FROM bus.deliveries GROUP BY state")
        return Counter(dict(rows.fetchall()))


def let_leases_pass(database_url: str) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE bus.deliveries SET lease_until = '-infinity'")


def test_an_event_of_a_transaction_that_is_rolled_back_is_never_heard(
    database: Database, database_url: str
) -> None:
    def publish_and_fail() -> None:
        with database.unit() as unit:
            publish(unit, CaseOpened(case_id=uuid4()))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish_and_fail()
    assert not states(database_url)


def test_an_event_takes_effect_once_however_often_it_is_rung_for(
    database: Database, database_url: str
) -> None:
    cases = publish_cases(database, 3)
    for _ in range(3):
        drain(deliveries(database, effect))
    assert effects(database_url) == Counter(cases)


def test_each_event_goes_to_its_subscribers_only(database: Database, database_url: str) -> None:
    with database.unit() as unit:
        publish(unit, ConsentSigned(case_id=uuid4(), consent_id=uuid4(), on=date(2027, 3, 2)))
        publish(unit, CaseOpened(case_id=uuid4()))
        assert unit.rings == {SCHEDULER, NOTIFIER}
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT subscriber, count(*) FROM bus.deliveries GROUP BY 1")
        assert dict(rows.fetchall()) == {SCHEDULER: 2, NOTIFIER: 1}


def test_many_workers_at_once_do_no_more_than_one(database: Database, database_url: str) -> None:
    cases = publish_cases(database, 400)
    workers = [
        threading.Thread(target=drain, args=[deliveries(database, effect)]) for _ in range(4)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    drain(deliveries(database, effect))
    assert effects(database_url) == Counter(cases)


def test_F12_a_poison_event_is_set_aside_and_a_thousand_flow_past_it(
    database: Database, database_url: str
) -> None:
    cases = publish_cases(database, 1000)
    poison = cases[500]

    def handle(event: Event, unit: Unit) -> None:
        effect(event, unit)
        if event.subject == poison:
            raise RuntimeError("a name that must not be kept")

    of = deliveries(database, handle)
    for _ in range(delivery.ATTEMPTS):
        drain(of)
        let_leases_pass(database_url)
    assert effects(database_url) == Counter(set(cases) - {poison})
    assert states(database_url) == Counter({"done": 999, "set-aside": 1})
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SELECT error FROM bus.deliveries WHERE state = 'set-aside'")
        assert row.fetchone() == ("RuntimeError",)


def test_an_event_of_an_unknown_type_is_set_aside(database: Database, database_url: str) -> None:
    publish_cases(database, 1)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE bus.events SET type = 'from.the.future'")
    for _ in range(delivery.ATTEMPTS):
        drain(deliveries(database, effect))
        let_leases_pass(database_url)
    assert states(database_url) == Counter({"set-aside": 1})


def test_a_field_from_a_newer_version_is_let_pass(database: Database, database_url: str) -> None:
    cases = publish_cases(database, 1)
    with psycopg.connect(database_url) as connection:
        connection.execute("""UPDATE bus.events SET data = data || '{"added_later": 1}'""")
    drain(deliveries(database, effect))
    assert effects(database_url) == Counter(cases)


def test_F2_what_a_dead_worker_had_claimed_is_taken_up_after_its_lease(
    database: Database, database_url: str
) -> None:
    cases = publish_cases(database, 2)

    class Killed(BaseException):
        pass

    def die(event: Event, unit: Unit) -> None:
        effect(event, unit)
        raise Killed

    with pytest.raises(Killed):
        deliveries(database, die).drain_batch()
    drain(deliveries(database, effect))
    assert not effects(database_url)  # the lease still holds
    let_leases_pass(database_url)
    drain(deliveries(database, effect))
    assert effects(database_url) == Counter(cases)


@pytest.mark.parametrize("code", ["53200", "57P01", "08006", "57014"])
def test_F12_a_poison_event_that_fails_as_if_by_the_database_holds_up_nobody(
    database: Database, database_url: str, code: str
) -> None:
    """The database is well: all others are done at once, and that one is set aside in the end."""
    cases = publish_cases(database, 5)

    def handle(event: Event, unit: Unit) -> None:
        effect(event, unit)
        if event.subject == cases[2]:
            unit.connection.execute(raising(code))

    of = deliveries(database, handle)
    drain(of)
    assert effects(database_url) == Counter(set(cases) - {cases[2]})
    for _ in range(delivery.ATTEMPTS):
        let_leases_pass(database_url)
        drain(of)
    assert states(database_url) == Counter({"done": 4, "set-aside": 1})
    assert effects(database_url) == Counter(set(cases) - {cases[2]})


def test_F12_an_event_that_kills_its_connection_is_set_aside_and_holds_up_nobody(
    database: Database, database_url: str
) -> None:
    cases = publish_cases(database, 3)

    def die(event: Event, unit: Unit) -> None:
        effect(event, unit)
        if event.subject == cases[0]:
            own = unit.connection.info.backend_pid
            with psycopg.connect(database_url) as owner:
                owner.execute("SELECT pg_terminate_backend(%s, 5000)", [own])
            unit.connection.execute("SELECT 1")

    of = deliveries(database, die)
    drain(of)
    assert effects(database_url) == Counter(cases[1:])
    for _ in range(delivery.ATTEMPTS):
        let_leases_pass(database_url)
        drain(of)
    assert states(database_url) == Counter({"done": 2, "set-aside": 1})


@pytest.mark.parametrize("code", ["53100", "57P01", "08006"])
def test_F15_what_the_database_was_in_the_way_of_is_never_set_aside(
    database: Database, database_url: str, code: str
) -> None:
    """However long a disk was full or a server away: nobody has to release anything afterwards."""
    cases = publish_cases(database, 3)

    def fail(event: Event, unit: Unit) -> None:
        unit.connection.execute(raising(code))

    of = deliveries(database, fail)
    with no_room(database_url, code):
        for _ in range(4 * delivery.ATTEMPTS):
            with pytest.raises(psycopg.OperationalError):
                of.drain_batch()
            let_leases_pass(database_url)
    drain(deliveries(database, effect))
    assert effects(database_url) == Counter(cases)


def test_what_was_tried_before_is_not_kept_waiting_by_what_is_new(
    database: Database, database_url: str
) -> None:
    (tried,) = publish_cases(database, 1)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE bus.deliveries SET attempts = 1")
    new = publish_cases(database, 3)
    assert deliveries(database, effect).drain_batch() == 4
    assert effects(database_url) == Counter([tried, *new])


def test_what_was_tried_before_is_taken_one_by_one(database: Database, database_url: str) -> None:
    publish_cases(database, 5)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE bus.deliveries SET attempts = 1")
    assert deliveries(database, effect).drain_batch() == 1


def test_F4_a_worker_that_wakes_up_after_its_lease_finds_its_fence_taken(
    database: Database, database_url: str
) -> None:
    cases = publish_cases(database, 1)
    sleeper = deliveries(database, effect)
    with database.plain() as connection:
        claimed = sleeper._claim(connection, again=False, limit=10)
    let_leases_pass(database_url)
    with database.plain() as connection:  # another takes it over, and hasn't handled it yet
        sleeper._claim(connection, again=True, limit=1)
    sleeper._handle(claimed)
    assert not effects(database_url)
    let_leases_pass(database_url)
    drain(deliveries(database, effect))
    assert effects(database_url) == Counter(cases)


def test_an_event_holds_no_personal_data() -> None:
    """Ids, dates, codes: every field of every event is of a type that can hold nothing else."""
    texts = {
        (event.__name__, name)
        for event in _all_events(Event)
        for name, field in event.model_fields.items()
        if field.annotation is str
    }
    assert {name for _, name in texts} <= {
        "step", "rule", "proposal", "key", "kind", "chore", "reason"
    }  # fmt: skip


def _all_events(root: type[Event]) -> Iterator[type[Event]]:
    for event in root.__subclasses__():
        yield event
        yield from _all_events(event)


def test_F6_a_dead_redis_costs_the_one_who_rings_a_moment_and_nothing_else() -> None:
    bell = Doorbell("redis://127.0.0.1:1/0")
    started = time.monotonic()
    for _ in range(50):
        bell.ring({SCHEDULER, NOTIFIER})
    assert timedelta(seconds=time.monotonic() - started) < timedelta(seconds=3)
