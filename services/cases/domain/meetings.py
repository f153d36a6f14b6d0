"""What can be done with a meeting in the state it is in."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.cases.domain import case_refusals, meeting_refusals
from services.cases.domain.refused import Refused, Words, codes_in_words
from services.cases.domain.spoken import title_words
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.order import was_held
from shared.domain.procedure import Procedure, Step
from shared.domain.swedish import clock_time


class Outcome(StrEnum):
    """How a case ended: codes only, with neutral words for people (R16)."""

    COMPLETED = "completed"
    DECLINED = "declined"
    MOVED = "moved"
    NOT_NEEDED = "not-needed"
    OTHER = "other"


class MeetingOutcome(StrEnum):
    """What came of a meeting: codes only (R13)."""

    PLAN_MADE = "plan-made"
    AGREED = "agreed"
    NO_AGREEMENT = "no-agreement"
    NOT_ALL_PRESENT = "not-all-present"
    OTHER = "other"


class PlanBeforeHeld(Refused):
    """Goals and plan are set at the meeting (S4)."""

    code = "plan-before-held"
    rule = "S4"
    title = Words("Mötet är inte hållet", "The meeting is not held")
    detail = Words(
        "Markera mötet som hållet först, och sedan planen som sparad.",
        "Mark the meeting as held first, then the plan as filed.",
    )


class NoPlanHere(Refused):
    """Only some meetings set a plan."""

    code = "no-plan-here"
    rule = "S4"
    title = Words("Mötet har ingen plan", "The meeting has no plan")
    detail = Words(
        "I «{step}» sätts ingen handlingsplan. Välj mötet där den sattes.",
        "No plan is set in “{step}”. Choose the meeting where it was.",
    )


class NotYoursToFile(Refused):
    """Only who keeps the minutes says that they are filed (R15)."""

    code = "not-yours-to-file"
    rule = "R15"
    title = Words("Anteckningarna är någon annans", "The minutes are another's")
    detail = Words(
        "Den som har uppgiften att spara minnesanteckningarna markerar dem som sparade, eller"
        " processbäraren eller koordinatorn. Be någon av dem göra det.",
        "Whoever has the task to file the minutes marks them as filed, or the process owner or the"
        " coordinator. Ask one of them to do it.",
    )


def check_remindable(facts: CaseFacts, meeting: Meeting, rule: str, now: datetime) -> None:
    """Whether people can be reminded of a meeting: it is booked and to come. Raises Refused."""
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if meeting.state != "booked":
        raise meeting_refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))
    if meeting.starts_at <= now:
        day, time = local_date(meeting.starts_at), clock_time(meeting.starts_at)
        raise meeting_refusals.HasBegun(rule=rule, day=day, time=time)


def coming(facts: CaseFacts, now: datetime) -> tuple[Meeting, ...]:
    """The booked and proposed meetings that haven't begun."""
    return tuple(
        meeting
        for meeting in facts.meetings
        if meeting.state in ("booked", "proposed") and meeting.starts_at > now
    )


def check_closing(facts: CaseFacts, now: datetime) -> None:
    """R13: what has become of every meeting that has begun is said first. Raises Refused."""
    for meeting in facts.meetings:
        if meeting.state == "booked" and meeting.starts_at <= now:
            raise meeting_refusals.MeetingNotMarked(
                day=local_date(meeting.starts_at), time=clock_time(meeting.starts_at)
            )


def check_changeable(facts: CaseFacts, meeting: Meeting, rule: str) -> None:
    """Only what is booked or proposed, on an open case, can be changed. Raises Refused."""
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if meeting.state not in ("booked", "proposed"):
        raise meeting_refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))


def check_confirmable(meeting: Meeting, rule: str) -> None:
    if meeting.state != "proposed":
        raise meeting_refusals.NotProposed(rule=rule, state=codes_in_words((meeting.state,)))


def check_held(facts: CaseFacts, meeting: Meeting, rule: str, now: datetime) -> None:
    """Only a booked meeting that has begun can have been held. Raises Refused."""
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if meeting.state != "booked":
        raise meeting_refusals.NotBooked(rule=rule, state=codes_in_words((meeting.state,)))
    if now < meeting.starts_at:
        day, time = local_date(meeting.starts_at), clock_time(meeting.starts_at)
        raise meeting_refusals.NotYetHeld(day=day, time=time)


def check_filing_plan(facts: CaseFacts, meeting: Meeting, step: Step) -> None:
    """S4: the plan of a meeting that sets one and has been held. Raises Refused."""
    if facts.state == "closed":
        raise case_refusals.CaseIsClosed
    if not step.plan:
        raise NoPlanHere(step=title_words(step))
    if meeting.state != "held":
        raise PlanBeforeHeld


def following(facts: CaseFacts, procedure: Procedure, held: Step) -> Step | None:
    """What comes after a held step: the next that hasn't been held, or what comes again (R11)."""
    steps = procedure.steps_of(facts.about)
    later = steps[steps.index(held) + 1 :]
    unheld = next((step for step in later if not was_held(facts, step.name)), None)
    if unheld is not None:
        return unheld
    return next((step for step in (*later, held) if not step.seeks), None)


def is_asked_for(facts: CaseFacts, step: Step, held: Meeting) -> bool:
    """R11: a person says when the step is, and nothing is booked yet, also not for another
    guardian (X12)."""
    others = [one for one in facts.meetings if one.id != held.id]
    return not step.seeks and not any(one.state in ("booked", "proposed") for one in others)


def check_filing_minutes(
    facts: CaseFacts, meeting: Meeting, person: UUID | None, task_owner: UUID | None
) -> None:
    """R15: of people, only who keeps them or is in charge; on a closed case too. Raises Refused."""
    in_charge = (None, facts.process_owner, facts.coordinator)
    if person not in in_charge and not keeps_minutes(facts, person, task_owner):
        raise NotYoursToFile
    if meeting.state != "held":
        raise meeting_refusals.MinutesBeforeHeld


def keeps_minutes(facts: CaseFacts, person: UUID | None, task_owner: UUID | None) -> bool:
    """R15: by being the keeper, or by having been when the task was given; while on the case."""
    on_case = {who.person_id for who in facts.participants}
    return person in on_case and person in (keeper(facts), task_owner)


def keeper(facts: CaseFacts) -> UUID:
    """R15: the elev-akt is the school's, so where the process owner isn't, the rektor files."""
    school = [who for who in facts.participants if who.organisation == "school"]
    if any(who.person_id == facts.process_owner for who in school):
        return facts.process_owner
    by_rank = sorted(school, key=lambda who: (who.role != "rektor", str(who.person_id)))
    return by_rank[0].person_id if by_rank else facts.process_owner
