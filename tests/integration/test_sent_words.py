"""What a mail said is kept for who reads it later: its words, no key, and not for ever (X13)."""

from datetime import timedelta

import psycopg

from services.notifier.adapters.sent_words import forget_words
from shared.db import Database
from tests.support.facts import Facts
from tests.support.notifier import Worker, booked
from tests.support.smtp import ScriptedServer


def test_X13_the_words_of_a_mail_are_kept_without_the_key_in_its_link(
    facts: Facts, worker: Worker, server: ScriptedServer, database_url: str
) -> None:
    facts.publish(booked(facts, facts.book()))
    worker.rounds()
    with psycopg.connect(database_url) as connection:
        rows = connection.execute(
            "SELECT m.state, s.subject, s.text FROM notifier.messages m"
            " CROSS JOIN LATERAL notifier_api.sent_words(m.id) s"
        ).fetchall()
    assert rows
    assert all(state == "accepted" for state, *_ in rows)
    for _, subject, text in rows:
        assert subject
        assert "/r/" not in text
        assert "[personlig länk]" in text or "länk" not in text


def test_they_are_forgotten_after_their_days(
    facts: Facts, worker: Worker, database_url: str
) -> None:
    facts.publish(booked(facts, facts.book()))
    worker.rounds()
    with Database(database_url, role="samspel_notifier", demo=True).unit() as unit:
        forget_words(unit.now - timedelta(days=90), 100, unit)
        kept = unit.connection.execute("SELECT count(*) AS n FROM notifier.sent_words").fetchone()
        forget_words(unit.now + timedelta(days=1), 100, unit)
        left = unit.connection.execute("SELECT count(*) AS n FROM notifier.sent_words").fetchone()
    assert kept is not None
    assert left is not None
    assert kept["n"] > 0
    assert left["n"] == 0
