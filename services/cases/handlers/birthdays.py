"""What time alone changes: who decides about a case, and how long a consent carries (X8, P6)."""

from datetime import timedelta

from services.cases.handlers.consents import (
    ask_to_renew,
    ask_who_decides,
    ask_youth_about_guardians,
)
from services.cases.handlers.ports import Desk
from services.cases.handlers.standing import settle, tell_who_is_taken
from shared.bus import events as e

_DAY = timedelta(days=1)


def age_near(event: e.AgeNear, desk: Desk) -> None:
    """X8, P6: ahead of a birthday the new decider is asked, by the day before; on it all is put
    right that rested on the old ones."""
    file = desk.take(event.case_id)
    if file.facts.state == "closed":
        return
    if desk.today < event.on:
        ask_who_decides(file, event.on, desk, due_on=event.on - _DAY)
    else:
        ask_who_decides(file, desk.today, desk)
        ask_youth_about_guardians(file, desk)
        tell_who_is_taken(settle(file, desk), file, desk)
    desk.publish(e.ParticipantsChanged(case_id=file.id))


def consent_lapses(event: e.ConsentLapses, desk: Desk) -> None:
    """A consent ends soon: it is asked for anew, unless another one goes on."""
    file = desk.take(event.case_id)
    if file.facts.state == "open":
        ask_to_renew(file, file.consent(event.consent_id), desk)
