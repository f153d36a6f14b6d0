"""The letter of the week, once it has been counted (X2, X16)."""

from datetime import datetime

from services.notifier.domain.digest_drafts import letter
from services.notifier.domain.recipients import Colleague, Mailable, reach
from services.notifier.handlers.looking import Desk
from shared.bus.events import DigestDue
from shared.domain.days import local_date
from shared.domain.weekly import end_of


def digest_due(event: DigestDue, desk: Desk, now: datetime) -> None:
    """A mail to whose week it is, while it lasts; not to who wants none or mustn't be mailed."""
    digest = desk.rows.digest(event.digest_id)
    if digest is None or digest.said is None or not digest.wanted or now >= end_of(digest.week):
        return
    to = reach(digest, digest.person_id, local_date(now))
    if isinstance(to, Mailable) and to.contact.party == "staff":
        desk.rows.add(letter(digest, digest.said, Colleague(to), desk.post, now, desk.hours))
