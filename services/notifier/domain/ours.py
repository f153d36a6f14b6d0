"""Which addresses are ours, and what the token in one is for (O7)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import getaddresses
from functools import lru_cache
from typing import Literal

_LONGEST = 320  # octets of an address that is looked at
_ANY = r"(?P<token>[a-z0-9]{1,64})"


@dataclass(frozen=True, slots=True)
class Ours:
    """An address of ours: for answers to an invitation, for bounces, or the one we send from."""

    to: Literal["reply", "bounce", "from"]
    token: str | None = None


@dataclass(frozen=True, slots=True)
class OurAddresses:
    """The municipality's addresses: those with a token in them, and the one without."""

    from_address: str
    reply_pattern: str
    bounce_pattern: str

    def read(self, address: str) -> Ours | None:
        """What an address is to us; None if it isn't ours. Upper and lower case are alike.

        That the token is right isn't said: a wrong one is looked at by a person (B4).
        """
        if len(address) > _LONGEST:
            return None
        written = address.strip().lower()
        if found := _pattern(self.reply_pattern).fullmatch(written):
            return Ours("reply", found["token"])
        if found := _pattern(self.bounce_pattern).fullmatch(written):
            return Ours("bounce", found["token"])
        return Ours("from") if written == self.from_address.lower() else None

    def first_in(self, headers: Iterable[str]) -> str | None:
        """The first address of ours that one of these headers names, a telling one before others.

        For mail that is fetched: nobody says there whom it was delivered to.
        """
        named = [address for text in headers for _, address in _addresses(text)]
        found = [(ours.to == "from", address) for address in named if (ours := self.read(address))]
        return min(found, key=lambda one: one[0])[1].lower() if found else None


def _addresses(text: str) -> list[tuple[str, str]]:
    return getaddresses([text[:2000]])


@lru_cache(maxsize=8)
def _pattern(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(re.escape("{token}"), _ANY))
