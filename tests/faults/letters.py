"""The mails that the mail server took, as a recipient's program reads them."""

import re
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import Any

from tests.faults.mailserver import MailServer, Taken

_LINK = re.compile(r"https?://[^\s<>\"]+/r/[^\s<>\"]+")
_PROPERTY = re.compile(r"^(UID|SEQUENCE|DTSTAMP|DTSTART|ORGANIZER|ATTENDEE)[;:](.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail. `began`: when the first byte came (monotonic). Without a calendar `method` is ""
    and `sequence` -1. `recipient`: to whom the server was told to bring it; `to` and `attendee`: to
    whom it says it goes. `words`: all that can be read in it but the address it went to."""

    began: float
    recipient: str
    message_id: str
    content: bytes
    method: str
    uid: str
    sequence: int
    starts_at: str
    organizer: str
    link: str
    words: str
    to: str
    attendee: str


@dataclass(slots=True)
class Letters:
    """All so far; each mail is read once, whoever of the load's threads asks first."""

    server: MailServer
    _read: list[Letter] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def all(self) -> list[Letter]:
        with self._lock:
            taken = list(self.server.taken)
            self._read += [_letter(one) for one in taken[len(self._read) :]]
            return list(self._read)

    def newest_invitation(self, address: str) -> Letter | None:
        """What somebody's calendar program would answer."""
        letters = (one for one in reversed(self.all()) if one.recipient == address and one.method)
        newest = next(letters, None)
        return newest if newest is not None and newest.method == "REQUEST" else None


def _letter(taken: Taken) -> Letter:
    mail = message_from_bytes(taken.content, policy=default)
    texts, method, calendar = [], "", ""
    for part in mail.walk():
        if part.is_multipart():
            continue
        text = _text(part)
        texts += [text, str(part.get_filename() or "")]
        if part.get_content_type() == "text/calendar":
            method, calendar = str(part.get_param("method")), text
    found = _calendar(calendar)
    headers = [f"{name}: {value}" for name, value in mail.items() if name.lower() != "to"]
    link = _LINK.search("\n".join(texts))
    return Letter(
        began=taken.began,
        recipient=taken.recipient.lower(),
        message_id=str(mail["Message-ID"]).strip(),
        content=taken.content,
        method=method,
        uid=found.get("UID", ""),
        sequence=int(found.get("SEQUENCE", -1)),
        starts_at=found.get("DTSTART", "").rpartition(":")[2],
        organizer=found.get("ORGANIZER", "").lower().rpartition("mailto:")[2],
        link="" if link is None else link[0],
        words="\n".join([*headers, *texts]),
        to=",".join(sorted(one.addr_spec.lower() for one in mail["To"].addresses)),
        attendee=found.get("ATTENDEE", "").lower().rpartition("mailto:")[2],
    )


def _calendar(text: str) -> dict[str, str]:
    event = text.replace("\r\n ", "").replace("\r", "").partition("BEGIN:VEVENT")[2]
    return {name: value.strip() for name, value in _PROPERTY.findall(event)}


def _text(part: Any) -> str:
    content = part.get_payload(decode=True)
    return content.decode(errors="replace") if isinstance(content, bytes) else ""
