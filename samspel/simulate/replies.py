"""What comes back: answers as a calendar sends them, and bounces as a mail server does."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from samspel.simulate.courier import Taken
from services.notifier.domain.arriving import Arrival

_FIELD = re.compile(r"^([A-Z-]+)((?:;[^:\r\n]*)?):(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Held:
    """A calendar object as a mailbox has it, with the mail that it came by."""

    taken: Taken
    method: str
    uid: str
    sequence: int
    stamp: str
    starts: str
    ends: str
    location: str
    organizer: str
    attendee: str


def calendar_in(taken: Taken, text: str) -> Held:
    """Read off the lines of the object; `text` is the calendar part, decoded."""
    lines = text.replace("\r\n ", "").replace("\r\n\t", "")
    event = lines[lines.index("BEGIN:VEVENT") :]
    found = {name: value.strip() for name, _, value in _FIELD.findall(event)}
    method = next(value.strip() for name, _, value in _FIELD.findall(lines) if name == "METHOD")
    return Held(
        taken,
        method,
        found["UID"],
        int(found["SEQUENCE"]),
        found["DTSTAMP"],
        found["DTSTART"],
        found.get("DTEND", ""),
        found.get("LOCATION", ""),
        found["ORGANIZER"].lower().removeprefix("mailto:"),
        unquote(found["ATTENDEE"]).lower().removeprefix("mailto:"),
    )


def a_reply(held: Held, pick: int) -> tuple[str, bytes]:
    """To whom it goes, and the mail: an answer to what the mailbox holds."""
    partstat = ("ACCEPTED", "DECLINED", "TENTATIVE")[pick % 3]
    mailbox = held.taken.sending.mailbox
    lines = [
        "BEGIN:VCALENDAR", "PRODID:-//Exempel//Kalender//SV", "VERSION:2.0", "METHOD:REPLY",
        "BEGIN:VEVENT", f"DTSTAMP:{held.stamp}", f"UID:{held.uid}",
        f"ORGANIZER:mailto:{held.organizer}", f"ATTENDEE;PARTSTAT={partstat}:mailto:{mailbox}",
        f"DTSTART:{held.starts}" if held.starts.endswith("Z")
        else f"DTSTART;TZID=Europe/Stockholm:{held.starts}",
        f"SEQUENCE:{held.sequence}", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip
    headers = [
        f"From: <{mailbox}>", f"To: <{held.organizer}>", "Subject: Sv: Möte",
        f"Message-ID: <svar-{pick}-{held.sequence}@post.example>", "MIME-Version: 1.0",
        "Content-Type: text/calendar; charset=utf-8; method=REPLY",
        "Content-Transfer-Encoding: 8bit", "", "",
    ]  # fmt: skip
    return held.organizer, ("\r\n".join(headers) + "\r\n".join(lines)).encode()


def a_bounce(held: Held, post: Any) -> Arrival:
    """A final one, which names the mail that it is about."""
    sending = held.taken.sending
    to = post.bounce_address(sending)
    body = f"""\
From: Mail Delivery System <MAILER-DAEMON@mx.hemma.example>
To: <{to}>
Subject: Undelivered Mail Returned to Sender
Message-ID: <studs-{sending.message_id.strip("<>")}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

The mail system could not deliver it.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.hemma.example

Final-Recipient: rfc822; {sending.address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 nobody here

--=_b
Content-Type: text/rfc822-headers

Message-ID: {sending.message_id}

--=_b--
"""
    raw = body.replace("\n", "\r\n").encode()
    return Arrival(to, "", raw, len(raw))
