"""The same answer as ten calendar programs send it."""

from collections.abc import Callable

from tests.support.replies.answering import WINDOWS_ZONE, Answering, utc, wall
from tests.support.replies.parts import calendar, mail, multipart, part

Client = Callable[[Answering], bytes]


def _vcalendar(
    prodid: str, answer: Answering, *lines: str, zone: str = "", method: str = ""
) -> str:
    head = [f"PRODID:{prodid}", "VERSION:2.0"]
    head += [f"METHOD:{method or answer.method}"] * (method != "-")
    head += [zone] * bool(zone)
    event = ("BEGIN:VEVENT", *(line for line in lines if line), "END:VEVENT")
    return calendar("BEGIN:VCALENDAR", *head, *event, "END:VCALENDAR")


def outlook_desktop(answer: Answering) -> bytes:
    """Outlook for Windows against Exchange: Windows' zone, its own properties, a comment."""
    windows = "TZID=W. Europe Standard Time"
    text = _vcalendar(
        "-//Microsoft Corporation//Outlook 16.0 MIMEDIR//EN",
        answer,
        f"ATTENDEE;PARTSTAT={answer.partstat};RSVP=FALSE:mailto:{answer.attendee}",
        "CLASS:PRIVATE",
        f"COMMENT;LANGUAGE=sv-SE:{answer.commented}\\n",
        f"CREATED:{answer.stamp_utc}",
        f'DTEND;TZID="W. Europe Standard Time":{wall(answer.ends_at)}',
        f"DTSTAMP:{answer.stamp_utc}",
        f"DTSTART;{windows}:{wall(answer.starts_at)}",
        f"SEQUENCE:{answer.sequence}",
        f"SUMMARY;LANGUAGE=sv:{answer.subject}",
        "TRANSP:OPAQUE",
        f"UID:{answer.uid}",
        "X-MICROSOFT-CDO-APPT-SEQUENCE:1",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        f"X-MS-OLK-SENDER;CN={answer.name}:invalid:nomail",
        zone=WINDOWS_ZONE,
    )
    headers = answer.headers | {"Content-class": "urn:content-classes:calendarmessage"}
    plain = part('text/plain; charset="iso-8859-1"', answer.comment, "quoted-printable", "latin-1")
    kind = f'text/calendar; charset="utf-8"; method={answer.method}'
    return mail(headers, multipart("alternative", plain, part(kind, text)))


def outlook_web(answer: Answering) -> bytes:
    """Exchange Online: no ORGANIZER, one part, capitals in the scheme."""
    text = _vcalendar(
        "Microsoft Exchange Server 2010",
        answer,
        f"ATTENDEE;PARTSTAT={answer.partstat};CN={answer.name}:MAILTO:{answer.attendee.upper()}",
        f"COMMENT;LANGUAGE=sv-SE:{answer.commented}\\n\\n",
        f"UID:{answer.uid}",
        f"SUMMARY;LANGUAGE=sv-SE:{answer.subject}",
        f"DTSTART;TZID=W. Europe Standard Time:{wall(answer.starts_at)}",
        f"DTEND;TZID=W. Europe Standard Time:{wall(answer.ends_at)}",
        "CLASS:PRIVATE",
        "PRIORITY:5",
        f"DTSTAMP:{answer.stamp_utc}",
        "TRANSP:OPAQUE",
        "STATUS:CONFIRMED",
        f"SEQUENCE:{answer.sequence}",
        "LOCATION;LANGUAGE=sv-SE:",
        "X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY",
        "X-MICROSOFT-DISALLOW-COUNTER:FALSE",
        zone=WINDOWS_ZONE,
    )
    headers = answer.headers | {
        "Thread-Index": "AQHaExempel==",
        "X-MS-Has-Attach": "",
        "X-Auto-Response-Suppress": "DR, OOF, AutoReply",
        "X-MS-Exchange-Organization-AuthAs": "Internal",
    }
    return mail(headers, part(f'text/calendar; charset="utf-8"; method={answer.method}', text))


def gmail(answer: Answering) -> bytes:
    """Google: three ways to read it and a file beside; the comment twice."""
    beside = f';X-RESPONSE-COMMENT="{answer.comment}"' if answer.comment else ""
    text = _vcalendar(
        "-//Google Inc//Google Calendar 70.9054//EN",
        answer,
        f"DTSTART:{utc(answer.starts_at)}",
        f"DTEND:{utc(answer.ends_at)}",
        f"DTSTAMP:{answer.stamp_utc}",
        f"ORGANIZER;CN=Exempelkommun:mailto:{answer.organizer}",
        f"UID:{answer.uid}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer.partstat};CN={answer.name}"
        f";X-NUM-GUESTS=0{beside}:mailto:{answer.attendee}",
        "CREATED:20270120T080000Z",
        f"LAST-MODIFIED:{answer.stamp_utc}",
        f"SEQUENCE:{answer.sequence}",
        "STATUS:CONFIRMED",
        "SUMMARY:Möte",
        zone="CALSCALE:GREGORIAN",
    )
    headers = answer.headers | {
        "Sender": "Google Kalender <calendar-notification@google.example>",
        "Auto-Submitted": "auto-generated",
    }
    words = f"{answer.name} har svarat på inbjudan."
    inline = part(f'text/calendar; charset="UTF-8"; method={answer.method}', text, "7bit")
    shown = multipart(
        "alternative",
        part("text/plain; charset=UTF-8; format=flowed; delsp=yes", words),
        part("text/html; charset=UTF-8", f"<p>{words}</p>", "quoted-printable"),
        inline,
    )
    beside_it = part('application/ics; name="invite.ics"\r\nContent-Disposition: attachment', text)
    return mail(headers, multipart("mixed", shown, beside_it))


def apple(answer: Answering) -> bytes:
    """iCloud: an address in Apple's own system, the mailbox beside it."""
    text = _vcalendar(
        "-//Apple Inc.//iCloud Calendar Server//EN",
        answer,
        f"UID:{answer.uid}",
        f'ATTENDEE;CN="{answer.name}";CUTYPE=INDIVIDUAL;EMAIL="{answer.attendee}"'
        f";PARTSTAT={answer.partstat}:/aMjAwMDAwMDAwMDIw/principal/",
        f"COMMENT:{answer.commented}" if answer.comment else "",
        f"DTEND;TZID=Europe/Stockholm:{wall(answer.ends_at)}",
        f"DTSTAMP:{answer.stamp_utc}",
        f"DTSTART;TZID=Europe/Stockholm:{wall(answer.starts_at)}",
        f'ORGANIZER;CN="Exempelkommun";EMAIL="{answer.organizer}":mailto:{answer.organizer}',
        f"SEQUENCE:{answer.sequence}",
        "SUMMARY:Möte",
        "REQUEST-STATUS:2.0;Success",
    )
    plain = part("text/plain; charset=utf-8", "Svar på inbjudan.", "quoted-printable")
    inline = part(f"text/calendar; charset=utf-8; method={answer.method}", text, "quoted-printable")
    return mail(answer.headers, multipart("alternative", plain, inline))


def thunderbird(answer: Answering) -> bytes:
    """Thunderbird: the calendar as it is, eight bits, after a text."""
    text = _vcalendar(
        "-//Mozilla.org/NONSGML Mozilla Calendar V1.1//EN",
        answer,
        "CREATED:20270120T080000Z",
        f"LAST-MODIFIED:{answer.stamp_utc}",
        f"DTSTAMP:{answer.stamp_utc}",
        f"UID:{answer.uid}",
        "SUMMARY:Möte",
        f"ORGANIZER;CN=Exempelkommun:mailto:{answer.organizer}",
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT={answer.partstat};CN={answer.name}"
        f":mailto:{answer.attendee}",
        f"COMMENT:{answer.commented}" if answer.comment else "",
        f"DTSTART;TZID=Europe/Stockholm:{wall(answer.starts_at)}",
        f"DTEND;TZID=Europe/Stockholm:{wall(answer.ends_at)}",
        f"SEQUENCE:{answer.sequence}",
        "CLASS:PRIVATE",
    )
    plain = part("text/plain; charset=UTF-8; format=flowed", "Jag kommer.", "8bit")
    inline = part(f"text/calendar; charset=UTF-8; method={answer.method}", text, "8bit")
    return mail(answer.headers, multipart("alternative", plain, inline))


def nextcloud(answer: Answering) -> bytes:
    """Nextcloud: words in two forms, the calendar as a file."""
    text = _vcalendar(
        "-//IDN nextcloud.com//Calendar app 4.7//EN",
        answer,
        f"DTSTAMP:{answer.stamp_utc}",
        f"UID:{answer.uid}",
        f"SEQUENCE:{answer.sequence}",
        f"DTSTART;TZID=Europe/Stockholm:{wall(answer.starts_at)}",
        f"DTEND;TZID=Europe/Stockholm:{wall(answer.ends_at)}",
        "SUMMARY:Möte",
        f"ORGANIZER;CN=Exempelkommun:mailto:{answer.organizer}",
        f"ATTENDEE;CN={answer.name};CUTYPE=INDIVIDUAL;PARTSTAT={answer.partstat}"
        f";ROLE=REQ-PARTICIPANT;LANGUAGE=sv:mailto:{answer.attendee}",
        f"COMMENT:{answer.commented}" if answer.comment else "",
    )
    words = multipart(
        "alternative",
        part("text/plain; charset=utf-8", f"{answer.name} kommer.", "quoted-printable"),
        part("text/html; charset=utf-8", f"<b>{answer.name}</b> kommer.", "quoted-printable"),
    )
    file = f'text/calendar; method={answer.method}; charset="UTF-8"; name=event.ics'
    disposition = "\r\nContent-Disposition: attachment; filename=event.ics"
    headers = answer.headers | {"From": f'"{answer.name} via Moln" <noreply@moln.example>'}
    return mail(headers, multipart("mixed", words, part(file + disposition, text)))


def zimbra(answer: Answering) -> bytes:
    """Zimbra: the person behind SENT-BY, the method in another case."""
    text = _vcalendar(
        "Zimbra-Calendar-Provider",
        answer,
        f"UID:{answer.uid}",
        "SUMMARY:" + answer.subject,
        f"ATTENDEE;CN={answer.name};ROLE=REQ-PARTICIPANT;PARTSTAT={answer.partstat.title()}"
        f';SENT-BY="mailto:assistent@post.example":mailto:{answer.attendee}',
        f"COMMENT:{answer.commented}" if answer.comment else "",
        f"ORGANIZER;CN=Exempelkommun:mailto:{answer.organizer}",
        f'DTSTART;TZID="Europe/Stockholm":{wall(answer.starts_at)}',
        f'DTEND;TZID="Europe/Stockholm":{wall(answer.ends_at)}',
        f"SEQUENCE:{answer.sequence}",
        f"DTSTAMP:{answer.stamp_utc}",
    )
    kind = f"text/calendar; charset=utf-8; method={answer.method.lower()}; name=meeting-reply.ics"
    plain = part("text/plain; charset=utf-8", "Ja.", "7bit")
    page = part("text/html; charset=utf-8", "<html><body>Ja.</body></html>", "7bit")
    return mail(answer.headers, multipart("alternative", plain, page, part(kind, text)))


def sogo(answer: Answering) -> bytes:
    """SOGo: a page first, then the calendar, with the method in the calendar alone."""
    text = _vcalendar(
        "-//Inverse inc./SOGo 5.8.0//EN",
        answer,
        f"UID:{answer.uid}",
        "SUMMARY:Möte",
        f"DTSTART:{utc(answer.starts_at)}",
        f"DTEND:{utc(answer.ends_at)}",
        f"DTSTAMP:{answer.stamp_utc}",
        f"SEQUENCE:{answer.sequence}",
        f"ORGANIZER;CN=Exempelkommun:mailto:{answer.organizer}",
        f"ATTENDEE;PARTSTAT={answer.partstat};ROLE=REQ-PARTICIPANT;CN={answer.name}"
        f":mailto:{answer.attendee}",
        f"COMMENT:{answer.commented}" if answer.comment else "",
    )
    page = part("text/html; charset=utf-8", "<p>Svar på inbjudan</p>", "quoted-printable")
    inline = part("text/calendar; charset=utf-8", text, "quoted-printable")
    return mail(answer.headers, multipart("mixed", page, inline))


def android(answer: Answering) -> bytes:
    """A telephone over ActiveSync: our UID within one of Exchange's, no method on the part."""
    inner = b"vCal-Uid\x01\0\0\0" + answer.uid.encode() + b"\0"
    wrapped = "040000008200E00074C5B7101A82E008" + "0" * 32 + len(inner).to_bytes(4, "little").hex()
    text = _vcalendar(
        "-//Samsung//Calendar//SV",
        answer,
        f"ATTENDEE;PARTSTAT={answer.partstat};ROLE=REQ-PARTICIPANT:mailto:{answer.attendee}",
        f"COMMENT:{answer.commented}" if answer.comment else "",
        f"DTSTART:{utc(answer.starts_at)}",
        f"DTEND:{utc(answer.ends_at)}",
        f"DTSTAMP:{answer.stamp_utc}",
        f"UID:{wrapped.upper()}{inner.hex().upper()}",
        f"SEQUENCE:{answer.sequence}",
    )
    plain = part("text/plain; charset=utf-8", "Skickat från min telefon")
    file = 'application/octet-stream; name="meeting.ics"\r\nContent-Disposition: attachment'
    return mail(answer.headers, multipart("mixed", plain, part(file, text)))


def notes(answer: Answering) -> bytes:
    """Lotus Notes: Latin-1, a method in quotation marks, a name with slashes."""
    text = _vcalendar(
        "-//Lotus Development Corporation//NONSGML Notes 9.0//EN_C",
        answer,
        f"DTSTART:{utc(answer.starts_at)}",
        f"DTEND:{utc(answer.ends_at)}",
        "TRANSP:OPAQUE",
        f"DTSTAMP:{answer.stamp_utc}",
        f'COMMENT;ALTREP="CID:<svar@notes.example>":{answer.commented}' if answer.comment else "",
        f"SEQUENCE:{answer.sequence}",
        f'ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={answer.partstat};CN="{answer.name}/Exempel"'
        f";RSVP=FALSE:mailto:{answer.attendee}",
        f'ORGANIZER;CN="Exempelkommun":mailto:{answer.organizer}',
        f"UID:{answer.uid}",
        "X-LOTUS-UPDATE-SEQ:1",
        "X-LOTUS-NOTICETYPE:A",
    )
    kind = f'text/calendar; method="{answer.method.title()}"; charset="ISO-8859-1"'
    inline = part(kind, text, "quoted-printable", "latin-1")
    return mail(answer.headers, multipart("mixed", inline))


CLIENTS: dict[str, Client] = {
    made.__name__: made
    for made in (
        outlook_desktop, outlook_web, gmail, apple, thunderbird, nextcloud, zimbra, sogo, android,
        notes,
    )
}  # fmt: skip
