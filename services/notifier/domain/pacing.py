"""How much goes to one recipient domain at a time, so that a slow one holds back only its own.

Held in memory by one worker; `now` is monotonic seconds. A domain that answers promptly gets more
connections, one for each prompt answer, though some are always left for the others; one that is
slow, or wants less, falls back. Rests that all workers keep stand in the database
(`adapters/pause.py`).
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")

_PROMPT_SECONDS = 2.0
_LEFT_FOR_OTHERS = 2


@dataclass(frozen=True, slots=True)
class Pacing:
    """`at_once`: connections that a domain begins with. `per_minute`: 0 is without a limit.

    `own`: the municipality's domains, which are never held back.
    """

    at_once: int = 4
    per_minute: int = 0
    own: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Lane(Generic[Item]):
    allowed: int
    tokens: float
    filled_at: float
    waiting: deque[Item] = field(default_factory=deque)
    under_way: int = 0


@dataclass(slots=True)
class Lanes(Generic[Item]):
    """What waits for a connection, by domain; taken in turn."""

    pacing: Pacing
    connections: int
    slow: frozenset[str] = frozenset()
    _lanes: dict[str, _Lane[Item]] = field(default_factory=dict)

    def put(self, domain: str, item: Item, now: float) -> None:
        lane = self._lanes.get(domain)
        if lane is None:
            lane = _Lane(self._at_first(domain), self._burst, now)
            self._lanes[domain] = lane
        lane.waiting.append(item)

    def take(self, now: float) -> Item | None:
        """The next that may begin; its domain is the last in turn after it. None: none may."""
        for domain, lane in self._lanes.items():
            if (
                lane.waiting
                and lane.under_way < lane.allowed
                and self._has_token(domain, lane, now)
            ):
                self._lanes[domain] = self._lanes.pop(domain)
                lane.under_way += 1
                lane.tokens -= 1
                return lane.waiting.popleft()
        return None

    def ended(self, domain: str, seconds: float, *, held_back: bool) -> None:
        """One has ended after so long. `held_back`: the domain wants less."""
        lane = self._lanes[domain]
        lane.under_way -= 1
        if domain in self.pacing.own:
            return
        if held_back:
            lane.allowed = 1
        elif seconds > _PROMPT_SECONDS:
            lane.allowed = self._at_first(domain)
        else:
            lane.allowed = min(lane.allowed + 1, max(self._most, self._at_first(domain)))
        if held_back or seconds > _PROMPT_SECONDS:
            self.slow |= {domain}
        elif domain in self.slow:
            self.slow -= {domain}

    def clear(self, domain: str) -> list[Item]:
        """What hasn't begun of a domain, taken out."""
        lane = self._lanes.get(domain)
        if lane is None:
            return []
        waiting, lane.waiting = list(lane.waiting), deque()
        return waiting

    def next_token(self, now: float) -> float | None:
        """Seconds until something that only waits for the clock may begin; None: nothing does."""
        rate = self.pacing.per_minute / 60
        waits = [
            (1 - lane.tokens) / rate - (now - lane.filled_at)
            for domain, lane in self._lanes.items()
            if rate and lane.waiting and lane.under_way < lane.allowed
            and domain not in self.pacing.own
        ]  # fmt: skip
        return max(0.0, min(waits)) if waits else None

    @property
    def _most(self) -> int:
        return max(1, self.connections - _LEFT_FOR_OTHERS)

    @property
    def _burst(self) -> float:
        """Ten seconds' worth may go at once."""
        return max(1.0, self.pacing.per_minute / 6)

    def _at_first(self, domain: str) -> int:
        own = domain in self.pacing.own
        return self.connections if own else max(1, min(self.pacing.at_once, self.connections))

    def _has_token(self, domain: str, lane: _Lane[Item], now: float) -> bool:
        if not self.pacing.per_minute or domain in self.pacing.own:
            return True
        earned = (now - lane.filled_at) * self.pacing.per_minute / 60
        lane.tokens, lane.filled_at = min(self._burst, lane.tokens + earned), now
        return lane.tokens >= 1 - 1e-9
