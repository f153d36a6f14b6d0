"""For whom each procedure is, and who coordinates: age, grade, residence, reason (P1, P2, S9)."""

from datetime import date
from typing import Any

import pytest

from services.cases.domain.closing import Evaluation, evaluation_at_end, may_be_evaluated
from services.cases.domain.eligibility import Applying, check_eligibility, slug
from services.cases.domain.meetings import Outcome
from services.cases.domain.opening import Colleagues, PostHeld, Staff, staff_of_case
from services.cases.domain.refused import Invalid, Refused
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures
from tests.unit.builders import SAMVERKANSMOTE, case, meeting, uid

ON = date(2027, 3, 1)
SPINDELMOTE = load_procedures(None).get("spindelmote", ON)
SSPF = load_procedures(None).get("sspf", ON)
HOME = "Exempelkommun"


def applying(**changes: Any) -> Applying:
    fields: dict[str, Any] = {
        "birth_date": date(2014, 5, 2),
        "grade": 6,
        "residence": HOME,
        "reason": "truancy",
    }
    return Applying(**(fields | changes))


def refused(procedure: Procedure, child: Applying, today: date = ON) -> tuple[str, str | None]:
    with pytest.raises(Refused) as refusal:
        check_eligibility(procedure, child, HOME, today)
    return refusal.value.code, refusal.value.cited


@pytest.mark.parametrize(
    ("born", "today", "is_for_them"),
    [
        ("2018-03-02", "2027-03-01", False),  # nine tomorrow
        ("2018-03-01", "2027-03-01", True),  # nine today
        ("2010-03-02", "2027-03-01", True),  # seventeen tomorrow
        ("2010-03-01", "2027-03-01", False),  # seventeen today
        ("2016-02-29", "2025-02-27", False),  # born on a leap day
        ("2016-02-29", "2025-02-28", True),
    ],
)
def test_P1_sspf_is_for_children_of_nine_to_sixteen_on_the_day_of_the_opening(
    born: str, today: str, is_for_them: bool
) -> None:
    child, on = applying(birth_date=date.fromisoformat(born)), date.fromisoformat(today)
    if is_for_them:
        check_eligibility(SSPF, child, HOME, on)
    else:
        assert refused(SSPF, child, on) == ("wrong-age", "P1")


@pytest.mark.parametrize(
    ("born", "is_for_them"),
    [
        ("2026-03-01", True),
        ("2026-03-02", False),
        ("2008-03-02", True),
        ("2008-03-01", False),
    ],
)
def test_S9_spindelmote_is_for_children_of_one_to_eighteen(born: str, is_for_them: bool) -> None:
    child = Applying(date.fromisoformat(born))
    if is_for_them:
        check_eligibility(SPINDELMOTE, child, HOME, ON)
    else:
        assert refused(SPINDELMOTE, child) == ("wrong-age", "S9")


@pytest.mark.parametrize(("grade", "is_for_them"), [(3, False), (4, True), (9, True), (10, False)])
def test_P1_sspf_is_for_the_grades_four_to_nine(grade: int, is_for_them: bool) -> None:
    if is_for_them:
        check_eligibility(SSPF, applying(grade=grade), HOME, ON)
    else:
        assert refused(SSPF, applying(grade=grade)) == ("wrong-grade", "P1")


@pytest.mark.parametrize("residence", ["Exempelkommun", "exempelkommun", "EXEMPELKOMMUN"])
def test_P1_the_municipality_is_known_by_its_name_and_its_code(residence: str) -> None:
    check_eligibility(SSPF, applying(residence=residence), HOME, ON)


def test_P1_a_child_of_another_municipality_is_pointed_there() -> None:
    assert refused(SSPF, applying(residence="Grannkommun")) == ("lives-elsewhere", "P1")


@pytest.mark.parametrize(
    ("name", "code"),
    [("Upplands Väsby", "upplands-vasby"), ("Malå", "mala"), ("ÖRKELLJUNGA", "orkelljunga")],
)
def test_a_municipalitys_name_as_a_code(name: str, code: str) -> None:
    assert slug(name) == code == slug(code)


@pytest.mark.parametrize("field", ["grade", "residence", "reason"])
def test_P1_what_sspf_asks_for_is_asked_for_by_name(field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_eligibility(SSPF, applying(**{field: None}), HOME, ON)
    assert (refusal.value.code, refusal.value.field, refusal.value.cited) == (
        "asked-for",
        field,
        "P1",
    )


@pytest.mark.parametrize(
    ("procedure", "said"),
    [
        (SAMVERKANSMOTE, {"grade": 6}),
        (SAMVERKANSMOTE, {"residence": HOME}),
        (SAMVERKANSMOTE, {"reason": "truancy"}),
        (SPINDELMOTE, {"grade": 6}),
        (SPINDELMOTE, {"residence": HOME}),
    ],
)
def test_P9_what_a_procedure_doesnt_ask_for_is_not_kept(
    procedure: Procedure, said: dict[str, Any]
) -> None:
    assert refused(procedure, Applying(date(2014, 5, 2), **said)) == ("not-asked", "P9")


def test_S13_a_ground_may_be_given_in_a_code_and_need_not() -> None:
    check_eligibility(SPINDELMOTE, Applying(date(2014, 5, 2), reason="theft"), HOME, ON)
    check_eligibility(SPINDELMOTE, Applying(date(2014, 5, 2)), HOME, ON)
    unknown = Applying(date(2014, 5, 2), reason="crime")
    assert refused(SPINDELMOTE, unknown) == ("unknown-reason", "S13")


def test_P2_other_absence_is_pointed_to_the_help_there_is_whatever_the_age() -> None:
    child = applying(reason="other-absence", birth_date=date(2009, 5, 2))
    with pytest.raises(Refused) as refusal:
        check_eligibility(SSPF, child, HOME, ON)
    assert refusal.value.cited == "P2"
    where = "Vid annan skolfrånvaro: kontakta skolsocionom eller socialsekreterare."
    assert refusal.value.detailed("sv") == where


# --- who coordinates --------------------------------------------------------------------------


def staff(name: str, role: str, organisation: str = "social_services") -> Staff:
    return Staff(uid(name), (PostHeld(f"{role}-{name}", role, "unit", organisation),))


TEACHER = staff("teacher", "larare", "school")
RECTOR = staff("rektor", "rektor", "school")
FIRST, SECOND = staff("first", "koordinator"), staff("second", "koordinator")


def coordinator(
    procedure: Procedure,
    initiator: Staff = TEACHER,
    *,
    there_are: tuple[Staff, ...] = (FIRST, SECOND),
    in_post: Staff | None = None,
    named: tuple[Staff, ...] = (),
) -> object:
    colleagues = Colleagues(
        named={one.person_id: one for one in (initiator, *named)},
        rektorer_of_unit=(RECTOR,),
        by_role={"koordinator": there_are},
        by_post={} if in_post is None else {"the-post": in_post},
    )
    people = tuple(one.person_id for one in named)
    found = staff_of_case(procedure, initiator.person_id, people, colleagues)
    on_case = {who.person_id: who.role for who in found.people}
    assert found.coordinator is None or on_case[found.coordinator] == "koordinator"
    return found.coordinator


def with_post(procedure: Procedure) -> Procedure:
    roles = procedure.roles.model_copy(update={"coordinator_post": "the-post"})
    return procedure.model_copy(update={"roles": roles})


def test_S5_the_only_coordinator_there_is_coordinates() -> None:
    assert coordinator(SPINDELMOTE, there_are=(FIRST,)) == uid("first")


def test_S5_of_several_none_is_picked_unless_one_was_named() -> None:
    assert coordinator(SPINDELMOTE) is None
    assert coordinator(SPINDELMOTE, named=(SECOND,)) == uid("second")


def test_P5_an_initiator_who_coordinates_goes_on_to() -> None:
    assert coordinator(SSPF, SECOND) == uid("second")


def test_P5_who_is_in_the_post_that_the_municipality_names_goes_before_others() -> None:
    assert coordinator(with_post(SSPF), SECOND, in_post=FIRST) == uid("first")


def test_P5_a_vacant_post_leaves_it_to_who_is_there() -> None:
    assert coordinator(with_post(SSPF), SECOND) == uid("second")
    assert coordinator(with_post(SSPF)) is None


def test_R8_a_samverkansmote_has_no_coordinator() -> None:
    assert coordinator(SAMVERKANSMOTE, RECTOR, named=(FIRST,)) is None


# --- how it ends ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("held", "outcome", "said", "kept"),
    [
        (2, Outcome.COMPLETED, None, "not-assessed"),
        (2, Outcome.COMPLETED, "reached", "reached"),
        (2, Outcome.DECLINED, None, None),
        (1, Outcome.COMPLETED, None, None),
        (1, Outcome.MOVED, "partly", "partly"),
    ],
)
def test_R11_a_case_with_two_meetings_behind_it_ends_with_an_evaluation(
    held: int, outcome: Outcome, said: str | None, kept: str | None
) -> None:
    days = ("2027-03-05", "2027-03-12")[:held]
    facts = case(meetings=[meeting("first", day, "held") for day in days])
    given = None if said is None else Evaluation(said)
    assert evaluation_at_end(facts, outcome, given) == kept


def test_R11_a_case_can_be_evaluated_after_the_last_step_that_comes_by_itself() -> None:
    first, second = meeting("first", "2027-03-05", "held"), meeting("second", "2027-03-12", "held")
    assert not may_be_evaluated(case(meetings=[first]), SAMVERKANSMOTE)
    assert may_be_evaluated(case(meetings=[first, second]), SAMVERKANSMOTE)


def test_a_mistyped_year_of_birth_is_refused_where_a_procedure_has_no_limit() -> None:
    """Twenty-five today; twenty-six today."""
    check_eligibility(SAMVERKANSMOTE, Applying(date(2001, 3, 2)), HOME, ON)
    with pytest.raises(Invalid) as refusal:
        check_eligibility(SAMVERKANSMOTE, Applying(date(2001, 3, 1)), HOME, ON)
    assert (refusal.value.code, refusal.value.field) == ("born-too-early", "child.birth_date")
    assert "Kontrollera året i födelsedatumet." in refusal.value.detailed("sv")
