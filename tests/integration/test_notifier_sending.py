"""From what stands in a case to what lies in a mailbox, over real SMTP and a real database."""

import ssl
import subprocess
import threading
import time
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.notifier.domain.mailserver import MailServer
from services.notifier.domain.outcomes import Verdict
from shared.bus import events as e
from tests.support.facts import START, Facts
from tests.support.notifier import Worker, a_worker, booked, event_in, parsed
from tests.support.smtp import ScriptedServer

SECRET = b"only for tests, only for tests, only"
EVERYBODY_WITH_MAIL = 4  # mother, father, rektor, therapist: the child of ten is told by hand


def test_a_booked_meeting_is_one_invitation_in_each_mailbox_and_a_task_for_the_child_of_ten(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book()
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert worker.states() == {("call", "accepted"): EVERYBODY_WITH_MAIL}
    assert worker.by_hand() == [(facts.people["child"], "call", "X11")]
    uids = set()
    for mail in server.accepted:
        method, event = event_in(mail)
        assert method == "REQUEST"
        assert event["ATTENDEE"] == f"mailto:{mail.recipient}"
        assert event["ORGANIZER"] == f"mailto:{parsed(mail)['Reply-To'].addresses[0].addr_spec}"
        assert event["DTSTART"].dt == START
        uids.add(str(event["UID"]))
    assert len(uids) == 1
    assert len({mail.sender for mail in server.accepted}) == EVERYBODY_WITH_MAIL


def test_only_staff_see_the_reference_and_nobody_the_child(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book()))
    worker.rounds()
    staff = {facts.address("rektor"), facts.address("therapist")}
    for mail in server.accepted:
        text = str(parsed(mail).get_body(("plain",)).get_content())  # type: ignore[union-attr]
        _, event = event_in(mail)
        assert event["SUMMARY"] == ("Möte 7KQ2" if mail.recipient in staff else "Möte")
        assert ("7KQ2" in text) == (mail.recipient in staff)
        assert "skolan" not in text.lower()
        assert "tisdagen den 16 mars 2027 kl. 13.00–14.00" in text


def test_the_same_events_again_and_in_any_order_say_nothing_more(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book()
    facts.move(meeting, START + timedelta(days=1))
    facts.publish(e.MeetingMoved(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.publish(booked(facts, meeting))
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()
    assert len(server.accepted) == EVERYBODY_WITH_MAIL
    assert {int(event_in(mail)[1]["SEQUENCE"]) for mail in server.accepted} == {1}


def test_a_moved_meeting_asks_everybody_anew_and_a_cancelled_one_is_taken_back(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book()
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.move(meeting, START + timedelta(days=1))
    facts.publish(e.MeetingMoved(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=2))
    worker.rounds()
    assert worker.states() == {
        ("call", "accepted"): EVERYBODY_WITH_MAIL,
        ("change", "accepted"): EVERYBODY_WITH_MAIL,
        ("cancel", "accepted"): EVERYBODY_WITH_MAIL,
    }
    for address in {mail.recipient for mail in server.accepted}:
        said = [event_in(mail) for mail in server.accepted if mail.recipient == address]
        assert [method for method, _ in said] == ["REQUEST", "REQUEST", "CANCEL"]
        assert [int(event["SEQUENCE"]) for _, event in said] == [0, 1, 2]
        assert len({str(event["UID"]) for _, event in said}) == 1
        assert len({str(event["ORGANIZER"]) for _, event in said}) == 1
        stamps = [event["DTSTAMP"].dt for _, event in said]
        assert stamps == sorted(set(stamps)), "strictly rising, in a clock that stands still"
        assert said[2][1]["STATUS"] == "CANCELLED"
        assert said[2][1]["DTSTART"].dt == START + timedelta(days=1)
    assert worker.by_hand() == [
        (facts.people["child"], kind, "X11") for kind in ("call", "change", "cancel")
    ]


def test_who_is_removed_gets_the_cancel_alone_and_a_later_invitation_above_it(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book()
    facts.publish(booked(facts, meeting))
    worker.rounds()
    server.accepted.clear()
    facts.uncall(meeting, "father")
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()
    facts.call(meeting, "father")
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()
    assert {mail.recipient for mail in server.accepted} == {facts.address("father")}
    (off, off_event), (on, on_event) = (event_in(mail) for mail in server.accepted)
    assert (off, "STATUS" in off_event) == ("CANCEL", False)
    assert on == "REQUEST"
    assert int(on_event["SEQUENCE"]) > int(off_event["SEQUENCE"]) > 0


def test_what_was_cancelled_before_it_left_is_not_said_at_all(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.deliveries.drain_batch()
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    assert server.accepted == []
    assert worker.states() == {("call", "suppressed"): 2}


def test_a_new_address_gets_the_invitation_and_the_old_one_a_cancel(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    old = facts.address("mother")
    server.accepted.clear()
    facts.change_person("mother", email="ny@hem.example")
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()
    assert {(mail.recipient, event_in(mail)[0]) for mail in server.accepted} == {
        (old, "CANCEL"),
        ("ny@hem.example", "REQUEST"),
    }


def test_two_guardians_who_share_a_mailbox_get_one_invitation(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.change_person("father", email=facts.address("mother").upper())
    facts.publish(booked(facts, facts.book("mother", "father")))
    worker.rounds()
    assert len(server.accepted) == 1


def test_who_becomes_protected_gets_no_cancel_but_a_task_and_nobodys_mail_has_a_place(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert all("LOCATION" in event_in(mail)[1] for mail in server.accepted)
    server.accepted.clear()
    facts.change_person("mother", protected=None)
    facts.publish(e.ParticipantsChanged(case_id=facts.case_id))
    worker.rounds()
    assert [mail.recipient for mail in server.accepted] == [facts.address("rektor")]
    assert "LOCATION" not in event_in(server.accepted[0])[1]
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    assert {mail.recipient for mail in server.accepted} == {facts.address("rektor")}
    assert worker.by_hand() == [(facts.people["mother"], "cancel", "X6")]


def test_a_reminder_goes_to_who_is_still_called_and_has_no_calendar_part(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "father", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.uncall(meeting, "father")
    server.accepted.clear()
    reminder = e.ReminderDue(
        case_id=facts.case_id,
        key=f"{meeting}/before-meeting/0",
        meeting_id=meeting,
        sequence=0,
        rule="R8",
        due_at=START - timedelta(days=20),
        useful_until=START,
    )
    facts.publish(reminder)
    facts.publish(reminder)
    facts.publish(reminder.model_copy(update={"sequence": 1, "key": "of another time"}))
    worker.rounds()
    reminders = [m for m in server.accepted if "text/calendar" not in m.content.decode()]
    assert sorted(mail.recipient for mail in reminders) == sorted(
        [facts.address("mother"), facts.address("rektor")]
    )
    assert parsed(reminders[0])["Subject"] == "Påminnelse: möte tisdag 16 mars 2027 kl. 13.00"


def test_X10_of_who_has_left_no_alert_is_made(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.run(
        "UPDATE cases.holders SET first_day = '2026-01-01', last_day = '2026-12-31'"
        " WHERE person_id = %s",
        facts.people["rektor"],
    )
    alerted(facts)
    worker.rounds()
    assert server.accepted == []
    assert facts.run("SELECT FROM notifier.messages WHERE kind = 'alert'") == []


def test_an_alert_names_the_date_alone_and_goes_to_whose_duty_it_is(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    alerted(facts)
    worker.rounds()
    assert [mail.recipient for mail in server.accepted] == [facts.address("rektor")]
    text = parsed(server.accepted[0]).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert "senast måndagen den 15 mars 2027" in text
    assert "7KQ2" not in server.accepted[0].content.decode() + text


def alerted(facts: Facts) -> None:
    """A limit is near."""
    for to in ("process_owner", "manager"):  # the rektor has no manager here: cases has the task
        facts.publish(
            e.AlertDue(
                case_id=facts.case_id,
                key=f"{facts.case_id}/near/{to}",
                step="first",
                rule="X2",
                to=to,
                about="limit-near",
                limit_on=date(2027, 3, 15),
                due_at=START - timedelta(days=20),
                useful_until=START,
            )
        )


@pytest.mark.parametrize(
    ("fault", "accepted"),
    [
        ("greet-421", 1),
        ("rcpt-451", 1),
        ("drop-before-354", 1),
        ("drop-in-content", 1),
        ("content-451", 1),
    ],
)
def test_what_fails_for_now_is_tried_again_and_arrives_once(
    facts: Facts, worker: Worker, server: ScriptedServer, fault: Any, accepted: int
) -> None:
    server.faults.append(fault)
    facts.publish(booked(facts, facts.book("mother")))
    worker.rounds()
    assert len(server.accepted) == accepted
    assert worker.states() == {("call", "accepted"): 1}


@pytest.mark.parametrize("fault", ["rcpt-550", "content-554"])
def test_what_is_refused_for_good_fails_and_becomes_a_task(
    facts: Facts, worker: Worker, server: ScriptedServer, fault: Any
) -> None:
    server.faults.append(fault)
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    assert worker.states() == {("call", "accepted"): 1, ("call", "failed"): 1}
    (failed,) = worker.events("message.failed")
    assert failed["kind"] == "call"
    assert "@" not in str(failed)
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    assert worker.states()["cancel", "accepted"] == 1, "only to the mailbox that holds something"
    assert [(str(who), kind) for who, kind, _ in worker.by_hand()] == [
        (failed["person_id"], "cancel")
    ]


@pytest.mark.parametrize("fault", ["drop-before-250", "stall-after-dot"])
def test_without_an_answer_the_same_bytes_go_once_more(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer, fault: Any
) -> None:
    server.faults.append(fault)
    facts.publish(booked(facts, facts.book("mother")))
    where = MailServer.from_url(server.url)
    with a_worker(database_url, municipality, where, answer_seconds=0.3) as worker:
        worker.rounds()
        (row,) = worker.messages()
    assert (row["state"], row["began"], row["doubts"]) == ("accepted", 2, 1)
    assert row["content"] is None
    assert server.unanswered[0].content == server.accepted[0].content


def test_twice_without_an_answer_is_never_sent_a_third_time(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    server.faults.extend(["drop-before-250", "drop-before-250"])
    meeting = facts.book("mother")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    (row,) = worker.messages()
    assert (row["state"], row["began"]) == ("failed", 2)
    assert len(worker.events("message.failed")) == 1
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    assert [event_in(mail)[0] for mail in server.accepted] == ["CANCEL"], "it may hold it"


def test_a_withdrawal_between_rcpt_and_data_stops_the_content(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    server.before_354 = lambda: facts.withdraw("mother")
    facts.publish(booked(facts, facts.book("mother", "rektor")))
    worker.one_round()
    assert sorted(server.recipients) == sorted([facts.address("mother"), facts.address("rektor")])
    assert server.accepted == []
    assert {(row["state"], row["reason"], row["rule"]) for row in worker.messages()} == {
        ("suppressed", "no-consent", "R3")
    }


def test_a_withdrawal_does_not_stop_the_cancel(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother", "rektor")
    facts.publish(booked(facts, meeting))
    worker.rounds()
    facts.withdraw("mother")
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.rounds()
    assert worker.states()["cancel", "accepted"] == 2


def test_the_gate_waits_for_a_withdrawal_under_way_and_sees_it(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    at_the_gate, withdrawn = threading.Event(), threading.Event()

    def withdraw_slowly() -> None:
        with psycopg.connect(facts.url) as connection:
            connection.execute("SELECT FROM cases.cases WHERE id = %s FOR UPDATE", [facts.case_id])
            at_the_gate.wait(5)
            time.sleep(0.3)
            connection.execute("UPDATE cases.consents SET state = 'withdrawn'")
        withdrawn.set()

    facts.publish(booked(facts, facts.book("mother")))
    server.before_354 = at_the_gate.set
    other = threading.Thread(target=withdraw_slowly)
    other.start()
    worker.one_round()
    other.join()
    assert withdrawn.is_set()
    assert server.accepted == []


def test_a_lost_fence_stops_the_content(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    """F4: another worker has taken the message up while this one stood still."""
    server.before_354 = lambda: facts.run("UPDATE notifier.messages SET fence = fence + 1")
    facts.publish(booked(facts, facts.book("mother")))
    worker.one_round()
    assert server.accepted == []
    server.before_354 = lambda: None
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    worker.rounds()
    assert len(server.accepted) == 1


def test_a_worker_that_died_in_the_content_leaves_an_unknown_that_goes_once_more(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother")))
    worker.deliveries.drain_batch()
    (claimed,) = worker.claims.claim(10)
    (content,) = worker.sender.gate.clear([claimed])
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    worker.rounds()
    (row,) = worker.messages()
    assert (row["state"], row["began"], row["doubts"]) == ("accepted", 2, 1)
    assert server.accepted[0].content == content
    worker.claims.mark([(claimed, Verdict("failed", "of a dead worker"))])
    assert worker.messages()[0]["state"] == "accepted", "the dead worker's word counts no more"


def test_a_worker_that_died_before_the_content_costs_nothing(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother")))
    worker.deliveries.drain_batch()
    worker.claims.claim(10)
    facts.run("UPDATE notifier.messages SET lease_until = '-infinity'")
    worker.rounds()
    (row,) = worker.messages()
    assert (row["state"], row["began"], row["doubts"]) == ("accepted", 1, 0)


@pytest.mark.parametrize("slow", ["before_354", "before_250"])
def test_F5_leases_are_kept_while_the_server_is_slow(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer, slow: str
) -> None:
    """Neither the worker itself nor another takes up what waits for its answer."""
    setattr(server, slow, lambda: time.sleep(1.2))
    facts.publish(booked(facts, facts.book("mother")))
    where = MailServer.from_url(server.url)
    with (
        a_worker(database_url, municipality, where, lease=0.5) as worker,
        a_worker(database_url, municipality, where, lease=0.5) as other,
    ):
        worker.a_round()
        while worker.sender.under_way:
            assert other.a_round() == 0
            time.sleep(0.05)
        (row,) = worker.messages()
    assert (row["state"], row["attempts"], row["began"], row["doubts"]) == ("accepted", 1, 1, 0)
    assert len(server.accepted) == 1


def test_a_message_that_waits_for_its_answer_holds_back_no_other(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    server.faults.append("stall-after-dot")
    facts.publish(booked(facts, facts.book("mother")))
    worker.a_round()
    facts.publish(booked(facts, facts.book("rektor", starts_at=START + timedelta(days=1))))
    end = time.monotonic() + 3
    while not server.accepted and time.monotonic() < end:
        worker.a_round()
        time.sleep(0.02)
    assert [mail.recipient for mail in server.accepted] == [facts.address("rektor")]


def test_a_cancel_waits_for_the_invitation_that_is_on_its_way(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    meeting = facts.book("mother")
    facts.publish(booked(facts, meeting))
    worker.deliveries.drain_batch()
    (claimed,) = worker.claims.claim(10)
    worker.sender.gate.clear([claimed])
    facts.cancel(meeting)
    facts.publish(e.MeetingCancelled(case_id=facts.case_id, meeting_id=meeting, sequence=1))
    worker.deliveries.drain_batch()
    assert worker.claims.claim(10) == []
    worker.claims.mark([(claimed, Verdict("accepted"))])
    worker.rounds()
    assert [event_in(mail)[0] for mail in server.accepted] == ["CANCEL"]


def test_what_comes_too_late_is_suppressed_and_says_so(
    facts: Facts, worker: Worker, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother")))
    worker.deliveries.drain_batch()
    facts.set_clock(START + timedelta(minutes=1))
    worker.rounds()
    (row,) = worker.messages()
    assert (row["state"], row["reason"], row["rule"]) == ("suppressed", "too-late", "R8")
    assert server.recipients == []


def test_a_meeting_that_is_past_when_it_is_booked_invites_nobody(
    facts: Facts, worker: Worker
) -> None:
    facts.publish(booked(facts, facts.book(starts_at=START - timedelta(days=60))))
    worker.rounds()
    assert worker.messages() == []
    assert worker.by_hand() == []


def test_while_the_server_is_away_mail_waits_and_goes_when_it_is_back(
    facts: Facts, database_url: str, municipality: Path
) -> None:
    with ScriptedServer() as reserved:
        port = reserved.port
    facts.publish(booked(facts, facts.book("mother", "father", "rektor")))
    where = MailServer("127.0.0.1", port, "none")
    with a_worker(database_url, municipality, where) as worker:
        worker.one_round()
        assert worker.states() == {("call", "retry"): 3}
        with ScriptedServer(port=port) as back:
            worker.rounds(20)
            assert len(back.accepted) == 3


def test_without_starttls_nothing_leaves_in_clear(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    facts.publish(booked(facts, facts.book("mother")))
    where = replace(MailServer.from_url(server.url), tls="starttls")
    with a_worker(database_url, municipality, where) as worker:
        worker.one_round()
        (row,) = worker.messages()
    assert (row["state"], row["reason"]) == ("retry", "connect-no-starttls")
    assert (server.recipients, server.connections) == ([], 1)


@pytest.mark.parametrize(
    ("trusted", "name", "expected"),
    [
        (True, "localhost", "accepted"),
        (False, "localhost", "connect-certificate"),
        (True, "127.0.0.1", "connect-certificate"),  # the certificate names localhost alone
    ],
)
def test_tls_needs_a_certificate_that_we_trust_for_that_name(
    facts: Facts,
    database_url: str,
    municipality: Path,
    tmp_path: Path,
    trusted: bool,
    name: str,
    expected: str,
) -> None:
    certificate, context = self_signed(tmp_path)
    facts.publish(booked(facts, facts.book("mother")))
    with ScriptedServer(tls=context) as server:
        where = MailServer(name, server.port, "starttls", ca=certificate if trusted else None)
        with a_worker(database_url, municipality, where) as worker:
            worker.one_round()
            (row,) = worker.messages()
    assert (row["reason"] or row["state"]) == expected


def test_a_password_is_never_offered_in_clear(
    facts: Facts, database_url: str, municipality: Path, server: ScriptedServer
) -> None:
    where = MailServer.from_url(f"smtp://user:secret@mail.example:{server.port}")
    assert where.tls == "starttls"
    assert "secret" not in repr(where)


def self_signed(folder: Path) -> tuple[Path, Any]:
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return certificate, context
