"""What is usually built: a Celery task for each mail, which makes all of it anew and connects.

Kept as what Samspel is measured against: icalendar with the zone worked out each time,
EmailMessage, and a connection of its own to the mail server.
"""

import os
import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from functools import cache

import psycopg
from celery import Celery
from icalendar import Alarm, Calendar, Event, vCalAddress
from psycopg.rows import class_row

from shared.domain.days import STOCKHOLM

QUEUE = "usual"
TABLE = """
    CREATE TABLE public.usual_mails (
      id integer PRIMARY KEY, address text NOT NULL, sender text NOT NULL, reply_to text NOT NULL,
      message_id text NOT NULL, subject text NOT NULL, text text NOT NULL, html text NOT NULL,
      uid text NOT NULL, summary text NOT NULL, description text NOT NULL,
      stamp timestamptz NOT NULL, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL,
      state text NOT NULL DEFAULT 'due')
"""
_TAKE = """
    UPDATE public.usual_mails SET state = 'sending' WHERE id = %s AND state = 'due'
    RETURNING address, sender, reply_to, message_id, subject, text, html, uid, summary,
              description, stamp, starts_at, ends_at
"""


@dataclass(frozen=True, slots=True)
class Parts:
    """What a mail is made of."""

    address: str
    sender: str
    reply_to: str
    message_id: str
    subject: str
    text: str
    html: str
    uid: str
    summary: str
    description: str
    stamp: datetime
    starts_at: datetime
    ends_at: datetime


def app(broker_url: str) -> Celery:
    made = Celery("usual", broker=broker_url, set_as_current=False)
    made.conf.update(task_default_queue=QUEUE, task_ignore_result=True)
    return made


celery = app(os.environ.get("USUAL_BROKER_URL", "memory://"))


@celery.task(name="usual.send")
def send(number: int) -> None:
    connection = _connection()
    with connection.transaction():
        parts = connection.cursor(row_factory=class_row(Parts)).execute(_TAKE, [number]).fetchone()
    if parts is None:
        return
    with smtplib.SMTP("127.0.0.1", int(os.environ["USUAL_SMTP_PORT"])) as server:
        server.send_message(usual_mail(parts))
    with connection.transaction():
        connection.execute(
            "UPDATE public.usual_mails SET state = 'accepted' WHERE id = %s", [number]
        )


@cache
def _connection() -> psycopg.Connection:
    return psycopg.connect(os.environ["USUAL_DATABASE_URL"], autocommit=True)


def usual_mail(parts: Parts) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = parts.sender, parts.address
    mail["Reply-To"], mail["Message-ID"] = parts.reply_to, parts.message_id
    mail["Subject"] = parts.subject
    mail.set_content(parts.text, cte="base64")
    mail.add_alternative(parts.html, subtype="html", cte="base64")
    mail.add_alternative(
        _calendar(parts), subtype="calendar", cte="base64", params={"method": "REQUEST"}
    )
    return mail


def _calendar(parts: Parts) -> str:
    event = Event()
    event.add("UID", parts.uid)
    event.add("DTSTAMP", parts.stamp)
    event.add("DTSTART", parts.starts_at.astimezone(STOCKHOLM))
    event.add("DTEND", parts.ends_at.astimezone(STOCKHOLM))
    event.add("SUMMARY", parts.summary)
    event.add("DESCRIPTION", parts.description)
    event.add("ORGANIZER", vCalAddress(f"mailto:{parts.reply_to}"))
    event.add("ATTENDEE", vCalAddress(f"mailto:{parts.address}"))
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", parts.summary)
    alarm.add("TRIGGER", -timedelta(hours=1))
    event.add_component(alarm)
    calendar = Calendar()
    calendar.add("PRODID", "-//bench//EN")
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", "REQUEST")
    calendar.add_component(event)
    calendar.add_missing_timezones()
    text: str = calendar.to_ical().decode()
    return text
