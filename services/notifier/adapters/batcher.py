"""Group commit: whatever waits at that moment goes in one transaction, in a thread of its own."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from math import inf
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Batcher(Generic[Item, Result]):
    """Calls `commit` with all that was submitted while the call before it was under way, and a
    little after it."""

    def __init__(
        self,
        commit: Callable[[Sequence[Item]], Sequence[Result]],
        name: str,
        *,
        linger: float,
        expected: Callable[[], float] = lambda: inf,
    ) -> None:
        """`linger`: seconds to wait for company at most; no longer than until so many wait as are
        `expected` at that moment."""
        self._commit = commit
        self._linger = linger
        self._expected = expected
        self._complete = asyncio.Event()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._waiting: list[tuple[Item, asyncio.Future[Result]]] = []
        self._running: asyncio.Task[None] | None = None

    async def submit(self, item: Item) -> Result:
        """The result for one item; whatever the commit raises, everybody in it gets."""
        answer: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        self.look()
        if self._running is None:
            self._running = asyncio.create_task(self._run())
        return await answer

    def look(self) -> None:
        """Whether all who are expected wait by now: also when somebody turns out not to come."""
        if len(self._waiting) >= self._expected():
            self._complete.set()

    def close(self) -> None:
        self._thread.shutdown()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while self._waiting:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._linger):
                    await self._complete.wait()
            batch, self._waiting = self._waiting, []
            self._complete.clear()
            try:
                items = [item for item, _ in batch]
                results = await loop.run_in_executor(self._thread, self._commit, items)
            except Exception as error:  # noqa: BLE001 - handed on to those who wait
                _hand_out(batch, [error] * len(batch))
            else:
                _hand_out(batch, results)
        self._running = None


def _hand_out(
    batch: Sequence[tuple[Item, "asyncio.Future[Result]"]], results: Sequence[Result | Exception]
) -> None:
    for (_, answer), result in zip(batch, results, strict=True):
        if answer.done():
            continue
        if isinstance(result, Exception):
            answer.set_exception(result)
        else:
            answer.set_result(result)
