"""Mail that comes in to a town: answers to the invitations that its people have been sent."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from services.notifier.domain.arriving import Arrival
from tests.support.mailing import POST
from tests.support.replies.answering import Answering
from tests.support.replies.clients import thunderbird
from tests.support.replies.parts import mail, part
from tests.support.smtp import Received
from tests.support.town import Json, Town


def newest(town: Town, address: str) -> Received:
    """The newest mail to somebody, with its envelope."""
    return next(one for one in reversed(town.server.accepted) if one.recipient == address)


def invited(town: Town, address: str) -> Json:
    """The newest invitation of somebody: token, address to answer to, UID, SEQUENCE."""
    (row,) = town.rows(
        "SELECT token, meeting_id, case_id, sequence, stamp FROM notifier.invitations"
        " WHERE mailbox = %s",
        address,
    )
    uid = POST.uid(row["meeting_id"])
    return row | {"uid": uid, "reply_to": POST.reply_address(row["token"])}


def answering(town: Town, address: str, **changes: Any) -> Answering:
    """What somebody's program knows of their invitation, answered an hour after it came."""
    invitation = invited(town, address)
    return replace(
        Answering(
            uid=invitation["uid"],
            attendee=address,
            organizer=invitation["reply_to"],
            sequence=invitation["sequence"],
            stamp=town.clockwork.now(),
        ),
        **changes,
    )


def bring(town: Town, raw: bytes, to: str, sender: str = "nagon@post.example") -> None:
    """A mail comes in, and all that comes of it."""
    town.notifier.inbox.store([Arrival(to.lower(), sender, raw, len(raw))], "smtp")
    town.quiet()


def answer(town: Town, address: str, partstat: str = "ACCEPTED", **changes: Any) -> None:
    """Somebody answers their invitation in their calendar."""
    said = answering(town, address, partstat=partstat, **changes)
    bring(town, thunderbird(said), said.organizer, address)


def plain(sender: str, text: str, **headers: str) -> bytes:
    said = {
        "From": f"<{sender}>",
        "Subject": "Mötet",
        "Message-ID": f"<{abs(hash(text)) % 10**9}@post.example>",
    }
    return mail(said | headers, part("text/plain; charset=utf-8", text, "quoted-printable"))


def later(moment: datetime, minutes: int) -> datetime:
    return moment + timedelta(minutes=minutes)


def letters(town: Town) -> list[Json]:
    """Everything that came in, in its order."""
    return town.rows(
        "SELECT id, state, kind, reason, answer, words, raw, attempts FROM notifier.inbound"
        " ORDER BY received_at, size, id"
    )


def outcome(town: Town) -> list[tuple[str, str, str]]:
    return [(row["state"], row["kind"], row["reason"]) for row in letters(town)]
