"""What becomes of a message after an attempt to send it (decision 7): pure, jitter included."""

from dataclasses import dataclass
from typing import Literal

ATTEMPTS = 600
"""With five minutes between the last ones, some two days."""
FIRST_WAIT, LONGEST_WAIT = 0.5, 300.0
DOUBTS = 1
"""Ends without an answer after which a message may go once more; one more makes it failed."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has taken the message."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server has answered no: it doesn't have the message. `lasting`: nor ever will (5xx)."""

    reason: str
    lasting: bool


@dataclass(frozen=True, slots=True)
class NotBegun:
    """Something failed before any content left: a safe retry."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Content has left, and no answer came: the server may have the message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """The gate didn't let it go; the message is already marked."""


Outcome = Accepted | Refused | NotBegun | Unanswered | Stopped


@dataclass(frozen=True, slots=True)
class Verdict:
    """The next state, a code for why, seconds (of real time) to wait, and whether doubt remains."""

    state: Literal["accepted", "retry", "failed", "unknown"]
    reason: str | None = None
    wait: float = 0.0
    doubt: bool = False


def verdict(
    outcome: Accepted | Refused | NotBegun | Unanswered,
    *,
    attempts: int,
    doubts: int,
    jitter: float,
    unknown_wait: float,
) -> Verdict:
    """`attempts` and `doubts` so far; `jitter`, 0 to 1, keeps a crowd from coming back at once."""
    match outcome:
        case Accepted():
            return Verdict("accepted")
        case Unanswered(reason) if doubts >= DOUBTS:
            return Verdict("failed", f"unanswered-again:{reason}", doubt=True)
        case Unanswered(reason):
            return Verdict("unknown", reason, wait=unknown_wait, doubt=True)
        case Refused(reason, lasting=True):
            return Verdict("failed", reason)
        case Refused(reason) | NotBegun(reason) if attempts >= ATTEMPTS:
            return Verdict("failed", f"given-up:{reason}")
        case Refused(reason) | NotBegun(reason):
            return Verdict("retry", reason, wait=backoff(attempts, jitter))


def backoff(attempts: int, jitter: float) -> float:
    """Seconds before the next attempt: doubling from half a second to five minutes, ± a quarter."""
    longest = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(attempts - 1, 20))
    return longest * (0.75 + 0.5 * jitter)
