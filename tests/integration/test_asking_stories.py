"""Who asks for the consents, whom a no leaves in peace, and who hears of a case before it (X10)."""

import pytest

from tests.integration.test_stories import hold, sign_all
from tests.support.story import FAMILY, opened_by, person_called
from tests.support.town import Json, Town

AS = "Samspel-Acting-As"
TALK_FIRST = "urn:samspel:problem:talk-with-the-child-first"
ALL = ["school", "social_services", "police", "leisure"]
ASKING = {"get-consent", "inform", "first-contact"}
OF_SSPF = {"grade": 6, "residence": "exempelkommun", "reason": "crime"}


def opened(town: Town, procedure: str = "samverkansmote", by: str = "anna-lindqvist") -> Json:
    more = OF_SSPF if procedure == "sspf" else {}
    case = opened_by(town, person_called(town, by), procedure, **more)
    town.quiet()
    return case


def answer(town: Town, case: Json, consent: Json, what: str) -> Json:
    return town.do(f"cases/{case['id']}/consents/{consent['id']}/{what}")


def ask(town: Town, case: Json, person: str, *organisations: str) -> Json:
    more = {"organisations": list(organisations)} if organisations else {}
    return town.do(f"cases/{case['id']}/consents", {"person": person} | more)


def state(town: Town, case: Json, consent: Json) -> str:
    forms = town.get(f"cases/{case['id']}")["consents"]
    return next(str(one["state"]) for one in forms if one["id"] == consent["id"])


def asking(town: Town, case: Json) -> set[tuple[str, str]]:
    """The open tasks of asking: the kind, and about whom."""
    return {(one["kind"], one["about"]) for one in town.tasks(case) if one["kind"] in ASKING}


def status(town: Town, case: Json, who: Json) -> int:
    path = f"/api/v1/cases/{case['id']}"
    return town.client.get(path, headers={AS: who["id"]}).status_code


# --- who asks ---------------------------------------------------------------------------------


def test_S2_X10_who_worries_asks_and_the_coordinator_learns_nothing_before_the_consent(
    town: Town,
) -> None:
    case = opened(town, "spindelmote", "emelie-strand")
    kurator, coordinator = (
        person_called(town, code) for code in ("emelie-strand", "therese-backman")
    )
    contacts = [one for one in town.tasks(case) if one["kind"] == "first-contact"]
    assert [one["owner"] for one in contacts] == [kurator["id"]] * 2
    assert (status(town, case, kurator), status(town, case, coordinator)) == (200, 404)
    sign_all(town, case["id"])
    assert status(town, case, coordinator) == 200


def test_P4_P5_the_coordinator_of_an_sspf_asks_and_sees_the_case_before(town: Town) -> None:
    case = opened(town, "sspf", "emelie-strand")
    coordinator = person_called(town, "stefan-norrby")
    assert status(town, case, coordinator) == 200
    hold(town, case["id"], "information")
    owners = {one["owner"] for one in town.tasks(case) if one["kind"] in ASKING}
    assert owners == {coordinator["id"]}


def test_S2_P11_what_comes_of_a_no_is_for_somebody_who_sees_the_case(town: Town) -> None:
    case = opened(town, "spindelmote", "emelie-strand")
    answer(town, case, case["consents"][0], "refuse")
    (task,) = (one for one in town.tasks(case) if one["kind"] == "consent-refused")
    assert task["owner"] == person_called(town, "emelie-strand")["id"]


# --- after a no -------------------------------------------------------------------------------


def test_P7_P11_a_request_from_before_a_withdrawal_ends_with_it(town: Town) -> None:
    case = opened(town)
    mother, father = case["consents"]
    town.do(f"cases/{case['id']}/consents/{mother['id']}/sign", {"organisations": ["school"]})
    wider = ask(town, case, mother["person"])
    assert {about for _, about in asking(town, case)} == {mother["person"], father["person"]}
    answer(town, case, mother, "withdraw")
    assert state(town, case, wider) == "lapsed"
    assert not asking(town, case)
    before = town.mails()
    town.move_clock("2027-04-15T08:00:00+02:00")
    assert town.mails() == before
    refused = town.post(f"cases/{case['id']}/consents/{wider['id']}/sign", status=409)
    assert "upphört" in refused["detail"]
    anew = ask(town, case, mother["person"])
    assert state(town, case, anew) == "requested"


def test_P11_a_refusal_answers_the_persons_other_requests_too(town: Town) -> None:
    case = opened(town, "spindelmote", "emelie-strand")
    first = case["consents"][0]
    wider = ask(town, case, first["person"], *ALL, "health_care")
    answer(town, case, first, "refuse")
    assert state(town, case, wider) == "lapsed"
    assert not asking(town, case)


def test_P11_after_a_no_nobody_else_is_asked_until_whoever_said_it_is_asked_anew(
    town: Town,
) -> None:
    case = opened(town)
    mother, father = case["consents"]
    answer(town, case, mother, "refuse")
    assert not asking(town, case)
    assert state(town, case, father) == "requested"
    anew = ask(town, case, mother["person"])
    both = {mother["person"], father["person"]}
    assert asking(town, case) == {(kind, who) for kind in ("inform", "get-consent") for who in both}
    answer(town, case, anew, "sign")
    assert asking(town, case) == {(kind, father["person"]) for kind in ("inform", "get-consent")}


def test_P11_a_new_guardian_is_not_asked_while_anothers_no_stands(town: Town) -> None:
    case = opened(town)
    answer(town, case, case["consents"][0], "refuse")
    new = FAMILY["guardians"][0] | {"email": "kim@hemma.example"}
    town.do(f"cases/{case['id']}/guardians", new)
    assert not asking(town, case)
    ask(town, case, case["consents"][0]["person"])
    assert len({about for _, about in asking(town, case)}) == 3


def test_P11_R3_once_whoever_said_no_has_no_custody_the_others_are_asked_anew(town: Town) -> None:
    case = opened(town)
    mother, father = case["consents"]
    answer(town, case, mother, "refuse")
    town.do(f"cases/{case['id']}/people/{mother['person']}", {"custody": False})
    assert {about for _, about in asking(town, case)} == {father["person"]}


# --- who hears of it --------------------------------------------------------------------------


@pytest.mark.parametrize(("signed", "answered"), [(False, 409), (True, 200)])
def test_X10_a_case_is_handed_over_only_to_where_it_may_be_known(
    town: Town, *, signed: bool, answered: int
) -> None:
    case = opened(town)
    if signed:
        sign_all(town, case["id"])
    to = {"to": person_called(town, "lotta-engstrom")["id"], "reason": "other"}
    said = town.post(f"cases/{case['id']}/handover", to, status=answered)
    assert said.get("rule") == (None if signed else "X10")


def test_X10_within_the_organisation_a_case_is_handed_over_before_any_consent(town: Town) -> None:
    case = opened(town)
    to = {"to": person_called(town, "helena-fors")["id"], "reason": "moved"}
    town.post(f"cases/{case['id']}/handover", to, status=200)


def test_S1_R4_a_consent_is_given_in_writing(town: Town) -> None:
    case = opened(town)
    path = f"cases/{case['id']}/consents/{case['consents'][0]['id']}/sign"
    problem = town.post(path, {"method": "by-phone"}, status=422)
    assert problem["errors"][0]["field"] == "method"
    assert town.post(path, {"method": "digital"}, status=200)["method"] == "digital"


def test_X11_no_guardian_hears_of_a_childs_own_question_before_the_talk(town: Town) -> None:
    inquiry = town.do(
        "inquiries",
        {"procedure": "sspf", "source": "child", "unit": "bjorkskolan", "phone": "070-174 06 35"},
    )
    body = FAMILY | OF_SSPF | {
        "procedure": "sspf",
        "known_on": "2027-03-01",
        "initiator": person_called(town, "stefan-norrby")["id"],
        "participants": [],
    }  # fmt: skip
    case = town.do(f"inquiries/{inquiry['id']}/accept", body)
    asked = {"person": case["guardians"][0]["id"]}
    new = FAMILY["guardians"][0] | {"email": "kim@hemma.example"}
    for path, more in (("consents", asked), ("guardians", new)):
        refused = town.post(f"cases/{case['id']}/{path}", more, status=409)
        assert (refused["type"], refused["rule"]) == (TALK_FIRST, "X11")
    town.post(f"cases/{case['id']}/consents", {"person": case["child"]["id"]}, status=201)
    (talk,) = (one for one in town.tasks(case) if one["kind"] == "talk-with-child")
    town.do(f"tasks/{talk['id']}/done")
    town.post(f"cases/{case['id']}/guardians", new, status=201)
