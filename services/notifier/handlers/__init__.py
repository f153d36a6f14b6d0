"""What the notifier does: one function per event, and one for each mail that comes in."""

from services.notifier.handlers.looking import (
    Desk,
    Look,
    Record,
    Rows,
    alert_due,
    by_hand,
    look_again,
    procedure_of,
)
from services.notifier.handlers.reminders import reminder_due

__all__ = [
    "Desk",
    "Look",
    "Record",
    "Rows",
    "alert_due",
    "by_hand",
    "look_again",
    "procedure_of",
    "reminder_due",
]
