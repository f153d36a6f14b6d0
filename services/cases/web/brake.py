"""How often one address can send a form; whose it was is never kept."""

import secrets
import time
from collections import OrderedDict, deque
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock

_AN_HOUR = 3600.0
_MOST_ADDRESSES = 10_000


class Brake:
    """So many times an hour of real time, for each address and for all of them together.

    An address is kept for an hour as a keyed hash, with a key that ends with the process.
    """

    def __init__(self, *, each: int = 10, together: int = 120) -> None:
        self._each, self._together = each, together
        self._key = secrets.token_bytes(32)
        self._sent: OrderedDict[bytes, deque[float]] = OrderedDict()
        self._all: deque[float] = deque()
        self._lock = Lock()

    def lets_pass(self, address: str) -> bool:
        """Whether one more is let pass now; if so, it counts."""
        return self._asked(address, counts=True)

    def would_let_pass(self, address: str) -> bool:
        """The same, of what counts only if it turns out badly."""
        return self._asked(address, counts=False)

    def _asked(self, address: str, *, counts: bool) -> bool:
        now = time.monotonic()
        with self._lock:
            own = self._sent.setdefault(self._hashed(address), deque())
            _forget(own, now)
            _forget(self._all, now)
            passes = len(own) < self._each and len(self._all) < self._together
            if passes and counts:
                own.append(now)
                self._all.append(now)
            self._tidy(now)
            return passes

    def _tidy(self, now: float) -> None:
        for key in [
            key for key, sent in self._sent.items() if not sent or now - sent[-1] > _AN_HOUR
        ]:
            del self._sent[key]
        while len(self._sent) > _MOST_ADDRESSES:
            self._sent.popitem(last=False)

    def _hashed(self, address: str) -> bytes:
        return blake2b(_household(address).encode(), key=self._key, digest_size=16).digest()


def _household(address: str) -> str:
    """Whoever has one IPv6 address has a network of them."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address) or found.ipv4_mapped is not None:
        return address
    return str(ip_network((found, 64), strict=False))


def _forget(sent: deque[float], now: float) -> None:
    while sent and now - sent[0] > _AN_HOUR:
        sent.popleft()
