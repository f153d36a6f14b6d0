"""What mail servers and absent people's programs send back."""

from tests.support.replies.answering import Answering
from tests.support.replies.parts import calendar, mail, multipart, part

OURS = "<k2j3h4g5@exempelkommun.example>"
MAILBOX = "asa.lind@post.example"


def enclosed() -> bytes:
    """A mail of ours with its invitation, as a report returns it."""
    attendee = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MAILBOX}"
    event = ("BEGIN:VEVENT", "UID:1@exempelkommun.example", attendee, "END:VEVENT")
    text = calendar("BEGIN:VCALENDAR", "METHOD:REPLY", *event, "END:VCALENDAR")
    headers = {"From": "<moten@exempelkommun.example>", "To": f"<{MAILBOX}>", "Message-ID": OURS}
    inside = part("text/calendar; method=REPLY", text, "7bit")
    return mail(headers, multipart("mixed", inside, boundary="ours"))


def delivery_report(
    action: str = "failed",
    status: str = "5.1.1",
    *,
    kind: str = "delivery-status",
    returned: bytes | None = None,
    recipient: str = f"rfc822; {MAILBOX}",
) -> bytes:
    """A report as Postfix, Exchange and Gmail write it (RFC 3464)."""
    fields = (
        "Reporting-MTA: dns; mx.post.example\r\nArrival-Date: Mon, 1 Feb 2027 10:30:12 +0100\r\n"
        f"\r\nFinal-Recipient: {recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such\r\n mailbox\r\n"
    )
    returned = part("message/rfc822", enclosed(), "") if returned is None else returned
    content = multipart(
        "report; report-type=delivery-status",
        part("text/plain; charset=utf-8", "This is the mail system.", "7bit"),
        part(f"message/{kind}", fields, ""),
        returned,
    )
    return mail(_from_a_server("Undelivered Mail Returned to Sender"), content)


def old_bounce(text: str, subject: str = "failure notice", **headers: str) -> bytes:
    """A letter from a server that knows no report."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    return mail(_from_a_server(subject) | said, part("text/plain; charset=us-ascii", text, "7bit"))


QMAIL = f"""Hi. This is the qmail-send program at post.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<{MAILBOX}>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

Return-Path: <studs@exempelkommun.example>
Message-ID: {OURS}
Subject: =?utf-8?q?M=C3=B6te?=
"""


def absence(subject: str = "Automatiskt svar: Möte", **headers: str) -> bytes:
    """Out of the office, in words."""
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    words = part("text/plain; charset=utf-8", "Jag är tillbaka på måndag.", "quoted-printable")
    return mail(Answering().headers | {"Subject": subject} | said, words)


def _from_a_server(subject: str) -> dict[str, str]:
    return {
        "Return-Path": "<>",
        "From": "Mail Delivery System <MAILER-DAEMON@mx.post.example>",
        "To": "<studs+x@exempelkommun.example>",
        "Subject": subject,
        "Message-ID": "<rapport.1@mx.post.example>",
        "Auto-Submitted": "auto-replied",
    }
