"""A storm of broken mail: nobody falls over, nothing changes that shouldn't (B10)."""

import logging
import random

import pytest

from services.notifier.domain.arriving import Arrival
from tests.support.facts import Facts
from tests.support.mailing import POST
from tests.support.notifier import Worker, booked
from tests.support.replies import clients
from tests.support.replies.answering import Answering
from tests.support.replies.servers import QMAIL, absence, delivery_report, old_bounce

MAILS = 240
PROGRAMS = (clients.outlook_desktop, clients.gmail, clients.apple, clients.notes, clients.sogo)


def broken(raw: bytes, chance: random.Random) -> bytes:
    """One of the things that happen to a mail, or some of them."""
    for _ in range(chance.randint(1, 3)):
        at, length = chance.randrange(len(raw) + 1), chance.randrange(1, 40)
        match chance.randrange(6):
            case 0:
                raw = raw[:at]
            case 1:
                raw = raw[:at] + chance.randbytes(length) + raw[at + length :]
            case 2:
                raw = raw[:at] + raw[at + length :]
            case 3:
                raw = raw[:at] + b"\0" * length + raw[at:]
            case 4:
                raw = raw[:at] + raw[: chance.randrange(len(raw) + 1)]
            case _:
                raw = raw.replace(b"\r\n", chance.choice([b"\n", b"\r", b"\r\n\r\n"]), 20)
    return raw


@pytest.mark.parametrize("seed", [1])
def test_B10_a_storm_of_broken_mail_changes_nothing_that_no_mail_says(
    facts: Facts, worker: Worker, seed: int, caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(seed)  # noqa: S311 - a story that is the same each time
    meeting = facts.book("mother", "father", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    said = Answering(
        uid=POST.uid(meeting),
        attendee=facts.address("mother"),
        organizer=POST.reply_address(POST.invitation_token(meeting, facts.address("mother"))),
        sequence=0,
    )
    whole = [program(said) for program in PROGRAMS]
    whole += [delivery_report(), absence(), old_bounce(QMAIL)]
    to = (said.organizer, POST.from_address, POST.reply_address("b" * 24))
    arrivals = [
        Arrival(chance.choice(to), chance.choice(["", "x@y.example"]), raw, len(raw))
        for raw in (broken(chance.choice(whole), chance) for _ in range(MAILS))
    ]
    caplog.set_level(logging.WARNING)
    worker.inbox.store(arrivals, "smtp")
    worker.rounds(60)
    while worker.intake.take_in():
        pass
    rows = facts.run("SELECT state, reason, attempts FROM notifier.inbound")
    assert {row["state"] for row in rows} <= {"handled", "quarantined"}
    assert ({row["attempts"] for row in rows}, caplog.messages) == ({1}, [])
    answers = worker.events("answer.received")
    assert {one["person_id"] for one in answers} <= {str(facts.people["mother"])}
    assert {one["answer"] for one in answers} <= {"accepted"}
    assert worker.events("message.bounced") == []
