"""What an administrator has changed in the web: kept as the text that a file would hold."""

import tomllib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Generic, Literal, TypeVar

from pydantic import ValidationError

from shared.procedures import ProcedureError, ProcedureFile
from shared.school_years import SchoolYear
from shared.tomlfile import BrokenFileError, keys_and_reasons

Kind = Literal["procedure", "school-year"]
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SavedRule:
    """One change: single values of a procedure from a day on, or a whole school year.

    `content` is TOML, as the municipality's own file would have it, without `valid_from`.
    """

    kind: Kind
    name: str
    valid_from: date | None
    content: str

    @property
    def as_file(self) -> ProcedureFile:
        """Raises ProcedureError."""
        if self.valid_from is None:
            raise ProcedureError(self._path, "valid_from", "is missing")
        return ProcedureFile(self._path, self.valid_from, self._read(ProcedureError))

    @property
    def as_school_year(self) -> SchoolYear:
        """Raises BrokenFileError."""
        content = self._read(BrokenFileError)
        try:
            return SchoolYear.model_validate({"name": self.name, **content})
        except ValidationError as error:
            key, reason = keys_and_reasons(error, content)[0]
        raise BrokenFileError(self._path, key, reason)

    @property
    def _path(self) -> Path:
        """As it would be named in the municipality's folder."""
        if self.kind == "school-year":
            return Path("school_years.toml")
        return Path("procedures", f"{self.name}.toml")

    def _read(self, broken: type[BrokenFileError]) -> dict[str, Any]:
        try:
            return tomllib.loads(self.content)
        except tomllib.TOMLDecodeError as error:
            raise broken(self._path, "", f"can't be read: {error}") from None


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A saved change that doesn't count: the files under it have become others.

    `key` names the value that won't do; `reason` is one line, as of a file.
    """

    change: SavedRule
    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Laid(Generic[T]):
    """What holds with the saved changes laid over the files, and those that can't be."""

    rules: T
    left_out: tuple[LeftOut, ...] = ()

    def leaves_out(self, change: SavedRule) -> bool:
        return any(one.change == change for one in self.left_out)


def lay(over: Callable[[Collection[SavedRule]], T], saved: Iterable[SavedRule]) -> Laid[T]:
    """What `over` makes of the files and these changes.

    One that can't be laid over them is left out: to stand still would stop every other rule too.
    """
    in_order = sorted(saved, key=_order)
    try:
        return Laid(over(in_order))
    except BrokenFileError:
        return _what_can_be_laid(over, in_order)


def _what_can_be_laid(
    over: Callable[[Collection[SavedRule]], T], in_order: Iterable[SavedRule]
) -> Laid[T]:
    kept: list[SavedRule] = []
    left_out: list[LeftOut] = []
    for one in in_order:
        try:
            over([*kept, one])
        except BrokenFileError as error:
            left_out.append(LeftOut(one, error.key, str(error)))
        else:
            kept.append(one)
    return Laid(over(kept), tuple(left_out))


def _order(one: SavedRule) -> tuple[str, str, date]:
    return one.kind, one.name, one.valid_from or date.min
