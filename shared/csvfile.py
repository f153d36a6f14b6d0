"""Reads a CSV file into dataclasses, and tells everything that is wrong with it, line by line.

What is wrong is told in Swedish: it is read by whoever has filled in the file, never by a service.
"""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from io import StringIO
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from shared.domain.plain_text import holds_hidden, plain

T = TypeVar("T")

# As the metadata of a field with a default: its column may be left out of the file altogether.
OPTIONAL: Final[Mapping[str, bool]] = {"optional": True}

_NOT_UTF_8 = (
    "filen är inte sparad som UTF-8. Öppna den i Excel, välj Spara som och filformatet"
    " «CSV UTF-8 (kommaavgränsad)», och läs in den igen"
)
_REASONS = {
    "string_pattern_mismatch": "ska vara en kod: bara a–z, 0–9, bindestreck och understreck",
    "string_too_short": "får inte vara tomt",
    "string_too_long": "är för långt",
    "date_parsing": "ska vara en dag, så här: 2027-01-31",
    "date_from_datetime_parsing": "ska vara en dag, så här: 2027-01-31",
    "date_from_datetime_inexact": "ska vara en dag utan klockslag, så här: 2027-01-31",
}
_HIDDEN = "innehåller tecken som inte syns, till exempel en radbrytning: skriv cellen på nytt"
_OTHERWISE = "stämmer inte"


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """What a CSV file holds: each row with its line, and what was wrong with the others."""

    file: str
    rows: tuple[tuple[int, T], ...]
    problems: tuple[str, ...]

    def problem(self, line: int, column: str, reason: str) -> str:
        return f"{self.file}, rad {line}, kolumn {column}: {reason}"


def read_table(path: Path, kind: type[T]) -> Table[T]:
    """The rows of a CSV file as instances of the dataclass `kind`, whose fields are the columns.

    UTF-8, with a comma or (as Swedish Excel saves it) a semicolon. A problem names the file, the
    line and the column, never the value: it may be personal data.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Table(path.name, (), (f"{path.name}: filen saknas",))
    except UnicodeDecodeError:
        return Table(path.name, (), (f"{path.name}: {_NOT_UTF_8}",))
    except OSError:
        return Table(path.name, (), (f"{path.name}: filen går inte att läsa",))
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        return _table(path.name, reader, kind)
    except csv.Error:
        reason = "raden går inte att läsa: ett citattecken är inte avslutat, eller står fel"
        return Table(path.name, (), (f"{path.name}, rad {reader.line_num}: {reason}",))


def _table(file: str, reader: "csv.DictReader[str]", kind: type[T]) -> Table[T]:
    columns = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
    found = [name.strip() for name in reader.fieldnames or ()]
    if not _has_the_columns(found, columns):
        return Table(file, (), (f"{file}, rad 1: {_the_columns(columns)}",))
    reader.fieldnames = found
    rows: list[tuple[int, T]] = []
    problems: list[str] = []
    adapter = TypeAdapter(kind)
    for row in reader:
        at_line = f"{file}, rad {reader.line_num}"
        if None in row:
            problems.append(f"{at_line}: har fler celler än det finns kolumner")
            continue
        if not any((cell or "").strip() for cell in row.values()):
            continue  # Excel leaves lines with nothing but separators
        values = _values(row, columns)
        if hidden := [name for name, cell in values.items() if holds_hidden(cell)]:
            problems.extend(f"{at_line}, kolumn {name}: {_HIDDEN}" for name in hidden)
            continue
        try:
            rows.append((reader.line_num, adapter.validate_python(values)))
        except ValidationError as error:
            problems.extend(f"{at_line}{reason}" for reason in _reasons(error))
    return Table(file, tuple(rows), tuple(problems))


def _has_the_columns(found: list[str], columns: Mapping[str, "Field[Any]"]) -> bool:
    needed = {name for name, field in columns.items() if not field.metadata.get("optional")}
    return len(set(found)) == len(found) and needed <= set(found) <= set(columns)


def _the_columns(columns: Mapping[str, "Field[Any]"]) -> str:
    optional = [name for name, field in columns.items() if field.metadata.get("optional")]
    words = f"kolumnerna ska vara {', '.join(name for name in columns if name not in optional)}"
    return f"{words}, och om det behövs {', '.join(optional)}" if optional else words


def _values(row: dict[str, str | None], columns: Mapping[str, "Field[Any]"]) -> dict[str, str]:
    """The cells of a row by column; an empty one is left to the field's default, if it has one.

    The same letters are the same text, also from a Mac, which writes å in two signs.
    """
    cells = {name: plain(cell or "") for name, cell in row.items()}
    return {name: cell for name, cell in cells.items() if cell or columns[name].default is MISSING}


def _reasons(error: ValidationError) -> Iterator[str]:
    """What was wrong with a line, each with its column; a row as a whole has none."""
    for part in error.errors():
        column = ".".join(str(key) for key in part["loc"])
        ours = part["type"] == "value_error"
        reason = str(part["ctx"]["error"]) if ours else _REASONS.get(part["type"], _OTHERWISE)
        yield f", kolumn {column}: {reason}" if column else f": {reason}"


def _delimiter(text: str) -> str:
    header = text.partition("\n")[0]
    return ";" if ";" in header and "," not in header else ","
