"""What gives way to a meeting that goes first, and to when (R46)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto

from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Step
from shared.domain.slots import Slot

# Many come to these, from outside Samspel too: parents, or everybody of the year.
_STAND = frozenset({"year", "parents"})


class Way(Enum):
    """Whether a meeting gives way to one that goes first."""

    GIVES = auto()
    STANDS = auto()
    CANT = auto()


@dataclass(frozen=True, slots=True)
class Taken:
    """The time that is wanted for what goes first; `gap` lies between a person's meetings."""

    starts_at: datetime
    ends_at: datetime
    gap: timedelta = timedelta(0)

    def touches(self, starts_at: datetime, ends_at: datetime) -> bool:
        return starts_at < self.ends_at + self.gap and self.starts_at < ends_at + self.gap


def way_of(facts: CaseFacts, step: Step, meeting: Meeting, now: datetime) -> Way:
    """R46: whatever is booked, but what goes first itself and what has begun."""
    if facts.about in _STAND:
        return Way.STANDS
    if step.goes_first or meeting.state != "booked" or meeting.starts_at <= now:
        return Way.CANT
    return Way.GIVES


def other_times(free: Iterable[tuple[Slot, bool]], taken: Taken) -> Iterator[datetime]:
    """Of the free times of what gives way, the best first: those that leave the wanted time alone
    and aren't on short notice (which stands beside each)."""
    for slot, short_notice in free:
        if not short_notice and not taken.touches(slot.starts_at, slot.ends_at):
            yield slot.starts_at


def nearest(free: Iterable[Slot], wanted: datetime, most: int) -> tuple[datetime, ...]:
    """The free times closest to the one that couldn't be had, in their order in time."""
    close = sorted(free, key=lambda slot: (abs(slot.starts_at - wanted), slot.starts_at))
    return tuple(sorted(slot.starts_at for slot in close[:most]))
