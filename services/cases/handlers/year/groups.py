"""Who comes to a year's meeting, group by group, and who in somebody's place (R22, R27)."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from services.cases.domain import case_refusals, meeting_refusals, wrong_values
from services.cases.domain.meetings import coming
from services.cases.domain.opening import OnCase
from services.cases.domain.refused import codes_in_words
from services.cases.domain.year_duties import (
    group_key,
    group_missing,
    send_substitute,
    substitute_key,
)
from services.cases.domain.year_replies import (
    is_missing,
    is_replaced,
    last_day_to_answer,
    replies,
)
from services.cases.domain.year_staff import post_of
from services.cases.domain.years import (
    AlreadyCalled,
    ComesThemselves,
    NotAYearsMeeting,
    NotYoursToReplace,
)
from services.cases.handlers.duties import give
from services.cases.handlers.ports import CaseFile, Desk
from services.cases.handlers.year.callers import ask, is_done
from shared.bus.events import ParticipantsChanged
from shared.domain.facts import Meeting, Participant
from shared.domain.procedure import YearRules


@dataclass(frozen=True, slots=True)
class SendSubstitute:
    """R27: `person` comes to a meeting in the place of `instead_of`, who has declined."""

    meeting_id: UUID
    instead_of: UUID
    person: UUID


def look_at_groups(file: CaseFile, meeting: Meeting, desk: Desk) -> None:
    """R22: a group that nobody comes from is told to both who call, and no longer once one does."""
    is_done(file, desk, *ask_for_groups(file, [meeting], desk))


def ask_for_groups(file: CaseFile, meetings: Iterable[Meeting], desk: Desk) -> list[str]:
    """R22: groups that nobody comes from are told; the keys of what is asked for no longer."""
    rules = _rules(file)
    if rules is None:
        return []
    booked = [one for one in meetings if one.state == "booked" and one.starts_at > desk.now]
    answered = desk.meetings.answers_to([one.id for one in booked])
    done: list[str] = []
    for meeting in booked:
        said = {person: one.answer for person, one in answered[meeting.id].items()}
        last = last_day_to_answer(file.procedure, meeting, desk.days)
        for one in replies(file.facts, meeting, said, rules):
            name, rule = one.group.name, one.group.rule
            if is_missing(one, last, desk.today):
                owner, due_on = file.facts.process_owner, desk.next_working_day
                ask(file, group_missing(meeting, name, rule, owner, due_on), desk)
            else:
                done.append(group_key(meeting, name, rule))
    return done


def answered(file: CaseFile, meeting: Meeting, person: UUID, desk: Desk) -> None:
    """R22, R27: what somebody has answered to a year's meeting; of others nothing follows."""
    rules = _rules(file)
    if rules is None or meeting.starts_at <= desk.now:
        return
    said = desk.meetings.answers(meeting.id).get(person)
    if said is not None and said.answer == "declined":
        _ask_for_substitute(file, meeting, person, rules, desk)
    else:
        desk.tasks.finish_key(substitute_key(meeting, person))
    look_at_groups(file, meeting, desk)


def name_substitute(command: SendSubstitute, desk: Desk) -> None:
    """R27: called to this meeting alone, in the same role. Raises Refused."""
    file = desk.take_by_meeting(command.meeting_id)
    meeting = file.meeting(command.meeting_id)
    declined = _check_naming(file, meeting, command, desk)
    known = desk.register.staff([command.person], desk.today)
    if command.person not in known:
        raise wrong_values.UnknownPerson("person")
    if not known[command.person].posts:
        raise wrong_values.WithoutPost("person")
    instead_of = _stood_for(file, meeting, command.instead_of, desk)
    if command.person not in {who.person_id for who in file.facts.participants}:
        _bring_on(file, meeting, command.person, declined, desk)
    desk.meetings.call(meeting, command.person)
    desk.years.stand_in(meeting.id, command.person, instead_of)
    desk.tasks.finish_key(substitute_key(meeting, command.instead_of))
    details = {"meeting": str(meeting.id), "person": str(command.person), "for": str(instead_of)}
    desk.audit.note(file.id, "meeting.substitute", "R27", details)
    after = desk.reread(file)
    look_at_groups(after, after.meeting(meeting.id), desk)
    desk.publish(ParticipantsChanged(case_id=file.id))


def _ask_for_substitute(
    file: CaseFile, meeting: Meeting, person: UUID, rules: YearRules, desk: Desk
) -> None:
    who = _on_it(file, person)
    if who is None or not is_replaced(rules, who.role):
        return
    of = _stood_for(file, meeting, person, desk)
    post = post_of(desk.years.posts(), of, who.role or "", desk.today)
    year, due_on = file.facts.known_on.year, desk.next_working_day
    give(send_substitute(meeting, person, post, of, year, due_on), desk)


def _check_naming(
    file: CaseFile, meeting: Meeting, command: SendSubstitute, desk: Desk
) -> Participant:
    """Who has declined. Raises Refused."""
    if _rules(file) is None:
        raise NotAYearsMeeting
    if file.facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if meeting.state != "booked" or meeting.starts_at <= desk.now:
        raise meeting_refusals.NotBooked(rule="R27", state=codes_in_words((meeting.state,)))
    who, said = _on_it(file, command.instead_of), desk.meetings.answers(meeting.id)
    if who is None or command.instead_of not in said:
        raise wrong_values.NotOnMeeting("for", rule="R27")
    callers = (file.facts.process_owner, file.facts.coordinator)
    first = _stood_for(file, meeting, command.instead_of, desk)
    if desk.actor_person not in (None, command.instead_of, first, *callers):
        raise NotYoursToReplace
    if said[command.instead_of].answer != "declined":
        raise ComesThemselves
    if command.person in said:
        raise AlreadyCalled("person")
    return who


def _bring_on(
    file: CaseFile, meeting: Meeting, person: UUID, declined: Participant, desk: Desk
) -> None:
    """They stand for the group of whoever declined, and are called to none of the others."""
    who = OnCase(person, declined.role or "", declined.organisation or "")
    desk.cases.add_participant(file.id, who)
    for other in coming(file.facts, desk.now):
        if other.id != meeting.id:
            desk.meetings.leave_out(other.id, other.left_out | {person})


def _stood_for(file: CaseFile, meeting: Meeting, person: UUID, desk: Desk) -> UUID:
    """Whoever somebody comes in the place of; themselves, if nobody's."""
    return desk.years.substitutes(file.id).get(meeting.id, {}).get(person, person)


def _on_it(file: CaseFile, person: UUID) -> Participant | None:
    return next((who for who in file.facts.participants if who.person_id == person), None)


def _rules(file: CaseFile) -> YearRules | None:
    return file.procedure.year if file.facts.about == "year" else None
