"""Passwords as argon2id keeps them; one that nobody has takes as long to refuse as any other."""

from dataclasses import dataclass, field
from functools import cached_property
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from services.cases.domain.passwords import plain_password

_AT_A_TIME = 4  # each takes 19 MiB: many guesses at once must not fill the memory


def _usual() -> PasswordHasher:
    """As OWASP advises (2025): 19 MiB, two passes, one lane."""
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@dataclass(frozen=True)
class Passwords:
    """Makes hashes and compares with them, a few at a time."""

    hasher: PasswordHasher = field(default_factory=_usual)
    _turns: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(_AT_A_TIME))

    def hashed(self, password: str) -> str:
        with self._turns:
            return self.hasher.hash(plain_password(password))

    def is_right(self, known: str | None, given: str) -> bool:
        """Whether what is given is the password that is known; None: nobody's, so it isn't."""
        with self._turns:
            try:
                self.hasher.verify(known or self._nobodys, plain_password(given))
            except (Argon2Error, InvalidHashError, UnicodeError):
                return False
        return known is not None

    def is_outdated(self, known: str) -> bool:
        """Whether it was made with other parameters than a new one would be."""
        try:
            return self.hasher.check_needs_rehash(known)
        except InvalidHashError:
            return True

    @cached_property
    def _nobodys(self) -> str:
        return self.hasher.hash("nobody has this password")
