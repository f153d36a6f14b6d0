"""How a case will be, before it is opened: asked by every check of the opening, nothing changed."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from services.cases.domain.opening import StaffOfCase, staff_of_case
from services.cases.domain.opening_ahead import Ahead, Contact, Seat, ahead_of, seats
from services.cases.handlers.commands import OpenCase
from services.cases.handlers.opening import colleagues_of, facts_of_new, procedure_of, ready
from services.cases.handlers.ports import Desk, Opened
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure

# Those who aren't stored yet, as a preview names them.
CHILD = UUID(int=1)
_FIRST_GUARDIAN = 10


@dataclass(frozen=True, slots=True)
class Table:
    """The staff that a case would have, and the parties among them that are always called."""

    staff: StaffOfCase
    seats: tuple[Seat, ...]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What will come of an opening: its staff, its limits, who signs, who is told how."""

    procedure: Procedure
    facts: CaseFacts
    table: Table
    ahead: Ahead


def guardian_id(position: int) -> UUID:
    """How a preview names the guardian at that place of the command, from 0."""
    return UUID(int=_FIRST_GUARDIAN + position)


def table_of(
    procedure_name: str, initiator: UUID, named: Collection[UUID], unit: str, desk: Desk
) -> Table:
    """R2, R5, R6: who is on the case if these are named. Raises Refused."""
    procedure = procedure_of(procedure_name, desk)
    people = tuple(named)
    staff = staff_of_case(
        procedure, initiator, people, colleagues_of(procedure, initiator, people, unit, desk)
    )
    return Table(staff, seats(procedure, staff.people))


def outlook(command: OpenCase, desk: Desk, *, asked_by_child: bool = False) -> Outlook:
    """The case as it would be if it were opened now. Raises Refused as opening it would.

    `asked_by_child`: nothing happens before somebody has spoken with the child (X11).
    """
    case = ready(command, desk)
    guardians = tuple(guardian_id(place) for place, _ in enumerate(command.guardians))
    opened = Opened(UUID(int=0), "", CHILD, guardians)
    facts = facts_of_new(command, case.staff, opened, desk, held_back=asked_by_child)
    return Outlook(
        procedure=case.procedure,
        facts=facts,
        table=Table(case.staff, seats(case.procedure, case.staff.people)),
        ahead=ahead_of(facts, case.procedure, _contacts(command), desk.days, desk.today),
    )


def _contacts(command: OpenCase) -> tuple[Contact, ...]:
    child = command.child
    return (
        Contact(CHILD, child.birth_date, child.email, child.protected),
        *(
            Contact(guardian_id(place), None, one.email, one.protected, one.no_mail)
            for place, one in enumerate(command.guardians)
        ),
    )
