"""What becomes of a message after an attempt to send it (decision 7): pure, jitter included."""

from dataclasses import dataclass
from typing import Literal

from services.notifier.domain.replies import HANDLINGS, Fault

ATTEMPTS = 600
"""With five minutes between the last ones, some two days. Those that failed by the server's or our
own fault aren't among them: no message ends by these."""
DOUBTS = 1
"""Ends without an answer after which a message may go once more; one more makes it failed."""
PAUSED = "connect-pause"
"""The reason of what wasn't tried, because the server had just failed another."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The server has taken the message."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The server has answered no: it doesn't have the message."""

    reason: str
    fault: Fault


@dataclass(frozen=True, slots=True)
class NotBegun:
    """Something failed before any content left: a safe retry."""

    reason: str
    fault: Fault = Fault.BUSY


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
    """The next state, a code for why, seconds (of real time) to wait, and whether doubt remains.

    `works`: whether the server does, as far as this attempt tells. `fault`: whose it was.
    """

    state: Literal["accepted", "retry", "failed", "unknown"]
    reason: str | None = None
    wait: float = 0.0
    doubt: bool = False
    fault: Fault | None = None
    works: bool | None = None

    @property
    def counts(self) -> bool:
        """Whether the attempt uses up the message's patience."""
        return self.fault is None or HANDLINGS[self.fault].counts


def verdict(
    outcome: Accepted | Refused | NotBegun | Unanswered,
    *,
    attempts: int,
    doubts: int,
    jitter: float,
    unknown_wait: float,
) -> Verdict:
    """`attempts` that count and `doubts` so far.

    `jitter`, 0 to 1, keeps a crowd from coming back at once.
    """
    match outcome:
        case Accepted():
            return Verdict("accepted", works=True)
        case Unanswered(reason) if doubts >= DOUBTS:
            return Verdict("failed", f"unanswered-again:{reason}", doubt=True)
        case Unanswered(reason):
            return Verdict("unknown", reason, wait=unknown_wait, doubt=True)
        case Refused(reason, fault) | NotBegun(reason, fault):
            works = _works(outcome, fault)
            handling = HANDLINGS[fault]
            if handling.lasting:
                return Verdict("failed", reason, fault=fault, works=works)
            if handling.counts and attempts >= ATTEMPTS:
                return Verdict("failed", f"given-up:{reason}", fault=fault, works=works)
            wait = backoff(attempts, jitter, fault)
            return Verdict("retry", reason, wait=wait, fault=fault, works=works)


def _works(outcome: Refused | NotBegun, fault: Fault) -> bool | None:
    """An answer about one message shows that the server works; a silence tells nothing of it."""
    if fault is Fault.AWAY and outcome.reason == PAUSED:
        return None
    if fault in (Fault.AWAY, Fault.OURS):
        return False
    return True if isinstance(outcome, Refused) else None


def backoff(attempts: int, jitter: float, fault: Fault = Fault.BUSY) -> float:
    """Seconds until the next attempt: doubling from the fault's first to its longest, ± 25 %."""
    handling = HANDLINGS[fault]
    wait = min(handling.longest_wait, handling.first_wait * 2.0 ** min(max(attempts, 1) - 1, 20))
    return wait * (0.75 + 0.5 * jitter)
