"""The best free times for a search, and whether they are booked or only proposed."""

from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Literal

from services.scheduler.domain.seeking import Search
from services.scheduler.handlers.ports import Municipal, Proposal, Store
from shared.domain.busy import with_gap
from shared.domain.days import at, local_date
from shared.domain.facts import CaseFacts
from shared.domain.slots import Slot, ranked_slots, slots_on

_CANDIDATES = 120
_TO_VOTE_ABOUT = 3


def best_slots(
    facts: CaseFacts,
    search: Search,
    refused: frozenset[datetime],
    municipal: Municipal,
    store: Store,
) -> list[Slot]:
    """The best of each day, the best day first: one to book, or some to vote about."""
    best_of_day: dict[date, Slot] = {}
    for slot in _free_slots(facts, search, _CANDIDATES + len(refused), municipal, store):
        day = local_date(slot.starts_at)
        if slot.starts_at not in refused and day in search.days:
            best_of_day.setdefault(day, slot)
    return list(best_of_day.values())[:_TO_VOTE_ABOUT]


def _free_slots(
    facts: CaseFacts, search: Search, limit: int, municipal: Municipal, store: Store
) -> list[Slot]:
    last_day = max(search.days)
    until = at(last_day + timedelta(days=1), time(0, 0))
    taken = store.taken(search.person_ids, search.earliest, until, apart_from=facts.id)
    busy = with_gap(taken, municipal.gap)
    if search.first_at is not None:
        ranked = slots_on(
            search.days, search.first_at, minutes=search.minutes, busy=busy, hours=municipal.hours
        )
        return list(islice(ranked, limit))
    return ranked_slots(
        earliest=search.earliest,
        last_day=last_day,
        minutes=search.minutes,
        busy=busy,
        hours=municipal.hours,
        days=municipal.days,
        breaks=municipal.breaks,
        unit=facts.unit,
        limit=limit,
    )


def mode_of(
    facts: CaseFacts, search: Search, proposal: Proposal, municipal: Municipal, store: Store
) -> Literal["book", "propose"]:
    """Where it isn't known who is free a time is only proposed, unless it's to be booked anyhow.

    What comes every year is always booked: years ahead no calendar is known (R20).
    """
    if search.first_at is not None:
        return "book"
    if "propose" in (search.mode, municipal.mode):
        return "propose"
    if municipal.mode == "book":
        return "book"
    staff = {who.person_id for who in facts.participants if who.party == "staff"}
    called = staff & proposal.person_ids
    known = store.calendars_known(called, proposal.ends_at, municipal.fresh)
    return "book" if known else "propose"
