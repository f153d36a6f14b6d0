"""What comes before a case: inquiries (P3, P13), and what was considered without one (R18)."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Invalid, Refused, Words
from services.cases.domain.tasks import Task

TALK = "talk-with-child"
TALK_RULE = "X11"

InquiryState = Literal["new", "accepted", "declined", "pointed-elsewhere"]


class Source(StrEnum):
    """Who asks: a guardian, the child itself, or an adult of one of the organisations (P3)."""

    GUARDIAN = "guardian"
    CHILD = "child"
    STAFF = "staff"


class PointedTo(StrEnum):
    """Who can help better (P2)."""

    SKOLSOCIONOM = "skolsocionom"
    SOCIALSEKRETERARE = "socialsekreterare"
    KONTAKTCENTER = "kontaktcenter"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A question for the coordinator; how to reach whoever asked is kept until it is settled."""

    id: UUID
    procedure: str
    source: Source
    received_at: datetime
    by_person: UUID | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    unit: str | None = None
    reason: str | None = None
    coordinator: UUID | None = None
    state: InquiryState = "new"
    pointed_to: PointedTo | None = None
    settled_at: datetime | None = None
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Consideration:
    """R18: when, where and by whom it was considered, and whether a meeting was wanted."""

    id: UUID
    unit: str
    by_person: UUID
    considered_on: date
    wanted: bool


class InquirySettled(Refused):
    """What has been answered isn't answered otherwise."""

    code = "inquiry-settled"
    rule = "P13"
    title = Words("Intresseanmälan är redan besvarad", "The inquiry has been answered")
    detail = Words(
        "Den är redan besvarad på ett annat sätt. Öppna ett ärende för sig om det behövs.",
        "It has been answered otherwise already. Open a case of its own if needed.",
    )


class AlreadyACase(Refused):
    """An inquiry becomes one case."""

    code = "already-a-case"
    rule = "P13"
    title = Words("Intresseanmälan är redan ett ärende", "The inquiry is a case already")
    detail = Words(
        "Den har blivit ett ärende, som står i intresseanmälan (case). Gäller det ett annat barn:"
        " öppna ett ärende för sig.",
        "It has become a case, which the inquiry names (case). If it is about another child, open"
        " a case of its own.",
    )


class OfAnotherProcedure(Refused):
    """What was asked about one procedure doesn't become a case of another (P1, P2)."""

    code = "of-another-procedure"
    rule = "P13"
    title = Words("Fel rutin", "The wrong procedure")
    detail = Words(
        "Intresseanmälan gäller {asked}. Hänvisa vidare och öppna det andra ärendet för sig.",
        "The inquiry is about {asked}. Point it elsewhere and open the other case by itself.",
    )


class OnlyStaffIsNamed(Invalid):
    """Only an adult of the organisations stands in the staff register."""

    code = "only-staff-is-named"
    rule = "P3"
    detail = Words(
        "Ange by bara när source är staff; annars name, phone eller email.",
        "Give by only when the source is staff; else name, phone or email.",
    )


class ConsideredInFuture(Invalid):
    code = "considered-in-future"
    rule = "R18"
    detail = Words(
        "Ange i dag, {today}, eller en tidigare dag.", "Give today, {today}, or an earlier day."
    )


class TalkWithTheChildFirst(Refused):
    """X11: a child's own question isn't told to guardians before somebody has spoken with it."""

    code = "talk-with-the-child-first"
    rule = TALK_RULE
    title = Words("Prata med barnet först", "Speak with the child first")
    detail = Words(
        "Barnet har själv frågat. Prata med barnet och markera uppgiften som klar; därefter kan"
        " familjen kontaktas och möten bokas.",
        "The child asked by itself. Speak with the child and mark the task as done; after that the"
        " family can be contacted and meetings booked.",
    )


def settled(
    inquiry: Inquiry,
    state: InquiryState,
    at: datetime,
    *,
    to: PointedTo | None = None,
    case_id: UUID | None = None,
) -> Inquiry | None:
    """The answered inquiry, without how to reach anybody; None if it was answered so already.

    Raises Refused.
    """
    if inquiry.state != "new":
        if (inquiry.state, inquiry.pointed_to) == (state, to):
            return None
        raise InquirySettled
    answered = replace(inquiry, state=state, settled_at=at, pointed_to=to, case_id=case_id)
    return replace(answered, name=None, phone=None, email=None)


def talk_with_child(case: UUID, child: UUID, owner: UUID, due_on: date) -> Task:
    """X11: before anything is told to guardians."""
    return Task(f"{case}/{TALK_RULE}/{TALK}", TALK, owner, TALK_RULE, due_on, about=child)
