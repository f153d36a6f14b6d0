"""Municipalities' folders as tests change them: each is made once, for all tests of a process."""

import atexit
import copy
import shutil
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp

from shared.live_rules import LiveRules
from shared.procedures import load_procedures

_AROUND_A_CHILD = ("samverkansmote", "spindelmote", "sspf")


def around_a_child_alone(municipality: Path) -> Path:
    """A copy of the municipality's folder, without the yearly cycle and reports. Only to be read.

    What it has written itself stays.
    """
    return _copied(municipality, fingerprint(municipality), _only_around_a_child)


def without_letters(municipality: Path) -> Path:
    """A copy of it, in which the staff get no letter of the week. Only to be read."""
    return _copied(municipality, fingerprint(municipality), _no_letters)


def live_rules(municipality: Path) -> LiveRules:
    """The rules of a folder as a process has them that has just read it; it's read once."""
    return copy.copy(_read(municipality, fingerprint(municipality)))


def fingerprint(folder: Path) -> str:
    """The same for folders that hold the same."""
    found = sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        found.update(f"{path.relative_to(folder)} {len(content)}\n".encode() + content)
    return found.hexdigest()


@cache
def _read(municipality: Path, _fingerprint: str) -> LiveRules:
    return LiveRules(municipality)


@cache
def _copied(municipality: Path, _fingerprint: str, change: Callable[[Path], None]) -> Path:
    folder = Path(mkdtemp(prefix="samspel-tests-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    copied = Path(shutil.copytree(municipality, folder / municipality.name))
    change(copied)
    return copied


def _only_around_a_child(folder: Path) -> None:
    settings = folder / "municipality.toml"
    own = (path.stem for path in folder.glob("procedures/*.toml"))
    known = load_procedures(folder / "procedures").versions
    used = f"procedures = {sorted({*_AROUND_A_CHILD, *own} & known.keys())}\n"
    settings.write_text(used + settings.read_text())


def _no_letters(folder: Path) -> None:
    settings = folder / "municipality.toml"
    settings.write_text(settings.read_text().replace("[digest]\n", "[digest]\noff = true\n"))
