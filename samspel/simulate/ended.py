"""What should have been sent, worked out apart from the product: of what left, or was stopped for a
reason that is proved (`stopped.py`); and that nothing fell due without anybody looking.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from uuid import UUID

from samspel.simulate.calendar import is_working_day
from samspel.simulate.calls import Json
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.limits import Limits
from samspel.simulate.stopped import RIGHTLY, Stopped, slept_over
from shared.domain.days import STOCKHOLM, local_date

_DAY = timedelta(days=1)

_MISSED = """
    SELECT key, due_at, useful_until FROM scheduler.due
    WHERE state = 'missed' AND NOT key = ANY(%s)
"""
# Who is called to a meeting that lies after an instant and may be told of it, by the plainest rules
# alone: nobody has said no, all who have custody of a minor have signed for that day.
_CALLED = """
    SELECT m.id, m.sequence, m.starts_at, m.changed_at, a.person_id, lower(who.email) AS mailbox
    FROM cases.meetings m JOIN cases.cases c ON c.id = m.case_id
    JOIN cases.attendance a ON a.meeting_id = m.id AND NOT a.removed AND a.answer <> 'declined'
    JOIN cases.participants p ON p.case_id = c.id AND p.person_id = a.person_id
                             AND p.removed_at IS NULL
    JOIN cases.people who ON who.id = a.person_id
    LEFT JOIN cases.people child ON child.id = c.child
    WHERE m.state IN ('booked', 'held') AND m.starts_at > %(after)s AND c.state = 'open'
      AND (c.about = 'year' OR c.procedure = 'samverkansmote'
           AND child.birth_date + interval '18 years' > m.local_start
           AND NOT EXISTS (SELECT FROM cases.participants g
                           WHERE g.case_id = c.id AND g.custody AND g.removed_at IS NULL
                             AND NOT EXISTS (SELECT FROM cases.consents one
                               WHERE one.case_id = c.id AND one.person_id = g.person_id
                                 AND one.state = 'signed' AND one.withdrawn_on IS NULL
                                 AND (one.valid_until IS NULL
                                      OR one.valid_until >= m.local_start::date)))
           AND NOT EXISTS (SELECT FROM cases.consents one WHERE one.case_id = c.id
                           AND one.state IN ('refused', 'withdrawn')))
      AND who.protected IS FALSE AND NOT who.no_mail AND who.dead_email IS NULL
      AND who.email IS NOT NULL AND (p.party = 'guardian' OR p.party = 'staff' AND EXISTS (
            SELECT FROM cases.holders h
            JOIN cases.posts post ON post.code = h.post JOIN cases.units u ON u.code = post.unit
            WHERE h.person_id = a.person_id
              AND (c.about = 'year' OR u.organisation = p.organisation)
              AND h.first_day <= (%(after)s AT TIME ZONE 'Europe/Stockholm')::date
              AND (h.last_day IS NULL OR h.last_day >= m.local_start::date)))
      AND NOT EXISTS (SELECT FROM cases.people other WHERE other.id <> who.id
                      AND lower(other.email) = lower(who.email))
"""
_IS_REMINDED = """
    SELECT EXISTS (SELECT FROM notifier.messages
                   WHERE meeting_id = %s AND mailbox = %s AND told = %s
                     AND (kind = 'reminder' OR starts_with(key, 'asked/'))
                     AND (state <> 'suppressed' OR reason = ANY(%s))) AS is_so
"""
_SHARED = """
    SELECT t.id FROM cases.tasks t JOIN cases.people who ON who.id = t.owner
    JOIN cases.people family ON family.party <> 'staff' AND lower(family.email) = lower(who.email)
    WHERE t.case_id IS NULL AND t.state = 'open'
"""
# Whoever has a duty that belongs to no case has been told of it; but for who had a family's address
# meanwhile: they find it where it stands.
_UNTOLD = """
    SELECT DISTINCT t.kind FROM cases.tasks t JOIN cases.people who ON who.id = t.owner
    WHERE t.case_id IS NULL AND t.state = 'open' AND who.email IS NOT NULL AND NOT who.no_mail
      AND who.protected IS FALSE AND who.dead_email IS NULL AND who.party = 'staff'
      AND NOT t.id = ANY(%s)
      AND NOT EXISTS (SELECT FROM notifier.messages m
                      WHERE m.task_id = t.id AND m.person_id = t.owner
                        AND (m.state <> 'suppressed' OR m.reason = ANY(%s)))
    ORDER BY t.kind
"""
_REMINDED_AT, _WORKING_DAYS_BEFORE = time(9), 2


@dataclass(slots=True)
class Ended:
    """What has been asked about already; `called`: as it was when it was asked last; `unmailed`:
    duties of whom, at some time, no mail might go to."""

    stopped: Stopped = field(default_factory=Stopped)
    missed: set[str] = field(default_factory=set)
    called: dict[tuple[object, ...], Json] = field(default_factory=dict)
    since: datetime | None = None
    limits: Limits = field(default_factory=Limits)
    unmailed: set[UUID] = field(default_factory=set)

    def ask(self, house: House) -> None:
        """Raises DoesNotHold."""
        self.stopped.ask(house)
        for row in house.rows(_MISSED, list(self.missed)):
            self.missed.add(row["key"])
            unless(slept_over(house, row["useful_until"]), 1, "something fell due and was missed")
        self.unmailed.update(row["id"] for row in house.rows(_SHARED))
        untold = [row["kind"] for row in house.rows(_UNTOLD, list(self.unmailed), RIGHTLY)]
        unless(not untold, 1, f"who has to do this isn't told: {', '.join(untold)}")
        self._reminders(house)
        self.limits.ask(house)

    def _reminders(self, house: House) -> None:
        """Of all whom nothing kept from it then and now: was a reminder made when it fell due?"""
        now, since = house.now(), self.since
        after = since or now
        rows = house.looking.execute(_CALLED.encode(), {"after": after}).fetchall()
        for row in rows if since is not None else ():
            falls = _reminded_at(row["starts_at"])
            slept = any(first <= row["starts_at"] and falls <= last for first, last in house.slept)
            if _name(row) not in self.called or not after < falls <= now or slept:
                continue
            if falls <= row["changed_at"]:  # the invitation has just said it
                continue
            told = (row["id"], row["mailbox"], row["sequence"])
            (found,) = house.rows(_IS_REMINDED, *told, RIGHTLY)
            unless(found["is_so"], 1, "somebody called was never reminded of a meeting")
        self.called = {_name(row): row for row in rows if row["starts_at"] > now}
        self.since = now


def _name(row: Json) -> tuple[object, ...]:
    return row["id"], row["sequence"], row["person_id"], row["mailbox"]


def _reminded_at(starts_at: datetime) -> datetime:
    """Two working days before, at nine: by a calendar of our own."""
    day, left = local_date(starts_at), _WORKING_DAYS_BEFORE
    while left:
        day -= _DAY
        left -= is_working_day(day)
    return datetime.combine(day, _REMINDED_AT, STOCKHOLM)
