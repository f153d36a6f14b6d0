"""What nobody does in time is told, once, to whoever has it and to their manager (X2, X16)."""

import pytest

from tests.support.story import opened_by, person_called
from tests.support.town import Json, Town


def alerts(town: Town) -> list[tuple[str, str]]:
    return [
        (mail.on, mail.to.split("@")[0])
        for mail in town.mails()
        if mail.subject == "Du har en uppgift i Samspel"
    ]


def sign_all(town: Town, case: Json) -> None:
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign")


def test_X2_R13_a_meeting_that_nobody_marks_is_told_to_the_owner_and_the_manager(
    town: Town,
) -> None:
    therapist = person_called(town, "asa-hallberg")
    rektor = person_called(town, "anna-lindqvist")
    case = opened_by(town, rektor, "samverkansmote", participants=[therapist["id"]])
    sign_all(town, case)
    town.move_clock("2027-05-03T08:00:00+02:00")
    # The task to mark it is late a week after its day, and that is told once.
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    assert meeting["state"] == "booked"
    days = {on for on, _ in alerts(town)}
    assert len(days) == 1
    assert sorted(to for _, to in alerts(town)) == ["anna.lindqvist", "margareta.sandstrom"]


def test_X2_what_is_done_in_time_is_told_to_nobody(town: Town) -> None:
    therapist = person_called(town, "asa-hallberg")
    rektor = person_called(town, "anna-lindqvist")
    case = opened_by(town, rektor, "samverkansmote", participants=[therapist["id"]])
    sign_all(town, case)
    town.move_clock("2027-03-12T08:00:00+01:00")
    (meeting,) = town.get(f"cases/{case['id']}")["meetings"]
    town.do(f"meetings/{meeting['id']}/held", {"consent_reviewed": True})
    town.do(f"meetings/{meeting['id']}/minutes-filed")
    assert alerts(town) == []


@pytest.mark.parametrize(
    ("procedure", "opener", "rule", "told", "more"),
    [
        ("spindelmote", "emelie-strand", "S2", {"emelie.strand", "karin.bergqvist"}, {}),
        # Asked for when the information meeting has been held: until then nobody is late with it.
        (
            "sspf",
            "stefan-norrby",
            "P5",
            set(),
            {"grade": 6, "residence": "exempelkommun", "reason": "crime"},
        ),
    ],
)
def test_X2_an_unanswered_consent_is_told_where_no_limit_watches(
    town: Town, procedure: str, opener: str, rule: str, told: set[str], more: Json
) -> None:
    opened_by(town, person_called(town, opener), procedure, **more)
    town.move_clock("2027-03-20T08:00:00+01:00")
    rows = town.rows(
        "SELECT mailbox FROM notifier.messages WHERE kind = 'alert' AND rule = %s", rule
    )
    assert {row["mailbox"].split("@")[0] for row in rows} == told
