"""What was to be told to somebody whose address has changed before it left: at the new one (X5)."""

from datetime import date

from services.notifier.domain.clearance import Stop
from services.notifier.domain.mailing import Known
from services.notifier.domain.messages import DUTY_KINDS, Sending
from services.notifier.domain.recipients import Mailable, reach

_ADDRESS_CHANGED = "address-changed"


def readdressed(message: Sending, stop: Stop, known: Known, today: date) -> Mailable | None:
    """Where a message goes that is stopped at its old address; None if it ends there.

    Of what staff have to do nothing else tells them. Whoever is called to a meeting is called anew
    at the new address, and a day in a calendar is put into that mailbox's (O14). What the old
    mailbox may have stays as it was.
    """
    waits = stop.reason == _ADDRESS_CHANGED and message.kind in DUTY_KINDS
    if not waits or message.calendar is not None or message.began or message.content is not None:
        return None
    to = reach(known, message.person_id, today)
    return to if isinstance(to, Mailable) else None
