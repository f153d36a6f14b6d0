"""What is shown of meetings and wishes: who calls, who comes, whom a family wishes for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.papers import somebody_from
from services.cases.domain.refused import NotFound
from services.cases.domain.wishes import RELATIONS, Relation
from shared.domain.calling import in_charge
from shared.domain.codes import ORGANISATIONS, ROLES
from shared.domain.facts import CaseFacts, Meeting, Participant
from shared.domain.procedure import Procedure

Row = Mapping[str, Any]


class MeetingViews(Protocol):
    """What is read of meetings and wishes."""

    def meetings(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def names(self, people: Collection[UUID]) -> Mapping[UUID, str]: ...
    def protected(self, people: Collection[UUID]) -> Collection[UUID]:
        """Those of them who are protected, or not known not to be (X6)."""
        ...

    def facts(self, case_ids: Collection[UUID]) -> Sequence[CaseFacts]: ...
    def attendance(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...
    def wishes(self, case_id: UUID) -> Sequence[Row]: ...
    def counters(self, case_ids: Collection[UUID]) -> Sequence[Row]: ...


@dataclass(frozen=True, slots=True)
class Comes:
    """One line of the list: who, in which function; a name that is protected isn't said."""

    name: str | None
    function: str


def shown_meetings(
    facts: CaseFacts, procedure: Procedure, views: MeetingViews
) -> list[dict[str, Any]]:
    """Every meeting of a case, with who calls and chairs it by now (R8, S5, P14), and other times
    that are wished for."""
    if not facts.meetings:
        return []
    counters = views.counters([facts.id])
    return [
        {
            **row,
            "organizer": in_charge(facts, procedure, procedure.step(row["step"])),
            "counters": [one for one in counters if one["meeting_id"] == row["id"]],
        }
        for row in views.meetings([facts.id])
    ]


def who_comes(case_id: UUID, meeting_id: UUID, asking: UUID, views: MeetingViews) -> list[Comes]:
    """S6: staff, those whom a family wished for, and the child; for one of the family.

    Never a guardian (X12), nor who has said no. What a child answers isn't told to guardians
    before somebody has spoken with the child (X11): whether it comes, this list never says, so a
    child that is called stands on it. Raises NotFound.
    """
    facts, meeting = _meeting(case_id, meeting_id, views)
    people = {who.person_id: who for who in facts.participants}
    if asking not in meeting.person_ids or people[asking].party not in ("guardian", "child"):
        raise NotFound
    declined = {
        row["person_id"]
        for row in views.attendance([case_id])
        if row["meeting_id"] == meeting_id
        and row["answer"] == "declined"
        and row["person_id"] in people
        and people[row["person_id"]].party != "child"
    }
    listed = [
        people[person]
        for person in meeting.person_ids - declined - {asking}
        if person in people and people[person].party != "guardian"
    ]
    names = views.names([who.person_id for who in listed])
    hidden = frozenset(views.protected(names))
    wished = {row["person_id"]: row for row in views.wishes(case_id)}
    lines = (
        of_staff(who, names[who.person_id], hidden=who.person_id in hidden)
        if who.party == "staff"
        else _line(who, names[who.person_id], wished, asking)
        for who in listed
    )
    return sorted(lines, key=lambda one: (one.function, one.name or ""))


def of_staff(who: Participant, name: str, *, hidden: bool) -> Comes:
    """X6: of who is protected, the organisation alone: a school has one head."""
    organisation = ORGANISATIONS.get(who.organisation or "", "")
    if hidden:
        return Comes(None, somebody_from(who.organisation, "sv"))
    return Comes(name, ", ".join(filter(None, (ROLES.get(who.role or "", who.role), organisation))))


def _meeting(case_id: UUID, meeting_id: UUID, views: MeetingViews) -> tuple[CaseFacts, Meeting]:
    for facts in views.facts([case_id]):
        for meeting in facts.meetings:
            if meeting.id == meeting_id:
                return facts, meeting
    raise NotFound


def _line(who: Participant, name: str, wished: Mapping[UUID, Row], asking: UUID) -> Comes:
    """X6: of somebody wished for the name is said to who wished; else if it isn't protected."""
    if who.party == "child":
        return Comes(name, "barnet")
    wish = wished.get(who.person_id)
    if wish is None:
        return Comes(None, RELATIONS[Relation.OTHER])
    may_be_said = wish["protected"] is False or wish["by_person"] == asking
    return Comes(name if may_be_said else None, RELATIONS[Relation(wish["relation"])])
