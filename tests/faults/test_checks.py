"""The harness's own eyes: each breach is seen, and what is right isn't one."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from tests.faults.addressed import misaddressed
from tests.faults.checks import Checks, _out_of_order, _twice
from tests.faults.counted import done_twice, told_twice
from tests.faults.ended import unended
from tests.faults.examples import (
    BOOKED,
    CASE,
    LINK,
    MAILBOX,
    MEETING,
    NOW,
    OTHER,
    PERSON,
    STAFF,
    STAFFS,
    STARTS,
    changed,
    letter,
    link_to,
    message,
    register,
)
from tests.faults.families import Family, Forbidden, Json
from tests.faults.held import holdings
from tests.faults.letters import Letter
from tests.faults.load import Load
from tests.faults.register import Register
from tests.faults.world import World

REPEATS = [
    ([letter(), letter(began=12.0)], 1, 0),  # after an unknown outcome: counted, not wrong
    ([letter(), letter(began=12.0)], 0, 1),  # its outcome was known
    ([letter(), letter(content=b"b")], 1, 1),  # with other bytes
    ([letter(), letter(), letter()], 1, 1),  # once too often
    ([letter(), letter("<b@x.example>")], 0, 1),  # another mail of the same revision
    ([letter(), letter("<b@x.example>", sequence=1)], 0, 0),  # the next revision
    ([letter(), letter("<b@x.example>", recipient="vh.2@hemma.example")], 0, 0),  # another mailbox
]


@pytest.mark.parametrize(("letters", "doubts", "breaches"), REPEATS)
def test_a_mail_comes_once_but_for_a_repeat_of_an_unknown(
    letters: list[Letter], doubts: int, breaches: int
) -> None:
    assert len(list(_twice(letters, message(doubts=doubts)))) == breaches


def test_SEQUENCE_rises_and_a_CANCEL_takes_back_what_was_sent() -> None:
    call = letter()
    cancel = letter("<b@x.example>", began=11.0, method="CANCEL", sequence=1)
    assert list(_out_of_order([call, cancel])) == []
    assert list(_out_of_order([cancel]))  # the mailbox never got anything
    assert list(_out_of_order([call, letter("<b@x.example>", began=11.0)]))  # the same again
    assert list(_out_of_order([call, call])) == []  # a repeat


def test_an_old_REQUEST_that_is_repeated_after_the_CANCEL_is_seen() -> None:
    call, cancel = letter(), letter("<b@x.example>", began=11.0, method="CANCEL", sequence=1)
    assert list(_out_of_order([call, cancel, replace(call, began=12.0)]))
    assert list(_out_of_order([call, replace(call, began=10.5), cancel])) == []


class FakeLoad:
    """A load of which only what is forbidden is asked."""

    def __init__(self, forbidden: Forbidden) -> None:
        self.forbidden = forbidden


WRONG = [
    (letter(), Forbidden(without_consent={CASE: 9.0}), 1),
    (letter(), Forbidden(without_consent={CASE: 11.0}), 0),  # it had begun before
    (letter(method="CANCEL"), Forbidden(without_consent={CASE: 9.0}), 0),
    (letter(), Forbidden(protected={MAILBOX: 9.0}), 1),
    (letter(method="CANCEL"), Forbidden(protected={MAILBOX: 9.0}), 1),
    (letter(), Forbidden(never={MAILBOX}), 1),
    (letter(), Forbidden(left={MAILBOX: 9.0}), 1),
    (letter(method="CANCEL"), Forbidden(left={MAILBOX: 9.0}), 0),
    (letter("<unknown@x.example>"), Forbidden(), 1),
]


def checks(forbidden: Forbidden) -> Checks:
    return Checks(cast(World, None), cast(Load, FakeLoad(forbidden)))


@pytest.mark.parametrize(("sent", "forbidden", "breaches"), WRONG)
@pytest.mark.parametrize("ground", ["consent", "none"])  # whatever the product calls it
def test_a_mail_to_the_wrong_one_or_after_a_no_is_seen(
    sent: Letter, forbidden: Forbidden, breaches: int, ground: str
) -> None:
    seen = checks(forbidden)._to_the_wrong([sent], message(ground=ground), register())
    assert len(list(seen)) == breaches


@pytest.mark.parametrize("why", [{"no_mail": True}, {"dead_email": MAILBOX}])
def test_X7_a_mail_to_who_wants_none_or_to_a_dead_mailbox_is_seen(why: Json) -> None:
    eyes, shut = checks(Forbidden()), changed("people", **why)
    assert list(eyes._to_the_wrong([letter(began=1.0)], message(), shut)) == []  # before it was
    eyes._shut[MAILBOX] = 9.0
    assert list(eyes._to_the_wrong([letter(began=10.0)], message(), shut))


def test_what_is_right_is_no_breach() -> None:
    staffs = letter(
        "<s@x.example>", recipient=STAFFS, to=STAFFS, attendee=STAFFS, link=link_to(OTHER),
        organizer="moten+s@x.example",
    )  # fmt: skip
    both = [letter(link=link_to(LINK)), staffs]
    rows = message() | message(
        "<s@x.example>", id=2, mailbox=STAFFS, person_id=STAFF, party="staff"
    )
    assert list(misaddressed(both, rows, register())) == []
    assert list(holdings(both, list(rows.values()), register())) == []
    assert (
        list(unended(list(rows.values()), {"<a@x.example>", "<s@x.example>"}, register(), ())) == []
    )
    assert list(told_twice(both, rows)) == []


AMISS: list[tuple[Json, Json, Register]] = [
    ({"recipient": STAFFS}, {}, register()),  # the bytes are another recipient's
    ({"to": STAFFS}, {}, register()),
    ({"attendee": STAFFS}, {}, register()),
    ({"organizer": "moten+s@x.example"}, {}, register()),
    ({"link": link_to(OTHER)}, {}, register()),
    ({"link": link_to(PERSON)}, {"person_id": STAFF}, register()),
    ({}, {"person_id": STAFF, "party": "staff"}, register()),  # in the guardian's mailbox
    ({}, {}, replace(register(), participants=[])),  # of another family
    ({}, {}, changed("people", email="annan@annan.example")),  # nobody has it
    ({}, {"kind": "alert", "ground": "duty"}, register()),  # for staff alone
    ({}, {"ground": "none"}, register()),
    ({}, {"kind": "cancel"}, register()),  # rests on what is held, never on a consent
    ({}, {"party": "child"}, register()),
]


@pytest.mark.parametrize(("sent", "row", "known"), AMISS)
def test_a_mail_that_isnt_its_recipients_is_seen(sent: Json, row: Json, known: Register) -> None:
    assert list(misaddressed([letter(**sent)], message(**row), known))


def test_S1_a_mail_to_an_organisation_that_no_consent_covers_is_seen() -> None:
    staffs = letter(recipient=STAFFS, to=STAFFS, attendee="", organizer="")
    row = message(mailbox=STAFFS, person_id=STAFF, party="staff")
    assert list(misaddressed([staffs], row, register())) == []
    others = changed("consents", organisations=["police"])
    assert list(misaddressed([staffs], row, others))


LATE: Json = {
    "id": OTHER, "case_id": CASE, "owner": STAFF, "about": None, "meeting_id": None,
    "state": "open", "due_on": date(2027, 3, 5), "created_at": BOOKED,
}  # fmt: skip
REASONS: list[tuple[str, str | None, Register]] = [  # what bears it out
    ("call", "meeting-off", changed("meetings", state="cancelled")),
    ("reminder", "meeting-moved", changed("meetings", sequence=1)),
    ("call", "superseded", changed("meetings", state="cancelled")),
    ("call", "superseded", changed("people", protected=True)),
    ("change", "superseded", changed("attendance", removed=True)),
    ("call", "no-consent", changed("consents", state="withdrawn")),
    ("reminder", "said-no", changed("attendance", answered_at=NOW)),
    ("cancel", "protected", changed("people", protected=True)),
    ("call", "address-changed", changed("people", email="ny@hemma.example")),
    ("call", "case-closed", changed("cases", state="closed")),
]


@pytest.mark.parametrize(("kind", "reason", "bears_out"), REASONS)
def test_a_mail_is_stopped_only_for_a_reason_that_the_register_bears_out(
    kind: str, reason: str, bears_out: Register
) -> None:
    rows = list(message(kind=kind, state="suppressed", reason=reason).values())
    assert list(unended(rows, set(), bears_out, ())) == []
    assert list(unended(rows, set(), register(), ()))
    of_another_kind = [one | {"kind": "other"} for one in rows]
    assert list(unended(of_another_kind, set(), bears_out, ()))


@pytest.mark.parametrize("kind", ["reminder", "nudge"])
def test_R8_a_nudge_gives_way_only_to_one_that_says_the_same(kind: str) -> None:
    row = {"kind": kind, "state": "suppressed", "reason": "superseded"}
    first = message(**row)
    for newer, bears_out in (
        ({"kind": kind}, True),
        ({"kind": "alert"}, False),
        ({"kind": kind, "told": 7}, False),
        ({"kind": kind, "mailbox": STAFFS}, False),
        ({"kind": kind, "created_at": datetime(2027, 2, 1, tzinfo=UTC)}, False),
    ):
        second = message("<b@x.example>", id=2, state="held", **newer)
        rows = list((first | second).values())
        assert (list(unended(rows, set(), register(), ())) == []) is bears_out, newer
    assert list(unended(list(first.values()), set(), changed("meetings", state="cancelled"), ()))


def test_a_mail_stopped_for_no_reason_or_one_that_there_isnt_is_seen() -> None:
    for reason in (None, "any-word", "kind-unknown"):
        rows = list(message(state="suppressed", reason=reason).values())
        assert list(unended(rows, set(), register(), ()))


def test_what_was_missed_or_too_late_is_seen_unless_nobody_was_at_work() -> None:
    late = list(message(state="suppressed", reason="too-late").values())
    missed = replace(register(), missed=[{"key": "k", "useful_until": STARTS}])
    assert len(list(unended(late, set(), missed, ()))) == 2
    assert list(unended(late, set(), missed, [(NOW, datetime(2027, 3, 9, tzinfo=UTC))])) == []


PASSED_ON: list[tuple[Json, Register, bool]] = [  # a limit's, a late task's; whose it is now
    ({"to": "process_owner"}, register(), False),
    ({"to": "process_owner"}, changed("cases", owner=PERSON), True),
    ({"to": "manager"}, replace(register(), bosses=[{"person": STAFF, "manager": STAFF}]), False),
    ({"to": "manager"}, replace(register(), bosses=[{"person": STAFF, "manager": OTHER}]), True),
    ({"to": "owner"}, register(), True),  # nothing of that day is left
    ({"to": "owner"}, replace(register(), tasks=[LATE]), False),
    ({"to": "owner"}, replace(register(), tasks=[LATE | {"owner": OTHER}]), True),
    ({"to": "owner"}, replace(register(), tasks=[LATE | {"state": "done"}]), True),
]


@pytest.mark.parametrize(("said", "known", "bears_out"), PASSED_ON)
def test_X2_a_duty_has_passed_on_only_if_it_is_anothers(
    said: Json, known: Register, bears_out: bool
) -> None:
    (row,) = message(
        kind="alert", state="suppressed", reason="duty-passed-on", person_id=STAFF,
        payload=said | {"limit_on": "2027-03-05"},
    ).values()  # fmt: skip
    assert (list(unended([row], set(), known, ())) == []) is bears_out


def test_a_failed_mail_needs_a_task_made_since_about_its_person_and_meeting() -> None:
    rows = list(message(state="failed", reason="550").values())
    task = {"id": OTHER, "case_id": CASE, "owner": STAFF, "about": PERSON, "meeting_id": MEETING,
            "state": "done", "due_on": None, "created_at": NOW}  # fmt: skip

    def seen(**changes: Any) -> bool:
        return bool(list(unended(rows, set(), replace(register(), tasks=[task | changes]), ())))

    assert not seen()
    assert seen(about=STAFF)
    assert seen(meeting_id=OTHER)
    assert seen(created_at=datetime(2027, 2, 1, tzinfo=UTC))  # of an earlier one


@pytest.mark.parametrize("kind", ["reminder", "nudge", "alert", "task"])
def test_the_same_thing_said_in_two_mails_is_seen(kind: str) -> None:
    two = [letter(method=""), letter("<b@x.example>", method="")]
    rows = message(kind=kind) | message("<b@x.example>", id=2, kind=kind)
    assert list(told_twice(two, rows))
    assert list(told_twice([two[0], two[0]], rows)) == []  # a repeat is one mail
    assert list(told_twice(two, rows, [(MEETING, BOOKED)])) == []  # one of them was asked for
    rows["<b@x.example>"] |= {"due_at": NOW}
    assert list(told_twice(two, rows)) == []  # another day


CALLS: list[tuple[int, int, bool]] = [(1, 1, False), (1, 2, True), (0, 1, True), (1, 0, True)]


@pytest.mark.parametrize(("answered", "done", "is_seen"), CALLS)
def test_F1_a_call_that_took_effect_twice_or_though_refused_is_seen(
    answered: int, done: int, is_seen: bool
) -> None:
    family = Family(0, 0, case=CASE, effects=Counter({"meeting.remind": answered}))
    calls = [{"case_id": CASE, "action": "meeting.remind", "n": done}] if done else []
    assert bool(list(done_twice([family], set(), replace(register(), calls=calls)))) is is_seen


def test_F1_a_case_that_nobody_opened_is_seen() -> None:
    assert list(done_twice([], set(), register()))
    assert list(done_twice([], {CASE}, register())) == []


def without_meeting(known: Register) -> Register:
    return replace(known, attendance=[known.attendance[0]])  # the staff aren't asked for here


HELD: list[tuple[list[Letter], Register, bool]] = [
    ([letter()], without_meeting(register()), False),
    ([], without_meeting(register()), True),
    ([letter(starts_at="20270308T100000")], without_meeting(register()), True),
    ([letter()], without_meeting(changed("meetings", state="cancelled")), True),
    ([letter(), letter("<c@x.example>", method="CANCEL")],
     without_meeting(changed("meetings", state="cancelled")), False),
    ([letter()], register(), True),  # the staff hold nothing
    ([letter()], without_meeting(changed("people", email="ny@hemma.example")), True),  # it was left
    ([], without_meeting(changed("people", protected=True)), True),  # and nobody's task
]  # fmt: skip


@pytest.mark.parametrize(("letters", "known", "is_seen"), HELD)
def test_a_mailbox_holds_what_is_to_come_and_nothing_else(
    letters: list[Letter], known: Register, is_seen: bool
) -> None:
    rows = message() | message("<c@x.example>", kind="cancel")
    known.addresses[MAILBOX] = PERSON
    assert bool(list(holdings(letters, list(rows.values()), known))) is is_seen


def test_X6_whoever_was_called_and_is_protected_now_is_a_task_once_it_changes() -> None:
    known, rows = without_meeting(changed("people", protected=True)), list(message().values())
    assert list(holdings([letter()], rows, known)) == []  # it stands as they were told
    moved = [letter(starts_at="20270309T090000")]
    assert list(holdings(moved, rows, known))
    known.tasks.append({"about": PERSON, "meeting_id": MEETING})
    assert list(holdings(moved, rows, known)) == []
