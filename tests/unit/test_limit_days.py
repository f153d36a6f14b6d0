"""O14: the day of the year's limit is once in a mailbox, while somebody there has such a duty."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from services.notifier.domain.duty_drafts import DutyDrafts
from services.notifier.domain.limit_days import Put, TakeOut, Withdraw, day_changes, has_its_day
from services.notifier.domain.mailing import Duty
from services.notifier.domain.messages import Message, Sending
from shared.domain.days import local_date
from tests.support.mailing import NOW, POST, contact

ANNA, BO, CHIEF = UUID(int=1), UUID(int=2), UUID(int=3)
CONTACTS = {
    ANNA: contact("anna@kommun.example", "staff"),
    BO: contact("bo@kommun.example", "staff"),
}
TODAY = local_date(NOW)
LIMIT = date(2027, 6, 30)
Told = tuple[Sending, ...]


def duty(number: int, owner: UUID | None, *, is_open: bool = True) -> Duty:
    """Of one of the two posts that call to the year's meetings."""
    return Duty(
        id=UUID(int=100 + number),
        is_open=is_open,
        owner=owner,
        due_on=LIMIT,
        manager=None,
        contacts=CONTACTS,
        kind="evaluate-year",
        year=2027,
    )


def looked(
    duties: Sequence[Duty], told: Told = (), *, state: str = "accepted", today: date = TODAY
) -> Told:
    """All that is told after a look; what is new has got as far as `state`."""
    said = list(told)
    for turn, change in enumerate(day_changes(duties, told, today), len(told)):
        match change:
            case Withdraw(message):
                said = [replace(o, state="suppressed") if o == message else o for o in said]
            case Put(of):
                said.append(sent(DutyDrafts(of, "R24", POST, NOW).of_day(change, turn), state))
            case TakeOut(of):
                said.append(sent(DutyDrafts(of, "R24", POST, NOW).of_end(change, turn), state))
    assert len({one.key for one in said}) == len(said)
    assert list(day_changes(duties, tuple(said), today)) == []  # twice changes nothing
    return tuple(said)


def sent(message: Message, state: str) -> Sending:
    values = {one.name: getattr(message, one.name) for one in fields(Message)}
    return Sending(**values, state=state)


def seen(told: Told) -> list[tuple[str, str, int, str]]:
    """Who was told what, in which revision, and what became of it."""
    return [
        (
            one.mailbox.partition("@")[0],
            "out" if one.words.over else "in",  # type: ignore[union-attr]
            one.calendar.sequence if one.calendar else -1,
            one.state,
        )
        for one in told
    ]


def test_O14_who_has_both_posts_has_the_day_once_and_until_the_last_has_ended() -> None:
    told = looked([duty(1, ANNA), duty(2, ANNA)])
    assert seen(told) == [("anna", "in", 0, "accepted")]
    told = looked([duty(1, ANNA, is_open=False), duty(2, ANNA)], told)
    assert len(told) == 1
    told = looked([duty(1, ANNA, is_open=False), duty(2, ANNA, is_open=False)], told)
    assert seen(told)[1:] == [("anna", "out", 1, "accepted")]


def test_O14_who_leaves_one_of_two_posts_keeps_it_and_loses_it_with_the_other() -> None:
    told = looked([duty(1, ANNA), duty(2, ANNA)])
    told = looked([duty(1, BO), duty(2, ANNA)], told)
    assert seen(told)[1:] == [("bo", "in", 0, "accepted")]
    told = looked([duty(1, BO), duty(2, BO)], told)
    assert seen(told)[2:] == [("anna", "out", 1, "accepted")]


def test_O14_who_gets_the_post_back_gets_the_day_back_however_often() -> None:
    told: Told = ()
    for owner in (ANNA, BO, ANNA, BO, ANNA):
        told = looked([duty(1, owner)], told)
    assert [one for one in seen(told) if one[0] == "anna"] == [
        ("anna", "in", 0, "accepted"),
        ("anna", "out", 1, "accepted"),
        ("anna", "in", 2, "accepted"),
        ("anna", "out", 3, "accepted"),
        ("anna", "in", 4, "accepted"),
    ]
    stamps = [one.calendar.stamp for one in told if one.calendar and one.person_id == ANNA]
    assert stamps == sorted(set(stamps))


def test_O14_what_has_not_left_is_withdrawn_and_not_taken_back() -> None:
    told = looked([duty(1, ANNA)], state="due")
    told = looked([duty(1, BO)], told)
    assert seen(told) == [("anna", "in", 0, "suppressed"), ("bo", "in", 0, "accepted")]
    told = looked([duty(1, ANNA)], told)
    assert seen(told)[2:] == [("anna", "in", 1, "accepted"), ("bo", "out", 1, "accepted")]


def test_O14_what_was_to_leave_for_one_post_leaves_for_the_other() -> None:
    told = looked([duty(1, ANNA), duty(2, ANNA)], state="retry")
    told = looked([duty(1, BO), duty(2, ANNA)], told)
    assert [(one.task_id, one.state) for one in told if one.person_id == ANNA] == [
        (UUID(int=101), "suppressed"), (UUID(int=102), "accepted"),
    ]  # fmt: skip


def test_O14_a_day_that_has_not_been_taken_out_yet_stays_with_whoever_has_it_again() -> None:
    told = looked([duty(1, ANNA)])
    told = looked([duty(1, BO)], told, state="due")
    told = looked([duty(1, ANNA)], told)
    assert [one for one in seen(told) if one[0] == "anna"] == [
        ("anna", "in", 0, "accepted"), ("anna", "out", 1, "suppressed"),
    ]  # fmt: skip


def test_O14_what_may_have_arrived_counts_as_held() -> None:
    (told,) = looked([duty(1, ANNA)], state="unknown")
    doubted = (replace(told, doubts=1),)
    assert seen(looked([duty(1, ANNA, is_open=False)], doubted)) == [
        ("anna", "in", 0, "suppressed"), ("anna", "out", 1, "accepted"),
    ]  # fmt: skip
    assert seen(looked([duty(2, ANNA)], doubted))[1:] == [("anna", "in", 1, "accepted")]


def test_O14_what_failed_is_a_persons_to_tell_and_is_not_said_again() -> None:
    told = looked([duty(1, ANNA)], state="failed")
    assert len(looked([duty(1, ANNA)], told)) == 1
    assert len(looked([duty(1, None)], told)) == 1


def test_O14_those_who_share_a_mailbox_have_it_once() -> None:
    shared = {ANNA: CONTACTS[ANNA], BO: replace(CONTACTS[BO], email="Anna@kommun.example")}
    both = [replace(duty(number, who), contacts=shared) for number, who in ((1, ANNA), (2, BO))]
    assert seen(looked(both)) == [("anna", "in", 0, "accepted")]


@pytest.mark.parametrize(
    "about", [{"protected": True}, {"no_mail": True}, {"dead": True}, {"party": "guardian"}]
)
def test_O14_X6_X7_R41_nobody_is_told_who_must_not_be_mailed(about: dict[str, object]) -> None:
    contacts = {ANNA: replace(CONTACTS[ANNA], **about)}  # type: ignore[arg-type]
    told = looked([duty(1, ANNA)])
    assert looked([replace(duty(1, ANNA), contacts=contacts)]) == ()
    assert looked([replace(duty(1, None), contacts=contacts)], told) == told


def test_O14_a_day_that_has_passed_stays_where_it_is() -> None:
    told = looked([duty(1, ANNA)])
    after = LIMIT + timedelta(days=1)
    assert looked([duty(1, ANNA, is_open=False)], told, today=after) == told
    assert looked([duty(1, ANNA)], today=after) == ()


def test_O14_only_the_limit_of_the_year_comes_with_its_day() -> None:
    assert has_its_day(duty(1, ANNA))
    assert not has_its_day(replace(duty(1, ANNA), kind="send-material"))
    assert not has_its_day(replace(duty(1, ANNA), due_on=None))
