"""More people whom a family wishes for at its meetings (S7)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal
from uuid import UUID

from services.cases.domain.refused import Invalid, Refused, Words, codes_in_words
from shared.domain.facts import CaseFacts

WishState = Literal["asked", "accepted", "declined"]


class Relation(StrEnum):
    """Who it is to the family: codes only."""

    RELATIVE = "relative"
    FRIEND = "friend"
    CONTACT_PERSON = "contact-person"
    INTEREST_ORGANISATION = "interest-organisation"
    PROFESSIONAL = "professional"
    OTHER = "other"


RELATIONS = {
    Relation.RELATIVE: "anhörig",
    Relation.FRIEND: "vän",
    Relation.CONTACT_PERSON: "kontaktperson",
    Relation.INTEREST_ORGANISATION: "från en intresseorganisation",
    Relation.PROFESSIONAL: "annan yrkesperson",
    Relation.OTHER: "annan person",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What became of a wish; who it is about stands with the person."""

    id: UUID
    person_id: UUID
    state: WishState


class NotOfTheFamily(Invalid):
    code = "not-of-the-family"
    rule = "S7"
    detail = Words(
        "Önska fler personer kan barnet och vårdnadshavarna i ärendet. Ange någon av dem i by.",
        "The child and the guardians on the case can wish for more people. Name one of them in by.",
    )


class WishSettled(Refused):
    """What has been decided is told already."""

    code = "wish-settled"
    rule = "S7"
    title = Words("Önskemålet är redan avgjort", "The wish has been decided")
    detail = Words(
        "Önskemålet är {state}. Lägg in ett nytt om familjen har ändrat sig.",
        "The wish is {state}. Add a new one if the family has changed its mind.",
    )


def check_wishing(facts: CaseFacts, by: UUID) -> None:
    family = {who.person_id for who in facts.participants if who.party in ("child", "guardian")}
    if by not in family:
        raise NotOfTheFamily("by")


def check_settling(wish: Wish, decision: WishState) -> bool:
    """Whether deciding changes anything: it doesn't if it says the same again. Raises Refused."""
    if wish.state == decision:
        return False
    if wish.state != "asked":
        raise WishSettled(state=codes_in_words((wish.state,)))
    return True
