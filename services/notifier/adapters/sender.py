"""The sender of one worker process: an event loop in a thread of its own, and a few connections.

It goes on while the worker hears events: a server that lets one message wait for minutes holds
back neither the events nor the other messages. Never more than one batch is under way.
"""

import asyncio
import logging
import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

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


@dataclass(frozen=True, slots=True)
class Pace:
    """How many connections, and how long to wait (real seconds)."""

    connections: int = 10
    answer_seconds: float = 600.0
    command_seconds: float = 300.0
    lease: timedelta = timedelta(seconds=20)


@dataclass(slots=True)
class _UnderWay:
    """A claimed message; `leased_until` by the monotonic clock."""

    sending: Sending
    leased_until: float


@dataclass(slots=True)
class Sender:
    """Sends what it is handed; `under_way` says how much that is still."""

    server: MailServer
    gate: Gate
    claims: Claims
    pace: Pace = field(default_factory=Pace)
    _under_way: dict[object, _UnderWay] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _quiet: threading.Condition = field(init=False)
    _loop: asyncio.AbstractEventLoop = field(init=False)
    _thread: threading.Thread = field(init=False)
    _queue: "asyncio.Queue[_UnderWay]" = field(init=False)
    _clearing: Batcher[Sending, bytes | None] = field(init=False)
    _marking: Batcher[tuple[Sending, Verdict], None] = field(init=False)

    def __post_init__(self) -> None:
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
            self._under_way |= {one.sending.id: one for one in mine}
        for one in mine:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, one)

    def wait(self, seconds: float, *, until_at_most: int = 0) -> None:
        """Until no more than so many are under way, but for at most so long."""
        with self._quiet:
            self._quiet.wait_for(lambda: len(self._under_way) <= until_at_most, timeout=seconds)

    def close(self, seconds: float = 5.0) -> None:
        """Let what is under way end, for at most so long; the rest is taken up by its lease."""
        self.wait(seconds)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._clearing.close()
        self._marking.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        reach = Reach(back=self._server_is_back)
        tasks = [self._loop.create_task(self._work(reach)) for _ in range(self.pace.connections)]
        tasks.append(self._loop.create_task(self._renew()))
        try:
            self._loop.run_forever()
        finally:
            for task in asyncio.all_tasks(self._loop):
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

    async def _work(self, reach: Reach) -> None:
        """One connection: message after message, and a goodbye when it has been idle."""
        line = Line(
            server=self.server,
            hello=self.gate.post.domain,
            reach=reach,
            answer_seconds=self.pace.answer_seconds,
            command_seconds=self.pace.command_seconds,
            tls=tls_context(self.server),
        )
        try:
            while True:
                try:
                    one = await asyncio.wait_for(self._queue.get(), _IDLE_SECONDS)
                except TimeoutError:
                    await line.hang_up()
                    continue
                self._loop.create_task(self._note(one, await self._send(line, one)))
        finally:
            line.drop()

    async def _send(self, line: Line, one: _UnderWay) -> Outcome | None:
        """None if something went wrong that nobody foresaw: the message is taken up again."""
        sender = self.gate.post.bounce_address(one.sending)
        try:
            return await line.send(
                one.sending,
                sender,
                self._clearing.submit,
                lambda: time.monotonic() < one.leased_until,
            )
        except Exception as error:  # noqa: BLE001 - the connection's other messages go on
            line.drop()
            kind = type(error).__name__  # its text could hold the address
            log.error("Sending message %s failed: %s", one.sending.id, kind)  # noqa: TRY400
            return None

    async def _note(self, one: _UnderWay, outcome: Outcome | None) -> None:
        """Mark what became of it; while the database is away, again and again for a while."""
        try:
            if outcome is None or isinstance(outcome, Stopped):
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
            began = time.monotonic()
            sendings = [one.sending for one in mine]
            if await self._in_thread(lambda mine=sendings: self.claims.renew(mine)):  # type: ignore[misc]
                for one in mine:
                    one.leased_until = began + self.pace.lease.total_seconds()

    async def _in_thread(self, act: Callable[[], None]) -> bool:
        try:
            await self._loop.run_in_executor(None, act)
        except Exception as error:  # noqa: BLE001 - tried again soon
            log.warning("The database can't be reached: %s", type(error).__name__)
            return False
        return True

    def _server_is_back(self) -> None:
        self._loop.create_task(self._in_thread(self.claims.server_is_back))
