"""How messages ended without leaving, each reason proved anew from the register; what fell due at
all; and what should have been made in the first place, worked out apart from the product.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from samspel.simulate.calendar import is_working_day
from samspel.simulate.calls import Json
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from samspel.simulate.limits import Limits
from shared.domain.days import STOCKHOLM, local_date

_DAY = timedelta(days=1)
_OFFICE = time(9), time(16)

_SUPPRESSED = """
    SELECT m.id, m.kind, m.reason, m.told, m.mailbox, m.useful_until, m.created_at, m.case_id,
           t.state AS task_state, t.owner AS task_owner, m.person_id,
           meet.state AS meeting, meet.sequence, c.state AS case_state, c.about, a.answer,
           a.removed, lower(who.email) AS email, who.no_mail, who.protected,
           lower(who.dead_email) AS dead,
           EXISTS (SELECT FROM cases.people other WHERE lower(other.email) = m.mailbox
                   AND other.protected IS NOT FALSE) AS with_protected,
           p.person_id IS NULL OR p.removed_at IS NOT NULL AS off_the_case,
           EXISTS (SELECT FROM cases.consents one WHERE one.case_id = m.case_id
                   AND (one.state <> 'signed' OR one.valid_until IS NOT NULL)) AS some_no,
           EXISTS (SELECT FROM notifier.messages newer WHERE newer.meeting_id = m.meeting_id
                   AND newer.mailbox = m.mailbox AND newer.id <> m.id
                   AND newer.created_at >= m.created_at) AS said_anew
    FROM notifier.messages m
    LEFT JOIN cases.tasks t ON t.id = m.task_id
    LEFT JOIN cases.meetings meet ON meet.id = m.meeting_id
    LEFT JOIN cases.cases c ON c.id = m.case_id
    LEFT JOIN cases.attendance a ON a.meeting_id = m.meeting_id AND a.person_id = m.person_id
    LEFT JOIN cases.people who ON who.id = m.person_id
    LEFT JOIN cases.participants p ON p.case_id = m.case_id AND p.person_id = m.person_id
    WHERE m.state = 'suppressed' AND NOT m.id = ANY(%s)
"""
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
            SELECT FROM cases.holders h WHERE h.person_id = a.person_id
              AND h.first_day <= (%(after)s AT TIME ZONE 'Europe/Stockholm')::date
              AND (h.last_day IS NULL OR h.last_day >= m.local_start::date)))
      AND NOT EXISTS (SELECT FROM cases.people other WHERE other.id <> who.id
                      AND lower(other.email) = lower(who.email))
"""
_IS_REMINDED = """
    SELECT EXISTS (SELECT FROM notifier.messages
                   WHERE meeting_id = %s AND mailbox = %s AND told = %s
                     AND (kind = 'reminder' OR starts_with(key, 'asked/'))) AS is_so
"""
# Whoever has a duty that belongs to no case has been told of it.
_UNTOLD = """
    SELECT DISTINCT t.kind FROM cases.tasks t JOIN cases.people who ON who.id = t.owner
    WHERE t.case_id IS NULL AND t.state = 'open' AND who.email IS NOT NULL AND NOT who.no_mail
      AND who.protected IS FALSE AND who.dead_email IS NULL AND who.party = 'staff'
      AND NOT EXISTS (SELECT FROM cases.people family WHERE family.party <> 'staff'
                      AND lower(family.email) = lower(who.email))
      AND NOT EXISTS (SELECT FROM notifier.messages m
                      WHERE m.task_id = t.id AND m.person_id = t.owner)
    ORDER BY t.kind
"""
_REMINDED_AT, _WORKING_DAYS_BEFORE = time(9), 2
_PROOFS: dict[str, Callable[[Json], object]] = {
    "address-changed": lambda row: row["email"] != row["mailbox"],
    "answered": lambda row: row["answer"] != "needs-action",
    "callers-changed": lambda row: row["about"] == "year",
    "case-closed": lambda row: row["case_state"] == "closed",
    "declined": lambda row: row["some_no"],
    "done": lambda row: row["task_state"] == "done",
    "duty-passed-on": lambda row: row["kind"] in ("task", "alert", "receipt", "dispatch"),
    "has-left": lambda row: row["kind"] == "alert",
    "meeting-moved": lambda row: row["sequence"] != row["told"],
    "meeting-off": lambda row: (
        row["meeting"] != ("proposed" if row["kind"] == "proposal" else "booked")
    ),
    "no-consent": lambda row: row["about"] == "child",
    "no-mail": lambda row: row["no_mail"] or row["email"] in (None, row["dead"]),
    "no-own-mail": lambda row: row["about"] == "child",
    "not-called": lambda row: row["removed"] is not False or row["off_the_case"],
    "not-covered": lambda row: row["about"] == "child" or row["off_the_case"] is False,
    "nothing-held": lambda row: row["kind"] == "cancel",
    "of-a-family": lambda row: row["task_state"] is not None or row["about"] == "report",
    "place-changed": lambda row: row["meeting"] is not None,
    "protected": lambda row: row["with_protected"] or row["protected"] is not False,
    "said-no": lambda row: row["answer"] == "declined",
    "settled": lambda row: row["kind"] == "proposal",
    "still-theirs": lambda row: row["task_owner"] == row["person_id"],
    "superseded": lambda row: row["said_anew"] or row["task_state"] is not None,
}


@dataclass(slots=True)
class Ended:
    """What has been asked about already; `called`: as it was when it was asked last."""

    suppressed: set[UUID] = field(default_factory=set)
    missed: set[str] = field(default_factory=set)
    called: dict[tuple[object, ...], Json] = field(default_factory=dict)
    since: datetime | None = None
    limits: Limits = field(default_factory=Limits)

    def ask(self, house: House) -> None:
        """Raises DoesNotHold."""
        for row in house.rows(_SUPPRESSED, list(self.suppressed)):
            self.suppressed.add(row["id"])
            holds = _is_so(house, row)
            unless(holds, 1, f"a {row['kind']} ended as {row['reason']}, which isn't so")
        for row in house.rows(_MISSED, list(self.missed)):
            self.missed.add(row["key"])
            unless(_slept_over(house, row["useful_until"]), 1, "something fell due and was missed")
        untold = [row["kind"] for row in house.rows(_UNTOLD)]
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
            (found,) = house.rows(_IS_REMINDED, row["id"], row["mailbox"], row["sequence"])
            unless(found["is_so"], 1, "somebody called was never reminded of a meeting")
        self.called = {_name(row): row for row in rows if row["starts_at"] > now}
        self.since = now


def _name(row: Json) -> tuple[object, ...]:
    return row["id"], row["sequence"], row["person_id"], row["mailbox"]


def _is_so(house: House, row: Json) -> bool:
    reason = row["reason"]
    if reason == "too-late":
        until = row["useful_until"]
        return _slept_over(house, until) or _was_quiet(row["created_at"], until)
    if reason == "dropped-after-restore":
        return house.restored
    proof = _PROOFS.get(reason)
    return proof is not None and bool(proof(row))


def _slept_over(house: House, moment: datetime) -> bool:
    return any(first <= moment <= last for first, last in house.slept)


def _was_quiet(since: datetime, until: datetime) -> bool:
    """Whether no working day's office hours lie between them: in those it could have left."""
    return not any(
        max(since, datetime.combine(day, _OFFICE[0], STOCKHOLM))
        < min(until, datetime.combine(day, _OFFICE[1], STOCKHOLM))
        for day in _days(local_date(since), local_date(until))
        if is_working_day(day)
    )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def _reminded_at(starts_at: datetime) -> datetime:
    """Two working days before, at nine: by a calendar of our own."""
    day, left = local_date(starts_at), _WORKING_DAYS_BEFORE
    while left:
        day -= _DAY
        left -= is_working_day(day)
    return datetime.combine(day, _REMINDED_AT, STOCKHOLM)
