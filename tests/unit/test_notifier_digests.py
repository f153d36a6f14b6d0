"""The letter of the week at the gate: numbers, to whose week it is, while they hold (X16, X5)."""

from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notifier.domain.clearance import OUTDATED, Go, Stop, decide
from services.notifier.domain.digest_drafts import letter
from services.notifier.domain.gathering import can_be_gathered, waits_until
from services.notifier.domain.last_filter import Subject, objection
from services.notifier.domain.mail import mail_bytes
from services.notifier.domain.mailing import Digest
from services.notifier.domain.messages import DigestWords, ForbiddenMessage, Kind, Message, Sending
from services.notifier.domain.recipients import Colleague, Mailable, reach
from services.notifier.domain.unspeakable import Unspeakable
from shared.domain.days import STOCKHOLM
from shared.domain.quiet import USUAL_HOURS
from tests.support.mailing import POST, PROCEDURE, contact, mailing

ANNA = UUID(int=501)
WEEK = date(2027, 3, 1)
COUNTED = datetime(2027, 3, 1, 7, tzinfo=STOCKHOLM)
SOON = COUNTED + timedelta(minutes=2)
SAID = DigestWords(COUNTED, passed=1, this_week=2, tasks=(("book", 1),))
ANNAS = Digest(UUID(int=99), ANNA, WEEK, True, SAID, {ANNA: contact("anna@skola.example", "staff")})


def draft(digest: Digest = ANNAS, now: datetime = SOON) -> Message:
    to = reach(digest, ANNA, WEEK)
    assert isinstance(to, Mailable)
    assert digest.said is not None
    return letter(digest, digest.said, Colleague(to), POST, now, USUAL_HOURS)


def with_contact(**changes: Any) -> Digest:
    return replace(ANNAS, contacts={ANNA: replace(ANNAS.contacts[ANNA], **changes)})


def test_it_belongs_to_no_case_and_no_task_and_stands_alone() -> None:
    made = draft()
    assert (made.kind, made.ground, made.case_id, made.task_id) == ("digest", "duty", None, None)
    assert made.subject == ANNAS.id
    assert not can_be_gathered(made)
    assert decide(made, ANNAS, None, None, SOON) == Go()


def test_the_same_numbers_are_sent_once_and_new_ones_anew() -> None:
    later = replace(ANNAS, said=replace(SAID, counted_at=COUNTED + timedelta(hours=3)))
    assert draft().key == draft(now=SOON + timedelta(hours=1)).key
    assert draft().key != draft(later).key


@pytest.mark.parametrize(
    ("digest", "after", "reason"),
    [
        (replace(ANNAS, wanted=False), timedelta(), "not-wanted"),
        (replace(ANNAS, said=replace(SAID, passed=2)), timedelta(), "superseded"),
        (replace(ANNAS, said=None), timedelta(), "superseded"),
        (replace(ANNAS, person_id=UUID(int=502)), timedelta(), "superseded"),
        (ANNAS, timedelta(hours=1), OUTDATED),
        (ANNAS, timedelta(days=7), "too-late"),
        (with_contact(party="guardian"), timedelta(), "not-staff"),
        (with_contact(protected=True), timedelta(), "protected"),
        (with_contact(of_a_family=True), timedelta(), "of-a-family"),
        (with_contact(email="ny@skola.example"), timedelta(), "address-changed"),
    ],
)
def test_X5_what_does_not_hold_as_it_leaves_is_stopped(
    digest: Digest, after: timedelta, reason: str
) -> None:
    answer = decide(draft(), digest, None, None, SOON + after)
    assert isinstance(answer, Stop)
    assert answer.reason == reason


def test_what_may_have_arrived_already_goes_as_it_was_and_is_not_counted_anew() -> None:
    """Other numbers would be a second letter beside the first."""
    made = draft()
    sending = Sending(**{one.name: getattr(made, one.name) for one in fields(Message)})
    an_hour_later = SOON + timedelta(hours=1)
    assert decide(sending, ANNAS, None, None, an_hour_later) == Stop(OUTDATED, made.rule)
    assert decide(replace(sending, doubts=1), ANNAS, None, None, an_hour_later) == Go()


def test_it_is_never_about_a_case_and_nothing_else_is_about_a_week() -> None:
    assert isinstance(decide(draft(), mailing(), None, PROCEDURE, SOON), Stop)
    other = replace(draft(), kind=Kind.TASK)
    assert isinstance(decide(other, ANNAS, None, None, SOON), Stop)


def test_R41_it_is_made_for_staff_alone() -> None:
    with pytest.raises(ForbiddenMessage):
        replace(draft(), party="guardian")


def test_it_keeps_the_quiet_hours() -> None:
    evening = datetime(2027, 3, 1, 19, tzinfo=STOCKHOLM)
    made = draft(now=evening)
    assert made.due_at == datetime(2027, 3, 2, 7, tzinfo=STOCKHOLM)
    sending = Sending(**{one.name: getattr(made, one.name) for one in fields(Message)})
    assert waits_until(sending, USUAL_HOURS, evening, had_one_today=False) == made.due_at


def test_X13_it_leads_to_the_start_page_and_nowhere_else() -> None:
    made = draft()
    subject = Subject(ANNAS, Unspeakable(frozenset(), frozenset()), WEEK)
    content = mail_bytes(made, POST, POST.start_page)
    assert objection(made, content, subject, POST) is None
    elsewhere = mail_bytes(made, POST, "http://samspel.example/r/somebodys-own")
    assert objection(made, elsewhere, subject, POST) == "X13"
