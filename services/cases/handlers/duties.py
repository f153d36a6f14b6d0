"""What the staff have to do that belongs to no case: given, passed on, done (P3, X2)."""

from collections.abc import Collection
from datetime import date
from typing import Protocol
from uuid import UUID

from services.cases.domain.duties import (
    Duty,
    PostNow,
    StandingDuty,
    answer_inquiry,
    check_ticked_off,
    post_to_ask,
    reach_otherwise,
)
from services.cases.domain.opening import COORDINATOR
from services.cases.domain.refused import NotFound
from services.cases.handlers.duty_ports import Duties, Given
from services.cases.handlers.ports import Desk, Publish
from services.cases.handlers.report_rules import receiving_post, rules_on
from shared.bus.events import DutyArose, DutyNear, MessageBounced, MessageFailed
from shared.domain.procedure import Procedure
from shared.procedures import UnknownProcedure

_AT_A_TIME = 200


class Giving(Protocol):
    """What of a desk is needed to give a duty."""

    @property
    def today(self) -> date: ...
    @property
    def duties(self) -> Duties: ...
    @property
    def publish(self) -> Publish: ...


def coordinating(procedure: Procedure, desk: Desk) -> PostNow | None:
    """The post that inquiries of a procedure go to, and who acts for it today."""
    posts = desk.duties.posts_of(COORDINATOR, desk.today)
    return post_to_ask(posts, procedure.roles.coordinator_post)


def ask_to_answer(inquiry: UUID, procedure: Procedure, post: PostNow, desk: Desk) -> None:
    """P3: a task at once for whoever coordinates, by some working days."""
    due_on = desk.days.plus(desk.today, procedure.inquiries.answer_working_days)
    give(answer_inquiry(inquiry, post.code, due_on), desk)


def duties_of_the_day(desk: Desk) -> None:
    """Posts begin and end by their date; and no inquiry stays that nobody was asked to answer."""
    follow_posts(desk.duties, desk.publish, desk.today)
    for one in desk.duties.unanswered():
        try:
            procedure = desk.procedures.get(one.procedure, one.received_on)
        except UnknownProcedure:
            continue
        if (post := coordinating(procedure, desk)) is not None:
            ask_to_answer(one.id, procedure, post, desk)


def follow_posts(duties: Duties, publish: Publish, today: date) -> None:
    """A post that changes hands takes its duties with it, and who has them now is told."""
    for moved in duties.follow_posts(today):
        _tell(moved, publish)


def tell_again(people: Collection[UUID], duties: Duties, publish: Publish) -> None:
    """Who can be reached otherwise than before is told of what no mail could tell them then."""
    for standing in duties.open_of(people):
        _tell(standing, publish, again=True)


def tick_off(task_id: UUID, desk: Desk) -> None:
    """A person says that it is done; twice changes nothing. Of people, only whose it is.

    Raises Refused.
    """
    duty = desk.duties.take(task_id)
    if duty is None or desk.actor_person not in (None, duty.owner):
        raise NotFound
    if duty.is_open:
        check_ticked_off(duty)
        desk.tasks.finish_one(task_id)
        desk.audit.note(None, "task.done", None, {"task": str(task_id)})


def give(duty: Duty, desk: Giving) -> None:
    """It comes once, and whoever has it is told by mail (X2)."""
    given = desk.duties.add(duty, desk.today)
    if given is not None:
        _tell(given, desk.publish)


def tell_of_near(desk: Desk) -> int:
    """Whoever has a duty that comes near, or is overdue, is reminded. How many there were."""
    near = desk.duties.take_reminders(_AT_A_TIME)
    for one in near:
        if one.owner is not None:
            desk.publish(DutyNear(task_id=one.id, rule=one.rule, on=desk.today))
    return len(near)


def mail_failed(event: MessageFailed | MessageBounced, desk: Desk) -> None:
    """A mail about a duty won't arrive: whoever is the recipient's manager tells them.

    Of a report only those know who have to (R41): there it is whoever receives reports.
    """
    duty = None if event.task_id is None else desk.duties.take(event.task_id)
    task = None if duty is None else _to_reach(duty, event, desk)
    if task is not None:
        give(task, desk)


def _to_reach(duty: StandingDuty, event: MessageFailed | MessageBounced, desk: Desk) -> Duty | None:
    person, today = event.person_id, desk.today
    post = _who_reaches(duty, person, desk)
    return None if post is None else reach_otherwise(duty, person, event.kind, post, today)


def _who_reaches(duty: StandingDuty, person: UUID, desk: Desk) -> str | None:
    if duty.subject.report is None:
        return desk.duties.manager_post(person, duty.post, desk.today)
    receiving = receiving_post(rules_on(desk.procedures, desk.today), desk.duties, desk.today)
    return None if receiving is None else receiving.code


def _tell(given: Given, publish: Publish, *, again: bool = False) -> None:
    if given.owner is not None:
        told = DutyArose(task_id=given.id, person_id=given.owner, rule=given.rule, again=again)
        publish(told)
