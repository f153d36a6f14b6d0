"""Inquiries: made, accepted as a case, declined, pointed elsewhere (P2, P3, P13, X11); and R18."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID, uuid4

from services.cases.domain import wrong_values
from services.cases.domain.duties import Subject
from services.cases.domain.eligibility import check_reason
from services.cases.domain.inquiries import (
    TALK,
    TALK_RULE,
    AlreadyACase,
    Consideration,
    ConsideredInFuture,
    Inquiry,
    OfAnotherProcedure,
    OnlyStaffIsNamed,
    Source,
    settled,
    talk_with_child,
)
from services.cases.domain.refused import NotFound
from services.cases.handlers.commands import OpenCase
from services.cases.handlers.consents import ask_everybody
from services.cases.handlers.duties import ask_to_answer, coordinating
from services.cases.handlers.incoming import Consider, Inquire, InquiryViews, PointElsewhere
from services.cases.handlers.opening import open_case, procedure_of
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.sight import OpenedForAnother
from shared.bus.events import ParticipantsChanged
from shared.domain.calling import in_charge
from shared.domain.facts import CaseFacts
from shared.domain.procedure import Procedure


def inquire(command: Inquire, desk: Desk) -> Inquiry:
    """P3, P13: a question to whoever coordinates, with no more about the child than its school."""
    procedure = procedure_of(command.procedure, desk)
    _check(command, procedure, desk)
    post = coordinating(procedure, desk)
    inquiry = Inquiry(
        id=uuid4(),
        procedure=command.procedure,
        source=command.source,
        received_at=desk.now,
        by_person=command.by,
        name=command.name,
        phone=command.phone,
        email=command.email,
        unit=command.unit,
        reason=command.reason,
        coordinator=None if post is None else post.acting,
    )
    desk.inquiries.add(inquiry)
    desk.audit.note(None, "inquiry.make", "P3", {"inquiry": str(inquiry.id)})
    if post is not None:
        ask_to_answer(inquiry.id, procedure, post, desk)
    return inquiry


def accept(inquiry_id: UUID, command: OpenCase, desk: Desk) -> UUID:
    """P13: it becomes a case of the procedure it asked about; twice, it is the same case.

    X11: if the child itself has asked, nothing comes by itself before somebody has spoken with it.
    """
    inquiry = to_answer(inquiry_id, desk)
    if inquiry.state == "accepted" and inquiry.case_id is not None:
        if not _is_that_case(command, desk.take(inquiry.case_id).facts):
            raise AlreadyACase
        return inquiry.case_id
    if command.procedure != inquiry.procedure:
        raise OfAnotherProcedure(asked=inquiry.procedure)
    if command.initiator != inquiry.by_person and desk.actor_person not in (
        None,
        command.initiator,
    ):
        raise OpenedForAnother
    by_child = inquiry.source is Source.CHILD
    case_id = open_case(command, desk, held_back_for=TALK if by_child else None)
    answered = settled(inquiry, "accepted", desk.now, case_id=case_id)
    assert answered is not None
    _settle(answered, desk)
    if by_child:
        _talk_first(case_id, desk)
    desk.audit.note(case_id, "inquiry.accept", "P13", {"inquiry": str(inquiry.id)})
    return case_id


def _is_that_case(command: OpenCase, facts: CaseFacts) -> bool:
    """Whether the same is asked once more, as far as a case without names can tell."""
    asked = (command.procedure, command.known_on, command.initiator, command.child.birth_date)
    opened = (facts.procedure, facts.known_on, facts.initiator, facts.birth_date)
    return (*asked, command.child.unit) == (*opened, facts.unit)


def listed(
    views: InquiryViews,
    person: UUID | None,
    today: date,
    *,
    state: str | None,
    after: UUID | None,
    limit: int,
) -> Sequence[Inquiry]:
    """P3: what came in; of people, only coordinators see it. Raises NotFound."""
    if person is not None and not views.is_coordinator(person, today):
        raise NotFound
    return views.inquiries(state, after, limit)


def spoken_with_child(file: CaseFile, desk: Desk) -> None:
    """X11: from now on the case goes on as any other."""
    desk.ownership.hold_back(file.id, None)
    ask_everybody(desk.reread(file), desk)
    desk.audit.note(file.id, "child.spoken-with", TALK_RULE, {})
    desk.publish(ParticipantsChanged(case_id=file.id))


def decline(inquiry_id: UUID, desk: Desk) -> Inquiry:
    """P13: no case comes of it. Twice changes nothing."""
    inquiry = to_answer(inquiry_id, desk)
    answered = settled(inquiry, "declined", desk.now)
    if answered is None:
        return inquiry
    _settle(answered, desk)
    desk.audit.note(None, "inquiry.decline", "P13", {"inquiry": str(inquiry.id)})
    return answered


def point_elsewhere(command: PointElsewhere, desk: Desk) -> Inquiry:
    """P2, P13: the help is somewhere else. Twice changes nothing."""
    inquiry = to_answer(command.inquiry_id, desk)
    answered = settled(inquiry, "pointed-elsewhere", desk.now, to=command.to)
    if answered is None:
        return inquiry
    _settle(answered, desk)
    details = {"inquiry": str(inquiry.id), "to": str(command.to)}
    desk.audit.note(None, "inquiry.point-elsewhere", "P13", details)
    return answered


def show(inquiry_id: UUID, desk: Desk) -> Inquiry:
    """One inquiry as it is now, to who has asked or answered it. Raises NotFound."""
    inquiry = desk.inquiries.take(inquiry_id)
    if inquiry is None:
        raise NotFound
    return inquiry


def to_answer(inquiry_id: UUID, desk: Desk) -> Inquiry:
    """The inquiry, locked, for a person who coordinates. Raises NotFound."""
    person = desk.actor_person
    if person is not None and not desk.inquiries.is_coordinator(person, desk.today):
        raise NotFound
    return show(inquiry_id, desk)


def consider(command: Consider, desk: Desk) -> Consideration:
    """R18: it was considered whether a joint meeting would help."""
    on = command.on or desk.today
    if on > desk.today:
        raise ConsideredInFuture("on", today=desk.today)
    _check_unit(command.unit, desk)
    if command.by not in desk.register.staff([command.by], desk.today):
        raise wrong_values.UnknownPerson("by")
    consideration = Consideration(uuid4(), command.unit, command.by, on, command.wanted)
    desk.inquiries.consider(consideration)
    desk.audit.note(None, "consideration.note", "R18", {"consideration": str(consideration.id)})
    return consideration


def _check(command: Inquire, procedure: Procedure, desk: Desk) -> None:
    check_reason(procedure, command.reason)
    if command.unit is not None and not desk.register.is_school(command.unit):
        raise wrong_values.UnknownUnit("unit")
    if command.by is None:
        return
    if command.source is not Source.STAFF:
        raise OnlyStaffIsNamed("by")
    if command.by not in desk.register.staff([command.by], desk.today):
        raise wrong_values.UnknownPerson("by")


def _check_unit(unit: str, desk: Desk) -> None:
    if not desk.register.has_unit(unit):
        raise wrong_values.UnknownUnit("unit")


def _settle(answered: Inquiry, desk: Desk) -> None:
    """What was to be done about it is done."""
    desk.inquiries.settle(answered, desk.actor)
    desk.duties.finish(Subject(inquiry=answered.id))


def _talk_first(case_id: UUID, desk: Desk) -> None:
    file = desk.take(case_id)
    child = next(who.person_id for who in file.facts.participants if who.party == "child")
    owner = in_charge(file.facts, file.procedure)
    desk.tasks.add(case_id, talk_with_child(case_id, child, owner, desk.next_working_day))
