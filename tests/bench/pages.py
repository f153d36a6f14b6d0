"""What the pages cost the server with ten thousand open cases, and what they weigh.

Each stands beside a page of the same application that reads nothing but the session. The server
time is the wall clock of the application in this process; beside it the processor time of this
process and of PostgreSQL's, which tells more where others are at work.
"""

import asyncio
import gzip
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import httpx2 as httpx
import psycopg
import pytest
from fastapi import FastAPI
from rich.console import Console
from rich.table import Table

from services.cases.web.templating import STATIC
from shared.db import AT_FIRST
from shared.ids import staff_id
from shared.settled import settled
from tests.bench.many_cases import Made, many_cases
from tests.bench.opening import registered
from tests.bench.servers import Bench
from tests.conftest import EXAMPLE
from tests.integration.cases_house import cases_house
from tests.support.signing_in import COOKIE, begin_session

TRIVIAL = "/finns-inte"
TIMES, _WARM_UP = 20, 3
OPEN_CASES = 10_000
_ASSET = re.compile(r"/static/([\w.-]+\.(?:css|js|svg))")
_KILO = 1000


_COLUMNS = (
    "page", "who", "median ms", "max ms", "CPU", "database", "statements", "HTML kB", "whole kB",
    "packed",
)  # fmt: skip
RECTOR, COORDINATOR, CHIEF, IT = (
    "anna-lindqvist", "therese-backman", "margareta-sandstrom", "administrator",
)  # fmt: skip
_WHO = {RECTOR: "rektor", COORDINATOR: "coordinator", CHIEF: "chief", IT: "administrator"}


@dataclass(frozen=True, slots=True)
class PageFigure:
    """One page as one person opens it: milliseconds, statements to the database, kB.

    `whole_kb`: with its styles and scripts, as they are sent; `packed_kb`: what gzip would make of
    them.
    """

    path: str
    who: str
    status: int
    ms: float
    ms_max: float
    cpu_ms: float
    database_cpu_ms: float
    statements: int
    html_kb: float
    whole_kb: float
    packed_kb: float
    of_trivial: float = 1.0


def paths(made: Made) -> list[tuple[str, str]]:
    """Each page, and who opens it."""
    case, meeting = f"/arenden/{made.case_id}", f"/moten/{made.meeting_id}"
    return [
        (TRIVIAL, RECTOR),
        ("/", RECTOR), ("/", COORDINATOR), ("/medarbetare", CHIEF),
        ("/arenden", RECTOR), ("/arenden", COORDINATOR),
        (case, RECTOR), (f"/arenden/{made.spindel_id}", COORDINATOR),
        (f"{case}/historik", RECTOR), (f"{case}/lasningar", RECTOR),
        (f"{case}/moten/boka", RECTOR), (f"/arenden/{made.spindel_id}/moten/boka", COORDINATOR),
        (meeting, RECTOR), (f"{meeting}/flytta", RECTOR), (f"{meeting}/hallet", RECTOR),
        ("/arenden/nytt/samverkansmote", RECTOR),
        ("/kalender", RECTOR), ("/kalender", COORDINATOR), ("/kalender?vy=vecka", RECTOR),
        ("/kalender?vems=enhet", CHIEF), ("/kalender?vems=enhet&vy=vecka", CHIEF),
        ("/arshjul/2027", RECTOR),
        ("/utskick", RECTOR), ("/utskick", COORDINATOR), ("/utskick?lage=fel", COORDINATOR),
        ("/inkommet", RECTOR), ("/inkommet", COORDINATOR),
        ("/forfragningar", COORDINATOR), ("/orosanmalningar", RECTOR), ("/lasningar", CHIEF),
        ("/mallar", RECTOR),
        ("/installningar", IT), ("/installningar/personer", IT), ("/installningar/lasningar", IT),
        ("/drift", IT),
    ]  # fmt: skip


def pages(bench: Bench) -> list[PageFigure]:
    """With ten thousand open cases."""
    template = bench.template("registered", registered)
    with (
        bench.database(template) as url,
        cases_house(url, bench.empty_broker(), EXAMPLE) as house,
    ):
        made = many_cases(house, bench.count(OPEN_CASES, 700))
        return pages_measured(settled(house.app), url, made)


def pages_measured(app: FastAPI, database_url: str, made: Made) -> list[PageFigure]:
    return asyncio.run(_measured(app, database_url, paths(made)))


async def _measured(
    app: FastAPI, database_url: str, asked: Sequence[tuple[str, str]]
) -> list[PageFigure]:
    transport = httpx.ASGITransport(app=app)
    figures: list[PageFigure] = []
    async with httpx.AsyncClient(transport=transport, base_url="http://samspel.example") as client:
        for path, who in asked:
            headers = {"Cookie": f"{COOKIE}={_session(database_url, who)}"}
            figures.append(await _one(client, database_url, path, who, headers))
    trivial = figures[0].ms
    return [_compared(one, trivial) for one in figures]


def _session(database_url: str, who: str) -> str:
    if who == "administrator":
        return begin_session(database_url, None, roles=["administrator"])
    return begin_session(database_url, staff_id(who))


async def _one(
    client: httpx.AsyncClient, database_url: str, path: str, who: str, headers: dict[str, str]
) -> PageFigure:
    for _ in range(_WARM_UP):
        await client.get(path, headers=headers)
    answer = await client.get(path, headers=headers)
    walls: list[float] = []
    with statements() as asked:
        ours, theirs = process_time(), _database_seconds(database_url)
        for _ in range(TIMES):
            began = perf_counter()
            await client.get(path, headers=headers)
            walls.append((perf_counter() - began) * 1000)
        ours, theirs = process_time() - ours, _database_seconds(database_url) - theirs
    assets = {STATIC / name for name in _ASSET.findall(answer.text)}
    parts = [answer.content, *(one.read_bytes() for one in assets)]
    return PageFigure(
        path=re.sub(r"[0-9a-f-]{36}", "…", path),
        who=who,
        status=answer.status_code,
        ms=median(walls),
        ms_max=max(walls),
        cpu_ms=ours / TIMES * 1000,
        database_cpu_ms=theirs / TIMES * 1000,
        statements=len(asked) // TIMES,
        html_kb=len(answer.content) / _KILO,
        whole_kb=sum(map(len, parts)) / _KILO,
        packed_kb=sum(len(gzip.compress(one)) for one in parts) / _KILO,
    )


def _compared(one: PageFigure, trivial: float) -> PageFigure:
    return PageFigure(**{**_fields(one), "of_trivial": one.ms / trivial})


def _fields(one: PageFigure) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


@contextmanager
def statements() -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    sent: list[str] = []
    as_usual = psycopg.Cursor.execute

    def execute(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        # Neither whether a connection lives, which has rested, nor what a new one begins with.
        if query not in ("", AT_FIRST):
            sent.append(str(query))
        return as_usual(self, query, *args, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        yield sent


def _database_seconds(database_url: str) -> float:
    """Processor time of the connections of the application, as Linux counts it."""
    with psycopg.connect(database_url) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE application_name = 'samspel_cases'"
            " AND datname = current_database()"
        ).fetchall()
    files = [Path(f"/proc/{pid}/schedstat") for (pid,) in found]
    return sum(int(one.read_text().split()[0]) for one in files if one.exists()) / 1e9


def show_pages(console: Console, figures: Sequence[PageFigure]) -> None:
    table = Table(*_COLUMNS)
    for one in figures:
        table.add_row(*_cells(one))
    console.print(table)


def pages_markdown(figures: Sequence[PageFigure]) -> str:
    """The same for docs/performance.md."""
    return "\n".join([
        "| " + " | ".join(_COLUMNS) + " |",
        "|---|---|" + "--:|" * (len(_COLUMNS) - 2),
        *("| " + " | ".join(_cells(one)) + " |" for one in figures),
    ])  # fmt: skip


def _cells(one: PageFigure) -> tuple[str, ...]:
    status = "" if one.status == 200 else f" ({one.status})"
    numbers = (
        one.ms, one.ms_max, one.cpu_ms, one.database_cpu_ms, one.statements, one.html_kb,
        one.whole_kb, one.packed_kb,
    )  # fmt: skip
    return (one.path + status, _WHO[one.who], *(f"{number:.0f}" for number in numbers))
