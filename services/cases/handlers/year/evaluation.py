"""The yearly evaluation: opened, answered by each concerned party, done (R24, R25)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from services.cases.domain import wrong_values
from services.cases.domain.duties import (
    ANSWER_EVALUATION,
    EVALUATE_YEAR,
    REACH,
    Subject,
    post_to_ask,
)
from services.cases.domain.evaluating import (
    YearEvaluation,
    answer_duty,
    checked,
    evaluate_duty,
    is_time,
    next_opening,
    opened,
)
from services.cases.domain.evaluation_refusals import (
    AnswersForAnother,
    DoneOnAnotherDay,
    EvaluationIsDone,
    NotAskedToAnswer,
    NotInThePost,
    NotOpenYet,
)
from services.cases.domain.refused import NotFound
from services.cases.handlers.duties import give
from services.cases.handlers.ports import Desk
from services.cases.handlers.year.rules import Round, this_round
from shared.bus.events import DutyEnded
from shared.domain.procedure import EvaluationRule, Question

KINDS = (ANSWER_EVALUATION, EVALUATE_YEAR)


def of_the_day(this: Round, desk: Desk) -> date | None:
    """Opens the evaluation in its time, and keeps who is asked in step with the posts.

    The next day on which there is something to do by itself; a day on which a post begins or ends
    is looked at anyway.
    """
    rule, today = this.rules.evaluation, desk.today
    if is_time(rule, today) and desk.evaluations.find(today.year) is None:
        _open(rule, desk)
    for evaluation in desk.evaluations.still_open():
        _follow_posts(this, evaluation, desk)
    return next_opening(rule, today)


def questions(year: int, desk: Desk) -> Sequence[Question]:
    """As they were when it was opened. Raises NotFound."""
    return find(year, desk).questions


def answered(year: int, post: str, desk: Desk) -> Mapping[str, Any] | None:
    """What has been answered for a post, by the names of the questions."""
    return desk.evaluations.answer_of(year, post)


def is_open(year: int, desk: Desk) -> bool:
    """Whether it can be answered, and answers changed."""
    found = desk.evaluations.find(year)
    return found is not None and found.is_open


def find(year: int, desk: Desk) -> YearEvaluation:
    """Raises NotFound; NotOpenYet for one that is still to come."""
    found = desk.evaluations.find(year)
    if found is not None:
        return found
    if (this := this_round(desk)) is not None and year <= desk.today.year + this.rules.ahead:
        opens = this.rules.evaluation.opens.in_year(year)
        if opens > desk.today:
            raise NotOpenYet(opens=opens)
    raise NotFound


def answer(year: int, post: str, person: UUID, answers: Mapping[str, Any], desk: Desk) -> None:
    """R25: a post's answers, by whoever acts for it; anew until the evaluation is done.

    Raises NotFound, Refused, Invalid.
    """
    evaluation = find(year, desk)
    _check_who_answers(year, post, person, desk)
    if not evaluation.is_open:
        raise EvaluationIsDone
    given = checked(evaluation.questions, answers)
    # Duties are locked before the evaluation, here and when it is done: nobody waits in a ring.
    desk.duties.finish(Subject(year=year), [ANSWER_EVALUATION], post=post)
    taken = desk.evaluations.take(year)
    if taken is None or not taken.is_open:
        raise EvaluationIsDone
    desk.evaluations.answer(year, post, person, given)
    desk.audit.note(None, "evaluation.answer", "R25", {"year": year, "post": post})


def mark_done(
    year: int, on: date | None, by: UUID | None, reference: str | None, desk: Desk
) -> YearEvaluation:
    """R24: the year has been evaluated; by default today, by who sits before the calling system.

    What is still open of it ends. A second time changes nothing. Raises NotFound, Invalid.
    """
    find(year, desk)
    check_concerned(year, desk, [EVALUATE_YEAR])
    on, by = on or desk.today, by or desk.actor_person
    if not date(year, 1, 1) <= on <= desk.today:
        raise DoneOnAnotherDay("on", first=date(year, 1, 1), today=desk.today)
    if by is not None and by not in desk.register.staff([by], desk.today):
        raise wrong_values.UnknownPerson("by")
    _end_duties(year, desk)
    evaluation = desk.evaluations.take(year)
    if evaluation is None:
        raise NotFound
    if not evaluation.is_open:
        return evaluation
    done = replace(evaluation, done_on=on, done_by=by, reference=reference)
    desk.evaluations.finish(done)
    details = {"year": year, "on": on.isoformat(), "by": None if by is None else str(by)}
    desk.audit.note(None, "evaluation.done", "R24", details)
    return done


def check_concerned(year: int, desk: Desk, kinds: Sequence[str] = KINDS) -> None:
    """Of people, only whoever acts for a post that evaluates or answers. Raises NotFound."""
    person = desk.actor_person
    if person is None:
        return
    of_it = [one for one in desk.duties.of(Subject(year=year)) if one.kind in kinds]
    posts = {one.post for one in of_it if one.post is not None}
    if not any(desk.duties.acts_for(person, post, desk.today) for post in posts):
        raise NotFound


def _open(rule: EvaluationRule, desk: Desk) -> None:
    evaluation = opened(rule, desk.school_years.terms, desk.days, desk.today)
    desk.evaluations.add(evaluation)
    desk.audit.note(None, "evaluation.open", "R24", {"year": evaluation.year})


def _follow_posts(this: Round, evaluation: YearEvaluation, desk: Desk) -> None:
    """Posts that come are asked too, until the limit; those that have ended have nothing to answer
    any more. Who evaluates is followed for as long as it isn't done.
    """
    rule, days, today = this.rules.evaluation, desk.days, desk.today
    standing = {
        (one.kind, one.post): one.id
        for one in desk.duties.of(Subject(year=evaluation.year))
        if one.is_open and one.kind in KINDS
    }
    evaluating = {post for kind, post in standing if kind == EVALUATE_YEAR}
    answering = [
        post
        for post in _answering(this, desk)
        if today <= evaluation.due_on or (ANSWER_EVALUATION, post) in standing
    ]
    wanted = [
        *(answer_duty(rule, evaluation, post, days, today) for post in answering),
        *(
            evaluate_duty(rule, evaluation, post, days, today)
            for post in _owning(this, evaluating, desk)
        ),
    ]
    for duty in wanted:
        if (duty.kind, duty.post) not in standing:
            give(duty, desk)
    for gone in standing.keys() - {(duty.kind, duty.post) for duty in wanted}:
        desk.tasks.retire(standing[gone])


def _answering(this: Round, desk: Desk) -> Iterator[str]:
    for role in this.rules.evaluation.asked:
        yield from (post.code for post in desk.duties.posts_of(role, desk.today))


def _owning(this: Round, evaluating: Collection[str | None], desk: Desk) -> Iterator[str]:
    """One post of each role that calls to the year's meetings (R21), as long as there is that post:
    the one that has the duty already, or else the first that somebody is in.
    """
    for role in this.rules.callers:
        posts = desk.duties.posts_of(role, desk.today)
        having = [post for post in posts if post.code in evaluating]
        chosen = post_to_ask(having or posts, None)
        if chosen is not None:
            yield chosen.code


def _end_duties(year: int, desk: Desk) -> None:
    """Also those of reaching somebody whose mail about one of them didn't arrive."""
    for one in desk.duties.of(Subject(year=year)):
        if one.is_open and one.kind == EVALUATE_YEAR:
            desk.publish(DutyEnded(task_id=one.id, rule=one.rule))
    desk.duties.finish(Subject(year=year), KINDS)
    for one in desk.duties.of(Subject(year=year)):
        if one.is_open and one.kind == REACH and one.details.get("duty") in KINDS:
            desk.tasks.finish_one(one.id)


def _check_who_answers(year: int, post: str, person: UUID, desk: Desk) -> None:
    actor, today = desk.actor_person, desk.today
    if actor is not None:
        if not desk.duties.acts_for(actor, post, today):
            raise NotFound
        if person != actor:
            raise AnswersForAnother
    if post not in {one.code for one in desk.evaluations.asked(year)}:
        raise NotAskedToAnswer("post", year=year)
    if not desk.duties.acts_for(person, post, today):
        raise NotInThePost("by")
