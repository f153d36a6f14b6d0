"""The example municipality with schools and staff of its own for each family of the load."""

import csv
import shutil
from pathlib import Path

from tests.conftest import ROOT
from tests.support.folders import around_a_child_alone, without_letters

SLOTS = 10  # families at a time; nobody else's calendar decides when one of them meets
SCHOOL = "Granitängsskolan"  # its name is never in a mail


def with_staff_for_each(folder: Path) -> Path:
    """Made in `folder`; to be read by `samspel import` and the services."""
    example = without_letters(around_a_child_alone(ROOT / "examples" / "exempelkommun"))
    made = folder / "felkommun"
    shutil.copytree(example, made)
    for slot in range(SLOTS):
        school, rektor, therapist = f"skola-{slot}", f"rektor-{slot}", f"terapeut-{slot}"
        _append(made / "units.csv", [school, f"{SCHOOL} {slot}", "7-9", "school", ""])
        for person, post, role, unit in (
            (rektor, f"rektor-{school}", "rektor", school),
            (therapist, f"familjebehandlare-x{slot}", "familjebehandlare", "familjeteamet"),
        ):
            _append(made / "people.csv", [person, f"Personal {person}", _address(person), ""])
            _append(made / "posts.csv", [post, role, unit, ""])
            _append(made / "holders.csv", [post, person, "2020-01-01", ""])
    return made


def _address(person: str) -> str:
    return f"{person}@fel.example"


def _append(path: Path, row: list[str]) -> None:
    with path.open("a", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerow(row)
