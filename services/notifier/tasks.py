"""One round of the notifier's work: hear events, take up what was left behind, send what is due."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

from services.notifier.domain.mail import Post
from services.notifier.domain.messages import Sending
from services.notifier.domain.words import House
from services.notifier.handlers import Desk, Rows, alert_due, look_again, reminder_due
from shared.bus import events as e
from shared.bus.delivery import Deliveries, Handlers
from shared.bus.publishing import publish
from shared.bus.subscribers import NOTIFIER, SUBSCRIBERS
from shared.db import Unit
from shared.municipality import Municipality
from shared.procedures import Procedures

BATCH = 100
_SECONDS_TO_WAIT = 2.0


class Claims(Protocol):
    """The queue of messages."""

    def claim(self, limit: int) -> list[Sending]: ...
    def recover(self) -> int: ...


class Sender(Protocol):
    """Sends in the background what it is handed."""

    @property
    def under_way(self) -> int: ...
    def hand_over(self, sendings: Sequence[Sending], claimed_at: float) -> None: ...
    def wait(self, seconds: float, *, until_at_most: int) -> None: ...


def post_of(municipality: Municipality, secret: bytes) -> Post:
    return Post(
        house=House(municipality.name, municipality.contact_centre.phone),
        from_address=municipality.mail.from_address,
        reply_pattern=municipality.mail.reply_pattern,
        bounce_pattern=municipality.mail.bounce_pattern,
        secret=secret,
    )


def handlers(procedures: Procedures, post: Post, rows: Callable[[Unit], Rows]) -> Handlers:
    """Every event says: look at this case again. Only what falls due is a message of its own."""

    def desk(unit: Unit) -> Desk:
        tell: Callable[[e.Event], None] = partial(publish, unit)
        return Desk(rows(unit), tell, procedures, post)

    def look(event: e.Event, unit: Unit) -> None:
        look_again(event.case_id, desk(unit), unit.now)

    def remind(event: e.ReminderDue, unit: Unit) -> None:
        reminder_due(event, desk(unit), unit.now)

    def alert(event: e.AlertDue, unit: Unit) -> None:
        alert_due(event, desk(unit), unit.now)

    heard = {event: look for event, who in SUBSCRIBERS.items() if NOTIFIER in who}
    return heard | {e.ReminderDue: remind, e.AlertDue: alert}


def a_round(deliveries: Deliveries, claims: Claims, sender: Sender) -> int:
    """How much there was to do; 0 when all is quiet, though some may still be on their way."""
    heard = deliveries.drain_batch()
    return heard + claims.recover() + send_batch(claims, sender)


def send_batch(claims: Claims, sender: Sender) -> int:
    """Claim what the sender has room for, once it has some. How many were claimed.

    Never more than one batch is under way; what waits long for its answer holds back no other.
    """
    sender.wait(_SECONDS_TO_WAIT, until_at_most=BATCH // 2)
    room = BATCH - sender.under_way
    claimed_at = time.monotonic()
    sendings = claims.claim(room) if room > 0 else []
    sender.hand_over(sendings, claimed_at)
    return len(sendings)
