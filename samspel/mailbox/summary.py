"""What a list says of a mail: made once, kept beside it, in the shape that Mailpit's list has."""

from samspel.mailbox import words
from samspel.mailbox.event import method_of
from samspel.mailbox.letter import Address, Letter
from samspel.mailbox.store import Envelope, Summary


def summarise(envelope: Envelope, raw: bytes) -> Summary:
    """Mailpit's fields, and under `Calendar` the method and sequence of a calendar part."""
    letter = Letter(raw)
    calendar = letter.calendar
    method = method_of(calendar.text) if calendar else None
    return {
        **people(letter, envelope),
        "MessageID": letter.message_id,
        "Subject": letter.subject,
        "Attachments": sum(part.is_attachment for part in letter.parts),
        "Snippet": letter.snippet,
        "Calendar": {"Method": method.name, "Sequence": method.sequence} if method else None,
    }


def people(letter: Letter, envelope: Envelope) -> Summary:
    """The addresses. As in Mailpit, whoever is in the envelope and in no header is under Bcc."""
    to, cc, bcc = (letter.addresses(name) for name in ("to", "cc", "bcc"))
    named = {person.address.lower() for person in (*to, *cc, *bcc)}
    delivered = [words.line(recipient) for recipient in envelope.recipients]
    hidden = [Address("", address) for address in delivered if address.lower() not in named]
    return {
        "From": _pair(next(iter(letter.addresses("from")), Address("", ""))),
        "To": [_pair(person) for person in to],
        "Cc": [_pair(person) for person in cc],
        "Bcc": [_pair(person) for person in (*bcc, *hidden)],
        "ReplyTo": [_pair(person) for person in letter.addresses("reply-to")],
    }


def _pair(person: Address) -> dict[str, str]:
    return {"Name": person.name, "Address": person.address}
