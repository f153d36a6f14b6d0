"""Each mail's life, as the notifier publishes it; a person has one tried again that didn't go."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from services.cases.domain.refused import NotFound, Refused, Words
from services.cases.handlers.ports import Desk
from shared.bus.events import RepeatAsked

Row = Mapping[str, Any]

_ON_ITS_WAY = ("due", "claimed", "data", "retry", "unknown", "held")
# Put into other words since, or for nothing that still is.
_REPLACED = (
    "superseded", "stale", "answered", "said-no", "settled", "meeting-moved", "meeting-off",
    "dropped-after-restore", "done", "counted-long-ago", "not-wanted",
)  # fmt: skip
_MOST_DOUBTS = 1


@dataclass(frozen=True, slots=True)
class SoughtMessages:
    """Of which case (None: of all that are seen), to whom beside, in which states (empty: any),
    older than which.
    """

    case: UUID | None
    person: UUID
    states: tuple[str, ...] = ()
    before: UUID | None = None
    limit: int = 50


class MessageViews(Protocol):
    """What is read of the mails that went out."""

    def message(self, message_id: UUID) -> Row | None: ...
    def newest_messages(self, sought: SoughtMessages) -> Sequence[Row]:
        """The newest first, of the cases and of what went to the person beside them."""

    def sent_words(self, message_id: UUID) -> Row | None:
        """What it said; None before it is written, and once its days are over."""

    def attempts(self, message_id: UUID) -> Sequence[Row]: ...
    def mail_server(self, now: datetime) -> Row: ...


class AlreadyArrived(Refused):
    """Invariant 2: a mail is accepted once."""

    code = "message-accepted"
    title = Words("Mejlet är redan skickat", "The mail has been sent")
    detail = Words(
        "Mejlservern har tagit emot det, så det skickas inte en gång till. Ring i stället, eller"
        " påminn om mötet (POST /meetings/{{id}}/remind).",
        "The mail server has accepted it, so it isn't sent again. Phone instead, or remind of the"
        " meeting (POST /meetings/{{id}}/remind).",
    )
    on_page = Words(
        "Mejlservern har tagit emot det, så det skickas inte en gång till. Ring i stället,"
        " eller påminn från mötets sida.",
        "The mail server has accepted it, so it isn't sent again. Phone instead, or remind"
        " from the meeting's page.",
    )


class MayHaveArrived(Refused):
    """Invariant 2: after two ends without an answer nobody knows, and a third is never sent."""

    code = "message-may-have-arrived"
    title = Words("Mejlet kan ha kommit fram", "The mail may have arrived")
    detail = Words(
        "Mejlservern svarade inte, två gånger. Fråga mottagaren på ett annat sätt.",
        "The mail server gave no answer, twice. Ask the recipient in another way.",
    )


class StillOnItsWay(Refused):
    """What waits is tried by itself."""

    code = "message-on-its-way"
    title = Words("Mejlet är redan på väg", "The mail is on its way")
    detail = Words(
        "Det prövas av sig självt tills det har gått fram eller är för sent. Du behöver inte göra"
        " något.",
        "It is tried by itself until it has arrived or is too late. There is nothing to do.",
    )


class NoLongerOfUse(Refused):
    """What it says isn't so any more, or comes too late."""

    code = "message-of-no-use"
    title = Words("Mejlet gäller inte längre", "The mail no longer holds")
    detail = Words(
        "Mötet har ändrats, ställts in eller varit, eller så är det för sent. Nya mejl skickas av"
        " sig själva när något ändras.",
        "The meeting has changed, is off or over, or it is too late. New mails go by themselves"
        " when something changes.",
    )


def message_of(message_id: UUID, views: MessageViews, person: UUID | None) -> Row:
    """One mail, as somebody sees it. Of no case: only what went to themselves. Raises NotFound.

    Whether a case is seen is asked at the door.
    """
    found = views.message(message_id)
    if found is None:
        raise NotFound
    if found["case_id"] is None and person not in (None, found["recipient"]):
        raise NotFound
    return as_seen(found, person)


def as_seen(message: Row, person: UUID | None) -> Row:
    """R41: of another's duty, that its manager was told of, it isn't said what it is about."""
    if message["case_id"] is not None or person in (None, message["task_owner"]):
        return message
    return {**message, "task_id": None, "rule": None}


def repeat(message_id: UUID, views: MessageViews, desk: Desk) -> None:
    """Have a mail tried again that failed or was stopped; the gate decides as ever. Raises Refused.

    The case is locked first, so what is read of the meeting is so until the end.
    """
    case_id = message_of(message_id, views, desk.actor_person)["case_id"]
    file = None if case_id is None else desk.take(case_id)
    message = message_of(message_id, views, desk.actor_person)
    _check(message, desk.now)
    if file is not None and message["meeting_id"] is not None and message["kind"] != "cancel":
        meeting = file.meeting(message["meeting_id"])
        if meeting.state not in ("booked", "proposed"):
            raise NoLongerOfUse(rule=message["rule"])
    desk.publish(RepeatAsked(message_id=message_id))
    desk.audit.note(case_id, "message.repeat", message["rule"], {"message": str(message_id)})


def _check(message: Row, now: datetime) -> None:
    rule, reason = message["rule"], message["reason"] or ""
    if message["state"] == "accepted":
        raise AlreadyArrived(rule=rule)
    if message["state"] in _ON_ITS_WAY:
        raise StillOnItsWay(rule=rule)
    if message["doubts"] > _MOST_DOUBTS:
        raise MayHaveArrived(rule=rule)
    if message["useful_until"] <= now or reason == "too-late" or reason in _REPLACED:
        raise NoLongerOfUse(rule=rule)
