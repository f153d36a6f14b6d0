"""Ports on the loopback interface: whether one is free, and finding one that is."""

import errno
import random
import socket

LOOPBACK = "127.0.0.1"
# Below the range from which systems take the ports of outgoing connections, so that a remembered
# port isn't taken by a passing one.
_FIRST, _LAST = 20_000, 32_000


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    for _ in range(100):
        port = random.SystemRandom().randint(_FIRST, _LAST)
        if why_not(port) is None:
            return port
    raise OSError(errno.EADDRINUSE, f"no free port between {_FIRST} and {_LAST}")


def why_not(port: int) -> int | None:
    """The errno with which the system refuses to listen on the port; None where it doesn't."""
    with socket.socket() as probe:
        # As servers do: a port whose last connections are still timing out is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            return error.errno
    return None
