"""People and posts change, and every open case that depends on them is looked at again (R2, R5)."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from services.cases.domain import staff_refusals, wrong_values
from services.cases.domain.leaving import KNOWN_AHEAD, Leaver, is_to_be_replaced, what_to_do
from services.cases.domain.posts import Post, Standing, Tenure, check_new, standing, without
from services.cases.domain.refused import NotFound
from services.cases.handlers.duties import follow_posts, tell_again
from services.cases.handlers.ports import Desk, Publish, Tasks
from services.cases.handlers.reading import Views
from services.cases.handlers.staffing import AddHolder, ChangePerson, EndHolder, Staffing
from services.cases.handlers.year.staff import follow_staff
from shared.bus.events import ParticipantsChanged
from shared.domain.facts import CaseFacts
from shared.procedures import Procedures, UnknownProcedure

_HOW_TO_REACH = frozenset({"email", "no_mail"})


def posts_on(views: Views, day: date) -> list[tuple[Post, Standing]]:
    """Every post as it stands on the day."""
    posts = {post.code: post for post in views.posts()}
    return [(post, standing(code, posts, day)) for code, post in posts.items()]


def change_person(command: ChangePerson, desk: Desk) -> None:
    """The same values twice change nothing, and none makes anybody leave.

    Raises NotFound for anybody but staff, NotAllowed to a person.
    """
    _check_system(desk)
    staffing = desk.staffing
    if not staffing.lock_person(command.person):
        raise NotFound
    _check_address(command.values.get("email"), command.person, desk)
    changed = staffing.change_person(command.person, command.values)
    if changed:
        details = {"person": str(command.person), "fields": sorted(changed)}
        _counts_at_once(command.person, "person.change", details, desk)
    if not _HOW_TO_REACH.isdisjoint(changed):
        tell_again([command.person], desk.duties, desk.publish)


def add_holder(command: AddHolder, desk: Desk) -> None:
    _check_system(desk)
    tenures = _locked(command.post, desk)
    if command.person not in desk.register.staff([command.person], desk.today):
        raise wrong_values.UnknownPerson("person")
    new = Tenure(command.person, command.first_day, command.last_day, command.capacity)
    check_new(tenures, new)
    desk.staffing.lock_person(command.person)
    _check_address(desk.staffing.address_of(command.person), command.person, desk)
    desk.staffing.add_tenure(command.post, new)
    details = {"post": command.post, "from": new.first_day.isoformat(), "as": new.capacity}
    _counts_at_once(command.person, "post.begin", details, desk)
    leavers(desk.staffing, desk.tasks, desk.procedures, desk.today, [command.person])
    follow_posts(desk.duties, desk.publish, desk.today)
    follow_staff(desk)


def end_holder(command: EndHolder, desk: Desk) -> None:
    _check_system(desk)
    tenures = _locked(command.post, desk)
    for old, new in without(tenures, command.person, command.last_day, desk.today):
        desk.staffing.change_tenure(command.post, old, new)
    details = {"post": command.post, "until": command.last_day.isoformat()}
    _counts_at_once(command.person, "post.end", details, desk)
    leavers(desk.staffing, desk.tasks, desk.procedures, desk.today, [command.person])
    follow_posts(desk.duties, desk.publish, desk.today)
    follow_staff(desk)


def leavers(
    staffing: Staffing,
    tasks: Tasks,
    procedures: Procedures,
    today: date,
    people: Collection[UUID] | None,
) -> None:
    """R5, R2: a task for each participant who leaves soon or has left; done once nobody does.

    Only those whose posts have become others are looked at; None: everybody.
    """
    # Before: what another adds meanwhile isn't ours to end.
    standing = staffing.leaving_tasks(people)
    found = _to_be_replaced(staffing, procedures, today, people)
    wanted = {task.key: (one.case_id, task) for one in found for task in [what_to_do(one, today)]}
    for case_id, task in wanted.values():
        tasks.add(case_id, task)
    for key, task_id in standing.items():
        if key not in wanted:
            tasks.retire(task_id)


def _to_be_replaced(
    staffing: Staffing, procedures: Procedures, today: date, people: Collection[UUID] | None
) -> list[Leaver]:
    found = staffing.leavers(today, today + KNOWN_AHEAD, people)
    known = {one.id: one for one in staffing.facts({leaver.case_id for leaver in found})}
    return [one for one in found if _counts(known[one.case_id], one.person_id, procedures, today)]


def _counts(facts: CaseFacts, person: UUID, procedures: Procedures, today: date) -> bool:
    """As the case's procedure says; without one nobody is called (invariant 6)."""
    try:
        procedure = procedures.get(facts.procedure, facts.procedure_on)
    except UnknownProcedure:
        return person == facts.process_owner
    return is_to_be_replaced(facts, procedure, person, today)


def look_again(people: Collection[UUID], staffing: Staffing, publish: Publish) -> int:
    """Every open case with one of them on it is looked at again; how many there are."""
    cases = staffing.open_cases_of(people)
    for case_id in cases:
        publish(ParticipantsChanged(case_id=case_id))
    return len(cases)


def _check_system(desk: Desk) -> None:
    """Who sits before a calling system changes no register: else mail could be led elsewhere."""
    if desk.actor_person is not None:
        raise staff_refusals.RegisterIsKeptBySystems


def _check_address(email: str | None, person: UUID, desk: Desk) -> None:
    """X4: also of somebody who comes back, whose address may be another's by now."""
    if email and desk.staffing.has_colleague_at(email, apart_from=person, on=desk.today):
        raise staff_refusals.AddressTaken


def _locked(post: str, desk: Desk) -> tuple[Tenure, ...]:
    tenures = desk.staffing.lock_post(post)
    if tenures is None:
        raise NotFound
    return tenures


def _counts_at_once(person: UUID, action: str, details: Mapping[str, Any], desk: Desk) -> None:
    desk.audit.note(None, action, None, {"person": str(person), **details})
    look_again([person], desk.staffing, desk.publish)
