"""A small municipality for many years: its staff, and its folder."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from samspel.simulate.calendar import SchoolYear, Span, school_years_toml

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


# the folder


def write_municipality(
    folder: Path, years: Sequence[SchoolYear], more: Mapping[str, Span] | None = None
) -> Path:
    """The folder of the municipality, with its register; `more` are breaks that have been moved, or
    that are new."""
    folder.mkdir(parents=True)
    (folder / "municipality.toml").write_text(_SETTINGS)
    (folder / "school_years.toml").write_text(school_years_toml(years, more or {}))
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


def _write(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
