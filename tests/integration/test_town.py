"""The town tells the same stories as the real house, in seconds."""

import pytest

from tests.e2e.test_the_main_line import EXPECTED, live_three_weeks
from tests.support.story import open_a_case
from tests.support.town import Town


def test_the_main_line_gives_the_same_mails_as_in_the_real_house(town: Town) -> None:
    live_three_weeks(town)
    assert town.kinds_of_mail() == EXPECTED
    assert len(town.mails()) == EXPECTED.total()


def test_the_diary_of_the_first_week_says_what_came_when_and_in_what_order(town: Town) -> None:
    case = open_a_case(town)
    town.move_clock("2027-03-02T08:00:00+01:00")
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    town.move_clock("2027-03-09T12:00:00+01:00")
    reminder = "Påminnelse: möte måndag 8 mars 2027 kl. 09.00"
    assert town.diary() == [
        "2027-03-01 task get-consent R4 rektor",
        "2027-03-01 task get-consent R4 rektor",
        "2027-03-01 task inform R19 rektor",
        "2027-03-01 task inform R19 rektor",
        "2027-03-02 task tell-by-hand X11 rektor",  # the child is twelve
        "2027-03-02 REQUEST 0 → anna.lindqvist@exempelkommun.example",
        "2027-03-02 REQUEST 0 → asa.hallberg@exempelkommun.example",
        "2027-03-02 REQUEST 0 → jonas@hemma.example",
        "2027-03-02 REQUEST 0 → petra@hemma.example",
        "2027-03-04 task tell-by-hand X11 rektor",
        f"2027-03-04 {reminder} → anna.lindqvist@exempelkommun.example",
        f"2027-03-04 {reminder} → asa.hallberg@exempelkommun.example",
        f"2027-03-04 {reminder} → jonas@hemma.example",
        f"2027-03-04 {reminder} → petra@hemma.example",
        "2027-03-09 task mark-as-held R13 rektor",
    ]
    assert [task["kind"] for task in town.tasks(case)] == ["mark-as-held"]
    assert town.mail_to("petra@hemma.example")["Subject"] == reminder


def test_three_months_of_three_cases_come_to_rest(town: Town) -> None:
    for _ in range(3):
        case = open_a_case(town)
        for consent in case["consents"]:
            town.post(f"cases/{case['id']}/consents/{consent['id']}/sign")
    town.move_clock("2027-06-01T08:00:00+02:00")
    assert town.today == "2027-06-01"


def test_a_town_where_something_fails_says_what(town: Town) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    handlers = town.scheduler.deliveries.handlers
    object.__setattr__(town.scheduler.deliveries, "handlers", dict.fromkeys(handlers, broken))
    open_a_case(town)
    with pytest.raises(AssertionError, match=r"scheduler: case\.opened failed with ZeroDivision"):
        town.quiet()
