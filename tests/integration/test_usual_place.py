"""A case knows where it usually meets, and somebody chooses where a meeting has no place."""

from datetime import datetime
from uuid import UUID

import pytest

from shared.bus.events import AnswerReceived, MeetingProposed
from tests.integration.cases_house import OWNER, PLACE, CasesHouse, Json, new_case
from tests.support.signing_in import words_of

LINDEN, AT = "forvaltningshuset-linden", "2027-03-09T13:00:00+01:00"
LATER = "2027-03-10T13:00:00+01:00"


@pytest.fixture
def cases(cases_alone: CasesHouse) -> CasesHouse:
    return cases_alone


def signed(cases: CasesHouse, place: str | None) -> Json:
    return cases.signed_case(place=place)


def booked(cases: CasesHouse, case: Json, **changes: object) -> Json:
    body = {"step": "first", "starts_at": AT, "minutes": 60} | changes
    made: Json = cases.post(f"cases/{case['id']}/meetings", body, 201)
    return made


def choosing(cases: CasesHouse, case: Json) -> list[tuple[str, str]]:
    found = cases.get(f"cases/{case['id']}")["tasks"]
    return [(one["owner"], one["state"]) for one in found if one["kind"] == "choose-place"]


def answers(cases: CasesHouse, case: Json) -> dict[str, str]:
    (meeting,) = cases.get(f"cases/{case['id']}")["meetings"]
    return {one["person"]: one["answer"] for one in meeting["attendance"]}


def test_a_case_is_opened_with_its_usual_place_and_an_unknown_one_is_refused(
    cases: CasesHouse,
) -> None:
    assert cases.open_case(place=LINDEN)["place"] == LINDEN
    assert cases.open_case(place=None)["place"] is None
    refused = cases.post("cases", new_case(place="ingenstans"), 422)
    assert [one["field"] for one in refused["errors"]] == ["place"]


def test_what_is_booked_without_a_place_is_where_the_case_usually_meets(cases: CasesHouse) -> None:
    case = signed(cases, LINDEN)
    assert booked(cases, case)["place"] == LINDEN
    assert choosing(cases, case) == []
    named = booked(cases, signed(cases, LINDEN), starts_at=LATER, place=PLACE)
    assert named["place"] == PLACE
    case = signed(cases, LINDEN)
    cases.hear(
        MeetingProposed(
            case_id=UUID(case["id"]), step="first", proposal="p-1", mode="book",
            starts_at=datetime.fromisoformat("2027-03-11T13:00:00+01:00"), minutes=60,
        )
    )  # fmt: skip
    (by_itself,) = cases.get(f"cases/{case['id']}")["meetings"]
    assert (by_itself["state"], by_itself["place"]) == ("booked", LINDEN)


def test_a_proposed_meeting_is_where_the_case_usually_meets_when_it_is_booked(
    cases: CasesHouse,
) -> None:
    case = signed(cases, LINDEN)
    proposal = MeetingProposed(
        case_id=UUID(case["id"]), step="first", proposal="p-1", mode="propose", minutes=60,
        starts_at=datetime.fromisoformat(AT), alternatives=(datetime.fromisoformat(LATER),),
    )  # fmt: skip
    cases.hear(proposal)
    (proposed,) = cases.get(f"cases/{case['id']}")["meetings"]
    rektor = cases.visitor()
    rektor.post(f"/arenden/{case['id']}/ansvar/plats", {"place": PLACE})
    page = words_of(rektor.get(f"/arenden/{case['id']}/moten/boka").text)
    assert "Som bestämt: Mötesrum Eken" in page
    confirmed = cases.post(f"meetings/{proposed['id']}/confirm")
    assert (confirmed["state"], confirmed["place"]) == ("booked", PLACE)
    assert choosing(cases, case) == []


def test_Q1_without_a_place_who_leads_chooses_one_and_everybody_is_asked_anew(
    cases: CasesHouse,
) -> None:
    case = signed(cases, None)
    meeting = booked(cases, case)
    assert choosing(cases, case) == [(OWNER, "open")]
    cases.hear(_yes(case, meeting))
    moved = cases.post(f"meetings/{meeting['id']}/move", {"place": PLACE})
    assert (moved["place"], moved["sequence"]) == (PLACE, 1)
    assert answers(cases, case)[OWNER] == "needs-action"
    assert choosing(cases, case) == [(OWNER, "done")]


@pytest.mark.parametrize("act", ["cancel", "held"])
def test_no_place_is_asked_for_once_the_meeting_is_off_or_held(cases: CasesHouse, act: str) -> None:
    case = signed(cases, None)
    meeting = booked(cases, case)
    cases.set_clock("2027-03-09T14:30:00+01:00" if act == "held" else "2027-03-02T08:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/{act}")
    assert choosing(cases, case) == [(OWNER, "done")]


def test_the_usual_place_is_changed_on_the_page_and_what_is_booked_stays(
    cases: CasesHouse,
) -> None:
    case = signed(cases, None)
    meeting = booked(cases, case)
    cases.hear(_yes(case, meeting))
    rektor = cases.visitor()
    here = f"/arenden/{case['id']}/ansvar"
    assert "Var ni brukar ses" in words_of(rektor.get(here).text)
    said = rektor.follow(rektor.post(f"{here}/plats", {"place": LINDEN})).text
    assert "Platsen är sparad" in words_of(said)
    assert f'<option value="{LINDEN}" selected' in rektor.get(here).text
    found = cases.get(f"cases/{case['id']}")
    assert (found["place"], found["meetings"][0]["place"]) == (LINDEN, None)
    assert answers(cases, case)[OWNER] == "accepted"
    assert choosing(cases, case) == [(OWNER, "open")]
    assert rektor.post(f"{here}/plats", {"place": "ingenstans"}).status_code == 422
    another = signed(cases, LINDEN)
    booking = rektor.get(f"/arenden/{another['id']}/moten/boka").text
    assert "Som bestämt: Mötesrum Linden" in words_of(booking)


def _yes(case: Json, meeting: Json) -> AnswerReceived:
    return AnswerReceived(
        case_id=UUID(case["id"]), meeting_id=UUID(meeting["id"]), person_id=UUID(OWNER),
        answer="accepted", sequence=0,
        answered_at=datetime.fromisoformat("2027-03-01T08:30:00+01:00"),
    )  # fmt: skip
