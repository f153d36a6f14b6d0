"""Who is on an open case and leaves the municipality's service, and what is to be done (R2, R5)."""

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from services.cases.domain.tasks import Task
from shared.domain.calling import called
from shared.domain.consent import consent_stands, declined
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure

KNOWN_AHEAD = timedelta(days=30)
REPLACE = "replace-participant"
LEAVING_TASKS = (REPLACE, "hand-over")


@dataclass(frozen=True, slots=True)
class Leaver:
    """A participant without a post after a day, in the organisation they take part for.

    `last_day` is None if they hold none at all; `manager` acts as their manager on the day it is
    asked about, as far as anybody does.
    """

    case_id: UUID
    person_id: UUID
    process_owner: UUID
    last_day: date | None
    manager: UUID | None = None


def is_to_be_replaced(facts: CaseFacts, procedure: Procedure, person: UUID, today: date) -> bool:
    """R5: whether somebody has to take over who could be called to a meeting in their stead.

    Not where nobody may be called: before the consent, which others know nothing of (X10), for an
    organisation that it leaves out (S1), and after a no (P11). Their process owner hands over (R2)
    whatever the consent says.
    """
    if person == facts.process_owner:
        return True
    if declined(facts, procedure, today):
        return False
    carried = consent_stands(facts, procedure, today)
    steps = (step for step in procedure.steps if carried or step.grounds == "none")
    return any(person in called(facts, procedure, step, today) for step in steps)


def what_to_do(leaver: Leaver, today: date) -> Task:
    """R5: the process owner finds somebody else; R2: the process owner's manager, a new owner."""
    last = "none" if leaver.last_day is None else leaver.last_day.isoformat()
    due_on = max(today, leaver.last_day or today)
    person = leaver.person_id
    if person == leaver.process_owner:
        key = f"{leaver.case_id}/R2/hand-over/{person}/{last}"
        return Task(key, "hand-over", leaver.manager or person, "R2", due_on, about=person)
    key = f"{leaver.case_id}/R5/replace/{person}/{last}"
    return Task(key, REPLACE, leaver.process_owner, "R5", due_on, about=person)
