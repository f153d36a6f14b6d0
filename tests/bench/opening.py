"""Cases opened over HTTP by twenty at a time, against bare inserts of as many rows.

The bare side is asynchronous psycopg and not asyncpg, which Samspel has no other use for. Its rows
are made in the server by one statement: asyncpg, which has to send them, does nine tenths of it.
"""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from uuid import uuid4

import psutil
import psycopg

from samspel.ports import LOOPBACK, free_port, why_not
from services.cases.adapters.municipality import import_register
from shared.municipality import read_register
from tests.bench.figures import Figure, Sample, Wanted, interleaved
from tests.bench.servers import Bench, cpu_seconds, running, until
from tests.conftest import EXAMPLE
from tests.integration.cases_house import new_case
from tests.support.facts import Facts

CONNECTIONS = 20
_TOKEN = "a-token-that-lives-as-long-as-the-measurement"
_BARE = """
    CREATE TABLE public.bare (id uuid PRIMARY KEY, known_on date, note text, data jsonb)
"""
_INSERT = """
    INSERT INTO public.bare SELECT gen_random_uuid(), '2027-03-01', 'x' || n, '{"a": 1}'
    FROM generate_series(1, %s) AS n
"""


def opening(bench: Bench) -> list[Figure]:
    count, bare = bench.count(1_000, 10), bench.count(5_000, 40)
    template = bench.template("registered", registered)
    port = free_port()
    with ExitStack() as stack:
        url = stack.enter_context(bench.database(template))
        environment = bench.environment(url, 1) | {
            "SAMSPEL_BROKER_URL": bench.empty_broker(),
            "SAMSPEL_API_TOKEN": _TOKEN,
        }
        web = stack.enter_context(running(
            ("uvicorn", "services.cases.app:web", "--factory", "--host", LOOPBACK, "--port",
             str(port), "--no-access-log", "--log-level", "warning"),
            environment, bench.home / "web.log",
        ))  # fmt: skip
        until(lambda: why_not(port) is not None or not web.is_running(), "the web")
        rows = _rows_of_one(url, port)
        _as_in_use(url, port, count)
        sides = interleaved(bench.rounds, {
            "over HTTP": lambda: _over_http(web, port, count),
            "bare insert": lambda: _inserted(url, rows, bare),
        })  # fmt: skip
    ours, inserted = sides.values()
    what = "opening a case over HTTP, against a bare psycopg insert of as many rows"
    return [
        Figure("opening", what, "cases/s", ours, inserted, Wanted(0.15, 0.40),
               f"{rows} rows a case, {CONNECTIONS} connections")
    ]  # fmt: skip


def registered(url: str) -> None:
    """The register of the example municipality, and a table for bare rows."""
    Facts(url).set_clock()
    import_register(url, read_register(EXAMPLE))
    with psycopg.connect(url) as connection:
        connection.execute(_BARE)


def _over_http(web: psutil.Process, port: int, count: int) -> Sample:
    began, cpu = time.perf_counter(), cpu_seconds([web])
    answers = asyncio.run(_posted(port, count))
    sample = Sample(count, time.perf_counter() - began, cpu_seconds([web]) - cpu)
    assert answers == Counter({201: count}), answers
    return sample


def _inserted(url: str, rows: int, count: int) -> Sample:
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(_bare(url, rows, count))
    return Sample(count, time.perf_counter() - began, time.process_time() - cpu)


def _rows_of_one(url: str, port: int) -> int:
    """How many rows of all tables one more case makes, once there is one."""
    asyncio.run(_posted(port, 1))
    before = _rows(url)
    asyncio.run(_posted(port, 1))
    return _rows(url) - before


def _rows(url: str) -> int:
    with psycopg.connect(url) as connection:
        names = connection.execute(
            "SELECT quote_ident(schemaname) || '.' || quote_ident(tablename) FROM pg_tables"
            " WHERE schemaname IN ('cases', 'scheduler', 'notifier', 'bus')"
        ).fetchall()
        counts = [
            connection.execute(f"SELECT count(*) FROM {name}".encode()).fetchone()  # noqa: S608
            for (name,) in names
        ]
    return sum(row[0] for row in counts if row)


def _as_in_use(url: str, port: int, count: int) -> None:
    """Some cases are there, and counted: PostgreSQL would count them in the midst of a round."""
    asyncio.run(_posted(port, count))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


async def _posted(port: int, count: int) -> Counter[int]:
    """The statuses of so many calls. A client of a few lines: httpx would cost what it measures."""
    body, answers = json.dumps(new_case()).encode(), Counter[int]()

    async def connection(calls: Callable[[], bool]) -> None:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        while calls():
            head = (
                f"POST /api/v1/cases HTTP/1.1\r\nHost: {LOOPBACK}:{port}\r\n"
                f"Authorization: Bearer {_TOKEN}\r\nIdempotency-Key: {uuid4().hex}\r\n"
                f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            answers[int(answer.split(" ", 2)[1])] += 1
            await reader.readexactly(int(answer.partition("content-length: ")[2].split()[0]))
        writer.close()

    await _by_twenty(count, connection)
    return answers


async def _bare(url: str, rows: int, count: int) -> None:
    async def connection(calls: Callable[[], bool]) -> None:
        async with await psycopg.AsyncConnection.connect(url, autocommit=True) as database:
            while calls():
                await database.execute(_INSERT, [rows])

    await _by_twenty(count, connection)


async def _by_twenty(
    count: int, connection: Callable[[Callable[[], bool]], Awaitable[None]]
) -> None:
    """So many calls in all, each connection the next as soon as it has had its answer."""
    left = iter(range(count))

    def calls() -> bool:
        return next(left, None) is not None

    await asyncio.gather(*(connection(calls) for _ in range(CONNECTIONS)))
