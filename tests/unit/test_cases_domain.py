"""The rules of the case service: opening, booking, and what becomes of a consent."""

from dataclasses import replace
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from uuid import UUID

import pytest

from services.cases import domain
from services.cases.domain import (
    booking_refusals,
    case_refusals,
    consent_refusals,
    meeting_refusals,
    wrong_values,
)
from services.cases.domain.asking import check_asking
from services.cases.domain.booking import Wanted, check_booking
from services.cases.domain.consents import (
    check_refusing,
    check_signing,
    check_withdrawing,
)
from services.cases.domain.meetings import check_held
from services.cases.domain.opening import (
    Colleagues,
    PostHeld,
    Staff,
    check_dates,
    check_somebody_decides,
    staff_of_case,
)
from services.cases.domain.refused import Invalid, Refused, codes_in_words
from shared.domain.days import WorkingDays
from shared.domain.facts import CaseFacts, Consent, Participant
from shared.domain.hours import OfficeHours
from tests.unit.builders import (
    CHILD,
    FATHER,
    MOTHER,
    SAMVERKANSMOTE,
    case,
    consent,
    day,
    meeting,
    uid,
)

REKTOR = Participant(uid("rektor"), "staff", "rektor", "school", custody=False)
THERAPIST = Participant(
    uid("therapist"), "staff", "familjebehandlare", "social_services", custody=False
)
POLICE = Participant(uid("police"), "staff", "kommunpolis", "police", custody=False)
EVERYBODY = (CHILD, MOTHER, FATHER, REKTOR, THERAPIST)
SIGNED = (consent("mother"), consent("father"))
DAYS = WorkingDays()


def signed_case(**changes: object) -> CaseFacts:
    return replace(case(participants=EVERYBODY, consents=SIGNED), **changes)  # type: ignore[arg-type]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def ask(
    facts: CaseFacts,
    starts_at: str,
    *,
    step: str = "first",
    minutes: int = 60,
    now: str = "2027-03-02T08:00+01:00",
    meeting_id: UUID | None = None,
) -> frozenset[UUID]:
    wanted = Wanted(step, instant(starts_at), minutes, meeting_id)
    return check_booking(facts, SAMVERKANSMOTE, DAYS, OfficeHours(), wanted, instant(now))


def refusal(facts: CaseFacts, starts_at: str, **more: str) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refused:
        ask(facts, starts_at, **more)  # type: ignore[arg-type]
    return refused.value.code, refused.value.cited


# --- booking ----------------------------------------------------------------------------------


def test_everybody_on_the_case_is_called() -> None:
    assert ask(signed_case(), "2027-03-09T13:00+01:00") == {who.person_id for who in EVERYBODY}


@pytest.mark.parametrize(
    ("starts_at", "code", "rule"),
    [
        ("2027-03-13T10:00+01:00", "not-a-working-day", "X1"),  # a Saturday within the window
        ("2027-03-16T10:00+01:00", "past-limit", "R9"),  # known 1 March: to 15 March
        ("2027-03-02T07:59+01:00", "in-the-past", "R9"),
        ("2027-03-09T23:30+01:00", "over-midnight", "X1"),
        ("2027-03-09T03:00+01:00", "outside-hours", "R9"),
        ("2027-03-09T06:59+01:00", "outside-hours", "R9"),
        ("2027-03-09T19:01+01:00", "outside-hours", "R9"),  # it would end at 20.01
    ],
)
def test_a_meeting_is_on_a_working_day_ahead_and_within_its_window(
    starts_at: str, code: str, rule: str
) -> None:
    assert refusal(signed_case(), starts_at) == (code, rule)


@pytest.mark.parametrize("starts_at", ["2027-03-09T07:00+01:00", "2027-03-09T18:00Z"])
def test_by_hand_a_meeting_can_be_outside_of_office_hours_but_in_the_daytime(
    starts_at: str,
) -> None:
    assert ask(signed_case(), starts_at)


def test_a_time_that_has_been_is_refused_as_that_whatever_else_is_missing() -> None:
    unsigned = case(participants=EVERYBODY)
    assert refusal(unsigned, "2027-03-01T10:00+01:00") == ("in-the-past", "R9")


@pytest.mark.parametrize(
    ("known", "last", "too_late"),
    [
        ("2026-06-05", "2026-06-18", "2026-06-19"),  # the limit is midsommarafton
        ("2026-12-11", "2026-12-23", "2026-12-24"),  # the limit is juldagen
        ("2027-03-12", "2027-03-25", "2027-03-26"),  # the limit is långfredagen
        ("2028-02-15", "2028-02-29", "2028-03-01"),  # the leap day
        ("2026-12-18", "2026-12-30", "2026-12-31"),  # the limit is nyårsdagen
    ],
)
def test_the_last_day_to_book_is_a_working_day_on_or_before_the_limit(
    known: str, last: str, too_late: str
) -> None:
    consents = tuple(consent(who, on=known) for who in ("mother", "father"))
    facts = replace(case(known=known, participants=EVERYBODY, consents=consents))
    now = f"{known}T08:00+01:00"
    assert ask(facts, f"{last}T10:00+01:00", now=now)
    code, rule = refusal(facts, f"{too_late}T10:00+01:00", now=now)
    assert (code, rule) in {("past-limit", "R9"), ("not-a-working-day", "X1")}


def test_R3_nothing_is_booked_before_every_custodian_has_signed() -> None:
    one = signed_case(consents=(consent("mother"), consent("father", state="requested", on=None)))
    assert refusal(one, "2027-03-09T13:00+01:00") == ("consent-missing", "R3")


def test_R6_a_missing_party_is_named() -> None:
    without = signed_case(participants=(CHILD, MOTHER, FATHER, REKTOR))
    with pytest.raises(booking_refusals.ParticipantsMissing) as refused:
        ask(without, "2027-03-09T13:00+01:00")
    assert refused.value.cited == "R6"
    assert "familjebehandlare" in refused.value.detailed("sv")
    assert "family therapist" in refused.value.detailed("en")


def test_S1_who_is_always_called_must_be_covered_by_the_consent() -> None:
    school = frozenset({"school"})
    consents = tuple(consent(who, organisations=school) for who in ("mother", "father"))
    facts = signed_case(consents=consents)
    assert refusal(facts, "2027-03-09T13:00+01:00") == ("organisation-not-covered", "S1")


def test_S14_somebody_else_outside_the_consent_is_not_called_and_blocks_nothing() -> None:
    facts = signed_case(participants=(*EVERYBODY, POLICE))
    assert POLICE.person_id not in ask(facts, "2027-03-09T13:00+01:00")


def test_the_second_meeting_waits_for_the_first_and_has_its_window_from_it() -> None:
    facts = signed_case()
    assert refusal(facts, "2027-03-09T13:00+01:00", step="second") == ("step-must-wait", "R10")
    held = signed_case(meetings=(meeting("first", "2027-03-08", "held"),))
    now = "2027-03-08T16:00+01:00"
    assert ask(held, "2027-03-22T10:00+01:00", step="second", now=now)
    late = refusal(held, "2027-03-23T10:00+01:00", step="second", now=now)
    assert late == ("past-limit", "R10")


def test_a_step_has_one_booked_meeting_which_can_be_moved() -> None:
    booked = meeting("first", "2027-03-09")
    facts = signed_case(meetings=(booked,))
    assert refusal(facts, "2027-03-10T13:00+01:00") == ("already-booked", "R9")
    assert ask(facts, "2027-03-10T13:00+01:00", meeting_id=booked.id)


def test_follow_ups_come_again_and_again_without_a_limit() -> None:
    held = tuple(
        meeting(step, on, "held")
        for step, on in (
            ("first", "2027-03-08"),
            ("second", "2027-03-15"),
            ("follow-up", "2027-04-15"),
        )
    )
    facts = signed_case(meetings=held)
    now = "2027-04-16T08:00+02:00"
    assert ask(facts, "2027-08-26T10:00+02:00", step="follow-up", now=now)


def test_R7_guardians_of_an_adult_youth_are_not_called() -> None:
    facts = case(born="2009-03-01", participants=EVERYBODY, consents=[consent("child", "youth")])
    called = ask(facts, "2027-03-09T13:00+01:00")
    assert called == {CHILD.person_id, REKTOR.person_id, THERAPIST.person_id}


def test_an_unknown_step_is_named_with_those_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        ask(signed_case(), "2027-03-09T13:00+01:00", step="third")
    assert "first, second, follow-up" in refused.value.detailed("sv")


def test_R16_nothing_is_booked_on_a_closed_case() -> None:
    closed = signed_case(state="closed")
    assert refusal(closed, "2027-03-09T13:00+01:00") == ("case-closed", "R16")


# --- consents ---------------------------------------------------------------------------------


def requested() -> Consent:
    return consent("mother", state="requested", on=None)


@pytest.mark.parametrize(
    ("on", "code", "rule"),
    [
        ("2027-03-05", "consent-in-future", "X14"),  # tomorrow
        ("2027-02-28", "consent-too-early", "R3"),  # the day before the case was known
    ],
)
def test_a_consent_is_signed_between_the_known_day_and_today(on: str, code: str, rule: str) -> None:
    with pytest.raises(Refused) as refused:
        check_signing(signed_case(), requested(), day(on), day("2027-03-04"))
    assert (refused.value.code, refused.value.cited) == (code, rule)


def test_signing_again_changes_nothing_but_another_day_is_refused() -> None:
    signed = consent("mother", on="2027-03-02")
    today = day("2027-03-04")
    assert check_signing(signed_case(), requested(), None, today)
    assert not check_signing(signed_case(), signed, None, today)
    assert not check_signing(signed_case(), signed, day("2027-03-02"), today)
    with pytest.raises(consent_refusals.ConsentAlready):
        check_signing(signed_case(), signed, day("2027-03-03"), today)


@pytest.mark.parametrize("state", ["refused", "withdrawn", "lapsed"])
def test_an_answered_consent_is_not_signed_again(state: str) -> None:
    answered = replace(requested(), state=state)  # type: ignore[arg-type]
    with pytest.raises(consent_refusals.ConsentAlready) as refused:
        check_signing(signed_case(), answered, None, day("2027-03-04"))
    assert "nytt samtycke" in refused.value.detailed("sv")


def test_a_signed_consent_is_withdrawn_not_refused_and_only_it() -> None:
    today = day("2027-03-04")
    with pytest.raises(consent_refusals.ConsentStandsAlready):
        check_refusing(signed_case(), consent("mother"), None, today)
    with pytest.raises(consent_refusals.ConsentNotSigned):
        check_withdrawing(requested(), None, today)
    assert check_withdrawing(consent("mother"), None, today)
    assert not check_withdrawing(consent("mother", state="withdrawn"), None, today)
    with pytest.raises(consent_refusals.ConsentBeforeKnown):
        check_withdrawing(consent("mother", on="2027-03-02"), day("2027-03-01"), today)


def test_R4_after_a_withdrawal_a_form_signed_before_it_doesnt_stand_in_the_way_of_asking() -> None:
    withdrawn = replace(consent("mother", state="withdrawn"), id=uid("A"), turn=3)
    other = replace(consent("mother"), id=uid("B"), turn=2)
    facts = signed_case(consents=(withdrawn, other, consent("father")))
    mother, both = MOTHER.person_id, frozenset({"school", "social_services"})
    assert check_asking(facts, SAMVERKANSMOTE, mother, both, day("2027-03-05")) == "guardian"
    with pytest.raises(consent_refusals.ConsentAskedAlready):
        check_asking(signed_case(), SAMVERKANSMOTE, mother, both, day("2027-03-05"))


# --- opening ----------------------------------------------------------------------------------


def staff(name: str, *posts: tuple[str, str]) -> Staff:
    held = tuple(
        PostHeld(f"{role}-{name}", role, "unit", organisation) for role, organisation in posts
    )
    return Staff(uid(name), held)


RECTOR = staff("rektor", ("rektor", "school"))
TEACHER = staff("teacher", ("larare", "school"))
CAREWORKER = staff("careworker", ("socialsekreterare", "social_services"))
THERAPIST_1 = staff("therapist", ("familjebehandlare", "social_services"))
THERAPIST_2 = staff("therapist-2", ("familjebehandlare", "social_services"))


def opened(
    initiator: Staff, *named: Staff, therapists: tuple[Staff, ...] = (THERAPIST_1,)
) -> set[tuple[UUID, str]]:
    colleagues = Colleagues(
        named={one.person_id: one for one in (initiator, *named)},
        rektorer_of_unit=(RECTOR,),
        by_role={"familjebehandlare": therapists},
    )
    people = tuple(one.person_id for one in named)
    found = staff_of_case(SAMVERKANSMOTE, initiator.person_id, people, colleagues)
    on_case = found.people
    assert found.coordinator is None
    assert len({who.person_id for who in on_case}) == len(on_case)
    return {(who.person_id, who.role) for who in on_case}


def test_R6_the_rektor_and_the_only_familjebehandlare_are_added() -> None:
    assert opened(CAREWORKER) == {
        (CAREWORKER.person_id, "socialsekreterare"),
        (RECTOR.person_id, "rektor"),
        (THERAPIST_1.person_id, "familjebehandlare"),
    }


def test_R6_staff_of_the_school_stand_for_it() -> None:
    assert RECTOR.person_id not in {who for who, _ in opened(CAREWORKER, TEACHER)}


def test_R6_of_several_familjebehandlare_none_is_picked() -> None:
    on_case = opened(RECTOR, therapists=(THERAPIST_1, THERAPIST_2))
    assert on_case == {(RECTOR.person_id, "rektor")}


def test_R2_only_three_roles_open_a_case() -> None:
    with pytest.raises(case_refusals.MayNotOpen) as refused:
        opened(TEACHER)
    assert refused.value.cited == "R2"
    assert "rektor, familjebehandlare eller socialsekreterare" in refused.value.detailed("sv")


def test_S1_nobody_joins_from_an_organisation_outside_the_procedure() -> None:
    with pytest.raises(consent_refusals.OrganisationNotCovered):
        opened(RECTOR, staff("officer", ("kommunpolis", "police")))


def test_somebody_without_a_post_or_named_twice_is_no_participant() -> None:
    with pytest.raises(wrong_values.WithoutPost):
        opened(RECTOR, staff("gone"))
    with pytest.raises(wrong_values.TwiceNamed) as refused:
        opened(RECTOR, TEACHER, TEACHER)
    assert refused.value.field == "participants.1"


def test_somebody_with_several_posts_takes_part_in_the_role_that_is_called() -> None:
    held = (("socialsekreterare", "social_services"), ("familjebehandlare", "social_services"))
    both = staff("both", *held)
    assert (both.person_id, "familjebehandlare") in opened(RECTOR, both)


def test_R9_the_known_day_is_not_to_come_and_the_child_is_born_by_then() -> None:
    today = day("2027-03-01")
    check_dates(day("2027-03-01"), day("2014-05-02"), today)
    with pytest.raises(wrong_values.KnownInFuture):
        check_dates(day("2027-03-02"), day("2014-05-02"), today)
    with pytest.raises(wrong_values.BornTooLate):
        check_dates(day("2027-03-01"), day("2027-03-02"), today)


@pytest.mark.parametrize(
    ("born", "custody", "decides"),
    [
        ("2014-05-02", [True, False], True),
        ("2014-05-02", [False], False),
        ("2014-05-02", [], False),
        ("2009-03-01", [], True),  # eighteen today
        ("2009-03-02", [], False),  # eighteen tomorrow
    ],
)
def test_R3_somebody_can_consent(born: str, custody: list[bool], *, decides: bool) -> None:
    def check() -> None:
        check_somebody_decides(SAMVERKANSMOTE, day(born), custody, day("2027-03-01"))

    if decides:
        check()
    else:
        with pytest.raises(case_refusals.NobodyDecides):
            check()


# --- held, and how it sounds ------------------------------------------------------------------


def test_a_meeting_has_not_been_held_before_it_begins() -> None:
    facts, booked = signed_case(), meeting("first", "2027-03-09")  # at 13
    check_held(facts, booked, "R9", instant("2027-03-09T13:00+01:00"))
    with pytest.raises(meeting_refusals.NotYetHeld) as refused:
        check_held(facts, booked, "R9", instant("2027-03-09T12:59+01:00"))
    assert "tisdag 9 mars 2027 kl. 13.00" in refused.value.detailed("sv")


def every_refusal() -> list[type[Refused]]:
    """Of the whole domain, whichever modules have been imported by now."""
    for module in iter_modules(domain.__path__, f"{domain.__name__}."):
        import_module(module.name)
    found, waiting = [], [Refused]
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if "detail" in one.__dict__ and one.__module__.startswith(domain.__name__):
                found.append(one)
    return sorted(found, key=lambda one: (one.code, one.__name__))


@pytest.mark.parametrize("refused", every_refusal(), ids=lambda one: one.code)
def test_every_refusal_speaks_both_languages_and_has_a_code_of_its_own(
    refused: type[Refused],
) -> None:
    assert refused.title.sv != refused.title.en
    in_words = refused.detail.sv != refused.detail.en
    assert in_words or refused.detail.sv == "{where}"  # a procedure says it in words of its own
    assert [one.code for one in every_refusal()].count(refused.code) == 1


def test_codes_are_said_as_people_say_them() -> None:
    words = codes_in_words(("school", "familjebehandlare", "police"))
    assert words.sv == "någon från skolan, familjebehandlare och polis"
