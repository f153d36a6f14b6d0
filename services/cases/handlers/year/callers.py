"""What a year's meetings ask for is asked of both who call, as duties of their posts (R21, X2)."""

from uuid import UUID

from services.cases.domain.done_by_itself import CONDITIONS, check_done_by_hand
from services.cases.domain.duties import StandingDuty
from services.cases.domain.tasks import OpenTask, Task
from services.cases.domain.year_duties import LIMIT_PASSED, OF_BOTH, duty_of_caller
from services.cases.handlers import duties
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.rules import ARSHJUL
from shared.ids import year_matter_id


def ask(file: CaseFile, task: Task, desk: Desk) -> None:
    """A task of the case; of a year, a duty of each post that calls."""
    if file.facts.about != "year":
        desk.tasks.add(file.id, task)
        return
    rule = task.rule if task.rule in file.procedure.rules else _rule_of(file, task)
    for post in calling_posts_of(file, desk):
        duties.give(duty_of_caller(task, file.facts.known_on.year, post, rule), desk)


def is_done(file: CaseFile, desk: Desk, *keys: str) -> None:
    """What was asked for by these keys is done, whichever posts were asked."""
    if not keys:
        return
    year = file.procedure.year
    if file.facts.about != "year" or year is None:
        desk.tasks.finish_key(*keys)
    else:
        desk.tasks.finish_key_of_posts(keys, year.callers)


def calling_posts_of(file: CaseFile, desk: Desk) -> tuple[str, ...]:
    """The posts that call to a year's meetings, also while they are vacant; none of another."""
    year = file.procedure.year
    if file.facts.about != "year" or year is None:
        return ()
    found = (desk.duties.posts_of(role, desk.today) for role in year.callers)
    return tuple(min(post.code for post in posts) for posts in found if posts)


def tick_off(task_id: UUID, desk: Desk) -> None:
    """A person says that a duty is done. What two have is done for both. Raises Refused."""
    duty = desk.duties.take(task_id)
    if duty is not None and duty.is_open and desk.actor_person in (None, duty.owner):
        _check_condition(duty, desk)
    duties.tick_off(task_id, desk)
    if duty is not None and duty.subject.year is not None and duty.kind in OF_BOTH:
        for other in desk.duties.of(duty.subject):
            if other.is_open and _asks(other) == _asks(duty):
                desk.tasks.finish_one(other.id)


def _check_condition(duty: StandingDuty, desk: Desk) -> None:
    """As of a case's task: what is seen by the year itself isn't said by somebody."""
    year = duty.subject.year
    if year is None or duty.kind not in CONDITIONS or duty.kind == LIMIT_PASSED:
        return
    if duty.meeting_id is not None:
        file = desk.take_by_meeting(duty.meeting_id)
    else:
        file = desk.take(year_matter_id(ARSHJUL, year))
    task = OpenTask(duty.kind, duty.rule, duty.meeting_id, duty.about, duty.details.get("step"))
    check_done_by_hand(task, file.facts, file.procedure, desk.now)


def _asks(duty: StandingDuty) -> tuple[object, ...]:
    return (duty.kind, duty.meeting_id, duty.about, dict(duty.details))


def _rule_of(file: CaseFile, task: Task) -> str:
    """The rule of the meeting, where the procedure doesn't know the one that cases have (R13)."""
    assert file.procedure.year is not None
    steps = {one.id: one.step for one in file.facts.meetings}
    name = task.details.get("step") if task.meeting_id is None else steps.get(task.meeting_id)
    return file.procedure.year.callers_rule if name is None else file.procedure.step(name).rule
