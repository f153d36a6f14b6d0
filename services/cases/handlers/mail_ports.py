"""What handlers need of the mails that the notifier keeps."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

Row = Mapping[str, Any]


class Mails(Protocol):
    """`note_dead`: nobody is reached where a message was sent (B9). The open cases it concerns."""

    def note_dead(self, message_id: UUID) -> Collection[UUID]: ...


class MailViews(Protocol):
    """What is read of the mails that came in; a list has no words."""

    def mails(
        self, case: UUID | None, state: str | None, after: UUID | None, limit: int
    ) -> Sequence[Row]: ...
    def loose_mails(self, limit: int) -> Sequence[Row]:
        """Those in quarantine that belong to no case: for who takes such in."""

    def mail(self, mail_id: UUID) -> Row | None: ...
