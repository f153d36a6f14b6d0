"""Who calls to a year's meetings, who is called, and which calling posts are vacant (R21, R22)."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.cases.domain.posts import Post, Tenure
from services.cases.domain.year_staff import (
    Vacancy,
    calling_posts,
    post_of,
    staff_of_year,
    vacancies,
    vacancies_begin,
)
from shared.domain.procedure import YearRules
from shared.procedures import load_procedures

TODAY = date(2027, 3, 1)
KARIN, JONAS, ANNA, PETER, BIRGITTA, MARGARETA = (UUID(int=number) for number in range(1, 7))
LONG_AGO = date(2020, 1, 1)


def rules() -> YearRules:
    year = load_procedures(None).get("arshjul", TODAY).year
    assert year is not None
    return year


def post(
    code: str, role: str, *tenures: Tenure, above: str | None = None, of: str = "school"
) -> Post:
    return Post(code, role, "elevhalsan", of, above, tenures)


def held(person: UUID, first: date = LONG_AGO, last: date | None = None) -> Tenure:
    return Tenure(person, first, last)


def deputy(person: UUID, first: date = LONG_AGO) -> Tenure:
    return Tenure(person, first, None, "deputy")


def town(*changed: Post) -> dict[str, Post]:
    posts = (
        post("skolchef", "skolchef", held(MARGARETA)),
        post("elevhalsochef", "elevhalsochef", held(KARIN), above="skolchef"),
        post("avdelningschef-ifo", "avdelningschef_ifo", held(BIRGITTA), of="social_services"),
        post(
            "enhetschef-ifo", "enhetschef_ifo", held(JONAS), above="avdelningschef-ifo",
            of="social_services",
        ),
        post("rektor-a", "rektor", held(ANNA)),
        post("rektor-b", "rektor", held(PETER)),
        *changed,
    )  # fmt: skip
    return {one.code: one for one in posts}


def ifo(*tenures: Tenure) -> Post:
    above = "avdelningschef-ifo"
    return post("enhetschef-ifo", "enhetschef_ifo", *tenures, above=above, of="social_services")


def test_the_two_posts_call_and_all_who_hold_a_role_of_a_group_are_called() -> None:
    """R22: the skolchef's role is in no group."""
    staff = staff_of_year(rules(), town(), TODAY)
    assert staff.callers == (KARIN, JONAS)
    assert {(who.person_id, who.role) for who in staff.people} == {
        (KARIN, "elevhalsochef"), (JONAS, "enhetschef_ifo"), (BIRGITTA, "avdelningschef_ifo"),
        (ANNA, "rektor"), (PETER, "rektor"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("tenures", "caller"),
    [
        ((held(JONAS, last=date(2027, 2, 28)), held(PETER, date(2027, 3, 1))), PETER),
        ((held(JONAS, last=date(2027, 3, 1)), held(PETER, date(2027, 3, 2))), JONAS),
        ((held(JONAS, last=date(2027, 2, 28)), deputy(ANNA)), ANNA),
        ((deputy(ANNA), held(JONAS)), JONAS),
        ((held(JONAS, last=date(2027, 2, 28)),), BIRGITTA),  # the manager in place
    ],
)
def test_whoever_acts_for_the_post_on_the_day_calls(
    tenures: tuple[Tenure, ...], caller: UUID
) -> None:
    """R21: the holder, a deputy while it is vacant, else whoever is above."""
    staff = staff_of_year(rules(), town(ifo(*tenures)), TODAY)
    assert staff.callers == (KARIN, caller)
    (role,) = [who.role for who in staff.people if who.person_id == caller]
    assert role == "enhetschef_ifo"


def test_whoever_acts_for_both_posts_calls_once() -> None:
    """R21: and nobody is named twice in the call."""
    chief = post("elevhalsochef", "elevhalsochef", held(JONAS))
    assert staff_of_year(rules(), town(chief), TODAY).callers == (JONAS,)


def test_while_nobody_acts_for_either_post_nobody_calls() -> None:
    """R21: neither is anybody above them in place."""
    empty = [
        Post(one.code, one.role, one.unit, one.organisation, one.reports_to)
        for one in town().values()
        if one.role != "rektor"
    ]
    staff = staff_of_year(rules(), town(*empty), TODAY)
    assert (staff.callers, staff.unit) == ((), None)


def test_of_several_posts_with_a_calling_role_the_first_calls() -> None:
    """R21: by its code, also while it is vacant."""
    other = post("enhetschef-ifo-2", "enhetschef_ifo", held(ANNA), of="social_services")
    assert [one.code for one in calling_posts(rules(), town(other, ifo()))] == [
        "elevhalsochef", "enhetschef-ifo",
    ]  # fmt: skip


def test_who_holds_two_posts_is_called_once() -> None:
    """R22: in the role of the first."""
    second = post("rektor-b", "rektor", held(ANNA))
    people = [who.person_id for who in staff_of_year(rules(), town(second), TODAY).people]
    assert people.count(ANNA) == 1
    assert post_of(town(second), ANNA, "rektor", TODAY) == "rektor-a"


@pytest.mark.parametrize(
    ("tenures", "since"),
    [
        ((held(JONAS),), "held"),
        ((held(JONAS, last=date(2027, 5, 30)),), "held"),  # vacant only 91 days on
        ((held(JONAS, last=date(2027, 5, 29)),), date(2027, 5, 30)),  # 90 days on
        ((held(JONAS, last=date(2027, 4, 30)), held(PETER, date(2027, 5, 1))), "held"),
        ((held(JONAS, last=date(2027, 4, 30)), held(PETER, date(2027, 5, 2))), date(2027, 5, 1)),
        ((held(JONAS, last=date(2027, 2, 28)), deputy(ANNA)), date(2027, 3, 1)),
        ((held(JONAS, last=date(2027, 1, 31)), held(PETER, date(2027, 8, 1))), date(2027, 2, 1)),
        ((), None),
    ],
)
def test_a_calling_post_that_nobody_holds_within_ninety_days_is_vacant(
    tenures: tuple[Tenure, ...], since: Any
) -> None:
    """R21: long before the call is due; a deputy doesn't fill it."""
    found = list(vacancies(rules(), town(ifo(*tenures)), TODAY))
    if since == "held":
        assert found == []
    else:
        told = ("avdelningschef-ifo", "elevhalsochef")
        assert found == [Vacancy("enhetschef-ifo", since, told)]


def test_the_day_on_which_a_vacancy_comes_near_enough_is_known() -> None:
    """R21: a demo's clock stops there."""
    posts = town(ifo(held(JONAS, last=date(2027, 6, 30))))
    assert list(vacancies_begin(rules(), posts, TODAY)) == [date(2027, 4, 2)]
