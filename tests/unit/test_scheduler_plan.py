"""What should stand in a case's calendar (R3, R6, R9, R10, X1, X2), as dates written for people."""

from dataclasses import replace
from datetime import date, datetime, time

import pytest

from services.cases.domain.booking import Wanted, check_booking
from services.scheduler.domain.plan import Plan, desired_plan
from services.scheduler.domain.seeking import Search, Wanting
from shared.domain.calling import called
from shared.domain.days import WorkingDays, at
from shared.domain.facts import CaseFacts, ConsentState
from shared.domain.hours import OfficeHours
from shared.procedures import load_procedures
from tests.support.cases import (
    CHILD,
    FAMILY_THERAPIST,
    case,
    consent,
    meeting,
    noon,
    with_meetings,
)

DAYS = WorkingDays()
SAMVERKANSMOTE = load_procedures(None).get("samverkansmote", date(2026, 1, 1))


def plan(facts: CaseFacts, now: str) -> Plan:
    return desired_plan(facts, SAMVERKANSMOTE, DAYS, noon(now))


def due_days(of: Plan) -> list[str]:
    """What falls due, as «name to whom day hour» or «name day hour»."""
    return sorted(
        " ".join([*due.key.split("/")[3:-1], f"{due.due_at:%Y-%m-%d %H}"])
        if due.event.type == "alert.due"
        else f"{due.key.split('/')[2]} {due.due_at:%Y-%m-%d %H}"
        for due in of.dues.values()
        if due.event.type != "marking.due"
    )


def test_R3_no_time_is_sought_before_the_consent_is_signed() -> None:
    waiting = plan(case("2027-03-01"), "2027-03-01")
    assert waiting.search is None
    assert waiting.wanting is None


def test_R3_one_of_two_custodians_is_not_enough() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    one = replace(facts.consents[0], state="requested", signed_on=None)
    assert plan(replace(facts, consents=(one, facts.consents[1])), "2027-03-02").search is None


@pytest.mark.parametrize(
    ("known", "now", "first_day", "last_day"),
    [
        # known on Monday 1 March; three working days' notice from Tuesday the 2nd is Friday the 5th
        ("2027-03-01", "2027-03-02", "2027-03-05", "2027-03-15"),
        # the limit, 25 December, is a holiday and the 24th an eve: Wednesday the 23rd
        ("2026-12-11", "2026-12-14", "2026-12-17", "2026-12-23"),
        # the limit, Friday 19 June, is midsommarafton: Thursday the 18th
        ("2026-06-05", "2026-06-08", "2026-06-11", "2026-06-18"),
        # the limit, 2 April 2027, is not Good Friday (26 March is): the limit itself
        ("2027-03-19", "2027-03-22", "2027-03-25", "2027-04-02"),
        # over the change to summer time on 28 March 2027
        ("2027-03-22", "2027-03-23", "2027-03-30", "2027-04-05"),
        # 29 February 2028 is a Tuesday and a working day
        ("2028-02-15", "2028-02-16", "2028-02-21", "2028-02-29"),
    ],
)
def test_R9_X1_a_time_is_sought_after_the_notice_and_up_to_the_last_working_day(
    known: str, now: str, first_day: str, last_day: str
) -> None:
    search = plan(case(known, signed_on=now), now).search
    assert search is not None
    expected_last = DAYS.last_on_or_before(date.fromisoformat(last_day)).isoformat()
    assert search.days[0].isoformat() == first_day
    assert search.days[-1].isoformat() == expected_last
    assert all(DAYS.is_working_day(day) for day in search.days)
    assert search.last_bookable_on == search.days[-1]


def test_X1_when_no_day_is_left_a_person_is_told_and_no_later_day_is_taken() -> None:
    late = plan(case("2027-03-01", signed_on="2027-03-12"), "2027-03-12")  # limit Monday the 15th
    assert late.search is None
    assert late.wanting == Wanting("first", "X1", "no-day-left", date(2027, 3, 15))


@pytest.mark.parametrize(
    ("born", "now", "wanting"),
    [
        # 18 on 8 March: on the days that are left the youth decides, and was never asked
        ("2009-03-08", "2027-03-03", "consent-missing"),
        ("2009-03-08", "2027-03-09", "consent-missing"),
        ("2009-03-08", "2027-03-11", None),  # no day is left, but no consent stands now either
        ("2014-05-02", "2027-03-11", "no-day-left"),
    ],
)
def test_X8_a_birthday_in_the_window_asks_the_youth_and_never_says_that_no_day_is_left(
    born: str, now: str, wanting: str | None
) -> None:
    found = plan(case("2027-03-01", signed_on="2027-03-01", birth_date=born), now).wanting
    assert (found.reason if found else None) == wanting


def test_X8_a_youth_who_was_asked_is_waited_for() -> None:
    facts = case("2027-03-01", signed_on="2027-03-01", birth_date="2009-03-03")
    asked = replace(facts, consents=(*facts.consents, consent(CHILD, None, "youth")))
    ahead = plan(asked, "2027-03-02")
    assert (ahead.search, ahead.wanting) == (None, None)


def test_S1_a_consent_that_leaves_out_who_is_always_called_says_so_and_seeks_no_time() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    narrow = tuple(replace(form, organisations=frozenset({"school"})) for form in facts.consents)
    found = plan(replace(facts, consents=narrow), "2027-03-02")
    assert found.search is None
    assert found.wanting is not None
    assert (found.wanting.rule, found.wanting.reason, found.wanting.missing) == (
        "S1", "organisation-not-covered", ("social_services",),
    )  # fmt: skip


def test_a_time_is_sought_again_after_a_withdrawal_whatever_was_cancelled_before() -> None:
    by_hand = meeting("first", "2027-03-08", "cancelled", changed_on="2027-03-02")
    with_the_consent = replace(
        meeting("first", "2027-03-09", "cancelled", changed_on="2027-03-03"),
        cancelled_because="consent",
    )
    facts = with_meetings(case("2027-03-01", signed_on="2027-03-04"), with_the_consent, by_hand)
    assert plan(facts, "2027-03-04").search is not None


def test_a_proposed_time_that_has_passed_no_longer_counts() -> None:
    facts = with_meetings(
        case("2027-03-01", signed_on="2027-03-02"), meeting("first", "2027-03-05", "proposed")
    )
    assert plan(facts, "2027-03-04").search is None
    assert plan(facts, "2027-03-04").look_at == noon("2027-03-05")
    assert plan(facts, "2027-03-06").search is not None


def test_R13_a_meeting_that_is_over_is_asked_about_on_the_next_working_day() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    booked = plan(with_meetings(facts, meeting("first", "2027-03-12")), "2027-03-03")  # a Friday
    (marking,) = [due for due in booked.dues.values() if due.event.type == "marking.due"]
    assert f"{marking.due_at:%Y-%m-%d %H:%M}" == "2027-03-15 09:00"
    held = plan(with_meetings(facts, meeting("first", "2027-03-12", "held")), "2027-03-12")
    assert "marking.due" not in {due.event.type for due in held.dues.values()}


def test_R6_a_case_without_a_family_therapist_says_who_is_missing() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    others = tuple(who for who in facts.participants if who.person_id != FAMILY_THERAPIST)
    wanting = plan(replace(facts, participants=others), "2027-03-02").wanting
    assert wanting is not None
    assert (wanting.rule, wanting.reason, wanting.missing) == (
        "R6",
        "participants-missing",
        ("familjebehandlare",),
    )


def test_a_meeting_that_a_person_cancelled_is_not_booked_again_unasked() -> None:
    facts = with_meetings(
        case("2027-03-01", signed_on="2027-03-02"), meeting("first", "2027-03-08", "cancelled")
    )
    wanting = plan(facts, "2027-03-03").wanting
    assert wanting is not None
    assert wanting.reason == "cancelled"


def test_R10_the_second_meeting_is_sought_from_the_day_the_first_was_held() -> None:
    held = with_meetings(
        case("2027-03-01", signed_on="2027-03-02"), meeting("first", "2027-03-08", "held")
    )
    search = plan(held, "2027-03-08").search
    assert isinstance(search, Search)
    assert (search.step, search.rule) == ("second", "R10")
    assert search.days[-1] == date(2027, 3, 22)


def test_a_reminder_comes_two_working_days_before_at_nine() -> None:
    booked = with_meetings(
        case("2027-03-01", signed_on="2027-03-02"),
        meeting("first", "2027-03-08", changed_on="2027-03-02"),  # a Monday: the Thursday before
    )
    assert due_days(plan(booked, "2027-03-02")) == ["before-meeting 2027-03-04 09"]


def test_a_reminder_that_would_have_come_before_the_invitation_does_not_come() -> None:
    booked = with_meetings(
        case("2027-03-01", signed_on="2027-03-02"),
        meeting("first", "2027-03-08", changed_on="2027-03-04"),  # Thursday at noon
    )
    assert due_days(plan(booked, "2027-03-04")) == []


def test_a_moved_meeting_has_a_reminder_of_its_own() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    before = plan(with_meetings(facts, meeting("first", "2027-03-11")), "2027-03-03")
    moved = replace(meeting("first", "2027-03-12"), sequence=1)
    after = plan(with_meetings(facts, moved), "2027-03-03")
    assert not before.dues.keys() & after.dues.keys()


def test_X2_alerts_grow_urgent_and_the_passed_limit_goes_to_the_manager_too() -> None:
    assert due_days(plan(case("2027-03-01"), "2027-03-02")) == [
        "close process_owner 2027-03-11 09",  # two working days before Monday the 15th
        "near process_owner 2027-03-08 09",  # five
        "passed manager 2027-03-16 09",
        "passed process_owner 2027-03-16 09",
    ]


def test_X2_a_case_registered_after_its_limit_alerts_of_the_passed_limit_only() -> None:
    facts = replace(case("2027-03-01"), opened_at=noon("2027-03-20"))
    assert due_days(plan(facts, "2027-03-20")) == [
        "passed manager 2027-03-16 09",
        "passed process_owner 2027-03-16 09",
    ]


def test_a_booked_meeting_in_the_window_silences_the_alerts() -> None:
    booked = with_meetings(
        case("2027-03-01", signed_on="2027-03-02"), meeting("first", "2027-03-08")
    )
    assert not [due for due in plan(booked, "2027-03-03").dues.values() if "X2" in due.key]


@pytest.mark.parametrize("answer", ["refused", "withdrawn"])
def test_P7_P11_after_a_no_nobody_is_pressed_for_the_limit(answer: ConsentState) -> None:
    facts = case("2027-03-01", signed_on="2027-03-02")
    no = replace(facts.consents[0], state=answer)
    assert plan(replace(facts, consents=(no, facts.consents[1])), "2027-03-03").dues == {}


@pytest.mark.parametrize(("filed", "kinds"), [(False, {"file-minutes"}), (True, set())])
def test_R15_P11_after_a_no_the_minutes_of_what_was_held_are_still_to_be_filed(
    filed: bool, kinds: set[str]
) -> None:
    held = replace(meeting("first", "2027-03-08", state="held"), minutes_filed=filed)
    facts = with_meetings(case("2027-03-01", signed_on="2027-03-02"), held)
    no = replace(facts.consents[0], state="withdrawn", withdrawn_on=date(2027, 3, 9))
    after = plan(replace(facts, consents=(no, facts.consents[1])), "2027-03-10")
    chores = [due.event for due in after.dues.values()]
    assert {getattr(event, "kind", event.type) for event in chores} == kinds


def test_R16_after_the_closing_nothing_is_planned() -> None:
    closed = replace(
        case("2027-03-01", signed_on="2027-03-02"), state="closed", closed_on=date(2027, 3, 3)
    )
    ended = plan(closed, "2027-03-03")
    assert (ended.dues, ended.search, ended.wanting, ended.look_at) == ({}, None, None, None)


def test_X8_no_day_after_the_18th_birthday_is_sought_on_the_guardians_consent() -> None:
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2009-03-10")
    search = plan(facts, "2027-03-02").search
    assert search is not None
    assert search.days[-1] == date(2027, 3, 9)


@pytest.mark.parametrize(
    ("now", "looks_again"),
    [
        ("2027-03-01", "2027-03-11"),  # three working days' notice reaches past Monday the 15th
        ("2027-03-11", "2027-03-16"),  # the day after the limit
        ("2027-03-20", "2029-02-01"),  # ninety days before the 15th birthday (X11)
        ("2029-05-02", "2032-02-02"),  # and before the 18th
    ],
)
def test_a_plan_knows_when_it_changes_by_itself(now: str, looks_again: str) -> None:
    midnight: datetime = at(date.fromisoformat(looks_again), time(0, 0))
    assert plan(case("2027-03-01"), now).look_at == midnight


def eighteen_in_the_window(*, guardians: frozenset[str], youth: frozenset[str]) -> CaseFacts:
    """Of age on Wednesday 10 March; signed by the guardians and, ahead, by the youth."""
    facts = case("2027-03-01", signed_on="2027-03-02", birth_date="2009-03-10")
    signed = (
        *(replace(form, organisations=guardians) for form in facts.consents),
        replace(consent(CHILD, "2027-03-02", "youth"), organisations=youth),
    )
    return replace(facts, consents=signed)


BOTH, SCHOOL = frozenset({"school", "social_services"}), frozenset({"school"})


@pytest.mark.parametrize(
    ("guardians", "youth", "spans"),
    [
        (BOTH, BOTH, [("2027-03-05", "2027-03-09"), ("2027-03-10", "2027-03-15")]),
        (BOTH, SCHOOL, [("2027-03-05", "2027-03-09")]),
        (SCHOOL, BOTH, [("2027-03-10", "2027-03-15")]),
    ],
)
def test_S1_X8_only_days_are_sought_on_which_nobody_is_left_out_who_has_to_be_there(
    guardians: frozenset[str], youth: frozenset[str], spans: list[tuple[str, str]]
) -> None:
    facts = eighteen_in_the_window(guardians=guardians, youth=youth)
    search = plan(facts, "2027-03-02").search
    assert search is not None
    found = list(search.in_turn())
    assert [(str(one.days[0]), str(one.days[-1])) for one in found] == spans
    step = SAMVERKANSMOTE.step("first")
    for one in found:
        for day in one.days:
            wanted = Wanted("first", at(day, time(13)), 60)
            now = noon("2027-03-02")
            people = check_booking(facts, SAMVERKANSMOTE, DAYS, OfficeHours(), wanted, now)
            assert people == one.person_ids == called(facts, SAMVERKANSMOTE, step, day)


def test_S1_where_no_day_is_left_the_last_one_says_what_is_missing() -> None:
    found = plan(eighteen_in_the_window(guardians=SCHOOL, youth=SCHOOL), "2027-03-02")
    assert found.search is None
    assert found.wanting is not None
    assert found.wanting.missing == ("social_services",)


def test_X12_only_guardians_who_are_called_keep_a_meeting_from_being_sought() -> None:
    facts = replace(eighteen_in_the_window(guardians=BOTH, youth=BOTH), never_together=True)
    search = plan(facts, "2027-03-02").search
    assert search is not None
    assert [str(one.days[0]) for one in search.in_turn()] == ["2027-03-10"]
    minor = replace(case("2027-03-01", signed_on="2027-03-02"), never_together=True)
    wanting = plan(minor, "2027-03-02").wanting
    assert wanting is not None
    assert wanting.reason == "separate-meetings"


@pytest.mark.parametrize(("with_guardians", "wanted"), [((0,), True), ((0, 1), False)])
def test_X12_a_step_has_a_time_when_each_guardian_has_one(
    with_guardians: tuple[int, ...], *, wanted: bool
) -> None:
    facts = replace(case("2027-03-01", signed_on="2027-03-02"), never_together=True)
    each = [who.person_id for who in facts.participants if who.party == "guardian"]
    meetings = [
        replace(meeting("first", f"2027-03-{8 + of:02}"), person_ids=frozenset({CHILD, each[of]}))
        for of in with_guardians
    ]
    found = plan(with_meetings(facts, *meetings), "2027-03-03")
    assert (found.wanting is not None) is wanted
    near = [day for day in due_days(found) if day.startswith("near")]
    assert bool(near) is wanted
