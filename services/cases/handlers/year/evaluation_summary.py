"""The evaluation put together, and as a paper to read (R24, R25)."""

from services.cases.domain.evaluation_paper import EvaluationPaper, evaluation_paper
from services.cases.domain.evaluation_summary import (
    Summary,
    of_procedure,
    represented,
    results,
    school_year,
)
from services.cases.domain.papers import House
from services.cases.domain.refused import NotFound
from services.cases.handlers.overviews import Overviews, known_cases
from services.cases.handlers.ports import Desk
from services.cases.handlers.year.evaluation import check_concerned, find
from services.cases.handlers.year.rules import Round, this_round


def summary(year: int, desk: Desk, views: Overviews) -> Summary:
    """To who is concerned; to anybody else there is none. Raises NotFound."""
    return _summary(year, _round(desk), desk, views)


def write_evaluation(year: int, house: House, desk: Desk, views: Overviews) -> EvaluationPaper:
    """The same as a paper. Raises NotFound."""
    this = _round(desk)
    return evaluation_paper(
        _summary(year, this, desk, views), this.procedure, house=house, today=desk.today
    )


def _summary(year: int, this: Round, desk: Desk, views: Overviews) -> Summary:
    evaluation = find(year, desk)
    check_concerned(year, desk)
    first, last = school_year(year)
    known = known_cases(None, first, last, views, desk.procedures)
    meetings = desk.evaluations.meetings(first, last)
    asked = tuple(desk.evaluations.asked(year))
    answers = desk.evaluations.answers(year)
    return Summary(
        evaluation=evaluation,
        asked=asked,
        results=results(evaluation.questions, answers, asked, this.rules),
        first=first,
        last=last,
        cases=tuple(of_procedure(cases, desk.days, desk.today) for cases in known.values()),
        meetings=tuple(represented(one, this.procedure, this.rules) for one in meetings),
    )


def _round(desk: Desk) -> Round:
    this = this_round(desk)
    if this is None:
        raise NotFound
    return this
