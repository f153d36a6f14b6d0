"""Who answers for a case after it was opened, over HTTP (R2, R14, S5, P5, P16, X9)."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest

from shared.ids import staff_id
from tests.integration.cases_house import (
    OWNER,
    THERAPIST,
    CasesHouse,
    Json,
    cases_house,
    guardian,
    new_case,
)
from tests.integration.test_cases_opening import (
    SPINDEL,
    SSPF,
    TEACHER,
    spindel_case,
    sspf_case,
)

CAREWORKER = str(staff_id("ida-forsberg"))  # socialsekreterare
OTHER_RECTOR = str(staff_id("helena-fors"))
NOBODY = "00000000-0000-4000-8000-000000000000"


def hand_over(
    cases: CasesHouse, case: Json, to: str, reason: str = "other", status: int = 200
) -> Json:
    body = {"to": to, "reason": reason}
    answer: Json = cases.post(f"cases/{case['id']}/handover", body, status)
    return answer


def owners(case: Json) -> set[str]:
    return {task["owner"] for task in case["tasks"] if task["state"] == "open"}


def noted(cases: CasesHouse, action: str) -> list[Json]:
    return cases.rows("SELECT rule, details FROM cases.audit WHERE action = %s", action)


def test_R2_a_case_is_handed_over_with_its_open_tasks_and_a_reason(cases: CasesHouse) -> None:
    case = cases.open_case()
    assert owners(case) == {OWNER}
    given = hand_over(cases, case, OTHER_RECTOR, "moved")
    assert (given["process_owner"], given["initiator"]) == (OTHER_RECTOR, OWNER)
    assert owners(given) == {OTHER_RECTOR}
    people = {who["person"]: who["role"] for who in given["participants"]}
    assert (people[OTHER_RECTOR], people[OWNER]) == ("rektor", "rektor")
    (note,) = noted(cases, "case.hand-over")
    assert (note["rule"], note["details"]["reason"]) == ("R2", "moved")
    assert cases.told()[-1] == "participants.changed"


def test_R2_handing_it_to_who_has_it_changes_nothing(cases: CasesHouse) -> None:
    case = cases.open_case()
    first = hand_over(cases, case, OTHER_RECTOR)
    before = cases.saved()
    assert hand_over(cases, case, OTHER_RECTOR) == first
    assert cases.saved() == before


@pytest.mark.parametrize(
    ("to", "status", "rule"), [(NOBODY, 422, None), (TEACHER, 409, "R2"), (SPINDEL, 409, "R2")]
)
def test_R2_only_who_could_have_opened_it_takes_it_over(
    cases: CasesHouse, to: str, status: int, rule: str | None
) -> None:
    case = cases.open_case()
    before = cases.saved()
    problem = hand_over(cases, case, to, status=status)
    assert problem.get("rule") == rule
    assert cases.saved() == before


def test_R2_an_unknown_reason_is_refused(cases: CasesHouse) -> None:
    case = cases.open_case()
    assert hand_over(cases, case, CAREWORKER, "tired", 422)["errors"][0]["field"] == "reason"


def test_R2_who_has_left_comes_off_the_case_and_its_coming_meetings(cases: CasesHouse) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case)
    given = hand_over(cases, case, OTHER_RECTOR, "left")
    people = {who["person"] for who in given["participants"]}
    assert OWNER not in people
    assert OTHER_RECTOR in people
    (standing,) = given["meetings"]
    called = {one["person"] for one in standing["attendance"]}
    assert standing["id"] == meeting["id"]
    assert OTHER_RECTOR in called
    assert OWNER not in called


def test_R6_who_has_left_is_followed_by_somebody_of_the_school_before_a_meeting_stands(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    cases.booked(case)
    before = cases.saved()
    assert hand_over(cases, case, CAREWORKER, "conflict-of-interest", 409)["rule"] == "R6"
    assert cases.saved() == before
    cases.post(f"cases/{case['id']}/participants", {"person": OTHER_RECTOR}, 201)
    given = hand_over(cases, case, CAREWORKER, "conflict-of-interest")
    assert given["process_owner"] == CAREWORKER


def test_R2_a_closed_case_stays_with_whom_it_was(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/close", {"outcome": "not-needed"})
    assert hand_over(cases, case, CAREWORKER, status=409)["rule"] == "R16"


def test_S5_another_coordinator_comes_with_the_tasks_of_the_one_before(cases: CasesHouse) -> None:
    case = cases.post("cases", spindel_case(participants=[]), 201)
    police = next(who for who in case["participants"] if who["organisation"] == "police")
    case = cases.post(f"cases/{case['id']}/participants/{police['person']}/remove")
    assert owners(case) == {TEACHER, SPINDEL}  # who asks (S2), and who sees to who is missing
    changed = cases.post(f"cases/{case['id']}/coordinator", {"person": SSPF})
    assert changed["coordinator"] == SSPF
    assert owners(changed) == {TEACHER, SSPF}
    people = {who["person"]: who["role"] for who in changed["participants"]}
    assert people[SSPF] == "koordinator"
    assert SPINDEL not in people
    before = cases.saved()
    assert cases.post(f"cases/{case['id']}/coordinator", {"person": SSPF}) == changed
    assert cases.saved() == before


def test_who_comes_off_a_case_leaves_their_open_tasks_to_who_answers_for_it(
    cases: CasesHouse,
) -> None:
    case = cases.post("cases", spindel_case(participants=[]), 201)
    police = next(who for who in case["participants"] if who["organisation"] == "police")
    case = cases.post(f"cases/{case['id']}/participants/{police['person']}/remove")
    assert owners(case) == {TEACHER, SPINDEL}
    changed = cases.post(f"cases/{case['id']}/participants/{SPINDEL}/remove")
    assert owners(changed) == {TEACHER}


def test_S2_S5_who_opened_a_spindelmote_asks_also_when_another_coordinates_it(
    cases: CasesHouse,
) -> None:
    case = cases.post("cases", spindel_case(initiator=SPINDEL, participants=[]), 201)
    changed = cases.post(f"cases/{case['id']}/coordinator", {"person": SSPF})
    contacts = [task for task in changed["tasks"] if task["kind"] == "first-contact"]
    assert {task["owner"] for task in contacts} == {SPINDEL}


def test_S5_only_a_coordinator_coordinates(cases: CasesHouse) -> None:
    case = cases.post("cases", spindel_case(), 201)
    path = f"cases/{case['id']}/coordinator"
    assert cases.post(path, {"person": CAREWORKER}, 409)["rule"] == "S5"
    assert cases.post(path, {"person": NOBODY}, 422)["errors"][0]["field"] == "person"
    plain = cases.open_case()
    problem = cases.post(f"cases/{plain['id']}/coordinator", {"person": SPINDEL}, 409)
    assert problem["rule"] == "R8"


def test_S5_a_handover_leaves_the_tasks_with_the_coordinator(cases: CasesHouse) -> None:
    case = cases.post("cases", sspf_case(initiator=SSPF, participants=[TEACHER]), 201)
    cases.post(f"cases/{case['id']}/tasks", {"kind": "support-talk"}, 201)
    given = hand_over(cases, case, CAREWORKER)
    assert (given["process_owner"], given["coordinator"]) == (CAREWORKER, SSPF)
    assert owners(given) == {SSPF}


def test_S5_a_coordinator_who_is_taken_off_the_case_no_longer_coordinates_it(
    cases: CasesHouse,
) -> None:
    case = cases.post("cases", sspf_case(), 201)
    left = cases.post(f"cases/{case['id']}/participants/{SSPF}/remove")
    assert left["coordinator"] is None
    assert "participants-missing" in {task["kind"] for task in left["tasks"]}


def test_R14_a_contact_person_is_staff_on_the_case(cases: CasesHouse) -> None:
    case = cases.open_case()
    path = f"cases/{case['id']}/contact-person"
    assert cases.post(path, {"person": THERAPIST})["contact_person"] == THERAPIST
    for other in (CAREWORKER, case["guardians"][0]["id"]):
        problem = cases.post(path, {"person": other}, 422)
        assert (problem["rule"], problem["errors"][0]["field"]) == ("R14", "person")
    before = cases.saved()
    cases.post(path, {"person": THERAPIST})
    assert cases.saved() == before
    assert cases.post(path, {"person": None})["contact_person"] is None


def test_R14_a_contact_person_who_leaves_the_case_is_one_no_longer(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/contact-person", {"person": THERAPIST})
    left = cases.post(f"cases/{case['id']}/participants/{THERAPIST}/remove")
    assert left["contact_person"] is None


def test_P16_support_between_meetings_is_given_as_a_task(cases: CasesHouse) -> None:
    case = cases.post("cases", sspf_case(), 201)
    path = f"cases/{case['id']}/tasks"
    task = cases.post(path, {"kind": "support-contact", "due_on": "2027-03-10"}, 201)
    assert (task["rule"], task["owner"], task["state"]) == ("P16", SSPF, "open")
    assert cases.post(path, {"kind": "support-contact", "due_on": "2027-03-10"}, 201) == task
    cases.post(f"tasks/{task['id']}/done")
    again = cases.post(path, {"kind": "support-contact", "due_on": "2027-03-10"}, 201)
    assert (again["id"], again["state"]) == (task["id"], "open")
    other = cases.post(path, {"kind": "support-talk", "owner": TEACHER}, 201)
    assert other["owner"] == TEACHER
    given = hand_over(cases, case, OTHER_RECTOR)
    kept = {one["id"]: one["owner"] for one in given["tasks"]}
    assert kept[other["id"]] == TEACHER  # given to a person by name


def test_P16_what_is_given_has_a_kind_an_owner_on_the_case_and_a_day_ahead(
    cases: CasesHouse,
) -> None:
    case = cases.post("cases", sspf_case(), 201)
    for body, field in (
        ({"kind": "a long talk"}, "kind"),
        ({"kind": "support-talk", "owner": CAREWORKER}, "owner"),
        ({"kind": "support-talk", "due_on": "2027-02-28"}, "due_on"),
        ({"kind": "support-talk", "note": "words"}, "body (?)"),
    ):
        problem = cases.post(f"cases/{case['id']}/tasks", body, 422)
        assert problem["errors"][0]["field"] == field


# --- versions ---------------------------------------------------------------------------------

_QUICKER = "valid_from = 2027-03-05\n[steps.first.within]\ndays = 7\n"


@pytest.fixture
def changed(
    registered_url: str, broker_url: str, municipality: Path, tmp_path: Path
) -> Iterator[CasesHouse]:
    """A municipality whose first meeting has to be sooner from 5 March 2027 on."""
    folder = Path(copytree(municipality, tmp_path / "kommun"))
    (folder / "procedures" / "samverkansmote.toml").write_text(_QUICKER, encoding="utf-8")
    with cases_house(registered_url, broker_url, folder) as house:
        yield house


def test_X9_a_running_case_goes_over_to_another_version_only_on_purpose(
    changed: CasesHouse,
) -> None:
    case = changed.post("cases", new_case(guardians=[guardian()]), 201)
    path = f"cases/{case['id']}"
    assert changed.post(f"{path}/procedure", {"on": "2027-03-05"}, 422)["rule"] == "X9"
    changed.set_clock("2027-03-08T08:00:00+01:00")
    assert changed.get(path)["windows"][0]["closes_on"] == "2027-03-15"
    followed = changed.post(f"{path}/procedure", {"on": "2027-03-08"})
    assert followed["windows"][0]["closes_on"] == "2027-03-08"
    (note,) = noted(changed, "case.follow-version")
    assert note == {
        "rule": "X9",
        "details": {"from": "samverkansmote@2022-06-02", "to": "samverkansmote@2027-03-05"},
    }
    before = changed.saved()
    assert changed.post(f"{path}/procedure", {"on": "2027-03-06"}) == followed
    assert changed.saved() == before
    assert changed.post(f"{path}/procedure", {"on": "2020-01-01"}, 422)["errors"]
