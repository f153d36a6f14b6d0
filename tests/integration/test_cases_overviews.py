"""A case's timeline, the lists of limits, and lead times, over HTTP (X1, X2, X12, X16, S10)."""

from typing import Any

import pytest

from shared.bus import events as e
from shared.ids import staff_id
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json, guardian

MANAGER = str(staff_id("margareta-sandstrom"))  # skolchef, to whom the rektor reports
OTHER_CHIEF = str(staff_id("jonas-ekdahl"))  # enhetschef of social services
NAMES = ("Alva Exempel", "Kim Exempel", "Robin Exempel", "Alva", "Robin")


def timeline(house: CasesHouse, case: Json, language: str = "sv") -> list[Json]:
    answer = house.client.get(
        f"/api/v1/cases/{case['id']}/timeline", headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    told: list[Json] = answer.json()
    return told


def limits(house: CasesHouse, **query: Any) -> list[Json]:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    found: list[Json] = house.get(f"limits?{asked}")
    return found


def test_a_timeline_tells_who_did_what_when_and_by_which_rule(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    answered = e.AnswerReceived(
        case_id=case["id"],
        meeting_id=meeting["id"],
        person_id=case["guardians"][0]["id"],
        sequence=0,
        answer="accepted",
        answered_at=cases.rows("SELECT stands_at FROM clock.hand")[0]["stands_at"],
    )
    cases.hear(answered)
    cases.set_clock("2027-03-09T15:00:00+01:00")
    cases.client.post(
        f"/api/v1/meetings/{meeting['id']}/held", json={}, headers={"Samspel-Acting-As": OWNER}
    )
    told = timeline(cases, case)
    said = [(one["who"], one["what"], one["rule"]) for one in told]
    assert ("Ett anslutet system", "Ärendet öppnades.", "R2") in said
    assert said.count(("Ett anslutet system", "En vårdnadshavare skrev på samtycket.", "R3")) == 2
    booked = "Första samverkansmötet bokades till tisdagen den 9 mars 2027 kl. 13.00."
    assert ("Ett anslutet system", booked, "R9") in said
    assert ("Samspel", "En vårdnadshavare tackade ja till första samverkansmötet.", None) in said
    assert ("Anna Lindqvist", "Första samverkansmötet markerades som hållet.", "R9") in said
    met = "Första samverkansmötet hölls inom gränsen, måndagen den 15 mars 2027."
    assert ("Samspel", met, "R9") in said
    assert [one["at"] for one in told] == sorted(one["at"] for one in told)
    by_rule = {one["rule"]: one["quote"] for one in told}
    assert by_rule["R9"] == "Inom två veckor från att ärendet blev känt"
    english = [one["what"] for one in timeline(cases, case, "en")]
    assert "The case was opened." in english


def test_X12_a_timeline_names_nobody_of_the_family_and_no_reason(cases: CasesHouse) -> None:
    case = cases.open_case(
        procedure="sspf", grade=7, residence="exempelkommun", reason="drugs",
        child={"name": "Alva Exempel", "birth_date": "2014-05-02", "unit": "bjorkskolan",
               "protected": False},
    )  # fmt: skip
    person = case["guardians"][0]["id"]
    cases.post(f"cases/{case['id']}/people/{person}", {"no_mail": True})
    cases.post(f"cases/{case['id']}/never-together", {"never_together": True})
    text = str(timeline(cases, case))
    assert "Uppgifterna om en vårdnadshavare ändrades." in text
    assert not [name for name in (*NAMES, "drugs", "droger") if name in text]


def test_a_timeline_is_logged_and_there_is_none_of_a_case_that_is_not(cases: CasesHouse) -> None:
    case = cases.open_case()
    timeline(cases, case)
    looked = cases.rows("SELECT case_id FROM cases.access_log WHERE what = 'case.timeline'")
    assert [str(row["case_id"]) for row in looked] == [case["id"]]
    missing = "cases/00000000-0000-0000-0000-000000000000/timeline"
    assert cases.client.get(f"/api/v1/{missing}").status_code == 404


@pytest.mark.parametrize(
    ("today", "state"),
    [("2027-03-05", "ahead"), ("2027-03-08", "coming"), ("2027-03-15", "late"),
     ("2027-03-16", "passed")],
)  # fmt: skip
def test_X1_X2_a_limit_comes_nearer_and_stays_visible_when_it_has_passed(
    cases: CasesHouse, today: str, state: str
) -> None:
    case = cases.open_case()
    cases.set_clock(f"{today}T08:00:00+01:00")
    (limit,) = [one for one in limits(cases, state=state) if one["about"] == "meeting"]
    assert limit | {"what": ""} == {
        "case": case["id"],
        "reference": case["reference"],
        "about": "meeting",
        "step": "first",
        "kind": None,
        "what": "",
        "rule": "R9",
        "quote": "Inom två veckor från att ärendet blev känt",
        "due_on": "2027-03-15",
        "last_bookable_on": "2027-03-15",
        "state": state,
        "owner": OWNER,
    }
    assert "senast måndagen den 15 mars 2027. Ingen tid är bokad ännu." in limit["what"]


def test_the_nearest_comes_first_and_tasks_stand_among_the_limits(cases: CasesHouse) -> None:
    cases.open_case()
    cases.open_case(known_on="2027-02-22")
    found = limits(cases)
    assert [one["due_on"] for one in found] == sorted(one["due_on"] for one in found)
    assert {one["about"] for one in found} == {"meeting", "task"}
    get_consent = next(one for one in found if one["kind"] == "get-consent")
    assert get_consent["what"] == (
        "Be om samtycke och registrera svaret, senast tisdagen den 2 mars 2027."
    )
    assert {one["due_on"] for one in limits(cases, before="2027-03-09")} == {
        "2027-03-02", "2027-03-08",
    }  # fmt: skip
    assert len(limits(cases, limit=1)) == 1


def test_limits_of_one_person_are_those_they_have_to_see_to(cases: CasesHouse) -> None:
    case = cases.open_case()
    assert {one["case"] for one in limits(cases, person=OWNER)} == {case["id"]}
    assert limits(cases, person=THERAPIST) == []


def test_a_closed_case_has_no_limits_to_keep(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/close", {"outcome": "declined"})
    assert limits(cases) == []


def test_X16_a_manager_sees_whose_and_when_and_no_case(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.set_clock("2027-03-16T08:00:00+01:00")
    found = limits(cases, manager=MANAGER)
    passed = next(one for one in found if one["due_on"] == "2027-03-15")
    assert passed == {
        "owner": OWNER,
        "due_on": "2027-03-15",
        "state": "passed",
        "count": 1,
        "what": "Anna Lindqvist har en gräns som passerade måndagen den 15 mars 2027.",
    }
    text = str(found)
    assert case["id"] not in text
    assert case["reference"] not in text
    assert limits(cases, manager=OTHER_CHIEF) == []  # of another authority


def test_X16_a_person_sees_the_list_of_a_manager_only_as_that_manager(cases: CasesHouse) -> None:
    cases.open_case()
    for person, status in ((MANAGER, 200), (OTHER_CHIEF, 404), (OWNER, 404)):
        answer = cases.client.get(
            f"/api/v1/limits?manager={MANAGER}", headers={"Samspel-Acting-As": person}
        )
        assert answer.status_code == status


def test_a_query_that_makes_no_sense_is_refused(cases: CasesHouse) -> None:
    for query in ("state=soon", "before=tomorrow", "person=anna", "limit=0", "case=1"):
        assert cases.client.get(f"/api/v1/limits?{query}").status_code == 422


def test_S10_a_case_shows_its_lead_times(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    cases.set_clock("2027-03-09T15:00:00+01:00")
    cases.post(f"meetings/{meeting['id']}/held")
    shown = cases.get(f"cases/{case['id']}")["lead_times"]
    assert shown[0] == {
        "step": "consent", "since": "known", "target_days": None, "due_on": None, "days": 0,
        "state": "met",
    }  # fmt: skip
    first = next(one for one in shown if one["step"] == "first")
    assert (first["days"], first["target_days"], first["state"]) == (8, 14, "met")


def test_S10_over_all_cases_but_never_about_fewer_than_five(cases: CasesHouse) -> None:
    opened = [cases.open_case(guardians=[guardian(f"Kim Exempel {number}")]) for number in range(5)]
    for case in opened[:4]:
        cases.sign_all(case)
    query = "lead-times?procedure=samverkansmote&from=2027-01-01&to=2027-12-31"

    def consent() -> Json:
        found = cases.get(query)
        return next(one for one in found if one["step"] == "consent")

    assert (consent()["count"], consent()["median_days"]) == (None, None)
    cases.set_clock("2027-03-05T08:00:00+01:00")
    cases.sign_all(opened[4])
    assert consent() == {
        "procedure": "samverkansmote", "step": "consent", "since": "known", "target_days": None,
        "count": 5, "median_days": 0.0, "p90_days": 4, "within_target": None,
    }  # fmt: skip
    assert cases.get("lead-times?procedure=sspf") == []
    assert cases.get("lead-times?from=2027-03-02") == []
