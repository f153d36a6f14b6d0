"""Posts end by their date, and open cases are told of it in time (R2, R5); who is whose manager."""

from datetime import date
from uuid import UUID

import pytest

from shared.ids import staff_id
from tests.integration.cases_house import OWNER, THERAPIST, CasesHouse, Json
from tests.support.links import Visitor, link_to

CHIEF = str(staff_id("margareta-sandstrom"))  # skolchef
SARA = str(staff_id("sara-abdi"))
OTHER_THERAPIST = str(staff_id("mattias-gran"))


@pytest.fixture
def cases(cases_alone: CasesHouse) -> CasesHouse:
    return cases_alone


def leaves(cases: CasesHouse, post: str, person: str, last_day: str) -> None:
    cases.post(f"posts/{post}/holders/end", {"person": person, "last_day": last_day})


def tasks(cases: CasesHouse, case: Json) -> list[tuple[str, str, str, str]]:
    """Kind, state, owner and day of what is to be done about those who leave."""
    shown = cases.get(f"cases/{case['id']}")["tasks"]
    return [
        (task["kind"], task["state"], task["owner"], task["due_on"])
        for task in shown
        if task["kind"] in ("replace-participant", "hand-over")
    ]


def morning(cases: CasesHouse, day: str) -> None:
    cases.set_clock(f"{day}T06:00:00Z")
    cases.worker.work()


def test_R5_who_leaves_within_thirty_days_is_to_be_replaced(cases: CasesHouse) -> None:
    case = cases.signed_case()
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-04-15")
    assert tasks(cases, case) == []
    morning(cases, "2027-03-15")
    assert tasks(cases, case) == []
    for day in ("2027-03-16", "2027-03-16", "2027-03-17", "2027-04-16"):
        morning(cases, day)
        assert tasks(cases, case) == [("replace-participant", "open", OWNER, "2027-04-15")]
    body = {"person": OTHER_THERAPIST, "replaces": THERAPIST}
    cases.post(f"cases/{case['id']}/participants", body, 201)
    assert tasks(cases, case) == [("replace-participant", "done", OWNER, "2027-04-15")]


def test_R5_that_somebody_is_replaced_is_not_said_by_hand(cases: CasesHouse) -> None:
    case = cases.signed_case()
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-03-12")
    (task,) = cases.rows("SELECT id FROM cases.tasks WHERE kind = 'replace-participant'")
    refused = cases.post(f"tasks/{task['id']}/done", {}, 409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R5", "task-not-done")
    morning(cases, "2027-03-02")
    assert [state for _, state, _, _ in tasks(cases, case)] == ["open"]


def test_X10_before_the_consent_nobody_is_replaced_who_may_not_be_called(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-03-12")
    assert tasks(cases, case) == []
    cases.sign_all(case)
    morning(cases, "2027-03-02")
    assert [(kind, state) for kind, state, *_ in tasks(cases, case)] == [
        ("replace-participant", "open")
    ]


def test_P11_P7_when_the_consent_ends_nobody_is_replaced_but_the_process_owner(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-03-12")
    leaves(cases, "rektor-bjorkskolan", OWNER, "2027-03-19")
    consents = f"cases/{case['id']}/consents"
    effect = cases.post(f"{consents}/{case['consents'][0]['id']}/withdraw")
    assert len(effect["closed_tasks"]) == 1
    for day in ("2027-03-02", "2027-03-03"):
        assert [(kind, state) for kind, state, *_ in tasks(cases, case)] == [
            ("replace-participant", "done"), ("hand-over", "open"),
        ]  # fmt: skip
        morning(cases, day)
    anew = cases.post(consents, {"person": case["consents"][0]["person"]}, 201)
    cases.post(f"{consents}/{anew['id']}/sign")
    morning(cases, "2027-03-04")
    assert ("replace-participant", "open") in [one[:2] for one in tasks(cases, case)]


def test_R5_who_stays_after_all_needs_no_replacement(cases: CasesHouse) -> None:
    case = cases.signed_case()
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-03-12")
    assert [state for _, state, _, _ in tasks(cases, case)] == ["open"]
    body = {"person": THERAPIST, "first_day": "2027-03-13"}
    cases.post("posts/familjebehandlare-1/holders", body, 201)
    assert [state for _, state, _, _ in tasks(cases, case)] == ["done"]


def test_a_change_of_one_post_is_about_nobody_else_until_the_look_of_the_day(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    cases.worker.work()
    cases.execute(
        "UPDATE cases.holders SET last_day = '2027-03-12' WHERE person_id = %s", UUID(THERAPIST)
    )
    leaves(cases, "rektor-bjorkskolan", OWNER, "2027-03-19")
    assert [kind for kind, *_ in tasks(cases, case)] == ["hand-over"]
    morning(cases, "2027-03-02")
    assert sorted(kind for kind, *_ in tasks(cases, case)) == ["hand-over", "replace-participant"]
    cases.post(
        "posts/rektor-bjorkskolan/holders", {"person": OWNER, "first_day": "2027-03-20"}, 201
    )
    states = {kind: state for kind, state, *_ in tasks(cases, case)}
    assert states == {"hand-over": "done", "replace-participant": "open"}


def test_S1_who_goes_over_to_another_organisation_leaves_the_case_too(cases: CasesHouse) -> None:
    case = cases.signed_case()
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-03-12")
    body = {"person": THERAPIST, "first_day": "2027-03-13"}
    cases.post("posts/kurator-tallasskolan/holders", body, 201)
    assert [kind for kind, *_ in tasks(cases, case)] == ["replace-participant"]


def test_X10_who_has_gone_over_to_another_organisation_sees_nothing_of_the_case_any_more(
    cases: CasesHouse,
) -> None:
    case = cases.signed_case()
    meeting = cases.booked(case, "2027-03-15T13:00:00+01:00")
    link = Visitor(cases, link_to(cases, meeting, THERAPIST))
    leaves(cases, "familjebehandlare-1", THERAPIST, "2027-03-12")
    body = {"person": THERAPIST, "first_day": "2027-03-13"}
    cases.post("posts/kurator-tallasskolan/holders", body, 201)
    feed = cases.post(f"people/{THERAPIST}/feed", {}, 201)["url"]
    path, headers = f"/api/v1/cases/{case['id']}", {"Samspel-Acting-As": THERAPIST}

    def seen() -> tuple[int, int, bool, int]:
        one = cases.client.get(path, headers=headers).status_code
        listed = cases.client.get("/api/v1/cases", headers=headers).json()["cases"]
        calendar = cases.client.get(feed.removeprefix("http://samspel.example")).text
        return one, len(listed), "BEGIN:VEVENT" in calendar, link.get().status_code

    cases.set_clock("2027-03-12T16:00:00+01:00")
    assert seen() == (200, 1, True, 200)
    cases.set_clock("2027-03-13T00:00:00+01:00")
    assert seen() == (404, 0, False, 404)


def test_R2_a_process_owner_who_leaves_hands_over_by_the_manager(cases: CasesHouse) -> None:
    case = cases.signed_case()
    leaves(cases, "rektor-bjorkskolan", OWNER, "2027-03-19")
    assert tasks(cases, case) == [("hand-over", "open", CHIEF, "2027-03-19")]


def test_closed_cases_have_no_such_task(cases: CasesHouse) -> None:
    case = cases.open_case()
    cases.post(f"cases/{case['id']}/close", {"outcome": "other"})
    leaves(cases, "rektor-bjorkskolan", OWNER, "2027-03-19")
    assert tasks(cases, case) == []


def test_the_clock_of_demo_mode_waits_for_the_look_of_the_day(cases: CasesHouse) -> None:
    cases.worker.work()
    settle = "/api/v1/clock/settle?timeout=0"
    assert cases.client.post(settle).status_code == 200
    cases.set_clock("2027-03-02T00:30:00+01:00")
    assert cases.client.post(settle).json()["left"]["daily"] > 0
    cases.worker.work()
    assert cases.client.post(settle).status_code == 200


# the manager, as the notifier gets to know it


def manager(cases: CasesHouse, case: Json, day: str) -> str | None:
    (row,) = cases.rows(
        "SELECT manager FROM cases_api.mailing(ARRAY[%s::uuid], %s)",
        UUID(case["id"]),
        date.fromisoformat(day),
    )
    return row["manager"] and str(row["manager"])


@pytest.mark.parametrize(("deputy", "expected"), [(None, None), (SARA, SARA), (OWNER, None)])
def test_X2_the_manager_is_who_acts_for_the_post_above(
    cases: CasesHouse, deputy: str | None, expected: str | None
) -> None:
    """The skolchef leaves; nobody is their own manager, nor of another organisation (X16)."""
    case = cases.open_case()
    assert manager(cases, case, "2027-03-01") == CHIEF
    if deputy is not None:
        body = {"person": deputy, "first_day": "2027-03-10", "capacity": "deputy"}
        cases.post("posts/skolchef/holders", body, 201)
    leaves(cases, "skolchef", CHIEF, "2027-03-19")
    assert manager(cases, case, "2027-03-19") == CHIEF
    assert manager(cases, case, "2027-03-20") == expected


def test_X16_the_manager_is_of_the_organisation_that_the_process_owner_is_there_for(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    cases.execute("UPDATE cases.posts SET reports_to = 'socialchef' WHERE code = 'skolchef'")
    leaves(cases, "skolchef", CHIEF, "2027-03-19")
    assert manager(cases, case, "2027-03-20") is None
    cases.execute(
        "UPDATE cases.posts SET reports_to = 'socialchef' WHERE code = 'rektor-bjorkskolan'"
    )
    assert manager(cases, case, "2027-03-20") is None


def test_X2_a_process_owner_who_has_left_still_has_a_manager(cases: CasesHouse) -> None:
    case = cases.open_case()
    leaves(cases, "rektor-bjorkskolan", OWNER, "2027-03-19")
    assert manager(cases, case, "2027-05-01") == CHIEF


def test_X2_of_several_posts_the_one_held_on_the_day_says_who_the_manager_is(
    cases: CasesHouse,
) -> None:
    case = cases.open_case()
    leaves(cases, "rektor-bjorkskolan", OWNER, "2027-03-19")
    body = {"person": OWNER, "first_day": "2027-03-20"}
    cases.post("posts/kurator-tallasskolan/holders", body, 201)
    assert manager(cases, case, "2027-03-19") == CHIEF
    assert manager(cases, case, "2027-03-20") == str(staff_id("karin-bergqvist"))
