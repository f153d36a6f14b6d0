"""People and posts change, and every open case that depends on them is looked at again (R2, R5)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.cases.domain import refusals, staff_refusals
from services.cases.domain.leaving import KNOWN_AHEAD, what_to_do
from services.cases.domain.posts import Post, Standing, Tenure, check_new, standing, without
from services.cases.domain.refused import NotFound
from services.cases.handlers.ports import Desk, Publish, Tasks
from services.cases.handlers.reading import Views
from services.cases.handlers.staffing import AddHolder, ChangePerson, EndHolder, Staffing
from shared.bus.events import ParticipantsChanged

_LEAVERS = "leavers"


def posts_on(views: Views, day: date) -> list[tuple[Post, Standing]]:
    """Every post as it stands on the day."""
    posts = {post.code: post for post in views.posts()}
    return [(post, standing(code, posts, day)) for code, post in posts.items()]


def change_person(command: ChangePerson, desk: Desk) -> None:
    """The same values twice change nothing. Raises NotFound for anybody but staff."""
    staffing = desk.staffing
    if not staffing.lock_person(command.person):
        raise NotFound
    email = command.values.get("email")
    if email and staffing.has_colleague_at(email, apart_from=command.person, on=desk.today):
        raise staff_refusals.AddressTaken
    if changed := staffing.change_person(command.person, command.values):
        details = {"person": str(command.person), "fields": sorted(changed)}
        _counts_at_once(command.person, "person.change", details, desk)


def add_holder(command: AddHolder, desk: Desk) -> None:
    tenures = _locked(command.post, desk)
    if command.person not in desk.register.staff([command.person], desk.today):
        raise refusals.UnknownPerson("person")
    new = Tenure(command.person, command.first_day, command.last_day, command.capacity)
    check_new(tenures, new)
    desk.staffing.add_tenure(command.post, new)
    details = {"post": command.post, "from": new.first_day.isoformat(), "as": new.capacity}
    _counts_at_once(command.person, "post.begin", details, desk)


def end_holder(command: EndHolder, desk: Desk) -> None:
    tenures = _locked(command.post, desk)
    for old, new in without(tenures, command.person, command.last_day, desk.today):
        desk.staffing.change_tenure(command.post, old, new)
    details = {"post": command.post, "until": command.last_day.isoformat()}
    _counts_at_once(command.person, "post.end", details, desk)


def leavers_of_the_day(desk: Desk) -> None:
    """Posts end by their date: looked at once a day, by whichever worker comes first."""
    if desk.staffing.begin_day(_LEAVERS, desk.today):
        leavers(desk.staffing, desk.tasks, desk.today)


def leavers(staffing: Staffing, tasks: Tasks, today: date) -> None:
    """R5, R2: a task for each participant who leaves soon or has left; done once nobody does."""
    standing = staffing.leaving_tasks()  # before: what another adds meanwhile isn't ours to end
    found = staffing.leavers(today, until=today + KNOWN_AHEAD)
    wanted = {task.key: (one.case_id, task) for one in found for task in [what_to_do(one, today)]}
    for case_id, task in wanted.values():
        tasks.add(case_id, task)
    for key, task_id in standing.items():
        if key not in wanted:
            tasks.retire(task_id)


def look_again(people: Collection[UUID], staffing: Staffing, publish: Publish) -> int:
    """Every open case with one of them on it is looked at again; how many there are."""
    cases = staffing.open_cases_of(people)
    for case_id in cases:
        publish(ParticipantsChanged(case_id=case_id))
    return len(cases)


def _locked(post: str, desk: Desk) -> tuple[Tenure, ...]:
    tenures = desk.staffing.lock_post(post)
    if tenures is None:
        raise NotFound
    return tenures


def _counts_at_once(person: UUID, action: str, details: Mapping[str, Any], desk: Desk) -> None:
    desk.audit.note(None, action, None, {"person": str(person), **details})
    look_again([person], desk.staffing, desk.publish)
    leavers(desk.staffing, desk.tasks, desk.today)
