"""What an administrator has changed in the web: kept as the text that a file would hold."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Literal

from pydantic import ValidationError

from shared.procedures import ProcedureError, ProcedureFile
from shared.school_years import SchoolYear
from shared.tomlfile import BrokenFileError, keys_and_reasons

Kind = Literal["procedure", "school-year"]


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
