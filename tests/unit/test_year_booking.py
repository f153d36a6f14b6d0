"""By hand a year's meeting goes to any day of its month that will do (R20), and nobody hears of it
before the call."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

import pytest

from services.cases.domain.booking import Wanted, check_booking
from services.cases.domain.links import shown_as
from services.cases.domain.refused import Refused
from services.notifier.domain.invitations import Cancel, Invite, TellByHand, reconcile
from services.notifier.domain.mailing import Mailing
from services.notifier.domain.messages import Said
from services.notifier.domain.recipients import recipients
from services.notifier.domain.standing import Held, Invitation, Standing
from shared.domain.days import Break, SchoolYears, WorkingDays, at, local_date
from shared.domain.facts import CaseFacts, Meeting
from shared.domain.hours import OfficeHours
from tests.support.mailing import contact
from tests.support.matters import (
    ARSHJUL,
    ELEVHALSOCHEF,
    ENHETSCHEF,
    PRINCIPAL,
    a_year,
    in_month,
    morning,
)

BREAKS = SchoolYears((Break("lov", date(2027, 4, 5), date(2027, 4, 9)),))
APRIL = in_month("april", "2027-04-14")
CONTACTS = {
    ELEVHALSOCHEF: contact("karin@skola.example", "staff"),
    ENHETSCHEF: contact("jonas@ifo.example", "staff"),
    PRINCIPAL: contact(None, "staff"),
}


def put(day: str, facts: CaseFacts | None = None, step: str = "april") -> frozenset[UUID]:
    starts_at = at(date.fromisoformat(day), time(13, 0))
    wanted = Wanted(step, starts_at, 120, None if facts is None else APRIL.id)
    return check_booking(
        facts or a_year(2027), ARSHJUL, WorkingDays(), OfficeHours(), wanted,
        morning("2026-11-23"), BREAKS,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2027-04-07", "onsdag 7 april 2027 ligger i ett lov."),
        ("2027-04-30", "fredag 30 april 2027 är en afton."),
        ("2027-04-17", "lördag 17 april 2027 ligger på en helg."),
    ],
)
def test_R20_by_hand_it_goes_to_no_day_off(day: str, why: str) -> None:
    """R20: the refusal says what the day is, and what to do."""
    with pytest.raises(Refused) as refused:
        put(day)
    assert refused.value.code == "day-wont-do"
    assert refused.value.cited == "R20"
    said = refused.value.detailed("sv")
    assert said.startswith(why)
    assert "Välj en annan dag i samma månad." in said


@pytest.mark.parametrize(
    ("day", "code"), [("2027-03-31", "before-window"), ("2027-05-03", "past-limit")]
)
def test_R20_by_hand_it_stays_in_its_month(day: str, code: str) -> None:
    """R20: two times a year, April and October."""
    with pytest.raises(Refused) as refused:
        put(day)
    assert (refused.value.code, refused.value.cited) == (code, "R20")


def test_R20_by_hand_it_goes_to_any_other_day_of_the_month() -> None:
    """R20: all who take part are called there."""
    everybody = {ELEVHALSOCHEF, ENHETSCHEF, PRINCIPAL}
    assert put("2027-04-26") == everybody
    assert put("2027-04-20", a_year(2027, APRIL)) == everybody


def test_R20_a_step_belongs_to_its_own_matter() -> None:
    """R20: no parent meeting in a year."""
    with pytest.raises(Refused) as refused:
        put("2027-04-14", step="parent-meeting")
    assert refused.value.code == "unknown-step"


# before the call

BEFORE, AFTER = morning("2027-03-16"), morning("2027-03-18")


def invited(mailbox: str, person: UUID) -> Invitation:
    said = Said(APRIL.starts_at, APRIL.ends_at, None)
    return Invitation(
        meeting_id=APRIL.id, mailbox=mailbox, token="t", people=(person,), told=0, sequence=0,
        stamp=AFTER, created_at=AFTER, state="invited", place=None, held=Held(said, 0, 0, mailbox),
    )  # fmt: skip


def told(meeting: Meeting, now: datetime, *standing: Invitation, called: bool) -> list[str]:
    mailing = Mailing(a_year(2027, meeting), CONTACTS, {}, manager=None)
    to = recipients(mailing, meeting, ARSHJUL, local_date(now))
    stands = Standing({one.mailbox: one for one in standing}, {})
    found = reconcile(meeting, to, stands, mailing, now, called=called)
    kinds = {Invite: "invite", Cancel: "cancel", TellByHand: "by hand"}
    return sorted(kinds[type(one)] for one in found)


def test_R20_before_the_call_no_mailbox_holds_it_and_nobody_is_told_by_hand() -> None:
    """R20: moving or cancelling it before the call tells nobody anything."""
    moved = replace(APRIL, sequence=1, starts_at=APRIL.starts_at + timedelta(days=1))
    off = replace(APRIL, state="cancelled", sequence=1)
    for meeting in (APRIL, moved, off):
        assert told(meeting, BEFORE, called=False) == []
    assert told(APRIL, AFTER, called=True) == ["by hand", "invite", "invite"]


def test_R20_who_has_heard_of_it_hears_what_becomes_of_it() -> None:
    """R20: whatever the clock says, what a mailbox holds is put right."""
    holds = invited("karin@skola.example", ELEVHALSOCHEF), invited("jonas@ifo.example", ENHETSCHEF)
    off = replace(APRIL, state="cancelled", sequence=1)
    assert told(off, BEFORE, *holds, called=False) == ["cancel", "cancel"]
    moved = replace(APRIL, sequence=1, starts_at=APRIL.starts_at + timedelta(days=1))
    assert told(moved, BEFORE, *holds, called=False) == ["by hand", "invite", "invite"]


def test_R20_a_newcomer_after_the_call_is_called_at_once_and_a_leaver_uncalled() -> None:
    """R20: those who hold it already hear nothing new."""
    holds = invited("karin@skola.example", ELEVHALSOCHEF)
    without = replace(APRIL, person_ids=frozenset({ELEVHALSOCHEF, ENHETSCHEF}))
    assert told(without, AFTER, holds, called=True) == ["invite"]
    alone = replace(APRIL, person_ids=frozenset({ENHETSCHEF}))
    assert told(alone, AFTER, holds, called=True) == ["cancel", "invite"]


def test_R20_a_link_shows_it_once_it_is_called() -> None:
    """R20: and never one that was off before."""
    facts = a_year(2027, APRIL)
    assert shown_as(facts, ARSHJUL, APRIL, PRINCIPAL, BEFORE) is None
    assert shown_as(facts, ARSHJUL, APRIL, PRINCIPAL, AFTER) == "booked"
    off = replace(APRIL, state="cancelled")
    assert shown_as(facts, ARSHJUL, off, PRINCIPAL, AFTER) is None
    assert shown_as(facts, ARSHJUL, replace(off, called=True), PRINCIPAL, AFTER) == "cancelled"
