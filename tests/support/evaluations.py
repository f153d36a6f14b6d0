"""A yearly evaluation put together, for tests of what is made of it."""

from datetime import date

from services.cases.domain.evaluating import AskedPost, YearEvaluation
from services.cases.domain.evaluation_paper import EvaluationPaper, evaluation_paper
from services.cases.domain.evaluation_summary import (
    OfRole,
    Summary,
    YearMeeting,
    of_procedure,
    represented,
    results,
    school_year,
)
from shared.domain.days import WorkingDays
from shared.procedures import load_procedures
from tests.support import cases
from tests.support.papers import HOUSE, PROCEDURE

TODAY = date(2027, 6, 14)
YEAR = load_procedures(None).get("arshjul", TODAY)


def an_evaluation_paper(wrote: str = "Korta möten.", *, answered: bool = True) -> EvaluationPaper:
    """With two answers, four cases and two meetings; or with nothing at all."""
    return evaluation_paper(a_summary(wrote, answered=answered), YEAR, house=HOUSE, today=TODAY)


def a_summary(wrote: str, *, answered: bool) -> Summary:
    assert YEAR.year is not None
    rules, (first, last) = YEAR.year, school_year(2027)
    questions = rules.evaluation.questions
    said = [
        OfRole("rektor", "school", {"works": 5, "routine_known": True, "good": wrote}),
        OfRole("enhetschef_ifo", "social_services", {"works": 2}),
    ]
    roles = frozenset({"rektor", "enhetschef_ifo", "familjebehandlare"})
    meetings = (
        YearMeeting("october", date(2026, 10, 14), "held", None),
        YearMeeting("april", date(2027, 4, 14), "held", roles),
    )
    known = [(cases.case("2027-03-01"), PROCEDURE)] * 4
    asked = (
        AskedPost("enhetschef-ifo", "enhetschef_ifo", "social_services", "IFO", answered),
        AskedPost("rektor-bjorkskolan", "rektor", "school", "Björkskolan", answered),
        AskedPost("rektor-kotten", "rektor", "school", "Förskolan Kotten", has_answered=False),
        AskedPost("rektor-almskolan", "rektor", "school", "Almskolan", has_answered=False),
    )
    return Summary(
        evaluation=YearEvaluation(
            2027, date(2027, 4, 1), date(2027, 5, 28), date(2027, 6, 30), questions
        ),
        asked=asked,
        results=results(questions, said if answered else (), asked, rules),
        first=first,
        last=last,
        cases=(of_procedure(known, WorkingDays(), TODAY),) if answered else (),
        meetings=tuple(represented(one, YEAR, rules) for one in meetings if answered),
    )
