"""One round of the case service's work: hear what the scheduler and the notifier say."""

from collections.abc import Callable
from typing import Any

from services.cases.handlers import answers, birthdays, chores, counters, mails
from services.cases.handlers import events as handle
from services.cases.handlers.digests import digest_outdated
from services.cases.handlers.ports import Desk
from shared.bus import events as e
from shared.bus.delivery import Handlers
from shared.db import Unit

DeskFor = Callable[[Unit], Desk]


def handlers(desk_for: DeskFor) -> Handlers:
    """What is done with each kind of event."""

    def at_a_desk(handler: Callable[[Any, Desk], None]) -> Callable[[Any, Unit], None]:
        return lambda event, unit: handler(event, desk_for(unit))

    return {
        e.MeetingProposed: at_a_desk(handle.meeting_proposed),
        e.SlotMissing: at_a_desk(handle.slot_missing),
        e.MarkingDue: at_a_desk(handle.marking_due),
        e.AlertDue: at_a_desk(handle.alert_due),
        e.HandDeliveryNeeded: at_a_desk(handle.hand_delivery_needed),
        e.MessageFailed: at_a_desk(handle.message_failed),
        e.MailReceived: at_a_desk(mails.mail_received),
        e.MessageBounced: at_a_desk(mails.message_bounced),
        e.AnswerReceived: at_a_desk(answers.answer_received),
        e.CounterReceived: at_a_desk(counters.counter_received),
        e.ChoreDue: at_a_desk(chores.chore_due),
        e.AgeNear: at_a_desk(birthdays.age_near),
        e.ConsentLapses: at_a_desk(birthdays.consent_lapses),
        e.DigestOutdated: at_a_desk(digest_outdated),
    }
