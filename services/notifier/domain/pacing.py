"""How much goes to one recipient domain at a time, so that a slow one holds back only its own.

Held in memory by one worker; `now` is monotonic seconds. A domain that answers promptly gets more
connections, one for each prompt answer, though some are always left for the others; one that is
slow, or wants less, falls back. All that are slow share half of the connections; a domain of which
nothing is known yet could be slow too, so some are left for those that answer promptly, and one for
the municipality's own. Rests that all workers keep stand in the database
(`adapters/pause.py`).
"""

from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

Item = TypeVar("Item")

_PROMPT_SECONDS = 2.0
_LEFT_FOR_OTHERS = 2
# Of very few connections none can be kept free.
_ONE_IN_SO_MANY_FOR_PROMPT, _ONE_IN_SO_MANY_FOR_OWN = 5, 10
# Of the batch that one worker has claimed: beside one domain of many mails, or all slow ones,
# others have room.
_MOST_OF_A_DOMAIN, _MOST_OF_A_SLOW_DOMAIN, _MOST_OF_ALL_SLOW = 40, 8, 50
_CLASSES = ("slow", "unknown", "prompt", "own")


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
    waiting: deque[tuple[Item, object]] = field(default_factory=deque)
    began: list[float] = field(default_factory=list)
    prompt: bool = False
    in_a_row: int = 0

    @property
    def under_way(self) -> int:
        return len(self.began)


@dataclass(slots=True)
class Lanes(Generic[Item]):
    """What waits for a connection, by domain; taken in turn."""

    pacing: Pacing
    connections: int
    slow: frozenset[str] = frozenset()
    _lanes: dict[str, _Lane[Item]] = field(default_factory=dict)

    def put(self, domain: str, item: Item, now: float, about: object = None) -> None:
        """`about`: those of a domain that are about the same go one after the other."""
        lane = self._lanes.get(domain)
        if lane is None:
            lane = _Lane(self._at_first(domain), self._burst, now)
            self._lanes[domain] = lane
        lane.waiting.append((item, about))

    def take(self, now: float) -> Item | None:
        """The next that may begin; its domain is the last in turn after it, unless the one behind
        it is about the same, for so many as there are connections. None: none may."""
        room = self._room()
        for domain, lane in self._lanes.items():
            if (
                lane.waiting
                and lane.under_way < lane.allowed
                and room[self._class(domain, lane)] > 0
                and self._has_token(domain, lane, now)
            ):
                item, about = lane.waiting.popleft()
                if not self._keeps_its_turn(lane, about):
                    self._lanes[domain] = self._lanes.pop(domain)
                lane.began.append(now)
                lane.tokens -= 1
                return item
        return None

    def _keeps_its_turn(self, lane: _Lane[Item], about: object) -> bool:
        goes_on = about is not None and bool(lane.waiting) and lane.waiting[0][1] == about
        lane.in_a_row = lane.in_a_row + 1 if goes_on else 0
        if lane.in_a_row >= self.connections:
            lane.in_a_row = 0
        return lane.in_a_row > 0

    def ended(self, domain: str, began: float, now: float, *, held_back: bool) -> None:
        """One that began then has ended. `held_back`: the domain wants less."""
        lane = self._lanes[domain]
        lane.began.remove(min(lane.began, key=lambda other: abs(other - began)))
        if domain in self.pacing.own:
            return
        lane.prompt = not held_back and now - began <= _PROMPT_SECONDS
        if held_back:
            lane.allowed = 1
        elif not lane.prompt:
            lane.allowed = self._at_first(domain)
        else:
            lane.allowed = min(lane.allowed + 1, max(self._most, self._at_first(domain)))
        if not lane.prompt:
            self.slow |= {domain}
        elif domain in self.slow and not _lets_wait(lane, now):
            self.slow -= {domain}

    def look(self, now: float) -> None:
        """A domain that lets one wait right now is slow, before that has ended."""
        late = {domain for domain, lane in self._lanes.items() if _lets_wait(lane, now)}
        self.slow |= late - self.pacing.own

    def spare(self, domain: str, keep: int) -> list[Item]:
        """What hasn't begun of a domain beyond so many that are begun or wait, taken out."""
        lane = self._lanes[domain]
        spared = []
        while lane.waiting and lane.under_way + len(lane.waiting) > keep:
            spared.append(lane.waiting.pop()[0])
        return spared

    def clear(self, domain: str) -> list[Item]:
        """What hasn't begun of a domain, taken out."""
        lane = self._lanes.get(domain)
        if lane is None:
            return []
        waiting, lane.waiting = lane.waiting, deque()
        return [item for item, _ in waiting]

    def next_token(self, now: float) -> float | None:
        """Seconds until something that only waits for the clock may begin; None: nothing does."""
        rate = self.pacing.per_minute / 60
        room = self._room()
        waits = [
            (1 - lane.tokens) / rate - (now - lane.filled_at)
            for domain, lane in self._lanes.items()
            if rate and lane.waiting and lane.under_way < lane.allowed
            and domain not in self.pacing.own and room[self._class(domain, lane)] > 0
        ]  # fmt: skip
        return max(0.0, min(waits)) if waits else None

    def _room(self) -> dict[str, int]:
        """How many more may begin of a slow domain, one that isn't known, a prompt one and our own.

        Each counts against those after it.
        """
        busy = dict.fromkeys(_CLASSES, 0)
        for domain, lane in self._lanes.items():
            if lane.began:
                busy[self._class(domain, lane)] += lane.under_way
        slow = max(1, self.connections // 2) - busy["slow"]
        left_for_prompt = self.connections // _ONE_IN_SO_MANY_FOR_PROMPT
        unknown = self.connections - left_for_prompt - busy["slow"] - busy["unknown"]
        left_for_own = self.connections // _ONE_IN_SO_MANY_FOR_OWN if self.pacing.own else 0
        others = busy["slow"] + busy["unknown"] + busy["prompt"]
        prompt = self.connections - left_for_own - others
        return {
            "slow": min(slow, unknown, prompt),
            "unknown": min(unknown, prompt),
            "prompt": prompt,
            "own": self.connections,
        }

    def _class(self, domain: str, lane: _Lane[Item]) -> str:
        if domain in self.pacing.own:
            return "own"
        if domain in self.slow:
            return "slow"
        return "prompt" if lane.prompt else "unknown"

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


def _lets_wait(lane: _Lane[Item], now: float) -> bool:
    return any(now - began > _PROMPT_SECONDS for began in lane.began)


def most_of_a_slow_one(slow: Collection[str]) -> int:
    """How many to each domain that is slow one worker has at a time."""
    return min(_MOST_OF_A_SLOW_DOMAIN, _MOST_OF_ALL_SLOW // max(1, len(slow)))


def crowded(
    claimed: Mapping[str, int], slow: frozenset[str], own: frozenset[str]
) -> frozenset[str]:
    """Domains of which a worker has claimed enough: what it claims besides is to go to others."""
    share = most_of_a_slow_one(slow & claimed.keys())
    full = sum(claimed.get(domain, 0) for domain in slow) >= _MOST_OF_ALL_SLOW
    enough = {
        domain
        for domain, number in claimed.items()
        if domain not in own and number >= (share if domain in slow else _MOST_OF_A_DOMAIN)
    }
    return frozenset(enough | slow if full else enough)
