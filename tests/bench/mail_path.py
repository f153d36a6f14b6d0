"""Mail as it really leaves: from the first claim until all is accepted and marked.

The workers are the real ones: the gate, the states, the stored bytes and the marks are in it. All
ways send into the same smtp-sink, by turns.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime

import psutil
import psycopg

from services.notifier.domain.mail import mail_bytes
from tests.bench.building import invitation, parts_of
from tests.bench.figures import Figure, Sample, Side, Wanted, interleaved
from tests.bench.prepared import (
    MAILS_OF_A_MEETING,
    MAIN_AT,
    WARM_AT,
    many_invitations,
    move_hand,
    open_mails,
    states,
)
from tests.bench.servers import WORKERS, Bench, Pokes, cpu_seconds, running, speaks_with, until
from tests.bench.usual import QUEUE, TABLE, app

_UNIT = "mails/s"
_TEMPLATE = "invitations"
_CELERY = (
    "celery", "--quiet", "-A", "services.notifier.app:celery", "worker", "--pool", "solo", "-Q",
    "notifier", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
    "--without-heartbeat",
)  # fmt: skip
_USUAL = (
    "celery", "--quiet", "-A", "tests.bench.usual:celery", "worker", "--concurrency", str(WORKERS),
    "-Q", QUEUE, "--loglevel", "ERROR", "--without-gossip", "--without-mingle",
    "--without-heartbeat",
)  # fmt: skip


def mail_path(bench: Bench) -> list[Figure]:
    """Needs Postfix's programs; nothing where they can't be had."""
    if bench.postfix is None:
        return []
    postfix = bench.postfix
    meetings, warm = bench.count(3_000, 10), bench.count(100, 4)
    usual, mails = bench.count(400, 6), meetings * MAILS_OF_A_MEETING
    bench.template(_TEMPLATE, lambda url: many_invitations(url, meetings, warm))
    size = len(mail_bytes(*invitation(0)))
    with postfix.listening() as port:
        sides = interleaved(bench.rounds, {
            "smtp-source": lambda: postfix.send(port, bench.count(20_000, 200), size),
            "two workers": lambda: _ours(bench, port, mails, _by_celery),
            "two plain processes": lambda: _ours(bench, port, mails, _by_loop),
            "usual build": lambda: _usual(bench, port, usual),
        })  # fmt: skip
    return _figures(sides, size)


def _figures(sides: dict[str, Side], size: int) -> list[Figure]:
    source, ours, plain, usual = sides.values()
    return [
        Figure("mail-path", "the mail path as really used, against smtp-source -s 10 -d", _UNIT,
               ours, source, Wanted(0.30, 0.60), f"invitations of {size / 1000:.1f} kB"),
        Figure("mail-usual", "the same, against what is usually built", _UNIT,
               ours, usual, Wanted(40, 100)),
        Figure("mail-celery", "Celery, against the same loop in plain processes", _UNIT,
               ours, plain, Wanted(0.90, 0.98)),
    ]  # fmt: skip


Workers = Callable[[Bench, ExitStack, dict[str, str]], Sequence[psutil.Process]]


def _by_celery(
    bench: Bench, stack: ExitStack, environment: dict[str, str]
) -> Sequence[psutil.Process]:
    return [
        stack.enter_context(
            running((*_CELERY, "-n", f"n{one}@%h"), environment, bench.home / "workers.log")
        )
        for one in range(WORKERS)
    ]


def _by_loop(
    bench: Bench, stack: ExitStack, environment: dict[str, str]
) -> Sequence[psutil.Process]:
    command = ("tests.bench.plain",)
    log = bench.home / "workers.log"
    return [stack.enter_context(running(command, environment, log)) for _ in range(WORKERS)]


def _ours(bench: Bench, port: int, mails: int, start: Workers) -> Sample:
    """One round over a database of its own; the workers have sent some before it counts."""
    with ExitStack() as stack:
        template = bench.template(_TEMPLATE, lambda _: None)
        url = stack.enter_context(bench.database(template))
        pokes = Pokes(bench.empty_broker())
        workers = start(bench, stack, bench.environment(url, port))
        looking = stack.enter_context(psycopg.connect(url, autocommit=True))

        def left(by: datetime) -> bool:
            pokes.keep_up()
            return open_mails(looking, by)

        move_hand(url, WARM_AT)
        until(lambda: not left(WARM_AT) and all(speaks_with(one, url) for one in workers), "warm")
        began, cpu = time.perf_counter(), cpu_seconds(workers)
        move_hand(url, MAIN_AT)
        pokes.ring()
        until(lambda: not left(MAIN_AT), "mails accepted")
        sample = Sample(mails, time.perf_counter() - began, cpu_seconds(workers) - cpu)
        found = states(looking)
        assert set(found) == {"accepted"}, found
        return sample


def _usual(bench: Bench, port: int, mails: int) -> Sample:
    """From the first task that is published."""
    with _usual_worker(bench, port, mails) as (worker, looking, send):
        send(range(WORKERS * 2))
        until(lambda: _sent(looking) == WORKERS * 2, "the usual build is warm")
        began, cpu = time.perf_counter(), cpu_seconds([worker])
        send(range(WORKERS * 2, WORKERS * 2 + mails))
        until(lambda: _sent(looking) == WORKERS * 2 + mails, "the usual build's mails")
        return Sample(mails, time.perf_counter() - began, cpu_seconds([worker]) - cpu)


@contextmanager
def _usual_worker(
    bench: Bench, port: int, mails: int
) -> Iterator[tuple[psutil.Process, psycopg.Connection, Callable[[range], None]]]:
    with bench.database() as url, psycopg.connect(url, autocommit=True) as looking:
        looking.execute(TABLE)
        rows = [{"id": one, **asdict(parts_of(*invitation(one)))} for one in range(mails + 10)]
        names = ", ".join(rows[0])
        places = ", ".join(f"%({name})s" for name in rows[0])
        with looking.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO public.usual_mails ({names}) VALUES ({places})".encode(),  # noqa: S608
                rows,
            )
        broker = bench.empty_broker()
        environment = bench.environment(url, port) | {
            "USUAL_BROKER_URL": broker,
            "USUAL_DATABASE_URL": url,
            "USUAL_SMTP_PORT": str(port),
        }
        celery = app(broker)

        def send(numbers: range) -> None:
            for number in numbers:
                celery.send_task("usual.send", [number])

        with running(_USUAL, environment, bench.home / "usual.log") as worker:
            yield worker, looking, send


def _sent(looking: psycopg.Connection) -> int:
    row = looking.execute(
        "SELECT count(*) FROM public.usual_mails WHERE state = 'accepted'"
    ).fetchone()
    assert row is not None
    return int(row[0])
