"""Free times to choose from, as the pages that book and move show them: by day, each with why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from uuid import UUID

from services.cases.domain.booking import Wanted, check_booking, check_grounds
from services.cases.domain.booking_refusals import AlreadyBooked
from services.cases.domain.refused import Refused, Words
from services.cases.domain.slot_reasons import Offered, reasons
from services.cases.domain.whom import SeparateMeetings
from services.cases.handlers.placing import place_to_book
from services.cases.handlers.ports import Desk
from services.cases.handlers.reading import FreeTime, Times, Views, free_times
from services.cases.web.staff.meeting_shown import function_of
from shared.domain.calling import called
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts
from shared.domain.hours import OfficeHours
from shared.domain.procedure import Procedure, Step
from shared.procedures import Procedures

AT_FIRST, MOST = 12, 96


@dataclass(frozen=True, slots=True)
class Time:
    """A free time. `best`: the one that Samspel would take itself."""

    starts_at: datetime
    ends_at: datetime
    reasons: Sequence[Words]
    best: bool


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    times: Sequence[Time]


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the case; `called`: the step calls them by itself."""

    id: UUID
    name: str
    function: Words
    called: bool


@dataclass(frozen=True, slots=True)
class Booking:
    """What the page shows. `refused`: why no time can be booked; `more`: there are further;
    `place`: where it will be if nobody says otherwise."""

    step: Step
    steps: Sequence[Step]
    minutes: int
    days: Sequence[Day]
    more: bool
    refused: Refused | None
    people: Sequence[Person]
    places: Sequence[tuple[str, Sequence[tuple[str, str]]]]
    place: str | None
    calendars_as_of: datetime | None
    first_day: date
    closed: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the visitor has chosen so far; None: as the step says.

    `moving`: the meeting that is to be moved; `not_at`: a time not offered.
    """

    step: str | None = None
    minutes: int | None = None
    count: int = AT_FIRST
    not_at: datetime | None = None
    moving: UUID | None = None


def booking(
    case_id: UUID, asked: Asked, views: Views, desk: Desk, procedures: Procedures, times: Times
) -> Booking:
    """The caller has logged the access."""
    (facts,) = views.facts([case_id])
    procedure = procedures.get(facts.procedure, facts.procedure_on)
    steps = [one for one in procedure.steps if one.of == facts.about]
    named = next((one for one in steps if one.name == asked.step), None)
    step = named or next_step(facts, steps)
    minutes = asked.minutes or step.minutes
    free, refused = _free(case_id, step, minutes, views, desk, procedures, times)
    free = [one for one in free if one.slot.starts_at != asked.not_at]
    if free:
        first = Wanted(step.name, free[0].slot.starts_at, minutes, asked.moving)
        refused = _refusal(facts, procedure, first, desk)
    if refused is not None:
        free = []
    shown = free[: min(asked.count, MOST)]
    day = local_date(shown[0].slot.starts_at) if shown else desk.today
    return Booking(
        step=step,
        steps=steps,
        minutes=minutes,
        days=by_day(shown, times.hours),
        more=len(free) > len(shown) and len(shown) < MOST,
        refused=refused,
        people=_people(facts, procedure, step, day, views),
        places=places(views),
        place=place_to_book(case_id, None, _proposed(facts, step), desk),
        calendars_as_of=shown[0].calendars_as_of if shown else None,
        first_day=desk.today,
        closed=facts.state == "closed",
    )


def _proposed(facts: CaseFacts, step: Step) -> UUID | None:
    proposed = (one.id for one in facts.meetings_of(step.name) if one.state == "proposed")
    return next(proposed, None)


def next_step(facts: CaseFacts, steps: Sequence[Step]) -> Step:
    """The first that nothing is booked or held for; else the last, which comes again and again."""
    for step in steps:
        if not any(one.state in ("booked", "held") for one in facts.meetings_of(step.name)):
            return step
    return steps[-1]


def what_stops(facts: CaseFacts, procedure: Procedure, today: date) -> Refused | None:
    """Why the case's next meeting can't be booked today, at whatever time; None if it can."""
    step = next_step(facts, [one for one in procedure.steps if one.of == facts.about])
    booked = any(one.state == "booked" for one in facts.meetings_of(step.name))
    if booked and not facts.never_together:
        return AlreadyBooked(rule=step.rule)
    try:
        check_grounds(facts, procedure, step, today)
    except Refused as refused:
        return refused
    return None


def by_day(free: Sequence[FreeTime], hours: OfficeHours) -> list[Day]:
    """The times as they are ranked, those of a day together."""
    shown = [
        Time(
            one.slot.starts_at,
            one.slot.ends_at,
            reasons(Offered(one.slot, one.short_notice, one.calendars_known), hours),
            best=number == 0,
        )
        for number, one in enumerate(free)
    ]
    runs = groupby(shown, key=lambda one: local_date(one.starts_at))
    return [Day(day, tuple(times)) for day, times in runs]


def places(views: Views) -> list[tuple[str, Sequence[tuple[str, str]]]]:
    """Every place by its unit's name, to choose from."""
    names: Mapping[str, str] = {one["code"]: one["name"] for one in views.units()}
    found: dict[str, list[tuple[str, str]]] = {}
    for one in views.places():
        name = names.get(one["unit"], "")
        found.setdefault(name, []).append((one["code"], one["public_text"]))
    return sorted(found.items())


def _free(
    case_id: UUID,
    step: Step,
    minutes: int,
    views: Views,
    desk: Desk,
    procedures: Procedures,
    times: Times,
) -> tuple[list[FreeTime], Refused | None]:
    if step.of != "child":  # a matter of the staff's own: by hand
        return [], None
    try:
        return free_times(
            case_id, step.name, views, procedures, times, desk.now, minutes=minutes
        ), None
    except Refused as refused:
        return [], refused


def _refusal(facts: CaseFacts, procedure: Procedure, wanted: Wanted, desk: Desk) -> Refused | None:
    """What booking would say to a time, so that none is offered that is refused when it is taken.

    Which of the guardians who never meet is to come (X12) is chosen on the page.
    """
    try:
        check_booking(facts, procedure, desk.days, desk.hours, wanted, desk.now, desk.school_years)
    except SeparateMeetings:
        return None
    except Refused as refused:
        return refused
    return None


def _people(
    facts: CaseFacts, procedure: Procedure, step: Step, day: date, views: Views
) -> list[Person]:
    asked = called(facts, procedure, step, day)
    names = views.names([who.person_id for who in facts.participants])
    found = [
        Person(
            who.person_id, names.get(who.person_id, "?"), function_of(who), who.person_id in asked
        )
        for who in facts.participants
    ]
    return sorted(found, key=lambda one: (not one.called, one.function.sv, one.name.casefold()))
