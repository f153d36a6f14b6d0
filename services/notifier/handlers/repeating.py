"""A person wants a mail to be tried again that had failed, or been stopped."""

from datetime import datetime

from services.notifier.handlers.looking import Desk
from shared.bus.events import RepeatAsked


def repeat_asked(event: RepeatAsked, desk: Desk, now: datetime) -> None:
    """It is due again, with new patience; the gate decides as it goes, as ever.

    Nothing comes of it for what has been accepted, may have arrived, waits, or is too late: asking
    twice sends once (invariant 2).
    """
    desk.rows.repeat(event.message_id, now)
