"""What the opening form asks under each procedure, and what an answer means (P1, S9, P9)."""

from datetime import date
from typing import Any

import pytest

from services.cases.domain.opening_form import (
    Answers,
    Remark,
    is_adult,
    known_rule,
    questions,
    reasons,
    remarks,
)
from shared.domain.procedure import Procedure
from shared.procedures import load_procedures

ON = date(2027, 3, 1)
PROCEDURES = load_procedures(None)
SAMVERKANSMOTE = PROCEDURES.get("samverkansmote", ON)
SPINDELMOTE = PROCEDURES.get("spindelmote", ON)
SSPF = PROCEDURES.get("sspf", ON)
HOME = "Exempelkommun"


def told(procedure: Procedure, today: date = ON, **said: Any) -> tuple[Remark, ...]:
    return remarks(procedure, Answers(**said), HOME, today)


def stopping(procedure: Procedure, today: date = ON, **said: Any) -> list[tuple[str, str | None]]:
    found = told(procedure, today, **said)
    return [(one.question, one.rule) for one in found if one.stops]


@pytest.mark.parametrize(
    ("procedure", "asked"),
    [
        (SAMVERKANSMOTE, ["known_on", "name", "birth_date", "unit", "protected", "email"]),
        (
            SPINDELMOTE,
            ["known_on", "name", "birth_date", "unit", "reason", "protected", "email"],
        ),
        (
            SSPF,
            [
                "known_on", "name", "birth_date", "unit", "grade", "residence", "reason",
                "protected", "email",
            ],
        ),
    ],
    ids=lambda one: one.name if isinstance(one, Procedure) else "",
)  # fmt: skip
def test_P9_a_procedure_asks_for_no_more_than_it_needs(
    procedure: Procedure, asked: list[str]
) -> None:
    assert [one.name for one in questions(procedure)] == asked


def test_a_question_says_by_which_rule_it_is_asked_and_whether_it_must_be_answered() -> None:
    by_name = {one.name: one for one in questions(SSPF)}
    assert (by_name["grade"].rule, by_name["grade"].needed) == ("P1", True)
    assert (by_name["reason"].rule, by_name["reason"].needed) == ("P1", True)
    assert (by_name["protected"].rule, by_name["email"].rule) == ("X6", "X11")
    assert {one.name: one for one in questions(SPINDELMOTE)}["reason"].needed is False


def test_the_day_a_case_became_known_is_counted_from_by_the_procedures_own_rule() -> None:
    assert [known_rule(one) for one in (SAMVERKANSMOTE, SPINDELMOTE, SSPF)] == ["R9", "S10", "X2"]


def test_P2_the_reasons_end_with_those_for_which_the_help_is_elsewhere() -> None:
    assert list(reasons(SSPF)) == [
        "truancy", "norm-breaking", "crime", "drugs", "free-time", "other-absence",
    ]  # fmt: skip
    assert reasons(SAMVERKANSMOTE) == {}


@pytest.mark.parametrize(
    ("procedure", "said", "stops"),
    [
        (SSPF, {"birth_date": "2008-02-28"}, ("birth_date", "P1")),  # 19 years
        (SSPF, {"birth_date": "2018-03-02"}, ("birth_date", "P1")),  # nine tomorrow
        (SSPF, {"birth_date": "2018-03-01"}, None),  # nine today
        (SPINDELMOTE, {"birth_date": "2026-06-01"}, ("birth_date", "S9")),
        (SAMVERKANSMOTE, {"birth_date": "2008-02-28"}, None),
        (SAMVERKANSMOTE, {"birth_date": "1950-01-01"}, ("birth_date", None)),  # mistyped
        (SSPF, {"grade": 3}, ("grade", "P1")),
        (SSPF, {"grade": 9}, None),
        (SSPF, {"residence": "Grannkommun"}, ("residence", "P1")),
        (SSPF, {"residence": "exempelkommun"}, None),
        (SSPF, {"reason": "other-absence"}, ("reason", "P2")),
        (SSPF, {"reason": "truancy"}, None),
        (SAMVERKANSMOTE, {"known_on": "2027-03-02"}, ("known_on", "R9")),
        (SAMVERKANSMOTE, {"known_on": "2027-03-01"}, None),
        (
            SAMVERKANSMOTE,
            {"known_on": "2027-02-01", "birth_date": "2027-02-02"},
            ("birth_date", None),
        ),
    ],
)
def test_what_stops_an_opening_is_told_as_it_is_typed(
    procedure: Procedure, said: dict[str, Any], stops: tuple[str, str | None] | None
) -> None:
    days = {"birth_date", "known_on"}
    answers = {
        name: date.fromisoformat(value) if name in days else value for name, value in said.items()
    }
    assert stopping(procedure, **answers) == ([] if stops is None else [stops])


def test_P1_the_words_say_how_old_the_child_is_and_what_to_do() -> None:
    (remark,) = told(SSPF, birth_date=date(2008, 2, 28))
    assert remark.said("sv") == (
        "Barnet är 19 år. SSPF gäller från 9 till och med 16 år. Kontrollera födelsedatumet, eller"
        " välj en annan rutin."
    )
    assert "19 years old" in remark.said("en")


@pytest.mark.parametrize(
    ("procedure", "born", "words", "rule"),
    [
        (SAMVERKANSMOTE, "2014-05-02", "12 år. Vårdnadshavarna samtycker.", "R3"),
        (SSPF, "2012-09-02", "14 år. Vårdnadshavarna samtycker, och barnet får också", "P6"),
        (SSPF, "2011-09-02", "15 år. Både vårdnadshavarna och barnet behöver samtycka.", "P6"),
        (SAMVERKANSMOTE, "2008-09-02", "18 år och samtycker ensam", "X8"),
    ],
)
def test_R3_X8_P6_who_consents_is_told_from_the_age(
    procedure: Procedure, born: str, words: str, rule: str
) -> None:
    (remark,) = told(procedure, birth_date=date.fromisoformat(born))
    assert words in remark.said("sv")
    assert (remark.rule, remark.stops) == (rule, False)


def test_X8_a_birthday_that_changes_who_decides_is_told_ahead() -> None:
    remark = told(SAMVERKANSMOTE, birth_date=date(2009, 5, 4))[-1]
    assert remark.said("sv") == (
        "Fyller 18 år tisdag 4 maj 2027. Från den dagen samtycker ungdomen ensam."
    )
    assert remark.rule == "X8"
    assert len(told(SAMVERKANSMOTE, birth_date=date(2009, 10, 4))) == 1


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ("2027-03-01", "Första samverkansmötet ska hållas senast måndag 15 mars 2027."),
        ("2027-02-15", "Första samverkansmötet ska hållas senast måndag 1 mars 2027."),
        ("2027-02-14", "Första samverkansmötet skulle ha hållits senast söndag 28 februari 2027."),
    ],
)
def test_R9_the_limit_is_told_from_the_day_it_became_known_also_when_it_has_passed(
    known: str, words: str
) -> None:
    (remark,) = told(SAMVERKANSMOTE, known_on=date.fromisoformat(known))
    assert remark.said("sv").startswith(words)
    assert (remark.rule, remark.stops) == ("R9", False)


def test_nothing_is_said_of_a_birth_that_lies_ahead_but_that_it_cant_be() -> None:
    found = told(SAMVERKANSMOTE, known_on=ON, birth_date=date(2027, 4, 1))
    assert (found[0].question, found[0].stops) == ("birth_date", True)


@pytest.mark.parametrize(("born", "adult"), [("2009-03-02", False), ("2009-03-01", True)])
def test_R7_from_the_eighteenth_birthday_on_it_is_an_adult(born: str, adult: bool) -> None:
    assert is_adult(SAMVERKANSMOTE, date.fromisoformat(born), ON) is adult
