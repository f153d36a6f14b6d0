"""Who hears what: the one table from an event to the services that act on it."""

from shared.bus import events as e
from shared.bus.events import Event

CASES, SCHEDULER, NOTIFIER = "cases", "scheduler", "notifier"

SUBSCRIBERS: dict[type[Event], tuple[str, ...]] = {
    e.CaseOpened: (SCHEDULER,),
    e.CaseClosed: (SCHEDULER, NOTIFIER),
    e.ParticipantsChanged: (SCHEDULER, NOTIFIER),
    e.ConsentSigned: (SCHEDULER, NOTIFIER),
    e.ConsentRefused: (SCHEDULER, NOTIFIER),
    e.ConsentWithdrawn: (SCHEDULER, NOTIFIER),
    e.MeetingPutToVote: (NOTIFIER,),
    e.MeetingBooked: (SCHEDULER, NOTIFIER),
    e.MeetingMoved: (SCHEDULER, NOTIFIER),
    e.MeetingCancelled: (SCHEDULER, NOTIFIER),
    e.MeetingHeld: (SCHEDULER, NOTIFIER),
    e.ProposalRefused: (SCHEDULER,),
    e.WindowSet: (),  # for other systems, by the feed
    e.MeetingProposed: (CASES,),
    e.SlotMissing: (CASES,),
    e.ReminderDue: (NOTIFIER,),
    e.CallDue: (NOTIFIER,),
    e.MarkingDue: (CASES,),
    e.AlertDue: (CASES, NOTIFIER),
    e.ChoreDue: (CASES,),
    e.AgeNear: (CASES,),
    e.ConsentLapses: (CASES,),
    e.AnswerReceived: (CASES,),
    e.HandDeliveryNeeded: (CASES,),
    e.MessageFailed: (CASES,),
    e.MessageBounced: (CASES,),
    e.DutyArose: (NOTIFIER,),
    e.DutyLate: (NOTIFIER,),
    e.DutyNear: (NOTIFIER,),
    e.DutyEnded: (NOTIFIER,),
    e.CounterReceived: (CASES,),
    e.CounterDeclined: (NOTIFIER,),
    e.MailReceived: (CASES,),
    e.InboundDecided: (NOTIFIER,),
    e.ReminderAsked: (SCHEDULER,),
    e.RepeatAsked: (NOTIFIER,),
    e.DigestDue: (NOTIFIER,),
    e.DigestOutdated: (CASES,),
    e.RulesChanged: (SCHEDULER,),
}
