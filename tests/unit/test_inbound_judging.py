"""What follows from a mail, by the invitation it answers; each value is tried beside its limit."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.notifier.domain.arriving import goes_in_a_circle, headers_alone
from services.notifier.domain.incoming.kinds import Bounce, Counter, Plain, Refresh, Reply
from services.notifier.domain.judging import Called, Sent, Verdict, is_dead, judge, judge_bounce
from services.notifier.domain.ours import OurAddresses, Ours

NOW = datetime.fromisoformat("2027-03-02T12:00:00+00:00")
HOUR = timedelta(hours=1)
MOTHER, FATHER = UUID(int=1), UUID(int=2)
CALLED = Called(
    case_id=UUID(int=3),
    meeting_id=UUID(int=4),
    mailbox="mor@hem.example",
    people=(MOTHER,),
    told=2,
    sequence=5,
    state="invited",
    uid="u@k.example",
    since=NOW - HOUR,
    changed=True,
)
REPLY = Reply("u@k.example", 5, NOW, "mor@hem.example", "accepted", "", sender="x@y.example")
COUNTER = Counter("u@k.example", 5, NOW, "mor@hem.example", NOW, NOW + HOUR, "")


def judged(mail: Reply | Counter | Refresh | Plain, called: Called | None = CALLED) -> Verdict:
    return judge(mail, called, NOW)


@pytest.mark.parametrize(
    ("changes", "reason", "state"),
    [
        ({}, "answer", "handled"),
        ({"attendee": "alias@hem.example", "sender": "mor@hem.example"}, "answer", "handled"),
        ({"attendee": "alias@hem.example"}, "stranger", "quarantined"),
        ({"uid": "annan@k.example"}, "another-meeting", "quarantined"),
        ({"sequence": 4}, "stale", "handled"),
        ({"sequence": 6}, "from-the-future", "quarantined"),
        ({"sequence": None}, "answer", "handled"),
        ({"sequence": None, "stamp": NOW - HOUR}, "answer", "handled"),
        ({"sequence": None, "stamp": NOW - HOUR - timedelta(seconds=1)}, "stale", "handled"),
        ({"sequence": None, "stamp": None}, "undated", "quarantined"),
        ({"stamp": None}, "answer", "handled"),
    ],
)
def test_B3_B4_what_an_answer_is_held_against(
    changes: dict[str, object], reason: str, state: str
) -> None:
    verdict = judged(replace(REPLY, **changes))  # type: ignore[arg-type]
    assert (verdict.reason, verdict.state) == (reason, state)
    assert (verdict.act == "answer") == (reason == "answer")


AT_WORK = replace(
    CALLED, mailbox="bo@skola.example", staff=True, others=frozenset({"eva@skola.example"})
)


@pytest.mark.parametrize(
    ("called", "attendee", "sender", "reason"),
    [
        (AT_WORK, "bo.ek@skola.example", "bo.ek@skola.example", "answer"),
        (AT_WORK, "bo.ek@skola.example", "rektor@skola.example", "answer"),
        (AT_WORK, "bo.ek@skola.example", None, "stranger"),
        (AT_WORK, "bo.ek@skola.example", "bo.ek@hem.example", "stranger"),
        (AT_WORK, "bo.ek@annan.example", "bo.ek@annan.example", "stranger"),
        (AT_WORK, "bo.ek@ny.skola.example", "bo.ek@ny.skola.example", "stranger"),
        (AT_WORK, "eva@skola.example", "eva@skola.example", "stranger"),  # she is called herself
        (CALLED, "anna@hem.example", "anna@hem.example", "stranger"),  # no staff: anybody's domain
    ],
)
def test_B2_B4_an_alias_as_sender_and_attendee_is_one_in_the_domain_of_staff_alone(
    called: Called, attendee: str, sender: str | None, reason: str
) -> None:
    assert judged(replace(REPLY, attendee=attendee, sender=sender), called).reason == reason


def test_B8_words_beside_a_calendar_that_changes_nothing_are_to_be_read() -> None:
    verdict = judged(Plain("Sv", "Hej", beside_foreign=True, sender="mor@hem.example"))
    assert (verdict.kind, verdict.act, verdict.person_id) == ("plain", "read", MOTHER)
    assert verdict.reason == "to-read-beside-calendar"


def test_an_invitation_that_was_never_changed_takes_answers_without_number_and_time() -> None:
    undated = replace(REPLY, sequence=None, stamp=None)
    verdict = judged(undated, replace(CALLED, changed=False))
    assert (verdict.reason, verdict.answered_at) == ("answer", NOW)


@pytest.mark.parametrize("mail", [REPLY, COUNTER, Refresh("u@k.example", "mor@hem.example")])
def test_P7_who_is_not_called_any_more_changes_nothing(mail: Reply | Counter | Refresh) -> None:
    verdict = judged(mail, replace(CALLED, state="cancelled"))
    assert (verdict.state, verdict.reason, verdict.act) == ("handled", "not-called-any-more", None)


@pytest.mark.parametrize(
    ("stamp", "answered", "at"),
    [
        (NOW - HOUR, None, NOW - HOUR),
        (NOW + HOUR, None, NOW),  # a fast clock
        (NOW - HOUR, NOW, None),  # older than what counts
        (NOW + HOUR, NOW, NOW + timedelta(microseconds=1)),
        (None, NOW, NOW + timedelta(microseconds=1)),
    ],
)
def test_B3_the_newest_answer_wins_and_none_is_later_than_now(
    stamp: datetime | None, answered: datetime | None, at: datetime | None
) -> None:
    stamps = frozenset() if answered is None else frozenset({answered})
    called = replace(CALLED, since=NOW - 9 * HOUR, stamps=stamps, answered_at=answered)
    verdict = judged(replace(REPLY, stamp=stamp), called)
    assert (verdict.reason, verdict.answered_at) == ("answer" if at else "older", at)


def test_B3_the_same_answer_again_is_none() -> None:
    called = replace(CALLED, stamps=frozenset({NOW}), answered_at=NOW)
    assert judged(REPLY, called).reason == "repeated"


def test_X12_of_a_shared_mailbox_a_person_says_whose_answer_it_is() -> None:
    called = replace(CALLED, people=(MOTHER, FATHER))
    assert judged(REPLY, called).reason == "shared-mailbox"
    assert judged(COUNTER, called).reason == "shared-mailbox"
    assert judged(Plain("Hej", "Hej", sender="mor@hem.example"), called).person_id is None


@pytest.mark.parametrize(
    ("length", "reason"),
    [(0 * HOUR, "no-time"), (-HOUR, "no-time"), (HOUR, "counter"), (72 * HOUR, "no-time")],
)
def test_B5_a_wish_is_for_a_time_that_a_meeting_can_have(length: timedelta, reason: str) -> None:
    verdict = judged(replace(COUNTER, ends_at=NOW + length))
    assert (verdict.reason, verdict.answer) == (reason, None)


SENT = Sent(UUID(int=9), CALLED.case_id, None, MOTHER, "call", "R8", "mor@hem.example", 0)


@pytest.mark.parametrize(
    ("status", "recipient", "dead"),
    [
        ("5.1.1", None, True),
        ("5.1.10", "mor@hem.example", True),
        ("5.1.1", "vidare@annan.example", False),  # ours was passed on to there
        ("5.1.8", None, False),  # our own address isn't liked
        ("5.2.2", None, False),
        (None, None, False),
    ],
)
def test_B9_dead_is_an_address_where_nobody_is(
    status: str | None, recipient: str | None, dead: bool
) -> None:
    assert is_dead(Bounce(True, status, recipient, None), SENT) is dead
    assert not is_dead(Bounce(False, status, recipient, None), SENT)


def test_B9_each_news_of_a_message_is_told_once() -> None:
    def news(final: bool, known: str | None) -> str:
        sent = replace(SENT, bounced=known)  # type: ignore[arg-type]
        return judge_bounce(Bounce(final, None, None, None), sent).reason

    assert [news(False, None), news(True, None), news(True, "delayed")] == [
        "delayed", "failed", "failed"
    ]  # fmt: skip
    assert [news(False, "delayed"), news(False, "failed"), news(True, "failed")] == ["known"] * 3


OURS = OurAddresses("moten@k.example", "moten+{token}@k.example", "{token}@studs.k.example")


@pytest.mark.parametrize(
    ("address", "read"),
    [
        ("Moten+ABC2@K.example", Ours("reply", "abc2")),
        ("x7@studs.k.example", Ours("bounce", "x7")),
        ("moten@k.example", Ours("from")),
        ("moten+@k.example", None),
        ("moten+a.b@k.example", None),
        ("moten+a@k.example.evil.example", None),
        ("motenXa@kXexample", None),
        ("moten+" + "a" * 65 + "@k.example", None),
        ("a" * 1000 + "@studs.k.example", None),
    ],
)
def test_O7_which_addresses_are_ours(address: str, read: Ours | None) -> None:
    assert OURS.read(address) == read


def test_a_mail_that_comes_by_too_often_goes_in_a_circle() -> None:
    assert not goes_in_a_circle(b"received: x\r\n" * 99 + b"\r\n" + b"Received: x\r\n" * 99)
    assert goes_in_a_circle(b"Received: x\n" * 100 + b"\n")
    assert headers_alone(b"A: b\r\n\r\nbody") == b"A: b\r\n\r\n"
    assert len(headers_alone(b"x" * 10**7)) < 300_000
