"""Room is made for a meeting that goes first: what is in its way is moved, and nobody learns why
(R46)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from services.cases.domain.booking import Wanted
from services.cases.domain.booking_refusals import DoubleBooked
from services.cases.domain.giving_way import Taken, Way, nearest, other_times, way_of
from services.cases.domain.refused import Refused
from services.cases.domain.report_refusals import WontGiveWay, YearStands
from services.cases.handlers.commands import Move
from services.cases.handlers.meetings import minutes, move
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.reading import Times, Views, free_times
from services.cases.handlers.report_ports import Collision
from shared.domain.busy import with_gap
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from shared.domain.procedure import Step
from shared.domain.slots import ranked_slots

_TRIES = 50
_MOST_OFFERS = 5
_OFFERED_WITHIN = 15  # working days after the wanted one
_A_WEEK = timedelta(days=7)
_DAY = timedelta(days=1)
_MOMENT = timedelta(minutes=1)  # what begins just now has begun
_MANY = 2000


@dataclass(frozen=True, slots=True)
class Room:
    """Who is to be free when, for a meeting of a matter; and what free times are read with."""

    matter: UUID
    step: Step
    wanted: Wanted
    people: Collection[UUID]
    views: Views
    times: Times

    @property
    def taken(self) -> Taken:
        return Taken(self.wanted.starts_at, self.wanted.ends_at, self.times.gap)


def lock_what_is_in_the_way(room: Room, desk: Desk) -> None:
    """Every matter concerned, in one order, before anything of them is read (X5).

    Raises DoubleBooked if more came into the way meanwhile: the same again will do.
    """
    ids = {one.case_id for one in _collisions(room, desk)} | {room.matter}
    desk.reports.lock_matters(ids)
    if not {one.case_id for one in _collisions(room, desk)} <= ids:
        raise DoubleBooked(rule=room.step.goes_first_rule)


def make_room(room: Room, desk: Desk) -> None:
    """R46: each of what is in the way goes to its best free time, within its own limit.

    As any other move: by all rules, and told to all without a reason. Raises WontGiveWay, and then
    nothing has changed.
    """
    for one in _collisions(room, desk):
        _give_way(one, room, desk)


def _give_way(one: Collision, room: Room, desk: Desk) -> None:
    """Whoever calls needn't see the case, and its own past says neither who nor why (R41)."""
    itself = desk.by_itself()
    file = itself.take(one.case_id)
    meeting = file.meeting(one.meeting_id)
    way = way_of(file.facts, file.procedure.step(meeting.step), meeting, desk.now)
    if way is Way.STANDS:
        raise YearStands(_free(room, desk.now))
    if way is Way.CANT or not _is_moved(file, meeting, room, itself):
        raise WontGiveWay(_free(room, desk.now))
    details = {"meeting": str(meeting.id)}
    desk.audit.note(None, "meeting.gives-way", room.step.goes_first_rule, details)


def _is_moved(file: CaseFile, meeting: Meeting, room: Room, itself: Desk) -> bool:
    for starts_at in islice(_other_times(file, meeting, room, itself), _TRIES):
        try:
            move(Move(meeting.id, starts_at), itself)
        except Refused:
            continue
        return True
    return False


def _other_times(
    file: CaseFile, meeting: Meeting, room: Room, itself: Desk
) -> tuple[datetime, ...]:
    try:
        free = free_times(
            file.id, meeting.step, room.views, itself.procedures, room.times, itself.now,
            minutes=minutes(meeting),
        )  # fmt: skip
    except Refused:
        return ()
    return tuple(other_times(((one.slot, one.short_notice) for one in free), room.taken))


def _free(room: Room, now: datetime) -> tuple[datetime, ...]:
    """When all are free anyhow, near the wanted time."""
    since = max(now + _MOMENT, room.wanted.starts_at - _A_WEEK)
    last_day = room.times.days.plus(local_date(room.wanted.starts_at), _OFFERED_WITHIN)
    until = since + (last_day - local_date(since) + _DAY)
    busy = room.views.busy(room.people, since, until, room.matter, room.step.name)
    slots = ranked_slots(
        earliest=since,
        last_day=last_day,
        minutes=room.wanted.minutes,
        busy=with_gap(busy, room.times.gap),
        hours=room.times.hours,
        days=room.times.days,
        breaks=room.times.breaks,
        unit=None,
        limit=_MANY,
    )
    return nearest(slots, room.wanted.starts_at, _MOST_OFFERS)


def _collisions(room: Room, desk: Desk) -> list[Collision]:
    wanted = room.wanted
    found = desk.reports.collisions(room.people, wanted.starts_at, wanted.ends_at, room.matter)
    return list(found)
