"""Busy times with the room that a person needs between two meetings."""

from collections.abc import Iterable
from datetime import timedelta

from shared.domain.slots import Interval


def with_gap(busy: Iterable[Interval], gap: timedelta) -> list[Interval]:
    """Each busy time with the gap before and after it."""
    return [(start - gap, end + gap) for start, end in busy]
