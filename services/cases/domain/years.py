"""A year as a matter of the staff: which years there are, when one is over, what it lacks (R20)."""

from collections.abc import Iterator
from datetime import date, timedelta

from services.cases.domain.refused import Invalid, Refused, Words
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.order import was_held
from shared.domain.procedure import Procedure, Step, YearRules

YEAR_OVER = "year-over"
_CLOSED_BY = (1, 31)  # of the next year, whatever has been said of its meetings (ours)
_DAY = timedelta(days=1)


class NotAYearsMeeting(Refused):
    """Only a year's meetings know substitutes: of a case somebody else is a participant."""

    code = "not-a-years-meeting"
    rule = "R27"
    title = Words("Det är inget möte i årshjulet", "It is no meeting of the yearly cycle")
    detail = Words(
        "Ersättare anges för möten i april och oktober. Lägg i stället till personen som deltagare"
        " i ärendet.",
        "Substitutes are named for the meetings in April and October. Add the person to the case as"
        " a participant instead.",
    )


class ComesThemselves(Refused):
    """Whoever hasn't said no comes, and nobody in their place."""

    code = "comes-themselves"
    rule = "R27"
    title = Words("Personen har inte tackat nej", "The person has not declined")
    detail = Words(
        "Registrera först att personen inte kan komma, och sedan vem som kommer i stället.",
        "Record first that the person can't come, then who comes instead.",
    )


class NotYoursToReplace(Refused):
    """Who has declined names who comes, or whoever calls."""

    code = "not-yours-to-replace"
    rule = "R27"
    title = Words("Någon annan utser ersättaren", "Somebody else names the substitute")
    detail = Words(
        "Den som har tackat nej säger vem som kommer i stället, eller den som kallar till mötet. Be"
        " någon av dem.",
        "Whoever declined says who comes instead, or those who call to the meeting do. Ask one of"
        " them.",
    )


class AlreadyCalled(Invalid):
    code = "already-called"
    rule = "R27"
    detail = Words(
        "Personen är redan kallad till mötet. Välj någon annan.",
        "The person is called to the meeting already. Choose somebody else.",
    )


class NextYearNotOpen(Refused):
    """The next meeting belongs to a year that isn't planned yet."""

    code = "next-year-not-open"
    rule = "R23"
    title = Words("Nästa år är inte planerat än", "The next year is not planned yet")
    detail = Words(
        "Markera mötet som hållet utan nästa tid. Nästa möte planeras av sig självt.",
        "Mark the meeting as held without a next time. The next meeting is planned by itself.",
    )


class NotTheNextStep(Invalid):
    """R23: a year's meetings take turns, so the next one is known."""

    code = "not-the-next-step"
    rule = "R23"
    detail = Words(
        "Nästa möte i årshjulet är «{step}». Ange det, eller utelämna fältet.",
        "The next meeting of the yearly cycle is “{step}”. Name it, or leave the field out.",
    )
    on_page = Words(
        "Nästa möte i årshjulet är «{step}». Välj det.",
        "The next meeting of the yearly cycle is “{step}”. Choose that.",
    )


def years_to_open(procedure: Procedure, rules: YearRules, today: date) -> Iterator[int]:
    """This year, if something of it can still come, and those that are planned ahead."""
    if today <= last_day_of(procedure, rules, today.year):
        yield today.year
    yield from range(today.year + 1, today.year + 1 + rules.ahead)


def is_over(facts: CaseFacts, today: date) -> bool:
    """A past year in which nothing is left to be said of any meeting; or that is long past."""
    if facts.known_on.year >= today.year:
        return False
    undecided = any(one.state in ("booked", "proposed") for one in facts.meetings)
    return not undecided or today >= date(facts.known_on.year + 1, *_CLOSED_BY)


def steps_without_meeting(
    facts: CaseFacts, procedure: Procedure, today: date
) -> Iterator[tuple[Step, date]]:
    """R20: months that have passed since the year was opened without a meeting held in them.

    With their last days. One that is booked and hasn't been marked has probably taken place.
    """
    for step in procedure.steps_of("year"):
        rule = step.in_month
        if rule is None:
            continue
        last = month_end(facts.known_on.year, rule.month)
        if local_date(facts.opened_at) <= last < today and not _provided(facts, step):
            yield step, last


def next_in_cycle(procedure: Procedure, step: str) -> tuple[Step, int]:
    """The step after one of a year's, and in how many years it is: this one's, or the next's."""
    steps = procedure.steps_of("year")
    turn = [one.name for one in steps].index(step) + 1
    return (steps[turn], 0) if turn < len(steps) else (steps[0], 1)


def standing_meeting(facts: CaseFacts, step: str) -> Meeting | None:
    """The one that is booked or proposed for a step."""
    return next(
        (one for one in facts.meetings_of(step) if one.state in ("booked", "proposed")), None
    )


def month_end(year: int, month: int) -> date:
    following = date(year + month // 12, month % 12 + 1, 1)
    return following - _DAY


def days_of_year(procedure: Procedure, year: int) -> Iterator[date]:
    """The days after each month of its meetings, and the one on which it is closed."""
    for step in procedure.steps_of("year"):
        if step.in_month is not None:
            yield month_end(year, step.in_month.month) + _DAY
    yield date(year + 1, 1, 1)
    yield date(year + 1, *_CLOSED_BY)


def last_day_of(procedure: Procedure, rules: YearRules, year: int) -> date:
    """The last day on which something of a year can still come: later it isn't opened any more."""
    months = [
        month_end(year, step.in_month.month)
        for step in procedure.steps_of("year")
        if step.in_month is not None
    ]
    return max((*months, rules.evaluation.due.in_year(year)))


def _provided(facts: CaseFacts, step: Step) -> bool:
    return was_held(facts, step.name) or standing_meeting(facts, step.name) is not None
