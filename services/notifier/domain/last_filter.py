"""The last look at a mail before its content leaves (R41, X3, X6, X11-X13, invariants 11 and 13).

It reads the finished bytes and trusts nothing that made them. Whatever it doesn't understand is
held back too: a rule that it answers stops the mail, and a person is told.
"""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote

from services.notifier.domain.gathering import own_pages
from services.notifier.domain.mail import Post, unsubscribe
from services.notifier.domain.mailing import Contact, Digest, Known, Mailing, is_of_a_child
from services.notifier.domain.messages import (
    AlertWords,
    DutyWords,
    Kind,
    MeetingWords,
    Message,
    rests_with_the_family,
)
from services.notifier.domain.opened_mail import Opened, Properties, Unopenable, opened
from services.notifier.domain.recipients import PARTIES, mailbox_of
from services.notifier.domain.unspeakable import Unspeakable, says, says_one_of
from shared.domain.consent import age_on
from shared.domain.telling_words import says_forbidden_word

_YOUNGEST = 15
_PLAIN_IN_MAILTO = "!$'*+-._~"
_PLAIN_LOCAL = re.compile(r"[\w!$'*+.~-]*", re.ASCII)  # of such nothing is quoted
_QUOTED = re.compile(r"\\(.)")
_HEADERS = {
    "from", "to", "reply-to", "subject", "date", "message-id", "auto-submitted", "mime-version",
    "content-type", "list-unsubscribe",
}  # fmt: skip
_SUMMARIES = ("Möte", "Meeting")
_LAST_DAYS = ("Sista dag för en uppgift", "Last day of a task")
_PROPERTIES = {
    "begin", "end", "prodid", "version", "method", "tzid", "tzname", "dtstart", "dtend", "rrule",
    "tzoffsetfrom", "tzoffsetto", "uid", "dtstamp", "created", "last-modified", "sequence",
    "organizer", "attendee", "summary", "description", "class", "status", "transp", "location",
    "action", "trigger", "parameter",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Subject:
    """What is known of what the mail is about as it leaves, on this day in Stockholm."""

    known: Known
    unspeakable: Unspeakable
    today: date


def objection(
    message: Message,
    content: bytes,
    subject: Subject,
    post: Post,
    carried: Sequence[tuple[Message, Subject]] = (),
) -> str | None:
    """The rule that the mail would break, or None if it may leave.

    `carried`: what it says as well, which none of that may forbid either.
    """
    things = ((message, subject), *carried)
    link = _own_link(message, subject, post)
    pages = own_pages(((one, about.known) for one, about in things), post)
    own = [page.link for page in pages] if link is None else [link]
    try:
        mail = opened(content, own)
    except Unopenable:
        return "X3"
    if mail.leads_elsewhere:
        return "X13"
    return (
        next((rule for thing in things if (rule := _to_whom(*thing)) is not None), None)
        or _headers(mail, message, post, link)
        or _calendars(mail, message, post)
        or _of_year(message, subject)
        or next((rule for thing in things if (rule := _words(mail, *thing, post))), None)
    )


def _own_link(message: Message, subject: Subject, post: Post) -> str | None:
    """The one address that may stand in a mail about a meeting: its recipient's, or none; in a
    letter of the week, that of the page where staff sign in. None in what several things became."""
    if isinstance(subject.known, Digest):
        return post.start_page
    if message.kind == Kind.CANCEL or isinstance(message.words, DutyWords | AlertWords):
        return None
    return post.link(subject.known.link(message.meeting_id, message.person_id))


def _to_whom(message: Message, subject: Subject) -> str | None:
    """Whether this person may be mailed at all, at this address, on this ground."""
    contact = subject.known.contacts.get(message.person_id)
    if contact is None:
        return "X6"
    family = is_of_a_child(subject.known) and rests_with_the_family(message.kind, message.ground)
    others = [
        other
        for person, other in subject.known.contacts.items()
        if person != message.person_id and mailbox_of(other) == message.mailbox
    ]
    asks_a_child = contact.party == "child" and message.ground != "object"
    forbidden = {
        "X6": contact.party not in PARTIES or any(one.protected for one in (contact, *others)),
        "R41": contact.of_a_family
        or contact.party != message.party
        or not (family or contact.party == "staff"),
        "X7": contact.no_mail,
        "X11": asks_a_child and (bool(others) or _is_too_young(contact, subject.today)),
    }
    return next((rule for rule, so in forbidden.items() if so), None)


def _is_too_young(contact: Contact, today: date) -> bool:
    return contact.birth_date is None or age_on(contact.birth_date, today) < _YOUNGEST


def _headers(mail: Opened, message: Message, post: Post, link: str | None) -> str | None:
    """X4, X13: one mailbox in To and nobody else, from the municipality's name alone."""
    headers = mail.headers
    if set(headers) - _HEADERS or headers.get("list-unsubscribe") != unsubscribe(
        message, post, link
    ):
        return "X13"
    if headers.get("to") != f"<{message.address}>" or message.address.lower() != message.mailbox:
        return "X4"
    from_us = {"from": post.from_address}
    if message.reply_token is not None:
        from_us["reply-to"] = post.reply_address(message.reply_token)
    for name in ("from", "reply-to"):
        if name in headers and not _is_the_house(headers[name], from_us.get(name), post):
            return "X13"
    return None if headers.get("message-id") == message.message_id else "X13"


def _is_the_house(value: str, address: str | None, post: Post) -> bool:
    """The municipality's name alone, and the address that it should be."""
    display, _, shown = value.rpartition(" ")
    if display.startswith('"'):
        display = _QUOTED.sub(r"\1", display[1:-1])
    return (display, shown) == (post.house.name, f"<{address}>")


def _calendars(mail: Opened, message: Message, post: Post) -> str | None:
    """X3, X4, X13: nobody else is asked, and what shows in a shared calendar is neutral."""
    return next(filter(None, (_calendar(one, message, post) for one in mail.calendars)), None)


def _calendar(calendar: Properties, message: Message, post: Post) -> str | None:
    asked = f"mailto:{_in_mailto(message.address)}"
    known = {asked, post.uid_of(message), *_said(message, post)}
    said: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in calendar:
        said[name].append(value)
    addresses = {value for _, value in calendar if "@" in value}
    if not addresses <= known or said["attendee"] != [asked]:
        return "X4"
    neutral = set(said["summary"]) <= _summaries(message) and said["class"] == ["PRIVATE"]
    return None if neutral and said.keys() <= _PROPERTIES else "X13"


def _said(message: Message, post: Post) -> tuple[str, ...]:
    """What else may hold an @: whom to answer, our own name, a place."""
    if message.reply_token is None:
        return ()
    place = message.words.said.place if isinstance(message.words, MeetingWords) else None
    organizer = f"mailto:{_in_mailto(post.reply_address(message.reply_token))}"
    return organizer, post.house.name, place or ""


def _summaries(message: Message) -> set[str]:
    if isinstance(message.words, DutyWords):
        return set(_LAST_DAYS)
    reference = message.words.reference if isinstance(message.words, MeetingWords) else None
    if reference is None or message.party != "staff":
        return set(_SUMMARIES)
    return {f"{summary} {reference}" for summary in _SUMMARIES}


def _of_year(message: Message, subject: Subject) -> str | None:
    """R21, R23: an agenda, and who calls, stand in what is about a year's meeting alone."""
    of_year = message.words.of_year if isinstance(message.words, MeetingWords) else None
    if of_year is None:
        return None
    known = subject.known
    if not isinstance(known, Mailing) or known.facts.about != "year":
        return "X3"
    return None if set(of_year.callers) <= set(known.callers) else "X3"


def _words(mail: Opened, message: Message, subject: Subject, post: Post) -> str | None:
    """X3: no name of the family, no school, no word that tells; the reference for staff alone."""
    place = message.words.said.place if isinstance(message.words, MeetingWords) else None
    ours = (post.house.name, post.house.address, place or "")
    reference = None if message.party == "staff" else subject.known.reference
    for text in mail.texts:
        if says_forbidden_word(text) or says_one_of(subject.unspeakable, text, ours):
            return "X3"
        if reference is not None and says(reference, text):
            return "X3"
    return None


def _in_mailto(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if not _PLAIN_LOCAL.fullmatch(local):
        local = quote(local, safe=_PLAIN_IN_MAILTO)
    return f"{local}@{domain}"
