"""What the page of a meeting says after each act, and the way back where there is one."""

from services.cases.domain.refused import Words
from services.cases.web.forms import Fields, Form
from services.cases.web.staff.meeting_shown import MeetingShown
from services.cases.web.staff.visits import Notice, Undo, Visit

_SAID = {
    "same": Words("Inget ändrades: så stod det redan.", "Nothing changed: so it was already."),
    "kept": Words("Tiden står kvar.", "The time stands."),
    "reminded": Words("Påminnelser går ut nu.", "Reminders are on their way."),
    "answered": Words("Svaret är antecknat.", "The answer is noted."),
    "voted": Words("Rösterna är antecknade.", "The votes are noted."),
    "held": Words("Mötet är markerat som hållet.", "The meeting is marked as held."),
    "minutes": Words(
        "Anteckningarna är markerade som sparade.", "The minutes are marked as filed."
    ),
    "plan": Words("Planen är markerad som sparad.", "The plan is marked as filed."),
    "substitute": Words("Ersättaren är kallad.", "The substitute is called."),
}


def notices(meeting: MeetingShown, visit: Visit) -> dict[str, Notice]:
    """By the name of what was done."""
    said = {name: Notice(words) for name, words in (_SAID | _of_who_is_called(meeting)).items()}
    return said | {"moved": Notice(_moved(meeting), _back_to(visit.about, meeting))}


def _of_who_is_called(meeting: MeetingShown) -> dict[str, Words]:
    count, call = _mailed(meeting), _by_hand(meeting)
    return {
        "booked": Words(
            f"Mötet är bokat. Kallelser går ut till {count} personer.{call.sv}",
            f"The meeting is booked. Invitations go out to {count} people.{call.en}",
        ),
        "proposed": Words(
            f"Tiderna är föreslagna. {count} personer får en fråga om vilka som passar.",
            f"The times are proposed. {count} people are asked which ones suit.",
        ),
        "place": Words(
            f"Platsen är ändrad. Nya kallelser går ut till {count} personer.{call.sv}",
            f"The place is changed. New invitations go out to {count} people.{call.en}",
        ),
        "cancelled": Words(
            f"Mötet är inställt. {count} personer får veta det med mejl.{call.sv} Det går inte att"
            " ångra, men du kan boka en ny tid.",
            f"The meeting is cancelled. {count} people are told by mail.{call.en} This can't be"
            " undone, but you can book a new time.",
        ),
    }


def _moved(meeting: MeetingShown) -> Words:
    count, call = _mailed(meeting), _by_hand(meeting)
    return Words(
        f"Mötet är flyttat. Nya kallelser går ut till {count} personer.{call.sv}",
        f"The meeting has been moved. New invitations go out to {count} people.{call.en}",
    )


def _mailed(meeting: MeetingShown) -> int:
    return len([one for one in meeting.attendees if not one.by_hand])


def _by_hand(meeting: MeetingShown) -> Words:
    """Whom no mail reaches; nothing where it reaches all."""
    count = len(meeting.attendees) - _mailed(meeting)
    if not count:
        return Words("", "")
    return Words(
        f" {count} nås inte med mejl: det står nedan vem som behöver ringas.",
        f" {count} can't be mailed: below it says who has to be phoned.",
    )


def _back_to(before: str, meeting: MeetingShown) -> Undo | None:
    """A meeting that was moved goes back by being moved; `before` is when it began."""
    at = Fields(Form([("at", before)])).instant("at")
    if at is None or at == meeting.starts_at or not meeting.is_ahead:
        return None
    return Undo(f"/moten/{meeting.id}/flytta", {"start": at.isoformat()})
