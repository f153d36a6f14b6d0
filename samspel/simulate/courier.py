"""The mail server and the way to it: takes what it is handed, or one of the troubles comes first.

It stands in for the sender's connections alone: each message is claimed, passes the real gate and
is marked by the real verdict, one attempt at a time.
"""

from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal
from uuid import UUID

from samspel.simulate.faults import Crash
from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.domain.messages import Sending
from services.notifier.domain.outcomes import (
    Accepted,
    NotBegun,
    Outcome,
    Refused,
    Unanswered,
    Verdict,
    verdict,
)
from services.notifier.domain.replies import Fault

Trouble = Literal[
    "busy", "greylisted", "throttled", "away", "dropped-before-mail", "dropped-after-354", "nobody",
    "lost-answer", "lost-content", "crash-before-354", "crash-in-content", "crash-after-dot",
    "stalls-before-354", "stalls-after-dot", "no-before-354", "moved-before-354",
    "shifted-before-354",
]  # fmt: skip
TROUBLES: tuple[Trouble, ...] = Trouble.__args__  # type: ignore[attr-defined]
_MEANWHILE = ("no-before-354", "moved-before-354", "shifted-before-354")
_BEFORE: dict[str, Outcome] = {
    "busy": Refused("rcpt-451", Fault.BUSY),
    "greylisted": Refused("rcpt-450", Fault.GREYLISTED),
    "throttled": Refused("rcpt-421", Fault.THROTTLED),
    "away": NotBegun("connect-refused", Fault.AWAY),
    "dropped-before-mail": NotBegun("mail-dropped"),
    "nobody": Refused("rcpt-550", Fault.RECIPIENT),
}


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the server has; `answered`: and has said so."""

    sending: Sending
    content: bytes
    answered: bool


@dataclass(slots=True)
class Courier:
    """The port Sender. `take` hears of each mail at the moment at which the server has it;
    `meanwhile` lets somebody act between the server's 354 and the gate."""

    gate: Gate
    claims: Claims
    take: Callable[[Taken], None]
    real_time_passes: Callable[[], None]
    meanwhile: Callable[[str, Sending], None] = lambda *_: None
    troubles: deque[Trouble] = field(default_factory=deque)
    met: Counter[str] = field(default_factory=Counter)
    doubts: Counter[UUID] = field(default_factory=Counter)
    attempts: int = 0

    @property
    def under_way(self) -> int:
        return 0

    @property
    def crowded(self) -> frozenset[str]:
        return frozenset()

    def wait(self, seconds: float, *, until_at_most: int = 0) -> None:
        """Nothing is ever under way when it is asked."""

    def hand_over(self, sendings: Sequence[Sending], claimed_at: float) -> None:  # noqa: ARG002
        """Those that meet a trouble go one by one, the others together."""
        self.attempts += len(sendings)
        troubled = list(sendings[: len(self.troubles)])
        for one in troubled:
            self._attempt(one, self.troubles.popleft())
        self._send(sendings[len(troubled) :])

    def _send(self, sendings: Sequence[Sending]) -> None:
        if not sendings:
            return
        contents = self.gate.clear(sendings)
        gone = []
        for one, content in zip(sendings, contents, strict=True):
            if content is not None:
                self.take(Taken(one, content, answered=True))
                gone.append(one)
        for one in gone:  # until it is marked, nobody but the mailbox knows that it came
            self.doubts[one.id] += 1
        self._mark(*((one, Accepted()) for one in gone))
        for one in gone:
            self.doubts[one.id] -= 1

    def _attempt(self, one: Sending, trouble: Trouble) -> None:
        self.met[trouble] += 1
        if trouble in _BEFORE:
            self._mark((one, _BEFORE[trouble]))
            return
        if trouble == "crash-before-354":
            raise Crash
        if trouble == "stalls-before-354":
            others = self._another_worker()
            self._send([one])
            self._send(others)
            return
        if trouble in _MEANWHILE:
            self.meanwhile(trouble, one)
            self._send([one])
            return
        (content,) = self.gate.clear([one])
        if content is None:
            return
        self._in_content(one, content, trouble)

    def _in_content(self, one: Sending, content: bytes, trouble: Trouble) -> None:
        if trouble == "dropped-after-354":
            self._mark((one, NotBegun("data-dropped")))
            return
        if trouble in ("lost-content", "crash-in-content"):
            self._doubt(one)
        else:
            self.take(Taken(one, content, answered=trouble == "stalls-after-dot"))
            self._doubt(one)
        if trouble.startswith("crash"):
            raise Crash
        if trouble == "stalls-after-dot":
            others = self._another_worker()
            self._mark((one, Accepted()))
            self._send(others)
        else:
            self._mark((one, Unanswered("answer-dropped")))

    def _doubt(self, one: Sending) -> None:
        self.doubts[one.id] += 1

    def _another_worker(self) -> list[Sending]:
        """This one has stood still for longer than its lease: another takes up what it had."""
        self.real_time_passes()
        self.claims.recover()
        self.real_time_passes()
        return self.claims.claim(10)

    def _mark(self, *ended: tuple[Sending, Outcome]) -> None:
        """In one transaction, as the sender does with what has ended meanwhile."""
        if ended:
            self.claims.mark([(one, _verdict(one, outcome)) for one, outcome in ended])


def _verdict(one: Sending, outcome: Outcome) -> Verdict:
    return verdict(
        outcome,  # type: ignore[arg-type]
        attempts=one.attempts,
        doubts=one.doubts,
        jitter=0.5,
        unknown_wait=0.0,
    )
