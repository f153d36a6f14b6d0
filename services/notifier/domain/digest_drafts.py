"""The letter of the week: one for each person and each time that their week was counted."""

from datetime import datetime

from services.notifier.domain.gathering import leaving_in_hours
from services.notifier.domain.mail import Post
from services.notifier.domain.mailing import Digest
from services.notifier.domain.messages import DigestWords, Kind, Message
from services.notifier.domain.recipients import Colleague, language_of
from shared.domain.quiet import QuietHours
from shared.domain.weekly import end_of

_RULE = "X2"


def letter(
    digest: Digest, words: DigestWords, colleague: Colleague, post: Post, now: datetime,
    hours: QuietHours,
) -> Message:  # fmt: skip
    """In the hours for what can wait (X2), and of no use any more when its week is over.

    It isn't gathered with other mails, whose words would say less.
    """
    to, key = colleague.to, f"{digest.id}/{words.counted_at.timestamp()}"
    message = Message(
        key=key,
        kind=Kind.DIGEST,
        ground="duty",
        case_id=None,
        digest_id=digest.id,
        meeting_id=None,
        person_id=digest.person_id,
        party="staff",
        mailbox=to.mailbox,
        address=to.address,
        language=language_of(to.contact),
        rule=_RULE,
        told=None,
        words=words,
        message_id=post.message_id(key),
        due_at=now,
        useful_until=end_of(digest.week),
        created_at=now,
    )
    return leaving_in_hours(message, hours)
