"""The form for a new case as it was typed, page by page, and the command of it."""

from datetime import date

import pytest

from services.cases.handlers.commands import OpenCase
from services.cases.web.forms import Form
from services.cases.web.staff.opening_reading import (
    CHILD_PAGE,
    FAMILY_PAGE,
    Terms,
    command_of,
    count_of,
    field_of,
    form_of,
    names_on,
    read_child,
    read_family,
    read_people,
    without,
)
from shared.procedures import load_procedures
from tests.unit.builders import uid

ON = date(2027, 3, 1)
PROCEDURES = load_procedures(None)
HOME = "Exempelkommun"
CHILD = {
    "known_on": "2027-03-01",
    "name": "Alva Exempel",
    "birth_date": "2014-05-02",
    "unit": "bjorkskolan",
    "protected": "no",
}
KIM = {
    "guardian_1_name": "Kim Exempel",
    "guardian_1_custody": "yes",
    "guardian_1_protected": "no",
    "guardian_1_email": "kim@hemma.example",
}


def terms(procedure: str = "samverkansmote") -> Terms:
    return Terms(PROCEDURES.get(procedure, ON), HOME, ON, {"bjorkskolan"})


def form(**fields: str) -> Form:
    return Form(list(fields.items()))


def test_a_form_that_is_filled_in_is_one_command() -> None:
    command = command_of(form(**CHILD, **KIM, person=str(uid("asa"))), terms(), uid("anna"))
    assert isinstance(command, OpenCase)
    assert (command.child.name, command.child.protected) == ("Alva Exempel", False)
    assert [(one.name, one.custody, one.language) for one in command.guardians] == [
        ("Kim Exempel", True, "sv")
    ]
    assert command.participants == (uid("asa"),)


def test_P1_what_only_some_procedures_ask_is_read_for_those_alone() -> None:
    more = {"grade": "6", "residence": "har", "reason": "truancy"}
    command = command_of(form(**CHILD, **KIM, **more), terms("sspf"), uid("anna"))
    assert isinstance(command, OpenCase)
    assert (command.grade, command.residence, command.reason) == (6, HOME, "truancy")
    plain = command_of(form(**CHILD, **KIM, **more), terms(), uid("anna"))
    assert isinstance(plain, OpenCase)
    assert (plain.grade, plain.residence, plain.reason) == (None, None, None)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"name": ""}, "name"),
        ({"birth_date": "2014-13-02"}, "birth_date"),
        ({"birth_date": "2031-05-02"}, "birth_date"),
        ({"known_on": "2027-03-02"}, "known_on"),
        ({"unit": "skolan"}, "unit"),
        ({"protected": ""}, "protected"),
        ({"email": "alva"}, "email"),
        ({"name": "Alva\u202eExempel"}, "name"),  # would turn the text around
        ({"name": "Al\u2028va"}, "name"),
    ],
)
def test_what_is_wrong_on_the_first_page_is_named(change: dict[str, str], wrong: str) -> None:
    sent = form(**{**CHILD, **KIM, **change})
    assert list(read_child(sent, terms()).wrong) == [wrong]
    assert command_of(sent, terms(), uid("anna")) == CHILD_PAGE


def test_what_is_wrong_is_named_in_the_order_of_the_form() -> None:
    assert list(read_child(form(), terms("sspf")).wrong) == [
        "known_on", "name", "birth_date", "unit", "grade", "residence", "reason", "protected",
    ]  # fmt: skip


def test_a_name_is_kept_as_the_same_letters_however_it_was_typed() -> None:
    assert read_child(form(**{**CHILD, "name": "A\u030asa"}), terms()).name == "\u00c5sa"


def test_X6_not_knowing_whether_somebody_is_protected_is_an_answer() -> None:
    child = read_child(form(**{**CHILD, "protected": "unknown"}), terms())
    assert (child.protected, child.wrong) == (None, {})


def test_R3_somebody_who_can_consent_is_named() -> None:
    for change in ({"guardian_1_name": "", "guardian_1_email": ""}, {"guardian_1_custody": "no"}):
        sent = form(**{**CHILD, **KIM, **change})
        assert command_of(sent, terms(), uid("anna")) == FAMILY_PAGE
    adult = form(**{**CHILD, "birth_date": "2009-03-01"})
    assert isinstance(command_of(adult, terms(), uid("anna")), OpenCase)


def test_a_guardian_without_a_name_but_with_more_is_asked_for_it() -> None:
    family = read_family(form(**{**KIM, "guardian_1_name": ""}), terms(), date(2014, 5, 2))
    assert list(family.wrong) == ["guardian_1_name"]


def test_a_block_that_was_left_empty_is_nobody() -> None:
    sent = form(**KIM, guardians="2", guardian_2_custody="yes")
    assert len(read_family(sent, terms(), date(2014, 5, 2)).guardians) == 1


@pytest.mark.parametrize(("said", "count"), [("", 1), ("2", 2), ("9", 6), ("0", 1), ("²", 1)])
def test_there_is_room_for_one_guardian_and_for_no_more_than_six(said: str, count: int) -> None:
    assert count_of(form(guardians=said)) == count


def test_a_guardian_who_is_taken_out_leaves_no_gap() -> None:
    said = {
        "guardians": ["2"],
        field_of(1, "name"): ["Kim"],
        field_of(2, "name"): ["Robin"],
        field_of(2, "no_mail"): ["on"],
    }
    left = form_of(without(said, 1))
    assert (left.get("guardians"), left.get(field_of(1, "name"))) == ("1", "Robin")
    assert left.get(field_of(1, "no_mail")) == "on"
    assert left.get(field_of(2, "name")) == ""


def test_each_page_knows_its_fields_so_that_what_is_unticked_is_gone() -> None:
    procedure = PROCEDURES.get("samverkansmote", ON)
    assert "grade" not in names_on(CHILD_PAGE, procedure)
    assert field_of(6, "no_mail") in names_on(FAMILY_PAGE, procedure)


def test_a_colleague_who_is_ticked_twice_comes_once() -> None:
    twice = Form([("person", str(uid("asa")))] * 2)
    assert read_people(twice) == [uid("asa")]
