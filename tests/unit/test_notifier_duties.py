"""What is told of tasks that belong to no case: to whose they are, to staff alone (P3, X2, R41)."""

import email
import email.policy
import re
from base64 import b64encode
from dataclasses import fields, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notifier.domain.clearance import Go, Stop, decide
from services.notifier.domain.duty_drafts import DutyDrafts
from services.notifier.domain.gathering import own_link, own_pages, together, waits_until
from services.notifier.domain.last_filter import Subject, objection
from services.notifier.domain.limit_days import Put, TakeOut
from services.notifier.domain.mail import mail_bytes
from services.notifier.domain.mailing import Contact, Duty
from services.notifier.domain.messages import (
    AlertWords,
    CalendarPart,
    DutyWords,
    ForbiddenMessage,
    Kind,
    MeetingWords,
    Message,
    Said,
    Sending,
)
from services.notifier.domain.recipients import (
    ByHand,
    Colleague,
    ForbiddenRecipient,
    Mailable,
    reach,
)
from services.notifier.domain.unspeakable import Unspeakable
from services.notifier.domain.words import Page, words_for
from shared.domain.days import local_date
from shared.domain.quiet import USUAL_HOURS
from shared.ids import PAGE, read_signed_token
from tests.support.cases import noon
from tests.support.mailing import (
    HOUSE,
    MEETING,
    NOW,
    POST,
    PROCEDURE,
    contact,
    mailing,
    message,
)
from tests.support.oracles import ParsedEvent, read

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


def sent(message: Message) -> Sending:
    return Sending(**{one.name: getattr(message, one.name) for one in fields(Message)})


def calendar_in(content: bytes) -> ParsedEvent:
    mail = email.message_from_bytes(content, policy=email.policy.default)
    (part,) = (one for one in mail.walk() if one.get_content_type() == "text/calendar")
    octets = part.get_payload(decode=True)
    assert isinstance(octets, bytes)
    return read(octets).event


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


@pytest.mark.parametrize(
    ("kind", "mail"),
    [
        ("see-receipt", Kind.RECEIPT),
        ("pass-on", Kind.DISPATCH),
        ("answer-evaluation", Kind.TASK),
        ("a kind that only a newer version knows", Kind.TASK),
    ],
)
def test_R29_R43_its_kind_says_what_the_mail_is_for(kind: str, mail: Kind) -> None:
    assert arisen(replace(DUTY, kind=kind)).kind == mail


def test_R43_a_receipt_leaves_at_once_and_waits_for_no_other_mail() -> None:
    night = noon("2027-03-02") + timedelta(hours=11)
    receipt = arisen(replace(DUTY, kind="see-receipt", due_on=None), night)
    assert (receipt.optional, receipt.due_at) == (False, night)
    assert waits_until(sent(receipt), USUAL_HOURS, night, had_one_today=True) is None
    task = arisen(now=night)
    assert task.optional
    assert task.due_at > night


def near(duty: Duty = DUTY, now: datetime = NOW) -> Message:
    drafts = DutyDrafts(duty, "R24", POST, now)
    return drafts.of_nearness(local_date(now), COORDINATOR, to(DUTY, COORDINATOR))


def test_R24_a_reminder_comes_once_a_day_and_says_so() -> None:
    told = near()
    assert (told.kind, told.words) == ("task", DutyWords(due_on=DUE, reminds=True))
    assert near(now=noon("2027-03-03")).key != told.key == near().key
    assert words_for(told, HOUSE).subject == "Påminnelse: du har en uppgift i Samspel"
    assert told.useful_until == datetime.fromisoformat("2027-03-05T00:00:00+01:00")
    overdue = near(now=LATE)
    assert overdue.words == DutyWords(due_on=DUE, late=True, reminds=True)
    assert "skulle ha varit klar senast" in words_for(overdue, HOUSE).text
    no_day = near(replace(DUTY, due_on=None))
    assert "Du har en uppgift som inte är klar än." in words_for(no_day, HOUSE).text


def test_R24_a_reminder_goes_while_what_it_says_is_true() -> None:
    assert decide(near(), DUTY, None, None, NOW) == Go()
    assert decide(near(), replace(DUTY, is_open=False), None, None, NOW) == Stop("done", "R24")
    passed_on = Stop("duty-passed-on", "X2")
    assert decide(near(), replace(DUTY, owner=CHIEF), None, None, NOW) == passed_on
    assert decide(near(), DUTY, None, None, LATE) == Stop("too-late", "R24")
    assert decide(near(now=LATE), DUTY, None, None, LATE) == Go()
    assert decide(near(now=LATE), replace(DUTY, due_on=date(2027, 4, 1)), None, None, LATE) != Go()


def test_X2_a_task_and_the_reminder_of_it_are_one_thing() -> None:
    assert together(sent(arisen()), [near()], TODAY) == sent(arisen())
    other = replace(arisen(), task_id=UUID(int=78))
    words = together(sent(arisen()), [near(), other], TODAY).words
    assert isinstance(words, DutyWords)
    assert words.count == 2


# the page on which it can be done

PAGE_ID = UUID(int=91)
WITH_A_PAGE = replace(DUTY, kind="answer-evaluation", page=PAGE_ID)


def test_R25_whoever_has_it_gets_its_page_and_their_manager_does_not() -> None:
    told = arisen(WITH_A_PAGE)
    (page,) = own_pages([(told, WITH_A_PAGE)], POST)
    assert page == Page(POST.page(PAGE_ID), DUE)
    assert read_signed_token(POST.secret, PAGE, page.link.rpartition("/u/")[2]) == PAGE_ID
    text = words_for(told, HOUSE, None, [page]).text
    assert f"Öppna din personliga länk för att se vad den gäller och göra den:\n{page.link}" in text
    assert own_pages([(late("owner_manager", CHIEF), WITH_A_PAGE)], POST) == ()


def test_a_mail_about_several_tasks_names_the_pages_with_their_days() -> None:
    other = replace(WITH_A_PAGE, id=UUID(int=78), page=UUID(int=92), due_on=None)
    things = [(arisen(WITH_A_PAGE), WITH_A_PAGE), (near(WITH_A_PAGE), WITH_A_PAGE)]
    things += [(arisen(other), other), (replace(arisen(), task_id=UUID(int=79)), DUTY)]
    pages = own_pages(things, POST)
    (first, *others) = [one for one, _ in things]
    mail = together(sent(first), others, TODAY)
    text = words_for(mail, HOUSE, None, pages).text
    assert "Du har 3 uppgifter. Den första ska vara klar senast torsdagen den 4 mars" in text
    assert f"Senast torsdagen den 4 mars 2027:\n{POST.page(PAGE_ID)}\n" in text
    assert f"Utan bestämd dag:\n{POST.page(UUID(int=92))}\n" in text
    subjects = [Subject(duty, ASKED, TODAY) for _, duty in things]
    carried = list(zip(others, subjects[1:], strict=True))
    content = mail_bytes(mail, POST, None, pages)
    assert objection(first, content, subjects[0], POST, carried) is None
    assert objection(first, content, subjects[0], POST, carried[:1]) == "X13"


def test_a_mail_about_several_tasks_has_their_pages_though_a_meeting_s_nudge_carries_them() -> None:
    """Whoever was to be nudged has a page of the meeting too: it is none of these tasks'."""
    link = UUID(int=93)
    about = replace(mailing(), links={MEETING.id: {COORDINATOR: link}})
    words = MeetingWords(Said(MEETING.starts_at, MEETING.ends_at, None), "token")
    nudge = replace(arisen(), kind=Kind.NUDGE, meeting_id=MEETING.id, words=words)
    other = replace(WITH_A_PAGE, id=UUID(int=78), page=UUID(int=92))
    riders = [arisen(WITH_A_PAGE), arisen(other)]
    mail = together(sent(nudge), riders, TODAY)
    assert own_link(nudge, about, POST) == POST.link(link)
    assert own_link(mail, about, POST) is None
    pages = own_pages(zip(riders, (WITH_A_PAGE, other), strict=True), POST)
    text = words_for(mail, HOUSE, None, pages).text
    assert all(page.link in text for page in pages)
    assert len(pages) == 2


@pytest.mark.parametrize("due_on", [None, DUE])
def test_a_mail_about_several_tasks_says_the_first_day_if_there_is_one(due_on: date | None) -> None:
    no_day = arisen(replace(DUTY, due_on=None))
    other = replace(arisen(replace(DUTY, due_on=due_on)), task_id=UUID(int=78))
    text = " ".join(words_for(together(sent(no_day), [other], TODAY), HOUSE).text.split())
    said = "" if due_on is None else "Den första ska vara klar senast torsdagen den 4 mars 2027. "
    assert f"Du har 2 uppgifter. {said}Logga in för att se vad de gäller." in text


def test_a_mail_has_room_for_many_pages() -> None:
    pages = [Page(f"{POST.page(UUID(int=number))}", DUE) for number in range(60)]
    text = words_for(replace(arisen(), words=DutyWords(DUE, count=60)), HOUSE, None, pages).text
    assert text.count("http://samspel.example/u/") == 27
    assert "\x00" not in text


# the limit of the year, in the calendar

OF_THE_YEAR = replace(DUTY, kind="evaluate-year", due_on=date(2027, 6, 30), year=2027)


def with_its_day(duty: Duty, before: CalendarPart | None = None) -> Message:
    """As it arises, and how it comes back when it has been taken out."""
    put = Put(duty, COORDINATOR, to(DUTY, COORDINATOR), before)
    return DutyDrafts(duty, "R24", POST, NOW).of_day(put, 0 if before is None else 2)


def part_of(told: Message) -> CalendarPart:
    assert told.calendar is not None
    return told.calendar


def test_O14_the_limit_of_the_year_comes_as_a_whole_day_to_each_of_its_owners() -> None:
    told = with_its_day(OF_THE_YEAR)
    assert not told.optional  # in a mail of its own
    content = mail_bytes(told, POST)
    assert content == mail_bytes(told, POST)
    event = calendar_in(content)
    assert (event.starts, event.ends) == (date(2027, 6, 30), date(2027, 7, 1))
    assert (event.transparency, event.summary) == ("TRANSPARENT", "Sista dag för en uppgift")
    assert event.attendees[0].address == "mailto:samordnare@ifo.example"
    assert looked_at(told, OF_THE_YEAR, content) is None
    uids = {POST.uid_of(told), POST.uid_of(with_its_day(replace(OF_THE_YEAR, year=2028)))}
    assert len(uids) == 2
    assert near(OF_THE_YEAR).calendar is None


def test_O14_the_day_is_taken_out_again_when_it_is_done_or_somebody_elses() -> None:
    told = sent(with_its_day(OF_THE_YEAR))
    done = replace(OF_THE_YEAR, is_open=False)
    passed_on = replace(OF_THE_YEAR, owner=CHIEF)
    for duty, status in ((done, "CANCELLED"), (passed_on, None)):
        out = TakeOut(duty, told, to(DUTY, COORDINATOR), part_of(told))
        over = DutyDrafts(duty, "R24", POST, NOW).of_end(out, 1)
        event = calendar_in(mail_bytes(over, POST))
        assert (event.uid, event.sequence, event.status) == (POST.uid_of(told), 1, status)
        assert event.stamp > NOW
        assert looked_at(over, duty) is None
        assert decide(over, duty, None, None, NOW) == Go()
        assert decide(over, OF_THE_YEAR, None, None, NOW) == Stop("still-theirs", "R24")
        assert "Du behöver inte göra något." in words_for(over, HOUSE).text
        again = with_its_day(OF_THE_YEAR, part_of(over))
        back = calendar_in(mail_bytes(again, POST))
        assert (back.uid, back.sequence, back.status) == (event.uid, 2, "CONFIRMED")
        assert back.stamp > event.stamp
        assert len({told.key, over.key, again.key}) == 3


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


def test_R41_what_is_of_a_report_is_told_at_no_address_of_a_family() -> None:
    receipt = replace(DUTY, kind="see-receipt", due_on=None, of_report=True)
    told = arisen(receipt)
    shared = replace(CONTACTS[COORDINATOR], of_a_family=True)
    forbidden = replace(receipt, contacts={COORDINATOR: shared})
    assert reach(forbidden, COORDINATOR, TODAY) == ByHand("R41")
    with pytest.raises(ForbiddenRecipient):
        Mailable(shared, TODAY)
    assert decide(told, receipt, None, None, NOW) == Go()
    assert decide(told, forbidden, None, None, NOW) == Stop("of-a-family", "R41")


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
