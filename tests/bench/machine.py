"""What a figure was measured on: the machine, the versions, how busy it was, and which commit."""

import os
import platform
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis

from tests.faults.table import commit

_PACKAGES = (
    "aiosmtplib", "celery", "fastapi", "icalendar", "psycopg", "redis", "starlette", "uvicorn",
    "uvloop",
)  # fmt: skip


def circumstances(postgres_url: str, valkey_url: str) -> dict[str, Any]:
    """As they are when the run begins; the machine's name and folders aren't told."""
    with psycopg.connect(postgres_url) as connection:
        server = connection.info.parameter_status("server_version") or "?"
    with redis.Redis.from_url(valkey_url) as valkey:
        about: Mapping[str, Any] = valkey.info("server")
    return {
        "on": datetime.now(UTC).date().isoformat(),
        "commit": commit(),
        "cores": os.cpu_count(),
        "cpu": _model(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "kernel": f"{platform.system()} {re.split('[-+]', platform.release())[0]}",
        "python": platform.python_version(),
        "postgresql": server,
        "valkey": str(about.get("valkey_version", about.get("redis_version", "?"))),
        "packages": {name: version(name) for name in _PACKAGES},
        "load_at_begin": load(),
    }


def load() -> float:
    """Of the last minute: how many wanted a core."""
    return round(os.getloadavg()[0], 1)


def in_words(about: Mapping[str, Any]) -> str:
    """One line of it, for people."""
    return (
        f"{about['on']}, commit {about['commit']}: {about['cores']} cores of {about['cpu']},"
        f" {about['memory_gb']} GB, {about['kernel']}, Python {about['python']},"
        f" PostgreSQL {about['postgresql']}, Valkey {about['valkey']}; {about['rounds']} rounds,"
        f" load {about['load_at_begin']} at the beginning and {about['load_at_end']} at the end"
    )


def _model() -> str:
    if sys.platform == "linux":
        found = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()
