"""`samspel run`: everything with one command, in the foreground, until told to end."""

import asyncio
import errno
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from samspel.embedded import ServerError
from samspel.embedded.ground import Ground, GroundError
from samspel.house import House
from samspel.output import Output
from samspel.ports import why_not
from samspel.ready import within
from samspel.settings import BadSetting, Port, RunSettings
from samspel.supervisor import READY_SECONDS, StartFailed, Supervisor


class CannotRun(Exception):
    """Something stands in the way of a start; the message is one line in Swedish."""


def run(environment: Mapping[str, str]) -> int:
    """Start everything and keep it running until told to end. Returns the exit code.

    Raises CannotRun before anything has been started.
    """
    try:
        settings = RunSettings.read(environment)
        ground = Ground.of(settings.home)
        os.umask(0o077)  # what the processes leave in the home is nobody else's
        with _only_one(settings.home):
            for port in settings.ports:
                _must_be_free(port)
            house = House(settings, ground, environment)
            house.prepare()
            return asyncio.run(_supervise(house))
    except (BadSetting, GroundError, ServerError) as error:
        raise CannotRun(str(error)) from error


async def _supervise(house: House) -> int:
    stages = house.stages()
    output = Output(process.name for stage in stages for process in stage)

    async def started() -> None:
        house.remember_the_example()
        if not await within(READY_SECONDS, house.ready):
            raise StartFailed("Tjänsterna når inte varandra: se raderna ovan och /readyz.")
        for line in house.addresses():
            output.say(line)

    if house.note:
        output.say(house.note)
    output.say("Startar …")
    return await Supervisor(stages, output).run(started)


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    """Hold the home's lock; the kernel lets go of it however this process ends."""
    try:
        descriptor = os.open(home / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise CannotRun(f"SAMSPEL_HOME: {home} kan inte användas: {error.strerror}.") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"Samspel körs redan i {home}: avsluta det först, "
                "eller välj en annan mapp med SAMSPEL_HOME."
            ) from None
        yield
    finally:
        os.close(descriptor)


def _must_be_free(port: Port) -> None:
    reason = why_not(port.number)
    if reason is None:
        return
    what = f"Port {port.number} ({port.purpose})"
    choose = f"välj en annan med {port.setting}, till exempel {port.setting}={port.number + 10000}"
    if port.number + 10000 > 65_535:
        choose = f"välj en annan med {port.setting}"
    if reason == errno.EADDRINUSE:
        raise CannotRun(f"{what} är upptagen: {choose}.")
    raise CannotRun(f"{what} får inte användas ({os.strerror(reason)}): {choose}.")
