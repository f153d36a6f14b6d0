"""The machine: time zones, the folder for the mark, room on the disk."""

import os
import shutil
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile, gettempdir
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from samspel.doctor.findings import Finding, fail, ok, warn

_GIGABYTE = 2**30
_LITTLE, _TOO_LITTLE = 2 * _GIGABYTE, _GIGABYTE // 5


def check_machine(given: Mapping[str, str], *, planned: bool = False) -> Iterator[Finding]:
    """Where this command runs; run it on each machine. `planned`: there is a plan for what goes."""
    yield _zones()
    keep = given.get("SAMSPEL_KEEP")
    if not keep:
        yield warn(
            "SAMSPEL_KEEP är inte satt.",
            "Sätt den där notifier körs: annars märks inte en databas som har gått bakåt i tiden.",
        )
    else:
        yield _writable("SAMSPEL_KEEP", Path(keep), "notifier")
    archive = given.get("SAMSPEL_ARCHIVE")
    if archive:
        yield _writable("SAMSPEL_ARCHIVE", Path(archive), "cases")
    elif planned:
        yield warn(
            "SAMSPEL_ARCHIVE är inte satt, fast det finns en gallringsplan.",
            "Sätt den där cases körs: utan den gallras inget.",
        )
    for folder in dict.fromkeys(Path(one) for one in (keep, archive, gettempdir()) if one):
        yield _room(folder)


def _zones() -> Finding:
    """The summer of 2027 is two hours before UTC, the winter one."""
    try:
        zone = ZoneInfo("Europe/Stockholm")
    except ZoneInfoNotFoundError:
        return fail("Tidszonen Europe/Stockholm saknas.", "Installera paketet tzdata igen.")
    hours = [datetime(2027, month, 1, 12, tzinfo=UTC).astimezone(zone).hour for month in (1, 7)]
    if hours != [13, 14]:
        return fail("Tidszonen Europe/Stockholm är fel.", "Installera paketet tzdata igen.")
    return ok(f"Tidszonsdata finns (tzdata {version('tzdata')}).")


def _writable(setting: str, folder: Path, service: str) -> Finding:
    """The folder is made when it is first needed, so where it will lie is enough."""
    try:
        with NamedTemporaryFile(dir=_there_is(folder), prefix=".doctor-") as file:
            file.write(b"1")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return fail(
            f"Det går inte att skriva i {setting} ({error.strerror}).",
            f"Gör den användare som {service} körs som till mappens ägare.",
        )
    return ok(f"Det går att skriva i {setting}.")


def _room(folder: Path) -> Finding:
    free = shutil.disk_usage(_there_is(folder)).free
    said = f"{free / _GIGABYTE:.1f} GB ledigt där {folder} ligger."
    if free < _TOO_LITTLE:
        return fail(said, "Gör plats nu.")
    return warn(said, "Gör plats snart.") if free < _LITTLE else ok(said)


def _there_is(folder: Path) -> Path:
    """It, or the nearest above it that exists."""
    folder = folder.absolute()
    return next(one for one in (folder, *folder.parents) if one.exists())
