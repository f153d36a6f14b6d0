"""Tasks for people: each has a rule, an owner and a key from the rule, so that it comes once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.cases.domain.task_kinds import kind_of_task
from shared.domain.days import at

NEXT_DATE = "next-date"
CHOOSE_PLACE = "choose-place"
# What is to be decided before the case goes on or ends: so many working days (R11, ours).
DECIDED_WITHIN = 10

_WEEK = timedelta(days=7)
_TOLD_AT = time(9, 0)


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to do; `details` holds codes only.

    `anew`: what comes once is needed once more, such as asking for a consent after a no.
    `late_on`: the day on which it is late, if its kind alone doesn't say so.
    """

    key: str
    kind: str
    owner: UUID
    rule: str
    due_on: date | None = None
    meeting_id: UUID | None = None
    about: UUID | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    anew: bool = False
    late_on: date | None = None

    @property
    def late_at(self) -> datetime | None:
        """When whoever has it and their manager are told that it isn't done (X2); None: never."""
        return late_at(self.kind, self.due_on, self.late_on)

    @property
    def comes_back(self) -> bool:
        """Whether a task with this key that is done opens again; else it comes once."""
        return self.anew or kind_of_task(self.kind).comes_back


def late_at(kind: str, due_on: date | None, late_on: date | None = None) -> datetime | None:
    """When a task of a kind is late (aware): on its day for that, or a week after it was due."""
    day = late_on
    if day is None and due_on is not None and kind_of_task(kind).told_when_late:
        day = due_on + _WEEK
    return None if day is None else at(day, _TOLD_AT)


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that is still to be done, as far as it can be told whether it is (X2)."""

    kind: str
    rule: str
    meeting_id: UUID | None = None
    about: UUID | None = None
    step: str | None = None


def consent_tasks(
    consent: UUID,
    person: UUID,
    owner: UUID,
    due_on: date,
    kinds: Mapping[str, str],
    *,
    anew: bool = False,
    watched: bool = False,
) -> tuple[Task, ...]:
    """What asking for a consent means, each kind by its rule: tell them why, have it signed.

    `watched` where no limit watches over it.
    """
    late_on = due_on + _WEEK if watched else None
    return tuple(
        Task(
            f"{consent}/{rule}/{kind}", kind, owner, rule, due_on,
            about=person, anew=anew, late_on=late_on,
        )
        for kind, rule in kinds.items()
    )  # fmt: skip


def participants_missing(
    case: UUID, owner: UUID, missing: tuple[str, ...], rule: str, due_on: date | None
) -> Task:
    """R6: who is always called and nobody stands for; one task, whoever it is."""
    key = f"{case}/{rule}/participants-missing"
    details = {"missing": sorted(missing)}
    return Task(key, "participants-missing", owner, rule, due_on, details=details)


def consent_withdrawn(consent: UUID, person: UUID, owner: UUID, today: date) -> Task:
    """P7: everything has stopped; the process owner closes the case or asks anew."""
    return Task(f"{consent}/P7/withdrawn", "consent-withdrawn", owner, "P7", today, about=person)


def confirm_time(
    meeting: UUID, owner: UUID, rule: str, due_on: date, reason: str | None = None
) -> Task:
    """Proposed times wait for votes, and for a person's yes; `reason` says why no vote settles."""
    key = f"{meeting}/{rule}/confirm-time"
    details = {} if reason is None else {"reason": reason}
    return Task(key, "confirm-time", owner, rule, due_on, meeting_id=meeting, details=details)


def choose_place(meeting: UUID, owner: UUID, rule: str, due_on: date) -> Task:
    """A meeting is booked, and nobody has said where it is."""
    return Task(f"{meeting}/place", CHOOSE_PLACE, owner, rule, due_on, meeting_id=meeting)


def mark_as_held(key: str, meeting: UUID, owner: UUID, rule: str, due_on: date) -> Task:
    """R13: the meeting is over; the rest of the case waits for whether it was held."""
    return Task(key, "mark-as-held", owner, rule, due_on, meeting_id=meeting)


def review_consent(meeting: UUID, owner: UUID, due_on: date) -> Task:
    """R19: whether the consent was gone through at the meeting hasn't been said."""
    key = f"{meeting}/R19/review-consent"
    return Task(key, "review-consent", owner, "R19", due_on, meeting_id=meeting)


def next_date(meeting: UUID, owner: UUID, step: str, rule: str, due_on: date) -> Task:
    """R11, R13, S5: an open case has a next date, or is closed."""
    key = f"{meeting}/{rule}/{NEXT_DATE}"
    return Task(key, NEXT_DATE, owner, rule, due_on, details={"step": step})


def find_substitute(meeting: UUID, owner: UUID, party: str, rule: str, due_on: date) -> Task:
    """R6, R27, S8: whoever comes for a party has said no; somebody else is asked."""
    return Task(
        key=substitute_key(meeting, party, rule),
        kind="find-substitute",
        owner=owner,
        rule=rule,
        due_on=due_on,
        meeting_id=meeting,
        details={"party": party},
    )


def substitute_key(meeting: UUID, party: str, rule: str) -> str:
    return f"{meeting}/{rule}/find-substitute/{party}"


def decide_wish(wish: UUID, person: UUID, owner: UUID, due_on: date) -> Task:
    """S7: the family wishes for somebody more; whoever calls decides."""
    return Task(f"{wish}/S7/decide-wish", "decide-wish", owner, "S7", due_on, about=person)


def arrange_separately(case: UUID, owner: UUID, step: str, rule: str, due_on: date | None) -> Task:
    """X12: guardians who never meet have meetings of their own, which a person books."""
    key = f"{case}/{step}/arrange-separately"
    return Task(key, "arrange-separately", owner, rule, due_on, details={"step": step})


def no_slot(
    case: UUID,
    owner: UUID,
    step: str,
    rule: str,
    reason: str,
    due_on: date | None,
    missing: tuple[str, ...] = (),
) -> Task:
    """X1: no free time, or no day left: a person has to find one, never a later date.

    One task for the step, which says the newest reason; `missing` are organisations that the
    consent leaves out (S1).
    """
    details = {"step": step, "reason": reason} | ({"missing": list(missing)} if missing else {})
    return Task(f"{case}/{step}/no-slot", "no-slot", owner, rule, due_on, details=details)


def book_anew(case: UUID, owner: UUID, step: str, rule: str, due_on: date | None) -> Task:
    """A person cancelled, so no new time is sought unasked; or proposed times have all passed.

    One task for the step: of proposals that lapse one after the other it is told when it is late.
    """
    key = f"{case}/{step}/book-anew"
    return Task(key, "book-anew", owner, rule, due_on, details={"step": step})
