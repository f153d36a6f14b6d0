"""What comes of mail that comes in, from the stored bytes to the case (B1-B9, B11)."""

import threading
from datetime import timedelta

import pytest
from psycopg import OperationalError
from psycopg.errors import AdminShutdown, DeadlockDetected, OutOfMemory, ProgramLimitExceeded

from services.notifier.adapters.inbox import MOST_ATTEMPTS
from services.notifier.adapters.intake import Intake
from services.notifier.domain.arriving import Arrival
from services.notifier.handlers import Desk
from shared.db import Unit
from tests.integration.test_stories import sign_all
from tests.support.facts import Facts
from tests.support.inbound import (
    answer,
    answering,
    bring,
    invited,
    later,
    letters,
    newest,
    outcome,
    plain,
)
from tests.support.mailing import POST
from tests.support.no_room import no_room
from tests.support.notifier import AUTHSERV, event_in
from tests.support.replies import clients
from tests.support.replies.answering import Answering, utc
from tests.support.replies.parts import calendar, mail, multipart, part
from tests.support.replies.servers import absence, delivery_report
from tests.support.story import GUARDIANS, open_a_case, person_called
from tests.support.town import Json, Town

MOTHER, FATHER = GUARDIANS
CLIENTS = (
    clients.outlook_web, clients.outlook_desktop, clients.gmail, clients.apple, clients.android,
    clients.thunderbird, clients.nextcloud, clients.zimbra, clients.sogo, clients.notes,
)  # fmt: skip
ACTING = "Samspel-Acting-As"


@pytest.fixture
def case(town: Town) -> Json:
    """A case with a booked meeting, to which everybody has been invited."""
    opened = open_a_case(town)
    town.quiet()
    sign_all(town, opened["id"])
    town.quiet()
    return opened


def answers(town: Town, case: Json) -> dict[str, str]:
    """What each person has answered, by their address."""
    rows = town.rows(
        "SELECT p.email, a.answer FROM cases.attendance a JOIN cases.people p ON p.id = a.person_id"
        " WHERE NOT a.removed AND p.email IS NOT NULL"
    )
    return {row["email"]: row["answer"] for row in rows}


def mail_tasks(town: Town, case: Json) -> list[tuple[str, str]]:
    return sorted(
        (task["kind"], task["owner"])
        for task in town.tasks(case)
        if task["kind"] in ("read-mail", "decide-mail", "reach-otherwise", "answer-counter")
    )


def owner(town: Town) -> str:
    return str(person_called(town, "anna-lindqvist")["id"])


def test_B1_an_answer_from_a_calendar_is_that_attendees_alone_and_nobody_is_mailed(
    town: Town, case: Json
) -> None:
    before, mailed, now = answers(town, case), len(town.mails()), town.clockwork.now()
    for minutes, said in enumerate(("accepted", "declined", "tentative")):
        stamp = later(now, minutes - 30)
        answer(town, MOTHER, said.upper(), stamp=stamp, comment=f"Vi blir {minutes}.")
        assert answers(town, case) == before | {MOTHER: said}
    assert len(town.mails()) == mailed
    assert sorted(row["words"] for row in letters(town)) == [f"Vi blir {n}." for n in range(3)]
    assert outcome(town) == [("handled", "reply", "answer")] * 3


def test_B2_whichever_program_answers_it_is_the_same_answer(town: Town, case: Json) -> None:
    now = town.clockwork.now()
    for minutes, client in enumerate(CLIENTS):
        partstat = ("DECLINED", "ACCEPTED")[minutes % 2]
        said = answering(town, MOTHER, partstat=partstat, stamp=later(now, minutes - 30))
        bring(town, client(said), said.organizer.upper(), "alias@post.example")
        assert answers(town, case)[MOTHER] == partstat.lower(), client.__name__


def test_B3_the_same_twice_out_of_order_and_below_the_last_change(town: Town, case: Json) -> None:
    now = town.clockwork.now()
    early, late = (later(now, -minutes) for minutes in (30, 10))
    for stamp, partstat in ((late, "DECLINED"), (early, "ACCEPTED"), (late, "DECLINED")):
        answer(town, MOTHER, partstat, stamp=stamp)
    answer(town, MOTHER, "ACCEPTED", stamp=late, comment="igen")
    assert answers(town, case)[MOTHER] == "declined"
    assert sorted(reason for _, _, reason in outcome(town)) == ["answer", "older", "repeated"]
    old = answering(town, MOTHER, partstat="ACCEPTED", stamp=now)
    move(town, case)
    bring(town, clients.thunderbird(old), old.organizer, MOTHER)
    assert answers(town, case)[MOTHER] == "needs-action"
    answer(town, MOTHER, "ACCEPTED", sequence=7)
    assert answers(town, case)[MOTHER] == "needs-action"
    found = {reason: state for state, _, reason in outcome(town)}
    assert (found["stale"], found["from-the-future"]) == ("handled", "quarantined")
    answer(town, MOTHER, "TENTATIVE")
    assert answers(town, case)[MOTHER] == "tentative"


def test_B3_a_clock_that_is_fast_never_answers_later_than_now_and_the_newest_still_counts(
    town: Town, case: Json
) -> None:
    now = town.clockwork.now()
    answer(town, MOTHER, "ACCEPTED", stamp=now + timedelta(days=400))
    answer(town, MOTHER, "DECLINED", stamp=now + timedelta(days=401))
    assert answers(town, case)[MOTHER] == "declined"
    meeting = invited(town, MOTHER)["meeting_id"]
    town.do(f"meetings/{meeting}/answers", {"person": mother_of(town), "answer": "accepted"})
    assert answers(town, case)[MOTHER] == "accepted"


def test_B4_what_nobody_was_called_with_waits_for_a_person_and_changes_nothing(
    town: Town, case: Json
) -> None:
    before, people = answers(town, case), attendance(town)
    said = answering(town, MOTHER)
    wrong = POST.reply_address("a" * 24)
    other = answering(town, MOTHER, uid="annan@exempelkommun.example")
    stranger = answering(town, MOTHER, attendee="okand@post.example")
    two = clients.thunderbird(said).replace(
        b"BEGIN:VEVENT\r\n", b"BEGIN:VEVENT\r\nATTENDEE;PARTSTAT=ACCEPTED:mailto:x@post.example\r\n"
    )
    for raw, to in (
        (clients.thunderbird(said), wrong),
        (clients.thunderbird(said), POST.from_address),
        (clients.thunderbird(other), said.organizer),
        (clients.thunderbird(stranger), said.organizer),
        (two, said.organizer),
    ):
        bring(town, raw, to)
    reasons = sorted(reason for state, _, reason in outcome(town) if state == "quarantined")
    assert reasons == ["another-meeting", "no-token", "stranger", "two-attendees", "unknown-token"]
    assert (answers(town, case), attendance(town)) == (before, people)
    assert mail_tasks(town, case) == [("decide-mail", owner(town))] * 3


def test_B4_a_person_decides_what_a_mail_says_and_the_first_decision_stands(
    town: Town, case: Json
) -> None:
    for sender in ("a@post.example", "b@post.example"):
        said = answering(town, MOTHER, attendee=sender, partstat="TENTATIVE", comment="Kanske")
        bring(town, clients.thunderbird(said), said.organizer)
    first, second = town.get("inbound?state=quarantined")
    shown = town.get(f"inbound/{first['id']}")
    assert (shown["words"], shown["mailbox"], shown["answer"]) == ("Kanske", MOTHER, "tentative")
    mother = mother_of(town)
    body = {"person": mother, "answer": "declined"}
    not_called = town.post(f"inbound/{first['id']}/answer", body | {"person": owner_of_other(town)},
                           status=422)  # fmt: skip
    assert not_called["type"].endswith("not-called-to")
    town.do(f"inbound/{first['id']}/answer", body, status=202)
    town.do(f"inbound/{second['id']}/discard", status=202)
    assert answers(town, case)[MOTHER] == "declined"
    assert sorted(one["state"] for one in town.get("inbound")) == ["discarded", "settled"]
    for path in (f"inbound/{first['id']}/discard", f"inbound/{second['id']}/discard"):
        assert town.post(path, status=409)["type"].endswith("not-in-quarantine")
    assert mail_tasks(town, case) == []


def test_B4_mail_of_no_case_is_for_the_calling_system_alone_and_needs_a_meeting_to_be_an_answer(
    town: Town, case: Json
) -> None:
    bring(town, plain("nagon@post.example", "Hej"), POST.from_address)
    (mail_,) = town.get("inbound")
    path = f"inbound/{mail_['id']}"
    acting = {ACTING: owner(town)}
    assert town.client.get(f"/api/v1/{path}", headers=acting).status_code == 404
    assert town.client.get("/api/v1/inbound", headers=acting).json() == []
    refused = town.client.post(f"/api/v1/{path}/discard", json={}, headers=acting)
    assert refused.status_code == 404
    body = {"person": mother_of(town), "answer": "accepted"}
    assert town.post(f"{path}/answer", body, status=409)["type"].endswith("no-meeting-known")
    assert town.post(f"inbound/{mother_of(town)}/discard", status=404)
    town.do(f"{path}/discard", status=202)
    assert town.get(path)["state"] == "discarded"


def test_B5_a_proposal_of_another_time_is_no_answer(town: Town, case: Json) -> None:
    said = wishing(town)
    bring(town, clients.thunderbird(said), said.organizer, MOTHER)
    assert outcome(town) == [("handled", "counter", "counter")]
    assert answers(town, case)[MOTHER] == "needs-action"
    (event,) = town.rows("SELECT data FROM bus.events WHERE type = 'counter.received'")
    assert event["data"]["person_id"] == mother_of(town)


def test_B5_a_time_that_cannot_be_had_is_said_to_the_calendar_that_asked(
    town: Town, case: Json
) -> None:
    said = wishing(town)
    bring(town, clients.thunderbird(said), said.organizer, MOTHER)
    meeting = invited(town, MOTHER)["meeting_id"]
    (counter,) = town.rows("SELECT id FROM cases.counters")
    mailed = len(town.mails())
    town.do(f"meetings/{meeting}/counters/{counter['id']}/decline")
    assert len(town.mails()) == mailed + 1
    method, event = event_in(newest(town, MOTHER))
    assert (method, str(event["UID"]), int(event["SEQUENCE"])) == ("DECLINECOUNTER", said.uid, 0)
    assert event["DTSTART"].dt == said.starts_at


def test_B5_whoever_asks_gets_the_invitation_again_at_most_hourly(town: Town, case: Json) -> None:
    answer(town, MOTHER, "ACCEPTED")
    first = event_in(newest(town, MOTHER))[1]
    before = len(town.server.accepted)
    said = answering(town, MOTHER)
    asked = refresh(said)
    bring(town, asked, said.organizer, MOTHER)
    method, event = event_in(newest(town, MOTHER))
    assert (method, event["UID"], event["SEQUENCE"]) == ("REQUEST", first["UID"], first["SEQUENCE"])
    assert event["DTSTAMP"].dt > first["DTSTAMP"].dt
    bring(town, asked + b"\r\n", said.organizer, MOTHER)
    assert len(town.server.accepted) == before + 1
    assert answers(town, case)[MOTHER] == "accepted"
    town.move_clock(later(town.clockwork.now(), 61).isoformat())
    bring(town, asked + b"\r\n\r\n", said.organizer, MOTHER)
    reasons = [reason for _, kind, reason in outcome(town) if kind == "refresh"]
    assert sorted(reasons) == ["sent-again", "sent-again", "too-often"]
    assert len(town.server.accepted) == before + 2


def test_B6_what_only_an_organizer_sends_changes_nothing(town: Town, case: Json) -> None:
    before = answers(town, case)
    for method in ("REQUEST", "CANCEL", "ADD", "PUBLISH", "DECLINECOUNTER"):
        said = answering(town, MOTHER, method=method)
        bring(town, clients.thunderbird(said), said.organizer, MOTHER)
    assert outcome(town) == [("handled", "foreign", "foreign")] * 5
    assert (answers(town, case), mail_tasks(town, case)) == (before, [])


def test_B6_B8_words_beside_our_own_invitation_are_a_task_and_the_invitation_changes_nothing(
    town: Town, case: Json
) -> None:
    before, said = answers(town, case), answering(town, MOTHER, method="REQUEST")
    lines = ("BEGIN:VCALENDAR", "METHOD:REQUEST", "BEGIN:VEVENT", f"UID:{said.uid}", "END:VEVENT",
             "END:VCALENDAR")  # fmt: skip
    words = part("text/plain; charset=utf-8", "Vi kan inte komma, kan ni ringa mig?")
    content = multipart("mixed", words, part("application/ics; name=invite.ics", calendar(*lines)))
    bring(town, mail(said.headers, content), said.organizer, MOTHER)
    assert outcome(town) == [("handled", "plain", "to-read-beside-calendar")]
    assert mail_tasks(town, case) == [("read-mail", owner(town))]
    assert answers(town, case) == before


def test_B2_staff_may_answer_by_an_alias_of_their_employers(town: Town, case: Json) -> None:
    mailbox, colleague = town.rows(
        "SELECT lower(p.email) AS email FROM cases.attendance a"
        " JOIN cases.people p ON p.id = a.person_id"
        " WHERE p.party = 'staff' AND NOT a.removed ORDER BY p.email LIMIT 2"
    )
    domain = mailbox["email"].partition("@")[2]
    for alias in (f"alias@{domain}", colleague["email"]):
        said = answering(town, mailbox["email"], attendee=alias)
        bring(town, clients.thunderbird(said), said.organizer, alias)
    assert sorted(reason for _, _, reason in outcome(town)) == ["answer", "stranger"]
    said_by = [address for address, said in answers(town, case).items() if said == "accepted"]
    assert [address.lower() for address in said_by] == [mailbox["email"]]


def test_B7_a_program_that_answers_by_itself_changes_nothing_and_is_not_answered(
    town: Town, case: Json
) -> None:
    mailed = len(town.mails())
    bring(town, absence(), invited(town, MOTHER)["reply_to"], MOTHER)
    assert outcome(town) == [("handled", "auto-reply", "auto-reply")]
    assert (len(town.mails()), mail_tasks(town, case)) == (mailed, [])


def test_B8_a_persons_own_words_are_a_task_and_read_behind_the_cases_own_sight(
    town: Town, case: Json
) -> None:
    mailed = len(town.mails())
    words = "Vi vill ta tillbaka vårt samtycke. /Petra"
    bring(town, plain(MOTHER, words), invited(town, MOTHER)["reply_to"], MOTHER)
    assert mail_tasks(town, case) == [("read-mail", owner(town))]
    assert len(town.mails()) == mailed
    (listed,) = town.get(f"cases/{case['id']}/mails")
    assert "words" not in listed
    path = f"cases/{case['id']}/mails/{listed['id']}"
    shown = town.get(path)
    assert (shown["words"], shown["person"]) == (f"Mötet\n\n{words}", mother_of(town))
    assert town.get(f"inbound/{listed['id']}")["words"] == shown["words"]
    logged = town.rows("SELECT what, case_id::text FROM cases.access_log WHERE what = 'case.mail'")
    assert [row["case_id"] for row in logged] == [case["id"]] * 2
    police = {ACTING: str(person_called(town, "anders-rask")["id"])}
    for hidden in (path, f"inbound/{listed['id']}", f"cases/{case['id']}/mails"):
        assert town.client.get(f"/api/v1/{hidden}", headers=police).status_code == 404
    said = {ACTING: owner(town)}
    assert town.client.get(f"/api/v1/{path}", headers=said).json()["words"] == shown["words"]
    events = town.rows("SELECT data::text AS data FROM bus.events")
    assert not any("samtycke" in row["data"] or "@" in row["data"] for row in events)


def test_B8_mail_after_a_withdrawal_is_still_read_and_an_answer_then_changes_nothing(
    town: Town, case: Json
) -> None:
    said, to = answering(town, MOTHER), invited(town, MOTHER)["reply_to"]
    consent = case["consents"][0]["id"]
    town.do(f"cases/{case['id']}/consents/{consent}/withdraw")
    before = town.rows("SELECT * FROM cases.attendance ORDER BY 1, 2")
    bring(town, clients.thunderbird(said), to, MOTHER)
    bring(town, plain(MOTHER, "Ring mig."), to, MOTHER)
    assert sorted(reason for _, _, reason in outcome(town)) == ["not-called-any-more", "to-read"]
    assert town.rows("SELECT * FROM cases.attendance ORDER BY 1, 2") == before
    assert mail_tasks(town, case) == [("read-mail", owner(town))]


def test_B8_words_are_kept_for_a_number_of_days_and_then_gone_with_a_note(
    town: Town, case: Json
) -> None:
    bring(town, plain(MOTHER, "Hej"), invited(town, MOTHER)["reply_to"], MOTHER)
    bring(town, plain(MOTHER, "Hej"), POST.from_address, MOTHER)
    town.move_clock("2027-04-01T08:00:00+02:00")
    town.notifier.one_round()
    for one in town.get("inbound"):
        shown = town.get(f"inbound/{one['id']}")
        assert (shown["words"], shown["sender"], shown["mailbox"]) == (None, None, None)
        assert (shown["kept"], shown["kept_until"][:10]) == (False, "2027-03-31")
    assert sorted(one["state"] for one in town.get("inbound")) == ["discarded", "handled"]
    assert all(row["raw"] is None for row in letters(town))


def test_B9_an_address_where_nobody_is_is_not_used_again_and_a_person_reaches_them(
    town: Town, case: Json
) -> None:
    returned = newest(town, MOTHER)
    bring(town, delivery_report(recipient=f"rfc822; {MOTHER}"), returned.sender)
    bring(town, delivery_report(recipient=f"rfc822; {MOTHER}") + b"\r\n", returned.sender)
    assert [reason for _, _, reason in outcome(town)] == ["failed", "known"]
    assert mail_tasks(town, case) == [("reach-otherwise", owner(town))]
    assert [task for task in town.tasks(case) if task["kind"] == "tell-by-hand"
            and task["about"] == mother_of(town)] == []  # fmt: skip
    (bounced,) = [one for one in town.get("messages?state=failed") if one["kind"] == "call"]
    assert (bounced["recipient"], bounced["reason"]) == (mother_of(town), "bounced")
    mailed = len([one for one in town.mails() if one.to == MOTHER])
    move(town, case)
    assert len([one for one in town.mails() if one.to == MOTHER]) == mailed
    by_hand = [t for t in town.tasks(case) if t["kind"] == "tell-by-hand"]
    assert mother_of(town) in {task["about"] for task in by_hand}
    correct(town, case, "ny@hemma.example")
    assert event_in(newest(town, "ny@hemma.example"))[0] == "REQUEST"


@pytest.mark.parametrize(
    ("action", "status", "marked", "tasks"),
    [("delayed", "4.4.1", "delayed", 0), ("failed", "5.2.2", "failed", 1)],
)
def test_B9_what_is_late_is_only_marked_and_a_full_mailbox_is_not_dead(
    town: Town, case: Json, action: str, status: str, marked: str, tasks: int
) -> None:
    report = delivery_report(action, status, recipient=f"rfc822; {MOTHER}")
    bring(town, report, newest(town, MOTHER).sender)
    rows = town.rows("SELECT bounced FROM notifier.messages WHERE bounced IS NOT NULL")
    assert [row["bounced"] for row in rows] == [marked]
    assert len(mail_tasks(town, case)) == tasks
    assert town.rows("SELECT 1 FROM cases.people WHERE dead_email IS NOT NULL") == []


def test_B9_a_bounce_that_names_no_mail_of_ours_or_has_a_forged_token_marks_none(
    town: Town, case: Json
) -> None:
    for token in ("a" * 42, invited(town, MOTHER)["token"]):
        to = POST.bounce_pattern.replace("{token}", token)
        bring(town, delivery_report(recipient=f"rfc822; {MOTHER}"), to)
    assert {(state, reason) for state, _, reason in outcome(town)} == {
        ("quarantined", "no-message")
    }
    assert town.rows("SELECT 1 FROM notifier.messages WHERE bounced IS NOT NULL") == []


def test_B9_an_address_that_is_entered_anew_after_none_is_not_known_to_be_dead(
    facts: Facts,
) -> None:
    address = facts.address("mother")
    facts.change_person("mother", dead_email=address)
    facts.change_person("mother", phone="070")
    dead = "SELECT dead_email FROM cases.people WHERE id = %s"
    assert facts.run(dead, facts.people["mother"]) == [{"dead_email": address}]
    facts.change_person("mother", email=None)
    facts.change_person("mother", email=address)
    assert facts.run(dead, facts.people["mother"]) == [{"dead_email": None}]


def test_B10_B11_what_is_forged_or_broken_is_kept_apart(town: Town, case: Json) -> None:
    said = answering(town, MOTHER)
    raw = clients.thunderbird(said)
    forged = f"Authentication-Results: {AUTHSERV}; dmarc=fail\r\n".encode() + raw
    trusted_by_nobody = b"Authentication-Results: mx.evil.example; dmarc=fail\r\n" + raw
    tnef = mail({"From": f"<{MOTHER}>"}, part('application/ms-tnef; name="winmail.dat"', b"\0\1"))
    for one in (forged, tnef):
        bring(town, one, said.organizer)
    assert {reason for _, _, reason in outcome(town)} == {"dmarc", "tnef"}
    assert answers(town, case)[MOTHER] == "needs-action"
    bring(town, trusted_by_nobody, said.organizer)
    assert answers(town, case)[MOTHER] == "accepted"


def test_a_mailbox_that_two_share_waits_for_a_person_who_says_whose_answer_it_is(
    town: Town,
) -> None:
    case = open_a_case(town)
    town.rows("UPDATE cases.people SET email = %s WHERE email = %s RETURNING id", MOTHER, FATHER)
    sign_all(town, case["id"])
    town.quiet()
    answer(town, MOTHER)
    assert outcome(town) == [("quarantined", "reply", "shared-mailbox")]
    (kept,) = town.get("inbound?state=quarantined")
    father = case["guardians"][1]["id"]
    town.do(f"inbound/{kept['id']}/answer", {"person": father, "answer": kept["answer"]})
    said = town.rows("SELECT person_id::text FROM cases.attendance WHERE answer = 'accepted'")
    assert [row["person_id"] for row in said] == [father]


def test_two_workers_at_once_take_each_mail_once(town: Town, case: Json) -> None:
    now = town.clockwork.now()
    arrivals = []
    for address in (MOTHER, FATHER):
        for minutes in range(12):
            said = answering(town, address, partstat=("ACCEPTED", "DECLINED")[minutes % 2],
                             stamp=later(now, minutes - 60))  # fmt: skip
            raw = clients.thunderbird(said)
            arrivals.append(Arrival(said.organizer, address, raw, len(raw)))
    town.notifier.inbox.store(arrivals, "smtp")
    workers = [threading.Thread(target=take_all, args=(town.notifier.intake,)) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    town.quiet()
    assert answers(town, case)[MOTHER] == answers(town, case)[FATHER] == "declined"
    assert {row["attempts"] for row in letters(town)} == {1}
    assert all(row["state"] == "handled" for row in letters(town))


def test_who_dies_over_a_mail_is_followed_by_another_and_at_last_it_is_left_to_a_person(
    town: Town, case: Json
) -> None:
    said = answering(town, MOTHER)
    raw = clients.thunderbird(said)
    inbox = town.notifier.inbox
    inbox.store([Arrival(said.organizer, MOTHER, raw, len(raw))], "smtp")
    died = inbox.claim()
    assert died is not None
    assert inbox.claim() is None  # its lease runs
    forget_leases(town)
    town.quiet()
    assert answers(town, case)[MOTHER] == "accepted"
    with town.notifier.database.unit() as unit:
        assert not inbox.is_ours(died, unit)  # it wakes up, and it is another's
    for to, told in ((POST.from_address, []), (said.organizer, [("decide-mail", owner(town))])):
        inbox.store([Arrival(to, FATHER, raw + b"again", len(raw) + 5)], "smtp")
        for _ in range(3):
            assert inbox.claim() is not None
            forget_leases(town)
        town.quiet()
        assert mail_tasks(town, case) == told
    assert outcome(town)[1:] == [("quarantined", "unclear", "poison")] * 2
    assert answers(town, case)[MOTHER] == "accepted"


@pytest.mark.parametrize("error", [OperationalError, DeadlockDetected, AdminShutdown])
def test_B3_however_often_the_database_goes_away_an_answer_is_read_once_it_is_back(
    town: Town, case: Json, error: type[OperationalError]
) -> None:
    def away(_unit: Unit) -> Desk:
        raise error

    said, intake = answering(town, MOTHER), town.notifier.intake
    raw = clients.thunderbird(said)
    town.notifier.inbox.store([Arrival(said.organizer, MOTHER, raw, len(raw))], "smtp")
    cut_off = Intake(intake.inbox, away, intake.addresses, intake.authserv)
    for _ in range(2 * MOST_ATTEMPTS):
        with pytest.raises(error), no_room(town.database_url):
            cut_off.take_in()
        (letter,) = letters(town)
        assert (letter["state"], letter["attempts"]) == ("received", 1)
        cut_off.give_back()
        forget_leases(town)
    town.quiet()
    assert answers(town, case)[MOTHER] == "accepted"
    assert outcome(town) == [("handled", "reply", "answer")]


def test_what_fails_by_the_mail_itself_is_no_outage(town: Town, case: Json) -> None:
    def too_much(_unit: Unit) -> Desk:
        raise ProgramLimitExceeded

    intake = town.notifier.intake
    raw = plain(MOTHER, "Hej")
    town.notifier.inbox.store([Arrival(invited(town, MOTHER)["reply_to"], MOTHER, raw, 9)], "smtp")
    fails = Intake(intake.inbox, too_much, intake.addresses, intake.authserv)
    for _ in range(MOST_ATTEMPTS):
        assert fails.take_in() == 1
        forget_leases(town)
    assert fails.take_in() == 0  # nobody can be told either; yet it waits for a person
    assert outcome(town) == [("quarantined", "unclear", "poison")]


def test_F12_a_mail_that_fails_as_if_by_the_database_is_set_aside_and_holds_up_no_other(
    town: Town, case: Json
) -> None:
    intake, good = town.notifier.intake, answering(town, MOTHER)
    raised: list[Unit] = []

    def desk_for(unit: Unit) -> Desk:
        if not raised:
            raised.append(unit)
            raise OutOfMemory
        return intake.desk_for(unit)

    poison = Arrival(invited(town, FATHER)["reply_to"], FATHER, plain(FATHER, "Hej"), 9)
    raw = clients.thunderbird(good)
    intake.inbox.store([poison], "smtp")
    town.rows("UPDATE notifier.inbound SET received_at = received_at - interval '1 s' RETURNING id")
    intake.inbox.store([Arrival(good.organizer, MOTHER, raw, len(raw))], "smtp")
    fails = Intake(intake.inbox, desk_for, intake.addresses, intake.authserv)
    assert fails.take_in() == 2
    assert [one["state"] for one in letters(town)] == ["received", "handled"]
    for _ in range(MOST_ATTEMPTS - 1):
        raised.clear()
        forget_leases(town)
        assert fails.take_in() == 1
    forget_leases(town)
    assert fails.take_in() == 0
    town.quiet()
    assert outcome(town)[0] == ("quarantined", "unclear", "poison")
    assert answers(town, case)[MOTHER] == "accepted"


def take_all(intake: Intake) -> None:
    while intake.take_in():
        pass


def forget_leases(town: Town) -> None:
    town.rows("UPDATE notifier.inbound SET lease_until = '-infinity' RETURNING id")


def wishing(town: Town) -> Answering:
    """Another time, with a PARTSTAT that counts for nothing."""
    starts_at = town.clockwork.now() + timedelta(days=9)
    ends_at = starts_at + timedelta(hours=1)
    return answering(town, MOTHER, method="COUNTER", starts_at=starts_at, ends_at=ends_at)


def refresh(said: Answering) -> bytes:
    lines = (
        "BEGIN:VCALENDAR", "VERSION:2.0", "METHOD:REFRESH", "BEGIN:VEVENT", f"UID:{said.uid}",
        f"DTSTAMP:{utc(said.stamp)}", f"ATTENDEE:mailto:{said.attendee}",
        f"ORGANIZER:mailto:{said.organizer}", "END:VEVENT", "END:VCALENDAR",
    )  # fmt: skip
    return mail(
        said.headers, part("text/calendar; method=REFRESH; charset=utf-8", calendar(*lines))
    )


def move(town: Town, case: Json) -> None:
    meeting = next(m for m in town.get(f"cases/{case['id']}")["meetings"] if m["state"] == "booked")
    town.do(f"meetings/{meeting['id']}/move", {"starts_at": "2027-03-11T13:00:00+01:00"})


def correct(town: Town, case: Json, address: str) -> None:
    town.do(f"cases/{case['id']}/people/{mother_of(town)}", {"email": address})


def attendance(town: Town) -> list[Json]:
    return town.rows("SELECT meeting_id, person_id FROM cases.attendance ORDER BY 1, 2")


def mother_of(town: Town) -> str:
    (row,) = town.rows(
        "SELECT id::text FROM cases.people WHERE email IN (%s, 'ny@hemma.example')", MOTHER
    )
    return str(row["id"])


def owner_of_other(town: Town) -> str:
    return str(person_called(town, "anders-rask")["id"])
