"""What mail servers report of a mail of ours (B9, RFC 3464, RFC 6522).

The mail that a report encloses is never opened, but for its Message-ID. Each mail of ours has one
recipient, so that one of the report's recipients is enough. flufl.bounce, which knows old forms,
tells addresses alone; those we know from the envelope.
"""

import re

from services.notifier.domain.incoming.automatic import comes_from_a_program
from services.notifier.domain.incoming.headers import (
    ADDRESS,
    Headers,
    as_entered,
    headers_of,
    message_id_in,
    sender_of,
    words,
)
from services.notifier.domain.incoming.kinds import Bounce, Report, Unusable
from services.notifier.domain.incoming.opening import Leaf, Mail
from services.notifier.domain.incoming.texts import one_line, readable

_STATUSES = frozenset({"message/delivery-status", "message/global-delivery-status"})
_ENCLOSED = frozenset({
    "message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers",
})  # fmt: skip
_MAIL_SERVERS = re.compile(
    r"(?<![^\s<])(mailer-daemon|mail-daemon|postmaster|microsoftexchange[0-9a-f]+)(?![^\s>@])"
)
_WORD = re.compile(r"[a-z]+")
_STATUS = re.compile(r"(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])")
_FAILED = re.compile(
    r"undeliver|not be delivered|delivery (has )?failed|failure notice|returning message to sender"
    r"|returned mail|permanent (fatal )?error|user unknown|does not exist|mailbox unavailable"
    r"|couldn't be delivered|could not deliver|det gick inte att leverera|kunde inte levereras"
    r"|oleverer",
    re.IGNORECASE,
)
_DELAYED = re.compile(
    r"warning: could not send|delayed|will be retried|still (being )?retr|not yet been delivered"
    r"|fördröjd|försenad",
    re.IGNORECASE,
)
_OLD_RECIPIENT = re.compile(rf"^<({ADDRESS.pattern})>:", re.MULTILINE)
_OLD_ID = re.compile(
    r"^[> \t]{0,20}Message-ID:[ \t]{0,20}(<[!-;=?-~]{1,500}>)", re.MULTILINE | re.IGNORECASE
)
_MOST_TEXT = 50_000
_MOST_BLOCKS = 100
_LONGEST = 1_000
_LONGEST_KIND = 80


def report(mail: Mail) -> Bounce | Report | None:
    """Raises Unusable if a mail server says something that isn't understood."""
    statuses = [leaf for leaf in mail.leaves if leaf.kind in _STATUSES]
    is_report = mail.kind == "multipart/report"
    if statuses and (is_report or _from_a_server(mail.headers)):
        return _delivery(mail, _fields(statuses[0]))
    if is_report and mail.report not in ("", "delivery-status"):
        return Report(about=one_line(mail.report, _LONGEST_KIND))
    if is_report and any(leaf.kind == "message/disposition-notification" for leaf in mail.leaves):
        return Report(about="disposition-notification")
    if is_report or _from_a_server(mail.headers):
        return _in_words(mail)
    return None


def _delivery(mail: Mail, told: list[Headers]) -> Bounce | Report:
    for final, actions in ((True, ("failed",)), (False, ("delayed",))):
        for one in told:
            if _action(one) in actions:
                status = _STATUS.search(one.first("status"))
                return _bounce(mail, status[0] if status else None, _recipient(one), final=final)
    if any(_action(one) for one in told):
        return Report(about="delivery-status")
    return _in_words(mail)


def _bounce(mail: Mail, status: str | None, recipient: str | None, *, final: bool) -> Bounce:
    return Bounce(final=final, status=status, recipient=recipient, original_id=_original_id(mail))


def _fields(status: Leaf) -> list[Headers]:
    """The groups of a delivery-status: of the mail, then of each recipient."""
    groups = re.split(rb"\n(?:[ \t]*\r?\n)+", status.data().strip(), maxsplit=_MOST_BLOCKS)
    return [headers_of(group) for group in groups[:_MOST_BLOCKS]]


def _action(fields: Headers) -> str:
    """What was done; where it isn't said, what the status means."""
    if action := _WORD.match(fields.first("action").lower()):
        return action[0]
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get(fields.first("status")[:1], "")


def _recipient(fields: Headers) -> str | None:
    """As we wrote it; else where it was sent on to."""
    for name in ("original-recipient", "final-recipient"):
        if found := ADDRESS.search(fields.first(name).rpartition(";")[2][:_LONGEST]):
            return as_entered(found[0])
    return None


def _original_id(mail: Mail) -> str | None:
    for leaf in mail.leaves:
        if leaf.kind in _ENCLOSED:
            found = message_id_in(headers_of(leaf.data()).first("message-id"))
            if found:
                return found
    for name in ("in-reply-to", "references"):
        if found := message_id_in(mail.headers.first(name)):
            return found
    quoted = _OLD_ID.search(_text(mail))
    return quoted[1] if quoted else None


def _from_a_server(headers: Headers) -> bool:
    """A person at postmaster@ may write too: a server is known by that nobody may answer it."""
    sender = sender_of(headers) or headers.first("from").lower()[:_LONGEST]
    return bool(_MAIL_SERVERS.search(sender)) and bool(
        comes_from_a_program(headers)
        or headers.first("x-failed-recipients")
        or _FAILED.search(words(headers.first("subject")))
    )


def _in_words(mail: Mail) -> Bounce:
    """An old form: a letter from the server, in words."""
    text = _text(mail)
    delayed = _DELAYED.search(text)
    if not delayed and not _FAILED.search(text):
        raise Unusable("unknown-report")
    status = _STATUS.search(text)
    named = ADDRESS.search(mail.headers.first("x-failed-recipients")[:_LONGEST])
    listed = _OLD_RECIPIENT.search(text)
    recipient = as_entered(named[0]) if named else as_entered(listed[1]) if listed else None
    return _bounce(mail, status[0] if status else None, recipient, final=not delayed)


def _text(mail: Mail) -> str:
    """The subject and what the server says, the headers with it that some put below."""
    texts = [
        readable(leaf.data(), leaf.charset) for leaf in mail.leaves if leaf.kind == "text/plain"
    ]
    return "\n".join([words(mail.headers.first("subject")), *texts])[:_MOST_TEXT]
