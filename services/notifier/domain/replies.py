"""What a mail server's no means: whose fault it is, and how long to wait (decision 7, F5).

A table, read from the top; the first row that fits counts. Codes are those of RFC 5321, enhanced
ones those of RFC 3463 and of Exchange Online.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

Step = Literal["connect", "login", "mail", "rcpt", "data", "content"]

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?!\d)")
# Some servers say only in words that they want the mail to come again.
_GREYLISTED = re.compile(r"gr[ae]y[- ]?list", re.IGNORECASE)


class Fault(StrEnum):
    """Whose it is."""

    RECIPIENT = "recipient"  # nobody there, or nobody who takes mail from us
    CONTENT = "content"  # too large, or refused for what it is
    GREYLISTED = "greylisted"  # this message is to come again in some minutes
    THROTTLED = "throttled"  # the recipient's domain wants less of us
    FULL = "full"  # the mailbox, or the server's disk, has no room now
    BUSY = "busy"  # anything else that passes
    AWAY = "away"  # the server can't be reached
    OURS = "ours"  # our login or our sender address: a person has to set it right


@dataclass(frozen=True, slots=True)
class Handling:
    """What a fault does to the message: `lasting`, it fails; else the first and the longest wait in
    seconds. `counts`: the attempt uses up the message's patience."""

    lasting: bool = False
    first_wait: float = 0.5
    longest_wait: float = 300.0
    counts: bool = True


HANDLINGS: dict[Fault, Handling] = {
    Fault.RECIPIENT: Handling(lasting=True),
    Fault.CONTENT: Handling(lasting=True),
    Fault.GREYLISTED: Handling(first_wait=60, longest_wait=900),
    Fault.THROTTLED: Handling(first_wait=30, longest_wait=900),
    Fault.FULL: Handling(first_wait=60, longest_wait=1800),
    Fault.BUSY: Handling(),
    # The server's pause decides when it goes on; the message itself only steps aside for others.
    Fault.AWAY: Handling(longest_wait=0.5, counts=False),
    Fault.OURS: Handling(first_wait=20, longest_wait=20, counts=False),
}


@dataclass(frozen=True, slots=True)
class Row:
    """`at`: the steps it holds for, () for any. `codes` and `enhanced` are beginnings."""

    fault: Fault
    codes: tuple[str, ...]
    enhanced: tuple[str, ...] = ()
    at: tuple[Step, ...] = ()

    def fits(self, step: Step, code: str, enhanced: str) -> bool:
        return (
            (not self.at or step in self.at)
            and code.startswith(self.codes)
            and (not self.enhanced or _begins(enhanced, self.enhanced))
        )


TABLE: tuple[Row, ...] = (
    # Login: a token or a password that isn't taken, or a mechanism that there isn't.
    Row(Fault.AWAY, ("4",), at=("connect", "login")),
    Row(Fault.OURS, ("5",), at=("login",)),
    Row(Fault.AWAY, ("5",), at=("connect",)),
    Row(Fault.OURS, ("530", "534", "535", "538")),
    # May not send as this sender, not from this address, not for this tenant.
    Row(
        Fault.OURS, ("5",), ("5.7.60", "5.7.57", "5.7.64", "5.7.139", "5.1.8", "5.7.708", "5.7.705")
    ),
    Row(Fault.OURS, ("553",), ("5.7.1",)),
    Row(Fault.OURS, ("500", "502", "503")),
    # What is wrong with MAIL FROM is never the recipient's fault; but the size may be told there.
    Row(Fault.CONTENT, ("552",), at=("mail",)),
    Row(Fault.OURS, ("5",), at=("mail",)),
    Row(Fault.CONTENT, ("552", "554"), at=("data", "content")),
    Row(Fault.RECIPIENT, ("5",), at=("rcpt",)),
    Row(Fault.CONTENT, ("5",)),
    # For now.
    Row(Fault.FULL, ("452",)),
    Row(Fault.FULL, ("4",), ("4.2.2", "4.3.1")),
    Row(Fault.GREYLISTED, ("450", "451"), ("4.7.1",), at=("rcpt", "data", "content")),
    Row(Fault.THROTTLED, ("421",), at=("rcpt",)),
    Row(Fault.THROTTLED, ("4",), ("4.7", "4.2.1", "4.5.3"), at=("rcpt", "data", "content")),
    Row(Fault.BUSY, ("4",)),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """A fault with a code for the log and for people: step, code and enhanced code, no words."""

    fault: Fault
    reason: str


def read_reply(step: Step, code: int, text: str = "") -> Reading:
    """What a reply of 4xx or 5xx means. Of its words nothing is kept: they may hold an address."""
    found = _ENHANCED.match(text)
    enhanced = found.group(1) if found else ""
    reason = f"{step}-{code}" + (f"-{enhanced}" if enhanced else "")
    if 400 <= code < 500 and step in ("rcpt", "data", "content") and _GREYLISTED.search(text):
        return Reading(Fault.GREYLISTED, reason)
    for row in TABLE:
        if row.fits(step, str(code), enhanced):
            return Reading(row.fault, reason)
    return Reading(Fault.BUSY, reason)


def _begins(enhanced: str, wanted: tuple[str, ...]) -> bool:
    """By whole numbers: 4.7.1 begins 4.7.1 and not 4.7.10."""
    return any(f"{enhanced}.".startswith(f"{one}.") for one in wanted)
