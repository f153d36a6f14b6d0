"""The process that takes mail in: the door is open, and a mailbox is looked into now and then."""

import asyncio
import logging
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Protocol

from services.notifier.domain.arriving import Arrival
from services.notifier.domain.ours import OurAddresses
from services.notifier.inbound.receiver import Door, Receiver, open_door
from services.notifier.inbound.receiver import Protocol as Said

log = logging.getLogger(__name__)

STORING_THREADS = 4
_LONGEST_PAUSE = 300.0
_SIGN_EVERY = 5.0
_ALARM_EVERY = 20  # attempts


class Mailbox(Protocol):
    """Where mail is fetched from; raises if it can't be, with a code of why."""

    def fetch(self) -> int: ...


@dataclass(slots=True)
class Looks:
    """Whether the last look into the mailbox went well; without a mailbox all is well."""

    went_well: bool


@dataclass(frozen=True, slots=True)
class TakingIn:
    """`at`: host and port of the door, if there is one. `pause`: seconds between two looks.
    `sign`: notes that mail can come in."""

    door: Door
    at: tuple[str, int] | None
    addresses: OurAddresses
    store: Callable[[Sequence[Arrival], Said], None]
    mailbox: Mailbox | None
    pause: float
    sign: Callable[[], None]

    async def run(self, ended: asyncio.Event | None = None) -> None:
        """Until SIGTERM or SIGINT. Raises OSError if the port is taken."""
        ended = ended or _until_told()
        with ThreadPoolExecutor(STORING_THREADS, thread_name_prefix="storing") as storing:
            async with AsyncExitStack() as stack:
                if self.at is not None:
                    receiver = Receiver(self.door, self.addresses, self.store, storing)
                    await stack.enter_async_context(open_door(receiver, *self.at))
                looks = Looks(went_well=self.mailbox is None)
                async with asyncio.TaskGroup() as beside:
                    beside.create_task(give_signs(self.sign, looks, ended))
                    if self.mailbox is not None:
                        await look_into(self.mailbox, self.pause, ended, looks)
                    await ended.wait()


async def give_signs(sign: Callable[[], None], looks: Looks, ended: asyncio.Event) -> None:
    """A sign of life every few seconds, but none while the mailbox can't be read."""
    while not ended.is_set():
        if looks.went_well:
            try:
                await asyncio.to_thread(sign)
            except Exception as error:  # noqa: BLE001 - the database is away: the silence tells
                log.debug("No sign of life: %s", type(error).__name__)
        await _wait(ended, _SIGN_EVERY)


async def look_into(mailbox: Mailbox, pause: float, ended: asyncio.Event, looks: Looks) -> None:
    """Fetch what has come, again and again; a mailbox that is away is tried ever less often."""
    failed = 0
    while not ended.is_set():
        try:
            found = await asyncio.to_thread(mailbox.fetch)
        except Exception as error:  # noqa: BLE001 - the mailbox or the database is away: mail waits there
            if failed % _ALARM_EVERY == 0:
                why = getattr(error, "code", type(error).__name__)
                log.error("Mail waits in its mailbox: %s", why)  # noqa: TRY400 - a trace may quote it
            failed += 1
            looks.went_well = False
            await _wait(ended, min(pause * 2**failed, _LONGEST_PAUSE))
            continue
        if failed:
            log.warning("The mailbox can be read again.")
        failed, looks.went_well = 0, True
        if not found:
            await _wait(ended, pause)


async def _wait(ended: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(ended.wait(), seconds)
    except TimeoutError:
        return


def _until_told() -> asyncio.Event:
    ended, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    return ended
