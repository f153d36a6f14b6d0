"""`samspel backup`: the whole database as one file, and beside it what the file is.

The file is pg_dump's own format. Its name has no ending `.part` only once it is whole, on the disk,
and described in `….json`.
"""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from pydantic import TypeAdapter, ValidationError

from samspel.pgtools import Told, ToolError, Tools, fitting
from shared.version import VERSION

_LOOK = """
    SELECT current_setting('server_version_num')::int / 10000 AS major,
           pg_export_snapshot() AS snapshot,
           (SELECT version_num FROM public.alembic_version) AS revision,
           (SELECT era FROM notifier.high_water) AS era,
           (SELECT mark FROM notifier.high_water) AS mark,
           (SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace IN
              (SELECT oid FROM pg_namespace WHERE nspname !~ '^pg_|^information_schema')) AS tables,
           clock_timestamp() AS now
"""


class CannotBackUp(Exception):
    """There is no backup, or it isn't what it says; the message is one line in Swedish."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is. `taken_at`: the instant that its content is of (UTC). `era` and `mark`: how
    far the database had come with sending. Nothing of it is about a person."""

    file: str
    octets: int
    sha256: str
    taken_at: datetime
    samspel: str
    revision: str
    postgresql: int
    era: int
    mark: int


_NOTE = """
    INSERT INTO cases.audit (at, actor, action) VALUES (%s, 'command', 'backup.made')
"""
_MANIFEST = TypeAdapter(Manifest)


def back_up(url: str, folder: Path, environment: Mapping[str, str], told: Told) -> Path:
    """Write the backup into the folder, which is made if there is none. Raises CannotBackUp."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with psycopg.connect(url) as connection:
            return _written(connection, url, folder, environment, told)
    except ToolError as error:
        raise CannotBackUp(str(error)) from None
    except psycopg.errors.UndefinedTable:
        raise CannotBackUp(
            "Det är inte Samspels databas, eller en som samspel migrate inte har körts på."
        ) from None
    except psycopg.OperationalError:
        raise CannotBackUp("Databasen i SAMSPEL_DATABASE_URL svarar inte.") from None
    except OSError as error:
        raise CannotBackUp(f"Det går inte att skriva i {folder}: {error.strerror}.") from None


def described(file: Path) -> Manifest:
    """What stands beside the file. Raises CannotBackUp."""
    try:
        return _MANIFEST.validate_json(_beside(file).read_bytes())
    except FileNotFoundError:
        raise CannotBackUp(
            f"{_beside(file).name} finns inte bredvid {file.name}: utan den vet ingen om filen är"
            " hel. Den hör till säkerhetskopian."
        ) from None
    except (OSError, ValidationError):
        raise CannotBackUp(f"{_beside(file).name} går inte att läsa.") from None


def verified(file: Path, environment: Mapping[str, str]) -> tuple[Manifest, Tools, int]:
    """The manifest of a file that is whole and readable, with what reads it and how many tables
    it has. Raises CannotBackUp."""
    manifest = described(file)
    try:
        if _sum(file) != manifest.sha256:
            raise CannotBackUp(
                f"{file.name} är inte den fil som säkerhetskopierades: kontrollsumman är en annan."
            )
        tools = fitting(manifest.postgresql, environment)
        content = tools.run("pg_restore", "--list", str(file))
    except ToolError as error:
        raise CannotBackUp(str(error)) from None
    except OSError as error:
        raise CannotBackUp(f"{file} går inte att läsa: {error.strerror}.") from None
    return manifest, tools, content.count(" TABLE DATA ")


def note(url: str, manifest: Manifest) -> None:
    """Note in the database that there is this backup, for who watches. Raises CannotBackUp."""
    try:
        with psycopg.connect(url) as connection:
            connection.execute(_NOTE, [manifest.taken_at])
    except psycopg.Error:
        raise CannotBackUp(
            f"{manifest.file} är hel, men det gick inte att anteckna i databasen att den finns, så"
            " larmet om säkerhetskopior ringer. Se efter att databasen svarar, och kör igen."
        ) from None


def _written(
    connection: psycopg.Connection, url: str, folder: Path, environment: Mapping[str, str],
    told: Told,
) -> Path:  # fmt: skip
    """All of it as it is at one instant: pg_dump reads in our own snapshot."""
    connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
    row = connection.execute(_LOOK).fetchone()
    assert row is not None
    major, snapshot, revision, era, mark, tables, now = row
    file = folder / f"samspel-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.dump"
    with _part(file) as part:
        fitting(major, environment).run(
            "pg_dump", "--format=custom", "--verbose", f"--snapshot={snapshot}",
            f"--file={part}", url=url, told=_counting(tables, told),
        )  # fmt: skip
        manifest = Manifest(
            file.name, part.stat().st_size, _sum(part), now.astimezone(UTC), VERSION, revision,
            major, era, mark,
        )  # fmt: skip
        with _part(_beside(file)) as beside:
            beside.write_text(json.dumps(asdict(manifest), default=str, indent=2) + "\n")
    return file


@contextmanager
def _part(file: Path) -> Iterator[Path]:
    """What is to become the file: for its owner alone, and with its name only when it is whole."""
    part = file.with_name(f"{file.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        _to_disk(part)
        part.replace(file)
        _to_disk(file.parent)
    finally:
        part.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _beside(file: Path) -> Path:
    return file.with_suffix(".json")


def _sum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _counting(tables: int, told: Told) -> Told:
    """Says after each tenth of the tables how many are done."""
    done = 0

    def count(line: str) -> None:
        nonlocal done
        if "dumping contents of table" in line:
            done += 1
            if done * 10 // tables > (done - 1) * 10 // tables:
                told(f"{done} av {tables} tabeller")

    return count
