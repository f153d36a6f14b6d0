"""What is stopped for its person alone, before it left: it goes on for somebody, where it can."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.notifier.domain.clearance import Stop
from services.notifier.domain.mailing import Known, Mailing
from services.notifier.domain.messages import DUTY_KINDS, Kind, Sending
from services.notifier.domain.recipients import Mailable, reach, recipients
from shared.domain.procedure import Procedure

_ADDRESS_CHANGED = "address-changed"
_OF_THE_PERSON = (_ADDRESS_CHANGED, "not-called", "not-covered", "no-mail", "protected")
# One for a mailbox, however many share it; a call or a change is made anew by the next look.
_OF_A_MAILBOX = (Kind.PROPOSAL, Kind.REMINDER, Kind.NUDGE)


@dataclass(frozen=True, slots=True)
class Instead:
    """To whom, and where."""

    person: UUID
    to: Mailable


def instead(
    message: Sending, stop: Stop, known: Known, procedure: Procedure | None, today: date
) -> Instead | None:
    """For whom a message goes on that is stopped for its person; None: it ends there.

    What staff have to do follows them to their new address: nothing else tells them (X5). What a
    mailbox is told of a meeting is told to who still has it, when the other has gone. What the
    mailbox may have by now stays as it was, and so does a day in a calendar, which is put into the
    new mailbox's (O14).
    """
    if message.calendar is not None or message.doubts or message.state == "data":
        return None
    if message.kind in DUTY_KINDS and stop.reason == _ADDRESS_CHANGED:
        return _reached(message.person_id, known, procedure, today)
    if message.kind in _OF_A_MAILBOX and stop.reason in _OF_THE_PERSON:
        return _who_stays(message, known, procedure, today)
    return None


def _who_stays(
    message: Sending, known: Known, procedure: Procedure | None, today: date
) -> Instead | None:
    meeting = known.meeting(message.meeting_id) if isinstance(known, Mailing) else None
    if not isinstance(known, Mailing) or meeting is None:
        return None
    sharing = recipients(known, meeting, procedure, today).mailboxes.get(message.mailbox, ())
    others = [one for one in sharing if known.contacts[one].party == message.party]
    return _reached(others[0], known, procedure, today) if others else None


def _reached(
    person: UUID, known: Known, procedure: Procedure | None, today: date
) -> Instead | None:
    to = reach(known, person, today, procedure)
    return Instead(person, to) if isinstance(to, Mailable) else None
