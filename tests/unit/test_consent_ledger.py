"""What becomes of consents: who decides at which age, what lapses, what a no after a waiver is."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.asking import renewal, to_be_asked
from services.cases.domain.family import AlwaysThere, check_wanting
from services.cases.domain.standing import IsOff, Stays, what_becomes_of
from shared.domain.consent import (
    age_on,
    birthday_in,
    capacity,
    consent_stands,
    deciders,
    declined,
    missing_consents,
    shown_state,
    unasked,
)
from shared.domain.facts import CaseFacts, Consent, ConsentParty, ConsentState
from shared.procedures import load_procedures
from tests.unit.builders import (
    CHILD,
    FATHER,
    MOTHER,
    SAMVERKANSMOTE,
    STEPFATHER,
    case,
    consent,
    day,
    meeting,
    participant,
    uid,
)

SSPF = load_procedures(None).get("sspf", day("2027-01-01"))
TODAY = day("2027-03-10")
DAYS = st.dates(date(2008, 1, 1), date(2040, 12, 31))
BIRTHDAYS = st.dates(date(2000, 1, 1), date(2027, 1, 1))
STATES: tuple[ConsentState, ...] = ("requested", "signed", "refused", "withdrawn")


def own(state: ConsentState = "requested", *, turn: int = 0, waived: str | None = None) -> Consent:
    """A form of the child's own."""
    form = consent("child", "child", state, on="2027-03-02" if state == "signed" else None)
    waived_on = day(waived) if waived else None
    return replace(form, id=uid(f"own-{turn}"), turn=turn, waived_on=waived_on)


def of_sspf(*consents: Consent, born: str = "2012-03-01") -> CaseFacts:
    return case(born=born, participants=[CHILD, MOTHER], consents=[consent("mother"), *consents])


# --- what it is shown as ----------------------------------------------------------------------


@pytest.mark.parametrize(("until", "state"), [
    (None, "signed"),
    ("2027-03-10", "signed"),   # its last day
    ("2027-03-09", "lapsed"),
])  # fmt: skip
def test_R3_a_form_lapses_after_its_last_day(until: str | None, state: str) -> None:
    form = replace(consent("mother"), valid_until=day(until) if until else None)
    facts = case(consents=[form])
    assert shown_state(facts, SAMVERKANSMOTE, form, TODAY) == state


@pytest.mark.parametrize(("born", "party", "state"), [
    ("2009-03-11", "guardian", "signed"),  # eighteen tomorrow
    ("2009-03-10", "guardian", "lapsed"),  # eighteen today
    ("2009-03-11", "child", "signed"),
    ("2009-03-10", "child", "lapsed"),
    ("2009-03-11", "youth", "signed"),     # signed ahead
    ("2009-03-10", "youth", "signed"),
])  # fmt: skip
def test_X8_on_the_18th_birthday_what_guardians_and_the_child_signed_lapses(
    born: str, party: ConsentParty, state: str
) -> None:
    form = consent("mother" if party == "guardian" else "child", party)
    facts = case(born=born, consents=[form])
    assert shown_state(facts, SAMVERKANSMOTE, form, TODAY) == state


def test_R3_the_form_of_who_has_no_custody_any_more_has_lapsed() -> None:
    form = consent("stepfather")
    facts = case(participants=[CHILD, MOTHER, STEPFATHER], consents=[form])
    assert shown_state(facts, SAMVERKANSMOTE, form, TODAY) == "lapsed"


def test_P7_a_form_taken_back_with_another_one_is_withdrawn() -> None:
    taken = replace(consent("mother"), id=uid("A"), turn=1)
    named = replace(consent("mother", state="withdrawn"), id=uid("B"), turn=2)
    facts = case(consents=[taken, named])
    assert shown_state(facts, SAMVERKANSMOTE, taken, TODAY) == "withdrawn"


def test_on_a_closed_case_a_form_stays_what_it_was() -> None:
    form = replace(consent("mother"), valid_until=day("2027-03-09"))
    facts = case(state="closed", closed="2027-03-05", consents=[form])
    assert shown_state(facts, SAMVERKANSMOTE, form, TODAY) == "signed"


# --- the child's own word ---------------------------------------------------------------------


@pytest.mark.parametrize(("forms", "stands"), [
    ([], False),
    ([own()], False),
    ([own("signed", turn=1)], True),
    ([own(turn=1, waived="2027-03-05")], True),
    ([own("refused", turn=1)], False),
    ([own("refused", turn=2, waived="2027-03-05")], False),               # a no after the waiver
    ([own("refused", turn=1), own(turn=2, waived="2027-03-05")], False),  # asked anew, then waived
    ([own(turn=1, waived="2027-03-05"), own("refused", turn=2)], False),  # asked anew, then a no
    ([own(turn=1, waived="2027-03-05"), own("withdrawn", turn=2)], False),
])  # fmt: skip
def test_P6_a_reason_stands_in_for_the_childs_word_and_never_for_its_no(
    forms: list[Consent], *, stands: bool
) -> None:
    assert consent_stands(of_sspf(*forms), SSPF, TODAY) is stands


@pytest.mark.parametrize(("on", "deciding"), [
    ("2027-03-19", {"mother"}),
    ("2027-03-20", {"mother", "child"}),  # fifteen
    ("2030-03-19", {"mother", "child"}),
    ("2030-03-20", {"child"}),            # eighteen
])  # fmt: skip
def test_P6_and_X8_who_decides_by_the_day(on: str, deciding: set[str]) -> None:
    facts = of_sspf(born="2012-03-20")
    assert deciders(facts, SSPF, day(on)) == {uid(who) for who in deciding}


# --- for every age ----------------------------------------------------------------------------


@given(born=BIRTHDAYS, on=DAYS)
def test_X8_for_every_birthday_and_day_somebody_decides_and_in_one_capacity(
    born: date, on: date
) -> None:
    facts = replace(case(participants=[CHILD, MOTHER, FATHER]), birth_date=born)
    age = age_on(born, on)
    for procedure in (SAMVERKANSMOTE, SSPF):
        deciding = deciders(facts, procedure, on)
        parties = {capacity(facts, procedure, who, on) for who in deciding}
        needed_from = procedure.consent.child_needed_from_age
        assert ("youth" in parties) is (age >= 18)
        assert ("guardian" in parties) is (age < 18)
        assert ("child" in parties) is (needed_from is not None and needed_from <= age < 18)
        assert unasked(facts, procedure, on) == deciding == missing_consents(facts, procedure, on)


@given(
    born=BIRTHDAYS,
    on=DAYS,
    states=st.fixed_dictionaries({who: st.sampled_from(STATES) for who in ("mother", "father")}),
    child=st.sampled_from(("child", "youth")),
    child_state=st.sampled_from(STATES),
)
def test_R3_a_meeting_is_carried_only_if_all_who_decide_that_day_have_signed(
    born: date, on: date, states: dict[str, ConsentState], child: ConsentParty,
    child_state: ConsentState,
) -> None:  # fmt: skip
    signed = {who for who, state in states.items() if state == "signed"}
    forms = [consent(who, state=state, on="2008-01-01") for who, state in states.items()]
    forms.append(consent("child", child, child_state, on="2008-01-01"))
    facts = replace(case(consents=forms), birth_date=born)
    for procedure in (SAMVERKANSMOTE, SSPF):
        for who in deciders(facts, procedure, on) - missing_consents(facts, procedure, on):
            assert capacity(facts, procedure, who, on) in ("guardian", child)
            assert who == uid("child") or who in {uid(name) for name in signed}
        if child_state == "withdrawn" and child == "child" and age_on(born, on) < 18:
            assert not consent_stands(facts, procedure, on)


@given(born=BIRTHDAYS, on=DAYS)
def test_X8_whoever_is_asked_for_a_day_is_nobody_twice_and_leaves_nobody_unasked(
    born: date, on: date
) -> None:
    facts = replace(case(participants=[CHILD, MOTHER, FATHER]), birth_date=born)
    for procedure in (SAMVERKANSMOTE, SSPF):
        asked = list(to_be_asked(facts, procedure, on))
        forms = tuple(
            replace(
                consent("x", one.party, "requested", None), person_id=one.person, id=uid(str(n))
            )
            for n, one in enumerate(asked)
        )
        after = replace(facts, consents=forms)
        assert not unasked(after, procedure, on)
        assert not list(to_be_asked(after, procedure, on))


@given(born=st.dates(date(2004, 2, 27), date(2012, 3, 2)))
def test_X8_the_day_before_the_birthday_the_guardians_still_decide(born: date) -> None:
    facts = replace(case(), birth_date=born)
    birthday = birthday_in(born, born.year + 18)
    assert uid("mother") in deciders(facts, SAMVERKANSMOTE, birthday - timedelta(days=1))
    assert deciders(facts, SAMVERKANSMOTE, birthday) == {uid("child")}


def test_R7_a_procedure_that_always_has_the_guardians_there_says_so() -> None:
    guardian = next(one for one in SAMVERKANSMOTE.always_called if one.party == "guardian")
    always = guardian.model_copy(update={"until_age": None, "until_rule": None})
    others = tuple(one for one in SAMVERKANSMOTE.always_called if one != guardian)
    procedure = SAMVERKANSMOTE.model_copy(update={"always_called": (always, *others)})
    adult = case(born="2009-03-01")
    check_wanting(adult, SAMVERKANSMOTE, [], TODAY)
    with pytest.raises(AlwaysThere) as refused:
        check_wanting(adult, procedure, [], TODAY)
    assert refused.value.cited == "R6"


# --- what stands ------------------------------------------------------------------------------


def test_P7_a_meeting_is_off_when_the_consent_doesnt_carry_its_day() -> None:
    ending = replace(consent("mother"), valid_until=day("2027-03-15"))
    facts = case(participants=[CHILD, MOTHER], consents=[ending])
    assert isinstance(what_becomes_of(meeting("first", "2027-03-15"), facts, SAMVERKANSMOTE), Stays)
    assert what_becomes_of(meeting("first", "2027-03-16"), facts, SAMVERKANSMOTE) == IsOff(
        "consent"
    )


def test_S1_a_meeting_is_off_when_the_consent_leaves_out_somebody_it_can_not_be_without() -> None:
    therapist = replace(
        participant("therapist", "staff"), role="familjebehandlare", organisation="social_services"
    )
    rektor = replace(participant("rektor", "staff"), role="rektor", organisation="school")
    narrow = consent("mother", organisations=frozenset({"school"}))
    facts = case(participants=[CHILD, MOTHER, rektor, therapist], consents=[narrow])
    standing = replace(meeting("first", "2027-03-16"), person_ids=frozenset({uid("therapist")}))
    assert what_becomes_of(standing, facts, SAMVERKANSMOTE) == IsOff("consent")
    without = replace(standing, person_ids=frozenset({uid("rektor")}))
    assert isinstance(what_becomes_of(without, facts, SAMVERKANSMOTE), Stays)


def test_X12_whom_a_person_left_out_is_not_called_by_itself() -> None:
    facts = case(consents=[consent("mother"), consent("father")])
    people = frozenset({uid("child"), uid("mother")})
    standing = replace(meeting("first", "2027-03-16"), person_ids=people)
    stays = what_becomes_of(standing, facts, SAMVERKANSMOTE)
    assert stays == Stays(called=frozenset({uid("father")}), uncalled=frozenset())
    left_out = replace(standing, left_out=frozenset({uid("father")}))
    assert what_becomes_of(left_out, facts, SAMVERKANSMOTE) == Stays(frozenset(), frozenset())


def test_X12_guardians_who_never_meet_are_not_called_to_one_anothers_meeting() -> None:
    facts = case(consents=[consent("mother"), consent("father")])
    apart = replace(facts, never_together=True)
    one = replace(meeting("first", "2027-03-16"), person_ids=frozenset({uid("mother")}))
    both = replace(one, person_ids=frozenset({uid("mother"), uid("father")}))
    assert what_becomes_of(both, apart, SAMVERKANSMOTE) == IsOff("by-hand")
    assert what_becomes_of(one, apart, SAMVERKANSMOTE) == Stays(
        called=frozenset({uid("child")}), uncalled=frozenset()
    )


@pytest.mark.parametrize(("born", "forms", "stands"), [
    ("2013-03-11", [own("refused", turn=1)], True),   # thirteen: nothing waits for its word
    ("2013-03-10", [own("refused", turn=1)], False),  # fourteen today
    ("2013-03-10", [], True),
    ("2013-03-10", [own()], True),
    ("2013-03-10", [own("refused", turn=1), own()], False),  # asked anew
    ("2013-03-10", [own("refused", turn=1), own("signed", turn=2)], True),
    ("2009-03-10", [own("refused", turn=1), consent("child", "youth")], True),
])  # fmt: skip
def test_P6_X14_from_the_age_at_which_it_is_asked_a_childs_refusal_is_a_no(
    born: str, forms: list[Consent], *, stands: bool
) -> None:
    facts = of_sspf(*forms, born=born)
    assert consent_stands(facts, SSPF, TODAY) is stands
    if forms[-1:] == [own("refused", turn=1)]:
        assert declined(facts, SSPF, TODAY) is not stands


# --- one that ends ----------------------------------------------------------------------------

ENDS = day("2027-06-30")
AROUND = st.none() | st.dates(day("2027-01-01"), day("2028-12-31"))
OTHER_FORMS = st.lists(st.tuples(st.sampled_from(STATES), AROUND), max_size=3)


@given(others=OTHER_FORMS, today=st.dates(day("2027-05-31"), ENDS))
def test_R4_one_that_ends_is_renewed_unless_another_is_signed_or_asked_for_that_goes_on_longer(
    others: list[tuple[ConsentState, date | None]], today: date
) -> None:
    """What has lapsed, or ends no later, is no reason not to ask."""
    ends = replace(consent("mother", on="2027-05-03"), valid_until=ENDS, turn=9)
    forms = [
        replace(
            consent("mother", state=state, on="2027-05-03" if state == "signed" else None),
            id=uid(f"other-{number}"),
            valid_until=until,
            withdrawn_on=day("2027-05-02") if state == "withdrawn" else None,
        )
        for number, (state, until) in enumerate(others)
    ]
    goes_on = any(
        state in ("requested", "signed") and (until is None or until > ENDS)
        for state, until in others
    )
    facts = case(participants=[CHILD, MOTHER], consents=[ends, *forms])
    task = renewal(facts, SAMVERKANSMOTE, ends, uid("rektor"), today)
    assert (task is None) == goes_on


@pytest.mark.parametrize("until", ["2027-03-31", "2027-06-30"])
def test_R4_a_request_that_has_lapsed_or_ends_with_the_form_leaves_it_to_be_renewed(
    until: str,
) -> None:
    ends = replace(consent("mother"), valid_until=ENDS)
    asked = replace(consent("mother", state="requested", on=None), valid_until=day(until))
    facts = case(participants=[CHILD, MOTHER], consents=[ends, asked])
    task = renewal(facts, SAMVERKANSMOTE, ends, uid("rektor"), day("2027-05-31"))
    assert task is not None
    assert task.kind == "renew-consent"
