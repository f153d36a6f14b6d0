"""A worker of the notifier whose rounds are done by hand, and what its mails say."""

import email
import email.policy
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import UUID

from icalendar import Calendar

from services.notifier.adapters.claims import Claims
from services.notifier.adapters.gate import Gate
from services.notifier.adapters.inbox import Inbox
from services.notifier.adapters.intake import Intake, mail_desk, ours_of
from services.notifier.adapters.oauth import Tokens
from services.notifier.adapters.pause import Pause
from services.notifier.adapters.rows import SqlRows
from services.notifier.adapters.sender import Pace, Sender
from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.pacing import Pacing
from services.notifier.tasks import a_round, desk_of, handlers, post_of
from shared.bus import events as e
from shared.bus.delivery import Deliveries
from shared.db import Database
from tests.support.facts import Facts
from tests.support.folders import live_rules
from tests.support.smtp import Received

SECRET = b"only for tests, only for tests, only"
AUTHSERV = "mx.exempelkommun.example"


@dataclass(slots=True)
class Worker:
    """A notifier's worker without Celery: its rounds are done by hand."""

    database: Database
    deliveries: Deliveries
    claims: Claims
    sender: Sender
    inbox: Inbox
    intake: Intake

    def rounds(self, seconds: float = 10.0) -> None:
        """Rounds until nothing is open that could go now."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.a_round()
            self.sender.wait(5)
            if not found and not self.open():
                return
            time.sleep(0.02)
        raise AssertionError(f"not quiet after {seconds} s: {self.states()}")

    def a_round(self) -> int:
        return a_round(self.deliveries, self.claims, self.sender, self.intake)

    def one_round(self) -> None:
        self.a_round()
        self.sender.wait(5)

    def open(self) -> int:
        with self.database.plain() as connection:
            row = connection.execute(
                "SELECT count(*) AS n FROM notifier.messages"
                " WHERE state IN ('due', 'claimed', 'data', 'retry', 'unknown')"
            ).fetchone()
        assert row is not None
        return int(row["n"])

    def messages(self) -> list[dict[str, Any]]:
        with self.database.plain() as connection:
            return connection.execute(
                "SELECT kind, state, reason, rule, attempts, began, doubts, content"
                " FROM notifier.messages ORDER BY created_at, kind, mailbox"
            ).fetchall()

    def states(self) -> Counter[tuple[str, str]]:
        return Counter((row["kind"], row["state"]) for row in self.messages())

    def by_hand(self) -> list[tuple[UUID, str, str]]:
        return [
            (UUID(row["person_id"]), row["kind"], row["rule"])
            for row in self.events("delivery.by-hand")
        ]

    def events(self, kind: str) -> list[dict[str, Any]]:
        with self.database.plain() as connection:
            rows = connection.execute(
                "SELECT data FROM bus.events WHERE type = %s ORDER BY id", [kind]
            ).fetchall()
        return [row["data"] for row in rows]


@contextmanager
def a_worker(
    url: str,
    municipality: Path,
    mail_server: MailServer,
    *,
    answer_seconds: float = 5.0,
    lease: float = 20.0,
    connections: int = 3,
    pause: Pause = Pause(),  # noqa: B008 - a value
    pacing: Pacing = Pacing(),  # noqa: B008 - a value
    tokens: Tokens | None = None,
) -> Iterator[Worker]:
    rules = live_rules(municipality)
    post = post_of(rules.last, "http://samspel.example", SECRET)
    database = Database(url, role="samspel_notifier", demo=True, size=6)
    claims = Claims(
        database, timedelta(seconds=lease), unknown_wait=timedelta(seconds=0.1), pause=pause
    )
    pace = Pace(
        connections=connections,
        answer_seconds=answer_seconds,
        command_seconds=5.0,
        lease=timedelta(seconds=lease),
        pacing=pacing,
    )
    sender = Sender(mail_server, Gate(database, rules.at, post), claims, pace, tokens)
    desk = desk_of(rules.at, post, SqlRows)
    deliveries = Deliveries(database, "notifier", handlers(desk, mail_desk))
    inbox = Inbox(database, timedelta(days=30))
    intake = Intake(inbox, desk, ours_of(post), AUTHSERV)
    try:
        yield Worker(database, deliveries, claims, sender, inbox, intake)
    finally:
        sender.close(0.1)
        database.close()


def booked(facts: Facts, meeting: UUID) -> e.MeetingBooked:
    return e.MeetingBooked(case_id=facts.case_id, meeting_id=meeting, sequence=0)


def parsed(mail: Received) -> EmailMessage:
    return email.message_from_bytes(mail.content, policy=email.policy.default)


def event_in(mail: Received) -> tuple[str, Any]:
    """The method and the VEVENT of a mail."""
    for part in parsed(mail).walk():
        if part.get_content_type() == "text/calendar":
            raw = part.get_payload(decode=True)
            assert isinstance(raw, bytes)
            calendar = Calendar.from_ical(raw)
            return str(calendar["METHOD"]), calendar.walk("VEVENT")[0]
    raise AssertionError("the mail has no calendar part")
