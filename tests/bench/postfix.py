"""Postfix's smtp-source and smtp-sink: what mail can be sent and taken with, at the most."""

import os
import resource
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from samspel.ports import LOOPBACK, free_port, why_not
from samspel.process import popen_options
from tests.bench.figures import Sample
from tests.conftest import ROOT

FOLDER = ROOT / ".dev" / "postfix"
SESSIONS = 10
_FETCH_SECONDS = 60
_START_SECONDS = 10


class NoPostfix(Exception):
    """It can't be had here; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Postfix:
    """Where its two programs lie. `libraries`: what they were unpacked with; None: installed."""

    source: Path
    sink: Path
    libraries: Path | None = None

    @classmethod
    def found(cls, *, fetch: bool = True) -> "Postfix":
        """Those of this machine, else those of Debian's package, unpacked and never installed.

        Raises NoPostfix.
        """
        path = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
        source, sink = (shutil.which(name, path=path) for name in ("smtp-source", "smtp-sink"))
        if source and sink:
            return cls(Path(source), Path(sink))
        if not (FOLDER / "usr" / "sbin" / "smtp-sink").exists():
            if not fetch:
                raise NoPostfix("smtp-sink isn't there: run `make bench` once, or install Postfix.")
            _fetch()
        programs = FOLDER / "usr" / "sbin"
        found = cls(programs / "smtp-source", programs / "smtp-sink", FOLDER / "usr/lib/postfix")
        with found.listening():
            return found

    @contextmanager
    def listening(self) -> Iterator[int]:
        """A sink that takes every mail and keeps none; its port on loopback."""
        port = free_port()
        who = ("-u", "nobody") if os.geteuid() == 0 else ()
        sink = subprocess.Popen(
            (self.sink, *who, f"{LOOPBACK}:{port}", "1000"),
            stderr=subprocess.PIPE,
            **popen_options(self._environment),
        )
        try:
            deadline = time.monotonic() + _START_SECONDS
            while why_not(port) is None:
                if sink.poll() is not None or time.monotonic() > deadline:
                    assert sink.stderr is not None
                    sink.kill()
                    raise NoPostfix(f"smtp-sink: {sink.stderr.read().decode().strip()[-200:]}")
                time.sleep(0.02)
            yield port
        finally:
            sink.kill()
            sink.communicate()

    def send(self, port: int, count: int, size: int) -> Sample:
        """So many mails of so many octets, over ten connections that stay open."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        began = time.perf_counter()
        subprocess.run(
            (
                self.source, "-s", str(SESSIONS), "-d", "-l", str(size), "-m", str(count),
                "-f", "studs@kommun.example", "-t", "kim@hemma.example", f"{LOOPBACK}:{port}",
            ),
            env=self._environment,
            check=True,
        )  # fmt: skip
        seconds = time.perf_counter() - began
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        return Sample(count, seconds, cpu)

    @property
    def _environment(self) -> dict[str, str]:
        own = {"LD_LIBRARY_PATH": str(self.libraries)} if self.libraries else {}
        return {"PATH": "/usr/bin:/bin:/usr/sbin"} | own


def _fetch() -> None:
    """By apt, from wherever this machine has its packages; nobody has to be root."""
    if not (shutil.which("apt-get") and shutil.which("dpkg")):
        raise NoPostfix("Postfix is neither installed nor to be had by apt-get: install it.")
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        done = subprocess.run(
            ("apt-get", "download", "-qq", "postfix"),
            cwd=FOLDER,
            check=False,
            capture_output=True,
            timeout=_FETCH_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise NoPostfix("apt-get doesn't come through: install Postfix by hand.") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()[-200:]
        raise NoPostfix(f"apt-get download postfix: {said}")
    for archive in FOLDER.glob("*.deb"):
        subprocess.run(("dpkg", "-x", archive, FOLDER), check=True)
        archive.unlink()
