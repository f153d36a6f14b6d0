"""Alerts about the limit of a first samverkansmöte, worked out apart from the product (X2).

Asked of the plainest cases alone: nobody has said no, no time within the limit stood before or
stands now, and whoever leads it has had the same mailbox and post all the while.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from samspel.simulate.calendar import is_working_day
from samspel.simulate.calls import Json
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.stopped import RIGHTLY
from shared.domain.days import STOCKHOLM

_DAY = timedelta(days=1)
_AT = time(9)
_DAYS_BEFORE, _DAYS_AFTER = (5, 2), 1

_WITHOUT_A_TIME = """
    SELECT c.id, c.process_owner AS owner, c.known_on + 14 AS closes_on, c.opened_at,
           lower(who.email) AS mailbox,
           (SELECT max(m.changed_at) FROM cases.meetings m WHERE m.case_id = c.id) AS changed_at
    FROM cases.cases c JOIN cases.people who ON who.id = c.process_owner
    WHERE c.about = 'child' AND c.procedure = 'samverkansmote' AND c.state = 'open'
      AND c.known_on + 30 > (%(now)s AT TIME ZONE 'Europe/Stockholm')::date
      AND NOT EXISTS (SELECT FROM cases.consents one WHERE one.case_id = c.id
                      AND one.state IN ('refused', 'withdrawn'))
      AND NOT EXISTS (SELECT FROM cases.meetings m
                      WHERE m.case_id = c.id AND m.step = 'first' AND m.state IN ('booked', 'held')
                        AND m.local_start::date <= c.known_on + 14)
      AND who.email IS NOT NULL AND NOT who.no_mail AND who.protected IS FALSE
      AND who.dead_email IS NULL
      AND NOT EXISTS (SELECT FROM cases.people family WHERE family.party <> 'staff'
                      AND lower(family.email) = lower(who.email))
      AND EXISTS (SELECT FROM cases.participants p
                  JOIN cases.holders h ON h.person_id = p.person_id
                  JOIN cases.posts post ON post.code = h.post
                  JOIN cases.units u ON u.code = post.unit AND u.organisation = p.organisation
                  WHERE p.case_id = c.id AND p.person_id = c.process_owner AND p.removed_at IS NULL
                    AND h.first_day <= (%(now)s AT TIME ZONE 'Europe/Stockholm')::date - 1
                    AND (h.last_day IS NULL
                         OR h.last_day > (%(now)s AT TIME ZONE 'Europe/Stockholm')::date))
"""
_IS_ALERTED = """
    SELECT EXISTS (SELECT FROM notifier.messages
                   WHERE kind = 'alert' AND case_id = %s AND person_id = %s AND created_at >= %s
                     AND (state <> 'suppressed' OR reason = ANY(%s))
                     AND payload ->> 'limit_on' = %s AND payload ->> 'about' = %s) AS is_so
"""


@dataclass(slots=True)
class Limits:
    """`before`: the cases without a time as they were when it was asked last."""

    before: dict[tuple[object, ...], Json] = field(default_factory=dict)
    since: datetime | None = None

    def ask(self, house: House) -> None:
        """Raises DoesNotHold."""
        now, since = house.now(), self.since
        rows = house.looking.execute(_WITHOUT_A_TIME.encode(), {"now": now}).fetchall()
        for row in rows if since is not None else ():
            assert since is not None
            if _name(row) not in self.before:
                continue
            for falls, about in _alerts(row):
                if since < falls <= now and _was_so(house, row, since, falls):
                    _ask(house, row, falls, about)
        self.before = {_name(row): row for row in rows}
        self.since = now


def _name(row: Json) -> tuple[object, ...]:
    return row["id"], row["owner"], row["mailbox"], row["closes_on"], row["changed_at"]


def _alerts(row: Json) -> list[tuple[datetime, str]]:
    """When, and about what: on rising urgency, and once it has passed."""
    near = [(_counted(row["closes_on"], days, -_DAY), "limit-near") for days in _DAYS_BEFORE]
    return [*near, (_counted(row["closes_on"], _DAYS_AFTER, _DAY), "limit-passed")]


def _was_so(house: House, row: Json, since: datetime, falls: datetime) -> bool:
    slept = any(first <= falls and since <= last for first, last in house.slept)
    return not slept and row["opened_at"] < falls


def _ask(house: House, row: Json, falls: datetime, about: str) -> None:
    closes_on: date = row["closes_on"]
    (found,) = house.rows(
        _IS_ALERTED, row["id"], row["owner"], falls, RIGHTLY, closes_on.isoformat(), about
    )
    unless(found["is_so"], 1, f"who leads a case wasn't told that its {about.replace('-', ' is ')}")


def _counted(day: date, left: int, towards: timedelta) -> datetime:
    while left:
        day += towards
        left -= is_working_day(day)
    return datetime.combine(day, _AT, STOCKHOLM)
