"""Tasks that are done by themselves when the case is as they ask: nobody ticks them off before."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.asking import renewal
from services.cases.domain.inquiries import TALK
from services.cases.domain.meetings import coming
from services.cases.domain.refused import Refused, Words
from services.cases.domain.tasks import OpenTask
from shared.domain.calling import has_a_time, missing_on_case
from shared.domain.consent import declined, shown_state
from shared.domain.days import local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.order import was_held
from shared.domain.procedure import Procedure


class NotDoneYet(Refused):
    """What the task asks for is seen by the case itself, not said by somebody."""

    code = "task-not-done"
    title = Words("Uppgiften är inte klar än", "The task is not done yet")
    detail = Words(
        "{instead} Då blir uppgiften klar av sig själv.",
        "{instead} Then the task is done by itself.",
    )


class NotTickedOff(Refused):
    """What the case itself tells, or what has had its effect, isn't taken back by hand."""

    code = "task-not-ticked-off"
    title = Words("Uppgiften blev klar av sig själv", "The task was done by itself")
    detail = Words(
        "Den öppnas igen av sig själv om den behövs. Du behöver inte göra något.",
        "It opens again by itself if it is needed. There is nothing to do.",
    )


@dataclass(frozen=True, slots=True)
class Now:
    """A case as it stands at a moment (aware)."""

    facts: CaseFacts
    procedure: Procedure
    at: datetime


@dataclass(frozen=True, slots=True)
class Condition:
    """What a task stands for while it holds, and what somebody does about it.

    One that is `voluntary` presses for a meeting, and rests once somebody has said no (P11).
    """

    holds: Callable[[OpenTask, Now], bool]
    instead: Words
    voluntary: bool = False


def check_done_by_hand(
    task: OpenTask, facts: CaseFacts, procedure: Procedure, now: datetime
) -> None:
    """Whether a person can say that it is done. Raises NotDoneYet, citing the task's rule."""
    condition = CONDITIONS.get(task.kind)
    if condition is None or facts.state == "closed":
        return
    if condition.voluntary and declined(facts, procedure, local_date(now)):
        return
    if condition.holds(task, Now(facts, procedure, now)):
        raise NotDoneYet(rule=task.rule, instead=condition.instead)


def is_done(task: OpenTask, facts: CaseFacts, procedure: Procedure, now: datetime) -> bool:
    """Whether the case is as the task asks."""
    condition = CONDITIONS.get(task.kind)
    return condition is not None and not condition.holds(task, Now(facts, procedure, now))


def check_opened_by_hand(kind: str) -> None:
    """Whether a person can say that it isn't done after all. Raises NotTickedOff."""
    if kind in CONDITIONS or kind == TALK:
        raise NotTickedOff


def _until_it_is_said(*_: object) -> bool:
    """What is asked for is recorded by a call of its own, which ends the task."""
    return True


def _is_requested(task: OpenTask, now: Now) -> bool:
    today = local_date(now.at)
    return any(
        form.person_id == task.about
        and form.waived_on is None
        and shown_state(now.facts, now.procedure, form, today) == "requested"
        for form in now.facts.consents
    )


def _ends_unrenewed(task: OpenTask, now: Now) -> bool:
    today, owner = local_date(now.at), now.facts.process_owner
    return any(
        form.person_id == task.about
        and renewal(now.facts, now.procedure, form, owner, today) is not None
        for form in now.facts.consents
    )


def _somebody_is_missing(_: OpenTask, now: Now) -> bool:
    return bool(missing_on_case(now.facts, now.procedure, local_date(now.at)))


def _lacks_a_time(task: OpenTask, now: Now) -> bool:
    if task.step is None:
        return False
    step = now.procedure.step(task.step)
    return not has_a_time(now.facts, now.procedure, step, local_date(now.at), now.at)


def _was_not_held(task: OpenTask, now: Now) -> bool:
    return task.step is not None and not was_held(now.facts, task.step)


def _has_no_next_date(_: OpenTask, now: Now) -> bool:
    return not coming(now.facts, now.at)


def _is_proposed(task: OpenTask, now: Now) -> bool:
    meeting = _meeting(task, now)
    return meeting is not None and meeting.state == "proposed"


def _is_booked(task: OpenTask, now: Now) -> bool:
    meeting = _meeting(task, now)
    return meeting is not None and meeting.state == "booked"


def _is_to_come(task: OpenTask, now: Now) -> bool:
    meeting = _meeting(task, now)
    return meeting is not None and meeting in coming(now.facts, now.at)


def _minutes_are_not_filed(task: OpenTask, now: Now) -> bool:
    meeting = _meeting(task, now)
    return meeting is not None and not meeting.minutes_filed


def _plan_is_not_filed(task: OpenTask, now: Now) -> bool:
    meeting = _meeting(task, now)
    return meeting is not None and not meeting.plan_filed


def _is_on_the_case(task: OpenTask, now: Now) -> bool:
    return any(who.person_id == task.about for who in now.facts.participants)


def _owns_the_case(task: OpenTask, now: Now) -> bool:
    return now.facts.process_owner == task.about


def _meeting(task: OpenTask, now: Now) -> Meeting | None:
    return next((one for one in now.facts.meetings if one.id == task.meeting_id), None)


_ANSWER = Words(
    "Registrera vad personen har svarat på frågan om samtycke: ja eller nej.",
    "Record what the person has answered about the consent: yes or no.",
)
_BOOK = Words(
    "Boka en tid för steget, eller avsluta ärendet.",
    "Book a time for the step, or close the case.",
)

# The kinds that aren't here are to be done by a person, who alone knows whether they are: to inform
# (R19), to tell, phone or reach somebody, to be in touch, to give support, to speak with the child,
# and to choose another way after a no (P11).
CONDITIONS = {
    "get-consent": Condition(_is_requested, _ANSWER, voluntary=True),
    "first-contact": Condition(_is_requested, _ANSWER, voluntary=True),
    "renew-consent": Condition(
        _ends_unrenewed,
        Words(
            "Be om ett nytt samtycke, eller avsluta ärendet.",
            "Ask for a new consent, or close the case.",
        ),
        voluntary=True,
    ),
    "review-consent": Condition(
        _until_it_is_said,
        Words(
            "Registrera på mötet om samtycket gicks igenom.",
            "Record on the meeting whether the consent was gone through (held, with"
            " consent_reviewed).",
        ),
    ),
    "ask-about-guardians": Condition(
        _until_it_is_said,
        Words(
            "Registrera vilka vårdnadshavare ungdomen vill ha med, även om det är ingen.",
            "Record which guardians the youth wants to be there, even if that is nobody.",
        ),
        voluntary=True,
    ),
    "participants-missing": Condition(
        _somebody_is_missing,
        Words(
            "Lägg till den som saknas som deltagare i ärendet.",
            "Add whoever is missing to the case as a participant.",
        ),
        voluntary=True,
    ),
    "choose-place": Condition(
        _is_to_come,
        Words(
            "Välj en plats för mötet, eller ställ in det.",
            "Choose a place for the meeting (move, with place), or cancel it.",
        ),
    ),
    "find-substitute": Condition(
        _is_to_come,
        Words(
            "Lägg till någon annan från samma verksamhet, eller flytta mötet.",
            "Add somebody else from the same organisation, or move the meeting.",
        ),
    ),
    "decide-wish": Condition(
        _until_it_is_said,
        Words(
            "Svara ja eller nej på familjens önskan.",
            "Answer the family's wish: yes or no.",
        ),
    ),
    "answer-counter": Condition(
        _is_to_come,
        Words(
            "Svara ja eller nej på önskan om en annan tid.",
            "Answer the wish for another time: yes or no.",
        ),
    ),
    "arrange-separately": Condition(
        _lacks_a_time,
        Words(
            "Boka ett möte för var och en av vårdnadshavarna.",
            "Book a meeting for each of the guardians.",
        ),
        voluntary=True,
    ),
    "no-slot": Condition(_lacks_a_time, _BOOK, voluntary=True),
    "book-anew": Condition(_lacks_a_time, _BOOK, voluntary=True),
    "limit-near": Condition(_lacks_a_time, _BOOK, voluntary=True),
    "limit-passed": Condition(
        _was_not_held,
        Words(
            "Håll mötet och markera det som hållet, eller avsluta ärendet.",
            "Hold the meeting and mark it as held, or close the case.",
        ),
        voluntary=True,
    ),
    "confirm-time": Condition(
        _is_proposed,
        Words(
            "Säg ja till en av tiderna (confirm), föreslå andra, eller ställ in förslaget.",
            "Say yes to one of the times (confirm), propose others, or cancel the proposal.",
        ),
    ),
    "mark-as-held": Condition(
        _is_booked,
        Words(
            "Markera mötet som hållet, eller ställ in det.",
            "Mark the meeting as held, or cancel it.",
        ),
    ),
    "next-date": Condition(
        _has_no_next_date,
        Words(
            "Boka en tid för nästa möte, eller avsluta ärendet.",
            "Book a time for the next meeting, or close the case.",
        ),
        voluntary=True,
    ),
    "file-minutes": Condition(
        _minutes_are_not_filed,
        Words(
            "Spara anteckningarna och markera dem som sparade.",
            "File the minutes and mark them as filed.",
        ),
    ),
    "file-plan": Condition(
        _plan_is_not_filed,
        Words(
            "Spara mål och handlingsplan och markera dem som sparade.",
            "File the goals and the plan and mark them as filed.",
        ),
    ),
    "evaluate": Condition(
        _until_it_is_said,
        Words(
            "Registrera utvärderingen, eller avsluta ärendet.",
            "Record the evaluation, or close the case.",
        ),
    ),
    "replace-participant": Condition(
        _is_on_the_case,
        Words(
            "Lägg till den som tar över (med replaces), eller ta bort deltagaren.",
            "Add whoever takes over (with replaces), or remove the participant.",
        ),
        voluntary=True,
    ),
    "hand-over": Condition(
        _owns_the_case,
        Words(
            "Lämna över ärendet till en ny processbärare, eller avsluta det.",
            "Hand the case over to a new process owner, or close it.",
        ),
    ),
}
