"""Chores from the held meeting to the manager's mail, by all three services (R15, P12, X2)."""

from datetime import date, timedelta

from tests.integration.test_stories import hold, sign_all
from tests.support.story import open_a_case, opened_by, person_called
from tests.support.town import Json, Town

ALERT = "Du har en uppgift i Samspel"
REKTOR = "anna.lindqvist@exempelkommun.example"
THERAPIST = "asa.hallberg@exempelkommun.example"
HER_MANAGER = "margareta.sandstrom@exempelkommun.example"  # the skolchef
ACTING = "Samspel-Acting-As"


def test_R15_X2_minutes_are_asked_for_and_their_lateness_told_once_to_owner_and_manager(
    town: Town,
) -> None:
    case = open_a_case(town)
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    meeting = booked(town, case)
    town.move_clock("2027-03-08T12:00:00+01:00")
    town.do(f"meetings/{meeting['id']}/held", {"consent_reviewed": True})
    assert minutes(town, case, "open") == ["2027-03-15"]  # five working days after it
    town.move_clock("2027-03-22T08:00:00+01:00")
    assert alerts(town) == []
    town.move_clock("2027-03-22T12:00:00+01:00")  # another five
    assert sorted(alerts(town)) == sorted([REKTOR, HER_MANAGER])
    town.do(f"meetings/{meeting['id']}/minutes-filed")
    assert minutes(town, case, "open") == []
    town.move_clock("2027-03-24T08:00:00+01:00")
    assert len(alerts(town)) == 2


def test_R15_minutes_that_are_filed_in_time_are_nobody_s_worry(town: Town) -> None:
    case = open_a_case(town)
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")
    meeting = booked(town, case)
    town.move_clock("2027-03-08T12:00:00+01:00")
    town.do(f"meetings/{meeting['id']}/held", {"consent_reviewed": True})
    town.do(f"meetings/{meeting['id']}/minutes-filed")
    town.move_clock("2027-03-23T08:00:00+01:00")
    assert minutes(town, case, "done") == ["2027-03-15"]
    assert alerts(town) == []


def test_R15_X2_late_minutes_are_told_to_the_rektor_who_keeps_them_and_to_her_own_manager(
    town: Town,
) -> None:
    case = of_social_services(town)
    sign_all(town, case["id"])
    meeting = hold(town, case["id"], "first")
    town.move_clock("2027-03-22T12:00:00+01:00")
    assert sorted(alerts(town)) == sorted([REKTOR, HER_MANAGER])
    file_as(town, meeting, "asa-hallberg", 409)
    file_as(town, meeting, "anna-lindqvist")
    assert minutes(town, case, "open") == []


def test_R15_the_process_owner_may_file_what_the_rektor_keeps(town: Town) -> None:
    case = of_social_services(town)
    sign_all(town, case["id"])
    meeting = hold(town, case["id"], "first")
    file_as(town, meeting, "lotta-engstrom")
    town.move_clock("2027-03-24T08:00:00+01:00")
    assert alerts(town) == []


def test_R15_X10_the_keeper_files_the_minutes_also_without_seeing_the_case(town: Town) -> None:
    case = of_social_services(town)
    sign_all(town, case["id"])
    meeting = hold(town, case["id"], "first")
    town.do(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw")
    assert as_person(town, "GET", f"cases/{case['id']}", "anna-lindqvist") == 404
    assert as_person(town, "POST", f"meetings/{meeting}/cancel", "anna-lindqvist") == 404
    file_as(town, meeting, "peter-hedman", 404)  # the rektor of another school
    answer = file_as(town, meeting, "anna-lindqvist")
    assert set(answer) == {"id", "state", "minutes_filed_at", "minutes_reference"}
    assert minutes(town, case, "open") == []


def test_R15_what_was_held_before_a_withdrawal_is_still_to_be_filed_and_nobody_is_mailed(
    town: Town,
) -> None:
    case = open_a_case(town)
    sign_all(town, case["id"])
    meeting = booked(town, case)
    town.move_clock(meeting["ends_at"])
    town.do(f"cases/{case['id']}/consents/{case['consents'][0]['id']}/withdraw")
    before = town.mails()
    town.do(f"meetings/{meeting['id']}/held", {"consent_reviewed": True})
    assert minutes(town, case, "open") == ["2027-03-15"]
    town.move_clock("2027-04-20T08:00:00+02:00")
    assert town.mails() == before
    town.do(f"meetings/{meeting['id']}/minutes-filed")
    assert minutes(town, case, "open") == []


def test_R15_minutes_are_filed_also_when_the_case_is_closed(town: Town) -> None:
    case = open_a_case(town)
    sign_all(town, case["id"])
    meeting = hold(town, case["id"], "first")
    town.do(f"cases/{case['id']}/close", {"outcome": "completed"})
    filed = town.do(f"meetings/{meeting}/minutes-filed", {"reference": "EA-17"})
    assert filed["minutes_reference"] == "EA-17"


def test_R11_P7_once_the_consent_is_signed_anew_the_next_date_is_asked_for(town: Town) -> None:
    case = two_held(town, next_time={"starts_at": "2027-04-20T13:00:00+02:00"})
    assert open_ones(town, case, "next-date") == []
    first = case["consents"][0]
    town.do(f"cases/{case['id']}/consents/{first['id']}/withdraw")
    assert open_ones(town, case, "next-date") == []
    town.do(f"cases/{case['id']}/consents", {"person": first["person"]})
    assert open_ones(town, case, "next-date") == []
    sign_all(town, case["id"])
    assert open_ones(town, case, "next-date") == ["2027-03-25"]


def test_R11_that_there_is_a_next_date_is_not_said_by_hand(town: Town) -> None:
    case = two_held(town)
    assert open_ones(town, case, "next-date") == ["2027-03-25"]  # ten working days
    assert open_ones(town, case, "evaluate") == ["2027-03-25"]
    (task,) = (one for one in town.tasks(case) if one["kind"] == "next-date")
    refused = town.post(f"tasks/{task['id']}/done", status=409)
    assert (refused["rule"], refused["type"].rpartition(":")[2]) == ("R11", "task-not-done")
    follow_up = {"step": "follow-up", "starts_at": "2027-04-20T13:00:00+02:00"}
    town.do(f"cases/{case['id']}/meetings", follow_up)
    assert open_ones(town, case, "next-date") == []
    town.do(f"tasks/{task['id']}/done")  # it is; twice changes nothing


def test_X10_S1_who_has_gone_to_another_organisation_is_reminded_of_no_meeting(town: Town) -> None:
    case = open_a_case(town)
    sign_all(town, case["id"])
    meeting = booked(town, case)
    therapist = person_called(town, "asa-hallberg")["id"]
    before = [mail.kind for mail in town.mails() if mail.to == THERAPIST]
    town.do("posts/familjebehandlare-1/holders/end", {"person": therapist, "last_day": town.today})
    next_day = (date.fromisoformat(town.today) + timedelta(days=1)).isoformat()
    body = {"person": therapist, "first_day": next_day}
    town.do("posts/kurator-tallasskolan/holders", body)
    town.move_clock(meeting["starts_at"])
    later = [mail.kind for mail in town.mails() if mail.to == THERAPIST][len(before) :]
    assert (before, later) == (["REQUEST 0"], [])


def of_social_services(town: Town) -> Json:
    """The process owner is a secretary of social services, so the rektor keeps the elev-akt."""
    secretary, therapist, rektor = (
        person_called(town, code) for code in ("lotta-engstrom", "asa-hallberg", "anna-lindqvist")
    )
    with_her = [therapist["id"], rektor["id"]]
    case = opened_by(town, secretary, "samverkansmote", participants=with_her)
    town.quiet()
    return case


def two_held(town: Town, **more: Json) -> Json:
    """All that comes by itself has been held."""
    case = open_a_case(town)
    town.quiet()
    sign_all(town, case["id"])
    hold(town, case["id"], "first")
    hold(town, case["id"], "second", **more)
    return case


def file_as(town: Town, meeting: str, code: str, status: int = 200) -> Json:
    acting = {ACTING: person_called(town, code)["id"]}
    path = f"/api/v1/meetings/{meeting}/minutes-filed"
    answer = town.client.post(path, json={"reference": "EA-17"}, headers=acting)
    town.quiet()
    assert answer.status_code == status
    shown: Json = answer.json()
    return shown


def as_person(town: Town, method: str, path: str, code: str) -> int:
    acting = {ACTING: person_called(town, code)["id"]}
    return town.client.request(method, f"/api/v1/{path}", headers=acting).status_code


def open_ones(town: Town, case: Json, kind: str) -> list[str]:
    return [one["due_on"] for one in town.tasks(case) if one["kind"] == kind]


def booked(town: Town, case: Json) -> Json:
    shown = town.get(f"cases/{case['id']}")["meetings"]
    return next(one for one in shown if one["state"] == "booked")


def minutes(town: Town, case: Json, state: str) -> list[str]:
    return [one["due_on"] for one in town.tasks(case, state) if one["kind"] == "file-minutes"]


def alerts(town: Town, rule: str = "R15") -> list[str]:
    """Who was told of lateness by that rule, in the words that every alert has."""
    told = town.rows(
        "SELECT mailbox FROM notifier.messages WHERE kind = 'alert' AND rule = %s"
        " AND state = 'accepted'",
        rule,
    )
    mailed = [mail.to for mail in town.mails() if mail.subject == ALERT]
    assert all(row["mailbox"] in mailed for row in told)
    return [row["mailbox"] for row in told]
