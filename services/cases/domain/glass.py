"""A case is opened in an emergency, to be read until the day is over (X10)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.cases.domain.duties import Duty, Subject
from services.cases.domain.refused import NotAllowed, Words
from services.cases.domain.tasks import Task

RULE = "X10"
OPENED, SEE = "glass-opened", "see-glass"
SHORTEST, LONGEST = 20, 1000


class NoCaseToOpen(NotAllowed):
    """One answer for all: nobody learns which references there are, or whose case it is."""

    code = "no-case-to-open"
    rule = RULE
    title = Words("Inget ärende öppnades", "No case was opened")
    detail = Words(
        "Det finns inget ärende med den referensen som du kan öppna. Kontrollera referensen, eller"
        " ring den som är processbärare.",
        "There is no case with that reference that you can open. Check the reference, or phone the"
        " process owner.",
    )


class TooManyOpenings(NotAllowed):
    code = "too-many-openings"
    rule = RULE
    title = Words("Vänta en stund", "Wait a while")
    detail = Words(
        "Du har försökt många gånger. Vänta en stund, eller ring den som är processbärare.",
        "You have tried many times. Wait a while, or phone the process owner.",
    )


class OnlyToRead(NotAllowed):
    """What was opened in an emergency is read, and nothing else."""

    code = "only-to-read"
    rule = RULE
    title = Words("Här kan du inte ändra något", "You can change nothing here")
    detail = Words(
        "Du läser i nödläge. Behöver något ändras, ring den som är processbärare.",
        "You are reading in an emergency. If something has to be changed, phone the process owner.",
    )


@dataclass(frozen=True, slots=True)
class Glass:
    """Who has opened which case on which day (in Stockholm), and why."""

    id: UUID
    case_id: UUID
    person: UUID
    on_day: date
    reason: str


def tell_the_owner(glass: Glass, owner: UUID, due_on: date) -> Task:
    """The process owner sees that it was done, and by whom."""
    key = f"{glass.id}/{RULE}/{OPENED}"
    return Task(key, OPENED, owner, RULE, due_on, about=glass.person)


def tell_the_manager(glass: Glass, post: str, due_on: date) -> Duty:
    """Whoever is the manager of who did it sees why, and says that they have (X16)."""
    key = f"{glass.id}/{RULE}/{SEE}"
    about = Subject(glass=glass.id)
    return Duty(key, SEE, RULE, about, post=post, due_on=due_on, about=glass.person)
