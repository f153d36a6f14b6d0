"""The pages about reports of concern: what is registered, who sees it, what is done (R40-R51)."""

import re
from html import unescape

import pytest

from tests.integration.cases_house import CasesHouse, Json
from tests.integration.reporting import RECEIVER, REPORTER, reported
from tests.support.signing_in import Visitor, words_of

_LIST = "/orosanmalningar"
_NEW = {
    "channel": "phone", "unit": "bjorkskolan", "reporter": REPORTER, "received_by": RECEIVER,
    "received_on": "2027-03-01", "suspected_abuse": "no", "wants_feedback": "yes",
}  # fmt: skip


@pytest.fixture
def teacher(cases: CasesHouse) -> Visitor:
    return cases.visitor("kristina-blom")


@pytest.fixture
def receiver(cases: CasesHouse) -> Visitor:
    return cases.visitor("lotta-engstrom")


@pytest.fixture
def report(cases: CasesHouse) -> Json:
    return reported(cases)


def test_R42_a_report_is_registered_and_its_form_takes_no_words(teacher: Visitor) -> None:
    form = teacher.get(f"{_LIST}/ny").text
    assert "<textarea" not in form
    assert 'type="text"' not in form
    page = words_of(teacher.follow(teacher.post(f"{_LIST}/ny", _NEW)).text)
    assert "Anmälan är registrerad" in page
    assert "på telefon" in page
    assert "Ingen misstanke om våld eller övergrepp" in page


def test_R41_what_nobody_has_said_counts_as_suspected(teacher: Visitor) -> None:
    answer = teacher.post(f"{_LIST}/ny", _NEW | {"suspected_abuse": "unknown"})
    page = words_of(teacher.follow(answer).text)
    assert "Inte bedömt än: räknas som misstanke" in page
    assert "Vårdnadshavare ska inte informeras" in page


def test_what_is_missing_is_named_and_what_was_said_stays(teacher: Visitor) -> None:
    answer = teacher.post(f"{_LIST}/ny", _NEW | {"unit": "", "received_on": "i går"})
    assert answer.status_code == 422
    assert "Skriv dagen så här" in answer.text
    assert re.search(f'value="{RECEIVER}" selected', answer.text)


def test_R41_only_who_has_a_part_in_a_report_sees_that_there_is_one(
    cases: CasesHouse, report: Json
) -> None:
    here = f"{_LIST}/{report['id']}"
    for code in ("kristina-blom", "lotta-engstrom", "jonas-ekdahl", "anna-lindqvist"):
        visitor = cases.visitor(code)
        assert visitor.get(here).status_code == 200
        assert report["reference"] in visitor.get(_LIST).text
    for code in ("eva-lindstrom", "emelie-strand", "anders-rask"):
        visitor = cases.visitor(code)
        assert visitor.get(here).status_code == 404
        assert visitor.post(f"{here}/fraga").status_code == 404
        assert report["reference"] not in visitor.get(_LIST).text


def test_R45_the_reporter_asks_and_hears_a_code(
    teacher: Visitor, receiver: Visitor, report: Json
) -> None:
    here = f"{_LIST}/{report['id']}"
    receiver.post(f"{here}/aterkoppla", {"code": "opened"})
    assert "En utredning har inletts," not in words_of(teacher.get(here).text)
    asked = words_of(teacher.follow(teacher.post(f"{here}/fraga")).text)
    assert "En utredning har inletts," in asked


def test_R40_who_told_the_guardians_is_noted_but_not_of_suspected_abuse(
    cases: CasesHouse, report: Json
) -> None:
    rektor, here = cases.visitor(), f"{_LIST}/{report['id']}"
    assert "noterat" in rektor.follow(rektor.post(f"{here}/vardnadshavare")).text
    kept = reported(cases, suspected_abuse=True)
    refused = rektor.post(f"{_LIST}/{kept['id']}/vardnadshavare")
    assert refused.status_code == 409
    assert "Vårdnadshavare ska inte informeras" in words_of(refused.text)


def test_R41_only_social_services_say_that_it_is_not_suspected_after_all(
    cases: CasesHouse, receiver: Visitor
) -> None:
    kept, rektor = reported(cases, suspected_abuse=True), cases.visitor()
    here, cleared = f"{_LIST}/{kept['id']}", {"suspected_abuse": "no", "because": "assessed-anew"}
    assert rektor.post(f"{here}/misstanke", cleared).status_code == 409
    page = receiver.follow(receiver.post(f"{here}/misstanke", cleared)).text
    assert "Ingen misstanke om våld eller övergrepp" in words_of(page)


def test_R51_social_services_call_to_a_meeting_about_it(receiver: Visitor, report: Json) -> None:
    here = f"{_LIST}/{report['id']}"
    page = receiver.follow(receiver.post(f"{here}/mote", {"dag": "2027-03-09", "tid": "13.00"}))
    assert "Mötet är bokat" in page.text
    assert "tisdagen den 9 mars 2027 kl. 13.00" in words_of(page.text)
    assert receiver.post(f"{here}/mote", {"dag": "2027-03-09"}).status_code == 422


def test_R47_a_talk_is_booked_without_a_name(cases: CasesHouse, teacher: Visitor) -> None:
    times = re.findall(r'name="start" value="([^"]+)"', teacher.get(f"{_LIST}/radgor").text)
    answer = teacher.post(f"{_LIST}/radgor", {"start": unescape(times[0])})
    assert "Tiden är bokad" in teacher.follow(answer).text
    (made,) = cases.rows("SELECT count(*) AS n FROM cases.cases WHERE about = 'consultation'")
    assert made["n"] == 1
    assert REPORTER not in str(cases.rows("SELECT actor, details FROM cases.audit"))


def test_R47_who_says_their_name_is_called(cases: CasesHouse, teacher: Visitor) -> None:
    times = re.findall(r'name="start" value="([^"]+)"', teacher.get(f"{_LIST}/radgor").text)
    teacher.post(f"{_LIST}/radgor", {"start": unescape(times[0]), "med-namn": "yes"})
    called = cases.rows("SELECT person_id FROM cases.attendance")
    assert REPORTER in {str(one["person_id"]) for one in called}
