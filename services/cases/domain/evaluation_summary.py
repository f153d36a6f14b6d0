"""The evaluation put together: what was answered, and the school year in numbers (R24, R25)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from services.cases.domain.evaluating import SCALE, AskedPost, YearEvaluation
from services.cases.domain.papers import organisation_name
from services.cases.domain.refused import Words
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, MeetingState
from shared.domain.lead_times import FEWEST, Spread, lead_times, spreads
from shared.domain.procedure import Group, Procedure, Question, Step, YearRules
from shared.domain.windows import windows

# So many posts of a group are asked before it stands beside what one of them wrote.
_FEWEST_OF_GROUP = 3


@dataclass(frozen=True, slots=True)
class OfRole:
    """What was answered for one post, of which only the role and the organisation are known."""

    role: str
    organisation: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class YearMeeting:
    """One of the year's meetings (R20). `roles` are those who were there; None: nobody has said."""

    step: str
    on: date
    state: MeetingState
    roles: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Quote:
    """What somebody wrote, and of which group they are (R22): never who.

    `group` is None where so few were asked that it would tell.
    """

    group: Words | None
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """What was answered to one question, by how many; `mean` of a scale, to one decimal.

    `distribution`: how many gave each answer, by the answer ("1" to "5", "yes", "no").
    """

    question: Question
    count: int
    mean: float | None
    distribution: Mapping[str, int]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Kept:
    """How many limits of a step were kept and missed; None where they are too few to be shown."""

    step: str
    title: str
    met: int | None
    missed: int | None


@dataclass(frozen=True, slots=True)
class OfProcedure:
    """The cases of one procedure, in its newest version among them. `cases` is None where they are
    too few to be counted.
    """

    procedure: Procedure
    cases: int | None
    limits: tuple[Kept, ...]
    lead_times: tuple[Spread, ...]


@dataclass(frozen=True, slots=True)
class Represented:
    """A meeting of the year, with the groups that were there and those that weren't (R22)."""

    title: str
    meeting: YearMeeting
    present: tuple[Group, ...]
    absent: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """Everything about one evaluation. The numbers are of the school year from `first` to `last`,
    and of the cases that became known in it.
    """

    evaluation: YearEvaluation
    asked: tuple[AskedPost, ...]
    results: tuple[Result, ...]
    first: date
    last: date
    cases: tuple[OfProcedure, ...]
    meetings: tuple[Represented, ...]

    @property
    def waiting(self) -> tuple[AskedPost, ...]:
        """The posts that haven't answered."""
        return tuple(post for post in self.asked if not post.has_answered)


def school_year(year: int) -> tuple[date, date]:
    """The school year that an evaluation is about: July to June."""
    return date(year - 1, 7, 1), date(year, 6, 30)


def results(
    questions: Iterable[Question],
    answers: Sequence[OfRole],
    asked: Iterable[AskedPost],
    rules: YearRules,
) -> tuple[Result, ...]:
    """R25: each question by itself, so that no answer can be followed from one to the next."""
    of_each = Counter(_group(post.role, post.organisation, rules) for post in asked)
    known = frozenset(group for group, count in of_each.items() if count >= _FEWEST_OF_GROUP)
    return tuple(_result(question, answers, known, rules) for question in questions)


def of_procedure(
    cases: Sequence[tuple[CaseFacts, Procedure]], days: WorkingDays, today: date
) -> OfProcedure:
    """The numbers of the cases of one procedure, each with its own version of it (X9).

    Fewer than five aren't counted, and fewer than five decided limits of a step aren't broken down:
    so few could point at one child.
    """
    newest = max((its for _, its in cases), key=_version)
    states = Counter(
        (window.step, window.state)
        for facts, its in cases
        for window in windows(facts, its, days, today)
    )
    return OfProcedure(
        procedure=newest,
        cases=enough(len(cases)),
        limits=tuple(
            _kept(step, states[step.name, "met"], states[step.name, "missed"])
            for step in newest.steps
            if step.within is not None
        ),
        lead_times=spreads(lead_times(facts, its, today) for facts, its in cases),
    )


def enough(count: int) -> int | None:
    """A number of cases, if it can be shown."""
    return count if count >= FEWEST else None


def represented(meeting: YearMeeting, procedure: Procedure, rules: YearRules) -> Represented:
    """R22: which groups were at a meeting; neither one nor the other where nobody has said."""
    titles = {step.name: step.title for step in procedure.steps}
    there = rules.groups if meeting.roles is not None else ()
    came = tuple(group for group in there if meeting.roles and meeting.roles & set(group.roles))
    missing = tuple(group for group in there if group not in came)
    return Represented(titles.get(meeting.step, meeting.step), meeting, came, missing)


def _result(
    question: Question, answers: Sequence[OfRole], known: frozenset[Words], rules: YearRules
) -> Result:
    given = [(one, one.answers[question.name]) for one in answers if question.name in one.answers]
    values = [value for _, value in given]
    if question.kind == "text":
        groups = (_group(one.role, one.organisation, rules) for one, _ in given)
        quotes = (
            Quote(group if group in known else None, text)
            for group, (_, text) in zip(groups, given, strict=True)
        )
        in_order = tuple(sorted(quotes, key=_as_read))
        return Result(question, len(given), None, {}, in_order)
    if question.kind == "yes-no":
        said = {"yes": values.count(True), "no": values.count(False)}
        return Result(question, len(given), None, said, ())
    mean = round(sum(values) / len(values), 1) if values else None
    spread = {str(grade): values.count(grade) for grade in SCALE}
    return Result(question, len(given), mean, spread, ())


def _group(role: str, organisation: str, rules: YearRules) -> Words:
    """The group of a role; for one that is in none, its organisation."""
    for group in rules.groups:
        if role in group.roles:
            return Words(group.title, group.title_in("en"))
    return Words(organisation_name(organisation, "sv"), organisation_name(organisation, "en"))


def _as_read(quote: Quote) -> tuple[str, str]:
    return "" if quote.group is None else quote.group.sv, quote.text.casefold()


def _kept(step: Step, met: int, missed: int) -> Kept:
    if enough(met + missed) is None:
        return Kept(step.name, step.title, None, None)
    return Kept(step.name, step.title, met, missed)


def _version(procedure: Procedure) -> date:
    return procedure.valid_from
