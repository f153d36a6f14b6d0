"""The ledger of consents over HTTP: as signed, until when, lapsed, withdrawn, done without."""

from datetime import date
from uuid import uuid4

import pytest

from shared.bus import events as e
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, guardian

NEEDED_AT_15 = "2012-03-20"  # fifteen on Saturday 20 March 2027
KNOWN = {"grade": 7, "residence": "exempelkommun", "reason": "truancy"}


def a_child(born: str, unit: str = "bjorkskolan") -> Json:
    return {"name": "Alva Exempel", "birth_date": born, "unit": unit, "protected": False}


def sspf(house: CasesHouse, born: str = "2013-06-01", **changes: object) -> Json:
    """A case of SSPF, whose coordinator asks for consent after the information meeting (P5)."""
    one = [guardian("Kim Exempel")]
    fields = {"child": a_child(born), "guardians": one, "participants": [], **KNOWN}
    return house.open_case(procedure="sspf", **(fields | changes))


def inform(house: CasesHouse, case: Json) -> None:
    """The information meeting of Tuesday 2 March has been held."""
    body = {"step": "information", "starts_at": "2027-03-02T10:00:00+01:00"}
    meeting = house.post(f"cases/{case['id']}/meetings", body, 201)
    house.set_clock("2027-03-02T12:00:00+01:00")
    house.post(f"meetings/{meeting['id']}/held")


def network(house: CasesHouse, case: Json, day: str, status: int = 201) -> Json:
    body = {"step": "network", "starts_at": f"{day}T13:00:00+01:00"}
    meeting: Json = house.post(f"cases/{case['id']}/meetings", body, status)
    return meeting


def answer(
    house: CasesHouse, case: Json, consent: Json, how: str, status: int = 200, **body: object
) -> Json:
    path = f"cases/{case['id']}/consents/{consent['id']}/{how}"
    answered: Json = house.post(path, dict(body), status)
    return answered


def ask(house: CasesHouse, case: Json, status: int = 201, **body: object) -> Json:
    asked: Json = house.post(f"cases/{case['id']}/consents", dict(body), status)
    return asked


def shown(house: CasesHouse, case: Json) -> Json:
    found: Json = house.get(f"cases/{case['id']}")
    return found


def of(case: Json, party: str) -> Json:
    return next(one for one in case["consents"] if one["party"] == party)


def open_tasks(house: CasesHouse, case: Json) -> list[tuple[str, str]]:
    tasks = shown(house, case)["tasks"]
    return sorted((one["kind"], one["rule"]) for one in tasks if one["state"] == "open")


def kommunpolis(house: CasesHouse) -> str:
    return str(house.get("people?role=kommunpolis")[0]["id"])


def hear_age(house: CasesHouse, case: Json, age: int, on: str) -> None:
    day = date.fromisoformat(on)
    key = f"{case['id']}/X8/age/{age}/{uuid4()}"
    house.hear(e.AgeNear(case_id=case["id"], key=key, age=age, on=day, rule="X8"))


# --- asked -----------------------------------------------------------------------------------


def test_P5_what_the_opening_notes_is_asked_for_when_the_information_meeting_was_held(
    cases: CasesHouse,
) -> None:
    case = sspf(cases)
    assert [(one["party"], one["state"]) for one in case["consents"]] == [("guardian", "requested")]
    assert ("get-consent", "P5") not in open_tasks(cases, case)
    inform(cases, case)
    task = next(one for one in shown(cases, case)["tasks"] if one["kind"] == "get-consent")
    assert (task["rule"], task["owner"]) == ("P5", case["coordinator"])


@pytest.mark.parametrize(("born", "parties"), [
    ("2013-03-02", ["guardian"]),           # thirteen until tomorrow
    ("2013-03-01", ["child", "guardian"]),  # fourteen today
])  # fmt: skip
def test_P6_the_child_is_asked_from_its_14th_birthday_on(
    cases: CasesHouse, born: str, parties: list[str]
) -> None:
    assert sorted(one["party"] for one in sspf(cases, born)["consents"]) == parties


def test_R17_the_child_can_be_asked_for_its_own_word_at_any_age(cases: CasesHouse) -> None:
    case = cases.signed_case()
    own = ask(cases, case, person=case["child"]["id"])
    assert (own["party"], own["state"]) == ("child", "requested")
    meeting = cases.booked(case)
    assert answer(cases, case, own, "sign")["state"] == "signed"
    off = answer(cases, case, own, "withdraw")  # X14: the consenting child is enough
    assert off["cancelled_meetings"] == [meeting["id"]]


def test_R4_asking_twice_for_the_same_is_one_request_and_what_is_signed_is_not_asked_for(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    first = case["consents"][0]
    again = ask(cases, case, person=first["person"])
    assert again["id"] == first["id"]
    assert len(shown(cases, case)["consents"]) == 2
    answer(cases, case, first, "sign")
    assert ask(cases, case, 409, person=first["person"])["rule"] == "R4"
    narrower: Json = {"organisations": ["school"], "until": "2027-06-30"}  # reaches less far
    assert ask(cases, case, 409, person=first["person"], **narrower)["rule"] == "R4"


def test_S14_an_optional_organisation_is_asked_for_by_itself(cases: CasesHouse) -> None:
    case = sspf(cases)
    person = case["guardians"][0]["id"]
    wider = ask(cases, case, person=person, organisations=["police", "health_care"])
    assert wider["organisations"] == ["health_care", "police"]
    refused = ask(cases, case, 422, person=person, organisations=["church"])
    assert refused["rule"] == "S1"
    assert "health_care" in refused["detail"]


def test_X8_the_youth_is_asked_ahead_as_an_adult_or_as_the_child_it_still_is(
    cases: CasesHouse,
) -> None:
    case = cases.open_case(child=a_child("2009-06-01", "exempelgymnasiet"))  # 17
    person = case["child"]["id"]
    assert ask(cases, case, person=person)["party"] == "youth"
    assert ask(cases, case, person=person, party="child")["party"] == "child"
    assert ask(cases, case, 409, person=person, party="guardian")["rule"] == "R3"


# --- signed ----------------------------------------------------------------------------------


def test_S1_the_organisations_as_signed_count_with_form_and_last_day(cases: CasesHouse) -> None:
    case = sspf(cases)
    inform(cases, case)
    said: Json = {
        "on": "2027-03-01", "organisations": ["school", "social_services", "health_care"],
        "until": "2027-06-30", "method": "paper", "form_reference": "EA-2027/14",
    }  # fmt: skip
    signed = answer(cases, case, case["consents"][0], "sign", **said)
    for field in ("until", "on", "organisations"):
        said.pop(field)
    assert {name: signed[name] for name in said} == said
    assert signed["organisations"] == ["health_care", "school", "social_services"]
    assert (signed["signed_on"], signed["valid_until"]) == ("2027-03-01", "2027-06-30")
    assert ("get-consent", "P5") not in open_tasks(cases, case)


def test_signing_again_with_other_particulars_is_refused(cases: CasesHouse) -> None:
    case = cases.open_case()
    consent = case["consents"][0]
    signed = answer(cases, case, consent, "sign", method="paper", until="2027-12-31")
    assert answer(cases, case, consent, "sign") == signed
    assert answer(cases, case, consent, "sign", method="paper") == signed
    others: list[Json] = [
        {"method": "digital"}, {"until": "2027-11-30"}, {"organisations": ["school"]},
    ]  # fmt: skip
    for other in others:
        refused = answer(cases, case, consent, "sign", 409, **other)
        assert refused["rule"] == "R3"


@pytest.mark.parametrize(("body", "field"), [
    ({"organisations": []}, "organisations"),
    ({"organisations": ["police"]}, "organisations"),  # not one of this procedure's
    ({"until": "2027-02-28"}, "until"),                # before it was signed
    ({"method": "oral"}, "method"),
    ({"form_reference": "the blue folder"}, "form_reference"),
])  # fmt: skip
def test_what_a_form_can_not_say_is_refused_by_field(
    cases: CasesHouse, body: Json, field: str
) -> None:
    case = cases.open_case()
    refused = answer(cases, case, case["consents"][0], "sign", 422, **body)
    assert refused["errors"][0]["field"].startswith(field)
    assert shown(cases, case)["consents"] == case["consents"]


def test_R3_no_meeting_is_booked_past_the_last_day_of_a_consent(cases: CasesHouse) -> None:
    case = cases.open_case()
    first, second = case["consents"]
    answer(cases, case, first, "sign")
    answer(cases, case, second, "sign", until="2027-03-09")
    body = {"step": "first", "starts_at": "2027-03-10T13:00:00+01:00"}
    assert cases.post(f"cases/{case['id']}/meetings", body, 409)["rule"] == "R3"
    cases.booked(case, "2027-03-09T13:00:00+01:00")
    cases.set_clock("2027-03-10T08:00:00+01:00")
    states = {one["id"]: one["state"] for one in shown(cases, case)["consents"]}
    assert states == {first["id"]: "signed", second["id"]: "lapsed"}


def test_a_consent_that_ends_soon_is_renewed_by_a_task_and_only_if_nothing_goes_on(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    first, second = case["consents"]
    answer(cases, case, first, "sign", until="2027-03-31")
    answer(cases, case, second, "sign")
    for number, consent in enumerate((first, second)):
        cases.hear(
            e.ConsentLapses(
                case_id=case["id"], key=f"k{number}", consent_id=consent["id"],
                on=date(2027, 3, 31),
            )
        )  # fmt: skip
    (task,) = [one for one in shown(cases, case)["tasks"] if one["kind"] == "renew-consent"]
    assert (task["rule"], task["due_on"], task["about"]) == ("R3", "2027-03-31", first["person"])
    anew = ask(cases, case, person=first["person"])
    assert "renew-consent" not in dict(open_tasks(cases, case))
    answer(cases, case, anew, "sign")
    assert shown(cases, case)["consents"][0]["state"] == "signed"


# --- refused, withdrawn ----------------------------------------------------------------------


def test_P7_withdrawing_says_all_that_it_did(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    consent = case["consents"][0]
    answer_ = answer(cases, case, consent, "withdraw")
    assert answer_["cancelled_meetings"] == [meeting["id"]]
    assert answer_["lost_sight"] == ["social_services"]  # P8: the rektor's own keeps it
    assert answer_["uncalled"] == []
    assert answer_["stopped_messages"] == 0
    assert answer_["already_leaving"] == []
    assert answer_["closed_tasks"] == []
    assert answer(cases, case, consent, "withdraw") == answer_


def test_P7_a_withdrawal_names_the_tasks_that_it_closed(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    cases.hear(
        e.HandDeliveryNeeded(
            case_id=case["id"], key="told", meeting_id=meeting["id"], kind="call", rule="X11",
            person_id=case["child"]["id"],
        )
    )  # fmt: skip
    (task,) = [one for one in shown(cases, case)["tasks"] if one["kind"] == "tell-by-hand"]
    off = answer(cases, case, case["consents"][0], "withdraw")
    assert off["closed_tasks"] == [task["id"]]


def test_P8_every_other_organisation_on_the_case_loses_sight_of_it(cases: CasesHouse) -> None:
    case = sspf(cases, participants=[kommunpolis(cases)])
    inform(cases, case)
    answer(cases, case, case["consents"][0], "sign", on="2027-03-01")
    meeting = network(cases, case, "2027-03-16")
    off = answer(cases, case, case["consents"][0], "withdraw")
    assert off["cancelled_meetings"] == [meeting["id"]]
    assert off["lost_sight"] == ["police", "social_services"]  # the rektor's own keeps it


def test_invariant_4_a_renewed_consent_revives_no_meeting(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    answer(cases, case, case["consents"][0], "withdraw")
    anew = ask(cases, case, person=case["consents"][0]["person"])
    answer(cases, case, anew, "sign")
    (still,) = shown(cases, case)["meetings"]
    assert (still["id"], still["state"]) == (meeting["id"], "cancelled")


def test_P11_a_no_ends_the_asking_and_the_proposal_that_waited(cases: CasesHouse) -> None:
    case = sspf(cases, NEEDED_AT_15)
    inform(cases, case)
    answer(cases, case, of(case, "guardian"), "sign")
    own = of(case, "child")
    answer(cases, case, own, "waive", reason="cannot-be-reached")
    cases.hear(
        e.MeetingProposed(
            case_id=case["id"], proposal=f"{case['id']}/network/1", step="network",
            starts_at="2027-03-23T13:00:00+01:00", minutes=60, mode="propose",
        )
    )  # fmt: skip
    assert shown(cases, case)["meetings"][-1]["state"] == "proposed"
    answer(cases, case, own, "refuse")
    last = shown(cases, case)["meetings"][-1]
    assert last["state"] == "cancelled"
    assert ("consent-refused", "P6") in open_tasks(cases, case)
    assert ("get-consent", "P5") not in open_tasks(cases, case)


# --- the child's own word --------------------------------------------------------------------


def test_P6_from_the_15th_birthday_the_childs_own_consent_is_needed_on_the_meetings_day(
    cases: CasesHouse,
) -> None:
    case = sspf(cases, NEEDED_AT_15)
    inform(cases, case)
    answer(cases, case, of(case, "guardian"), "sign")
    network(cases, case, "2027-03-22", 409)  # Monday after the birthday
    before = network(cases, case, "2027-03-19")  # Friday before it
    cases.post(f"meetings/{before['id']}/cancel")
    answer(cases, case, of(case, "child"), "sign")
    assert network(cases, case, "2027-03-22")["state"] == "booked"


def test_P6_one_goes_on_without_it_for_a_coded_reason_until_the_child_says_no(
    cases: CasesHouse,
) -> None:
    case = sspf(cases, NEEDED_AT_15)
    inform(cases, case)
    answer(cases, case, of(case, "guardian"), "sign")
    own = of(case, "child")
    assert answer(cases, case, own, "waive", 422, reason="busy")["rule"] == "P6"
    waived = answer(cases, case, own, "waive", reason="harmful")
    assert (waived["state"], waived["waived_because"]) == ("requested", "harmful")
    assert answer(cases, case, own, "waive", reason="harmful") == waived
    meeting = network(cases, case, "2027-03-23")
    answer(cases, case, own, "refuse")
    meetings = {one["id"]: one["state"] for one in shown(cases, case)["meetings"]}
    assert meetings[meeting["id"]] == "cancelled"
    assert answer(cases, case, own, "waive", 409, reason="harmful")["rule"] == "P6"
    network(cases, case, "2027-03-24", 409)


def test_P6_a_reason_is_recorded_near_the_birthday_at_the_earliest_and_only_for_a_child(
    cases: CasesHouse,
) -> None:
    case = sspf(cases, "2012-06-15")  # fourteen; fifteen in June
    early = answer(cases, case, of(case, "child"), "waive", 409, reason="not-mature")
    assert early["rule"] == "P6"
    assert "16 maj 2027" in early["detail"]
    parent = answer(cases, case, of(case, "guardian"), "waive", 409, reason="not-mature")
    assert parent["rule"] == "P6"
    other = cases.open_case()
    own = ask(cases, other, person=other["child"]["id"])
    assert answer(cases, other, own, "waive", 409, reason="not-mature")["rule"] == "R17"


# --- birthdays -------------------------------------------------------------------------------


def test_X8_ahead_of_the_15th_birthday_the_child_is_asked_by_the_day_before(
    cases: CasesHouse,
) -> None:
    case = sspf(cases, "2013-03-20")  # thirteen; asked at fourteen, on 20 March 2027
    inform(cases, case)
    hear_age(cases, case, 15, "2028-03-20")
    own = of(shown(cases, case), "child")
    (task,) = [
        one
        for one in shown(cases, case)["tasks"]
        if one["kind"] == "get-consent" and one["about"] == own["person"]
    ]
    assert task["due_on"] == "2028-03-19"
    hear_age(cases, case, 15, "2028-03-20")  # said twice, it is asked once
    assert len(shown(cases, case)["consents"]) == 2


def test_X8_ahead_of_the_18th_birthday_the_youth_is_asked_and_on_it_the_guardians_forms_lapse(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case(child=a_child("2009-03-16", "exempelgymnasiet"))
    late = ask(cases, case, person=case["guardians"][0]["id"], organisations=["school"], status=409)
    assert late["rule"] == "R4"
    hear_age(cases, case, 18, "2027-03-16")
    youth = of(shown(cases, case), "youth")
    tasks = [one for one in shown(cases, case)["tasks"] if one["about"] == youth["person"]]
    assert {(one["kind"], one["due_on"]) for one in tasks} == {
        ("inform", "2027-03-15"),
        ("get-consent", "2027-03-15"),
    }
    cases.set_clock("2027-03-16T08:00:00+01:00")
    hear_age(cases, case, 18, "2027-03-16")
    states = sorted((one["party"], one["state"]) for one in shown(cases, case)["consents"])
    assert states == [("guardian", "lapsed"), ("guardian", "lapsed"), ("youth", "requested")]
    assert ("ask-about-guardians", "R7") in open_tasks(cases, case)
    assert cases.told()[-1] == "participants.changed"


def test_X8_on_the_birthday_nobody_need_ask_the_guardians_any_more(cases: CasesHouse) -> None:
    case = cases.open_case(child=a_child("2009-03-16", "exempelgymnasiet"))
    cases.set_clock("2027-03-16T08:00:00+01:00")
    hear_age(cases, case, 18, "2027-03-16")
    guardians = {one["id"] for one in case["guardians"]}
    left = [one for one in shown(cases, case)["tasks"] if one["state"] == "open"]
    assert not [one for one in left if one["about"] in guardians]
    refused = answer(cases, case, of(case, "guardian"), "sign", 409)
    assert "upphört" in refused["detail"]


def test_a_birthday_on_a_closed_case_asks_nobody(cases: CasesHouse) -> None:
    case = cases.signed_case(child=a_child("2009-03-16", "exempelgymnasiet"))
    closed = cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    hear_age(cases, case, 18, "2027-03-16")
    cases.set_clock("2027-03-17T08:00:00+01:00")
    assert shown(cases, case)["consents"] == closed["consents"]


def test_the_staff_of_the_case_are_who_they_were(cases: CasesHouse) -> None:
    """Signing calls nobody who is called already, and tells nobody anything twice."""
    case = cases.signed_case()
    meeting = cases.booked(case)
    own = ask(cases, case, person=case["child"]["id"])
    answer(cases, case, own, "sign")
    (now,) = shown(cases, case)["meetings"]
    assert now["attendance"] == meeting["attendance"]
    assert {OWNER, THERAPIST} <= {one["person"] for one in now["attendance"]}
