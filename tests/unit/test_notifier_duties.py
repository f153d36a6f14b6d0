"""What is told of tasks that belong to no case: to whose they are, to staff alone (P3, X2, R41)."""

import re
from base64 import b64encode
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.duty_drafts import DutyDrafts
from services.notifier.domain.last_filter import Subject, objection
from services.notifier.domain.mail import mail_bytes
from services.notifier.domain.mailing import Contact, Duty
from services.notifier.domain.messages import (
    AlertWords,
    DutyWords,
    ForbiddenMessage,
    Kind,
    Message,
)
from services.notifier.domain.recipients import (
    ByHand,
    Colleague,
    ForbiddenRecipient,
    Mailable,
    reach,
)
from services.notifier.domain.unspeakable import Unspeakable
from shared.domain.days import local_date
from tests.support.cases import noon
from tests.support.mailing import NOW, POST, PROCEDURE, contact, mailing, message

TASK = UUID(int=77)
COORDINATOR, CHIEF, MOTHER = UUID(int=501), UUID(int=502), UUID(int=503)
DUE = date(2027, 3, 4)
CONTACTS = {
    COORDINATOR: contact("samordnare@ifo.example", "staff"),
    CHIEF: contact("chef@ifo.example", "staff", language="en"),
}
DUTY = Duty(TASK, is_open=True, owner=COORDINATOR, due_on=DUE, manager=CHIEF, contacts=CONTACTS)
LATE = noon("2027-03-11")
TODAY = local_date(NOW)


def to(duty: Duty, person: UUID, now: Any = NOW) -> Colleague:
    found = reach(duty, person, local_date(now))
    assert isinstance(found, Mailable)
    return Colleague(found)


def arisen(duty: Duty = DUTY, now: Any = NOW) -> Message:
    return DutyDrafts(duty, "P3", POST, now).of_arising(COORDINATOR, to(DUTY, COORDINATOR))


def late(whose: Any, person: UUID) -> Message:
    return DutyDrafts(DUTY, "P3", POST, LATE).of_lateness(whose, person, to(DUTY, person))


def with_contact(person: UUID, **changes: Any) -> Duty:
    return replace(DUTY, contacts={**CONTACTS, person: replace(CONTACTS[person], **changes)})


# what it says


def test_P3_whoever_has_it_is_told_the_day_alone() -> None:
    told = arisen()
    assert (told.kind, told.ground, told.case_id, told.task_id) == ("task", "duty", None, TASK)
    assert told.words == DutyWords(due_on=DUE)
    assert told.subject == TASK


def test_X2_what_is_late_already_is_told_as_late() -> None:
    told = arisen(now=LATE)
    assert told.words == AlertWords("owner", "task-late", DUE)


def test_the_same_is_told_to_the_same_person_once() -> None:
    assert arisen().key == arisen(now=noon("2027-03-03")).key
    assert late("owner", COORDINATOR).key != late("owner_manager", CHIEF).key


# whether it goes


@pytest.mark.parametrize(
    ("duty", "stop"),
    [
        (DUTY, None),
        (replace(DUTY, is_open=False), Stop("done", "P3")),
        (replace(DUTY, owner=CHIEF), Stop("duty-passed-on", "X2")),
        (replace(DUTY, owner=None), Stop("duty-passed-on", "X2")),
        (replace(DUTY, due_on=date(2027, 3, 8)), Stop("duty-passed-on", "X2")),
        (with_contact(COORDINATOR, party="guardian"), Stop("not-staff", "R41")),
        (with_contact(COORDINATOR, protected=True), Stop("protected", "X6")),
        (with_contact(COORDINATOR, no_mail=True), Stop("no-mail", "X7")),
        (with_contact(COORDINATOR, dead=True), Stop("no-mail", "X7")),
        (with_contact(COORDINATOR, email="ny@ifo.example"), Stop("address-changed", "X5")),
        (with_contact(CHIEF, email="samordnare@ifo.example", protected=True),
         Stop("protected", "X6")),
        (None, Stop("case-unknown", "X5")),
    ],
)  # fmt: skip
def test_P3_a_task_is_told_while_it_is_to_be_done_by_whoever_is_told(
    duty: Duty | None, stop: Stop | None
) -> None:
    assert decide(arisen(), duty, None, None, NOW) == (stop or Go())


@pytest.mark.parametrize(
    ("about", "duty", "goes"),
    [
        (late("owner", COORDINATOR), DUTY, True),
        (late("owner_manager", CHIEF), DUTY, True),
        (late("owner", COORDINATOR), replace(DUTY, is_open=False), False),
        (late("owner_manager", CHIEF), replace(DUTY, manager=COORDINATOR), False),
        (late("owner_manager", CHIEF), replace(DUTY, manager=None), False),
        (late("owner_manager", CHIEF), replace(DUTY, due_on=date(2027, 3, 9)), False),
        (late("manager", CHIEF), DUTY, False),
    ],
)
def test_X2_its_lateness_is_told_to_both_while_it_is_late(
    about: Message, duty: Duty, goes: bool
) -> None:
    assert (decide(about, duty, None, None, LATE) == Go()) is goes


def test_X2_nothing_is_told_as_late_before_it_is() -> None:
    assert decide(late("owner", COORDINATOR), DUTY, None, None, noon("2027-03-04")) != Go()


def test_X5_a_task_of_no_case_is_no_message_of_a_case_nor_the_other_way_round() -> None:
    assert decide(arisen(), mailing(), None, PROCEDURE, NOW) == Stop("kind-unknown", "X5")
    of_case = message(person=COORDINATOR, mailbox="samordnare@ifo.example", party="staff")
    stop = decide(replace(of_case, kind=Kind.REMINDER), DUTY, None, None, NOW)
    assert stop == Stop("kind-unknown", "X5")


# to whom never


def test_R41_no_task_is_made_for_anybody_but_staff() -> None:
    for party in ("guardian", "child", "external"):
        with pytest.raises(ForbiddenMessage):
            replace(arisen(), party=party)
        with pytest.raises(ForbiddenMessage):  # nor by a ground that is the family's own
            replace(arisen(), party=party, kind="call", ground="none")
    known = replace(DUTY, contacts={MOTHER: contact("mor@hem.example")})
    mailable = reach(known, MOTHER, TODAY)
    assert isinstance(mailable, Mailable)
    with pytest.raises(ForbiddenRecipient):
        Colleague(mailable)


def test_X6_somebody_unknown_is_not_reached() -> None:
    assert reach(DUTY, MOTHER, TODAY) == ByHand("X6")


# the last filter

ASKED = Unspeakable(frozenset({"Kim Exempel"}), frozenset({"Björkskolan"}))


def looked_at(about: Message, duty: Duty, content: bytes | None = None) -> str | None:
    return objection(about, content or mail_bytes(about, POST), Subject(duty, ASKED, TODAY), POST)


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_mail_of_a_duty_passes(language: str) -> None:
    for about in (arisen(), late("owner", COORDINATOR), late("owner_manager", CHIEF)):
        assert looked_at(replace(about, language=language), DUTY) is None


def forged(about: Message, **values: Any) -> Message:
    """A message whose type couldn't be made like that."""
    copy = replace(about)
    for name, value in values.items():
        object.__setattr__(copy, name, value)
    return copy


GUARDIAN = contact("samordnare@ifo.example")


@pytest.mark.parametrize(
    ("about", "who", "rule"),
    [
        (forged(arisen(), party="guardian"), GUARDIAN, "R41"),
        (arisen(), GUARDIAN, "R41"),
        (forged(arisen(), party="guardian", ground="none", kind="call"), GUARDIAN, "R41"),
        (arisen(), replace(CONTACTS[COORDINATOR], protected=True), "X6"),
        (arisen(), replace(CONTACTS[COORDINATOR], no_mail=True), "X7"),
    ],
)
def test_R41_X6_X7_the_last_filter_keeps_a_task_from_whom_it_is_not_for(
    about: Message, who: Contact, rule: str
) -> None:
    content = mail_bytes(arisen(), POST)
    assert looked_at(about, replace(DUTY, contacts={COORDINATOR: who}), content) == rule


@pytest.mark.parametrize("word", ["orosanmälan", "Kim Exempel", "Björkskolan", "barn"])
def test_X3_a_mail_of_a_duty_names_nobody_and_says_nothing_that_tells(word: str) -> None:
    about = arisen()
    subject = b"=?utf-8?b?" + b64encode(word.encode()) + b"?="
    telling = re.sub(rb"Subject: [^\r]*", b"Subject: " + subject, mail_bytes(about, POST), count=1)
    assert looked_at(about, DUTY, telling) == "X3"
