"""The page for IT: how the machinery is, what to do about it, and not a word of any case."""

import pytest

from tests.integration.cases_house import OWNER, CasesHouse
from tests.support.signing_in import Visitor, words_of


@pytest.fixture
def operator(cases_alone: CasesHouse) -> Visitor:
    return cases_alone.visitor(None, "it")


def test_a_service_that_is_silent_and_a_mail_server_that_is_paused_are_said_with_what_to_do(
    cases_alone: CasesHouse, operator: Visitor
) -> None:
    cases_alone.execute(
        "INSERT INTO bus.heartbeats VALUES ('cases', now()), ('scheduler', now() - interval '1 h')"
    )
    cases_alone.execute(
        "UPDATE notifier.mail_server SET paused_since = now(), probe_at = now(),"
        " reason = 'connect-refused'"
    )
    page = words_of(operator.get("/drift").text)
    assert "Tjänsten scheduler ger inget livstecken." in page
    assert "Tjänsten notifier ger inget livstecken." in page
    assert "Tjänsten cases" not in page
    assert "Mejlservern tar inte emot mejl." in page
    assert "mejlservern gick inte att nå" in page


def test_events_that_were_set_aside_are_tried_again(
    cases_alone: CasesHouse, operator: Visitor
) -> None:
    cases_alone.open_case()
    cases_alone.execute("UPDATE bus.deliveries SET state = 'set-aside', error = 'KeyError'")
    page = words_of(operator.get("/drift").text)
    assert "case.opened (scheduler) KeyError" in page
    answer = operator.post("/drift/igen", {"tjanst": "scheduler", "slag": "case.opened"})
    assert "Händelserna prövas igen" in operator.follow(answer).text
    states = cases_alone.rows(
        "SELECT DISTINCT state FROM bus.deliveries WHERE subscriber = 'scheduler'"
    )
    assert [row["state"] for row in states] == ["waiting"]


def test_X3_it_says_nothing_of_any_case_or_person(
    cases_alone: CasesHouse, operator: Visitor
) -> None:
    case = cases_alone.signed_case()
    cases_alone.booked(case)
    page = operator.get("/drift").text
    for kept in (case["reference"], case["id"], OWNER, "Anna Lindqvist", "@"):
        assert kept not in page


def test_it_is_for_who_runs_it(cases_alone: CasesHouse) -> None:
    assert cases_alone.visitor().get("/drift").status_code == 403
    assert cases_alone.visitor(None, "administrator").get("/drift").status_code == 200


def test_the_sign_that_the_example_has_been_made_is_no_service(
    cases_alone: CasesHouse, operator: Visitor
) -> None:
    cases_alone.execute("INSERT INTO bus.heartbeats VALUES ('example', 'infinity')")
    assert operator.get("/drift").status_code == 200
