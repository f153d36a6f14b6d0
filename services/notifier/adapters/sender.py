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
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TypeVar

import uvloop

from services.notifier.adapters.batcher import Batcher
from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.oauth import Tokens
from services.notifier.adapters.smtp import Line, Reach, tls_context
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.messages import Claim, Sending
from services.notifier.domain.outcomes import Outcome, Refused, Stopped, Verdict, verdict
from services.notifier.domain.pacing import Lanes, Pacing, crowded, most_of_a_slow_one
from services.notifier.domain.replies import Fault
from shared.traces import span

log = logging.getLogger(__name__)

_IDLE_SECONDS = 20.0
_MARK_ATTEMPTS = 60
_LINGER_SECONDS = 0.01
_COMPANY_SECONDS = 0.005  # for others on their way to the gate
_SECONDS_TO_MARK = 10.0
_PAUSE = timedelta(seconds=1)
_PAUSE_AFTER_UNFORESEEN = timedelta(seconds=20)
_SECONDS_BETWEEN_LOOKS = 1.0

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Pace:
    """How many connections, and how long to wait (real seconds)."""

    connections: int = 10
    answer_seconds: float = 600.0
    command_seconds: float = 300.0
    lease: timedelta = timedelta(seconds=20)
    pacing: Pacing = field(default_factory=Pacing)


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
    tokens: Tokens | None = None
    _under_way: dict[Claim, _UnderWay] = field(default_factory=dict)
    _closing: bool = False
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _quiet: threading.Condition = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: threading.Thread = field(init=False)
    _lanes: Lanes[_UnderWay] = field(init=False)
    _idle: deque["asyncio.Future[None]"] = field(default_factory=deque)
    _sending: int = 0
    _tls: ssl.SSLContext | None = field(init=False)
    _clearing: Batcher[Sending, bytes | None] = field(init=False)
    _marking: Batcher[tuple[Sending, Verdict], None] = field(init=False)

    def __post_init__(self) -> None:
        self._tls = tls_context(self.server)  # a broken file must stop the start, not a mail
        self._quiet = threading.Condition(self._lock)
        self._loop = uvloop.new_event_loop()
        self._lanes = Lanes(self.pace.pacing, self.pace.connections)
        self._clearing = Batcher(
            self.gate.clear,
            "notifier-gate",
            linger=_COMPANY_SECONDS,
            expected=lambda: self._sending,
        )
        self._marking = Batcher(self._mark, "notifier-marks", linger=_LINGER_SECONDS)
        self._thread = threading.Thread(target=self._run, name="notifier-sender", daemon=True)
        self._thread.start()

    @property
    def under_way(self) -> int:
        with self._lock:
            return len(self._under_way)

    @property
    def crowded(self) -> frozenset[str]:
        """Domains of which enough is under way: what else is claimed is to go to others."""
        with self._lock:
            count = Counter(one.sending.domain for one in self._under_way.values())
        return crowded(count, self._lanes.slow, self.pace.pacing.own)

    def hand_over(self, sendings: Sequence[Sending], claimed_at: float) -> None:
        """Begin with these. `claimed_at`: the monotonic time just before they were claimed."""
        until = claimed_at + self.pace.lease.total_seconds()
        mine = [_UnderWay(sending, until) for sending in sendings]
        with self._lock:
            ending = self._closing
            if not ending:
                self._under_way |= {one.sending.claim: one for one in mine}
        if ending:
            self._give_back(sendings, "worker-ends")
            return
        for one in mine:
            self._loop.call_soon_threadsafe(self._line_up, one)

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
                del self._under_way[sending.claim]
        self._give_back(waiting, "worker-ends")
        self.wait(seconds)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._clearing.close()
        self._marking.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        reach = Reach()
        tasks: list[Callable[[], Awaitable[None]]] = [self._renew, self._make_room]
        tasks += [partial(self._work, reach)] * self.pace.connections
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
            tokens=self.tokens,
        )
        try:
            while True:
                one = await self._next()
                if one is None:
                    await line.hang_up()
                    continue
                began, outcome = time.monotonic(), None
                self._sending += 1
                try:
                    if self._closing:  # given back already
                        continue
                    outcome = await self._send(line, one)
                finally:
                    self._sending -= 1
                    self._clearing.look()
                    self._leave_lane(one, began, outcome)
                self._loop.create_task(self._note(one, outcome))
        finally:
            line.drop()

    async def _next(self) -> _UnderWay | None:
        """The next that may begin by its domain's pace; None after a while without any."""
        until = time.monotonic() + _IDLE_SECONDS
        while (now := time.monotonic()) < until:
            if (one := self._lanes.take(now)) is not None:
                return one
            token = self._lanes.next_token(now)
            waiter: asyncio.Future[None] = self._loop.create_future()
            self._idle.append(waiter)
            with suppress(TimeoutError):
                async with asyncio.timeout(until - now if token is None else token + 0.001):
                    await waiter
        return None

    def _line_up(self, one: _UnderWay) -> None:
        self._lanes.put(one.sending.domain, one, time.monotonic(), one.sending.subject)
        self._wake()

    def _leave_lane(self, one: _UnderWay, began: float, outcome: Outcome | None) -> None:
        held_back = _is_held_back(outcome)
        self._lanes.ended(one.sending.domain, began, time.monotonic(), held_back=held_back)
        self._wake(everybody=True)  # what is known of a domain now can let several begin

    def _wake(self, *, everybody: bool = False) -> None:
        """A connection that has nothing to do looks again."""
        while self._idle:
            waiter = self._idle.popleft()
            if not waiter.done():
                waiter.set_result(None)
                if not everybody:
                    return

    async def _make_room(self) -> None:
        """What waits behind a slow domain goes back, so that the batch has room for others."""
        while True:
            await asyncio.sleep(_SECONDS_BETWEEN_LOOKS)
            self._lanes.look(time.monotonic())
            with self._lock:
                claimed = {one.sending.domain for one in self._under_way.values()}
            slow = self._lanes.slow & claimed
            keep = most_of_a_slow_one(slow)
            spared = [one for domain in slow for one in self._lanes.spare(domain, keep)]
            await self._return(spared, "domain-slow")

    async def _send(self, line: Line, one: _UnderWay) -> Outcome | None:
        """None if something went wrong that nobody foresaw: the message is taken up again."""
        try:
            with span("message", id=str(one.sending.id)) as told:
                outcome = await line.send(
                    one.sending,
                    self.gate.post.bounce_address(one.sending),
                    lambda _: self._clear(one),
                    lambda: time.monotonic() < one.leased_until,
                )
                told(outcome=type(outcome).__name__.lower())
                return outcome
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
            if _is_held_back(outcome):
                await self._let_rest(one.sending.domain)
        finally:
            self._done(one)

    async def _let_rest(self, domain: str) -> None:
        """What hasn't begun of it waits in the database, which knows for how long."""
        await self._return(self._lanes.clear(domain), "domain-rests")

    async def _return(self, waiting: Sequence[_UnderWay], reason: str) -> None:
        """Give back what hasn't begun, unless that has been done as the worker ends."""
        sendings = [one.sending for one in waiting if not self._closing]
        if sendings:
            give_back = partial(self._give_back, sendings, reason)
            await self._loop.run_in_executor(None, give_back)
        for one in waiting:
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
            self._under_way.pop(one.sending.claim, None)
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
                one.leased_until = until if one.sending.claim in renewed else 0.0

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


def _is_held_back(outcome: Outcome | None) -> bool:
    """The recipient's domain wants less of us."""
    return isinstance(outcome, Refused) and outcome.fault is Fault.THROTTLED


async def _keep_up(task: Callable[[], Awaitable[None]]) -> None:
    """Nothing that nobody foresaw may end a connection for good: then mail would stop silently."""
    while True:
        try:
            await task()
        except Exception as error:  # noqa: BLE001 - said, and begun anew
            kind = type(error).__name__  # its text could hold an address
            log.error("A connection of the sender ended: %s. It begins anew.", kind)  # noqa: TRY400
        await asyncio.sleep(_PAUSE.total_seconds())
