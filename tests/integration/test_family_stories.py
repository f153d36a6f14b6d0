"""What the family's changes bring about in all of Samspel: mails taken back, birthdays, endings."""

from typing import Any

from tests.support.story import GUARDIANS, open_a_case, the_meeting
from tests.support.town import Json, Town

PETRA, JONAS = GUARDIANS


def sign_all(town: Town, case: Json, **terms: Any) -> None:
    for consent in case["consents"]:
        town.do(f"cases/{case['id']}/consents/{consent['id']}/sign", dict(terms))


def guardian_at(town: Town, address: str) -> str:
    (row,) = town.rows("SELECT id FROM cases.people WHERE email = %s", address)
    return str(row["id"])


def told(town: Town, since: int) -> list[str]:
    return sorted(f"{mail.kind} → {mail.to}" for mail in town.mails()[since:])


def youth_at_the_gymnasium(town: Town, birth_date: str) -> Json:
    owner = next(p for p in town.people("rektor") if p["code"] == "anna-lindqvist")
    therapist = next(p for p in town.people("familjebehandlare") if p["code"] == "asa-hallberg")
    return town.do(
        "cases",
        {
            "procedure": "samverkansmote",
            "known_on": "2027-03-01",
            "initiator": owner["id"],
            "child": {
                "name": "Linnea Ekdahl",
                "birth_date": birth_date,
                "unit": "exempelgymnasiet",
                "email": "linnea@hemma.example",
                "protected": False,
            },
            "guardians": [
                {
                    "name": "Förälder Ekdahl",
                    "email": PETRA,
                    "language": "sv",
                    "custody": True,
                    "protected": False,
                }
            ],
            "participants": [therapist["id"]],
        },
        status=201,
    )


def test_invariant_7_a_changed_address_is_told_anew_and_the_old_mailbox_cancelled(
    town: Town,
) -> None:
    case = open_a_case(town)
    sign_all(town, case)
    before = len(town.mails())
    petra = guardian_at(town, PETRA)
    town.do(f"cases/{case['id']}/people/{petra}", {"email": "petra@jobbet.example"})
    assert told(town, before) == [f"CANCEL 1 → {PETRA}", "REQUEST 0 → petra@jobbet.example"]


def test_X6_somebody_who_becomes_protected_is_mailed_no_more_and_phoned(town: Town) -> None:
    case = open_a_case(town)
    sign_all(town, case)
    before = len(town.mails())
    jonas = guardian_at(town, JONAS)
    town.do(f"cases/{case['id']}/people/{jonas}", {"protected": True})
    town.do(f"meetings/{the_meeting(town, case['id'], 'first')['id']}/cancel")
    assert JONAS not in " ".join(told(town, before))
    assert ("tell-by-hand", jonas) in [(one["kind"], one["about"]) for one in town.tasks(case)]


def test_R7_and_X8_guardians_whom_the_adult_youth_does_not_want_any_more_get_a_cancel(
    town: Town,
) -> None:
    case = youth_at_the_gymnasium(town, "2009-02-01")
    (petra,) = [one["id"] for one in case["guardians"]]
    wanted = f"cases/{case['id']}/guardians-wanted"
    town.do(wanted, {"guardians": [petra]})
    sign_all(town, case)
    assert f"REQUEST 0 → {PETRA}" in told(town, 0)
    before = len(town.mails())
    town.do(wanted, {"guardians": []})
    assert told(town, before) == [f"CANCEL 1 → {PETRA}"]
    assert the_meeting(town, case["id"], "first")["state"] == "booked"


def test_X8_the_youth_is_asked_ahead_of_the_birthday_and_decides_from_it_on(town: Town) -> None:
    case = youth_at_the_gymnasium(town, "2009-05-12")
    sign_all(town, case)
    town.move_clock("2027-04-13T08:00:00+02:00")  # thirty days ahead was the day before
    (youth,) = [
        one for one in town.get(f"cases/{case['id']}")["consents"] if one["party"] == "youth"
    ]
    assert youth["state"] == "requested"
    asked = [one for one in town.tasks(case) if one["about"] == case["child"]["id"]]
    assert ("get-consent", "2027-05-11") in {(one["kind"], one["due_on"]) for one in asked}
    town.move_clock("2027-05-12T08:00:00+02:00")
    states = {one["party"]: one["state"] for one in town.get(f"cases/{case['id']}")["consents"]}
    assert states == {"guardian": "lapsed", "youth": "requested"}
    assert "ask-about-guardians" in {one["kind"] for one in town.tasks(case)}


def test_a_consent_that_ends_is_asked_for_anew_thirty_days_ahead(town: Town) -> None:
    case = open_a_case(town)
    sign_all(town, case, until="2027-06-30")
    town.move_clock("2027-05-30T08:00:00+02:00")
    assert "renew-consent" not in {one["kind"] for one in town.tasks(case)}
    town.move_clock("2027-05-31T08:00:00+02:00")
    renewals = [one for one in town.tasks(case) if one["kind"] == "renew-consent"]
    assert [one["due_on"] for one in renewals] == ["2027-06-30", "2027-06-30"]
