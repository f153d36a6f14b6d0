"""What must have been sent, worked out from the register and the routines' texts alone (1). A
message that was made and never left tells nobody: it counts if it ended as it may.

The instants are worked out here by other means than the product's. Where the register no longer
says how things stood at the instant (an answer that came later, an address that changed), nobody
is expected to have been told.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from samspel.simulate.calendar import red_days
from shared.domain.days import STOCKHOLM
from tests.faults.ended import Span, is_heard
from tests.faults.families import Json
from tests.faults.register import Register

_REMINDED, _NEAR = 2, (5, 2)  # working days before the meeting, and before the limit
_REMINDS = ("reminder", "nudge")
_AT, _TWO_WEEKS, _DAY = time(9), timedelta(days=14), timedelta(days=1)


def untold(
    messages: Sequence[Json],
    asked: Sequence[tuple[str, datetime]],
    register: Register,
    leaps: Sequence[Span] = (),
) -> Iterator[str]:
    """`asked`: the reminders of meetings that were wanted, and answered to be on their way.
    `leaps`: when nobody was at work; of a meeting that began meanwhile nobody could be reminded."""
    heard = [one for one in messages if is_heard(one, messages, register, leaps)]
    yield from _reminders(messages, heard, register, leaps)
    yield from _wanted(messages, heard, asked, register)
    yield from _limits(heard, register)
    yield from _duties(heard, register)


def _reminders(
    messages: Sequence[Json], heard: Sequence[Json], register: Register, leaps: Sequence[Span]
) -> Iterator[str]:
    """R8: of each meeting as it is now, two working days before, to each who is called and hasn't
    said no."""
    told = {(*_of(one), one["told"]) for one in heard if one["kind"] in _REMINDS}
    for meeting in register.meetings:
        at = _before(meeting["starts_at"].astimezone(STOCKHOLM).date(), _REMINDED)
        stands = meeting["state"] in ("booked", "held") and _is_childs(meeting, register)
        if not stands or not meeting["changed_at"] < at <= register.now:
            continue
        if any(before <= meeting["starts_at"] <= after for before, after in leaps):
            continue
        for one in register.attendance:
            if one["meeting_id"] != meeting["id"] or one["removed"] or _is_unsure(one, at):
                continue
            person = one["person_id"]
            is_told = (meeting["id"], person, meeting["sequence"]) in told
            if _could_be_mailed(person, meeting["id"], messages, register) and not is_told:
                yield f"somebody wasn't reminded of meeting {meeting['id']}, due {at}"


def _wanted(
    messages: Sequence[Json],
    heard: Sequence[Json],
    asked: Sequence[tuple[str, datetime]],
    register: Register,
) -> Iterator[str]:
    """A person has asked for it: there is a mail of that day about the meeting, or nobody is left
    to be asked or reminded, or only people who are told by hand."""
    for meeting, on in asked:
        same = [one for one in messages if str(one["meeting_id"]) == meeting]
        came = [one for one in heard if str(one["meeting_id"]) == meeting]
        answers = [one for one in register.attendance if one["meeting_id"] == meeting]
        if any(one["created_at"] >= on and one["kind"] in _REMINDS for one in came):
            continue
        if all(one["answer"] == "declined" or one["removed"] for one in answers):
            continue
        if any(one["created_at"] >= on and one["kind"] in ("change", "cancel") for one in same):
            continue  # what it was to remind of was told anew
        yield f"a reminder of meeting {meeting} was asked for, and nobody got one"


def _limits(heard: Sequence[Json], register: Register) -> Iterator[str]:
    """X2: the owner of a case for which no first time was ever found hears that the limit nears."""
    told = {
        (str(one["case_id"]), str(one["person_id"]), one["payload"]["limit_on"])
        for one in heard
        if one["kind"] == "alert"
    }
    for case in register.cases:
        ever_met = any(one["case_id"] == case["id"] for one in register.meetings)
        consents = (one for one in register.consents if one["case_id"] == case["id"])
        is_asked = all(one["state"] in ("requested", "signed") for one in consents)
        if case["procedure"] != "samverkansmote" or case["state"] != "open" or ever_met:
            continue
        limit = case["known_on"] + _TWO_WEEKS
        near = [_before(limit, days) for days in _NEAR]
        is_due = any(case["opened_at"] < at <= register.now for at in near)
        if is_asked and is_due and (case["id"], case["owner"], str(limit)) not in told:
            yield f"the owner of case {case['id']} wasn't told that {limit} nears"


def _duties(heard: Sequence[Json], register: Register) -> Iterator[str]:
    """X2: whoever has something to do that belongs to no case has been told of it."""
    told = {(str(one["task_id"]), str(one["person_id"])) for one in heard}
    for task in register.tasks:
        if task["case_id"] is None and task["state"] == "open":
            has_mail = register.may_be_mailed(task["owner"])
            if has_mail and (task["id"], task["owner"]) not in told:
                yield f"whoever has task {task['id']} wasn't told of it"


def _is_unsure(attendance: Json, at: datetime) -> bool:
    """Who has said no isn't reminded; who has answered since may have said no before."""
    answered = attendance["answered_at"]
    return attendance["answer"] == "declined" or (answered is not None and answered >= at)


def _could_be_mailed(
    person: str, meeting: str, messages: Sequence[Json], register: Register
) -> bool:
    """Now, and at the address at which they were called."""
    email = register.person(person)["email"]
    called = [one["mailbox"] for one in messages if _of(one) == (meeting, person)]
    return register.may_be_mailed(person) and set(called) == {email}


def _is_childs(meeting: Json, register: Register) -> bool:
    return bool(register.case(meeting["case_id"])["about"] == "child")


def _of(message: Json) -> tuple[str, str]:
    return str(message["meeting_id"]), str(message["person_id"])


def _before(day: date, working_days: int) -> datetime:
    """At nine, so many working days before."""
    while working_days:
        day -= _DAY
        working_days -= _works(day)
    return datetime.combine(day, _AT, STOCKHOLM)


def _works(day: date) -> bool:
    return day.weekday() < 5 and day not in red_days(day.year)
