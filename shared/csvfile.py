"""Reads a CSV file into dataclasses, and tells everything that is wrong with it, line by line."""

import csv
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """What a CSV file holds: each row with its line, and what was wrong with the others."""

    file: str
    rows: tuple[tuple[int, T], ...]
    problems: tuple[str, ...]

    def problem(self, line: int, reason: str) -> str:
        return f"{self.file}, line {line}: {reason}"


def read_table(path: Path, kind: type[T]) -> Table[T]:
    """The rows of a CSV file as instances of the dataclass `kind`, whose fields are the columns.

    UTF-8, with a comma or (as Swedish Excel saves it) a semicolon. A problem names the file, the
    line and the column, never the value: it may be personal data.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Table(path.name, (), (f"{path.name}: the file is missing",))
    except (OSError, UnicodeDecodeError):
        return Table(path.name, (), (f"{path.name}: can't be read as UTF-8 text",))
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    return _table(path.name, reader, kind)


def _table(file: str, reader: "csv.DictReader[str]", kind: type[T]) -> Table[T]:
    columns = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    found = [name.strip() for name in reader.fieldnames or ()]
    if sorted(found) != sorted(columns):
        reason = f"the columns must be {', '.join(columns)}"
        return Table(file, (), (f"{file}, line 1: {reason}",))
    reader.fieldnames = found
    rows: list[tuple[int, T]] = []
    problems: list[str] = []
    adapter = TypeAdapter(kind)
    try:
        for row in reader:
            at_line = f"{file}, line {reader.line_num}"
            if None in row:
                problems.append(f"{at_line}: there are more cells than columns")
                continue
            try:
                rows.append((reader.line_num, adapter.validate_python(_values(row, columns))))
            except ValidationError as error:
                problems.extend(f"{at_line}: {reason}" for reason in _reasons(error))
    except csv.Error as error:
        problems.append(f"{file}, line {reader.line_num}: {error}")
    return Table(file, tuple(rows), tuple(problems))


def _values(row: dict[str, str | None], columns: dict[str, "Field[Any]"]) -> dict[str, str]:
    """The cells of a row by column; an empty one is left to the field's default, if it has one."""
    cells = {name: (cell or "").strip() for name, cell in row.items()}
    return {name: cell for name, cell in cells.items() if cell or columns[name].default is MISSING}


def _reasons(error: ValidationError) -> Iterator[str]:
    for part in error.errors():
        column = ".".join(str(key) for key in part["loc"])
        cause = part["ctx"]["error"] if part["type"] == "value_error" else None
        reason = part["msg"] if cause is None else str(cause)
        yield f"{column}: {reason}" if column else reason


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return ";" if ";" in header and "," not in header else ","
