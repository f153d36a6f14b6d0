"""Reads mail that has come in and hands each to its handler: once, whoever dies on the way."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from services.notifier.adapters.inbound_rows import SqlInbound
from services.notifier.adapters.inbox import Claimed, Inbox, Poison
from services.notifier.domain.incoming.kinds import Incoming, Unclear
from services.notifier.domain.incoming.reading import read_mail
from services.notifier.domain.mail import Post
from services.notifier.domain.ours import OurAddresses
from services.notifier.handlers import Desk
from services.notifier.handlers.incoming import Letter, MailDesk, leave_to_a_person, take_in
from shared.db import IN_THE_WAY, Unit
from shared.ids import BOUNCE, read_signed_token

log = logging.getLogger(__name__)

_AT_A_TIME = 20
_SECONDS = 1.0


def ours_of(post: Post) -> OurAddresses:
    return OurAddresses(post.from_address, post.reply_pattern, post.bounce_pattern)


def mail_desk(desk: Desk, unit: Unit) -> MailDesk:
    """A desk with the rows of mail that came in, in one unit of work."""
    post = desk.post
    return MailDesk(
        desk, SqlInbound(unit, post), lambda token: read_signed_token(post.secret, BOUNCE, token)
    )


@dataclass(frozen=True, slots=True)
class Intake:
    """Takes mail out of the inbox. `authserv`: the name of our own mail server's opinion (B11)."""

    inbox: Inbox
    desk_for: Callable[[Unit], Desk]
    addresses: OurAddresses
    authserv: str | None
    _untried: list[Claimed] = field(default_factory=list, init=False)

    def take_in(self) -> int:
        """Some mails, for not much longer than a second (of real time). How many."""
        self.give_back()
        for poison in self.inbox.poison():
            self._bury(poison)
        end, taken = time.monotonic() + _SECONDS, 0
        while taken < _AT_A_TIME and time.monotonic() < end:
            claimed = self.inbox.claim()
            if claimed is None:
                break
            self._one(claimed)
            taken += 1
        return taken

    def _one(self, claimed: Claimed) -> None:
        try:
            mail = self._read(claimed)
            with self.inbox.database.unit() as unit:
                if self.inbox.is_ours(claimed, unit):
                    at = mail_desk(self.desk_for(unit), unit)
                    take_in(self._letter(claimed), mail, at, unit.now)
        except Exception as error:
            if self.inbox.database.was_in_the_way(error):
                self._untried.append(claimed)
                raise
            # Only the kind of error: its text could repeat what stands in the mail.
            log.error("Mail %s that came in: %s", claimed.id, type(error).__name__)  # noqa: TRY400
            if not isinstance(error, IN_THE_WAY):  # else by its lease: those come in swarms
                self.inbox.put_back(claimed)

    def give_back(self) -> None:
        """What the database went away from, as soon as it is there: no outage makes a mail bad."""
        while self._untried:
            self.inbox.give_back(self._untried[0])
            del self._untried[0]

    def _bury(self, poison: Poison) -> None:
        """Whoever has the case is told of it, if its address says which case that is."""
        try:
            with self.inbox.database.unit() as unit:
                if self.inbox.bury(poison, unit):
                    leave_to_a_person(self._letter(poison), mail_desk(self.desk_for(unit), unit))
        except Exception as error:
            if self.inbox.database.was_in_the_way(error):
                raise
            if _was_cut_off(error):  # again in the next round; the others go on
                log.error("Mail %s isn't set aside yet: %s", poison.id, type(error).__name__)  # noqa: TRY400
                return
            log.error("Mail %s tells nobody: %s", poison.id, type(error).__name__)  # noqa: TRY400
            with self.inbox.database.unit() as unit:
                self.inbox.bury(poison, unit)

    def _read(self, claimed: Claimed) -> Incoming:
        raw = claimed.raw
        if claimed.sender is not None:  # as a mail server writes it at the end of the way
            raw = f"Return-Path: <{claimed.sender}>\r\n".encode("ascii", "replace") + raw
        mail = read_mail(raw, recipient=claimed.recipient, trusted_authserv=self.authserv)
        return _too_big(mail) if claimed.is_cut else mail

    def _letter(self, claimed: Claimed | Poison) -> Letter:
        ours = self.addresses.read(claimed.recipient)
        return Letter(claimed.id, claimed.received_at, ours)


def _was_cut_off(error: Exception) -> bool:
    """Without a code the server wasn't reached; else it said so, or that it ends."""
    if not isinstance(error, IN_THE_WAY):
        return False
    return error.sqlstate is None or error.sqlstate.startswith(("08", "25P", "57P"))


def _too_big(mail: Incoming) -> Unclear:
    """What is known of a mail of which only the headers were kept."""
    return Unclear("too-big", sender=mail.sender, message_id=mail.message_id)
