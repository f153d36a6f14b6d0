"""A small municipality for many years: its staff, its school years, and a calendar of our own.

Which days are free is worked out here by other means than the product's, so that each checks the
other.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from dateutil.easter import easter

Span = tuple[date, date]
_DAY = timedelta(days=1)
_MONDAY, _FRIDAY, _SATURDAY = 0, 4, 5

_SETTINGS = """
name = "Exempelkommun"
procedures = ["samverkansmote", "arshjul", "anmalan"]

[contact_centre]
phone = "0980-31 92 99"
address = "Torggatan 3, 123 45 Exempelstad"

[booking]
mode = "book"

[mail]
from_address = "moten@exempelkommun.example"
reply_pattern = "moten+{token}@exempelkommun.example"
bounce_pattern = "studs+{token}@exempelkommun.example"
languages = ["sv", "en"]
"""
_UNITS = (
    ("bildning", "Bildningsförvaltningen", "forvaltning", "school", ""),
    ("social", "Socialförvaltningen", "forvaltning", "social_services", ""),
    ("elevhalsan", "Centrala elevhälsan", "elevhalsa", "school", "bildning"),
    ("almskolan", "Almskolan", "f-6", "school", "bildning"),
    ("bokskolan", "Bokskolan", "7-9", "school", "bildning"),
    ("ifo", "Individ- och familjeomsorgen", "ifo", "social_services", "social"),
    ("familjeteamet", "Familjeteamet", "ifo", "social_services", "ifo"),
)
_POSTS = (
    ("skolchef", "skolchef", "bildning", ""),
    ("elevhalsochef", "elevhalsochef", "elevhalsan", "skolchef"),
    ("kurator", "kurator", "almskolan", "elevhalsochef"),
    ("rektor-almskolan", "rektor", "almskolan", "skolchef"),
    ("rektor-bokskolan", "rektor", "bokskolan", "skolchef"),
    ("socialchef", "socialchef", "social", ""),
    ("avdelningschef-ifo", "avdelningschef_ifo", "ifo", "socialchef"),
    ("enhetschef-ifo", "enhetschef_ifo", "ifo", "avdelningschef-ifo"),
    ("socialsekreterare", "socialsekreterare", "ifo", "enhetschef-ifo"),
    ("familjebehandlare", "familjebehandlare", "familjeteamet", "enhetschef-ifo"),
)
FIRST_HOLDERS = {
    "skolchef": "Margareta Sandström",
    "elevhalsochef": "Karin Bergqvist",
    "kurator": "Emelie Strand",
    "rektor-almskolan": "Eva Lindström",
    "rektor-bokskolan": "Magnus Åkerlund",
    "socialchef": "Lars Holmgren",
    "avdelningschef-ifo": "Birgitta Nordlund",
    "enhetschef-ifo": "Jonas Ekdahl",
    "socialsekreterare": "Lotta Engström",
    "familjebehandlare": "Åsa Hallberg",
}
LATER_ON = ("Farida Haidari", "Sofia Marklund", "Peter Hedman", "Nina Kallio", "Amir Hosseini",
            "Mattias Gran", "Hassan Yusuf", "Leila Rahimi")  # fmt: skip
_PLAIN = str.maketrans("åäöÅÄÖ ", "aaoAAO-")


def code_of(name: str) -> str:
    return name.translate(_PLAIN).lower()


def address_of(name: str) -> str:
    return f"{code_of(name).replace('-', '.')}@exempelkommun.example"


# the calendar


def red_days(year: int) -> frozenset[date]:
    """The public holidays by lag (1989:253)."""
    sunday = easter(year)
    moved = [sunday + timedelta(days=days) for days in (-2, 0, 1, 39, 49)]
    fixed = [(1, 1), (1, 6), (5, 1), (6, 6), (12, 25), (12, 26)]
    midsummer = _on_or_after(date(year, 6, 20), _SATURDAY)
    all_saints = _on_or_after(date(year, 10, 31), _SATURDAY)
    return frozenset([*moved, *(date(year, *one) for one in fixed), midsummer, all_saints])


def why_not(day: date, breaks: Iterable[Span]) -> str | None:
    """Why no meeting of the year can be on the day (R20); None: it can."""
    if day.weekday() >= _SATURDAY:
        return "weekend"
    if day in red_days(day.year):
        return "holiday"
    if day + _DAY in red_days((day + _DAY).year):
        return "eve"
    return "break" if any(first <= day <= last for first, last in breaks) else None


def _on_or_after(day: date, weekday: int) -> date:
    return day + timedelta(days=(weekday - day.weekday()) % 7)


# the school years


@dataclass(frozen=True, slots=True)
class SchoolYear:
    """From the autumn of `begins`: two terms, and the breaks by name."""

    begins: int
    terms: tuple[Span, Span]
    breaks: Mapping[str, Span]


def school_year(begins: int) -> SchoolYear:
    """By rule: autumn break in week 44, winter break in week 9, the Easter break in the week before
    Easter in even years and in the week from Easter Monday in odd ones."""
    spring = begins + 1
    autumn_first = _on_or_after(date(begins, 8, 17), 1)
    christmas = date(begins, 12, 20)
    spring_first, spring_last = date(spring, 1, 10), _on_or_after(date(spring, 6, 9), _FRIDAY)
    before_easter = timedelta(days=6 if spring % 2 == 0 else -1)
    return SchoolYear(
        begins,
        ((autumn_first, christmas - _DAY), (spring_first, spring_last)),
        {
            "Höstlov": _week(date.fromisocalendar(begins, 44, 1)),
            "Jullov": (christmas, spring_first - _DAY),
            "Sportlov": _week(date.fromisocalendar(spring, 9, 1)),
            "Påsklov": _week(easter(spring) - before_easter),
            "Sommarlov": (spring_last + _DAY, _on_or_after(date(spring, 8, 17), 1) - _DAY),
        },
    )


def _week(monday: date) -> Span:
    assert monday.weekday() == _MONDAY
    return monday, monday + timedelta(days=4)


def breaks_of(years: Sequence[SchoolYear], more: Mapping[str, Span]) -> dict[str, Span]:
    """All breaks by name and spring; `more` stands instead of those of the same name."""
    found = {
        f"{name} {year.begins + (name != 'Höstlov')}": span
        for year in years
        for name, span in year.breaks.items()
    }
    return found | dict(more)


# the folder


def write_municipality(
    folder: Path, years: Sequence[SchoolYear], more: Mapping[str, Span] | None = None
) -> Path:
    """The folder of the municipality, with its register; `more` are breaks that have been moved, or
    that are new."""
    folder.mkdir(parents=True)
    (folder / "municipality.toml").write_text(_SETTINGS)
    (folder / "school_years.toml").write_text(_school_years(years, more or {}))
    _write(folder / "units.csv", ("code", "name", "kind", "organisation", "parent"), _UNITS)
    _write(folder / "posts.csv", ("code", "role", "unit", "reports_to"), _POSTS)
    _write(folder / "places.csv", ("code", "unit", "public_text"), [("eken", "ifo", "Rum Eken")])
    _write(
        folder / "people.csv",
        ("code", "name", "email", "phone"),
        [
            (code_of(name), name, address_of(name), "0980-31 92 00")
            for name in (*FIRST_HOLDERS.values(), *LATER_ON)
        ],
    )
    _write(
        folder / "holders.csv",
        ("post", "person", "first_day", "last_day", "capacity"),
        [(post, code_of(name), "2024-08-01", "", "") for post, name in FIRST_HOLDERS.items()],
    )
    return folder


def _school_years(years: Sequence[SchoolYear], more: Mapping[str, Span]) -> str:
    lines: list[str] = []
    for year in years:
        lines += ["[[years]]", f'name = "{year.begins}/{(year.begins + 1) % 100:02}"', "terms = ["]
        lines += [_entry(f"Termin {number}", span) for number, span in enumerate(year.terms, 1)]
        lines += ["]", "breaks = ["]
        own = breaks_of([year], {})
        lines += [_entry(name, more.get(name, span)) for name, span in own.items()]
        if year is years[0]:
            known = breaks_of(years, {})
            lines += [_entry(name, span) for name, span in more.items() if name not in known]
        lines += ["]", ""]
    return "\n".join(lines)


def _entry(name: str, span: Span) -> str:
    return f'    {{ name = "{name}", first = {span[0]}, last = {span[1]} }},'


def _write(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
