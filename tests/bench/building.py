"""Building mails: ours, against the same mail by EmailMessage and icalendar with nothing kept."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from uuid import UUID

from icalendar import Alarm, Calendar, Event, vCalAddress

from services.notifier.domain.mail import Post, mail_bytes
from services.notifier.domain.messages import MeetingWords, Message
from services.notifier.domain.words import words_for
from shared.domain.days import STOCKHOLM
from tests.bench.figures import Figure, timed
from tests.support.mailing import MEETING, POST, message

_NAIVE = 200  # enough to know milliseconds by


def mails_built(count: int = 5_000) -> Figure:
    """Invitations to one meeting, each with its recipient's own link, on one core."""
    made = [_to(number) for number in range(count)]
    mail_bytes(*made[0])  # the meeting's words are made once, whoever is told
    seconds = timed(lambda: [mail_bytes(*one) for one in made])
    naive = timed(lambda: [_by_libraries(*one) for one in made[:_NAIVE]]) / _NAIVE * count
    return Figure("mails built (pure, one core)", count, seconds, "EmailMessage, icalendar", naive)


def _to(number: int) -> tuple[Message, Post, str]:
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


def _by_libraries(call: Message, post: Post, link: str) -> bytes:
    words = words_for(call, post.house, link)
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = f"{post.house.name} <{post.from_address}>", call.address
    mail["Subject"], mail["Message-ID"] = words.subject, call.message_id
    mail.set_content(words.text, cte="base64")
    mail.add_alternative(words.html, subtype="html", cte="base64")
    ics = _calendar(call, post, words.summary, words.description)
    mail.add_attachment(ics, "application", "ics", filename="invite.ics", cte="base64")
    return mail.as_bytes()


def _calendar(call: Message, post: Post, summary: str, description: str) -> bytes:
    assert isinstance(call.words, MeetingWords)
    said, event = call.words.said, Event()
    event.add("UID", post.uid(call.meeting_id))
    event.add("DTSTAMP", call.created_at)
    event.add("DTSTART", said.starts_at.astimezone(STOCKHOLM))
    event.add("DTEND", said.ends_at.astimezone(STOCKHOLM))
    event.add("SUMMARY", summary)
    event.add("DESCRIPTION", description)
    event.add("ORGANIZER", vCalAddress(f"mailto:{post.reply_address(call.words.token)}"))
    event.add("ATTENDEE", vCalAddress(f"mailto:{call.address}"))
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", summary)
    alarm.add("TRIGGER", -timedelta(hours=1))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("PRODID", "-//bench//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "REQUEST")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    ics: bytes = calendar.to_ical()
    return ics
