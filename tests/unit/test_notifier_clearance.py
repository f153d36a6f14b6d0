"""Whether a message may go: what isn't known, or isn't so any more, stops it (X5, invariant 6)."""

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.notifier.domain.clearance import Go, Holding, Stop, decide
from services.notifier.domain.mailing import Late, Mailing
from services.notifier.domain.messages import AlertWords, Kind, MeetingWords, Message, Sending
from services.notifier.domain.readdressing import instead
from shared.domain.days import local_date
from tests.support.cases import FAMILY_THERAPIST, FATHER, MOTHER, REKTOR
from tests.support.mailing import (
    CONTACTS,
    MEETING,
    NOW,
    PROCEDURE,
    contact,
    later,
    mailing,
    message,
)

HOLDING = Holding((MOTHER,), NOW, may_be_held=True)
Change = Callable[[Mailing], Mailing]


def facts(**changes: Any) -> Change:
    return lambda known: replace(known, facts=replace(known.facts, **changes))


def met(**changes: Any) -> Change:
    return facts(meetings=(replace(MEETING, **changes),))


def mother(**changes: Any) -> Change:
    changed = {MOTHER: replace(CONTACTS[MOTHER], **changes)}
    return lambda known: replace(known, contacts={**known.contacts, **changed})


def consents(**changes: Any) -> Change:
    return lambda known: facts(consents=tuple(replace(c, **changes) for c in known.facts.consents))(
        known
    )


def nothing(known: Mailing) -> Mailing:
    return known


def without_place() -> Message:
    call = message()
    assert isinstance(call.words, MeetingWords)
    said = replace(call.words.said, place=None)
    return replace(call, words=replace(call.words, said=said))


def answer(about: Message, change: Change = nothing, **more: Any) -> Go | Stop:
    values: dict[str, Any] = {"holding": HOLDING, "procedure": PROCEDURE, "now": NOW} | more
    return decide(about, change(mailing()), values["holding"], values["procedure"], values["now"])


def test_a_call_goes_while_all_is_as_it_was_when_it_was_made() -> None:
    assert answer(message()) == Go()


@pytest.mark.parametrize(
    ("change", "reason", "rule"),
    [
        (consents(state="withdrawn"), "no-consent", "R3"),
        (consents(state="requested", signed_on=None), "no-consent", "R3"),
        (consents(signed_on=date(2027, 3, 10)), "no-consent", "R3"),  # the meeting is on the 9th
        (facts(consents=()), "no-consent", "R3"),
        (facts(state="closed", closed_on=date(2027, 3, 2)), "case-closed", "R16"),
        (facts(meetings=()), "meeting-off", "P7"),
        (met(state="cancelled"), "meeting-off", "P7"),
        (met(state="held"), "meeting-off", "P7"),
        (met(sequence=1), "meeting-moved", "X5"),
        (met(step="unheard-of"), "procedure-unknown", "X5"),
        (met(person_ids=frozenset({REKTOR})), "not-called", "S1"),
        (facts(participants=()), "no-consent", "R3"),  # nobody decides any more
        (mother(email="ny@hem.example"), "address-changed", "X5"),
        (mother(email=None), "no-mail", "X7"),
        (mother(no_mail=True), "no-mail", "X7"),
        (lambda known: replace(known, places={MEETING.id: "Ett annat rum"}), "place-changed", "X6"),
    ],
)
def test_a_call_stops_when_what_it_rests_on_is_gone(change: Change, reason: str, rule: str) -> None:
    assert answer(message(), change) == Stop(reason, rule)


def sending(about: Message) -> Sending:
    return Sending(**{one.name: getattr(about, one.name) for one in fields(Message)})


def test_X5_who_leaves_a_shared_mailbox_leaves_no_link_of_theirs_to_whoever_keeps_it() -> None:
    def father_has_it(known: Mailing) -> Mailing:
        contacts = {FATHER: contact("mor@hem.example"), MOTHER: contact("ny@hem.example")}
        return replace(known, contacts={**known.contacts, **contacts})

    assert answer(message(), father_has_it) == Stop("address-changed", "X5")
    assert answer(message(person=FATHER), father_has_it) == Go()
    stop = Stop("address-changed", "X5")
    known, today, call = father_has_it(mailing()), local_date(NOW), message()
    assert isinstance(call.words, MeetingWords)
    words = replace(call.words, calendar=None)
    waits = sending(replace(call, kind=Kind.REMINDER, words=words))
    other = instead(waits, stop, known, PROCEDURE, today)
    assert other is not None
    assert (other.person, other.to.mailbox) == (FATHER, "mor@hem.example")
    assert instead(sending(call), stop, known, PROCEDURE, today) is None
    assert instead(replace(waits, doubts=1), stop, known, PROCEDURE, today) is None


def test_who_became_protected_gets_nothing_with_or_without_a_place() -> None:
    assert answer(message(), mother(protected=True)) == Stop("place-changed", "X6")
    assert answer(without_place(), mother(protected=True)) == Stop("protected", "X6")


def test_staff_whom_the_consent_does_not_cover_get_nothing() -> None:
    to_therapist = message(mailbox="terapeut@ifo.example", person=FAMILY_THERAPIST, party="staff")
    assert answer(to_therapist) == Go()
    narrower = consents(organisations=frozenset({"school"}))
    assert answer(to_therapist, narrower) == Stop("not-covered", "S1")


@pytest.mark.parametrize(
    ("works_for", "answered"),
    [
        ({"social_services"}, Go()),
        ({"school", "social_services"}, Go()),
        ({"school"}, Stop("not-covered", "S1")),
        (set(), Stop("not-covered", "S1")),
    ],
)
def test_X10_who_has_left_the_organisation_they_are_there_for_is_told_no_more(
    works_for: set[str], answered: Go | Stop
) -> None:
    to_therapist = message(mailbox="terapeut@ifo.example", person=FAMILY_THERAPIST, party="staff")

    def moved(known: Mailing) -> Mailing:
        contact = replace(known.contacts[FAMILY_THERAPIST], works_for=frozenset(works_for))
        return replace(known, contacts={**known.contacts, FAMILY_THERAPIST: contact})

    assert answer(to_therapist, moved) == answered


@pytest.mark.parametrize(
    ("changes", "more", "reason"),
    [
        ({}, {"procedure": None}, "procedure-unknown"),
        ({"kind": "of-a-newer-version"}, {}, "kind-unknown"),
        ({"ground": "duty", "party": "staff"}, {}, "kind-unknown"),
        ({"ground": "object"}, {}, "kind-unknown"),
        ({"ground": "none"}, {}, "ground-changed"),
        ({}, {"now": MEETING.starts_at}, "too-late"),
        ({}, {"holding": None}, "superseded"),
        ({}, {"holding": replace(HOLDING, stamp=later(seconds=1))}, "superseded"),
    ],
)
def test_what_is_unknown_late_or_said_otherwise_since_stops(
    changes: dict[str, Any], more: dict[str, Any], reason: str
) -> None:
    stop = answer(message(**changes), **more)
    assert isinstance(stop, Stop)
    assert stop.reason == reason


def test_without_the_case_nothing_goes() -> None:
    assert decide(message(), None, HOLDING, PROCEDURE, NOW) == Stop("case-unknown", "X5")


CANCEL = message(kind="cancel", ground="object")


@pytest.mark.parametrize(
    "change",
    [
        consents(state="withdrawn"),
        facts(state="closed", closed_on=date(2027, 3, 2)),
        facts(participants=()),
        met(state="cancelled", sequence=1),
        mother(email="ny@hem.example"),
    ],
)
def test_a_cancel_goes_to_whom_holds_the_object_whatever_else_has_ended(change: Change) -> None:
    assert answer(CANCEL, change) == Go()
    assert answer(CANCEL, change, procedure=None) == Go()


@pytest.mark.parametrize(
    ("change", "holding", "reason"),
    [
        (mother(protected=True), HOLDING, "protected"),
        (mother(no_mail=True), HOLDING, "no-mail"),
        (nothing, replace(HOLDING, may_be_held=False), "nothing-held"),
        (nothing, None, "superseded"),
    ],
)
def test_a_cancel_stops_where_nothing_is_held_or_nobody_may_be_mailed(
    change: Change, holding: Holding | None, reason: str
) -> None:
    stop = answer(CANCEL, change, holding=holding)
    assert isinstance(stop, Stop)
    assert stop.reason == reason


def late(owner: UUID, day: date, manager: UUID | None = None) -> Change:
    """Somebody has a task that was to be done by a day."""
    return lambda known: replace(known, late=(Late(owner, day, manager),))


def alert(to: str, person: Any, mailbox: str) -> Message:
    words = AlertWords(to, "limit-near", date(2027, 3, 15))  # type: ignore[arg-type]
    return message(
        kind="alert", ground="duty", party="staff", person=person, mailbox=mailbox, words=words
    )


@pytest.mark.parametrize(
    ("about", "change", "expected"),
    [
        (alert("process_owner", REKTOR, "rektor@skola.example"), nothing, None),
        (alert("manager", FAMILY_THERAPIST, "terapeut@ifo.example"), nothing, None),
        (alert("process_owner", REKTOR, "rektor@skola.example"),
         facts(process_owner=FAMILY_THERAPIST), "duty-passed-on"),
        (alert("manager", FAMILY_THERAPIST, "terapeut@ifo.example"),
         lambda known: replace(known, manager=None), "duty-passed-on"),
        (alert("director", REKTOR, "rektor@skola.example"), nothing, "duty-passed-on"),
        (alert("process_owner", MOTHER, "mor@hem.example"),
         facts(process_owner=MOTHER), "not-staff"),
        (alert("process_owner", REKTOR, "rektor@skola.example"),
         facts(state="closed", closed_on=date(2027, 3, 2)), "case-closed"),
        (alert("process_owner", REKTOR, "rektor@skola.example"),
         consents(state="refused", signed_on=None), "declined"),
        (alert("process_owner", REKTOR, "gammal@skola.example"), nothing, "address-changed"),
    ],
)  # fmt: skip
def test_an_alert_goes_to_whose_duty_it_still_is(
    about: Message, change: Change, expected: str | None
) -> None:
    result = answer(about, change)
    assert (result.reason if isinstance(result, Stop) else None) == expected


@pytest.mark.parametrize(
    ("to", "works_for", "expected"),
    [
        ("process_owner", {"school"}, Go()),
        ("process_owner", {"social_services"}, Stop("has-left", "X10")),
        ("owner", set(), Stop("has-left", "X10")),
        ("owner_manager", set(), Go()),  # not told as somebody on the case
    ],
)
def test_X10_who_has_left_is_alerted_no_more(
    to: str, works_for: set[str], expected: Go | Stop
) -> None:
    def change(known: Mailing) -> Mailing:
        gone = replace(known.contacts[REKTOR], works_for=frozenset(works_for))
        owned = late(REKTOR, LIMIT, REKTOR)(known)
        return replace(owned, contacts={**known.contacts, REKTOR: gone})

    assert answer(alert(to, REKTOR, "rektor@skola.example"), change) == expected


LIMIT = date(2027, 3, 15)
TO_OWNER = alert("owner", FAMILY_THERAPIST, "terapeut@ifo.example")
TO_MANAGER = alert("owner_manager", FAMILY_THERAPIST, "terapeut@ifo.example")


@pytest.mark.parametrize(
    ("about", "change", "goes"),
    [
        (TO_OWNER, late(FAMILY_THERAPIST, LIMIT), True),
        (TO_OWNER, nothing, False),  # done
        (TO_OWNER, late(REKTOR, LIMIT, FAMILY_THERAPIST), False),  # passed on
        (TO_OWNER, late(FAMILY_THERAPIST, date(2027, 3, 22)), False),  # put off
        (TO_MANAGER, late(REKTOR, LIMIT, FAMILY_THERAPIST), True),
        (TO_MANAGER, late(REKTOR, LIMIT), False),  # nobody is the manager any more
        (TO_MANAGER, nothing, False),
    ],
)
def test_X2_X16_of_a_late_task_its_owner_is_told_and_their_manager_while_it_is_late(
    about: Message, change: Change, goes: bool
) -> None:
    assert answer(about, change) == (Go() if goes else Stop("duty-passed-on", "X2"))


def test_a_mailbox_that_somebody_protected_uses_too_gets_nothing() -> None:
    known = mailing(contacts={REKTOR: contact("MOR@hem.example", "staff", protected=True)})
    stop = decide(without_place(), known, HOLDING, PROCEDURE, NOW)
    assert stop == Stop("protected", "X6")
