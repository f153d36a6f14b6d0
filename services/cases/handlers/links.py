"""Personal links: what one opens, the code of its second step, taking links back (X13, S6, P7)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.cases.domain.links import (
    NEW_CODE,
    Code,
    Link,
    NoLinkFor,
    Shown,
    Try,
    check_code_for,
    check_taking_back,
    new_code_needed,
    on_the_case,
    shown_as,
)
from services.cases.domain.refused import NotFound
from services.cases.handlers.ports import CaseFile, Desk
from shared.bus.events import ParticipantsChanged
from shared.domain.calling import in_charge
from shared.domain.facts import Meeting, Participant
from shared.domain.sight import has_left


@dataclass(frozen=True, slots=True)
class Opened:
    """A link that is good for something: its meeting, and who can be meant by it.

    `sharing`: the names of those on the case who are called at the same mailbox, whose link this
    is among them.
    """

    link: Link
    file: CaseFile
    meeting: Meeting
    shown: Shown
    sharing: Mapping[UUID, str]

    def who(self, person: UUID) -> Participant:
        found = on_the_case(self.file.facts, person)
        assert found is not None
        return found


def open_link(link_id: UUID | None, desk: Desk, *, lock: bool = False) -> Opened | None:
    """What a link shows now; None if it is wrong, has ended or been taken back.

    `lock`: the case is locked first, and only then it is read.
    """
    link = desk.links.find(link_id)
    if link is None:
        return None
    file = desk.open_by_link(link.case_id, lock=lock)
    if lock and (link := desk.links.find(link_id)) is None:
        return None
    meeting = file.meeting(link.meeting_id)
    shown = shown_as(file.facts, file.procedure, meeting, link.person_id, desk.now)
    works_for = desk.sights.works_for(link.person_id, desk.today)
    if shown is None or has_left(file.facts, link.person_id, works_for):
        return None
    sharing = {
        person: name
        for person, name in desk.links.sharing(link).items()
        if on_the_case(file.facts, person) is not None
    }
    return Opened(link, file, meeting, shown, sharing)


def make_code(case_id: UUID, person: UUID, desk: Desk) -> Code:
    """X13: for the phone; the one before is void. Raises Refused."""
    file = desk.take(case_id)
    if on_the_case(file.facts, person) is None:
        raise NotFound
    check_code_for(file.facts, file.procedure, person, desk.actor_person, desk.now)
    if not desk.links.is_open_to(person):
        raise NoLinkFor
    made = desk.links.make_code(file.id, person, desk.actor)
    desk.tasks.finish(file.id, [NEW_CODE], about=person)
    desk.audit.note(file.id, "link.code", "X13", {"person": str(person)})
    return made


def try_code(opened: Opened, person: UUID, code: str, desk: Desk) -> Try:
    """Whether the code is right. The last wrong try makes it void, and somebody gives a new one."""
    file = opened.file
    outcome = desk.links.try_code(file.id, person, code)
    if outcome == "void":
        owner = in_charge(file.facts, file.procedure)
        desk.tasks.add(file.id, new_code_needed(file.id, person, owner, desk.next_working_day))
        desk.audit.note(file.id, "link.code-void", "X13", {"person": str(person)})
    return outcome


def withdrawal_of(case_id: UUID, person: UUID, desk: Desk) -> Mapping[str, Any] | None:
    """What somebody's newest withdrawal did (P7); None if there is none."""
    facts = desk.cases.facts(case_id)
    taken_back = [
        one for one in facts.consents if one.person_id == person and one.state == "withdrawn"
    ]
    if not taken_back:
        return None
    newest = max(taken_back, key=lambda one: one.turn)
    said = desk.audit.last(case_id, "consent.withdraw", str(newest.id))
    effect: Mapping[str, Any] = {} if said is None else said["effect"]
    return effect


def revoke_links(case_id: UUID, person: UUID, desk: Desk) -> Sequence[UUID]:
    """X13: whoever has an old link can do nothing with it; the coming meetings have new ones.

    A mail with the new one goes to the person; the code ends with the old ones. The feed is of all
    their cases, so it isn't this case's to end.
    """
    file = desk.take(case_id)
    if on_the_case(file.facts, person) is None:
        raise NotFound
    check_taking_back(file.facts, file.procedure, desk.actor_person)
    coming = desk.links.renew(file.id, person)
    desk.audit.note(file.id, "link.revoke", "X13", {"person": str(person)})
    desk.publish(ParticipantsChanged(case_id=file.id))
    return coming


def end_for_family(file: CaseFile, desk: Desk) -> None:
    """P7, R16: feeds and codes end with what the links rest on, once the facts say that it has.

    Whoever did it by their own link keeps their code, to read what it did; it opens nothing else.
    """
    family = [who.person_id for who in file.facts.participants if who.party != "staff"]
    desk.feeds.revoke(family)
    desk.links.end_codes(file.id, [person for person in family if person != desk.actor_person])
