"""One round of the notifier's work: hear events, take up what was left behind, send what is due."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol

from services.notifier.domain.mail import Post
from services.notifier.domain.messages import Sending
from services.notifier.domain.words import House
from services.notifier.handlers import Desk, Rows, alert_due, look_again, reminder_due
from services.notifier.handlers.digests import digest_due
from services.notifier.handlers.duties import duty_arose, duty_ended, duty_late, duty_near
from services.notifier.handlers.incoming import MailDesk, counter_declined, inbound_decided
from services.notifier.handlers.repeating import repeat_asked
from shared.bus import events as e
from shared.bus.delivery import Deliveries, Handlers
from shared.bus.publishing import publish
from shared.bus.subscribers import NOTIFIER, SUBSCRIBERS
from shared.db import Unit
from shared.domain.quiet import USUAL_HOURS, QuietHours
from shared.live_rules import RulesAt
from shared.municipality import Municipality

BATCH = 400
_SECONDS_TO_WAIT = 2.0


class Claims(Protocol):
    """The queue of messages."""

    def claim(self, limit: int, crowded: frozenset[str]) -> list[Sending]: ...
    def recover(self) -> int: ...


class Sender(Protocol):
    """Sends in the background what it is handed."""

    @property
    def under_way(self) -> int: ...
    @property
    def crowded(self) -> frozenset[str]: ...
    def hand_over(self, sendings: Sequence[Sending], claimed_at: float) -> None: ...
    def wait(self, seconds: float, *, until_at_most: int) -> None: ...


def post_of(municipality: Municipality, public_url: str, secret: bytes) -> Post:
    return Post(
        house=House(
            municipality.name,
            municipality.contact_centre.phone,
            municipality.contact_centre.address,
        ),
        from_address=municipality.mail.from_address,
        reply_pattern=municipality.mail.reply_pattern,
        bounce_pattern=municipality.mail.bounce_pattern,
        public_url=public_url.rstrip("/"),
        secret=secret,
    )


class Intake(Protocol):
    """Mail that has come in."""

    def take_in(self) -> int: ...


def desk_of(
    rules_at: RulesAt,
    post: Post,
    rows: Callable[[Unit], Rows],
    hours: QuietHours = USUAL_HOURS,
) -> Callable[[Unit], Desk]:
    """What makes a desk for a unit of work."""

    def desk(unit: Unit) -> Desk:
        tell: Callable[[e.Event], None] = partial(publish, unit)
        procedures = rules_at(unit.connection).procedures
        return Desk(rows(unit), tell, procedures, post, hours)

    return desk


def handlers(desk: Callable[[Unit], Desk], mail_desk: Callable[[Desk, Unit], MailDesk]) -> Handlers:
    """Every event says: look at this case again. Only what falls due is a message of its own."""

    def look(event: e.CaseEvent, unit: Unit) -> None:
        look_again(event.case_id, desk(unit), unit.now)

    def decide(event: e.InboundDecided, unit: Unit) -> None:
        inbound_decided(event, mail_desk(desk(unit), unit), unit.now)

    def at_desk(handle: Callable[[Any, Desk, datetime], None]) -> Callable[[Any, Unit], None]:
        return lambda event, unit: handle(event, desk(unit), unit.now)

    heard = {event: look for event, who in SUBSCRIBERS.items() if NOTIFIER in who}
    return heard | {
        e.ReminderDue: at_desk(reminder_due),
        e.AlertDue: at_desk(alert_due),
        e.DutyArose: at_desk(duty_arose),
        e.DutyLate: at_desk(duty_late),
        e.DutyNear: at_desk(duty_near),
        e.DutyEnded: at_desk(duty_ended),
        e.DigestDue: at_desk(digest_due),
        e.CounterDeclined: at_desk(counter_declined),
        e.InboundDecided: decide,
        e.RepeatAsked: at_desk(repeat_asked),
    }


def a_round(deliveries: Deliveries, claims: Claims, sender: Sender, intake: Intake) -> int:
    """How much there was to do; 0 when all is quiet, though some may still be on their way."""
    heard = deliveries.drain_batch()
    return heard + intake.take_in() + claims.recover() + send_batch(claims, sender)


def send_batch(claims: Claims, sender: Sender) -> int:
    """Claim what the sender has room for, once it has some. How many were claimed.

    Never more than one batch is under way; what waits long for its answer holds back no other.
    While enough is under way to a domain there may be more for it: that is worth another round.
    """
    sender.wait(_SECONDS_TO_WAIT, until_at_most=BATCH // 2)
    room, crowded = BATCH - sender.under_way, sender.crowded
    claimed_at = time.monotonic()
    sendings = claims.claim(room, crowded) if room > 0 else []
    sender.hand_over(sendings, claimed_at)
    if crowded and not sendings:
        sender.wait(_SECONDS_TO_WAIT, until_at_most=sender.under_way // 2)
        return 1
    return len(sendings)
