"""The municipality's folder: read as the services read it, with school years for the time ahead."""

import os
import stat
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from psycopg import Error

from samspel.doctor.database import NoDatabase, connected
from samspel.doctor.findings import Finding, fail, ok, warn
from shared.live_rules import saved_rules
from shared.municipality import (
    Folder,
    Municipality,
    MunicipalityError,
    load_municipality,
    read_folder,
    read_register,
)
from shared.saved_rules import SavedRule, lay

_MONTHS_A_YEAR = 12
_IN_SWEDISH = {
    "the file is missing": "filen saknas",
    "can't be read": "går inte att läsa",
    "Permission denied": "åtkomst nekas",
    "a date is missing, such as": "ett datum saknas, till exempel",
}


def read(folder: str) -> Municipality | None:
    """None where it can't be read; its check says why."""
    try:
        return load_municipality(Path(folder)) if folder else None
    except (MunicipalityError, OSError):
        return None


def check_municipality(
    folder: str, months: int, today: date, database: str = ""
) -> Iterator[Finding]:
    """`months`: for how long the school years are to be known, in the files and as they were
    changed in the web, which stands in `database` (its URL)."""
    if not folder:
        yield fail("SAMSPEL_MUNICIPALITY saknas.", "Sätt den till kommunens mapp.")
        return
    closed = _closed(Path(folder))
    if closed is not None:
        yield closed
        return
    try:
        files = read_folder(Path(folder))
        files.municipality()
    except MunicipalityError as error:
        for problem in error.problems:
            yield fail(
                _in_swedish(problem), "Rätta filen; tjänsterna startar inte förrän det är gjort."
            )
        return
    yield ok(f"Kommunens regler går att läsa ({files.municipality().name}).")
    yield _register(Path(folder))
    yield from _with_what_is_saved(files, _saved(database), months, today)


def _closed(folder: Path) -> Finding | None:
    """What can't be listed says nothing of what is in it."""
    for one in (folder, folder / "procedures"):
        try:
            os.scandir(one).close()
        except FileNotFoundError:
            continue  # each missing file is said by itself; procedures/ isn't needed
        except OSError:
            return fail(
                f"Mappen {one} går inte att läsa{_mode(one)}.",
                "Gör den läsbar för tjänsternas användare: chgrp -R samspel och chmod -R"
                " u=rwX,g=rX,o= på kommunens mapp.",
            )
    return None


def _mode(folder: Path) -> str:
    try:
        return f" (rättigheter {stat.filemode(folder.stat().st_mode)})"
    except OSError:
        return ""


def _in_swedish(problem: str) -> str:
    """What is wrong with a key is said in the words of the log, which are English."""
    for english, swedish in _IN_SWEDISH.items():
        problem = problem.replace(english, swedish)
    return problem


def _register(folder: Path) -> Finding:
    """The rows may name people, so how many are wrong is all that is said."""
    try:
        read_register(folder)
    except MunicipalityError as error:
        return fail(
            f"Registrets filer har {len(error.problems)} fel.",
            f"Se vilka: samspel import {folder} --dry-run",
        )
    return ok("Registrets filer går att läsa.")


def _saved(database: str) -> list[SavedRule] | None:
    """What was changed in the web; None if that can't be read."""
    try:
        with connected(database) as connection:
            return saved_rules(connection)
    except (NoDatabase, Error):
        return None


def _with_what_is_saved(
    files: Folder, saved: list[SavedRule] | None, months: int, today: date
) -> Iterator[Finding]:
    laid = lay(files.municipality, saved or ())
    for one in laid.left_out:
        yield warn(
            f"En ändring av {one.change.name} som är sparad i webben räknas inte.",
            "Den går inte att lägga över filerna som de är nu. Se Inställningar.",
        )
    where = "I filerna är läsåren" if saved is None else "Läsåren är"
    yield _school_years(laid.rules, months, today, where)


def _school_years(municipality: Municipality, months: int, today: date, where: str) -> Finding:
    last = max((term.last for year in municipality.years for term in year.terms), default=None)
    wanted = _months_from(today, months)
    if last is None or last < today:
        return fail(
            "Inget läsår är inlagt för i dag eller senare.",
            "Lägg in läsåret i school_years.toml eller under Inställningar.",
        )
    if last < wanted:
        return warn(
            f"{where} kända till och med {last}, inte {months} månader framåt.",
            "Lägg in nästa läsår i school_years.toml eller under Inställningar.",
        )
    return ok(f"{where} kända till och med {last}.")


def _months_from(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    return date(day.year + years, month + 1, 1)
