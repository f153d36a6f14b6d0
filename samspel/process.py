"""What a process to be started is, and how its life is tied to the life of its starter."""

import ctypes
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: between fork and exec as little as possible may happen.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Owner:
    """The user a process runs as, when the starter is root and the process must not be."""

    name: str
    uid: int
    gid: int


class PopenOptions(TypedDict):
    """The keyword arguments that `subprocess` and `asyncio.subprocess` share."""

    env: Mapping[str, str]
    cwd: Path | None
    start_new_session: bool
    preexec_fn: Callable[[], None]
    user: NotRequired[int]
    group: NotRequired[int]
    extra_groups: NotRequired[list[int]]


@dataclass(frozen=True, kw_only=True)
class Process:
    """A command with everything needed to start it, to know when it is ready, and to end it.

    One that starts others must take them along when it is killed, as PostgreSQL does on SIGQUIT:
    the kernel ends only the process itself with its starter.
    """

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str]  # all of it: nothing is inherited unasked
    cwd: Path | None = None
    owner: Owner | None = None
    ready: Callable[[], Awaitable[bool]] | None = None  # None: ready once it runs
    once: bool = False  # a step that ends by itself, with 0, before the next begins
    soft_signal: signal.Signals = signal.SIGTERM  # asks it to end in order
    hard_signal: signal.Signals = signal.SIGKILL  # ends it at once, also when its starter dies

    def popen_options(self) -> PopenOptions:
        return popen_options(self.env, self.cwd, self.owner, self.hard_signal)


def popen_options(
    env: Mapping[str, str],
    cwd: Path | None = None,
    owner: Owner | None = None,
    hard_signal: signal.Signals = signal.SIGKILL,
) -> PopenOptions:
    """Options for a child in a session of its own that ends when the starting thread does.

    The session keeps the terminal's Ctrl-C from the child: it is for the starter to end it.
    """
    options = PopenOptions(env=env, cwd=cwd, start_new_session=True, preexec_fn=leash(hard_signal))
    if owner is not None:
        options["user"] = owner.uid
        options["group"] = owner.gid
        options["extra_groups"] = []
    return options


def leash(hard_signal: signal.Signals) -> Callable[[], None]:
    """What the child calls before its exec, so that the kernel ends it with its starter.

    It must come after the change of user, which clears the setting; `preexec_fn` does. Where
    there is no such call (macOS) nothing is set.
    """
    starter = os.getpid()

    def hold() -> None:
        if _LIBC is None:
            return
        _LIBC.prctl(PR_SET_PDEATHSIG, int(hard_signal))
        if os.getppid() != starter:  # it died between the fork and the call
            os._exit(1)

    return hold
