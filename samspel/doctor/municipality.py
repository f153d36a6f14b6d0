"""The municipality's folder: read as the services read it, with school years for the time ahead."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from samspel.doctor.findings import Finding, fail, ok, warn
from shared.municipality import Municipality, MunicipalityError, load_municipality, read_register

_MONTHS_A_YEAR = 12


def read(folder: str) -> Municipality | None:
    """None where it can't be read; its check says why."""
    try:
        return load_municipality(Path(folder)) if folder else None
    except MunicipalityError:
        return None


def check_municipality(folder: str, months: int, today: date) -> Iterator[Finding]:
    """`months`: for how long the school years are to be known."""
    if not folder:
        yield fail("SAMSPEL_MUNICIPALITY saknas.", "Sätt den till kommunens mapp.")
        return
    try:
        municipality = load_municipality(Path(folder))
    except MunicipalityError as error:
        for problem in error.problems:
            yield fail(problem, "Rätta filen; tjänsterna startar inte förrän det är gjort.")
        return
    yield ok(f"Kommunens regler går att läsa ({municipality.name}).")
    yield _register(Path(folder))
    yield _school_years(municipality, months, today)


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


def _school_years(municipality: Municipality, months: int, today: date) -> Finding:
    last = max((term.last for year in municipality.years for term in year.terms), default=None)
    wanted = _months_from(today, months)
    if last is None or last < today:
        return fail(
            "Inget läsår är inlagt för i dag eller senare.",
            "Lägg in läsåret i school_years.toml eller under Inställningar.",
        )
    if last < wanted:
        return warn(
            f"I filerna är läsåren kända till och med {last}, inte {months} månader framåt.",
            "Lägg in nästa läsår i school_years.toml eller under Inställningar.",
        )
    return ok(f"Läsåren är kända till och med {last}.")


def _months_from(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    return date(day.year + years, month + 1, 1)
