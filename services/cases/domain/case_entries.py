"""What a case's picture and the list beside it tell: one entry for each thing that has a day.

People are told by their part («vårdnadshavare 1»), never by name.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Literal
from uuid import UUID

from services.cases.domain.asking import has_begun
from services.cases.domain.refused import Words
from services.cases.domain.spoken import title_words
from services.cases.domain.task_kinds import task_in_words
from shared.domain.calling import days_that_turn
from shared.domain.consent import age_on, birthday_in
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, ConsentParty, ConsentState, Meeting
from shared.domain.lead_times import LeadTime, lead_times
from shared.domain.procedure import Procedure
from shared.domain.windows import Window

Kind = Literal["case", "birthday", "window", "target", "meeting", "consent", "task"]
CASE, TASKS = "case", "tasks"
_DAY = timedelta(days=1)
_TURNS = Words("Barnet fyller {age} år", "The child turns {age}")
_KNOWN = Words("Ärendet blev känt", "The case became known")
_OPENED = Words("Ärendet öppnades", "The case was opened")
_CLOSED = Words("Ärendet avslutades", "The case was closed")
_CHILD = Words("Barnet", "The child")
_GUARDIAN = Words("Vårdnadshavaren", "The guardian")
_YOUTH = Words("Ungdomen", "The youth")


@dataclass(frozen=True, slots=True)
class Form:
    """One consent as it is shown: its state is what has become of it by now (X8)."""

    person_id: UUID
    party: ConsentParty
    state: ConsentState
    requested_on: date
    signed_on: date | None = None
    refused_on: date | None = None
    withdrawn_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class DatedTask:
    """An open task with a day."""

    kind: str
    due_on: date
    rule: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing on the axis of time; `lane` is where it stands: a step's name, a person's id.

    Its mark stands on `on`. It holds from `first` to `last`, that day included; no `first`: on the
    day alone, no `last`: until further notice. `asked`: since when a consent was waited for;
    `until`: the last day that its form says.
    `bookable`: the last day on which a meeting can be booked, where it isn't the last (X1).
    """

    lane: str
    kind: Kind
    state: str
    what: Words
    on: date
    first: date | None = None
    last: date | None = None
    asked: date | None = None
    until: date | None = None
    bookable: date | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    rule: str | None = None


def entries(
    facts: CaseFacts,
    procedure: Procedure,
    windows: Sequence[Window],
    forms: Iterable[Form],
    tasks: Iterable[DatedTask],
    now: datetime,
) -> tuple[Entry, ...]:
    """Everything that has a day, in the order of the days; birthdays are left to `birthdays`."""
    today = local_date(now)
    found = [
        *_of_case(facts),
        *_of_windows(windows, procedure),
        *_of_targets(lead_times(facts, procedure, today), procedure),
        *(_of_meeting(one, procedure, now) for one in facts.meetings),
        *_of_forms(tuple(forms), facts, procedure, today),
        *_of_tasks(tasks, today),
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.lane, one.kind, one.state)))


def birthdays(facts: CaseFacts, procedure: Procedure, first: date, last: date) -> Iterator[Entry]:
    """The child's birthdays from one day to another from which on somebody else decides, is asked
    or is mailed (X8, X11, P6).
    """
    mailed_from = _birthday(facts, procedure.consent.own_mail_from_age)
    turning = {*days_that_turn(facts, procedure), mailed_from}
    for day in sorted(turning):
        if first <= day <= last and day == birthday_in(facts.born_on, day.year):
            age = age_on(facts.born_on, day)
            what = Words(_TURNS.sv.format(age=age), _TURNS.en.format(age=age))
            yield Entry(CASE, "birthday", "turns", what, day, rule=_rule_of(day, facts, procedure))


def people_in_words(facts: CaseFacts, forms: Iterable[Form] = ()) -> Mapping[UUID, Words]:
    """The family by their parts, the guardians counted where there is more than one.

    Those who have left the case and whose consent is still shown come last.
    """
    people = [(who.person_id, str(who.party)) for who in facts.participants]
    people += [(form.person_id, str(form.party)) for form in forms]
    guardians = dict.fromkeys(person for person, party in people if party == "guardian")
    children = {person: _CHILD for person, party in people if party in ("child", "youth")}
    if len(guardians) == 1:
        return dict.fromkeys(guardians, _GUARDIAN) | children
    return {
        person: Words(f"Vårdnadshavare {number}", f"Guardian {number}")
        for number, person in enumerate(guardians, 1)
    } | children


def _rule_of(birthday: date, facts: CaseFacts, procedure: Procedure) -> str:
    """X11, where it is about mail alone."""
    decides = birthday in days_that_turn(facts, procedure)
    return procedure.consent.age_rule if decides else "X11"


def _of_case(facts: CaseFacts) -> Iterator[Entry]:
    yield Entry(CASE, "case", "known", _KNOWN, facts.known_on)
    if (opened_on := local_date(facts.opened_at)) != facts.known_on:
        yield Entry(CASE, "case", "opened", _OPENED, opened_on)
    if facts.closed_on is not None:
        yield Entry(CASE, "case", "closed", _CLOSED, facts.closed_on, rule="R16")


def _of_windows(windows: Iterable[Window], procedure: Procedure) -> Iterator[Entry]:
    for one in windows:
        if one.opens_on is None or one.closes_on is None:
            continue
        last_day = one.last_bookable_on or one.opens_on - _DAY
        title = title_words(procedure.step(one.step))
        yield Entry(
            lane=one.step, kind="window", state=one.state,
            what=Words(f"{title.sv}: gräns", f"{title.en}: limit"), on=one.closes_on,
            first=one.opens_on, last=one.closes_on, rule=one.rule,
            bookable=None if last_day == one.closes_on else last_day,
        )  # fmt: skip


def _of_targets(measured: Iterable[LeadTime], procedure: Procedure) -> Iterator[Entry]:
    """S10: what is only measured against; it isn't a limit."""
    targets = {step.name: step for step in procedure.steps if step.target is not None}
    for one in measured:
        step = targets.get(one.step)
        if step is None or step.target is None or one.due_on is None or one.target_days is None:
            continue
        title = title_words(step)
        yield Entry(
            lane=one.step, kind="target", state=one.state,
            what=Words(f"{title.sv}: mål", f"{title.en}: target"), on=one.due_on,
            first=one.due_on - timedelta(days=one.target_days), last=one.due_on,
            rule=step.target.rule,
        )  # fmt: skip


def _of_meeting(meeting: Meeting, procedure: Procedure, now: datetime) -> Entry:
    """One that is over and that nobody has marked as held says so (R13)."""
    steps = {step.name: step for step in procedure.steps}
    step = steps.get(meeting.step)
    over = meeting.state == "booked" and meeting.ends_at <= now
    title = Words("Mötet", "The meeting")
    if step is not None:
        title = title_words(step)
    return Entry(
        lane=meeting.step, kind="meeting", state="unmarked" if over else meeting.state,
        what=title, on=local_date(meeting.starts_at), starts_at=meeting.starts_at,
        ends_at=meeting.ends_at, rule=None if step is None else step.rule,
    )  # fmt: skip


def _of_forms(
    forms: Sequence[Form], facts: CaseFacts, procedure: Procedure, today: date
) -> Iterator[Entry]:
    said, begun = people_in_words(facts, forms), has_begun(facts, procedure)
    for form in forms:
        waits = form.state == "requested" and not begun  # P5: nobody has been asked yet
        who = _YOUTH if form.party == "youth" else said[form.person_id]
        ended_on = _ended_on(form, forms, facts, procedure, today)
        on = {
            "requested": form.requested_on,
            "signed": form.signed_on,
            "refused": form.refused_on,
        }.get(form.state, ended_on)
        last = ended_on
        if form.state == "signed":
            last = _holds_until(form, facts, procedure)
        elif form.signed_on is None:  # waited for, until it was answered or ended
            last = form.refused_on or ended_on or min(today, facts.closed_on or today)
        yield Entry(
            lane=str(form.person_id), kind="consent", state="to-ask" if waits else form.state,
            what=Words(f"{who.sv}: samtycke", f"{who.en}: consent"),
            on=on or form.signed_on or form.requested_on,
            first=form.signed_on, last=last, until=form.valid_until,
            asked=None if waits else min(form.requested_on, form.signed_on or form.requested_on),
            rule=procedure.consent.rule,
        )  # fmt: skip


def _ended_on(
    form: Form, forms: Iterable[Form], facts: CaseFacts, procedure: Procedure, today: date
) -> date | None:
    """When it was withdrawn, by this form or another of the same person (P7), or lapsed (X8)."""
    if form.state == "withdrawn":
        days = [one.withdrawn_on for one in forms if one.person_id == form.person_id]
        after = [day for day in days if day is not None and day >= (form.signed_on or day)]
        return form.withdrawn_on or min(after, default=None)
    if form.state != "lapsed":
        return None
    until = min(today, facts.closed_on or today)
    of_age = _birthday(facts, procedure.consent.youth_decides_from_age) - _DAY
    ends = [day for day in (form.valid_until, of_age) if day is not None and day < until]
    return max(min(ends, default=until), form.signed_on or form.requested_on)


def _holds_until(form: Form, facts: CaseFacts, procedure: Procedure) -> date | None:
    """A guardian's, and the child's own, no longer than until the youth decides alone (X8)."""
    of_age = _birthday(facts, procedure.consent.youth_decides_from_age) - _DAY
    ends = [form.valid_until, facts.closed_on, None if form.party == "youth" else of_age]
    last = min((day for day in ends if day is not None), default=None)
    return last if last is None or form.signed_on is None else max(last, form.signed_on)


def _of_tasks(tasks: Iterable[DatedTask], today: date) -> Iterator[Entry]:
    """Those of a day together."""
    by_day = sorted(tasks, key=lambda one: one.due_on)
    for due_on, of_day in groupby(by_day, key=lambda one: one.due_on):
        its = list(of_day)
        what = task_in_words(its[0].kind)
        if len(its) > 1:
            what = Words(f"{len(its)} uppgifter", f"{len(its)} tasks")
        rule = its[0].rule if len(its) == 1 else None
        state = "late" if due_on < today else "to-do"
        yield Entry(TASKS, "task", state, what, due_on, rule=rule)


def _birthday(facts: CaseFacts, age: int) -> date:
    return birthday_in(facts.born_on, facts.born_on.year + age)
