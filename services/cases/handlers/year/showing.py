"""The years at a glance: which there are, everything of one, and where it leads (R20-R31)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain.refused import NotFound
from services.cases.domain.wrong_values import YearOutOfRange
from services.cases.domain.year_facts import OpenDuty, YearFacts
from services.cases.domain.year_shown import ShownYear, shown_year
from services.cases.handlers.ports import Desk
from services.cases.handlers.year import dispatches
from services.cases.handlers.year.evaluation import check_concerned
from services.cases.handlers.year.rules import ARSHJUL
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure, YearRules
from shared.procedures import Procedures, UnknownProcedure

# So far ahead the rules are worked out; later, who knows which hold then.
_FORESEEN_YEARS = 10
_FIRST, _LAST = 2000, 2100


@dataclass(frozen=True, slots=True)
class YearLine:
    """A year in the list. `opened`: something is kept of it, so it is more than worked out."""

    year: int
    opened: bool


@dataclass(frozen=True, slots=True)
class Leads:
    """Where whoever looks can go on to from a year; the rest isn't theirs to see.

    `meetings`: they are called to the year's meetings. `evaluation`: they answer or evaluate.
    """

    meetings: bool
    evaluation: bool
    dispatches: frozenset[UUID]
    own_duties: tuple[OpenDuty, ...]


def years(desk: Desk) -> list[YearLine]:
    """What is known, and what is planned: this year and the `ahead` that the rules name."""
    found = _rules(desk.procedures, desk.today)
    if found is None:
        return []
    _, rules = found
    known, this_year = set(desk.year_views.known_years()), desk.today.year
    planned = range(this_year, this_year + rules.ahead + 1)
    return [YearLine(year, year in known) for year in sorted(known.union(planned))]


def show_year(year: int, desk: Desk) -> ShownYear:
    """Raises NotFound, for a year that nothing is known of and that isn't foreseen; Invalid."""
    if not _FIRST <= year <= _LAST:
        raise YearOutOfRange("year")
    matter = desk.year_views.matter(year)
    found = _rules(desk.procedures, _version_day(year, matter, desk.today))
    if found is None or not _is_shown(year, desk):
        raise NotFound
    procedure, rules = found
    facts = _facts(year, matter, rules, desk)
    return shown_year(facts, procedure, rules, desk.days, desk.school_years, desk.now)


def leads(shown: ShownYear, desk: Desk) -> Leads:
    person, matter = desk.actor_person, desk.year_views.matter(shown.year)
    sent = {one.id for one in (*shown.dispatches, *shown.confirmations) if one.id is not None}
    return Leads(
        meetings=matter is not None and desk.shows(matter),
        evaluation=_is_concerned(shown, desk),
        dispatches=dispatches.seen(sent, desk),
        own_duties=tuple(
            one for one in shown.duties if one.owner is not None and one.owner == person
        ),
    )


def _is_concerned(shown: ShownYear, desk: Desk) -> bool:
    if shown.evaluation.state in ("coming", "unknown"):
        return False
    try:
        check_concerned(shown.year, desk)
    except NotFound:
        return False
    return True


def _facts(year: int, matter: CaseFacts | None, rules: YearRules, desk: Desk) -> YearFacts:
    views, parents = desk.year_views, rules.parent_meetings
    longest = 0 if parents is None else max(stage.years for stage in parents.stages)
    vacancies = views.vacancies(rules.callers, desk.today)
    return YearFacts(
        year=year,
        matter=matter,
        replies=() if matter is None else tuple(views.replies(matter.id)),
        evaluation=views.evaluation(year),
        dispatches=tuple(views.dispatches(year)),
        cohorts=tuple(views.cohorts(year - longest, year)),
        duties=tuple(views.open_duties(year)),
        vacancies=tuple(one for one in vacancies if one.vacant_from.year == year),
    )


def _is_shown(year: int, desk: Desk) -> bool:
    is_foreseen = desk.today.year <= year <= desk.today.year + _FORESEEN_YEARS
    return is_foreseen or year in desk.year_views.known_years()


def _version_day(year: int, matter: CaseFacts | None, today: date) -> date:
    """X9: the version that the year runs by; of one that isn't opened, the one of its time."""
    if matter is not None:
        return matter.procedure_on
    return min(max(today, date(year, 1, 1)), date(year, 12, 31))


def _rules(procedures: Procedures, on: date) -> tuple[Procedure, YearRules] | None:
    """None: the municipality has no yearly cycle, or had none then."""
    try:
        procedure = procedures.get(ARSHJUL, on)
    except UnknownProcedure:
        return None
    return None if procedure.year is None else (procedure, procedure.year)
