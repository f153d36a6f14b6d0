"""The sender of one worker process: an event loop in a thread of its own, and a few connections.

It goes on while the worker hears events: a server that lets one message wait for minutes holds
back neither the events nor the other messages. Never more than one batch is under way.
"""

import asyncio
import logging
import random
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import uvloop

from services.notifier.adapters.batcher import Batcher
from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.smtp import Line, Reach, tls_context
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import Outcome, Stopped, Verdict, verdict

log = logging.getLogger(__name__)

_IDLE_SECONDS = 20.0
_MARK_ATTEMPTS = 60
_LINGER_SECONDS = 0.01
_SECONDS_TO_MARK = 10.0
_PAUSE = timedelta(seconds=1)
_PAUSE_AFTER_UNFORESEEN = timedelta(seconds=20)

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Pace:
    """How many connections, and how long to wait (real seconds)."""

    connections: int = 10
    answer_seconds: float = 600.0
    command_seconds: float = 300.0
    lease: timedelta = timedelta(seconds=20)


@dataclass(slots=True)
class _UnderWay:
    """A claimed message; `leased_until` by the monotonic clock. `leaves`: the gate is asked, or has
    let it through, so that its end is waited for."""

    sending: Sending
    leased_until: float
    leaves: bool = False


@dataclass(slots=True)
class Sender:
    """Sends what it is handed; `under_way` says how much that is still."""

    server: MailServer
    gate: Gate
    claims: Claims
    pace: Pace = field(default_factory=Pace)
    _under_way: dict[UUID, _UnderWay] = field(default_factory=dict)
    _closing: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _quiet: threading.Condition = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: threading.Thread = field(init=False)
    _queue: "asyncio.Queue[_UnderWay]" = field(init=False)
    _tls: ssl.SSLContext | None = field(init=False)
    _clearing: Batcher[Sending, bytes | None] = field(init=False)
    _marking: Batcher[tuple[Sending, Verdict], None] = field(init=False)

    def __post_init__(self) -> None:
        self._tls = tls_context(self.server)  # a broken file must stop the start, not a mail
        self._quiet = threading.Condition(self._lock)
        self._loop = uvloop.new_event_loop()
        self._queue = asyncio.Queue()
        self._clearing = Batcher(self.gate.clear, "notifier-gate")
        self._marking = Batcher(self._mark, "notifier-marks", linger=_LINGER_SECONDS)
        self._thread = threading.Thread(target=self._run, name="notifier-sender", daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> int:
        with self._lock:
            return len(self._under_way)

    def hand_over(self, sendings: Sequence[Sending], claimed_at: float) -> None:
        """Begin with these. `claimed_at`: the monotonic time just before they were claimed."""
        until = claimed_at + self.pace.lease.total_seconds()
        mine = [_UnderWay(sending, until) for sending in sendings]
        with self._lock:
            ending = self._closing
            if not ending:
                self._under_way |= {one.sending.id: one for one in mine}
        if ending:
            self._give_back(sendings, "worker-ends")
            return
        for one in mine:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, one)

    def wait(self, seconds: float, *, until_at_most: int = 0) -> None:
        """Until no more than so many are under way, but for at most so long."""
        with self._quiet:
            self._quiet.wait_for(lambda: len(self._under_way) <= until_at_most, timeout=seconds)

    def close(self, seconds: float | None = None) -> None:
        """Begin nothing more, and let end what is leaving: for so long, or as an answer may take.

        What hasn't begun to leave is given back at once; what doesn't end is taken up by its lease.
        """
        if seconds is None:
            seconds = self.pace.answer_seconds + _SECONDS_TO_MARK
        with self._quiet:
            if self._closing:
                return
            self._closing = True
            waiting = [one.sending for one in self._under_way.values() if not one.leaves]
            for sending in waiting:
                del self._under_way[sending.id]
        self._give_back(waiting, "worker-ends")
        self.wait(seconds)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._clearing.close()
        self._marking.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        reach = Reach(back=self._server_is_back)
        tasks = [partial(self._work, reach)] * self.pace.connections + [self._renew]
        kept_up = [self._loop.create_task(_keep_up(task)) for task in tasks]
        try:
            self._loop.run_forever()
        finally:
            ending = {*kept_up, *asyncio.all_tasks(self._loop)}
            for task in ending:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*ending, return_exceptions=True))
            self._loop.close()

    async def _work(self, reach: Reach) -> None:
        """One connection: message after message, and a goodbye when it has been idle."""
        line = Line(
            server=self.server,
            hello=self.gate.post.domain,
            reach=reach,
            answer_seconds=self.pace.answer_seconds,
            command_seconds=self.pace.command_seconds,
            tls=self._tls,
        )
        try:
            while True:
                try:
                    one = await asyncio.wait_for(self._queue.get(), _IDLE_SECONDS)
                except TimeoutError:
                    await line.hang_up()
                    continue
                if self._closing:  # given back already
                    continue
                self._loop.create_task(self._note(one, await self._send(line, one)))
        finally:
            line.drop()

    async def _send(self, line: Line, one: _UnderWay) -> Outcome | None:
        """None if something went wrong that nobody foresaw: the message is taken up again."""
        try:
            return await line.send(
                one.sending,
                self.gate.post.bounce_address(one.sending),
                lambda _: self._clear(one),
                lambda: time.monotonic() < one.leased_until,
            )
        except Exception as error:  # noqa: BLE001 - the connection's other messages go on
            line.drop()
            kind = type(error).__name__  # its text could hold the address
            log.error("Sending message %s failed: %s", one.sending.id, kind)  # noqa: TRY400
            return None

    async def _clear(self, one: _UnderWay) -> bytes | None:
        """The gate. Once the worker ends, nothing goes through that wasn't there before."""
        with self._lock:
            if self._closing:
                return None
            one.leaves = True
        return await self._clearing.submit(one.sending)

    async def _note(self, one: _UnderWay, outcome: Outcome | None) -> None:
        """Mark what became of it; while the database is away, again and again for a while."""
        try:
            if outcome is None:
                # If its content may have left, the lease tells that nobody knows.
                give_back = partial(
                    self._give_back, [one.sending], "unforeseen", _PAUSE_AFTER_UNFORESEEN
                )
                await self._loop.run_in_executor(None, give_back)
                return
            if isinstance(outcome, Stopped):
                return
            result = verdict(
                outcome,
                attempts=one.sending.attempts,
                doubts=one.sending.doubts,
                jitter=random.random(),  # noqa: S311 - only spreads the retries
                unknown_wait=self.claims.unknown_wait.total_seconds(),
            )
            await self._marked(one.sending, result)
        finally:
            self._done(one)

    async def _marked(self, sending: Sending, result: Verdict) -> None:
        for attempt in range(_MARK_ATTEMPTS):
            try:
                await self._marking.submit((sending, result))
            except Exception as error:  # noqa: BLE001 - whatever it is, the mark mustn't be lost
                log.warning("Marking waits for the database: %s", type(error).__name__)
                await asyncio.sleep(min(2.0, 0.1 * 2**attempt))
            else:
                return
        log.error("Message %s could not be marked as %s.", sending.id, result.state)

    def _mark(self, verdicts: Sequence[tuple[Sending, Verdict]]) -> Sequence[None]:
        self.claims.mark(verdicts)
        return [None] * len(verdicts)

    def _done(self, one: _UnderWay) -> None:
        with self._quiet:
            self._under_way.pop(one.sending.id, None)
            self._quiet.notify_all()

    async def _renew(self) -> None:
        """Keep the leases of what is under way; by this a worker that stands still loses them."""
        while True:
            await asyncio.sleep(self.pace.lease.total_seconds() / 4)
            with self._lock:
                mine = list(self._under_way.values())
            if not mine:
                continue
            until = time.monotonic() + self.pace.lease.total_seconds()
            renew = partial(self.claims.renew, [one.sending for one in mine])
            renewed = await self._in_thread(renew)
            if renewed is None:
                continue
            for one in mine:  # a lost lease never comes back
                one.leased_until = until if one.sending.id in renewed else 0.0

    async def _in_thread(self, act: Callable[[], Result]) -> Result | None:
        try:
            return await self._loop.run_in_executor(None, act)
        except Exception as error:  # noqa: BLE001 - tried again soon
            log.warning("The database can't be reached: %s", type(error).__name__)
            return None

    def _give_back(
        self, sendings: Sequence[Sending], reason: str, wait: timedelta = timedelta(0)
    ) -> None:
        try:
            if sendings:
                self.claims.give_back(sendings, reason, wait)
        except Exception as error:  # noqa: BLE001 - then the lease gives them back
            log.warning("%s messages wait for their lease: %s", len(sendings), type(error).__name__)

    def _server_is_back(self) -> None:
        self._loop.create_task(self._in_thread(self.claims.server_is_back))


async def _keep_up(task: Callable[[], Awaitable[None]]) -> None:
    """Nothing that nobody foresaw may end a connection for good: then mail would stop silently."""
    while True:
        try:
            await task()
        except Exception as error:  # noqa: BLE001 - said, and begun anew
            kind = type(error).__name__  # its text could hold an address
            log.error("A connection of the sender ended: %s. It begins anew.", kind)  # noqa: TRY400
        await asyncio.sleep(_PAUSE.total_seconds())
