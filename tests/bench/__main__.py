"""`make bench`: measures, prints a table, and writes bench.json.

Each figure stands beside a bare one of the same run: the same number of rows, requests or mails
handled with nothing but the library underneath. Only the ratio can be compared between machines.
"""

import asyncio
import json
import tempfile
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import aiosmtplib
import psycopg
from rich.console import Console
from rich.table import Table

from samspel.embedded import EmbeddedPostgres, EmbeddedValkey
from services.cases.adapters.municipality import import_register
from services.notifier.domain.mailserver import MailServer
from services.scheduler.adapters.store import SqlStore
from services.scheduler.domain.plan import desired_plan
from services.scheduler.tasks import fall_due
from shared import migrations
from shared.bus.events import MeetingBooked
from shared.db import Database
from shared.domain.days import WorkingDays
from shared.municipality import read_register
from shared.procedures import load_procedures
from tests.bench.building import mails_built
from tests.bench.figures import Figure, timed
from tests.bench.many_cases import many_cases
from tests.bench.pages import PageFigure, pages_measured, show_pages
from tests.bench.year import a_year_of_plans
from tests.conftest import ROOT
from tests.integration.cases_house import cases_house, new_case
from tests.support.cases import case, noon
from tests.support.facts import START, Facts
from tests.support.notifier import a_worker
from tests.support.smtp import ScriptedServer

MUNICIPALITY = ROOT / "examples" / "exempelkommun"
OPEN_CASES = 10_000


def plans(count: int = 20_000) -> Figure:
    """The pure core: a case's windows and everything that falls due."""
    procedure = load_procedures(None).get("samverkansmote", date(2027, 1, 1))
    days = WorkingDays()
    facts = [
        case((date(2027, 1, 1) + timedelta(days=number % 365)).isoformat()) for number in range(365)
    ]
    now = noon("2027-06-01")

    def work() -> None:
        for number in range(count):
            desired_plan(facts[number % 365], procedure, days, now)

    return Figure("plans worked out (pure, one core)", count, timed(work))


def due_rows(url: str, count: int = 10_000) -> Figure:
    """Rows that fall due and publish their events, against claiming and marking them bare."""
    facts = Facts(url)
    facts.set_clock()

    def fill() -> None:
        facts.run("TRUNCATE scheduler.due, scheduler.plans")
        facts.run("INSERT INTO scheduler.plans (case_id) VALUES (%s)", facts.case_id)
        facts.run(
            "INSERT INTO scheduler.due (key, case_id, event_type, event, due_at, useful_until)"
            " SELECT 'key-' || n, %s, 'case.opened', jsonb_build_object('case_id', %s::text),"
            " '2020-01-01', '2040-01-01' FROM generate_series(1, %s) AS n",
            facts.case_id, facts.case_id, count,
        )  # fmt: skip
        facts.run("ANALYZE scheduler.due")

    def bare() -> None:
        with psycopg.connect(url) as connection:
            while connection.execute(
                "UPDATE scheduler.due SET state = 'fired' WHERE key IN (SELECT key FROM"
                " scheduler.due WHERE state = 'planned' LIMIT 500 FOR UPDATE SKIP LOCKED)"
            ).rowcount:
                connection.commit()

    database = Database(url, role="samspel_scheduler", demo=True)

    def ours() -> None:
        while fall_due(database, SqlStore):
            pass

    fill()
    bare_seconds = timed(bare)
    fill()
    seconds = timed(ours)
    database.close()
    return Figure(
        "due rows fallen due, events published", count, seconds, "claim and mark", bare_seconds
    )


def mails(url: str, count: int = 250) -> list[Figure]:
    """Meetings looked at and their mails sent, against the same bytes by bare aiosmtplib."""
    cases = [Facts(url) for _ in range(count)]
    for one in cases:
        one.set_clock()
        one.open_case()
        meeting = one.book(starts_at=START)
        one.publish(MeetingBooked(case_id=one.case_id, meeting_id=meeting, sequence=0))
    with ScriptedServer() as server, ExitStack() as stack:
        worker = stack.enter_context(
            a_worker(url, MUNICIPALITY, MailServer.from_url(server.url), connections=10)
        )
        looking = timed(lambda: [None for _ in iter(worker.deliveries.drain_batch, 0)])
        sending = timed(lambda: worker.rounds(120))
        sent = [(m.sender, m.recipient, m.content) for m in server.accepted]
        bare = timed(lambda: asyncio.run(send_bare(server.port, sent)))
    return [
        Figure("cases reconciled into messages", count, looking),
        Figure("mails cleared, built and accepted", len(sent), sending, "aiosmtplib", bare),
    ]


async def send_bare(port: int, mails: list[tuple[str, str, bytes]]) -> None:
    waiting = iter(mails)

    async def one_connection() -> None:
        client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
        await client.connect()
        for sender, recipient, content in waiting:
            await client.mail(sender)
            await client.rcpt(recipient)
            await client.data(content)
        await client.quit()

    await asyncio.gather(*(one_connection() for _ in range(10)))


def requests(url: str, broker: str, count: int = 300) -> Figure:
    """Cases opened over the API, against inserting as many bare rows, each in a transaction."""
    import_register(url, read_register(MUNICIPALITY))
    with cases_house(url, broker, MUNICIPALITY) as house:
        seconds = timed(lambda: [house.post("cases", new_case(), 201) for _ in range(count)])

    def bare() -> None:
        with psycopg.connect(url) as connection:
            for _ in range(count):
                connection.execute(
                    "INSERT INTO bus.events (type, source, subject, time, data)"
                    " VALUES ('case.opened', 'bench', %s, now(), '{}')", [uuid4()]
                )  # fmt: skip
                connection.commit()

    return Figure("cases opened over the API", count, seconds, "bare insert", timed(bare))


def pages(url: str, broker: str) -> list[PageFigure]:
    """What the server needs for each page for staff, with so many open cases."""
    import_register(url, read_register(MUNICIPALITY))
    with cases_house(url, broker, MUNICIPALITY) as house:
        made = many_cases(house, OPEN_CASES)
        return pages_measured(house.app, url, made)


def main() -> None:
    console = Console(width=120)
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="samspel-bench-") as folder, ExitStack() as stack:
        home = Path(folder)
        home.chmod(0o711)
        postgres = EmbeddedPostgres(home)  # with fsync, as in use
        valkey = EmbeddedValkey(home)
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.discard)
        with console.status("measuring …"):
            figures.append(plans())
            figures.append(a_year_of_plans())
            figures.append(mails_built())
            figures.append(due_rows(fresh(postgres)))
            figures += mails(fresh(postgres))
            figures.append(requests(fresh(postgres), valkey.url))
            of_pages = pages(fresh(postgres), valkey.url)
    show(console, figures)
    show_pages(console, of_pages)
    rows = [asdict(figure) | {"rate": figure.rate, "ratio": figure.ratio} for figure in figures]
    rows += [asdict(page) for page in of_pages]
    (ROOT / "bench.json").write_text(json.dumps(rows, indent=2) + "\n")


def fresh(postgres: EmbeddedPostgres) -> str:
    """A migrated database for one measurement."""
    name = f"bench_{uuid4().hex[:8]}"
    with psycopg.connect(postgres.url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    url = postgres.url_of(name)
    migrations.upgrade(url)
    return url


def show(console: Console, figures: list[Figure]) -> None:
    table = Table("what", "count", "seconds", "per second", "bare", "share of bare")
    for one in figures:
        share = f"{one.ratio:.2f}" if one.ratio else "–"
        table.add_row(
            one.what, f"{one.count}", f"{one.seconds:.2f}", f"{one.rate:,.0f}", one.bare, share
        )
    console.print(table)
    for one in figures:
        if one.note:
            console.print(f"{one.what}: {one.note}")


if __name__ == "__main__":
    main()
