"""The limits of cases and the days of tasks, with how near they are and whose they are (X1, X2)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal
from uuid import UUID

from services.cases.domain.quotes import quote
from services.cases.domain.refused import Words
from services.cases.domain.spoken import title_words
from services.cases.domain.task_kinds import task_in_words
from shared.domain.calling import in_charge
from shared.domain.days import WorkingDays, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.procedure import Procedure, Step
from shared.domain.swedish import day_and_time, the_day
from shared.domain.windows import Window, windows

NEAR_WORKING_DAYS = 5

LimitState = Literal["ahead", "booked", "coming", "late", "passed", "met"]
"""How it stands: far off; a time is booked within it; so many working days or fewer are left; today
is the last day, or a bookable one is not left; it has passed; it was kept."""


@dataclass(frozen=True, slots=True)
class DueTask:
    """An open task with a day."""

    case_id: UUID
    kind: str
    owner: UUID
    rule: str
    due_on: date
    step: str | None


@dataclass(frozen=True, slots=True)
class DueDuty:
    """An open task that belongs to no case, of a post in an organisation; what it is about began
    under a version of a procedure. Nobody has it while nobody acts for the post.
    """

    kind: str
    owner: UUID | None
    organisation: str
    rule: str
    due_on: date
    procedure: str
    procedure_on: date


@dataclass(frozen=True, slots=True)
class Limit:
    """One thing to be done by a day, for its owner's eyes. What is a duty belongs to no case.

    `short`: a few words of it, as a calendar has room for.
    """

    case_id: UUID | None
    reference: str | None
    about: Literal["meeting", "task"]
    step: str | None
    kind: str | None
    what: Words
    short: Words
    rule: str
    quote: str
    due_on: date
    last_bookable_on: date | None
    state: LimitState
    owner: UUID | None


@dataclass(frozen=True, slots=True)
class OfSomebody:
    """So many things of one person that are due on a day: all that a manager sees (X16)."""

    owner: UUID
    due_on: date
    state: LimitState
    count: int


def limits(
    facts: CaseFacts,
    procedure: Procedure,
    tasks: Iterable[DueTask],
    days: WorkingDays,
    today: date,
) -> Iterator[Limit]:
    """All of one case: its steps' limits, and its open tasks that have a day."""
    for window in windows(facts, procedure, days, today):
        if window.closes_on is not None and window.state in ("open", "missed", "met"):
            yield _of_window(window, facts, procedure, days, today)
    for task in tasks:
        yield Limit(
            case_id=facts.id,
            reference=facts.reference,
            about="task",
            step=task.step,
            kind=task.kind,
            what=_task_words(task.kind, task.due_on),
            short=task_in_words(task.kind),
            rule=task.rule,
            quote=quote(procedure, task.rule),
            due_on=task.due_on,
            last_bookable_on=None,
            state=nearness(task.due_on, task.due_on, days, today),
            owner=task.owner,
        )


def has_passed(
    facts: CaseFacts, procedure: Procedure, step: str, days: WorkingDays, today: date
) -> bool:
    """Whether a step's limit was missed: no time within it can be had any more (X1, X2)."""
    found = windows(facts, procedure, days, today)
    return any(window.step == step and window.state == "missed" for window in found)


def last_day_to_book(
    facts: CaseFacts,
    procedure: Procedure,
    step: Step,
    days: WorkingDays,
    today: date,
    *,
    otherwise: date,
) -> date | None:
    """X1: until when a time can be found for a step; None: no longer, `otherwise`: no limit says.

    Past its limit a step is still to be held, but its passed limit says so itself (X2).
    """
    found = windows(facts, procedure, days, today)
    window = next((one for one in found if one.step == step.name), None)
    if window is None:
        return otherwise
    last = window.last_bookable_on
    return last if window.state == "open" and last is not None and last >= today else None


def limit_of_duty(duty: DueDuty, procedure: Procedure, days: WorkingDays, today: date) -> Limit:
    return Limit(
        case_id=None,
        reference=None,
        about="task",
        step=None,
        kind=duty.kind,
        what=_task_words(duty.kind, duty.due_on),
        short=task_in_words(duty.kind),
        rule=duty.rule,
        quote=quote(procedure, duty.rule),
        due_on=duty.due_on,
        last_bookable_on=None,
        state=nearness(duty.due_on, duty.due_on, days, today),
        owner=duty.owner,
    )


def words_for_a_manager(one: OfSomebody, name: str) -> Words:
    """«Anna Lindqvist har en gräns som passerade måndagen den 15 mars 2027.»"""
    many_sv = "en gräns" if one.count == 1 else f"{one.count} gränser"
    many_en = "a limit" if one.count == 1 else f"{one.count} limits"
    was = one.state == "passed"
    return Words(
        f"{name} har {many_sv} som {'passerade' if was else 'går ut'} {the_day(one.due_on)}.",
        f"{name} has {many_en} that {_ends(one.count, was=was)} {the_day(one.due_on, 'en')}.",
    )


def _of_window(
    window: Window, facts: CaseFacts, procedure: Procedure, days: WorkingDays, today: date
) -> Limit:
    assert window.closes_on is not None
    step = procedure.step(window.step)
    return Limit(
        case_id=facts.id,
        reference=facts.reference,
        about="meeting",
        step=window.step,
        kind=None,
        what=_window_words(window, facts, title_words(step)),
        short=title_words(step),
        rule=window.rule,
        quote=quote(procedure, window.rule),
        due_on=window.closes_on,
        last_bookable_on=window.last_bookable_on,
        state=_window_state(window, facts, days, today),
        owner=in_charge(facts, procedure, step),
    )


def _window_state(window: Window, facts: CaseFacts, days: WorkingDays, today: date) -> LimitState:
    if window.state == "met":
        return "met"
    if window.state == "missed":
        return "passed"
    if any(window.holds(local_date(one.starts_at)) for one in _booked(window, facts)):
        return "booked"
    assert window.closes_on is not None
    return nearness(window.last_bookable_on or today, window.closes_on, days, today)


def nearness(last_day: date, limit: date, days: WorkingDays, today: date) -> LimitState:
    """Of a limit that nothing is booked for; `last_day`: the last on which it can be kept."""
    if today > limit:
        return "passed"
    if today >= last_day:
        return "late"
    return "coming" if days.minus(last_day, NEAR_WORKING_DAYS) <= today else "ahead"


def _window_words(window: Window, facts: CaseFacts, title: Words) -> Words:
    """«Första mötet ska hållas senast måndagen den 15 mars. Ingen tid är bokad ännu.»"""
    assert window.closes_on is not None
    limit_sv, limit_en = the_day(window.closes_on), the_day(window.closes_on, "en")
    if window.state == "met":
        return Words(
            f"{title.sv} hölls inom gränsen, {limit_sv}.",
            f"“{title.en}” was held within its limit, {limit_en}.",
        )
    after = _what_is_booked(window, facts)
    if window.state == "missed":
        return Words(
            f"{title.sv} skulle ha hållits senast {limit_sv}. {after.sv}",
            f"“{title.en}” was to be held by {limit_en}. {after.en}",
        )
    return Words(
        f"{title.sv} ska hållas senast {limit_sv}. {after.sv}",
        f"“{title.en}” is to be held by {limit_en}. {after.en}",
    )


def _what_is_booked(window: Window, facts: CaseFacts) -> Words:
    held = [one for one in facts.meetings_of(window.step) if one.state == "held"]
    if held:
        day = local_date(held[0].starts_at)
        return Words(f"Det hölls {the_day(day)}.", f"It was held on {the_day(day, 'en')}.")
    for one in _booked(window, facts):
        return Words(
            f"Det är bokat till {day_and_time(one.starts_at, None)}.",
            f"It is booked for {day_and_time(one.starts_at, None, 'en')}.",
        )
    return Words("Ingen tid är bokad ännu.", "No time is booked yet.")


def _booked(window: Window, facts: CaseFacts) -> list[Meeting]:
    return [one for one in facts.meetings_of(window.step) if one.state == "booked"]


def _task_words(kind: str, due_on: date) -> Words:
    words = task_in_words(kind)
    return Words(
        f"{words.sv}, senast {the_day(due_on)}.",
        f"{words.en}, by {the_day(due_on, 'en')}.",
    )


def _ends(count: int, *, was: bool) -> str:
    if was:
        return "passed on"
    return "ends on" if count == 1 else "end on"
