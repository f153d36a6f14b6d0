"""Why messages ended without leaving: each reason held against the register, by means of our own.

It is asked before each step and after it, so a reason stands if it may have been so at any moment
since the message was made; what can't have been so at any is none.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID

from samspel.simulate.calendar import is_working_day
from samspel.simulate.calls import Json
from samspel.simulate.grounds import OF_AGE, age, rests_on_consent
from samspel.simulate.house import House
from samspel.simulate.invariants import unless
from shared.domain.days import STOCKHOLM, local_date

RIGHTLY = ["dropped-after-restore", "too-late"]
"""Reasons that say nothing of whom a message was for: what should be told counts as told."""
_DAY = timedelta(days=1)
_OWN_MAIL_FROM, _OWN_WORD_FROM = 15, 15
# What can wait keeps the hours: a family's on every day, those of work on working days.
_WAIT = ("reminder", "nudge", "alert", "task", "dispatch", "digest")
_FAMILYS_HOURS, _HOURS_OF_WORK = (time(7), time(20)), (time(7), time(18))

_SUPPRESSED = """
    SELECT m.id, m.kind, m.reason, m.told, m.mailbox, m.useful_until, m.created_at, m.case_id,
           m.task_id, m.party, t.state AS task_state, t.owner AS task_owner, m.person_id,
           t.due_on, m.payload, meet.state AS meeting, meet.sequence, meet.step, meet.starts_at,
           c.state AS case_state, c.about, c.procedure, c.process_owner, child.birth_date AS born,
           a.answer, a.removed, lower(who.email) AS email, who.no_mail, who.protected,
           who.birth_date, p.organisation, p.custody, lower(who.dead_email) AS dead,
           EXISTS (SELECT FROM cases.people other WHERE lower(other.email) = m.mailbox
                   AND other.protected IS NOT FALSE) AS with_protected,
           EXISTS (SELECT FROM cases.people other WHERE lower(other.email) = m.mailbox
                   AND other.id <> m.person_id) AS is_shared,
           p.person_id IS NULL OR p.removed_at IS NOT NULL AS off_the_case,
           EXISTS (SELECT FROM cases.consents one WHERE one.case_id = m.case_id
                   AND one.state IN ('refused', 'withdrawn')) AS some_no,
           EXISTS (SELECT FROM notifier.messages newer WHERE newer.meeting_id = m.meeting_id
                   AND newer.mailbox = m.mailbox AND newer.id <> m.id
                   AND newer.created_at >= m.created_at) AS said_anew
    FROM notifier.messages m
    LEFT JOIN cases.tasks t ON t.id = m.task_id
    LEFT JOIN cases.meetings meet ON meet.id = m.meeting_id
    LEFT JOIN cases.cases c ON c.id = m.case_id
    LEFT JOIN cases.people child ON child.id = c.child
    LEFT JOIN cases.attendance a ON a.meeting_id = m.meeting_id AND a.person_id = m.person_id
    LEFT JOIN cases.people who ON who.id = m.person_id
    LEFT JOIN cases.participants p ON p.case_id = m.case_id AND p.person_id = m.person_id
    WHERE m.state = 'suppressed' AND NOT m.id = ANY(%s)
"""
# Who decides about the meeting's day with what they have signed for it, all of it before the
# message was made and none of it taken back; of a child that is a minor, its own word if it was
# asked for one.
_FORMS = """
    SELECT p.person_id,
           count(one.id) > 0 AND NOT EXISTS (
               SELECT FROM cases.consents no WHERE no.case_id = p.case_id
               AND no.person_id = p.person_id AND no.state <> 'signed') AS stands,
           coalesce(array_agg(named) FILTER (WHERE named IS NOT NULL), '{}') AS covers
    FROM cases.participants p
    LEFT JOIN cases.consents one
      ON one.case_id = p.case_id AND one.person_id = p.person_id AND one.state = 'signed'
     AND one.withdrawn_on IS NULL AND one.signed_on < %(made)s
     AND (one.valid_until IS NULL OR one.valid_until >= %(day)s)
     AND one.party = CASE WHEN p.party = 'guardian' THEN 'guardian'
                          WHEN %(of_age)s THEN 'youth' ELSE 'child' END
    LEFT JOIN LATERAL unnest(one.organisations) AS named ON true
    WHERE p.case_id = %(case)s AND p.removed_at IS NULL
      AND (CASE WHEN %(of_age)s THEN p.party = 'child' ELSE p.party = 'guardian' AND p.custody END
           OR NOT %(of_age)s AND p.party = 'child'
              AND (%(child)s OR EXISTS (
                    SELECT FROM cases.consents own
                    WHERE own.case_id = p.case_id AND own.person_id = p.person_id)))
    GROUP BY p.case_id, p.person_id, p.party
"""
_LEADS_IN = """
    SELECT p.organisation FROM cases.participants p JOIN cases.cases c ON c.id = p.case_id
    WHERE c.id = %(case)s AND p.removed_at IS NULL
      AND p.person_id IN (c.process_owner, c.coordinator)
"""
# One post in the organisation, held all the while.
_WORKED_THERE = """
    SELECT EXISTS (
        SELECT FROM cases.holders h JOIN cases.posts post ON post.code = h.post
        JOIN cases.units u ON u.code = post.unit
        WHERE h.person_id = %(person)s AND u.organisation = %(organisation)s
          AND h.first_day <= %(made)s AND (h.last_day IS NULL OR h.last_day >= %(today)s)) AS is_so
"""
_LATE = """
    SELECT t.owner FROM cases.tasks t
    JOIN cases.participants p ON p.case_id = t.case_id AND p.person_id = t.owner
                             AND p.removed_at IS NULL
    WHERE t.case_id = %(case)s AND t.state = 'open' AND t.due_on = %(limit)s AND t.due_on < %(made)s
"""
# Whether somebody is the manager of another beyond doubt: of their only post, all the while, and
# nobody else had either post.
_IS_ABOVE = """
    WITH met AS (
        SELECT h.*, p.reports_to FROM cases.holders h JOIN cases.posts p ON p.code = h.post
        WHERE h.last_day IS NULL OR h.last_day >= %(made)s),
    below AS (SELECT * FROM met WHERE person_id = %(owner)s)
    SELECT count(*) = 1 AND bool_and(
        below.first_day <= %(made)s AND below.last_day IS NULL
        AND EXISTS (SELECT FROM met WHERE met.post = below.reports_to
                    AND met.person_id = %(person)s AND met.first_day <= %(made)s
                    AND met.last_day IS NULL)
        AND NOT EXISTS (SELECT FROM met WHERE met.post = below.reports_to
                        AND met.person_id <> %(person)s)
        AND EXISTS (SELECT FROM cases.posts a JOIN cases.units au ON au.code = a.unit,
                           cases.posts b JOIN cases.units bu ON bu.code = b.unit
                    WHERE a.code = below.post AND b.code = below.reports_to
                      AND au.organisation = bu.organisation
                      AND NOT EXISTS (SELECT FROM cases.participants p
                                      WHERE p.case_id = %(case)s AND p.person_id = %(owner)s
                                        AND p.organisation <> au.organisation))) AS is_so
    FROM below
"""


@dataclass(slots=True)
class Stopped:
    """What has been asked about already."""

    known: set[UUID] = field(default_factory=set)

    def ask(self, house: House) -> None:
        """Raises DoesNotHold."""
        for row in house.rows(_SUPPRESSED, list(self.known)):
            self.known.add(row["id"])
            holds = _is_so(house, row)
            unless(holds, 1, f"a {row['kind']} ended as {row['reason']}, which isn't so")


def slept_over(house: House, moment: datetime) -> bool:
    """Whether nobody was at work then."""
    return any(first <= moment <= last for first, last in house.slept)


def _is_so(house: House, row: Json) -> bool:
    reason = row["reason"]
    if reason == "too-late":
        return slept_over(house, row["useful_until"]) or _was_quiet(row)
    if reason == "dropped-after-restore":
        return house.restored
    if reason in _LOOKED_UP:
        return _LOOKED_UP[reason](house, row)
    proof = _PROOFS.get(reason)
    return proof is not None and bool(proof(row))


# what needs more than the row


def _may_lack_consent(house: House, row: Json) -> bool:
    if not rests_on_consent(row):
        return False
    forms = _forms(house, row)
    return not forms or not all(one["stands"] for one in forms)


def _may_be_uncovered(house: House, row: Json) -> bool:
    """Not called, though on the case: a guardian by custody, staff by the consent or the post."""
    if row["off_the_case"] is not False:
        return False
    if row["party"] == "guardian":
        return not row["custody"] or _is_of_age(row)
    if row["party"] != "staff":
        return True
    if _may_have_left(house, row):
        return True
    if not rests_on_consent(row):
        return False
    forms = _forms(house, row)
    leads = house.looking.execute(_LEADS_IN.encode(), {"case": row["case_id"]}).fetchall()
    own = {one["organisation"] for one in leads}
    named = forms and all(one["stands"] and row["organisation"] in one["covers"] for one in forms)
    return row["organisation"] not in own and not named


def _may_have_left(house: House, row: Json) -> bool:
    values = _span(house, row) | {"organisation": row["organisation"]}
    (found,) = house.looking.execute(_WORKED_THERE.encode(), values).fetchall()
    return not found["is_so"]


def _may_have_passed_on(house: House, row: Json) -> bool:
    """Whether the duty was ever another's, or another day's, or late no more."""
    said = row["payload"]
    to, day = said.get("to"), said.get("limit_on") or said.get("due_on")
    if row["task_id"] is not None:
        return _may_be_anothers(house, row, to, day)
    if row["kind"] != "alert":
        return False
    limit = None if day is None else date.fromisoformat(day)
    values = _span(house, row) | {"case": row["case_id"], "limit": limit}
    late = [one["owner"] for one in house.looking.execute(_LATE.encode(), values).fetchall()]
    if to == "process_owner":
        return bool(row["process_owner"] != row["person_id"])
    if to == "owner":
        return row["person_id"] not in late
    owners = [row["process_owner"]] if to == "manager" else late
    return not any(_is_above(house, row, owner) for owner in owners)


def _may_be_anothers(house: House, row: Json, to: str | None, day: str | None) -> bool:
    """A task that belongs to no case."""
    due_on: date | None = row["due_on"]
    same_day = day == (None if due_on is None else due_on.isoformat())
    if row["task_state"] != "open" or not same_day:
        return True
    is_late = due_on is not None and due_on < local_date(row["created_at"])
    if row["kind"] == "alert" and not is_late:
        return True
    if row["payload"].get("reminds") and row["payload"].get("late") is not is_late:
        return True
    if to == "owner_manager":
        return not _is_above(house, row, row["task_owner"])
    return bool(row["task_owner"] != row["person_id"])


def _is_above(house: House, row: Json, owner: UUID) -> bool:
    values = _span(house, row) | {"owner": owner, "case": row["case_id"]}
    (found,) = house.looking.execute(_IS_ABOVE.encode(), values).fetchall()
    return bool(found["is_so"])


def _forms(house: House, row: Json) -> list[Json]:
    values = _span(house, row) | {
        "case": row["case_id"],
        "day": local_date(row["starts_at"]),
        "of_age": _is_of_age(row),
        "child": row["procedure"] == "sspf"
        and age(row["born"], local_date(row["starts_at"])) >= _OWN_WORD_FROM,
    }
    return house.looking.execute(_FORMS.encode(), values).fetchall()


def _is_of_age(row: Json) -> bool:
    return age(row["born"], local_date(row["starts_at"])) >= OF_AGE


def _span(house: House, row: Json) -> Json:
    """The days since the message was made."""
    made, today = local_date(row["created_at"]), local_date(house.now())
    return {"person": row["person_id"], "made": made, "today": today}


# hours


def _was_quiet(row: Json) -> bool:
    """Whether it had to wait, all of the time in which it was of use."""
    since, until = row["created_at"], row["useful_until"]
    staff = row["party"] == "staff"
    opens, closes = _HOURS_OF_WORK if staff else _FAMILYS_HOURS
    return (
        row["kind"] in _WAIT
        and since < until
        and not any(
            max(since, datetime.combine(day, opens, STOCKHOLM))
            < min(until, datetime.combine(day, closes, STOCKHOLM))
            for day in _days(local_date(since), local_date(until))
            if is_working_day(day) or not staff
        )
    )


def _days(first: date, last: date) -> Iterator[date]:
    for number in range((last - first).days + 1):
        yield first + number * _DAY


_LOOKED_UP: dict[str, Callable[[House, Json], bool]] = {
    "no-consent": _may_lack_consent,
    "not-covered": _may_be_uncovered,
    "has-left": lambda house, row: row["kind"] == "alert" and _may_have_left(house, row),
    "duty-passed-on": _may_have_passed_on,
}
_PROOFS: dict[str, Callable[[Json], object]] = {
    "address-changed": lambda row: row["email"] != row["mailbox"],
    "answered": lambda row: row["answer"] != "needs-action",
    "callers-changed": lambda row: row["about"] == "year",
    "case-closed": lambda row: row["case_state"] == "closed",
    "declined": lambda row: row["some_no"],
    "done": lambda row: row["task_state"] == "done",
    "meeting-moved": lambda row: row["sequence"] != row["told"],
    "meeting-off": lambda row: (
        row["meeting"] != ("proposed" if row["kind"] == "proposal" else "booked")
    ),
    "no-mail": lambda row: row["no_mail"] or row["email"] in (None, row["dead"]),
    "no-own-mail": lambda row: (
        row["party"] == "child"
        and (
            row["is_shared"]
            or row["email"] != row["mailbox"]
            or age(row["birth_date"], local_date(row["created_at"])) < _OWN_MAIL_FROM
        )
    ),
    "not-called": lambda row: row["removed"] is not False or row["off_the_case"],
    "nothing-held": lambda row: row["kind"] == "cancel",
    "of-a-family": lambda row: row["task_state"] is not None or row["about"] == "report",
    "place-changed": lambda row: row["meeting"] is not None,
    "protected": lambda row: row["with_protected"] or row["protected"] is not False,
    "said-no": lambda row: row["answer"] == "declined",
    "settled": lambda row: row["kind"] == "proposal",
    "still-theirs": lambda row: row["task_owner"] == row["person_id"],
    # Said anew, or taken back before any of it had left.
    "superseded": lambda row: (
        row["said_anew"]
        or row["task_state"] is not None
        or row["meeting"] != "booked"
        or row["removed"] is not False
        or row["email"] != row["mailbox"]
    ),
}
