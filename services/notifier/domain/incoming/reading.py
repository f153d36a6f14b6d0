"""What a mail that came in says: the order of looking, and what wins where it says two things."""

from dataclasses import replace
from datetime import UTC, datetime

from services.notifier.domain.incoming.authenticity import fails_dmarc
from services.notifier.domain.incoming.automatic import answers_by_itself, comes_from_a_program
from services.notifier.domain.incoming.calendar_file import Said, said_in
from services.notifier.domain.incoming.headers import (
    Headers,
    headers_of,
    message_id_in,
    sender_of,
    words,
)
from services.notifier.domain.incoming.kinds import (
    AutoReply,
    Counter,
    Foreign,
    Incoming,
    Plain,
    Reply,
    Unclear,
    Unusable,
)
from services.notifier.domain.incoming.opening import Leaf, Mail, opened
from services.notifier.domain.incoming.own_words import are_beside, own_subject, own_text
from services.notifier.domain.incoming.reports import report
from services.notifier.domain.incoming.texts import (
    calendar_text,
    one_line,
    plain,
    readable,
    text_of_html,
)

_CALENDARS = frozenset({
    "text/calendar", "application/ics", "application/calendar", "text/x-vcalendar",
})  # fmt: skip
_NAMES = (".ics", ".ical", ".icalendar", ".vcs")
_SEALED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
# If one of two calendars in a mail is only damaged, the other may still be heard.
_DAMAGED = frozenset({"broken", "truncated", "not-a-calendar"})
_MOST_CALENDARS = 10
_LONGEST_TEXT = 20_000
_LONGEST_SUBJECT = 200
_EVER = datetime.min.replace(tzinfo=UTC)


def read_mail(raw: bytes, *, recipient: str, trusted_authserv: str | None) -> Incoming:
    """What a mail says (B1-B11), of whatever bytes, in bounded time; it never raises.

    `recipient` is the address of ours that it was sent to, `trusted_authserv` the name by which our
    own mail server signs its Authentication-Results. A Return-Path, if there was one, is a header.
    """
    raw = raw.lstrip(b"\r\n")
    headers = headers_of(raw)
    try:
        found = _found(raw, headers, recipient, trusted_authserv)
    except Unusable as unusable:
        found = Unclear(unusable.reason)
    return replace(
        found,
        sender=sender_of(headers),
        message_id=message_id_in(headers.first("message-id")),
    )


def _found(raw: bytes, headers: Headers, ours: str, trusted: str | None) -> Incoming:
    if fails_dmarc(headers, trusted):
        raise Unusable("dmarc")
    mail = opened(raw)
    if (reported := report(mail)) is not None:
        return reported
    if answers_by_itself(headers):
        return AutoReply()
    said = _calendar(mail, ours)
    if isinstance(said, Foreign):
        return _beside(said, mail)
    if said is not None:
        return said
    if mail.cut_off:
        raise Unusable("truncated")
    if comes_from_a_program(headers):
        return AutoReply()
    return _written(mail)


def _beside(foreign: Foreign, mail: Mail) -> Foreign | Plain:
    """B6 and B8: what somebody writes isn't lost because they send our invitation along."""
    calendars = [leaf for leaf in mail.leaves if _is_calendar(leaf)]
    if comes_from_a_program(mail.headers) or not are_beside(calendars, mail.headers):
        return foreign
    try:
        written = _written(mail)
    except Unusable as unusable:
        if unusable.reason == "no-text":
            return foreign
        raise
    files = "\n".join(readable(leaf.data(), leaf.charset) for leaf in calendars)
    if not own_text(written.text) and not own_subject(written.subject, files):
        return foreign
    if mail.cut_off:
        raise Unusable("truncated")
    return replace(written, beside_foreign=True)


def _calendar(mail: Mail, ours: str) -> Said | None:
    leaves = [leaf for leaf in mail.leaves if _is_calendar(leaf)]
    if not leaves:
        return None
    if len(leaves) > _MOST_CALENDARS:
        raise Unusable("too-many-parts")
    said: list[Said] = []
    damaged: Unusable | None = None
    for leaf in leaves:
        try:
            said += said_in(calendar_text(leaf.data(), leaf.charset), leaf.method, ours)
        except Unusable as unusable:
            if unusable.reason not in _DAMAGED:
                raise
            damaged = damaged or unusable
    if damaged is not None and not said:
        raise damaged
    return _agreed(said)


def _is_calendar(leaf: Leaf) -> bool:
    """Some gateways make it a file of an unknown kind, or text."""
    return (
        leaf.kind in _CALENDARS
        or leaf.name.endswith(_NAMES)
        or (leaf.kind == "text/plain" and leaf.data().lstrip().startswith(b"BEGIN:VCALENDAR"))
    )


def _agreed(said: list[Said]) -> Said:
    """The same thing said more than once is said once; the latest counts. Raises Unusable."""
    if all(isinstance(one, Foreign) for one in said):
        return said[0]
    if len({_gist(one) for one in said}) > 1:
        raise Unusable("contradiction")
    return max(said, key=_revision)


def _gist(said: Said) -> Said:
    """What may not differ between two copies of it."""
    if isinstance(said, Reply | Counter):
        return replace(said, sequence=None, stamp=None, comment="")
    return said


def _revision(said: Said) -> tuple[int, datetime, str]:
    if isinstance(said, Reply | Counter):
        sequence = -1 if said.sequence is None else said.sequence
        return sequence, said.stamp or _EVER, said.comment
    return -1, _EVER, ""


def _written(mail: Mail) -> Plain:
    """B8. Raises Unusable for what a person would have to open in the program it was made with."""
    kinds = {leaf.kind for leaf in mail.leaves}
    if "application/ms-tnef" in kinds or any(leaf.name == "winmail.dat" for leaf in mail.leaves):
        raise Unusable("tnef")
    if mail.kind == "multipart/encrypted" or not kinds.isdisjoint(_SEALED):
        raise Unusable("encrypted")
    subject = one_line(words(mail.headers.first("subject")), _LONGEST_SUBJECT)
    text = _text(mail)
    if not (subject or text):
        raise Unusable("no-text")
    return Plain(subject=subject, text=text)


def _text(mail: Mail) -> str:
    """The plain parts one after another; where there are none with anything in them, the HTML."""
    for kind, read in (("text/plain", str), ("text/html", text_of_html)):
        texts = (
            read(readable(leaf.data(), leaf.charset))
            for leaf in mail.leaves
            if leaf.kind == kind and not leaf.attached and not _is_calendar(leaf)
        )
        if text := plain("\n\n".join(texts), _LONGEST_TEXT):
            return text
    return ""
