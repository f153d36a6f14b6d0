"""Chores from the held meeting to the manager's mail, by all three services (R15, P12, X2)."""

from tests.support.story import open_a_case
from tests.support.town import Json, Town

ALERT = "Du har en uppgift i Samspel"
REKTOR = "anna.lindqvist@exempelkommun.example"
HER_MANAGER = "margareta.sandstrom@exempelkommun.example"  # the skolchef


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


def booked(town: Town, case: Json) -> Json:
    shown = town.get(f"cases/{case['id']}")["meetings"]
    return next(one for one in shown if one["state"] == "booked")


def minutes(town: Town, case: Json, state: str) -> list[str]:
    return [one["due_on"] for one in town.tasks(case, state) if one["kind"] == "file-minutes"]


def alerts(town: Town) -> list[str]:
    return [mail.to for mail in town.mails() if mail.subject == ALERT]
