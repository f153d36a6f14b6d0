"""A small municipality for many years: its staff, and its folder."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from samspel.simulate.calendar import SchoolYear, Span, school_years_toml
from samspel.simulate.municipality import write_folder

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


def write_municipality(
    folder: Path, years: Sequence[SchoolYear], more: Mapping[str, Span] | None = None
) -> Path:
    """The folder of the municipality, with its register; `more` are breaks that have been moved, or
    that are new."""
    return write_folder(
        folder,
        settings=_SETTINGS,
        school_years=school_years_toml(years, more or {}),
        units=_UNITS,
        posts=_POSTS,
        holders=FIRST_HOLDERS,
        without_post=LATER_ON,
        since="2024-08-01",
    )
