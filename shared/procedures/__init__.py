"""Reads the procedure files, ours and what a municipality changes in them, and keeps them dated."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shared.domain.procedure import Procedure
from shared.tomlfile import BrokenFileError, keys_and_reasons, read_toml

_OURS = Path(__file__).parent
_WHOLE = frozenset({"name", "title", "roles", "consent", "steps"})  # what no mere change has all of


class ProcedureError(BrokenFileError):
    """A procedure file is broken; one line names the file, the key and the reason."""


class UnknownProcedure(LookupError):
    """No procedure of that name is valid on that day; without a day, there is none at all."""

    def __init__(self, name: str, on: date | None = None) -> None:
        valid = "" if on is None else f" is valid on {on.isoformat()}"
        super().__init__(f"no procedure {name!r}{valid}")
        self.name = name
        self.on = on


@dataclass(frozen=True, slots=True)
class Procedures:
    """All versions of all procedures, each name's in the order they became valid."""

    versions: Mapping[str, tuple[Procedure, ...]]

    def get(self, name: str, on: date) -> Procedure:
        """The version valid on that day. Raises UnknownProcedure."""
        valid = [one for one in self.versions.get(name, ()) if one.valid_from <= on]
        if not valid:
            raise UnknownProcedure(name, on)
        return valid[-1]

    def for_cases(self, name: str, on: date) -> Procedure:
        """The same, if cases are opened under it: it is about a child. Raises UnknownProcedure."""
        found = self.get(name, on)
        if found.about != "child":
            raise UnknownProcedure(name, on)
        return found

    def only(self, names: Collection[str]) -> "Procedures":
        """Those that a municipality uses. Raises UnknownProcedure."""
        for name in names:
            if name not in self.versions:
                raise UnknownProcedure(name)
        return Procedures({name: self.versions[name] for name in self.versions if name in names})

    def names(self, on: date) -> tuple[str, ...]:
        """The procedures that can be opened on that day."""
        return tuple(
            sorted(
                name
                for name, versions in self.versions.items()
                if versions[0].about == "child" and versions[0].valid_from <= on
            )
        )


@dataclass(frozen=True, slots=True)
class ProcedureFile:
    """One TOML file: the day it counts from and what stands in it."""

    path: Path
    valid_from: date
    content: dict[str, Any]


@dataclass(frozen=True, slots=True)
class ProcedureFiles:
    """The files as they were read: ours, and those that a municipality changes or adds."""

    originals: Mapping[str, list[ProcedureFile]]
    changes: Mapping[str, list[ProcedureFile]]

    def procedures(self, saved: Iterable[ProcedureFile] = ()) -> Procedures:
        """All versions. What was `saved` in the web counts as the municipality's files do, and
        before one of the same day. Raises ProcedureError."""
        more = _by_name(saved)
        for name in more.keys() - self.originals.keys():
            raise _changes_nothing(name, more[name])
        return Procedures(
            {
                name: _versions(
                    files, _in_order([*self.changes.get(name, []), *more.get(name, [])])
                )
                for name, files in self.originals.items()
            }
        )


def load_procedures(folder_overrides: Path | None, ours: Path = _OURS) -> Procedures:
    """All procedures, with the changes a municipality keeps. Raises ProcedureError."""
    return read_procedures(folder_overrides, ours).procedures()


def read_procedures(folder_overrides: Path | None, ours: Path = _OURS) -> ProcedureFiles:
    """Our files, and the changes a municipality keeps in `folder_overrides`, and its own.

    A file there is named as the procedure (or `samverkansmote-2027-08-01.toml`, for one of several
    changes), and holds `valid_from` and only the keys that differ. It counts from its day on, over
    every later version of ours too. A whole file under a new name is a procedure of the
    municipality's own. Raises ProcedureError.
    """
    originals = _by_name(_read_folder(ours))
    changes = _by_name(_read_folder(folder_overrides)) if folder_overrides else {}
    for name in changes.keys() - originals.keys():
        whole = [file for file in changes[name] if file.content.keys() >= _WHOLE]
        if not whole:
            raise _changes_nothing(name, changes[name])
        originals[name] = whole
        changes[name] = [file for file in changes[name] if file not in whole]
    return ProcedureFiles(originals, changes)


def _changes_nothing(name: str, files: Sequence[ProcedureFile]) -> ProcedureError:
    return ProcedureError(files[0].path, "", f"changes {name!r}, which doesn't exist")


def _in_order(files: Iterable[ProcedureFile]) -> list[ProcedureFile]:
    return sorted(files, key=lambda file: file.valid_from)


def _versions(
    originals: list[ProcedureFile], changes: list[ProcedureFile]
) -> tuple[Procedure, ...]:
    for original in originals:
        _procedure(original.path, original.content)
    if changes and changes[0].valid_from < originals[0].valid_from:
        begins = originals[0].valid_from.isoformat()
        reason = f"is before the procedure itself begins on {begins}"
        raise ProcedureError(changes[0].path, "valid_from", reason)
    dates = sorted({file.valid_from for file in (*originals, *changes)})
    return tuple(_version_on(day, originals, changes) for day in dates)


def _version_on(
    day: date, originals: list[ProcedureFile], changes: list[ProcedureFile]
) -> Procedure:
    """What holds from that day: the newest of ours, with every change made by then laid over it."""
    base = [file for file in originals if file.valid_from <= day][-1]
    path, content = base.path, base.content
    for change in changes:
        if change.valid_from <= day:
            path, content = change.path, _merged(content, change.content)
    return _procedure(path, {**content, "valid_from": day})


def _merged(base: dict[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The base with single values replaced, at any depth; a list is replaced as a whole."""
    merged = _without_old_english(base, change)
    for key, value in change.items():
        old = merged.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merged(old, value)
        else:
            merged[key] = value
    return merged


def _without_old_english(base: Mapping[str, Any], change: Mapping[str, Any]) -> dict[str, Any]:
    """The base without English words for Swedish ones that change: they said something else."""
    kept = dict(base)
    for key, value in change.items():
        english = f"{key}_en"
        if english in change or english not in kept or base.get(key) == value:
            continue
        if key == "title":
            del kept[english]
        elif isinstance(value, dict):
            other = {code for code in value if base.get(key, {}).get(code) != value[code]}
            kept[english] = {code: kept[english][code] for code in kept[english].keys() - other}
    return kept


def _procedure(path: Path, content: Mapping[str, Any]) -> Procedure:
    try:
        return Procedure.model_validate(content)
    except ValidationError as error:
        key, reason = keys_and_reasons(error, content)[0]
    raise ProcedureError(path, key, reason)


def _by_name(files: Iterable[ProcedureFile]) -> dict[str, list[ProcedureFile]]:
    """The files of each procedure, in the order they become valid."""
    by_name: dict[str, list[ProcedureFile]] = {}
    for file in _in_order(files):
        same = by_name.setdefault(_name(file), [])
        if same and same[-1].valid_from == file.valid_from:
            raise ProcedureError(file.path, "valid_from", f"is the same as in {same[-1].path.name}")
        same.append(file)
    return by_name


def _name(file: ProcedureFile) -> str:
    """The procedure a file is about: its stem, less a date at its end."""
    stem = file.path.stem
    dated = len(stem) > 11 and stem[-10:].replace("-", "").isdigit()
    name = stem[:-11] if dated else stem
    if file.content.get("name", name) != name:
        raise ProcedureError(file.path, "name", f"the file is named after {name!r}")
    return name


def _read_folder(folder: Path) -> list[ProcedureFile]:
    """Without a folder there are none; one that can't be read may hold some. (`Path.glob` says
    nothing of it.)"""
    try:
        paths = sorted(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise ProcedureError(folder, "", f"can't be read: {error.strerror}") from None
    return [_read(path) for path in paths if path.match("*.toml")]


def _read(path: Path) -> ProcedureFile:
    content = read_toml(path, ProcedureError)
    valid_from = content.get("valid_from")
    if not isinstance(valid_from, date) or isinstance(valid_from, datetime):
        raise ProcedureError(path, "valid_from", "a date is missing, such as 2026-08-01")
    return ProcedureFile(path, valid_from, content)
