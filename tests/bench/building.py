"""Building mails: ours, against the standard library's from the same parts, and all made anew."""

import email
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP, default
from uuid import UUID

from services.notifier.domain.mail import Post, mail_bytes
from services.notifier.domain.messages import MeetingWords, Message
from services.notifier.domain.words import words_for
from tests.bench.figures import Figure, Side, Wanted, interleaved, sampled
from tests.bench.servers import Bench
from tests.bench.usual import Parts, usual_mail
from tests.support.mailing import MEETING, POST, message

_UNIT = "mails/s"


def building(bench: Bench) -> list[Figure]:
    """Invitations to one meeting, each with its recipient's own link, on one core."""
    count, few = bench.count(5_000, 50), bench.count(300, 10)
    made = [invitation(number) for number in range(count)]
    parts = [_read(mail_bytes(*one)) for one in made[:few]]
    anew = [parts_of(*one) for one in made[:few]]
    mail_bytes(*made[0])  # the meeting's words are made once, whoever is told
    sides = interleaved(bench.rounds, {
        "Samspel": lambda: sampled(count, lambda: [mail_bytes(*one) for one in made]),
        "EmailMessage, as_bytes": lambda: sampled(
            few, lambda: [_from_parts(one).as_bytes() for one in parts]),
        "EmailMessage, icalendar": lambda: sampled(
            few, lambda: [usual_mail(one).as_bytes() for one in anew]),
    })  # fmt: skip
    ours, same, usual = (_by_cpu(one) for one in sides.values())
    return [
        Figure("building", "building a mail (CPU), against EmailMessage of the same parts", _UNIT,
               ours, same, Wanted(15, 40)),
        Figure("building-usual", "the same, against EmailMessage and icalendar made anew", _UNIT,
               ours, usual),
    ]  # fmt: skip


def _by_cpu(side: Side) -> Side:
    """Mails for each second of the core."""
    return replace(side, values=tuple(1000 / each for each in side.cpu))


def invitation(number: int) -> tuple[Message, Post, str]:
    """A call to the same meeting, for the mailbox of that number."""
    mailbox = f"person{number}@hemma.example"
    token = POST.invitation_token(MEETING.id, mailbox)
    call = message(mailbox)
    assert isinstance(call.words, MeetingWords)
    assert call.words.calendar is not None
    part = replace(call.words.calendar, token=token)
    call = replace(call, words=replace(call.words, token=token, calendar=part))
    link = POST.link(UUID(int=number))
    assert link is not None
    return call, POST, link


def parts_of(call: Message, post: Post, link: str) -> Parts:
    """What the usual build makes the same invitation of."""
    words = words_for(call, post.house, link)
    assert isinstance(call.words, MeetingWords)
    said = call.words.said
    return Parts(
        address=call.address,
        sender=f"{post.house.name} <{post.from_address}>",
        reply_to=post.reply_address(call.words.token),
        message_id=call.message_id,
        subject=words.subject,
        text=words.text,
        html=words.html,
        uid=post.uid(call.meeting_id),
        summary=words.summary,
        description=words.description,
        stamp=call.created_at,
        starts_at=said.starts_at,
        ends_at=said.ends_at,
    )


def _read(content: bytes) -> tuple[list[tuple[str, str]], list[tuple[str, str, str | bytes]]]:
    """The headers and the leaves of a mail: name and value, main type, subtype and content."""
    mail = email.message_from_bytes(content, policy=default)
    ours = ("content-type", "mime-version", "content-transfer-encoding")
    headers = [(name, str(value)) for name, value in mail.items() if name.lower() not in ours]
    leaves = [
        (part.get_content_maintype(), part.get_content_subtype(), part.get_content())
        for part in mail.walk()
        if not part.is_multipart()
    ]
    return headers, leaves


def _from_parts(
    parts: tuple[list[tuple[str, str]], list[tuple[str, str, str | bytes]]],
) -> EmailMessage:
    headers, leaves = parts
    mail = EmailMessage(policy=SMTP)
    for name, value in headers:
        mail[name] = value
    for number, (main, sub, content) in enumerate(leaves):
        if isinstance(content, bytes):
            mail.add_attachment(content, main, sub, filename="invite.ics")
        elif number == 0:
            mail.set_content(content, subtype=sub, cte="base64")
        else:
            mail.add_alternative(content, subtype=sub, cte="base64")
    return mail
