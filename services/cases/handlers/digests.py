"""The letter of the week: planned, counted for each of the staff, and counted anew (X2, X16)."""

import logging
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from uuid import UUID

from services.cases.domain.digest import Counts, count
from services.cases.handlers.digest_ports import DigestDesk, Letter
from services.cases.handlers.limits_of_people import limits_for_manager
from services.cases.handlers.overviews import Sought
from services.cases.handlers.own_work import own_work, things_of, waited_for
from shared.bus.events import DigestDue, DigestOutdated
from shared.domain.days import local_date
from shared.domain.weekly import WeeklyLetter, end_of, monday_of

log = logging.getLogger(__name__)

_AT_A_TIME = 20
_WEEK = timedelta(days=7)


def plan_weeks(letter: WeeklyLetter, desk: DigestDesk) -> None:
    """The coming ones, as it's set today. What is past wasn't missed unless it was planned."""
    this = monday_of(local_date(desk.now))
    for week in (this, this + _WEEK):
        due_at = letter.due_in(week)
        if due_at is not None and due_at > desk.now:
            desk.digests.plan(week, due_at)


def count_letters(
    letter: WeeklyLetter, resting: Collection[UUID], desk: DigestDesk
) -> tuple[UUID, ...]:
    """What is due by now, some at a time. A week that nobody was at work in is left out.

    One that can't be counted holds back no other: which these are. `resting`: those that failed a
    while ago, and aren't tried now.
    """
    for week, due_at in desk.digests.begin_due():
        if not letter.off and desk.now < end_of(week):
            desk.digests.add(week, due_at, local_date(desk.now))
    failed = []
    for one in desk.digests.to_count(_AT_A_TIME, resting):
        error = desk.digests.apart(partial(_count, one, desk))
        if error is not None:
            log.error("The letter of the week %s can't be counted: %s", one.id, error)
            failed.append(one.id)
    return tuple(failed)


def digest_outdated(event: DigestOutdated, desk: DigestDesk) -> None:
    """It had waited for the mail server: what it says is counted anew, while its week lasts."""
    letter = desk.digests.take(event.digest_id)
    if letter is not None:
        _count(letter, desk)


def _count(letter: Letter, desk: DigestDesk) -> None:
    if desk.now >= end_of(letter.week):
        desk.digests.save(letter.id, None)
        return
    counts = counts_of(letter.person_id, desk)
    desk.digests.save(letter.id, None if counts.is_empty else counts)
    if not counts.is_empty:
        desk.publish(DigestDue(digest_id=letter.id))


def counts_of(person: UUID, desk: DigestDesk) -> Counts:
    """Of what somebody sees alone (P8); of their staff as their manager would (X16)."""
    today = local_date(desk.now)
    work = own_work(person, desk)
    sought = Sought(before=monday_of(today) + 2 * _WEEK)
    days = [day for one in things_of(person, work, desk) if (day := one.last_day) is not None]
    return count(
        days,
        [task.kind for task in work.tasks],
        sum(one.count for one in waited_for(person, work, desk) if one.kind == "answers"),
        limits_for_manager(person, sought, desk.overviews, desk.procedures, desk.days, desk.now),
        today,
    )
