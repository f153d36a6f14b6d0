"""A case is opened in an emergency: by whom it may be, and who is told (X10, decision 12)."""

from uuid import UUID, uuid4

from services.cases.domain.glass import RULE, Glass, NoCaseToOpen, tell_the_manager, tell_the_owner
from services.cases.handlers.duties import give
from services.cases.handlers.ports import Desk
from shared.domain.facts import CaseFacts

_BROKEN = "glass.break"


def break_glass(reference: str, reason: str, desk: Desk) -> UUID:
    """The case, which whoever asks may read from now on. Raises NoCaseToOpen.

    Whoever sees it anyway has nothing to open. The process owner has a task, and whoever is the
    manager a duty, by mail.
    """
    person = desk.actor_person
    case_id = desk.glasses.case_of(reference)
    if person is None or case_id is None or desk.glasses.is_of_the_family(person, case_id):
        raise NoCaseToOpen
    if desk.sees(case_id):
        return case_id
    file = desk.open_by_link(case_id, lock=True)
    glass = Glass(uuid4(), case_id, person, desk.today, reason)
    if desk.glasses.add(glass):
        desk.audit.note(case_id, _BROKEN, RULE, {"glass": str(glass.id)})
        _tell(glass, file.facts, desk)
    return case_id


def _tell(glass: Glass, facts: CaseFacts, desk: Desk) -> None:
    due_on = desk.next_working_day
    desk.tasks.add(glass.case_id, tell_the_owner(glass, facts.process_owner, due_on))
    post = desk.duties.manager_post(glass.person, None, desk.today)
    if post is not None:  # nobody is above a head of department: the process owner knows
        give(tell_the_manager(glass, post, due_on), desk)
