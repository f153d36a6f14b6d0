"""The yearly evaluation: who is asked by when, who answers for it, what is an answer (R24, R25)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from services.cases.domain.duties import ANSWER_EVALUATION, EVALUATE_YEAR, Duty, Subject
from services.cases.domain.evaluation_refusals import (
    NotAText,
    NothingAnswered,
    NotOnTheScale,
    NotYesOrNo,
    TellsAPersonalNumber,
    UnknownQuestion,
)
from shared.domain.days import Term, WorkingDays, at
from shared.domain.plain_text import holds_hidden, holds_personal_number, plain
from shared.domain.procedure import EvaluationRule, Question

SCALE = range(1, 6)
LONGEST_TEXT = 2000

# Who is asked when the day to answer is near or past still has so many working days (ours).
_AT_LEAST = 5
# An evaluation that isn't done is reminded of for half a year.
_REMINDED_FOR = timedelta(days=184)
_AT = time(9, 0)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class YearEvaluation:
    """The evaluation of one calendar year, with the questions as they were when it was opened.

    `answers_by` is the last day to answer, `due_on` the limit for the whole. `done_by` is who said
    that it is done, `reference` where it is filed.
    """

    year: int
    opened_on: date
    answers_by: date
    due_on: date
    questions: tuple[Question, ...]
    done_on: date | None = None
    done_by: UUID | None = None
    reference: str | None = None

    @property
    def is_open(self) -> bool:
        return self.done_on is None


@dataclass(frozen=True, slots=True)
class AskedPost:
    """A post that answers, at a unit (its name). Who is in the post is nobody's matter here."""

    code: str
    role: str
    organisation: str
    unit: str
    has_answered: bool


def is_time(rule: EvaluationRule, today: date) -> bool:
    """Whether the evaluation of this year is opened by itself: between its first day and its limit.

    So a first installation after the limit has nothing to catch up with.
    """
    return rule.opens.in_year(today.year) <= today <= rule.due.in_year(today.year)


def next_opening(rule: EvaluationRule, today: date) -> date:
    this_year = rule.opens.in_year(today.year)
    return this_year if today < this_year else rule.opens.in_year(today.year + 1)


def opened(
    rule: EvaluationRule, terms: Iterable[Term], days: WorkingDays, today: date
) -> YearEvaluation:
    """The evaluation of the year, as it is asked for from today on."""
    year = today.year
    due_on = rule.due.in_year(year)
    planned = before_summer(rule, year, terms, days)
    by = day_to_answer(planned, due_on, days, today)
    return YearEvaluation(year, today, by, due_on, rule.questions)


def before_summer(
    rule: EvaluationRule, year: int, terms: Iterable[Term], days: WorkingDays
) -> date:
    """R25: so many working days before the last day of the spring term.

    While the municipality hasn't decided that term: the last working day of May.
    """
    first, last = date(year, 5, 1), date(year, 6, 30)
    ends = [term.last for term in terms if first <= term.last <= last]
    if not ends:
        return days.last_on_or_before(date(year, 5, 31))
    return days.minus(max(ends), rule.working_days_before_summer)


def day_to_answer(planned: date, due_on: date, days: WorkingDays, today: date) -> date:
    """Until when a post answers that is asked today: some days at least, never past the limit."""
    return max(planned, min(days.plus(today, _AT_LEAST), days.last_on_or_before(due_on)))


def answer_duty(
    rule: EvaluationRule, evaluation: YearEvaluation, post: str, days: WorkingDays, today: date
) -> Duty:
    """R25: a post answers; whoever acts for it is reminded while it hasn't."""
    by = day_to_answer(evaluation.answers_by, evaluation.due_on, days, today)
    reminded = {days.minus(by, before) for before in rule.remind_working_days_before}
    return Duty(
        key=f"{evaluation.year}/{rule.collect_rule}/{ANSWER_EVALUATION}/{post}",
        kind=ANSWER_EVALUATION,
        rule=rule.collect_rule,
        subject=Subject(year=evaluation.year),
        post=post,
        due_on=by,
        reminders=_instants(reminded, today),
    )


def evaluate_duty(
    rule: EvaluationRule, evaluation: YearEvaluation, post: str, days: WorkingDays, today: date
) -> Duty:
    """R24: one of the two who call evaluates the year, reminded denser and denser; late the day
    after the limit, and reminded then until it is done.
    """
    return Duty(
        key=f"{evaluation.year}/{rule.rule}/{EVALUATE_YEAR}/{post}",
        kind=EVALUATE_YEAR,
        rule=rule.rule,
        subject=Subject(year=evaluation.year),
        post=post,
        due_on=evaluation.due_on,
        late_on=evaluation.due_on + _DAY,
        reminders=_instants(_owners_days(rule, evaluation.due_on, days), today),
    )


def checked(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """R25: the answers by the names of their questions, without those left empty.

    A scale is a whole number from 1 to 5, yes and no are a boolean, a text has line breaks and
    nothing else that can't be seen. Raises Invalid, which names the question alone.
    """
    known = {question.name: question for question in questions}
    if not set(answers) <= set(known):
        raise UnknownQuestion("answers", known=", ".join(known))
    given = {name: _checked(known[name], value) for name, value in answers.items()}
    kept = {name: value for name, value in given.items() if value is not None}
    if not kept:
        raise NothingAnswered("answers")
    return kept


def _checked(question: Question, value: Any) -> int | bool | str | None:
    field = f"answers.{question.name}"
    if value is None:
        return None
    if question.kind == "yes-no":
        if not isinstance(value, bool):
            raise NotYesOrNo(field)
        return value
    if question.kind == "scale":
        if isinstance(value, bool) or not isinstance(value, int) or value not in SCALE:
            raise NotOnTheScale(field)
        return value
    return _text(value, field)


def _text(value: Any, field: str) -> str | None:
    if not isinstance(value, str):
        raise NotAText(field, longest=LONGEST_TEXT)
    text = plain(value.replace("\r\n", "\n"))
    if len(text) > LONGEST_TEXT or holds_hidden(text.replace("\n", "")):
        raise NotAText(field, longest=LONGEST_TEXT)
    if holds_personal_number(text):
        raise TellsAPersonalNumber(field)
    return text or None


def _owners_days(rule: EvaluationRule, due_on: date, days: WorkingDays) -> set[date]:
    """Working days: before the limit by the rule, after it again and again. None comes twice."""
    before = {due_on - timedelta(days=count) for count in rule.owners_days_before}
    every = timedelta(days=rule.overdue_every_days)
    late_on = due_on + _DAY
    after, day = set[date](), late_on + every
    while day <= due_on + _REMINDED_FOR:
        after.add(day)
        day += every
    worked = {days.last_on_or_before(one) for one in after}
    # On the day itself they are told that it is late.
    return {days.last_on_or_before(one) for one in before} | {x for x in worked if x > late_on}


def _instants(on: Iterable[date], today: date) -> tuple[datetime, ...]:
    """Whoever is told of it today isn't reminded today."""
    return tuple(at(day, _AT) for day in sorted(on) if day > today)
