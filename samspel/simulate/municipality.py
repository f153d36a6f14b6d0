"""The simulated municipality: few units, few people, all procedures, many school years."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from samspel.simulate.calendar import Span, school_year, school_years_toml

_SETTINGS = """
name = "Exempelkommun"
procedures = ["samverkansmote", "spindelmote", "sspf", "arshjul", "anmalan"]

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

[digest]
off = true
"""
_UNITS = (
    ("bildning", "Bildningsförvaltningen", "forvaltning", "school", ""),
    ("social", "Socialförvaltningen", "forvaltning", "social_services", ""),
    ("kultur", "Kulturförvaltningen", "forvaltning", "leisure", ""),
    ("polisen", "Polisområdet", "polis", "police", ""),
    ("elevhalsan", "Centrala elevhälsan", "elevhalsa", "school", "bildning"),
    ("almskolan", "Almskolan", "f-6", "school", "bildning"),
    ("bokskolan", "Bokskolan", "7-9", "school", "bildning"),
    ("ifo", "Individ- och familjeomsorgen", "ifo", "social_services", "social"),
    ("familjeteamet", "Familjeteamet", "ifo", "social_services", "ifo"),
    ("garden", "Fritidsgården Hamnen", "fritid", "leisure", "kultur"),
)
POSTS = (
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
    ("koordinator", "koordinator", "ifo", "enhetschef-ifo"),
    ("gruppchef", "gruppchef_polis", "polisen", ""),
    ("kommunpolis", "kommunpolis", "polisen", "gruppchef"),
    ("fritidschef", "fritidschef", "kultur", ""),
    ("fritidsledare", "fritidsledare", "garden", "fritidschef"),
)
_NAMES = (
    "Margareta Sandström", "Karin Bergqvist", "Emelie Strand", "Eva Lindström", "Magnus Åkerlund",
    "Lars Holmgren", "Birgitta Nordlund", "Jonas Ekdahl", "Lotta Engström", "Åsa Hallberg",
    "Therese Backman", "Charlotte Ståhl", "Anders Wikner", "Gustav Alm", "Mikael Forsman",
)  # fmt: skip
SPARE = (
    "Farida Haidari", "Sofia Marklund", "Peter Hedman", "Nina Kallio", "Amir Hosseini",
    "Mattias Gran", "Hassan Yusuf", "Leila Rahimi", "Ulrika Dahl", "Johan Sten",
)  # fmt: skip
"""Who has no post to begin with."""
HOLDERS = {post[0]: name for post, name in zip(POSTS, _NAMES, strict=True)}
NAMES_OF_SCHOOLS = ("Almskolan", "Bokskolan")
_PLAIN = str.maketrans("åäöÅÄÖé ", "aaoAAOe-")


def code_of(name: str) -> str:
    return name.translate(_PLAIN).lower()


def address_of(name: str) -> str:
    return f"{code_of(name).replace('-', '.')}@exempelkommun.example"


def write_municipality(
    folder: Path, first: int, years: int, moved: Mapping[str, Span] | None = None
) -> Path:
    """The folder, with its register and the school years from the autumn of `first` on.

    `moved` are breaks that aren't as the rule says.
    """
    school_years = [school_year(begins) for begins in range(first - 1, first + years + 4)]
    return write_folder(
        folder,
        settings=_SETTINGS,
        school_years=school_years_toml(school_years, moved or {}),
        units=_UNITS,
        posts=POSTS,
        holders=HOLDERS,
        without_post=SPARE,
        since=f"{first - 2}-08-01",
    )


def write_folder(
    folder: Path,
    *,
    settings: str,
    school_years: str,
    units: Iterable[Sequence[str]],
    posts: Iterable[Sequence[str]],
    holders: Mapping[str, str],
    without_post: Iterable[str],
    since: str,
) -> Path:
    """A municipality's folder, whose people are known by their names; `holders` of each post are
    it from the day `since` on."""
    folder.mkdir(parents=True)
    (folder / "municipality.toml").write_text(settings)
    (folder / "school_years.toml").write_text(school_years)
    _write(folder / "units.csv", ("code", "name", "kind", "organisation", "parent"), units)
    _write(folder / "posts.csv", ("code", "role", "unit", "reports_to"), posts)
    _write(folder / "places.csv", ("code", "unit", "public_text"), [("eken", "ifo", "Rum Eken")])
    names = (*holders.values(), *without_post)
    people = [(code_of(name), name, address_of(name), "0980-31 92 00") for name in names]
    _write(folder / "people.csv", ("code", "name", "email", "phone"), people)
    held = [(post, code_of(name), since, "", "") for post, name in holders.items()]
    columns = ("post", "person", "first_day", "last_day", "capacity")
    _write(folder / "holders.csv", columns, held)
    return folder


def _write(path: Path, names: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([names, *rows])
