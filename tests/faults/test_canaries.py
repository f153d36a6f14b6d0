"""The canary search finds what is there, in whatever form and channel: so «nothing» means that."""

import base64
import json
from collections.abc import Callable, Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import uuid4

import httpx2
import psycopg
import pytest
import redis

from tests.faults.canary import Canaries
from tests.faults.collector import Overheard, keeping_errors
from tests.faults.families import CHILD, GUARDIAN, Family
from tests.faults.searching import Watch
from tests.faults.world import World

# One at a time: what lies in Redis is looked for in each of the databases that the tests share.
pytestmark = pytest.mark.xdist_group("canaries")

SCHOOL = "Granitängsskolan"
SEARCH = Canaries((SCHOOL, "Zeolitasson"))


@pytest.mark.parametrize(
    "value",
    [
        f"hos {SCHOOL}.",
        SCHOOL.upper(),
        json.dumps({"unit": SCHOOL}),
        "Granit%C3%A4ngsskolan",
        "Granit=C3=A4ngsskolan",
        "Granita\u0308ngsskolan",
        SCHOOL.encode("latin-1"),
        repr(SCHOOL.encode()),
        base64.b64encode(f"namnet är {SCHOOL} här".encode()),
        base64.urlsafe_b64encode(f"??>{SCHOOL}".encode()),
        b"Granit=C3=\r\n=A4ngs=\r\nskolan",
        b"\xff\xfe " + SCHOOL.upper().encode() + b" \xff",
        "SUMMARY:Granitä\r\n ngsskolan",
    ],
)
def test_X3_a_canary_is_found_in_every_form(value: str | bytes) -> None:
    assert SEARCH.within(value) == [SCHOOL]


def test_X3_nothing_is_found_where_nothing_is() -> None:
    assert SEARCH.within("Björkskolan, Granit, Zeolit, son") == []


def test_X3_a_canary_is_found_in_every_part_of_a_mail() -> None:
    for where in ("subject", "text", "calendar", "file"):
        mail = EmailMessage()
        mail["Subject"] = SCHOOL if where == "subject" else "Möte"
        mail.set_content(f"På {SCHOOL}" if where == "text" else "På plats", cte="base64")
        mail.add_attachment(
            f"X:{SCHOOL}" if where == "calendar" else "X:",
            subtype="calendar",
            filename=f"{SCHOOL}.ics" if where == "file" else "mote.ics",
        )
        assert SEARCH.in_mail(mail.as_bytes()) == [f"{SCHOOL} in a mail"], where


def test_X3_a_canary_is_found_in_tables_but_not_in_those_of_cases(registered_url: str) -> None:
    with psycopg.connect(registered_url) as database:
        database.execute("UPDATE cases.people SET name = %s", [f"Vera {SCHOOL}"])
        database.commit()
        assert SEARCH.in_database(registered_url) == []
        assert SEARCH.missing_in_cases(registered_url) == ["Zeolitasson"]
        database.execute(
            "INSERT INTO bus.events (type, source, subject, time, data)"
            " VALUES ('x', 'y', %s, now(), %s)",
            [uuid4(), json.dumps({"of": SCHOOL})],
        )
        database.commit()
    assert SEARCH.in_database(registered_url) == [f"{SCHOOL} in bus.events"]


def test_X3_of_a_mail_that_came_in_only_what_keeps_it_as_it_came_is_excepted(
    registered_url: str,
) -> None:
    with psycopg.connect(registered_url) as database:
        database.execute(
            "INSERT INTO notifier.inbound"
            " (id, digest, via, recipient, sender, raw, size, received_at, keep_until, words)"
            " VALUES (%s, '', 'smtp', 'moten@k.example', %s, %s, 1, now(), now(), %s)",
            [uuid4(), f"{SCHOOL}@h.example", SCHOOL.encode(), SCHOOL],
        )
        database.commit()
        assert SEARCH.in_database(registered_url) == []
        database.execute("UPDATE notifier.inbound SET reason = %s", [f"from {SCHOOL}"])
        database.commit()
    assert SEARCH.in_database(registered_url) == [f"{SCHOOL} in notifier.inbound"]


def test_X3_a_canary_is_found_in_redis_and_in_files(broker_url: str, tmp_path: Path) -> None:
    with redis.Redis.from_url(broker_url) as valkey:
        valkey.set("harmless", 1)
        assert SEARCH.in_redis(broker_url) == []
        valkey.lpush("queue", json.dumps({"body": base64.b64encode(SCHOOL.encode()).decode()}))
    assert SEARCH.in_redis(broker_url) == [f"{SCHOOL} in Redis"]
    (tmp_path / "web.log").write_text(f"all is well\nerror: {SCHOOL}\n")
    assert SEARCH.in_files(tmp_path) == [f"{SCHOOL} in web.log, line 2"]
    (tmp_path / "web.log").write_bytes(b"all is well\nGranit=C3=\r\n=A4ngs=\r\nskolan\n")
    assert SEARCH.in_files(tmp_path) == [f"{SCHOOL} in web.log"], "over a fold"


def test_X3_what_was_read_of_a_file_isnt_read_again(tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text(f"error: {SCHOOL}\n")
    read = {log: log.stat().st_size}
    assert SEARCH.in_files(tmp_path, read) == []
    log.write_text(f"error: {SCHOOL}\nall is well\n{SCHOOL.upper()}\n")
    assert SEARCH.in_files(tmp_path, read)


def test_X3_every_command_to_redis_is_heard_also_once_it_has_been_away(
    broker_url: str, worker_number: int
) -> None:
    with Overheard(broker_url) as heard, redis.Redis.from_url(broker_url) as valkey:
        valkey.set("a", SCHOOL, ex=1)
        valkey.delete("a")
        heard.until_now()
        assert SEARCH.within(b"\n".join(heard.commands)) == [SCHOOL]
        clients = [one for one in valkey.client_list() if one["db"] == str(worker_number)]
        (listening,) = [one["addr"] for one in clients if "O" in one["flags"]]
        valkey.client_kill(listening)
        heard.until_now()
        valkey.echo("Zeolitasson")
        heard.until_now()
        assert SEARCH.within(b"\n".join(heard.commands)) == [SCHOOL, "Zeolitasson"]


class AWorld:
    """What is searched of one, with an example municipality and nobody at work."""

    def __init__(self, database_url: str, valkey_url: str, logs: Path) -> None:
        self.database_url, self.valkey_url, self.logs = database_url, valkey_url, logs
        self.errors: list[bytes] = []
        self.heard: Any = SimpleNamespace(commands=[], until_now=lambda: None)
        self.traces: Any = SimpleNamespace(bodies=[])
        self.mail: Any = SimpleNamespace(taken=[])
        self.metrics, self.says = "samspel_up 1", "no"
        self.web = httpx2.Client(
            base_url="http://web.example",
            transport=httpx2.MockTransport(self._answer),
            event_hooks=keeping_errors(self.errors),
        )

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        if request.url.path == "/metrics":
            return httpx2.Response(200, text=self.metrics)
        return httpx2.Response(404, headers={"Samspel-Says": self.says}, text="no")

    def rows(self, query: str) -> list[dict[str, Any]]:
        with psycopg.connect(self.database_url) as database:
            return [{"mark": row[0]} for row in database.execute(query.encode()).fetchall()]

    def change(self, statement: str, *values: Any) -> None:
        with psycopg.connect(self.database_url) as database:
            database.execute(statement.encode(), values)


MARK = "0123456789ab"  # of a family whose case a fault has opened


def a_family_is_there(world: AWorld) -> Family:
    insert = (
        "INSERT INTO cases.people (id, party, name, email, birth_date) VALUES (%s, %s, %s, %s, %s)"
    )
    born = date(2014, 2, 28)
    world.change(insert, uuid4(), "child", f"{CHILD} {GUARDIAN}", "vh@hemma.example", born)
    world.change(insert, uuid4(), "child", f"Barnet {MARK}", None, born)
    world.change("UPDATE cases.units SET name = %s", SCHOOL)
    return Family(3, 0, case=str(uuid4()))


def in_a_table(world: AWorld) -> None:
    world.change(
        "INSERT INTO bus.events (type, source, subject, time, data)"
        " VALUES ('x', 'y', %s, now(), %s)",
        uuid4(), json.dumps({"of": MARK}),
    )  # fmt: skip


def in_a_log(world: AWorld) -> None:
    (world.logs / "notifier.log").write_text(f"error: {MARK}\n")


def in_an_answer(world: AWorld) -> None:
    world.says = MARK
    world.web.get("/api/v1/cases/7")


def in_a_mail(world: AWorld) -> None:
    world.mail.taken.append(SimpleNamespace(content=f"Subject: {MARK}\n\n".encode()))


def in_redis(world: AWorld) -> None:
    with redis.Redis.from_url(world.valkey_url) as valkey:
        valkey.lpush("queue", base64.b64encode(f"for {MARK} there".encode()))


def in_a_command(world: AWorld) -> None:
    world.heard.commands.append(f"LPUSH queue {MARK}".encode())


def in_a_trace(world: AWorld) -> None:
    world.traces.bodies.append(f"\x12{MARK}\x18".encode())


def in_the_metrics(world: AWorld) -> None:
    world.metrics = f'samspel_up{{of="{MARK}"}} 1'


LEAKS: list[tuple[Callable[[AWorld], None], str]] = [
    (in_a_table, "bus.events"),
    (in_a_log, "notifier.log, line 1"),
    (in_an_answer, "an error"),
    (in_a_mail, "a mail"),
    (in_redis, "Redis"),
    (in_a_command, "a command to Redis"),
    (in_a_trace, "a trace"),
    (in_the_metrics, "the metrics"),
]


@pytest.fixture
def world(registered_url: str, broker_url: str, tmp_path: Path) -> Iterator[AWorld]:
    made = AWorld(registered_url, broker_url, tmp_path)
    yield made
    made.web.close()


@pytest.mark.parametrize(("leak", "channel"), LEAKS)
def test_X3_in_any_world_what_its_families_have_is_seen_wherever_it_is_told(
    world: AWorld, leak: Callable[[AWorld], None], channel: str
) -> None:
    watch, families = Watch(cast(World, world)), [a_family_is_there(world)]
    assert watch.look(families) == []
    leak(world)
    assert watch.look(families) == [f"{MARK} in {channel}"]


def test_X3_what_stands_in_no_case_is_said_since_it_cant_be_looked_for(world: AWorld) -> None:
    watch, families = Watch(cast(World, world)), [a_family_is_there(world)]
    world.change("UPDATE cases.units SET name = 'another'")
    assert watch.look(families) == [f"{SCHOOL} is in no case, so it can't be looked for"]
