"""Sequences about one meeting (Q1-Q8), as pure reconciliation."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notifier.domain.invitations import (
    Cancel,
    Change,
    Forget,
    Invite,
    Regroup,
    TellByHand,
    reconcile,
)
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import Said
from services.notifier.domain.recipients import recipients
from services.notifier.domain.standing import Held, Invitation, Standing, ToldByHand
from shared.domain.days import local_date
from shared.domain.facts import Meeting
from tests.support.cases import CHILD, FATHER, MOTHER, REKTOR
from tests.support.mailing import CONTACTS, MEETING, NOW, PLACE, PROCEDURE, contact, mailing

MOM = "mor@hem.example"
TWO = replace(MEETING, person_ids=frozenset({MOTHER, REKTOR}))
MOVED = replace(TWO, sequence=1, starts_at=MEETING.starts_at + timedelta(days=1),
                ends_at=MEETING.ends_at + timedelta(days=1))  # fmt: skip
OFF = replace(TWO, state="cancelled", sequence=1)
SAID = Said(MEETING.starts_at, MEETING.ends_at, PLACE)
STAMP = NOW.replace(microsecond=0)


def invitation(mailbox: str = MOM, *people: UUID, **changes: Any) -> Invitation:
    """An invitation that has arrived."""
    usual = Invitation(
        meeting_id=MEETING.id,
        mailbox=mailbox,
        token="t",
        people=people or (MOTHER,),
        told=0,
        sequence=0,
        stamp=STAMP,
        created_at=STAMP,
        state="invited",
        place=PLACE,
        held=Held(SAID, 0, 0, MOM),
    )
    return replace(usual, **changes)


REKTORS = invitation("rektor@skola.example", REKTOR)


def changes(
    meeting: Meeting,
    *standing: Invitation,
    by_hand: Sequence[ToldByHand] = (),
    now: datetime = NOW,
    about: Mailing | None = None,
) -> list[Change]:
    known = about or mailing(meeting)
    to = recipients(known, meeting, PROCEDURE, local_date(now))
    stands = Standing({one.mailbox: one for one in standing}, {t.person_id: t for t in by_hand})
    return list(reconcile(meeting, to, stands, known, now))


def test_a_booked_meeting_calls_each_mailbox_once() -> None:
    found = changes(TWO)
    assert [(c.mailbox, c.kind, c.sequence) for c in found if isinstance(c, Invite)] == [
        (MOM, "call", 0),
        ("rektor@skola.example", "call", 0),
    ]
    assert changes(TWO, invitation(), REKTORS) == []


def test_Q1_another_time_asks_everybody_anew() -> None:
    for change in changes(MOVED, invitation(), REKTORS):
        assert isinstance(change, Invite)
        assert (change.kind, change.sequence, change.new_time) == ("change", 1, True)
        assert change.asks_anew
        assert change.stamp == STAMP + timedelta(seconds=1), "the clock stands still"


def test_Q2_other_words_alone_keep_the_sequence() -> None:
    (change,) = changes(TWO, invitation(place="Ett annat rum"), REKTORS)
    assert isinstance(change, Invite)
    assert (change.kind, change.sequence, change.asks_anew) == ("change", 0, False)
    assert change.stamp > STAMP


def test_Q3_who_is_removed_gets_a_cancel_of_their_own_and_the_others_nothing() -> None:
    alone = replace(MEETING, person_ids=frozenset({REKTOR}))
    assert changes(alone, invitation(), REKTORS) == [
        Cancel(
            MOM, (MOTHER,), 1, STAMP + timedelta(seconds=1), of_all=False, said=SAID, address=MOM
        )
    ]


def test_Q4_who_is_added_gets_the_current_sequence() -> None:
    three = replace(MOVED, person_ids=MOVED.person_ids | {FATHER})
    told = [
        replace(one, told=1, sequence=1, held=Held(SAID, 1, 1, MOM))
        for one in (invitation(), REKTORS)
    ]
    (change,) = changes(three, *told)
    assert isinstance(change, Invite)
    assert (change.mailbox, change.kind, change.sequence) == ("far@hem.example", "call", 1)


def test_Q5_a_cancelled_meeting_is_taken_back_above_every_earlier_sequence() -> None:
    removed = invitation("far@hem.example", FATHER, state="cancelled", sequence=5)
    found = changes(OFF, invitation(sequence=4), REKTORS, removed)
    assert [(c.mailbox, c.sequence, c.of_all) for c in found if isinstance(c, Cancel)] == [
        (MOM, 5, True),
        ("rektor@skola.example", 1, True),
    ]
    assert len(found) == 2


def test_Q6_who_is_invited_again_gets_a_sequence_above_the_cancel() -> None:
    (change,) = changes(TWO, invitation(state="cancelled", sequence=3, held=None), REKTORS)
    assert isinstance(change, Invite)
    assert (change.kind, change.sequence) == ("call", 4)


def test_Q7_what_never_left_is_forgotten_and_the_last_state_wins() -> None:
    unsent = invitation(held=None)
    assert changes(OFF, unsent, replace(REKTORS, state="cancelled")) == [Forget(MOM)]
    (moved,) = changes(
        MOVED, unsent, replace(REKTORS, told=1, sequence=1, held=Held(SAID, 1, 1, MOM))
    )
    assert isinstance(moved, Invite)
    assert (moved.kind, moved.sequence) == ("call", 1), "a change of nothing would be odd"


def test_Q8_looking_twice_changes_nothing() -> None:
    told = invitation(told=1, sequence=1, held=Held(SAID, 0, 0, MOM))
    assert (
        changes(MOVED, told, replace(told, mailbox="rektor@skola.example", people=(REKTOR,))) == []
    )


def test_a_cancel_speaks_of_the_time_that_the_mailbox_holds() -> None:
    """The move hadn't left yet when the meeting was cancelled."""
    off = replace(MOVED, state="cancelled", sequence=2)
    (change, _) = changes(off, invitation(told=1, sequence=1), REKTORS)
    assert isinstance(change, Cancel)
    assert change.said == SAID


def test_what_was_stopped_on_its_way_is_said_again_when_it_may_be() -> None:
    (change,) = changes(TWO, invitation(held=None, lost="stopped"), REKTORS)
    assert isinstance(change, Invite)
    assert changes(TWO, invitation(held=None, lost="failed"), REKTORS) == [], "that is a task now"


@pytest.mark.parametrize("state", ["held", "proposed"])
def test_a_meeting_that_is_held_or_only_proposed_says_nothing(state: str) -> None:
    assert changes(replace(MOVED, state=state), invitation()) == []  # type: ignore[arg-type]


def test_a_past_meeting_says_nothing() -> None:
    after = MEETING.ends_at
    assert changes(TWO, now=after) == []
    assert changes(OFF, invitation(), REKTORS, now=after) == []


def test_without_the_consent_nobody_is_told_anything_new_and_keeps_what_they_hold() -> None:
    known = mailing(MOVED)
    withdrawn = replace(
        known.facts,
        consents=tuple(replace(c, state="withdrawn") for c in known.facts.consents),
    )
    assert changes(MOVED, invitation(), REKTORS, about=replace(known, facts=withdrawn)) == []


def test_a_new_address_gets_the_call_and_the_old_one_a_cancel() -> None:
    known = mailing(TWO, contacts={MOTHER: contact("ny@hem.example")})
    call, cancel = changes(TWO, invitation(), REKTORS, about=known)
    assert isinstance(call, Invite)
    assert isinstance(cancel, Cancel)
    assert (call.mailbox, cancel.mailbox, cancel.of_all) == ("ny@hem.example", MOM, False)


def test_two_who_share_a_mailbox_are_one_object_and_one_of_them_can_leave() -> None:
    shared = {FATHER: contact(MOM)}
    both = replace(MEETING, person_ids=frozenset({MOTHER, FATHER}))
    (call,) = changes(both, about=mailing(both, contacts=shared))
    assert isinstance(call, Invite)
    assert call.people == (MOTHER, FATHER)
    one = replace(both, person_ids=frozenset({FATHER}))
    known = mailing(one, contacts=shared)
    assert changes(one, invitation(MOM, MOTHER, FATHER), about=known) == [Regroup(MOM, (FATHER,))]


def test_who_became_protected_is_told_by_hand_of_what_changes_and_never_by_mail() -> None:
    hidden = {MOTHER: replace(CONTACTS[MOTHER], protected=True)}
    told = replace(REKTORS, place=None)
    assert changes(TWO, invitation(), told, about=mailing(TWO, contacts=hidden)) == [], "they know"
    moved = changes(MOVED, invitation(), told, about=mailing(MOVED, contacts=hidden))
    assert TellByHand(MOTHER, "change", "X6", 1, "invited") in moved
    off = changes(OFF, invitation(), told, about=mailing(OFF, contacts=hidden))
    assert [c for c in off if isinstance(c, Cancel | Forget | TellByHand)][:2] == [
        Forget(MOM),
        TellByHand(MOTHER, "cancel", "X6", 1, "cancelled"),
    ]
    assert not any(isinstance(c, Invite | Cancel) and c.mailbox == MOM for c in (*moved, *off))


def test_a_child_of_twelve_is_told_by_hand_once_and_again_when_it_moves() -> None:
    alone = replace(TWO, person_ids=frozenset({CHILD}))
    told = ToldByHand(CHILD, 0, "invited", "X11")
    assert changes(alone) == [TellByHand(CHILD, "call", "X11", 0, "invited")]
    assert changes(alone, by_hand=[told]) == []
    moved = replace(MOVED, person_ids=frozenset({CHILD}))
    assert changes(moved, by_hand=[told]) == [TellByHand(CHILD, "change", "X11", 1, "invited")]
    off = replace(moved, state="cancelled")
    (change,) = changes(off, by_hand=[told])
    assert isinstance(change, TellByHand)
    assert (change.kind, change.state, change.rule) == ("cancel", "cancelled", "X11")
