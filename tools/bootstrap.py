"""Brings what the project needs into its own folder, then becomes the command it was given.

    python3 tools/bootstrap.py [--dev] -- ARGUMENTS...   Python of .venv with these arguments
    python3 tools/bootstrap.py --uv -- ARGUMENTS...      uv with these arguments

Standard library only, and nothing is installed outside the project's folder. uv comes through the
machine's own pip, with pip's settings for where packages come from; uv is given the same.
"""

from __future__ import annotations

import ast
import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, Iterator, Mapping, NoReturn  # noqa: UP035 - read by older Pythons too

OLDEST_PYTHON = (3, 11)
ROOT = Path(__file__).resolve().parent.parent
DEV = ROOT / ".dev"
UV = DEV / "uv" / "bin" / "uv"
UV_LOCK = ROOT / "tools" / "bootstrap.lock"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "samspel-stamp.json"
RUNTIME_LOCK, DEV_LOCK = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"

# What pip is told, and what uv calls the same.
PIP_TO_UV = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "trusted-host": "UV_INSECURE_HOST",
    "no-index": "UV_NO_INDEX",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
}


class Stop(Exception):
    """It can't go on; the message is one line in Swedish that says what to do."""


def main(arguments: list[str]) -> NoReturn:
    if sys.version_info < OLDEST_PYTHON:
        found = f"{sys.executable} är {sys.version_info[0]}.{sys.version_info[1]}"
        raise Stop(f"Python {OLDEST_PYTHON[0]}.{OLDEST_PYTHON[1]} eller nyare behövs; {found}.")
    if "MAKELEVEL" in os.environ:
        end_with_starter()  # kill make, and the command that follows here ends too
    options, command = split(arguments)
    os.chdir(ROOT)
    if "--uv" in options:
        with one_at_a_time():
            bring_uv()
        become(UV, command, uv_environment())
    dev = "--dev" in options
    if not is_current(dev=dev):
        with one_at_a_time():
            if not is_current(dev=dev):
                bring_uv()
                bring_packages(dev=dev)
    become(PYTHON, command, python_environment())


def split(arguments: list[str]) -> tuple[list[str], list[str]]:
    """The options of this script, and the arguments of the command after `--`."""
    place = arguments.index("--") if "--" in arguments else len(arguments)
    options, command = arguments[:place], arguments[place + 1 :]
    if set(options) - {"--dev", "--uv"} or not command:
        raise Stop("Så här: python3 tools/bootstrap.py [--dev|--uv] -- ARGUMENT...")
    return options, command


def become(program: Path, arguments: list[str], environment: Mapping[str, str]) -> NoReturn:
    os.execve(program, [str(program), *arguments], environment)  # noqa: S606 - no shell is the point


def python_environment() -> dict[str, str]:
    """The environment in which Python keeps in .dev what it compiles: a house is many processes.

    Containers often forbid it (PYTHONDONTWRITEBYTECODE), which means: not beside the sources.
    """
    kept = {"PYTHONPYCACHEPREFIX": str(DEV / "bytecode")}
    return {**kept, **os.environ, "PYTHONDONTWRITEBYTECODE": ""}


# ---- what stands in .venv


def is_current(*, dev: bool) -> bool:
    """Whether .venv holds what the lock says; the developer's set serves both."""
    return stamped() in [stamp(dev=level) for level in {dev, True}]


def stamped() -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return None
    return found if PYTHON.exists() else None  # a Python that was removed leaves a broken link


def stamp(*, dev: bool) -> dict[str, Any]:
    lock = DEV_LOCK if dev else RUNTIME_LOCK
    content = hashlib.sha256(lock.read_bytes() + Path(__file__).read_bytes())
    return {"root": str(ROOT), "dev": dev, "content": content.hexdigest()}


def bring_packages(*, dev: bool) -> None:
    found = stamped()
    environment = uv_environment()
    if not works(PYTHON) or (found and found["root"] != str(ROOT)):  # a venv can't be moved
        tell("lägger upp .venv …")
        options = ["--quiet", "--clear", "--no-project", "--python", sys.executable]
        execute([UV, "venv", *options, VENV], environment)
        found = None
    dev = dev or bool(found and found["dev"])  # the developer's tools are never taken away
    lock = DEV_LOCK if dev else RUNTIME_LOCK
    tell(f"hämtar paketen i {lock.name} …")
    options = ["--quiet", "--require-hashes", "--python", str(PYTHON)]
    execute([UV, "pip", "sync", *options, lock], environment)
    install_project()
    write(STAMP, json.dumps(stamp(dev=dev)) + "\n")


def works(python: Path) -> bool:
    question = f"import sys; sys.exit(sys.version_info < {OLDEST_PYTHON})"
    try:
        return start([python, "-c", question], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def install_project() -> None:
    """Make the project importable, and its console script runnable, where it lies.

    Two small files instead of an editable install, which would need a build back end.
    """
    question = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run([PYTHON, "-c", question], stdout=subprocess.PIPE, check=True).stdout
    write(Path(os.fsdecode(packages.strip())) / "samspel.pth", f"{ROOT}\n")
    script = VENV / "bin" / "samspel"
    # Through sh: a path that is long or has blanks can't stand after "#!". And -P: a folder that
    # happens to be called samspel where one stands isn't meant.
    quoted = re.sub(r'(["$`\\])', r"\\\1", str(PYTHON))
    write(script, f'#!/bin/sh\nexec "{quoted}" -P -m samspel "$@"\n')
    script.chmod(0o755)


def write(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)


# ---- uv


def bring_uv() -> None:
    pinned = re.search(r"^uv==([\w.]+)", UV_LOCK.read_text(), re.MULTILINE)
    if not pinned:
        raise Stop(f"{UV_LOCK} säger inte vilken uv som behövs.")
    folder = DEV / "uv"
    if UV.exists() and (folder / f"uv-{pinned[1]}.dist-info").is_dir():
        return
    tell(f"hämtar uv {pinned[1]} …")
    # A person's own settings that can't be had together with --target are unset.
    environment = {**os.environ, "PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0"}
    quietly = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    exactly = ["--only-binary=:all:", "--no-deps", "--require-hashes", "-r", UV_LOCK]
    fresh = Path(tempfile.mkdtemp(prefix="uv-", dir=DEV))
    try:
        execute([*find_pip(), "install", *quietly, *exactly, "--target", fresh], environment)
        shutil.rmtree(folder, ignore_errors=True)
        fresh.chmod(0o755)
        fresh.rename(folder)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def uv_environment() -> dict[str, str]:
    """The environment in which uv looks for packages where pip does."""
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    if system_has_certificates():  # uv has some of its own, which a company's proxy is not among
        environment.setdefault("UV_SYSTEM_CERTS", "1")
    if not can_write(cache_home()):
        environment.setdefault("UV_CACHE_DIR", str(DEV / "uv-cache"))
    for key, value in pip_settings().items():
        if key in PIP_TO_UV:
            separator = "," if key == "find-links" else " "
            environment.setdefault(PIP_TO_UV[key], separator.join(value.split()))
    if "UV_INDEX" in environment:
        # As pip does: the best of all places. The locks' hashes keep out what isn't meant.
        environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    return environment


def system_has_certificates() -> bool:
    paths = ssl.get_default_verify_paths()
    return bool(paths.cafile or (paths.capath and any(Path(paths.capath).iterdir())))


def cache_home() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser())


def can_write(folder: Path) -> bool:
    """Whether the folder, or the place where it would be made, can be written."""
    while not folder.exists():
        folder = folder.parent
    return os.access(folder, os.W_OK)


def pip_settings() -> dict[str, str]:
    """pip's settings by name: from its files, then those for `install`, then the environment."""
    try:
        command = [*find_pip(), "config", "list", "--disable-pip-version-check"]
        listed = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.decode()
    except (Stop, OSError, subprocess.CalledProcessError):
        return {}
    found: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listed.splitlines():
        match = re.match(r"(global|install|:env:)\.([\w-]+)=(.*)$", line)
        if match:
            found[match[1]][match[2]] = ast.literal_eval(match[3])
    return {**found["global"], **found["install"], **found[":env:"]}


# ---- pip


def find_pip() -> list[str]:
    """The command that is pip here: a module, else one of the wheels that systems keep for venv."""
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    wheels = bundled_pip() or unpacked_pip() or pip_of_debian()
    if wheels:
        return [sys.executable, str(wheels[-1] / "pip")]  # a wheel is a zip file: it runs
    raise Stop(f"pip saknas för {sys.executable}: installera det (Debian: python3-pip).")


def bundled_pip() -> list[Path]:
    folders = [Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or "/usr/share/python-wheels")]
    spec = importlib.util.find_spec("ensurepip")
    if spec and spec.submodule_search_locations:
        folders += [Path(place) / "_bundled" for place in spec.submodule_search_locations]
    return sorted(wheel for folder in folders for wheel in folder.glob("pip-*.whl"))


def unpacked_pip() -> list[Path]:
    return sorted((DEV / "pip").glob("usr/share/python-wheels/pip-*.whl"))


def pip_of_debian() -> list[Path]:
    """Debian's own pip, unpacked beside uv: that takes no root, and nothing is installed."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return []
    tell("hämtar pip från Debian …")
    folder = DEV / "pip"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not downloaded(folder, []):  # a new machine has no lists of packages, or old ones
        lists = own_lists(folder)
        start(["apt-get", *lists, "-qq", "update"])
        downloaded(folder, lists)
        shutil.rmtree(folder / "apt")
    for package in folder.glob("python3-pip-whl_*.deb"):
        start(["dpkg-deb", "--extract", package, folder])
    return unpacked_pip()


def downloaded(folder: Path, options: list[str]) -> bool:
    command = ["apt-get", *options, "-qq", "download", "python3-pip-whl"]
    return start(command, cwd=folder, stderr=subprocess.DEVNULL) == 0


def own_lists(folder: Path) -> list[str]:
    """Options for apt-get to keep lists of packages in the folder, as this user."""
    options = ["-o", f"APT::Sandbox::User={'root' if os.geteuid() == 0 else ''}"]
    for name, folders in (("State::Lists", "partial"), ("Cache", "archives/partial")):
        place = folder / "apt" / name
        (place / folders).mkdir(parents=True)
        options += ["-o", f"Dir::{name}={place}"]
    return options


# ---- processes


def execute(command: list[Any], environment: Mapping[str, str]) -> None:
    code = start(command, env=environment)
    if code:
        raise Stop(f"{Path(command[0]).name} misslyckades (kod {code}), se ovan.")


def start(command: list[Any], **options: Any) -> int:
    """Run the command to its end. Returns its exit code."""
    return subprocess.call(
        command, stdin=subprocess.DEVNULL, preexec_fn=end_with_starter, **options
    )


def end_with_starter() -> None:
    """Let the kernel end this process when its starter is gone, however that went."""
    if sys.platform == "linux":
        pr_set_pdeathsig = 1
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, int(signal.SIGTERM))


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Two commands at once in the same folder: the second waits, and finds it all done."""
    DEV.mkdir(exist_ok=True)
    with (DEV / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def tell(line: str) -> None:
    print(f"samspel: {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except Stop as reason:
        tell(str(reason))
        sys.exit(1)
    except PermissionError as error:
        tell(f"{error.filename} kan inte skrivas av den här användaren.")
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
