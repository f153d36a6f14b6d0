"""The pages of a case's meetings: book, propose, move, cancel, hold, and what is noted (R6, Q1)."""

import re
from html import unescape

import pytest

from tests.integration.cases_house import OWNER, PLACE, CasesHouse, Json
from tests.support.signing_in import Visitor, words_of

_DAY = {"dag": "2027-03-09", "tid": "13.00"}


@pytest.fixture
def rektor(cases_alone: CasesHouse) -> Visitor:
    return cases_alone.visitor()


@pytest.fixture
def case(cases_alone: CasesHouse) -> Json:
    return cases_alone.signed_case()


@pytest.fixture
def meeting(cases_alone: CasesHouse, case: Json) -> Json:
    return cases_alone.booked(case)


def _starts(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'name="start" value="([^"]+)"', page)]


def test_X1_free_times_come_best_first_by_day_each_with_the_reason_for_its_rank(
    rektor: Visitor, case: Json
) -> None:
    page = rektor.get(f"/arenden/{case['id']}/moten/boka").text
    said = words_of(page)
    assert "09.00–10.00 Bäst" in said
    assert "Alla hinner kallas i god tid" in said
    assert len(_starts(page)) == 12
    longer = rektor.get(f"/arenden/{case['id']}/moten/boka?langd=120&antal=24").text
    assert "09.00–11.00" in words_of(longer)
    assert len(_starts(longer)) == 24


def test_R9_the_best_time_is_booked_with_one_form(
    cases_alone: CasesHouse, rektor: Visitor, case: Json
) -> None:
    address = f"/arenden/{case['id']}/moten/boka"
    best = _starts(rektor.get(address).text)[0]
    answer = rektor.post(
        address, {"steg": "first", "langd": "60", "start": best, "plats": PLACE, "key": "one"}
    )
    again = rektor.post(
        address, {"steg": "first", "langd": "60", "start": best, "plats": PLACE, "key": "one"}
    )
    assert answer.headers["location"] == again.headers["location"]
    said = words_of(rektor.follow(answer).text)
    assert "Mötet är bokat. Kallelser går ut till" in said
    assert "Ta ett möte" not in said
    (meeting,) = cases_alone.get(f"cases/{case['id']}")["meetings"]
    assert (meeting["state"], meeting["place"]) == ("booked", PLACE)


def test_a_time_of_ones_own_is_booked_and_a_wrong_one_keeps_what_was_typed(
    rektor: Visitor, case: Json
) -> None:
    address = f"/arenden/{case['id']}/moten/boka"
    sent = {"steg": "first", "langd": "60", "dag": "2027-03-09", "tid": "kl ett"}
    wrong = rektor.post(address, sent)
    assert wrong.status_code == 422
    assert "Skriv tiden så här: 13.00." in words_of(wrong.text)
    assert 'value="kl ett"' in wrong.text
    assert rektor.post(address, {**sent, "tid": "13.00"}).status_code == 303
    assert rektor.post(address, {"steg": "first", "langd": "60"}).status_code == 422


def test_X1_a_refusal_says_the_rule_and_what_to_do(rektor: Visitor, case: Json) -> None:
    address = f"/arenden/{case['id']}/moten/boka"
    late = {"steg": "first", "langd": "60", "dag": "2027-03-16", "tid": "13.00"}
    answer = rektor.post(address, late)
    assert answer.status_code == 409
    assert "R9" in words_of(answer.text)
    assert 'role="alert"' in answer.text
    assert 'value="2027-03-16"' in answer.text


def test_R10_a_step_that_has_to_wait_says_for_what_instead_of_offering_times(
    rektor: Visitor, case: Json, meeting: Json
) -> None:
    page = rektor.get(f"/arenden/{case['id']}/moten/boka?steg=second")
    assert page.status_code == 200
    assert not _starts(page.text)
    assert 'role="status"' in page.text


@pytest.mark.parametrize("lacks", ["R3", "R6"])
def test_no_time_is_offered_that_booking_would_refuse(
    cases_alone: CasesHouse, rektor: Visitor, lacks: str
) -> None:
    """It says what is missing instead, and nothing of invitations that go out."""
    if lacks == "R3":
        case, missing = cases_alone.open_case(), "Samtycke saknas"
    else:
        case, missing = cases_alone.signed_case(participants=[]), "Deltagare saknas"
    address = f"/arenden/{case['id']}/moten/boka"
    for path in (address, f"{address}?satt=rosta"):
        page = rektor.get(path).text
        assert not _starts(page)
        assert missing in words_of(page)
        assert words_of(page).count(missing) == 1
        assert "Kallelser går ut" not in words_of(page)
        assert "Boka och kalla" not in page
    assert 'class="act" href="' + address in rektor.get(f"/arenden/{case['id']}").text


def test_to_book_is_the_main_thing_of_a_case_while_a_meeting_can_be_booked(
    cases_alone: CasesHouse, rektor: Visitor, case: Json
) -> None:
    main = f'class="act main-act" href="/arenden/{case["id"]}/moten/boka"'
    assert main in rektor.get(f"/arenden/{case['id']}").text
    meeting = cases_alone.booked(case)
    assert main not in rektor.get(f"/arenden/{case['id']}").text  # R10: the second has to wait
    assert _starts(rektor.get(f"/moten/{meeting['id']}/flytta").text)


def test_X12_guardians_who_never_meet_are_chosen_among_the_times_on_offer(
    rektor: Visitor, case: Json
) -> None:
    rektor.post(f"/arenden/{case['id']}/var-for-sig", {"never": "yes"})
    page = rektor.get(f"/arenden/{case['id']}/moten/boka").text
    assert len(_starts(page)) == 12
    assert "Boka och kalla" in page


def test_times_to_vote_about_are_two_or_three(rektor: Visitor, case: Json) -> None:
    address = f"/arenden/{case['id']}/moten/boka"
    times = _starts(rektor.get(f"{address}?satt=rosta").text)
    sent = {"steg": "first", "langd": "60", "satt": "rosta"}
    assert rektor.post(address, {**sent, "start": times[0]}).status_code == 422
    answer = rektor.post(address, {**sent, "start": [times[0], times[4]]})
    page = rektor.follow(answer).text
    assert "Tiderna är föreslagna" in words_of(page)
    assert "Boka den som passar bäst" in page
    meeting = answer.headers["location"].partition("?")[0]
    said = {"person": OWNER} | {f"tid-{one}": "yes" for one in (times[0], times[4])}
    assert "Rösterna är antecknade" in rektor.follow(rektor.post(f"{meeting}/rost", said)).text
    booked = rektor.post(f"{meeting}/bekrafta", {"start": times[4]})
    assert "Mötet är bokat" in rektor.follow(booked).text


def test_Q1_a_moved_meeting_can_be_moved_back_while_its_time_is_free(
    cases_alone: CasesHouse, rektor: Visitor, case: Json, meeting: Json
) -> None:
    here = f"/moten/{meeting['id']}"
    moved = rektor.follow(
        rektor.post(f"{here}/flytta", {"dag": "2027-03-10", "tid": "10.00", "langd": "60"})
    ).text
    assert "onsdagen den 10 mars 2027 kl. 10.00" in words_of(moved)
    assert "Nya kallelser går ut" in words_of(moved)
    undo = re.search(r'name="start" value="([^"]+)"', moved)
    assert undo is not None
    rektor.post(f"{here}/flytta", {"start": unescape(undo[1])})
    (now,) = cases_alone.get(f"cases/{case['id']}")["meetings"]
    assert (now["starts_at"], now["sequence"]) == ("2027-03-09T13:00:00+01:00", 2)


def test_a_meeting_is_cancelled_after_a_page_that_says_who_is_told(
    cases_alone: CasesHouse, rektor: Visitor, case: Json, meeting: Json
) -> None:
    here = f"/moten/{meeting['id']}"
    asked = words_of(rektor.get(f"{here}/stall-in").text)
    assert "personer är kallade. De får veta att mötet är inställt, men inte varför" in asked
    assert "Det går inte att ångra" in words_of(rektor.follow(rektor.post(f"{here}/stall-in")).text)
    assert cases_alone.get(f"cases/{case['id']}")["meetings"][0]["state"] == "cancelled"


def test_R13_what_came_of_a_meeting_and_the_next_one_are_said_on_one_page(
    cases_alone: CasesHouse, rektor: Visitor, case: Json, meeting: Json
) -> None:
    here = f"/moten/{meeting['id']}"
    early = rektor.post(f"{here}/hallet", {"narvarande": [OWNER]})
    assert early.status_code == 409  # it hasn't been
    for now, offered in (("12:59", False), ("13:00", True), ("14:30", True)):
        cases_alone.set_clock(f"2027-03-09T{now}:00+01:00")
        assert (f'href="{here}/hallet"' in rektor.get(here).text) == offered, now
    assert "Markera mötet som hållet" in rektor.get(f"{here}/hallet").text
    cases_alone.set_clock("2027-03-09T15:00:00+01:00")
    assert "har varit, markera som hållet" in words_of(rektor.get(here).text)
    said = {
        "narvarande": [OWNER], "sekreterare": OWNER, "samtycke": "yes", "utfall": "plan-made",
        "dag": "2027-03-18", "tid": "09.00", "plats": PLACE,
    }  # fmt: skip
    page = rektor.follow(rektor.post(f"{here}/hallet", said)).text
    assert "En plan gjordes" in words_of(page)
    first, second = cases_alone.get(f"cases/{case['id']}")["meetings"]
    assert (first["state"], first["secretary"]) == ("held", OWNER)
    assert (second["step"], second["state"]) == ("second", "booked")
    filed = rektor.post(f"{here}/protokoll", {"referens": "EA-2027/114"})
    assert "EA-2027/114" in rektor.follow(filed).text


def test_an_answer_given_by_phone_is_noted_and_those_who_have_not_answered_reminded(
    cases_alone: CasesHouse, rektor: Visitor, meeting: Json
) -> None:
    here = f"/moten/{meeting['id']}"
    person = next(
        one["person"]
        for one in cases_alone.get(f"cases/{meeting['case']}")["meetings"][0]["attendance"]
        if one["person"] != OWNER
    )
    page = rektor.follow(rektor.post(f"{here}/svar", {"person": person, "svar": "declined"}))
    assert "kommer inte" in words_of(page.text)
    assert rektor.post(f"{here}/svar", {"person": person}).status_code == 422
    assert "Påminnelser går ut nu" in rektor.follow(rektor.post(f"{here}/paminn")).text
    twice = rektor.post(f"{here}/paminn")
    assert twice.status_code == 409
    refusal = twice.text[twice.text.index('id="nekat"') :].partition("</div>")[0]
    assert "Det går att påminna igen i morgon" in refusal
    assert "R9" not in refusal  # the bound is ours, and of no routine


def test_X3_where_the_minutes_are_is_a_code(
    cases_alone: CasesHouse, rektor: Visitor, meeting: Json
) -> None:
    here = f"/moten/{meeting['id']}"
    cases_alone.set_clock("2027-03-09T15:00:00+01:00")
    assert rektor.post(f"{here}/hallet", {"narvarande": [OWNER]}).status_code == 303
    wrong = rektor.post(f"{here}/protokoll", {"referens": "Alvas anteckningar"})
    assert wrong.status_code == 422
    assert "Skriv en kod" in wrong.text
    assert 'value="Alvas anteckningar"' in wrong.text
    assert rektor.post(f"{here}/protokoll", {"referens": "akt-12/3"}).status_code == 303


def test_X5_only_letters_that_would_be_true_are_listed(
    cases_alone: CasesHouse, rektor: Visitor, case: Json, meeting: Json
) -> None:
    def letters() -> list[str]:
        page = rektor.get(f"/arenden/{case['id']}").text
        return re.findall(r'href="([^"]+/papper/brev/[^"]+)"', page)

    assert len(letters()) == len({*letters()}) == 3
    for letter in letters():
        assert rektor.get(letter).status_code == 200
    cases_alone.set_clock("2027-03-09T15:00:00+01:00")
    assert letters() == []
    assert rektor.post(f"/moten/{meeting['id']}/hallet", {"narvarande": [OWNER]}).status_code == 303
    assert letters() == []


def test_a_meeting_without_a_place_says_so_and_what_to_do(
    cases_alone: CasesHouse, rektor: Visitor
) -> None:
    case = cases_alone.signed_case(place=None)
    body = {"step": "first", "starts_at": "2027-03-09T13:00:00+01:00", "minutes": 60}
    booked = cases_alone.post(f"cases/{case['id']}/meetings", body, 201)
    here = f"/moten/{booked['id']}"
    for path in (here, f"/arenden/{case['id']}"):
        assert "Plats saknas" in rektor.get(path).text, path
    assert "flytta mötet och behåll tiden" in rektor.get(here).text
    assert f'href="{here}/flytta?tid=samma#plats"' in rektor.get(here).text
    assert 'value="keep" checked' in rektor.get(f"{here}/flytta?tid=samma").text
    assert rektor.post(f"{here}/flytta", {"start": "keep", "plats": PLACE}).status_code == 303
    assert "Plats saknas" not in rektor.get(here).text


def test_a_meeting_is_not_moved_to_where_it_is(rektor: Visitor, case: Json) -> None:
    address = f"/arenden/{case['id']}/moten/boka"
    best = _starts(rektor.get(address).text)[0]
    booked = rektor.post(address, {"steg": "first", "langd": "60", "start": best})
    here = booked.headers["location"].partition("?")[0]
    offered = _starts(rektor.get(f"{here}/flytta").text)
    assert len(offered) > 1
    assert best not in offered


def test_X10_a_meeting_of_anothers_case_is_as_one_that_is_not_there(
    cases_alone: CasesHouse, meeting: Json
) -> None:
    stranger = cases_alone.visitor("anders-rask")
    missing = "00000000-0000-4000-8000-000000000000"
    for act in ("", "/flytta", "/stall-in", "/hallet"):
        seen = [stranger.get(f"/moten/{one}{act}") for one in (meeting["id"], missing)]
        assert [one.status_code for one in seen] == [404, 404]
        assert words_of(seen[0].text) == words_of(seen[1].text)
    for act in ("flytta", "stall-in", "hallet", "svar", "paminn", "protokoll", "bekrafta"):
        assert stranger.post(f"/moten/{meeting['id']}/{act}", _DAY).status_code == 404


def test_R20_a_meeting_of_the_year_is_moved_by_who_leads_it_and_read_by_who_is_called(
    cases: CasesHouse,
) -> None:
    cases.worker.work()
    wanted = {"step": "april", "starts_at": "2027-04-14T13:00:00+02:00"}
    april = cases.post("years/2027/meetings", wanted, 201)["id"]
    caller, called = cases.visitor("karin-bergqvist"), cases.visitor("anna-lindqvist")
    assert "Flytta" in caller.get(f"/moten/{april}").text
    read = called.get(f"/moten/{april}")
    assert read.status_code == 200
    assert "Flytta" not in read.text
    moved = called.post(f"/moten/{april}/flytta", {"dag": "2027-04-15", "tid": "13.00"})
    assert moved.status_code == 409
    there = caller.post(f"/moten/{april}/flytta", {"dag": "2027-04-15", "tid": "13.00"})
    assert "torsdagen den 15 april 2027 kl. 13.00" in words_of(caller.follow(there).text)
